"""Which rows of a table differ: paired bootstraps, corrected for the number of pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Self

import numpy as np
from numpy.typing import NDArray

from flow_synth.metric import Measure
from flow_synth.results import Row
from flow_synth.score import family_means, interval

#: Resamples behind every p-value: the least that can be found is 2 / (this + 1).
TEST_RESAMPLES = 20_000
SIGNIFICANCE = 0.05

Cell = tuple[int, str]
Group = Sequence[Row]
ByRotation = Mapping[int, float]


@dataclass(frozen=True)
class Contrast:
    """The mean of one side less that of the other, on the cells that both have.

    The interval is of the families of targets alone: how far chance moves a training is in none.

    Attributes:
        mean: below zero the first side is nearer.
        by_rotation: likewise, of the cells of each rotation.
        low: lower end of the 95 % interval over families.
        high: upper end.
        p: of two sides, by the bootstrap: twice the smaller share of resamples beyond zero.
    """

    mean: float
    by_rotation: ByRotation
    low: float
    high: float
    p: float

    @property
    def sign(self) -> int:
        """-1 or 1 if the sides can be told apart, or else 0.

        They can if their families do (``p``) and the trainings of no rotation contradict.
        """
        signs = {int(np.sign(mean)) for mean in (self.mean, *self.by_rotation.values())}
        is_told = self.p < SIGNIFICANCE and bool(self.by_rotation) and len(signs) == 1
        return signs.pop() if is_told else 0

    @classmethod
    def of(cls, mean: float, by_rotation: ByRotation, resampled: NDArray[np.float64]) -> Self:
        """Mean differences with the interval and the p-value of resamples [R] of all cells.

        Efron and Tibshirani 1993, section 15.4: the level at which the percentile interval just
        reaches zero; one is added to either count so that no p-value is zero.
        """
        low, high = interval(resampled)
        beyond = min(int((resampled >= 0).sum()), int((resampled <= 0).sum()))
        p = min(1.0, 2 * (beyond + 1) / (len(resampled) + 1))
        return cls(mean, by_rotation, float(low), float(high), p)


def contrast(
    first: Group,
    second: Group,
    measure: Measure,
    *,
    before: tuple[Group, Group] | None = None,
) -> Contrast | None:
    """Compares what the rows of one side err on average with those of the other.

    Args:
        first: rows of one side.
        second: rows of the other.
        measure: in what.
        before: the sides in another table: what is compared then is how the difference has grown
            since. The tables are drawn apart; that both may be of the same presets would only
            narrow the interval.

    Returns:
        None if no cell is common to all rows of a table.
    """
    now = _difference(first, second, measure)
    if not now.cells:
        return None
    resampled = now.resampled(0)
    if before is None:
        return Contrast.of(now.mean, now.by_rotation, resampled)
    then = _difference(*before, measure)
    if not then.cells:
        return None
    grown = {
        rotation: now.by_rotation[rotation] - then.by_rotation[rotation]
        for rotation in now.by_rotation
        if rotation in then.by_rotation
    }
    return Contrast.of(now.mean - then.mean, grown, resampled - then.resampled(1))


def compare(rows: Mapping[str, Row], measure: Measure) -> dict[tuple[str, str], Contrast]:
    """Every pair of rows, in the order of the rows; ``p`` is corrected by Holm's method.

    Holm 1979, "A simple sequentially rejective multiple test procedure": the family of hypotheses
    are the pairs of this measure in this table.
    """
    pairs = {
        (one, two): _difference([rows[one]], [rows[two]], measure)
        for one, two in combinations(rows, 2)
    }
    found: dict[tuple[str, str], Contrast] = {}
    # Pairs on the same cells share their resamples, which is what costs time.
    for cells in {pair.cells for pair in pairs.values() if pair.cells}:
        mine = {key: pair for key, pair in pairs.items() if pair.cells == cells}
        columns = np.stack([pair.errors for pair in mine.values()], 1)
        families = next(iter(mine.values())).families
        resampled = family_means(columns, families, 0, TEST_RESAMPLES)
        for (key, pair), column in zip(mine.items(), resampled.T, strict=True):
            found[key] = Contrast.of(pair.mean, pair.by_rotation, column)
    corrected = holm(np.array([found[key].p for key in pairs if key in found]))
    return {
        key: replace(found[key], p=float(p))
        for key, p in zip((key for key in pairs if key in found), corrected, strict=True)
    }


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """[n] p-values that hold for all n hypotheses together."""
    order = np.argsort(p)
    stepped = p[order] * np.arange(len(p), 0, -1)
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return corrected


@dataclass(frozen=True, eq=False)
class _Difference:
    """The cells common to all rows of two sides, [n] their families and differences."""

    cells: tuple[Cell, ...]
    families: NDArray[np.int64]
    errors: NDArray[np.float64]

    @property
    def mean(self) -> float:
        return float(self.errors.mean())

    @property
    def by_rotation(self) -> ByRotation:
        rotations = np.array([rotation for rotation, _ in self.cells])
        return {
            int(rotation): float(self.errors[rotations == rotation].mean())
            for rotation in np.unique(rotations)
        }

    def resampled(self, seed: int) -> NDArray[np.float64]:
        """[R] means when whole families are drawn anew."""
        return family_means(self.errors[:, None], self.families, seed, TEST_RESAMPLES)[:, 0]


def _difference(first: Group, second: Group, measure: Measure) -> _Difference:
    sides = [[row.errors[measure] for row in side] for side in (first, second)]
    cells = tuple(sorted(set.intersection(*(set(row) for side in sides for row in side))))
    means = [np.mean([[row[cell] for cell in cells] for row in side], 0) for side in sides]
    families = np.array([first[0].families[cell] for cell in cells], np.int64)
    return _Difference(cells, families, means[0] - means[1])
