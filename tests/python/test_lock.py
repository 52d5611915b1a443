import numpy as np
import pytest
from ears_for_tests import TABLE
from hypothesis import given
from hypothesis import strategies as st

from flow_synth.error import InputError
from flow_synth.lock import Locks, read_locks
from flow_synth.synths.builtin import builtin_table


def test_locks_are_read_as_a_user_writes_them() -> None:
    assert read_locks(TABLE, ["knob1=7.5", "octave", "knob2"]) == {
        "knob1": 7.5,
        "octave": 1.0,
        "knob2": 5.0,
    }
    assert read_locks(TABLE, []) == {}


def test_a_choice_is_locked_by_its_name() -> None:
    table = builtin_table()
    knob = next(parameter for parameter in table.parameters() if parameter.choices)
    assert read_locks(table, [f"{knob.name}={knob.choices[-1]}"]) == {knob.name: knob.choices[-1]}
    with pytest.raises(InputError, match="give one of"):
        read_locks(table, [f"{knob.name}=nothing of the kind"])


@pytest.mark.parametrize(
    ("texts", "complaint"),
    [
        (["cutof"], "unknown parameter 'cutof'; known are: octave, knob1"),
        (["cutof=1"], "unknown parameter 'cutof'"),
        (["knob1=high"], "knob 'knob1' cannot be locked at 'high'; give a number"),
        (["knob1="], "knob 'knob1' cannot be locked at ''"),
        (["knob1=11"], "knob1"),
        (["knob1", "knob1=3"], "knob 'knob1' is locked twice"),
    ],
)
def test_what_no_knob_can_be_is_refused(texts: list[str], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        read_locks(TABLE, texts)


@given(st.sets(st.sampled_from(TABLE.names)), st.integers(0, 2**32 - 1))
def test_locked_knobs_are_held_and_no_others(names: set[str], seed: int) -> None:
    presets = np.random.default_rng(seed).random((5, len(TABLE)), np.float32)
    held = Locks.of(TABLE, dict.fromkeys(names, 2.0)).held(presets)
    for column, name in enumerate(TABLE.names):
        expected = TABLE[column].to_unit(2.0) if name in names else presets[:, column]
        np.testing.assert_allclose(held[:, column], expected, rtol=1e-6)
