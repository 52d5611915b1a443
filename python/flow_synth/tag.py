"""Semantic tags computed from sound: seven axes, each one number with two thresholds.

A tag is a function of the sound and its note alone. It is no person's judgement: the definitions
say what was measured, and ``docs/semantic-tags.md`` how far they agree with presets' names.
"""

import math
from functools import lru_cache

import torch
from torch import Tensor

from flow_synth.error import InputError
from flow_synth.features import N_SAMPLES, SAMPLE_RATE_HZ, one_thread, power_spectrum
from flow_synth.frozen import Frozen
from flow_synth.synth import Note

#: A slider along an axis goes from minus this, its low tag, to this, its high one.
SLIDER_END = 3.0
#: What lies further than this below a sound's own maximum says nothing of it.
GATE_DB = 60.0
#: A sound whose peak stays below this, -100 dB of full scale, is silence and has no tag.
SILENT_PEAK = 1e-5

#: Upper edges of the critical bands in Hz (Zwicker 1961, "Subdivision of the audible frequency
#: range into critical bands"); the last one ends where audio at 22050 Hz does.
_BAND_ENDS_HZ = (
    *(100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150),
    *(3700, 4400, 5300, 6400, 7700, 9500, 11025),
)
_HELD_SECONDS = Note().held_seconds
_HELD_SAMPLES = round(_HELD_SECONDS * SAMPLE_RATE_HZ)
#: Middle C, to which notes are taken for what would otherwise tell the key and not the preset.
_REFERENCE_HZ = Note().frequency_hz
#: Further from middle C than three octaves a note is taken as if it were three octaves away.
_SCALES = (1 / 8, 8.0)

#: Lengths of windows, for a note at middle C where they follow the note.
_FFT_SIZE = 2048
#: Long enough to part overtones of half the note's frequency.
_LONG_FFT_SIZE = 4096
#: Short enough to follow beats up to 150 Hz.
_SHORT_FFT_SIZE = 256
_OVERLAP = 4
#: Frames of short spectra (186 ms) whose modulation is looked at together.
_BEAT_FRAMES = 64
_BEATS_HZ = (20.0, 150.0)
_ENVELOPE_SAMPLES = 512
_ENVELOPE_HOP_SAMPLES = 128

_LOUDNESS_EXPONENT = 0.23
_ATTACK_LEVEL = 0.8
#: Movement is looked for after the attack, in at least this much sound.
_MOVEMENT_FROM_SECONDS = 0.5
_MOVEMENT_SECONDS = 0.5
_RELEASE_SECONDS = 0.25
_TAIL_DB = 30.0
#: A modulation of a fifth weighs as much as a sharpness of 1 acum.
_ACUM_PER_ROUGHNESS = 5.0


class Axis(Frozen):
    """One semantic dimension.

    Attributes:
        name: one word.
        low: the tag of what is at or below ``low_threshold``.
        high: the tag of what is at or above ``high_threshold``.
        descriptor: what is measured.
        unit: of the descriptor and its thresholds.
        definition: how it is measured, in one sentence.
        low_threshold: fixed, so that a tag does not depend on the other sounds of a dataset.
        high_threshold: likewise; what lies between the two is untagged.
    """

    name: str
    low: str
    high: str
    descriptor: str
    unit: str
    definition: str
    low_threshold: float
    high_threshold: float


