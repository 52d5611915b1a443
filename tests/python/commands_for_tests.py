"""Command lines run inside this process, and what they are given."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from flow_synth.__main__ import main

RATE_HZ = 22050


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def sentences(self) -> list[str]:
        """The error stream without progress bars."""
        return [line for line in self.err.splitlines() if line.startswith("flow-synth: ")]


Run = Callable[..., Outcome]


def runner(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line inside this process."""

    def run(*arguments: object) -> Outcome:
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(int(left.value.code or 0), captured.out, captured.err)

    return run


def a_tone(seconds: float = 1.0, rate_hz: int = RATE_HZ) -> NDArray[np.float32]:
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.asarray(0.3 * np.sin(2 * np.pi * 220 * times), np.float32)


def write_tone(path: Path) -> Path:
    soundfile.write(path, a_tone(), RATE_HZ)
    return path
