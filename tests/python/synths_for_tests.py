"""Tiny synths for the tests of rendering; render workers import them by name."""

import ctypes
import errno
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from flow_synth.error import InputError
from flow_synth.parameter import Parameter, ParameterTable
from flow_synth.preset import Preset
from flow_synth.synth import SAMPLE_RATE_HZ, Note, SynthError

N_KNOBS = 6
N_PRESETS = 4


class SineSynth:
    """A decaying sine with partials; a bank of four presets, and one fault on chosen presets.

    ``faults`` gives presets, named by their identity, a fault: ``crash`` is a real segmentation
    fault, ``hang`` an endless loop, ``nan`` a poisoned instance that gives NaN from then on,
    ``error`` a SynthError, ``exception`` one of Python's own, ``disk`` that of a full disk.
    Every note that is begun becomes a line of the file ``log``: its pitch and its preset's
    identity.
    """

    identity = "sine"
    version = "1"

    def __init__(
        self,
        faults: Mapping[str, str] = MappingProxyType({}),
        delay_seconds: float = 0.0,
        log: Path | None = None,
    ) -> None:
        self._faults = faults
        self._delay_seconds = delay_seconds
        self._log = log
        self._poisoned = False
        self.table = ParameterTable(
            tuple(
                Parameter(
                    name=f"partial_{k}", label=f"Partial {k}", minimum=0, maximum=1, default=0
                )
                for k in range(1, N_KNOBS + 1)
            )
        )

    def presets(self) -> Sequence[Preset]:
        """Four presets, the last two of them twins."""
        values = np.eye(N_PRESETS, N_KNOBS, dtype=np.float32)
        values[3] = values[2]
        values[3, 0] = 0.05
        return [
            Preset(f"Factory {n}", value, "organ", ("bright",)) for n, value in enumerate(values)
        ]

    def draw(self, generator: np.random.Generator) -> Preset:
        """Uniform knobs; the name tells two draws apart."""
        values = generator.random(N_KNOBS, dtype=np.float32)
        return Preset(f"Draw {generator.integers(10**9)}", values)

    def render(self, values: NDArray[np.float32], note: Note) -> NDArray[np.float32]:
        """Plays a note, or has its fault."""
        self._befall(values, note)
        seconds = np.arange(note.total_samples) / SAMPLE_RATE_HZ
        phase = 2 * np.pi * note.frequency_hz * seconds
        sound = sum(value * np.sin(k * phase) for k, value in enumerate(values, 1)) / N_KNOBS
        audio = np.float32(sound * np.exp(-seconds) * note.velocity / 127)
        return np.stack([audio, audio]) * np.float32(np.nan if self._poisoned else 1)

    def _befall(self, values: NDArray[np.float32], note: Note) -> None:
        identity = Preset("", values).identity
        if self._log:
            with self._log.open("a") as log:
                log.write(f"{note.pitch:g} {identity}\n")
        time.sleep(self._delay_seconds)
        match self._faults.get(identity):
            case "crash":
                ctypes.string_at(0)
            case "hang":
                while True:
                    pass
            case "nan":
                self._poisoned = True
            case "error":
                raise SynthError("the oscillator fell over")
            case "exception":
                raise KeyError("oscillator")
            case "disk":
                raise OSError(errno.ENOSPC, "No space left on device")


def open_test_synth(description: str) -> SineSynth:
    """``sine``, ``crash-when-opened``, or any of ``slow``, ``log=FILE`` and ``FAULT=IDENTITY``."""
    if description == "crash-when-opened":
        ctypes.string_at(0)
    words = [word.partition("=") for word in description.split()]
    if any(not value for name, _, value in words if name not in ("sine", "slow")):
        raise InputError(f"no synth is called {description!r}")
    logs = [Path(value) for name, _, value in words if name == "log"]
    return SineSynth(
        {value: name for name, _, value in words},
        delay_seconds=0.1 if "slow" in description.split() else 0.0,
        log=logs[0] if logs else None,
    )
