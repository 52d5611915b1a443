"""A sound as the explorer heard it: where it lies, and which knobs one pass of the model gives."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flow_synth.audio_file import Audio, wav
from flow_synth.features import DURATION_SECONDS
from flow_synth.library import FlowSynth
from flow_synth.matching import hear
from flow_synth.pitch import Pitch, detect_pitch


@dataclass(frozen=True, eq=False)
class HeardSound:
    """A sound that was sent.

    Attributes:
        name: of its file.
        audio: the beginning of it.
        pitch: that it is played at; None if it has none.
        z: [D] where the model hears it.
        units: [P] knobs, by one pass of the model.
    """

    name: str
    audio: Audio
    pitch: Pitch | None
    z: NDArray[np.float32]
    units: NDArray[np.float32]

    @classmethod
    def of(cls, flow_synth: FlowSynth, name: str, audio: Audio) -> "HeardSound":
        """Listens: one pass of the encoder."""
        model, table = flow_synth.model, flow_synth.synth.table
        mel = model.features(hear(model, audio.samples, audio.sample_rate_hz))
        return cls(
            name,
            audio,
            detect_pitch(audio.samples, audio.sample_rate_hz),
            model.encode(mel)[0].numpy(),
            table.snap(model.answer(mel)[0].numpy()),
        )

    @property
    def file(self) -> bytes:
        """A WAV file of what the model heard, as recorded."""
        length = round(DURATION_SECONDS * self.audio.sample_rate_hz)
        return wav(self.audio.samples[None, :length], self.audio.sample_rate_hz)
