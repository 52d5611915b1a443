"""What tests of the command line share."""

from pathlib import Path

import pytest
from commands_for_tests import Run, runner
from models_for_tests import write_tiny_model

from flow_synth.synths import open_synth


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line inside this process."""
    return runner(capsys)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the built-in synth that has learnt nothing and draws no candidates."""
    path = tmp_path_factory.mktemp("model") / "tiny.flow.ts"
    write_tiny_model(path, open_synth("builtin"))
    return path