AXES = (
    Axis(
        name="brightness",
        low="dark",
        high="bright",
        descriptor="sharpness",
        unit="acum",
        definition="weighted centroid on the Bark scale of the mean specific loudness, the sound "
        "taken to middle C",
        low_threshold=0.85,
        high_threshold=1.25,
    ),
    Axis(
        name="movement",
        low="constant",
        high="moving",
        descriptor="deviation of band levels",
        unit="dB",
        definition="how far the levels of critical bands depart from their mean while the note is "
        "held, the sound's even decay aside",
        low_threshold=1.8,
        high_threshold=4.0,
    ),
    Axis(
        name="dirt",
        low="clean",
        high="dirty",
        descriptor="energy between overtones",
        unit="share",
        definition="share of the energy that lies nearer to the middle between two multiples of "
        "half the note's frequency than to either of them",
        low_threshold=0.0002,
        high_threshold=0.01,
    ),
    Axis(
        name="sustain",
        low="percussive",
        high="sustained",
        descriptor="sustained level",
        unit="dB",
        definition="level of the last third of the held note relative to its loudest third",
        low_threshold=-20.0,
        high_threshold=-2.0,
    ),
    Axis(
        name="attack",
        low="fast attack",
        high="slow attack",
        descriptor="attack time",
        unit="s",
        definition="time from note on until the envelope first reaches 80 % of its maximum",
        low_threshold=0.04,
        high_threshold=0.3,
    ),
    Axis(
        name="tail",
        low="dry",
        high="long tail",
        descriptor="tail time",
        unit="s",
        definition="time from note off until the envelope stays 30 dB below its level at note off",
        low_threshold=0.15,
        high_threshold=0.75,
    ),
    Axis(
        name="aggression",
        low="calm",
        high="aggressive",
        descriptor="sharpness and roughness",
        unit="acum",
        definition="root of the sum of squared sharpness and squared roughness, a modulation of a "
        "fifth at 20 to 150 Hz counting as 1 acum, the sound taken to middle C",
        low_threshold=1.0,
        high_threshold=1.6,
    ),
)


def describe(audio: Tensor, frequency_hz: Tensor) -> Tensor:
    """Measures sounds on every axis.

    Every sound is brought to a peak of 1 first, so that a gain changes nothing, and measured by
    itself, so that the others of its batch change nothing either.

    Args:
        audio: [B, 88200] mono samples at 22050 Hz; the note begins at sample 0 and is held as
            long as :class:`flow_synth.synth.Note` says.
        frequency_hz: [B] fundamental frequencies of the notes.

    Returns:
        [B, 7] float32 in the order and the units of :data:`AXES`; NaN where a descriptor says
        nothing of the sound: all seven of silence, the movement of what sounds for less than half
        a second after its attack, the tail of what has faded before note off.

    Raises:
        InputError: the audio or the frequencies have another shape, or a frequency is not above 0.
    """
    if audio.dim() != 2 or audio.shape[1] != N_SAMPLES:
        raise InputError(
            f"audio of shape {list(audio.shape)} cannot be described; give [batch, {N_SAMPLES}] "
            f"samples at {SAMPLE_RATE_HZ} Hz"
        )
    if frequency_hz.shape != audio.shape[:1] or not bool((frequency_hz > 0).all()):
        raise InputError(
            f"frequencies {frequency_hz.tolist()} do not go with {len(audio)} sounds; give each "
            "sound one above 0 Hz"
        )
    with one_thread():
        rows = [_describe(*pair) for pair in zip(audio, frequency_hz.tolist(), strict=True)]
    return torch.tensor(rows, dtype=torch.float32).reshape(-1, len(AXES))


def tags(descriptors: Tensor) -> Tensor:
    """The side of every axis on which a sound lies.

    Args:
        descriptors: [B, 7] from :func:`describe`.

    Returns:
        [B, 7] int8: -1 for the low word, +1 for the high word, 0 for what is untagged, which is
        what lies between the thresholds and what is NaN.
    """
    low, high = (
        torch.tensor([getattr(axis, end) for axis in AXES], dtype=descriptors.dtype)
        for end in ("low_threshold", "high_threshold")
    )
    return (descriptors >= high).to(torch.int8) - (descriptors <= low).to(torch.int8)


def _describe(audio: Tensor, frequency_hz: float) -> list[float]:
    peak = float(audio.abs().max())
    if peak < SILENT_PEAK:
        return [math.nan] * len(AXES)
    samples = audio.float() / peak
    scale = min(max(frequency_hz / _REFERENCE_HZ, _SCALES[0]), _SCALES[1])
    envelope = _envelope(samples)
    bands = _bands(samples, _FFT_SIZE, 1.0)
    # Half of the time goes into these, and most notes are middle C.
    sharpness = _sharpness(bands if scale == 1.0 else _bands(samples, _FFT_SIZE, scale))
    return [
        sharpness,
        _movement_db(bands),
        _dirt(samples, frequency_hz, scale),
        _sustain_db(samples),
        _attack_seconds(envelope),
        _tail_seconds(samples, envelope),
        math.hypot(sharpness, _ACUM_PER_ROUGHNESS * _roughness(samples, scale)),
    ]


