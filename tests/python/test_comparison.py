"""Paired bootstraps say what the normal law says, Holm's correction what its definition says."""

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from flow_synth.comparison import SIGNIFICANCE, TEST_RESAMPLES, compare, contrast, holm
from flow_synth.metric import Measure
from flow_synth.results import Outcome, Row

SC = Measure.SC
N_TARGETS = 400


def row(errors: NDArray[Any], rotation: int = 0, members: int = 1) -> Row:
    numbers = np.arange(len(errors))
    outcome = Outcome(rotation, 0, tuple(map(str, numbers)), numbers // members, {SC: errors})
    return Row((outcome,))


def noise(seed: int) -> NDArray[np.float64]:
    """Of mean 0 and standard deviation 1 exactly."""
    drawn = np.random.default_rng(seed).normal(size=N_TARGETS)
    standard: NDArray[np.float64] = (drawn - drawn.mean()) / drawn.std()
    return standard


@pytest.mark.parametrize("n_standard_errors", [-3.0, -1.0, 0.0, 0.5, 2.5])
def test_a_paired_difference_is_judged_as_by_the_normal_law(n_standard_errors: float) -> None:
    # What is common to both sides is twenty times larger than their difference.
    common = 20 * noise(0)
    standard_error = 1 / math.sqrt(N_TARGETS)
    found = contrast(
        [row(common + noise(1) + n_standard_errors * standard_error)], [row(common)], SC
    )
    assert found is not None
    assert found.mean == pytest.approx(n_standard_errors * standard_error, abs=1e-12)
    ends = np.array([found.low, found.high]) / standard_error
    np.testing.assert_allclose(
        ends, [n_standard_errors - 1.96, n_standard_errors + 1.96], atol=0.1
    )
    p = math.erfc(abs(n_standard_errors) / math.sqrt(2))
    assert found.p == pytest.approx(p, rel=0.3, abs=0.03)


def test_sides_of_several_rows_are_their_average() -> None:
    one, two, other = noise(1), noise(2) + 1, noise(3)
    found = contrast([row(one), row(two)], [row(other)], SC)
    same = contrast([row((one + two) / 2)], [row(other)], SC)
    assert found == same
    assert found is not None
    assert found.mean == pytest.approx(0.5)


def test_only_common_targets_are_compared() -> None:
    errors = np.arange(10.0)
    longer = row(np.append(errors, 1000.0))
    found = contrast([longer], [row(errors)], SC)
    assert found is not None
    assert (found.mean, found.low, found.high, found.p) == (0, 0, 0, 1)
    assert contrast([row(errors)], [row(errors, rotation=1)], SC) is None
    assert compare({"one": row(errors), "two": row(errors, rotation=1)}, SC) == {}


def test_a_grown_difference_is_the_difference_of_differences() -> None:
    now = [row(noise(1))], [row(noise(2) + 3)]
    before = [row(noise(3))], [row(noise(4) + 1)]
    found = contrast(*now, SC, before=before)
    alone = [contrast(*sides, SC) for sides in (now, before)]
    assert found is not None
    widths = []
    for one in alone:
        assert one is not None
        widths.append(one.high - one.low)
    assert found.mean == pytest.approx(-2)
    assert found.high - found.low == pytest.approx(math.hypot(*widths), rel=0.05)


def test_twins_make_nothing_more_certain() -> None:
    first, second = noise(1) - 0.1, noise(2)
    alone = contrast([row(first)], [row(second)], SC)
    doubled = contrast(
        [row(np.repeat(first, 2), members=2)], [row(np.repeat(second, 2), members=2)], SC
    )
    assert alone is not None
    assert doubled is not None
    np.testing.assert_allclose(
        [doubled.mean, doubled.low, doubled.high], [alone.mean, alone.low, alone.high], atol=1e-12
    )


def two_rotations(first: NDArray[Any], second: NDArray[Any]) -> Row:
    outcomes = [
        row(errors, rotation).outcomes[0] for rotation, errors in enumerate((first, second))
    ]
    return Row(tuple(outcomes))


@pytest.mark.parametrize(
    ("first", "second", "sign"),
    [(-0.5, -0.1, -1), (0.1, 0.5, 1), (-0.9, 0.01, 0), (0.9, -0.01, 0)],
)
def test_what_rotations_contradict_cannot_be_told(first: float, second: float, sign: int) -> None:
    flat = two_rotations(np.zeros(N_TARGETS), np.zeros(N_TARGETS))
    found = contrast([two_rotations(0.1 * noise(1) + first, 0.1 * noise(2) + second)], [flat], SC)
    assert found is not None
    assert found.p < SIGNIFICANCE
    assert found.by_rotation == pytest.approx({0: first, 1: second}, abs=1e-12)
    assert found.sign == sign


def test_a_growth_is_told_in_rotations_that_all_sides_have() -> None:
    def sides(first: float, second: float) -> tuple[list[Row], list[Row]]:
        flat = two_rotations(np.zeros(N_TARGETS), np.zeros(N_TARGETS))
        return [two_rotations(noise(1) + first, noise(2) + second)], [flat]

    found = contrast(*sides(3, 2), SC, before=sides(1, 1.5))
    assert found is not None
    assert found.by_rotation == pytest.approx({0: 2, 1: 0.5})
    assert found.sign == 1
    elsewhere = [row(noise(1))], [row(noise(2))]
    one = contrast(*sides(3, 2), SC, before=elsewhere)
    assert one is not None
    assert list(one.by_rotation) == [0]
    nowhere = contrast(
        [row(noise(1) + 3)],
        [row(noise(2))],
        SC,
        before=([row(noise(3), rotation=1)], [row(noise(4), rotation=1)]),
    )
    assert nowhere is not None
    assert (nowhere.by_rotation, nowhere.sign) == ({}, 0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_rejects_what_its_definition_rejects(p: list[float]) -> None:
    """Step down from the smallest; stop at the first that is not below alpha / (those left)."""
    corrected = holm(np.array(p))
    for alpha in (0.01, SIGNIFICANCE, 0.3):
        rejected: set[int] = set()
        for step, index in enumerate(np.argsort(p)):
            if p[index] * (len(p) - step) >= alpha:
                break
            rejected.add(int(index))
        assert set(np.flatnonzero(corrected < alpha)) == rejected
    assert (corrected >= p).all()
    assert (corrected <= 1).all()


def test_every_pair_is_compared_once_and_corrected_for_their_number() -> None:
    rows = {name: row(noise(seed) + 0.25 * seed) for seed, name in enumerate("abcd")}
    found = compare(rows, SC)
    assert list(found) == list(combinations("abcd", 2))
    alone = {}
    for one, two in found:
        single = contrast([rows[one]], [rows[two]], SC)
        assert single is not None
        alone[one, two] = single
        both = found[one, two]
        np.testing.assert_allclose(
            [both.mean, both.low, both.high], [single.mean, single.low, single.high]
        )
    corrected = holm(np.array([one.p for one in alone.values()]))
    np.testing.assert_allclose([one.p for one in found.values()], corrected)
    assert found["a", "d"].p == pytest.approx(6 * 2 / (TEST_RESAMPLES + 1))
