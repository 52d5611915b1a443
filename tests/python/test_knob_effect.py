import math

import numpy as np
import pytest
from ears_for_tests import N_KNOBS, TABLE, ExactEars

from flow_synth.knob_effect import knob_effects
from flow_synth.synth import Note


def effects(*, of: float = 0.4, **moved: float) -> dict[str, float]:
    values = np.full(N_KNOBS, of, np.float32)
    for name, value in moved.items():
        values[TABLE.names.index(name)] = value
    found = knob_effects(ExactEars(), TABLE, TABLE.snap(values), Note())
    assert found.shape == (N_KNOBS,)
    return dict(zip(TABLE.names, found.tolist(), strict=True))


def test_a_knob_of_which_the_sound_depends_evenly_has_that_effect() -> None:
    """A tenth of knob 5, the level, is 0.4 nats everywhere."""
    level_db = 0.4 * 20 / math.log(10)
    for of in (0.2, 0.6):
        assert effects(of=of)["knob5"] == pytest.approx(level_db, rel=1e-3)


def test_a_knob_that_nothing_depends_on_has_none() -> None:
    assert effects()["knob7"] == 0


def test_the_effect_is_that_here_and_now() -> None:
    """How far the second partial lies below matters less where it is heard less."""
    assert effects(knob6=0.9)["knob2"] < effects(knob6=0.0)["knob2"]


def test_at_the_end_of_its_range_a_knob_moves_inwards() -> None:
    for end in (0.0, 1.0):
        assert effects(knob5=end)["knob5"] == pytest.approx(effects()["knob5"], rel=1e-3)


def test_a_stepped_knob_moves_by_a_step() -> None:
    """An octave is ten bands; a third of its range."""
    assert effects()["octave"] > 1
