"""The built-in synth sounds the same natively as in Python."""

import numpy as np
import pytest

from flow_synth import _native
from flow_synth.synth import Note
from flow_synth.synths.builtin import BuiltinSynth


def test_fifty_random_presets_sound_the_same(builtin_synth: BuiltinSynth) -> None:
    generator = np.random.default_rng(0)
    for _ in range(50):
        values = builtin_synth.draw(generator).values
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
