"""What imitations amount to: means over targets with intervals over families of presets."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from flow_synth.frozen import Frozen
from flow_synth.imitation import Imitations
from flow_synth.metric import Measure
from flow_synth.parameter import ParameterTable
from flow_synth.search import BUDGETS, search_name
from flow_synth.target import GroupName, Targets

#: Resamples of the families behind every interval.
RESAMPLES = 2000
INTERVAL_PERCENT = 95.0
#: From one point of a search's curve to the next.
POINT_RENDERS = 10


class Method(StrEnum):
    """Where the presets come from."""

    MODEL = "model"
    RANKED = "ranked"
    BEST4 = "best4"
    BEST8 = "best8"
    BEST16 = "best16"
    REFINED50 = "refined50"
    REFINED200 = "refined200"
    NN16 = "nn16"
    NN1 = "nn1"
    MEDIAN = "median"
    MEAN = "mean"
    RANDOM = "random"
    CMA50 = "cma50"
    CMA100 = "cma100"
    CMA200 = "cma200"
    CMA400 = "cma400"
    TRUTH = "truth"


#: The methods of candidates and of refinements, in the order of their numbers.
BESTS = (Method.BEST4, Method.BEST8, Method.BEST16)
REFINEMENTS = (Method.REFINED50, Method.REFINED200)
#: The model's own, from one pass to the longest search.
OWN = (Method.MODEL, Method.RANKED, *BESTS, *REFINEMENTS)
#: The methods of a search, in the order of its budgets.
SEARCHES = tuple(Method(search_name(budget)) for budget in BUDGETS)
#: What the model's errors are compared with, target by target.
RIVALS = (Method.NN1, Method.NN16, Method.MEAN)


class Score(Frozen):
    """A measure over targets; ``low`` to ``high`` is the mean's 95 % interval over families."""

    mean: float
    low: float
    high: float
    median: float


class Difference(Frozen):
    """Model minus rival, target by target: below zero the model is nearer.

    ``wins`` is the share of targets on which it is.
    """

    mean: float
    low: float
    high: float
    wins: float


class Group(Frozen):
    """The results on some of the targets."""

    n_targets: int
    n_families: int
    scores: Mapping[Method, Mapping[Measure, Score]]
    differences: Mapping[Method, Mapping[Measure, Difference]]


class KnobError(Frozen):
    """Root mean square error of one knob in unit space, by method.

    ``gain`` is the mean preset's squared error less the model's, with its interval over families:
    where it lies above zero, the model hears the knob in the sound.
    """

    name: str
    label: str
    model: float
    nn1: float
    mean: float
    gain_low: float
    gain_high: float

    @property
    def is_heard(self) -> bool:
        """Whether the model knows more of this knob than its mean."""
        return self.gain_low > 0


class SearchPoint(Frozen):
    """MSS in dB of a search's best preset after a number of renders, over all targets."""

    renders: int
    mss_db: Score


def groups(
    imitations: Mapping[Method, Imitations], targets: Targets, seed: int
) -> dict[GroupName, Group]:
    """Scores of the methods on every group of the targets; ``seed`` is that of the intervals."""
    return {
        name: _group(imitations, mine, targets.families[mine], seed)
        for name, mine in targets.groups.items()
    }


def search_points(
    progress_db: NDArray[np.float64], families: NDArray[np.int64], seed: int
) -> tuple[SearchPoint, ...]:
    """Scores of a search after every ten renders.

    Args:
        progress_db: [n, R] MSS of the best preset after every render.
        families: [n] of the targets.
        seed: of the intervals.
    """
    renders = range(POINT_RENDERS, progress_db.shape[1] + 1, POINT_RENDERS)
    if not renders:
        return ()
    found = scores(progress_db[:, np.array(renders) - 1], families, seed)
    return tuple(
        SearchPoint(renders=n, mss_db=score) for n, score in zip(renders, found, strict=True)
    )


