"""What imitations amount to: means over targets with intervals over families of presets."""

from collections.abc import Mapping
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from flow_synth.dataset_description import REFERENCE_PITCH
from flow_synth.frozen import Frozen
from flow_synth.imitation import Imitations, Measure
from flow_synth.parameter import ParameterTable

#: Resamples of the families behind every interval.
RESAMPLES = 2000
INTERVAL_PERCENT = 95.0


class Method(StrEnum):
    """Where the presets come from."""

    MODEL = "model"
    NN16 = "nn16"
    NN1 = "nn1"
    MEDIAN = "median"
    MEAN = "mean"
    RANDOM = "random"
    TRUTH = "truth"


#: What the model's errors are compared with, target by target.
RIVALS = (Method.NN1, Method.NN16, Method.MEAN)


class Notes(StrEnum):
    """Which targets a table is about."""

    ALL = "all"
    REFERENCE = "reference"
    OTHER = "other"


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


def groups(
    imitations: Mapping[Method, Imitations],
    families: NDArray[np.int64],
    pitch: NDArray[np.floating],
    seed: int,
) -> dict[Notes, Group]:
    """Scores of the methods on all targets, on those at middle C, and on the others.

    Args:
        imitations: by method, n each.
        families: [n] of the targets.
        pitch: [n] MIDI note numbers of the targets.
        seed: of the intervals.

    Returns:
        No group without a target.
    """
    is_reference = pitch == REFERENCE_PITCH
    members = {
        Notes.ALL: np.full(len(pitch), True),
        Notes.REFERENCE: is_reference,
        Notes.OTHER: ~is_reference,
    }
    errors = {method: found.errors for method, found in imitations.items()}
    return {
        notes: _group(
            {method: found[mine] for method, found in errors.items()}, families[mine], seed
        )
        for notes, mine in members.items()
        if mine.any()
    }


def knob_errors(
    table: ParameterTable,
    imitations: Mapping[Method, Imitations],
    families: NDArray[np.int64],
    seed: int,
) -> tuple[KnobError, ...]:
    """Errors of every knob, in the order of the table; arguments as for :func:`groups`."""
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

    Efron and Tibshirani 1993, "An introduction to the bootstrap": the percentile method, with the
    family as the unit because its members are no independent observations.

    Args:
        errors: [n, C] one column a quantity.
        families: [n] labels.
        seed: the same seed and families give the same draws, whatever the errors.

    Returns:
        Lower and upper ends, [C] each.
    """
    labels, member_of = np.unique(families, return_inverse=True)
    sums = np.zeros((len(labels), errors.shape[1]))
    np.add.at(sums, member_of, errors)
    even = np.full(len(labels), 1 / len(labels))
    draws = np.random.default_rng(seed).multinomial(len(labels), even, RESAMPLES)
    means = (draws @ sums) / (draws @ np.bincount(member_of))[:, None]
    tail = (100.0 - INTERVAL_PERCENT) / 2
    low, high = np.percentile(means, [tail, 100.0 - tail], axis=0)
    return low, high


def _group(
    errors: Mapping[Method, NDArray[np.float64]], families: NDArray[np.int64], seed: int
) -> Group:
    return Group(
        n_targets=len(families),
        n_families=len(np.unique(families)),
        scores={method: _scores(found, families, seed) for method, found in errors.items()},
        differences={
            rival: _differences(errors[Method.MODEL] - errors[rival], families, seed)
            for rival in RIVALS
        },
    )


def _scores(
    errors: NDArray[np.float64], families: NDArray[np.int64], seed: int
) -> dict[Measure, Score]:
    columns = (errors.mean(0), *family_interval(errors, families, seed), np.median(errors, 0))
    return {
        measure: Score(mean=mean, low=low, high=high, median=median)
        for measure, mean, low, high, median in zip(Measure, *columns, strict=True)
    }


def _differences(
    differences: NDArray[np.float64], families: NDArray[np.int64], seed: int
) -> dict[Measure, Difference]:
    interval = family_interval(differences, families, seed)
    columns = (differences.mean(0), *interval, (differences < 0).mean(0))
    return {
        measure: Difference(mean=mean, low=low, high=high, wins=wins)
        for measure, mean, low, high, wins in zip(Measure, *columns, strict=True)
    }
