"""Laws of a curve: what a descriptor does along a sweep of a control.

Curves are float arrays whose axis of steps is the last one. NaN is a step at which nothing could
be measured: it is left out, and where too little is left the result is NaN.
"""

import numpy as np
from numpy.typing import NDArray

#: Share of a curve's way that counts as its flat ends, at either side.
FLAT_SHARE = 0.05

Numbers = NDArray[np.float64]


def mean_of_measured(numbers: Numbers, axis: int | tuple[int, ...]) -> Numbers:
    """Mean over some axes without NaN; NaN where there is nothing else."""
    is_measured = ~np.isnan(numbers)
    count = is_measured.sum(axis)
    total = np.where(is_measured, numbers, 0.0).sum(axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def rank_correlation(curves: Numbers) -> Numbers:
    """Spearman's rank correlation of [..., S] with the number of the step, ties at mean ranks.

    Spearman 1904, "The proof and measurement of association between two things". A curve that
    never moves correlates with nothing: 0. One measured at less than half of its steps is NaN.
    """
    rows = curves.reshape(-1, curves.shape[-1])
    return np.array([_rank_correlation(row) for row in rows]).reshape(curves.shape[:-1])


def _rank_correlation(curve: Numbers) -> float:
    measured = curve[~np.isnan(curve)]
    if 2 * len(measured) < len(curve) or len(measured) < 2:
        return np.nan
    ranks = mean_ranks(measured)
    if np.ptp(ranks) == 0:
        return 0.0
    return float(np.corrcoef(np.arange(len(ranks)), ranks)[0, 1])


def mean_ranks(numbers: Numbers) -> Numbers:
    """[n] ranks from 1 on; equal numbers share the mean of theirs."""
    _, place, count = np.unique(numbers, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return (last - (count - 1) / 2)[place]


def movement(curves: Numbers) -> Numbers:
    """Largest less smallest value of [..., S]; NaN with fewer than two measured steps."""
    is_measured = ~np.isnan(curves)
    spread = np.where(is_measured, curves, -np.inf).max(-1) - np.where(
        is_measured, curves, np.inf
    ).min(-1)
    return np.where(is_measured.sum(-1) >= 2, spread, np.nan)


def reach(positions: Numbers, curves: Numbers) -> tuple[Numbers, Numbers]:
    """Where the way of curves [..., S] begins and ends: outside, a control does hardly anything.

    The way is the sum of absolute changes between measured steps, spread evenly over the stretch
    between two of them. It begins where 5 % of it are done and ends where 95 % are.

    Returns:
        Both positions, [...]; NaN for a curve that never moves.
    """
    rows = curves.reshape(-1, curves.shape[-1])
    ends = np.array([_reach(positions, row) for row in rows]).reshape(*curves.shape[:-1], 2)
    return ends[..., 0], ends[..., 1]


def _reach(positions: Numbers, curve: Numbers) -> tuple[float, float]:
    is_measured = ~np.isnan(curve)
    way = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(curve[is_measured])))])
    if not is_measured.any() or way[-1] == 0:
        return np.nan, np.nan
    low, high = np.interp(
        [FLAT_SHARE * way[-1], (1 - FLAT_SHARE) * way[-1]], way, positions[is_measured]
    )
    return float(low), float(high)


def quartiles(numbers: Numbers) -> tuple[tuple[float, float, float] | None, ...]:
    """Of each column of [n, S] the quartiles of what was measured; None where nothing was."""
    columns = (column[~np.isnan(column)] for column in numbers.T)
    found = (np.percentile(column, (25, 50, 75)) if len(column) else None for column in columns)
    return tuple(None if one is None else (one[0], one[1], one[2]) for one in found)


def step_sizes(curves: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """How unevenly [..., S] goes: the mean and the largest step, and the mean bend.

    A step is the absolute difference of neighbours and a bend that of neighbouring differences.
    """
    differences = np.diff(curves)
    steps, bends = np.abs(differences), np.abs(np.diff(differences))
    largest = np.where(np.isnan(steps), -np.inf, steps).max(-1)
    largest = np.where(np.isfinite(largest), largest, np.nan)
    return mean_of_measured(steps, -1), largest, mean_of_measured(bends, -1)
