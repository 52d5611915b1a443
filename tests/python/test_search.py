"""CMA-ES in unit space."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from flow_synth.search import BUDGETS, search


class Bowl:
    """The squared distance from a point, which counts how often it is asked."""

    def __init__(self, bottom: NDArray[np.float64]) -> None:
        self.bottom = bottom
        self.n_calls = 0

    def __call__(self, preset: NDArray[np.float32]) -> float:
        self.n_calls += 1
        return float(np.square(preset - self.bottom).sum())


@given(st.integers(1, 60), st.integers(2, 41), st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_the_budget_is_exact_and_the_same_seed_tries_the_same(
    n_renders: int, n_knobs: int, seed: int
) -> None:
    bowl = Bowl(np.linspace(0, 1, n_knobs))
    start = np.full(n_knobs, 0.5)
    tried = search(bowl, start, n_renders, seed)
    assert bowl.n_calls == n_renders
    assert tried.shape == (n_renders, n_knobs)
    assert tried.dtype == np.float32
    assert tried.min() >= 0
    assert tried.max() <= 1
    np.testing.assert_array_equal(search(bowl, start, n_renders, seed), tried)
    # A larger budget begins with the smaller one.
    np.testing.assert_array_equal(search(bowl, start, n_renders + 5, seed)[:n_renders], tried)


@pytest.mark.parametrize(("n_knobs", "left"), [(2, 0.01), (6, 0.01), (16, 0.03)])
def test_a_convex_bowl_is_descended(n_knobs: int, left: float) -> None:
    bowl = Bowl(np.random.default_rng(0).uniform(0.1, 0.9, n_knobs))
    tried = search(bowl, np.full(n_knobs, 0.5), max(BUDGETS), seed=1)
    best = np.minimum.accumulate([bowl(preset) for preset in tried])[np.array(BUDGETS) - 1]
    assert (np.diff(best) < 0).all()
    # In 16 dimensions a hundredth of where it began is left, or twice that, by seed and processor;
    # of as many uniform draws, more than a third.
    assert best[-1] < left * bowl(np.full(n_knobs, 0.5, np.float32))


def test_a_corner_and_a_plain_are_no_trap() -> None:
    corner = Bowl(np.ones(4))
    tried = search(corner, np.zeros(4), 200, seed=0)
    assert min(map(corner, tried)) < 0.01
    assert len(search(lambda _preset: 80.0, np.full(3, 0.5), max(BUDGETS), seed=0)) == max(BUDGETS)


def test_another_seed_tries_other_presets() -> None:
    bowl = Bowl(np.full(5, 0.3))
    first, other = (search(bowl, np.full(5, 0.5), 10, seed) for seed in (0, 1))
    assert not np.array_equal(first, other)