def _sharpness(bands: Tensor) -> float:
    """S = 0.11 sum(N' g z) / sum(N') acum; g = 1 to 15.8 Bark, 0.15 exp(0.42 (z - 15.8)) + 0.85.

    DIN 45692:2009, on the time average of the specific loudness N' of the critical bands
    [23, frames] of the sound taken to middle C; z is the middle of each band.
    """
    specific = _loudness(bands).mean(1)
    bark = torch.arange(len(specific)) + 0.5
    weight = (0.15 * (0.42 * (bark - 15.8)).exp() + 0.85).where(bark > 15.8, 1.0)
    return float(0.11 * (specific * weight * bark).sum() / specific.sum())


def _movement_db(bands: Tensor) -> float:
    """Root of the mean of (L - c t - mean)^2 over frames and, weighted by loudness, bands.

    L is the level of a band in dB; c the slope of the regression of the whole level on time t.
    Only what is after the attack, before note off and above the gate counts.
    """
    hop_samples = _FFT_SIZE // _OVERLAP
    seconds = torch.arange(bands.shape[1]) * (hop_samples / SAMPLE_RATE_HZ)
    total = bands.sum(0)
    gate = 10 ** (-GATE_DB / 10)
    last = _HELD_SECONDS - _FFT_SIZE / 2 / SAMPLE_RATE_HZ
    counts = (seconds >= _MOVEMENT_FROM_SECONDS) & (seconds <= last) & (total > gate * total.max())
    if counts.sum() * hop_samples < _MOVEMENT_SECONDS * SAMPLE_RATE_HZ:
        return math.nan
    level, time = 10.0 * total[counts].log10(), seconds[counts] - seconds[counts].mean()
    decay = (time * level).sum() / time.square().sum() * time
    loudness = _loudness(bands)[:, counts]
    heard = loudness > 0
    even = (10.0 * bands[:, counts].log10() - decay).where(heard, 0.0)
    n_heard = heard.sum(1, keepdim=True).clamp(min=1)
    deviation = (even - even.sum(1, keepdim=True) / n_heard).where(heard, 0.0)
    variance = deviation.square().sum(1) / n_heard[:, 0]
    weight = loudness.mean(1)
    return float(((weight * variance).sum() / weight.sum()).sqrt())


