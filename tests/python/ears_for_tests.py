"""Ears without a model: they hear a spectrum that knobs set, exactly or with an error."""

from types import SimpleNamespace

import numpy as np
import torch
from numpy.typing import NDArray
from synths_for_tests import N_KNOBS as N_PARTIALS
from synths_for_tests import SineSynth
from torch import Tensor

from flow_synth.features import N_FRAMES, N_MELS, N_SAMPLES, LogMel, Resampler
from flow_synth.parameter import Kind, Parameter, ParameterTable
from flow_synth.synth import SAMPLE_RATE_HZ, Note

N_KNOBS = 8

TABLE = ParameterTable(
    (
        Parameter(
            name="octave", label="Octave", minimum=0, maximum=3, default=1, kind=Kind.ORDINAL
        ),
        *(
            Parameter(name=f"knob{i}", label=f"Knob {i}", minimum=0, maximum=10, default=5)
            for i in range(1, N_KNOBS)
        ),
    )
)


def spectrum(values: Tensor) -> Tensor:
    """Presets [B, P] -> log-mels [B, 128, 87]: where two partials lie, how long, how loud."""
    bands = torch.arange(N_MELS)[:, None]
    frames = torch.arange(N_FRAMES)
    octave, first, second, width, decay, level, tilt, _ = values.T[..., None, None]
    near = (bands - 20 - 30 * first - 10 * octave).abs() / (2 + 8 * width)
    far = (bands - 60 - 40 * second).abs() / 4
    shape = torch.logaddexp(-near, -far - 2 * tilt)
    mel: Tensor = shape - 0.05 * decay * frames + 4 * level - 4
    return mel


class ExactEars:
    """Draws presets anywhere, and hears each as it is, but for an ``error`` in nats.

    Its one answer to every sound is the middle of all knobs.
    """

    def __init__(self, error: float = 0.0) -> None:
        self._error = error

    def answer(self, mel: Tensor) -> Tensor:
        """The middle."""
        return torch.full((len(mel), N_KNOBS), 0.5)

    def sample(self, mel: Tensor, shares: Tensor, temperature: float) -> Tensor:
        """The shares themselves."""
        return shares

    def predict(self, v: Tensor, notes: Tensor) -> Tensor:
        """The spectrum, too loud in the lowest bands."""
        tilt = torch.linspace(1, 0, N_MELS)[:, None]
        return spectrum(v) + self._error * tilt


class Players:
    """Plays presets as noise shaped like their spectra; those of ``faulty`` octaves fail."""

    def __init__(self, faulty: tuple[float, ...] = ()) -> None:
        self.played: list[NDArray[np.float32]] = []
        self._faulty = faulty

    def __call__(self, presets: NDArray[np.float32]) -> list[tuple[Tensor, Tensor] | None]:
        """Audio and log-mel of each."""
        return [self.sound(preset) for preset in presets]

    def sound(self, preset: NDArray[np.float32]) -> tuple[Tensor, Tensor] | None:
        """A sound whose partials lie where the spectrum's do, and that spectrum."""
        self.played.append(preset)
        if float(preset[0]) in self._faulty:
            return None
        mel = spectrum(torch.from_numpy(preset)[None])
        seconds = torch.arange(N_SAMPLES) / 22050
        audio = torch.zeros(N_SAMPLES)
        for band in (int(20 + 30 * preset[1] + 10 * preset[0]), int(60 + 40 * preset[2])):
            hz = 30.0 * 2 ** (band / 16)
            audio += torch.exp(mel[0, band, 0]) * torch.sin(2 * torch.pi * hz * seconds)
        return (audio * torch.exp(-0.05 * preset[4] * 22 * seconds))[None], mel


def heard(audio: Tensor) -> tuple[Tensor, Tensor]:
    """Audio [1, 88200] and its true log-mel."""
    return audio, LogMel()(audio)


class SineEars(ExactEars):
    """What hears :class:`SineSynth` exactly, because it plays every preset; draws the shares."""

    description = SimpleNamespace(normalisation=SimpleNamespace(hears_level=True))

    def answer(self, mel: Tensor) -> Tensor:
        """The middle."""
        return torch.full((len(mel), N_PARTIALS), 0.5)

    def predict(self, v: Tensor, notes: Tensor) -> Tensor:
        """Log-mels of the presets played at the first note's pitch."""
        synth, note = SineSynth(), Note(float(notes[0, 0]), total_seconds=4.0)
        audio = np.stack([synth.render(values, note)[0] for values in v.numpy()])
        mel: Tensor = LogMel()(Resampler()(torch.from_numpy(audio), SAMPLE_RATE_HZ))
        return mel
