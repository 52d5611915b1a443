from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pytest
import torch
from ears_for_tests import N_KNOBS, TABLE, ExactEars, Players
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from flow_synth.candidates import Candidates, different, find_candidates
from flow_synth.family import TWIN_DISTANCE, twin_knobs
from flow_synth.fitness import Aim
from flow_synth.lock import Locks
from flow_synth.problem import Problem
from flow_synth.synth import Note


@pytest.fixture(scope="module")
def aim() -> Aim:
    values = TABLE.snap(np.full(N_KNOBS, 0.4, np.float32))
    sound = Players().sound(values)
    assert sound is not None
    return Aim(*sound)


def candidates(
    aim: Aim, seed: int = 0, locked: Mapping[str, float | str] = MappingProxyType({})
) -> Candidates:
    return find_candidates(Problem(ExactEars(), TABLE, aim, Note(), Locks.of(TABLE, locked), seed))


def test_candidates_are_ranked_by_the_ear(aim: Aim) -> None:
    found = candidates(aim)
    np.testing.assert_array_equal(found.values, TABLE.snap(found.values))
    assert len(np.unique(found.values, axis=0)) == len(found.values)
    heard = ExactEars().predict(torch.from_numpy(found.values), torch.zeros(len(found.values), 2))
    np.testing.assert_allclose(aim.expected_db(heard), found.expected_db, rtol=1e-5)
    assert (np.diff(found.expected_db) >= 0).all()


def test_all_draws_are_among_them_and_what_is_bred_of_them_is_better(aim: Aim) -> None:
    found = candidates(aim)
    drawn = draws()
    assert (found.values[None] == drawn[:, None]).all(2).any(1).all()
    is_drawn = (found.values[:, None] == drawn[None]).all(2).any(1)
    assert found.expected_db[0] < 0.5 * found.expected_db[is_drawn][0]


def draws(seed: int = 0) -> NDArray[np.float32]:
    """[256, P] what the ears draw first of all, the shares themselves."""
    return TABLE.snap(np.random.default_rng(seed).random((256, N_KNOBS), np.float32))


def test_the_model_s_one_answer_is_among_them(aim: Aim) -> None:
    answer = TABLE.snap(np.full((1, N_KNOBS), 0.5, np.float32))
    assert (candidates(aim).values == answer).all(1).any()


@pytest.mark.parametrize("count", [2, 4, 16])
def test_the_model_s_one_answer_is_among_the_first_to_be_played(aim: Aim, count: int) -> None:
    found = candidates(aim)
    first = found.first(count)
    assert len(np.unique(first, axis=0)) == len(first) == count
    assert (first == found.answer).all(1).any()
    np.testing.assert_array_equal(first[0], found.values[0])
    np.testing.assert_array_equal(found.first(1), found.values[:1])


def test_a_seed_names_its_candidates(aim: Aim) -> None:
    one, same, other = candidates(aim), candidates(aim), candidates(aim, seed=1)
    np.testing.assert_array_equal(one.values, same.values)
    assert not np.array_equal(one.values, other.values)


def test_locked_knobs_stay_in_all_of_them(aim: Aim) -> None:
    found = candidates(aim, locked={"octave": 3.0, "knob4": 2.5})
    assert (found.values[:, 0] == 1.0).all()
    np.testing.assert_allclose(found.values[:, 4], 0.25)
    expected = np.array([[1, 1], [0.25, 0.25]])
    np.testing.assert_allclose(found.intervals[[0, 4]], expected)


def test_intervals_hold_nine_of_ten_draws(aim: Aim) -> None:
    found = candidates(aim)
    low, high = found.intervals.T
    drawn = draws()
    inside = ((drawn >= low) & (drawn <= high)).mean(0)
    assert (inside >= 0.88).all()
    assert (inside[1:] <= 0.93).all()


@given(st.integers(1, 12), st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_twins_come_after_all_others(count: int, seed: int, n_presets: int) -> None:
    generator = np.random.default_rng(seed)
    presets = generator.random((4, N_KNOBS), np.float32)[generator.integers(4, size=n_presets)]
    presets += generator.normal(0, 0.01, presets.shape).astype(np.float32)
    chosen = different(presets, count)
    assert len(chosen) == min(count, n_presets)
    assert list(chosen) == sorted(set(chosen.tolist()))
    assert chosen[0] == 0

    def is_twin(one: int, other: int) -> bool:
        moved = np.abs(presets[one] - presets[other]) > TWIN_DISTANCE
        return bool(moved.sum() < twin_knobs(N_KNOBS))

    # If two of the chosen are twins, nothing else was left that was nobody's twin.
    if any(is_twin(a, b) for a in chosen for b in chosen if a < b):
        left = set(range(n_presets)) - set(chosen.tolist())
        assert all(any(is_twin(number, other) for other in chosen) for number in left)
