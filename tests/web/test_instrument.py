"""The instrument for browsers, run by Node.js, plays what the native core plays."""

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from flow_synth import _native
from flow_synth.library import model_path, shipped_models

# Zig builds its C++ library for this one module.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
BUILD = ROOT / "build" / "web"
GOLDEN = ROOT / "tests" / "golden"

N_POINTS = 200
N_PRESETS = 8
N_SAMPLES = 2 * 44100
# Of the peak: other sines and exponentials, and denormal numbers, which a browser does not flush.
AUDIO = 1e-4


def blob(model: Path) -> bytes:
    """What a page is given of a model file."""
    with zipfile.ZipFile(model) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith("/flow_synth.flow"))
        return archive.read(name)


def write_model(folder: Path, name: str, path: Path) -> None:
    """A model's blob, points, and what the native core makes of them."""
    (folder / f"{name}.flow").write_bytes(blob(path))
    native = _native.Model.load(path)
    generator = np.random.default_rng(0)
    z = generator.standard_normal((N_POINTS, len(native.info()["latent"])), np.float32)
    z.tofile(folder / f"{name}.z")
    native.decode(z).tofile(folder / f"{name}.v")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The module, and what the tests in JavaScript read."""
    configure: list[str | Path] = ["cmake", "-S", ROOT / "web", "-B", BUILD, "-G", "Ninja"]
    build: list[str | Path] = ["cmake", "--build", BUILD]
    for command in (configure, build):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    folder = tmp_path_factory.mktemp("web")
    shutil.copy(BUILD / "instrument.wasm", folder)
    for name in shipped_models():
        with model_path(name) as path:
            write_model(folder, name, path)
            shutil.copy(path, folder)
    for name in ("golden-2", "golden-4"):
        write_model(folder, name, GOLDEN / f"{name}.flow.ts")
    (folder / "no-map.flow").write_bytes(blob(GOLDEN / "golden-2-one-way.flow.ts"))
    with model_path("builtin") as path:
        n_knobs = _native.Flow.load(path).n_dimensions
    np.random.default_rng(1).random((N_PRESETS, n_knobs), np.float32).tofile(folder / "presets")
    return folder


def node(folder: Path, *arguments: str | Path) -> str:
    """What Node.js says, which fails the test if it fails."""
    ended = subprocess.run(
        ["node", *arguments],
        env=os.environ | {"FLOW_SYNTH_WEB_TESTS": str(folder)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.mark.parametrize("path", sorted(HERE.glob("*.test.js")), ids=lambda path: path.name)
def test_javascript(folder: Path, path: Path) -> None:
    node(folder, "--test", "--test-reporter=spec", path)


def native_audio(units: NDArray[np.float32]) -> NDArray[np.float32]:
    """Left and right of what `render.js` plays."""
    controller = _native.Controller()
    with model_path("builtin") as path:
        controller.load(path)
    controller.set_blocking(True)
    controller.set_glide_seconds(0.0)
    controller.hold(units)
    for pitch in (57, 64):
        controller.note(pitch, 100)
    audio = np.zeros((2, N_SAMPLES), np.float32)
    silence = np.zeros(N_SAMPLES // 2, np.float32)
    for half in np.split(audio, 2, axis=1):
        left, right = (np.ascontiguousarray(channel) for channel in half)
        controller.process(silence, left, right)
        half[:] = left, right
        controller.all_notes_off()
    return audio


def test_the_voice_sounds_as_it_does_natively(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "audio"
    node(folder, HERE / "render.js", str(N_PRESETS), str(N_SAMPLES), out)
    played = np.fromfile(out, np.float32).reshape(N_PRESETS, -1)
    for preset in played:
        units, audio = preset[: -2 * N_SAMPLES], preset[-2 * N_SAMPLES :].reshape(2, -1)
        expected = native_audio(units)
        peak = np.abs(expected).max()
        assert peak > 1e-3
        np.testing.assert_allclose(audio, expected, atol=AUDIO * peak, rtol=0)


def test_the_module_is_small(folder: Path) -> None:
    assert (folder / "instrument.wasm").stat().st_size <= 400_000
