"""How matches went on, and how far what they say of themselves can be trusted."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from flow_synth.curve import mean_ranks
from flow_synth.frozen import Frozen
from flow_synth.match_trial import RANKED, MatchTrial
from flow_synth.metric import SOUND_MEASURES, Measure
from flow_synth.score import Score, scores
from flow_synth.target import Targets

#: Rounding of half-precision weights must not push a true knob out of its interval.
_TOLERANCE = 1e-3


class MatchPoint(Frozen):
    """Where matches stand after so many renders, and the median of seconds, over all targets."""

    renders: int
    seconds: float
    mss_db: Score
    sc: Score


class Matching(Frozen):
    """How matches went on over the targets.

    Attributes:
        seed: of the draws.
        points: after every batch of renders.
        expected_db: per target, the fitness that the ear expected of what it ranked first.
        missed_db: per target, how far the nearest of the first candidates is from it where it is
            heard; older files have none.
        diversity: share of the pairs among the first candidates of a sound that are no twins.
        rank_correlation: Spearman's, of these with the MSS of what it ranked first.
        coverage: share of the true knobs that lie in their intervals of 90 %, over all targets;
            None where there are no true knobs.
        knob_coverage: the same of every knob.
    """

    seed: int
    points: tuple[MatchPoint, ...]
    expected_db: tuple[float, ...]
    diversity: float
    rank_correlation: float
    coverage: float | None
    knob_coverage: tuple[float, ...] | None
    missed_db: tuple[float, ...] | None = None

    @classmethod
    def of(cls, matches: Sequence[MatchTrial], targets: Targets, seed: int) -> Self:
        """Sums up one match for each target."""
        expected = [match.expected_db for match in matches]
        mss = SOUND_MEASURES.index(Measure.MSS)
        ranked = [match.imitations[RANKED].errors[mss] for match in matches]
        coverage = None
        if targets.values is not None:
            low, high = np.stack([match.intervals for match in matches]).transpose(2, 0, 1)
            above, below = targets.values >= low - _TOLERANCE, targets.values <= high + _TOLERANCE
            coverage = (above & below).mean(0)
        return cls(
            seed=seed,
            points=_points(matches, targets, seed),
            expected_db=tuple(expected),
            missed_db=tuple(match.missed_db for match in matches),
            diversity=float(np.mean([match.diversity for match in matches])),
            rank_correlation=_rank_correlation(np.array(expected), np.array(ranked)),
            coverage=None if coverage is None else float(coverage.mean()),
            knob_coverage=None if coverage is None else tuple(coverage.tolist()),
        )


def _rank_correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Spearman's, with ties at mean ranks; 0 where either never varies."""
    ranks = mean_ranks(one), mean_ranks(other)
    varies = all(np.ptp(column) > 0 for column in ranks)
    return float(np.corrcoef(*ranks)[0, 1]) if varies else 0.0


def _points(matches: Sequence[MatchTrial], targets: Targets, seed: int) -> tuple[MatchPoint, ...]:
    n_points = min(len(match.points) for match in matches)
    every = np.stack([match.points[:n_points] for match in matches])
    found: list[MatchPoint] = []
    for number in range(n_points):
        renders, seconds, *errors = every[:, number].T
        mss_db, sc = scores(np.stack(errors, 1), targets.families, seed)
        found.append(
            MatchPoint(
                renders=round(float(np.median(renders))),
                seconds=float(np.median(seconds)),
                mss_db=mss_db,
                sc=sc,
            )
        )
    return tuple(found)
