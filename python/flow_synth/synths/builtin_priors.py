"""Musical priors of the built-in synth: how a bass, a pad or a bell sets the knobs.

They stand in for the taste of a sound designer. Whatever comes from here is generated, not human.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from flow_synth.parameter import ParameterTable
from flow_synth.preset import Preset

#: Draws one human value; None leaves the knob at its default.
Prior = Callable[[np.random.Generator], float | str | None]

#: Where each category is at home: the MIDI note it is auditioned at.
HOME_PITCH: Mapping[str, float] = {
    "bass": 36,
    "lead": 72,
    "pad": 60,
    "pluck": 60,
    "keys": 60,
    "bell": 72,
    "brass": 55,
    "texture": 48,
}


def _between(low: float, high: float) -> Prior:
    return lambda generator: float(generator.uniform(low, high))


def _log_between(low: float, high: float) -> Prior:
    return lambda generator: float(np.exp(generator.uniform(np.log(low), np.log(high))))


def _around(centre: float, spread: float, low: float, high: float) -> Prior:
    return lambda generator: float(np.clip(generator.normal(centre, spread), low, high))


def _one_of(*values: float | str) -> Prior:
    return lambda generator: values[int(generator.integers(len(values)))]


def _sometimes(probability: float, prior: Prior) -> Prior:
    def draw(generator: np.random.Generator) -> float | str | None:
        # The value is drawn either way, so that one knob's chance does not shift the next knob's.
        value = prior(generator)
        return value if generator.random() < probability else None

    return draw


#: Every category starts from these and overrides what makes it what it is.
_COMMON: Mapping[str, Prior] = {
    "osc1_shape": _between(0, 3),
    "osc1_pulse_width": _between(0.5, 0.9),
    "osc2_shape": _between(0, 3),
    "osc2_pulse_width": _between(0.5, 0.9),
    "osc2_detune": _sometimes(0.7, _around(0, 9, -50, 50)),
    "osc2_octave": _sometimes(0.4, _one_of(-1, 1, 1)),
    "osc2_semitones": _sometimes(0.1, _one_of(5, 7, 7)),
    "osc_mix": _between(0, 1),
    "sub_level": _sometimes(0.25, _between(0.1, 0.8)),
    "ring": _sometimes(0.08, _between(0.1, 0.7)),
    "noise": _sometimes(0.15, _between(0.01, 0.2)),
    "filter_mode": _sometimes(0.12, _one_of("bandpass", "highpass")),
    "filter_cutoff": _log_between(150, 12000),
    "filter_resonance": _sometimes(0.7, _between(0, 0.75)),
    "filter_env_amount": _sometimes(0.6, _around(1.5, 1.5, -3, 6)),
    "filter_key_tracking": _between(0, 1),
    "filter_attack": _log_between(0.001, 0.3),
    "filter_decay": _log_between(0.05, 4),
    "filter_sustain": _between(0, 1),
    "filter_release": _log_between(0.05, 2),
    "amp_attack": _log_between(0.001, 0.05),
    "amp_decay": _log_between(0.1, 6),
    "amp_sustain": _between(0.2, 1),
    "amp_release": _log_between(0.03, 1.5),
    "pitch_env_amount": _sometimes(0.06, _around(0, 6, -24, 24)),
    "pitch_env_decay": _log_between(0.01, 0.4),
    "lfo_shape": _sometimes(0.35, _one_of("triangle", "triangle", "square", "random")),
    "lfo_rate": _log_between(0.1, 9),
    "lfo_fade": _log_between(0.001, 2),
    "lfo_to_pitch": _sometimes(0.25, _log_between(0.03, 0.5)),
    "lfo_to_filter": _sometimes(0.25, _between(0.1, 1.5)),
    "lfo_to_amp": _sometimes(0.12, _between(0.1, 0.7)),
    "lfo_to_pulse_width": _sometimes(0.25, _between(0.05, 0.4)),
    "drive": _sometimes(0.5, _between(0, 18)),
    "chorus_mix": _sometimes(0.45, _between(0.1, 0.9)),
    "chorus_rate": _log_between(0.15, 2.5),
    "chorus_depth": _between(0.3, 3),
    "reverb_mix": _sometimes(0.6, _between(0.05, 0.45)),
    "reverb_decay": _log_between(0.4, 4),
    "reverb_damping": _log_between(1500, 14000),
}

_OVERRIDES: Mapping[str, Mapping[str, Prior]] = {
    "bass": {
        "osc2_octave": _sometimes(0.4, _one_of(-1, 0, 1)),
        "sub_level": _sometimes(0.6, _between(0.2, 1)),
        "filter_mode": _one_of("lowpass"),
        "filter_cutoff": _log_between(120, 2500),
        "filter_env_amount": _around(2, 1.2, 0, 5),
        "filter_decay": _log_between(0.05, 1),
        "filter_sustain": _between(0, 0.5),
        "amp_attack": _log_between(0.001, 0.01),
        "amp_release": _log_between(0.03, 0.25),
        "drive": _sometimes(0.7, _between(0, 28)),
        "chorus_mix": _sometimes(0.2, _between(0.1, 0.5)),
        "reverb_mix": _sometimes(0.15, _between(0.03, 0.15)),
    },
    "lead": {
        "osc1_shape": _between(1.5, 3),
        "osc2_shape": _between(1.5, 3),
        "filter_cutoff": _log_between(600, 14000),
        "filter_resonance": _between(0, 0.85),
        "amp_sustain": _between(0.6, 1),
        "lfo_to_pitch": _sometimes(0.6, _log_between(0.05, 0.5)),
        "lfo_rate": _between(3.5, 7.5),
        "lfo_fade": _log_between(0.2, 2),
        "drive": _sometimes(0.6, _between(0, 30)),
        "reverb_mix": _sometimes(0.7, _between(0.05, 0.35)),
    },
    "pad": {
        "osc2_detune": _around(0, 14, -50, 50),
        "filter_cutoff": _log_between(250, 6000),
        "filter_attack": _log_between(0.1, 4),
        "amp_attack": _log_between(0.15, 3),
        "amp_sustain": _between(0.7, 1),
        "amp_release": _log_between(0.5, 6),
        "lfo_rate": _log_between(0.06, 1.5),
        "lfo_to_filter": _sometimes(0.5, _between(0.1, 1.2)),
        "drive": _sometimes(0.2, _between(0, 8)),
        "chorus_mix": _sometimes(0.8, _between(0.3, 1)),
        "reverb_mix": _between(0.2, 0.8),
        "reverb_decay": _log_between(1.5, 9),
    },
    "pluck": {
        "filter_cutoff": _log_between(150, 5000),
        "filter_env_amount": _around(3, 1.3, 0, 6),
        "filter_attack": _log_between(0.001, 0.005),
        "filter_decay": _log_between(0.04, 0.9),
        "filter_sustain": _between(0, 0.2),
        "amp_attack": _log_between(0.001, 0.005),
        "amp_decay": _log_between(0.15, 2.5),
        "amp_sustain": _between(0, 0.08),
        "amp_release": _log_between(0.1, 1.5),
        "lfo_to_pitch": _sometimes(0.05, _log_between(0.03, 0.2)),
        "lfo_to_amp": _sometimes(0.04, _between(0.1, 0.5)),
    },
    "keys": {
        "osc1_shape": _between(0, 2.2),
        "osc2_shape": _between(0, 1.6),
        "filter_cutoff": _log_between(400, 8000),
        "filter_env_amount": _around(1.2, 0.8, 0, 4),
        "filter_decay": _log_between(0.2, 3),
        "filter_sustain": _between(0, 0.6),
        "amp_attack": _log_between(0.001, 0.008),
        "amp_decay": _log_between(1, 7),
        "amp_sustain": _between(0, 0.5),
        "amp_release": _log_between(0.08, 0.6),
        "noise": _sometimes(0.05, _between(0.01, 0.05)),
        "lfo_to_amp": _sometimes(0.25, _between(0.1, 0.5)),
        "lfo_rate": _between(3, 7),
    },
    "bell": {
        "osc1_shape": _between(0, 0.8),
        "osc2_shape": _between(0, 0.6),
        "osc2_octave": _one_of(0, 1, 1, 2),
        "osc2_semitones": _one_of(0, 3, 4, 5, 6, 7, 8, 9, 10),
        "ring": _sometimes(0.75, _between(0.2, 1)),
        "noise": _sometimes(0.05, _between(0.01, 0.04)),
        "filter_mode": _sometimes(0.15, _one_of("highpass")),
        "filter_cutoff": _log_between(1500, 16000),
        "filter_env_amount": _sometimes(0.4, _around(1, 0.8, -1, 3)),
        "amp_attack": _log_between(0.001, 0.003),
        "amp_decay": _log_between(1.2, 8),
        "amp_sustain": _between(0, 0.05),
        "amp_release": _log_between(0.5, 5),
        "drive": _sometimes(0.1, _between(0, 6)),
        "reverb_mix": _between(0.1, 0.6),
        "lfo_to_pitch": _sometimes(0.05, _log_between(0.03, 0.1)),
    },
    "brass": {
        "osc1_shape": _around(2, 0.2, 1.5, 2.6),
        "osc2_shape": _around(2, 0.2, 1.5, 2.6),
        "osc2_detune": _around(0, 8, -30, 30),
        "osc2_octave": _sometimes(0.15, _one_of(-1, 1)),
        "osc2_semitones": _one_of(0),
        "ring": _one_of(0),
        "noise": _sometimes(0.3, _between(0.01, 0.06)),
        "filter_mode": _one_of("lowpass"),
        "filter_cutoff": _log_between(200, 1800),
        "filter_env_amount": _around(2.4, 0.9, 0.5, 5),
        "filter_attack": _log_between(0.03, 0.4),
        "filter_decay": _log_between(0.2, 3),
        "filter_sustain": _between(0.3, 0.9),
        "amp_attack": _log_between(0.02, 0.2),
        "amp_sustain": _between(0.7, 1),
        "amp_release": _log_between(0.05, 0.5),
        "pitch_env_amount": _sometimes(0.25, _around(-0.5, 0.5, -2, 1)),
        "pitch_env_decay": _log_between(0.03, 0.15),
        "lfo_to_pitch": _sometimes(0.35, _log_between(0.05, 0.25)),
        "lfo_rate": _between(4, 6.5),
        "lfo_fade": _log_between(0.3, 2),
        "drive": _between(0, 14),
    },
    "texture": {
        "ring": _sometimes(0.4, _between(0.1, 1)),
        "noise": _sometimes(0.7, _between(0.05, 0.95)),
        "osc2_semitones": _sometimes(0.5, _one_of(1, 2, 3, 5, 6, 7, 10, 11)),
        "filter_mode": _sometimes(0.5, _one_of("bandpass", "highpass")),
        "filter_resonance": _between(0, 0.95),
        "filter_env_amount": _around(0, 2.5, -6, 6),
        "filter_attack": _log_between(0.01, 4),
        "amp_attack": _log_between(0.005, 3),
        "amp_release": _log_between(0.2, 6),
        "lfo_shape": _one_of("sine", "triangle", "square", "random"),
        "lfo_rate": _log_between(0.06, 16),
        "lfo_to_pitch": _sometimes(0.3, _log_between(0.05, 2)),
        "lfo_to_filter": _sometimes(0.7, _between(0.3, 3)),
        "lfo_to_amp": _sometimes(0.3, _between(0.2, 1)),
        "pitch_env_amount": _sometimes(0.2, _around(0, 10, -24, 24)),
        "pitch_env_decay": _log_between(0.05, 2),
        "reverb_mix": _sometimes(0.8, _between(0.1, 0.9)),
        "reverb_decay": _log_between(1, 10),
    },
}

CATEGORIES: Sequence[str] = tuple(_OVERRIDES)

#: Shares of what :func:`draw_preset` gives; the rest are crossings of two categories.
_PRIOR_SHARE = 0.6
_UNIFORM_SHARE = 0.1


def draw_category(generator: np.random.Generator, category: str, table: ParameterTable) -> Preset:
    """One preset from the priors of ``category``."""
    priors = {**_COMMON, **_OVERRIDES[category]}
    human = {name: priors[name](generator) for name in table.names}
    values = table.from_human({name: value for name, value in human.items() if value is not None})
    return Preset(f"{category} draw", values, category)


def draw_preset(generator: np.random.Generator, table: ParameterTable) -> Preset:
    """A random preset: mostly of one category, some crossings of two, a few uniform."""
    chance = generator.random()
    first, second = (
        draw_category(generator, CATEGORIES[int(index)], table)
        for index in generator.integers(len(CATEGORIES), size=2)
    )
    uniform = generator.random(len(table)).astype(np.float32)
    takes_second = generator.random(len(table)) < generator.uniform(0.1, 0.5)
    if chance < _PRIOR_SHARE:
        return first
    if chance < _PRIOR_SHARE + _UNIFORM_SHARE:
        return Preset("uniform draw", table.snap(uniform), "uniform")
    crossed = np.where(takes_second, second.values, first.values)
    return Preset(f"{first.category} x {second.category} draw", crossed, first.category)
