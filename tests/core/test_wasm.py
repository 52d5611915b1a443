"""The core compiled for browsers computes what it computes here."""

import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
import wasmtime
from numpy.typing import NDArray

from flow_synth import _native
from flow_synth.library import model_path, shipped_models

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
PROGRAM = ROOT / "build" / "wasm" / "tests" / "cpp" / "run_flow.wasm"

# Largest difference allowed by DESIGN.md, "Numbers to reach".
DECODE = 1e-5
ROUND_TRIP = 2e-5


@pytest.fixture(scope="module")
def program() -> Path:
    """`run_flow`, which reads a model file and points and writes knobs and points."""
    for command in (["cmake", "--preset", "wasm"], ["cmake", "--build", "--preset", "wasm"]):
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return PROGRAM


def run(program: Path, folder: Path, content: bytes) -> bytes:
    """What a program writes when it reads this; it must end well."""
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


def found(
    program: Path, folder: Path, model: Path, z: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Knobs of points [N, D], and the points of those."""
    content = model.read_bytes()
    output = run(program, folder, struct.pack("<I", len(content)) + content + z.tobytes())
    v, back = np.frombuffer(output, np.float32).reshape(len(z), 2, -1).transpose(1, 0, 2)
    return v, back


def check(program: Path, folder: Path, model: Path) -> None:
    native = _native.Model.load(model)
    z = np.random.default_rng(0).standard_normal((50, len(native.info()["latent"])), np.float32)
    v, back = found(program, folder, model, z)
    np.testing.assert_allclose(v, native.decode(z), atol=DECODE, rtol=0)
    np.testing.assert_allclose(native.decode(back), v, atol=ROUND_TRIP, rtol=0)


@pytest.mark.parametrize("name", ["golden-2", "golden-4"])
def test_golden_flows_are_the_same_in_a_browser(program: Path, tmp_path: Path, name: str) -> None:
    check(program, tmp_path, GOLDEN / f"{name}.flow.ts")


@pytest.mark.parametrize("name", shipped_models())
def test_shipped_flows_are_the_same_in_a_browser(program: Path, tmp_path: Path, name: str) -> None:
    with model_path(name) as model:
        if _native.Model.load(model).kernel != "libtorch":
            check(program, tmp_path, model)
