"""A program of somebody else builds on the installed core, and runs."""

import subprocess
from pathlib import Path

import pytest

from flow_synth.library import model_path

ROOT = Path(__file__).parents[2]
CONSUMER = Path(__file__).parent / "consumer"


@pytest.fixture(scope="module")
def consumer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by nothing but what is installed."""
    folder = tmp_path_factory.mktemp("consumer")
    core, installed, build = folder / "core", folder / "installed", folder / "build"
    commands: list[list[str | Path]]
    off = [f"-DFLOW_SYNTH_{part}=OFF" for part in ("ENGINE", "PYTHON", "TESTS")]
    commands = [
        ["cmake", "-S", ROOT, "-B", core, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", *off],
        ["cmake", "--build", core],
        ["cmake", "--install", core, "--prefix", installed],
        ["cmake", "-S", CONSUMER, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={installed}"],
        ["cmake", "--build", build],
    ]
    for command in commands:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return build / "consumer"


def test_it_plays_a_note_of_a_model(consumer: Path) -> None:
    with model_path("builtin") as model:
        ended = subprocess.run([consumer, model], check=True, capture_output=True, text=True)
    assert ended.stdout.startswith("builtin plays with a peak of 0.")


def test_it_says_why_a_file_is_no_model(consumer: Path, tmp_path: Path) -> None:
    path = tmp_path / "noise.flow.ts"
    path.write_bytes(b"noise")
    ended = subprocess.run([consumer, path], check=False, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
