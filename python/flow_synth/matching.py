"""A sound -> the preset that imitates it, and how near the imitation comes."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from flow_synth import metric
from flow_synth.export import Model
from flow_synth.features import DURATION_SECONDS, SAMPLE_RATE_HZ, fit_duration
from flow_synth.pitch import Pitch, detect_pitch
from flow_synth.preset import Preset
from flow_synth.synth import SAMPLE_RATE_HZ as SYNTH_RATE_HZ
from flow_synth.synth import Note, Synth

#: What is played when a sound has no pitch: middle C.
UNPITCHED = 60.0
NOTE_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")

#: Loudness is measured over blocks of this length ...
BLOCK_SAMPLES = SAMPLE_RATE_HZ // 10
#: ... those that lie less than this below the loudest one.
SOUNDING_RANGE_DB = 30.0


@dataclass(frozen=True)
class Measures:
    """How far an imitation is from its target: see :mod:`flow_synth.metric`.

    The first three compare the target with the imitation at its loudness.

    Attributes:
        sc: spectral convergence, a ratio.
        log_mel_mse: in nat^2.
        mss_db: multi-scale spectral distance.
        level_db: by how much the synth was louder before.
    """

    sc: float
    log_mel_mse: float
    mss_db: float
    level_db: float


@dataclass(frozen=True, eq=False)
class Match:
    """A preset that imitates a sound.

    Attributes:
        preset: every knob, stepped ones on their steps.
        latent: [D] where the sound lies in the model's audio space.
        pitch: of the sound; None if it has none.
        note: what the synth played.
        target: [88200] the sound as the model heard it: mono at 22050 Hz, cut or padded to 4 s.
        imitation: [88200] the synth at the target's loudness, mono at 22050 Hz.
        target_mel: [128, 87] log-mel of the target in nats.
        imitation_mel: [128, 87] log-mel of the imitation in nats.
        audio: [2, samples] the synth at 44100 Hz, at the target's loudness, never above 1.
        measures: how near the imitation comes.
        remarks: sentences on what was not as one would expect.
    """

    preset: Preset
    latent: NDArray[np.float32]
    pitch: Pitch | None
    note: Note
    target: NDArray[np.float32]
    imitation: NDArray[np.float32]
    target_mel: NDArray[np.float32]
    imitation_mel: NDArray[np.float32]
    audio: NDArray[np.float32]
    measures: Measures
    remarks: tuple[str, ...]


def match_sound(
    model: Model, synth: Synth, audio: NDArray[np.float32], rate_hz: int, name: str
) -> Match:
    """Finds the preset with which a synth imitates a sound.

    Args:
        model: trained on this synth.
        synth: plays the preset, at the pitch of the sound.
        audio: [N] mono samples from the onset of the sound on.
        rate_hz: samples per second.
        name: of the preset.

    Raises:
        SynthError: the synth failed on the preset.
    """
    target = hear(model, audio, rate_hz)
    target_mel = model.features(target)
    latent = model.encode(target_mel)
    values = synth.table.snap(model.decode(latent)[0].numpy())
    pitch = detect_pitch(audio, rate_hz)
    note = imitating_note(pitch)
    rendered = synth.render(values, note)
    imitation = hear(model, rendered.mean(0), SYNTH_RATE_HZ)
    gain = gain_between(imitation, target)
    scaled_mel = model.features(imitation * gain)
    peak = float(np.abs(rendered).max()) * gain
    return Match(
        preset=Preset(name, values),
        latent=latent[0].numpy(),
        pitch=pitch,
        note=note,
        target=target[0].numpy(),
        imitation=(imitation * gain)[0].numpy(),
        target_mel=target_mel[0].numpy(),
        imitation_mel=scaled_mel[0].numpy(),
        audio=rendered * np.float32(gain / max(peak, 1.0)),
        measures=_measure(target, target_mel, imitation, scaled_mel, gain),
        remarks=_remarks(pitch, rendered, peak, synth.version == model.description.synth_version),
    )


def hear(model: Model, audio: NDArray[np.float32], rate_hz: int) -> Tensor:
    """Mono audio [N] at any rate -> [1, 88200] at 22050 Hz, cut or padded to 4 s."""
    # The resampler looks a few samples ahead of what is kept.
    needed = round((DURATION_SECONDS + 0.1) * rate_hz)
    return fit_duration(model.resample(torch.from_numpy(audio[None, :needed]), rate_hz))


def imitating_note(pitch: Pitch | None) -> Note:
    """The note that imitates a sound of this pitch."""
    played = UNPITCHED if pitch is None else pitch.note
    return Note(played, total_seconds=DURATION_SECONDS)


def sounding_rms(audio: Tensor) -> float:
    """Loudness of mono audio [1, N] at 22050 Hz: the RMS of its sounding part.

    Blocks of 0.1 s count as sounding while their power lies within 30 dB of the loudest block's,
    so that neither the silence after a short sound nor a long release makes it quiet.
    """
    blocks = audio[0, : audio.shape[1] // BLOCK_SAMPLES * BLOCK_SAMPLES]
    power = blocks.double().reshape(-1, BLOCK_SAMPLES).square().mean(1)
    sounding = power >= power.max() * 10 ** (-SOUNDING_RANGE_DB / 10)
    return float(power[sounding].mean().sqrt())


def gain_between(audio: Tensor, target: Tensor) -> float:
    """The factor that brings audio [1, N] to the target's loudness; 1 if it is silent."""
    loudness = sounding_rms(audio)
    return sounding_rms(target) / loudness if loudness > metric.SILENT_RMS else 1.0


def describe_pitch(pitch: float) -> str:
    """A MIDI note number as a musician reads it, for example ``A3 +12 cents``."""
    nearest = math.floor(pitch + 0.5)
    name = f"{NOTE_NAMES[nearest % 12]}{nearest // 12 - 1}"
    cents = round(100 * (pitch - nearest))
    return f"{name} {cents:+d} cents" if cents else name


def _measure(
    target: Tensor, target_mel: Tensor, imitation: Tensor, scaled_mel: Tensor, gain: float
) -> Measures:
    distance = metric.multi_scale_spectral_distance(target, imitation * gain)
    return Measures(
        sc=float(metric.spectral_convergence(target_mel, scaled_mel)),
        log_mel_mse=float(metric.log_mel_mse(target_mel, scaled_mel)),
        mss_db=float(distance),
        level_db=float(metric.level_difference_db(target, imitation)),
    )


def _remarks(
    pitch: Pitch | None, rendered: NDArray[np.float32], peak: float, is_same_version: bool
) -> tuple[str, ...]:
    remarks = []
    if not is_same_version:
        remarks.append("This version of the synth is not the one that the model was trained on.")
    if pitch is None:
        remarks.append("No pitch was found, so the synth plays middle C.")
    if not rendered.any():
        remarks.append("The synth is silent with this preset.")
    if peak > 1.0:
        remarks.append(
            f"At the input's loudness the sound would clip: it is {20 * math.log10(peak):.1f} dB "
            "quieter."
        )
    return tuple(remarks)
