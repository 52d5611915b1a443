"""Pd, our object for it, and sounds."""

import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from max_for_tests import EXTERNAL, PLAYER
from numpy.typing import NDArray
from pd_for_tests import RATE_HZ, Pd

from flow_synth import _native
from flow_synth.audio_file import read_audio
from flow_synth.library import model_path

ROOT = Path(__file__).parents[2]
PD_FOLDER = Path(os.environ.get("FLOW_SYNTH_PD", ROOT / "build" / "pd" / "flow_synth~"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves out what was not built; on CI's Linux, where all must be there, it fails instead."""
    if os.environ.get("CI") and sys.platform == "linux":
        return
    here = Path(__file__).parent
    missing = {here: why_no_pd(), here / "max": why_no_max()}
    for item in items:
        if reason := missing.get(Path(item.path).parent):
            item.add_marker(pytest.mark.skip(reason=reason))


def why_no_pd() -> str:
    """What the tests in Pd lack; empty if nothing."""
    if shutil.which("pd") is None:
        return "Pd is not installed"
    return "" if PD_FOLDER.is_dir() else "first run: make pd"


def why_no_max() -> str:
    """Likewise of those in a host like Max."""
    return "" if EXTERNAL and PLAYER.is_file() else "first run: make max"


@pytest.fixture(scope="session")
def pd_folder() -> Path:
    """What `make pd` has made, or the folder that FLOW_SYNTH_PD names."""
    assert PD_FOLDER.is_dir(), "first run: make pd"
    return PD_FOLDER


@pytest.fixture(scope="session")
def pd(pd_folder: Path) -> Pd:
    """Pd with everything that belongs to our object beside it."""
    return Pd(pd_folder)


@pytest.fixture
def bare_pd(pd_folder: Path, tmp_path: Path) -> Pd:
    """Pd with the object and a model, but no engine."""
    folder = tmp_path / "bare"
    folder.mkdir()
    for name in ("flow_synth~.pd_linux", "builtin.flow.ts"):
        shutil.copy(pd_folder / name, folder)
    return Pd(folder)


@pytest.fixture(scope="session")
def builtin() -> Path:
    """The model of the built-in synth."""
    with model_path("builtin") as path:
        return path


@pytest.fixture(scope="session")
def native(builtin: Path) -> _native.Model:
    """The same as Python runs it."""
    return _native.Model.load(builtin)


@pytest.fixture(scope="session")
def samples() -> NDArray[np.float32]:
    """A recorded sound, mono, at RATE_HZ."""
    audio = read_audio(ROOT / "examples" / "trumpet.flac")
    assert audio.sample_rate_hz == RATE_HZ
    return audio.samples


@pytest.fixture(scope="session")
def sound(samples: NDArray[np.float32], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a file that Pd reads exactly."""
    path = tmp_path_factory.mktemp("sound") / "sound.wav"
    soundfile.write(path, samples, RATE_HZ, subtype="FLOAT")
    return path
