"""The core compiled for other machines computes what it computes here."""

import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import wasmtime

from flow_synth import _native
from flow_synth.library import model_path, shipped_models

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"

# The compiler for other machines first compiles its own library.
pytestmark = pytest.mark.slow

# Largest difference allowed by DESIGN.md, "Numbers to reach".
DECODE = 1e-5
ROUND_TRIP = 2e-5


def run_wasm(program: Path, content: bytes) -> bytes:
    """As a browser would."""
    folder = program.parent
    engine = wasmtime.Engine()
    linker, store = wasmtime.Linker(engine), wasmtime.Store(engine)
    linker.define_wasi()
    config = wasmtime.WasiConfig()
    (folder / "in").write_bytes(content)
    config.stdin_file, config.stdout_file = str(folder / "in"), str(folder / "out")
    store.set_wasi(config)
    instance = linker.instantiate(store, wasmtime.Module.from_file(engine, str(program)))
    start = instance.exports(store)["_start"]
    assert isinstance(start, wasmtime.Func)
    start(store)
    return (folder / "out").read_bytes()


def run_arm(program: Path, content: bytes) -> bytes:
    """By an emulator of the processor."""
    command = ["qemu-aarch64", str(program)]
    return subprocess.run(command, input=content, check=True, capture_output=True).stdout


emulated = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the emulator is one of Linux"
)


@pytest.fixture(
    scope="module",
    params=[
        ("wasm", ".wasm", run_wasm),
        pytest.param(("arm", "", run_arm), marks=emulated),
    ],
    ids=["wasm", "arm"],
)
def computed(request: pytest.FixtureRequest) -> Callable[[bytes], bytes]:
    """`run_flow`, which reads a model file and points and writes knobs and points."""
    preset, suffix, run = request.param
    for command in (["cmake", "--preset", preset], ["cmake", "--build", "--preset", preset]):
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    program = ROOT / "build" / preset / "tests" / "cpp" / f"run_flow{suffix}"
    return lambda content: run(program, content)


def check(computed: Callable[[bytes], bytes], model: Path) -> None:
    native = _native.Model.load(model)
    z = np.random.default_rng(0).standard_normal((20, len(native.info()["latent"])), np.float32)
    content = model.read_bytes()
    output = computed(struct.pack("<I", len(content)) + content + z.tobytes())
    v, back = np.frombuffer(output, np.float32).reshape(len(z), 2, -1).transpose(1, 0, 2)
    np.testing.assert_allclose(v, native.decode(z), atol=DECODE, rtol=0)
    np.testing.assert_allclose(native.decode(back), v, atol=ROUND_TRIP, rtol=0)


@pytest.mark.parametrize("name", ["golden-2", "golden-4"])
def test_golden_flows_are_the_same_everywhere(
    computed: Callable[[bytes], bytes], name: str
) -> None:
    check(computed, GOLDEN / f"{name}.flow.ts")


@pytest.mark.parametrize("name", shipped_models())
def test_shipped_flows_are_the_same_everywhere(
    computed: Callable[[bytes], bytes], name: str
) -> None:
    with model_path(name) as model:
        if _native.Model.load(model).kernel != "libtorch":
            check(computed, model)
