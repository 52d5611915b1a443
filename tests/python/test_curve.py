"""Laws of curves, and SciPy as the outside reference of ranks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from flow_synth import curve
from flow_synth.curve import Numbers

POSITIONS = np.linspace(-3, 3, 13)
#: Few different numbers, so that there are ties.
TIED = st.lists(st.integers(0, 6), min_size=2, max_size=20).map(lambda n: np.array(n, float))


@given(TIED)
def test_ranks_and_their_correlation_are_scipys(numbers: Numbers) -> None:
    np.testing.assert_array_equal(curve.mean_ranks(numbers), stats.rankdata(numbers))
    found = curve.rank_correlation(numbers)
    if np.ptp(numbers) == 0:
        assert found == 0
    else:
        expected = stats.spearmanr(np.arange(len(numbers)), numbers).statistic
        assert found == pytest.approx(expected, abs=1e-12)


@given(TIED)
def test_a_rank_correlation_hears_order_alone(numbers: Numbers) -> None:
    found = curve.rank_correlation(numbers)
    assert curve.rank_correlation(np.exp(numbers)) == pytest.approx(found, abs=1e-12)
    assert curve.rank_correlation(-numbers) == pytest.approx(-found, abs=1e-12)


def test_what_is_not_measured_is_left_out_and_less_than_half_is_too_little() -> None:
    gaps = POSITIONS.copy()
    gaps[[0, 3, 5, 8, 11, 12]] = np.nan
    assert curve.rank_correlation(gaps) == pytest.approx(1)
    gaps[1] = np.nan
    assert np.isnan(curve.rank_correlation(gaps))
    rows = curve.rank_correlation(np.stack([POSITIONS, gaps, np.full(13, np.nan)]))
    assert rows[0] == pytest.approx(1)
    assert np.isnan(rows[1:]).all()


@given(TIED, st.floats(-100, 100))
def test_movement_knows_no_offset_and_no_order(numbers: Numbers, offset: float) -> None:
    expected = np.ptp(numbers)
    assert curve.movement(numbers) == expected
    assert curve.movement(numbers[::-1] + offset) == pytest.approx(expected, abs=1e-9)
    assert curve.movement(np.append(numbers, np.nan)) == expected


def test_a_single_measured_step_does_not_move() -> None:
    assert np.isnan(curve.movement(np.array([np.nan, 2.0, np.nan])))


def test_a_straight_line_uses_all_of_a_control_and_a_jump_one_step() -> None:
    low, high = curve.reach(POSITIONS, np.stack([5 * POSITIONS, POSITIONS > 0.9, 0 * POSITIONS]))
    np.testing.assert_allclose(low[:2], [-2.7, 0.525], atol=1e-12)
    np.testing.assert_allclose(high[:2], [2.7, 0.975], atol=1e-12)
    assert np.isnan([low[2], high[2]]).all()


def test_a_straight_line_is_the_smoothest_way_between_its_ends() -> None:
    line = np.linspace(0, 6, 7)
    mean, largest, bend = curve.step_sizes(line)
    assert (mean, largest, bend) == pytest.approx((1, 1, 0))
    mean, largest, bend = curve.step_sizes(np.array([0.0, 0, 0, 6, 6, 6, 6]))
    assert (mean, largest, bend) == pytest.approx((1, 6, 12 / 5))


def test_steps_beside_a_gap_are_left_out() -> None:
    mean, largest, bend = curve.step_sizes(np.array([[0.0, 1, np.nan, 5, 7], [np.nan] * 5]))
    np.testing.assert_array_equal(mean, [1.5, np.nan])
    np.testing.assert_array_equal(largest, [2, np.nan])
    assert np.isnan(bend).all()


def test_quartiles_are_those_of_what_was_measured() -> None:
    numbers = np.array([[1.0, np.nan], [np.nan, np.nan], [2, np.nan], [3, np.nan]])
    assert curve.quartiles(numbers) == ((1.5, 2, 2.5), None)