def knob_errors(
    table: ParameterTable,
    imitations: Mapping[Method, Imitations],
    families: NDArray[np.int64],
    seed: int,
) -> tuple[KnobError, ...]:
    """Errors of every knob, in the order of the table.

    Args:
        table: the knobs.
        imitations: n of the model, of NN1, of the mean and of the true preset.
        families: [n] of the targets.
        seed: of the intervals.
    """
    truth = imitations[Method.TRUTH].values.astype(np.float64)
    squared = {
        method: np.square(imitations[method].values - truth)
        for method in (Method.MODEL, Method.NN1, Method.MEAN)
    }
    rms = {method: np.sqrt(errors.mean(0)) for method, errors in squared.items()}
    gain = squared[Method.MEAN] - squared[Method.MODEL]
    low, high = family_interval(gain, families, seed)
    return tuple(
        KnobError(
            name=knob.name,
            label=knob.label,
            model=rms[Method.MODEL][index],
            nn1=rms[Method.NN1][index],
            mean=rms[Method.MEAN][index],
            gain_low=low[index],
            gain_high=high[index],
        )
        for index, knob in enumerate(table.parameters())
    )


def family_interval(
    errors: NDArray[np.floating], families: NDArray[np.int64], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """95 % bootstrap intervals of column means when whole families are drawn anew.

    Args:
        errors: [n, C] one column a quantity.
        families: [n] labels.
        seed: the same seed and families give the same draws, whatever the errors.

    Returns:
        Lower and upper ends, [C] each.
    """
    return interval(family_means(errors, families, seed))


def family_means(
    errors: NDArray[np.floating],
    families: NDArray[np.int64],
    seed: int,
    n_resamples: int = RESAMPLES,
) -> NDArray[np.float64]:
    """Column means of bootstrap resamples [n_resamples, C], in which families are drawn anew.

    Efron and Tibshirani 1993, "An introduction to the bootstrap", with the family as the unit
    because its members are no independent observations. Arguments as of :func:`family_interval`.
    """
    labels, member_of = np.unique(families, return_inverse=True)
    sums = np.zeros((len(labels), errors.shape[1]))
    np.add.at(sums, member_of, errors)
    draws = family_draws(len(labels), seed, n_resamples).astype(np.float64)
    means: NDArray[np.float64] = (draws @ sums) / (draws @ np.bincount(member_of))[:, None]
    return means


@lru_cache(maxsize=4)
def family_draws(n_families: int, seed: int, n_resamples: int = RESAMPLES) -> NDArray[np.uint16]:
    """How often every family is in every resample: [n_resamples, n_families]."""
    even = np.full(n_families, 1 / n_families)
    draws = np.random.default_rng(seed).multinomial(n_families, even, n_resamples)
    return draws.astype(np.uint16)


def interval(
    resampled: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The 95 % percentile interval of resamples [n_resamples, ...]: lower and upper ends."""
    tail = (100.0 - INTERVAL_PERCENT) / 2
    low, high = np.percentile(resampled, [tail, 100.0 - tail], axis=0)
    return low, high


def _group(
    imitations: Mapping[Method, Imitations],
    mine: NDArray[np.bool_],
    families: NDArray[np.int64],
    seed: int,
) -> Group:
    measures = next(iter(imitations.values())).measures
    errors = {method: found.errors[mine] for method, found in imitations.items()}
    return Group(
        n_targets=len(families),
        n_families=len(np.unique(families)),
        scores={
            method: dict(zip(measures, scores(found, families, seed), strict=True))
            for method, found in errors.items()
        },
        differences={
            rival: dict(
                zip(
                    measures,
                    _differences(errors[Method.MODEL] - errors[rival], families, seed),
                    strict=True,
                )
            )
            for rival in RIVALS
            if Method.MODEL in errors
        },
    )


def scores(errors: NDArray[np.float64], families: NDArray[np.int64], seed: int) -> list[Score]:
    """One for each column."""
    columns = (errors.mean(0), *family_interval(errors, families, seed), np.median(errors, 0))
    return [
        Score(mean=mean, low=low, high=high, median=median)
        for mean, low, high, median in zip(*columns, strict=True)
    ]


def _differences(
    differences: NDArray[np.float64], families: NDArray[np.int64], seed: int
) -> list[Difference]:
    """One for each column."""
    interval = family_interval(differences, families, seed)
    columns = (differences.mean(0), *interval, (differences < 0).mean(0))
    return [
        Difference(mean=mean, low=low, high=high, wins=wins)
        for mean, low, high, wins in zip(*columns, strict=True)
    ]
