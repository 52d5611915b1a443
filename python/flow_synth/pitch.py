"""The pitch that a recording is played at."""

from dataclasses import dataclass

import numpy as np
import parselmouth
from numpy.typing import NDArray

#: The range of a piano.
MINIMUM_HZ = 27.0
MAXIMUM_HZ = 4300.0
#: A sound says its pitch early on; a model hears no more than this either.
ANALYSED_SECONDS = 4.0

#: Praat's method looks at three periods of the lowest pitch at once.
_PERIODS = 3
_TIME_STEP_SECONDS = 0.02
#: Prefers the octave above a little more than Praat's 0.01, which is meant for speech: measured on
#: 79 instruments of a General MIDI soundfont, it takes fewer high notes for the octave below.
_OCTAVE_COST = 0.03
_MINIMUM_CONFIDENCE = 0.1
#: Frames this close to each other, in semitones, are the same note with its vibrato.
_SAME_NOTE_SEMITONES = 0.6


@dataclass(frozen=True)
class Pitch:
    """What was heard.

    Attributes:
        note: MIDI note number with its fraction; 69 is 440 Hz.
        confidence: in (0, 1]; the share of the sound, weighted by amplitude, that is periodic at
            this pitch.
    """

    note: float
    confidence: float


def detect_pitch(samples: NDArray[np.float32], sample_rate_hz: int) -> Pitch | None:
    """Finds the pitch that sounds for most of the time.

    Autocorrelation by Praat gives a pitch for every frame. The pitch is the median of
    the frames around the semitone in which most of the sound lies.

    Args:
        samples: [N] mono.
        sample_rate_hz: at least 8000.

    Returns:
        None for noise, most drums and whatever else has no pitch.

    References:
        P. Boersma, 1993: Accurate short-term analysis of the fundamental frequency and the
        harmonics-to-noise ratio of a sampled sound. Proc. Institute of Phonetic Sciences 17.
    """
    samples = samples[: round(ANALYSED_SECONDS * sample_rate_hz)]
    # A short sound cannot tell low pitches; half a percent keeps clear of Praat's own limit.
    floor_hz = max(MINIMUM_HZ, 1.005 * _PERIODS * sample_rate_hz / max(len(samples), 1))
    if floor_hz > MAXIMUM_HZ / 2 or not samples.any():
        return None
    sound = parselmouth.Sound(samples.astype(np.float64), sample_rate_hz)
    track = sound.to_pitch_ac(
        time_step=_TIME_STEP_SECONDS,
        pitch_floor=floor_hz,
        pitch_ceiling=min(MAXIMUM_HZ, sample_rate_hz / 2.5),
        octave_cost=_OCTAVE_COST,
    )
    frequencies_hz = track.selected_array["frequency"]
    amplitudes = _amplitudes(samples, track.xs(), sample_rate_hz)
    voiced = frequencies_hz > 0
    notes = 69 + 12 * np.log2(frequencies_hz[voiced] / 440)
    weights = track.selected_array["strength"][voiced] * amplitudes[voiced]
    return _dominant(notes, weights, float(amplitudes.sum()))


def _amplitudes(
    samples: NDArray[np.float32], times: NDArray[np.float64], sample_rate_hz: int
) -> NDArray[np.float64]:
    """[frames] RMS of one time step around every time."""
    energy = np.concatenate(([0.0], np.cumsum(np.square(samples, dtype=np.float64))))
    half = _TIME_STEP_SECONDS / 2
    edges = [np.round((times + offset) * sample_rate_hz) for offset in (-half, half)]
    start, end = (np.clip(edge, 0, len(samples)).astype(int) for edge in edges)
    power: NDArray[np.float64] = np.maximum(energy[end] - energy[start], 0.0)
    return np.sqrt(power)


def _dominant(
    notes: NDArray[np.float64], weights: NDArray[np.float64], total: float
) -> Pitch | None:
    """The weighted median of the notes around the heaviest one."""
    if not len(notes):
        return None
    near = np.abs(notes[:, None] - notes) < _SAME_NOTE_SEMITONES
    heard = near[(near @ weights).argmax()]
    confidence = float(weights[heard].sum()) / total
    if confidence < _MINIMUM_CONFIDENCE:
        return None
    order = notes[heard].argsort()
    cumulative = weights[heard][order].cumsum()
    middle = np.searchsorted(cumulative, cumulative[-1] / 2)
    return Pitch(float(notes[heard][order][middle]), confidence)
