"""What every synthesizer offers: canonical, history-free rendering of one note."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from flow_synth.error import InputError
from flow_synth.parameter import ParameterTable
from flow_synth.preset import Preset

#: Every synth renders at this rate: what musicians hear.
SAMPLE_RATE_HZ = 44100


class SynthError(RuntimeError):
    """A synth failed on one preset (crashed, hung, or gave a non-finite sound)."""


@dataclass(frozen=True)
class Note:
    """One played note.

    ``pitch`` is a MIDI note number and may be fractional; a synth driven by MIDI rounds it.
    """

    pitch: float = 60.0
    velocity: int = 100
    held_seconds: float = 3.0
    total_seconds: float = 4.0

    def __post_init__(self) -> None:
        if not 0 <= self.pitch <= 127:
            raise InputError(f"pitch {self.pitch} must lie in 0 to 127 (MIDI note numbers)")
        if not 1 <= self.velocity <= 127:
            raise InputError(f"velocity {self.velocity} must lie in 1 to 127")
        if not 0 < self.held_seconds <= self.total_seconds <= 60:
            raise InputError(
                f"a note held {self.held_seconds} s of {self.total_seconds} s cannot be played; "
                "give 0 < held_seconds <= total_seconds <= 60"
            )

    @property
    def frequency_hz(self) -> float:
        """Fundamental frequency in equal temperament, A4 = 440 Hz."""
        return float(440.0 * 2.0 ** ((self.pitch - 69.0) / 12.0))

    @property
    def held_samples(self) -> int:
        """Samples from note on to note off at SAMPLE_RATE_HZ."""
        return round(self.held_seconds * SAMPLE_RATE_HZ)

    @property
    def total_samples(self) -> int:
        """Samples from note on to the end of the recording at SAMPLE_RATE_HZ."""
        return round(self.total_seconds * SAMPLE_RATE_HZ)


class Synth(Protocol):
    """A synthesizer. One instance belongs to one thread."""

    @property
    def identity(self) -> str:
        """Short id, for example ``builtin``; written into presets, datasets and models."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same preset may sound different."""
        ...

    @property
    def table(self) -> ParameterTable:
        """The knobs, in order."""
        ...

    def presets(self) -> Sequence[Preset]:
        """The bank that comes with the synth, always in the same order; empty if there is none."""
        ...

    def draw(self, generator: np.random.Generator) -> Preset:
        """A random preset worth hearing; a function of the generator's state alone."""
        ...

    def render(self, values: NDArray[np.float32], note: Note) -> NDArray[np.float32]:
        """Plays one note.

        Args:
            values: [P] unit values.
            note: what is played.

        Returns:
            [2, samples] audio at SAMPLE_RATE_HZ, in [-1, 1]. The same arguments give the same
            sound whatever was rendered before.

        Raises:
            SynthError: the sound is not finite, or the synth failed.
        """
        ...
