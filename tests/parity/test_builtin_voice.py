"""The built-in synth sounds the same natively as in Python."""

import numpy as np
import pytest

from flow_synth import _native
from flow_synth.error import InputError
from flow_synth.synth import Note
from flow_synth.synths.builtin import BuiltinSynth


@pytest.mark.parametrize("is_musical", [True, False])
def test_fifty_random_presets_sound_the_same(
    is_musical: bool, builtin_synth: BuiltinSynth
) -> None:
    """Musical ones, and ones with every knob anywhere: harsher, all modulations at once."""
    generator = np.random.default_rng(0)
    for _ in range(50):
        uniform = generator.random(len(builtin_synth.table), np.float32)
        values = builtin_synth.draw(generator).values if is_musical else uniform
        note = Note(
            pitch=float(generator.uniform(30, 90)), velocity=int(generator.integers(1, 128))
        )
        wanted = builtin_synth.render(values, note)
        found = _native.render_builtin(
            values, note.pitch, note.velocity, note.held_samples, note.total_samples
        )
        assert found.shape == wanted.shape
        assert np.abs(found - wanted).max() <= 1e-4 * np.abs(wanted).max()


def test_values_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"values must be \[40\] unit values"):
        _native.render_builtin(np.zeros(3, np.float32), 60.0, 100, 10, 20)
    with pytest.raises(ValueError, match="held_samples must not exceed total_samples"):
        _native.render_builtin(np.zeros(40, np.float32), 60.0, 100, 30, 20)


@pytest.mark.parametrize("value", [np.nan, np.inf, -0.1, 1.001])
def test_values_that_are_no_unit_values_are_refused(value: float) -> None:
    values = np.full(40, 0.5, np.float32)
    values[7] = value
    with pytest.raises(InputError, match=r"has the value .*; give unit values from 0 to 1"):
        _native.render_builtin(values, 60.0, 100, 10, 20)