def _dirt(samples: Tensor, frequency_hz: float, scale: float) -> float:
    """Share of the energy where f / (frequency / 2) is further than 1/4 from a whole number.

    Half the frequency, because an oscillator an octave below the note is no dirt. White noise has
    half of its energy there at every pitch.
    """
    fft_size = _scaled(_LONG_FFT_SIZE, scale)
    # The outermost windows reach beyond the sound, and its edge there is spread over all bins.
    energy = _power(samples, fft_size, fft_size // 2)[:, 1:-1].sum(1)
    multiple = _bins_hz(fft_size) / (frequency_hz / 2)
    between = (multiple - multiple.round()).abs() > 0.25
    return float(energy[between].sum() / energy[multiple > 0.25].sum().clamp(min=1e-20))


def _sustain_db(samples: Tensor) -> float:
    """20 log10(RMS of the last third of the held note / RMS of its loudest third), above -60."""
    thirds = samples[:_HELD_SAMPLES].unflatten(0, (3, -1)).square().mean(1)
    ratio_db = 10.0 * (thirds[-1] / thirds.max().clamp(min=1e-20)).log10()
    return float(ratio_db.clamp(min=-GATE_DB))


def _envelope(samples: Tensor) -> Tensor:
    """[frames] RMS under a Hann window of 512 samples, every 128, centred."""
    window = torch.hann_window(_ENVELOPE_SAMPLES)
    margin = _ENVELOPE_SAMPLES // 2
    power = torch.nn.functional.conv1d(
        torch.nn.functional.pad(samples.square(), [margin, margin])[None, None],
        (window / window.sum())[None, None],
        stride=_ENVELOPE_HOP_SAMPLES,
    )
    return power[0, 0].clamp(min=0.0).sqrt()


def _attack_seconds(envelope: Tensor) -> float:
    reached = envelope >= _ATTACK_LEVEL * envelope.max()
    return float(reached.int().argmax()) * _ENVELOPE_HOP_SAMPLES / SAMPLE_RATE_HZ


def _tail_seconds(samples: Tensor, envelope: Tensor) -> float:
    """NaN where less than the tail's 30 dB is left above the gate at note off."""
    before = samples[_HELD_SAMPLES - round(_RELEASE_SECONDS * SAMPLE_RATE_HZ) : _HELD_SAMPLES]
    held = before.square().mean().sqrt()
    if held < envelope.max() * 10 ** ((_TAIL_DB - GATE_DB) / 20):
        return math.nan
    after = envelope[math.ceil(_HELD_SAMPLES / _ENVELOPE_HOP_SAMPLES) :]
    heard = (after > held * 10 ** (-_TAIL_DB / 20)).nonzero()
    return float(heard[-1]) * _ENVELOPE_HOP_SAMPLES / SAMPLE_RATE_HZ if len(heard) else 0.0


def _roughness(samples: Tensor, scale: float) -> float:
    """Depth of modulation at 20 to 150 Hz in critical bands, averaged by their amplitude.

    What beats at these rates sounds rough (Fastl and Zwicker 2007, "Psychoacoustics: facts and
    models", chapter 11). With X the spectrum, under a Hann window, of 186 ms of the amplitude of
    a band, m = 2 sqrt(sum |X(f)|^2 / 1.5) / |X(0)|, which is m for the amplitude 1 + m cos(2 pi f
    t); no more than 1. Rates and lengths are those of the sound taken to middle C.
    """
    amplitude = _bands(samples[:_HELD_SAMPLES], _SHORT_FFT_SIZE, scale).sqrt()
    stretches = amplitude.unfold(1, _BEAT_FRAMES, _BEAT_FRAMES // 2)
    spectrum = torch.fft.rfft(stretches * torch.hann_window(_BEAT_FRAMES)).abs()
    rates_hz = torch.fft.rfftfreq(_BEAT_FRAMES, _SHORT_FFT_SIZE / _OVERLAP / SAMPLE_RATE_HZ)
    rough = (rates_hz >= _BEATS_HZ[0]) & (rates_hz <= _BEATS_HZ[1])
    beats = 2.0 * (spectrum[..., rough].square().sum(-1) / 1.5).sqrt()
    depth = (beats / spectrum[..., 0].clamp(min=1e-9)).clamp(max=1.0)
    weight = stretches.square().mean(-1).sqrt()
    weight = weight * (weight > weight.max() * 10 ** (-GATE_DB / 20))
    return float((weight * depth).sum() / weight.sum().clamp(min=1e-20))


def _bands(samples: Tensor, fft_size: int, scale: float) -> Tensor:
    """[23, frames] power in critical bands of a sound taken down by ``scale``.

    Windows, hops and the edges of bands are scaled instead of the sound, which comes to the same.
    """
    size = _scaled(fft_size, scale)
    return _band_matrix(size, scale) @ _power(samples, size, size // _OVERLAP)


def _loudness(bands: Tensor) -> Tensor:
    """[23, frames] specific loudness relative to the loudest band of the loudest frame.

    N' ~ E^0.23 (Fastl and Zwicker 2007, chapter 8) without masking; zero below the gate.
    """
    relative = bands / bands.max()
    return relative**_LOUDNESS_EXPONENT * (relative > 10 ** (-GATE_DB / 10))


def _scaled(fft_size: int, scale: float) -> int:
    """A window that holds as many periods of the note as ``fft_size`` does at middle C."""
    return _OVERLAP * round(fft_size / scale / _OVERLAP)


def _power(samples: Tensor, fft_size: int, hop_samples: int) -> Tensor:
    """[N] -> [fft_size // 2 + 1, frames] power under periodic Hann windows, zeros outside."""
    return power_spectrum(samples, torch.hann_window(fft_size), hop_samples)


def _bins_hz(fft_size: int) -> Tensor:
    return torch.arange(fft_size // 2 + 1) * (SAMPLE_RATE_HZ / fft_size)


@lru_cache(maxsize=1000)
def _band_matrix(fft_size: int, scale: float) -> Tensor:
    """[23, fft_size // 2 + 1] ones where a bin lies in a critical band, scaled."""
    ends_hz = torch.tensor(_BAND_ENDS_HZ[:-1]) * scale
    band = torch.bucketize(_bins_hz(fft_size), ends_hz, right=True)
    return torch.nn.functional.one_hot(band, len(_BAND_ENDS_HZ)).T.float()
