import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, rankdata

from flow_synth.position import FURTHEST, positions


def test_positions_are_normal_scores() -> None:
    """Against scipy's middle ranks and quantiles."""
    known = np.random.default_rng(0).lognormal(size=(500, 2)).astype(np.float32)
    known[:50, 1] = known[0, 1]
    ranks = rankdata(known, axis=0) - 0.5
    expected = np.clip(norm.ppf(ranks / len(known)), -FURTHEST, FURTHEST)
    np.testing.assert_allclose(positions(known, known), expected, atol=1e-4)


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=2, max_size=50), st.integers(0, 100))
def test_a_larger_descriptor_is_never_further_down(column: list[float], seed: int) -> None:
    known = np.random.default_rng(seed).normal(size=(40, 1)).astype(np.float32)
    descriptors = np.sort(np.array(column, np.float32))[:, None]
    found = positions(descriptors, known)
    assert (np.diff(found, axis=0) >= 0).all()
    assert np.abs(found).max() <= FURTHEST


def test_what_says_nothing_has_no_position() -> None:
    known = np.array([[1.0, np.nan], [2.0, np.nan], [np.nan, np.nan]], np.float32)
    found = positions(np.array([[1.5, 1.0], [np.nan, 2.0]], np.float32), known)
    assert found[0, 0] == pytest.approx(0, abs=1e-6)
    assert np.isnan(found[1, 0])
    assert np.isnan(found[:, 1]).all()
