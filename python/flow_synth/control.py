"""What a control does to sound: scores of semantic sliders, macro knobs and interpolation."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from flow_synth import curve
from flow_synth.curve import Numbers
from flow_synth.error import InputError
from flow_synth.frozen import Frozen
from flow_synth.model_interface import LatentDimension, SemanticAxis
from flow_synth.score import family_interval
from flow_synth.sweep import Heard
from flow_synth.tag import AXES, Axis

#: A slider passes on a preset if its own descriptor follows it at least so well.
PASSING_CORRELATION = 0.8
#: ... and it is contained if every other descriptor moves at most so much of what its own does.
CONTAINED_SHARE = 1 / 3
#: In standard deviations: a descriptor that moves less over a whole sweep does not move.
NEGLIGIBLE_MOVEMENT = 0.01

Families = NDArray[np.int64]
Quartiles = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Scale:
    """Mean and standard deviation [7] of every descriptor over the training split."""

    mean: Numbers
    deviation: Numbers

    @classmethod
    def of(cls, descriptors: NDArray[np.floating]) -> Self:
        """The scale of training sounds [N, 7]; NaN, what says nothing, is left out.

        A descriptor that is the same for all of them has a deviation of 1 of its unit.
        """
        numbers = descriptors.astype(np.float64)
        mean = curve.mean_of_measured(numbers, 0)
        deviation = np.sqrt(curve.mean_of_measured((numbers - mean) ** 2, 0))
        return cls(np.nan_to_num(mean), np.where(deviation > 0, deviation, 1.0))


class Interval(Frozen):
    """A mean over ``n`` presets with its 95 % interval over families."""

    mean: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, numbers: NDArray[np.floating], families: Families, seed: int) -> Self | None:
        """Of numbers [n] of presets of families [n]; NaN is left out, and None if all are."""
        known = ~np.isnan(numbers)
        if not known.any():
            return None
        mine = numbers[known].astype(np.float64)
        (low,), (high,) = family_interval(mine[:, None], families[known], seed)
        return cls(mean=mine.mean(), low=low, high=high, n=len(mine))


class AxisScore(Frozen):
    """What a semantic slider does over presets.

    A preset is ``measured`` if the slider's own descriptor says something at half of the steps or
    more; the others count as not passed and not contained. ``movements`` are means, over presets
    at which both can be measured, of how far a descriptor moves (largest less smallest value) in
    standard deviations; ``shares`` are their ratios to how far the own one moves at the same
    presets, so that the own share is 1.

    Attributes:
        name: of the axis.
        low: word of the slider's left end.
        high: word of its right end.
        descriptor: the own one, in ``unit``; ``deviation`` is its standard deviation.
        passed: share of all presets with a rank correlation of at least 0.8.
        contained: share of all presets at which no other descriptor moves more than a third as
            far as the own one.
        n_presets: all presets.
        n_measured: those at which the own descriptor can be measured.
        unmeasured_share: of the notes of all sweeps, those at which it says nothing.
        correlations: quartiles of the rank correlation over measured presets.
        movements: by descriptor, in the order of the axes of tags.
        shares: likewise.
        reach: medians of where the own descriptor's way begins and ends.
        curves: quartiles of the own descriptor at every step.
        change_db: MSS between the neighbours of a sweep, mean over steps.
    """

    name: str
    low: str
    high: str
    descriptor: str
    unit: str
    deviation: float
    passed: Interval
    contained: Interval
    n_presets: int
    n_measured: int
    unmeasured_share: float
    correlations: Quartiles | None
    movements: tuple[float | None, ...]
    shares: tuple[float | None, ...]
    reach: tuple[float, float] | None
    curves: tuple[Quartiles | None, ...]
    change_db: float | None

    @property
    def most_cross_talk(self) -> float:
        """The largest share of another descriptor; 0 if none could be measured."""
        own = [axis.name for axis in AXES].index(self.name)
        return max((share or 0.0 for n, share in enumerate(self.shares) if n != own), default=0.0)


class Unevenness(StrEnum):
    """How a path of sounds goes from one end to the other; smaller is smoother."""

    MEAN_STEP = "mean_step"
    LARGEST_STEP = "largest_step"
    MEAN_BEND = "mean_bend"
    MEAN_STEP_DB = "mean_step_db"
    LARGEST_STEP_DB = "largest_step_db"


class Comparison(Frozen):
    """A path through the audio space beside the straight line of knobs between the same ends.

    ``difference`` is path less line, preset by preset: below zero the path is smoother, which it
    is at a share of ``wins``.
    """

    path: Interval
    line: Interval
    difference: Interval
    wins: float


#: None where not one pair of sweeps could be measured.
Smoothness = Mapping[Unevenness, Comparison | None]


class MacroScore(Frozen):
    """What a latent dimension does as a macro knob.

    Attributes:
        dimension: its number.
        knob_effect: how far knobs move; see :class:`~flow_synth.model_interface.LatentDimension`.
        effect_db: MSS between one deviation below the mean of the dimension and one above, the
            others being those of a preset.
        changes: signed means of the descriptors' changes between the two, in deviations.
        moves: means of their sizes.
        smoothness: of the way from the minimum to the maximum.
    """

    dimension: int
    knob_effect: float
    effect_db: Interval | None
    changes: tuple[float | None, ...]
    moves: tuple[float | None, ...]
    smoothness: Smoothness


def axis_of(semantic: SemanticAxis) -> int:
    """The number of the descriptor that a slider is meant to move.

    Raises:
        InputError: there is none of its name.
    """
    names = [axis.name for axis in AXES]
    if semantic.name not in names:
        raise InputError(
            f"no descriptor measures the model's axis {semantic.name!r}; this program knows "
            f"{', '.join(names)}"
        )
    return names.index(semantic.name)


def score_axis(
    semantic: SemanticAxis,
    positions: Numbers,
    heard: Heard,
    scale: Scale,
    families: Families,
    seed: int,
) -> AxisScore:
    """Scores one slider.

    Args:
        semantic: the slider.
        positions: [S] of its sweep.
        heard: [n, S, 7] and [n, S - 1] of n presets.
        scale: of the descriptors.
        families: [n] of the presets.
        seed: of the intervals.
    """
    own = axis_of(semantic)
    axis: Axis = AXES[own]
    curves = heard.descriptors[..., own]
    movements = curve.movement(np.moveaxis(heard.descriptors / scale.deviation, -1, 1))
    correlations = curve.rank_correlation(curves)
    correlations[movements[:, own] < NEGLIGIBLE_MOVEMENT] = 0.0
    is_contained = _contained(movements, own) & ~np.isnan(correlations)
    own_means, means = _paired_means(movements, own)
    low, high = curve.reach(positions, curves)
    return AxisScore(
        name=semantic.name,
        low=semantic.low,
        high=semantic.high,
        descriptor=axis.descriptor,
        unit=axis.unit,
        deviation=scale.deviation[own],
        passed=_share(correlations >= PASSING_CORRELATION, families, seed),
        contained=_share(is_contained, families, seed),
        n_presets=len(curves),
        n_measured=int((~np.isnan(correlations)).sum()),
        unmeasured_share=float(np.isnan(curves).mean()),
        correlations=curve.quartiles(correlations[:, None])[0],
        movements=_known(means),
        shares=_known(
            np.divide(means, own_means, where=own_means > 0, out=np.full(len(AXES), np.nan))
        ),
        reach=_pair(_median(low), _median(high)),
        curves=curve.quartiles(curves),
        change_db=_known(curve.mean_of_measured(heard.steps_db, (0, 1))[None])[0],
    )


def score_macro(
    number: int,
    dimension: LatentDimension,
    ends: Heard,
    smoothness: Smoothness,
    scale: Scale,
    families: Families,
    seed: int,
) -> MacroScore:
    """Scores one latent dimension.

    Args:
        number: of the dimension.
        dimension: its statistics.
        ends: [n, 2, 7] and [n, 1], a deviation below its mean and one above.
        smoothness: of its sweep.
        scale: of the descriptors.
        families: [n] of the presets.
        seed: of the intervals.
    """
    changes = np.diff(ends.descriptors, axis=1)[:, 0] / scale.deviation
    return MacroScore(
        dimension=number,
        knob_effect=dimension.effect,
        effect_db=Interval.of(ends.steps_db[:, 0], families, seed),
        changes=_known(curve.mean_of_measured(changes, 0)),
        moves=_known(curve.mean_of_measured(np.abs(changes), 0)),
        smoothness=smoothness,
    )


def compare(path: Numbers, line: Numbers, families: Families, seed: int) -> Smoothness:
    """Paths beside lines, preset by preset.

    Args:
        path: [n, 5] of :func:`unevenness`; NaN where it could not be measured.
        line: likewise.
        families: [n] of the presets.
        seed: of the intervals.
    """
    return {
        kind: _comparison(path[:, column], line[:, column], families, seed)
        for column, kind in enumerate(Unevenness)
    }


def unevenness(heard: Heard, scale: Scale) -> Numbers:
    """[..., S, 7] and [..., S - 1] -> [..., 5] in the order of :class:`Unevenness`.

    The first three are means over descriptors, each in its standard deviations; the other two are
    in dB of MSS.
    """
    descriptors = np.moveaxis(heard.descriptors / scale.deviation, -1, 0)
    columns = [curve.mean_of_measured(sizes, 0) for sizes in curve.step_sizes(descriptors)]
    steps_db = np.where(np.isnan(heard.steps_db), -np.inf, heard.steps_db).max(-1)
    columns.append(curve.mean_of_measured(heard.steps_db, -1))
    columns.append(np.where(np.isfinite(steps_db), steps_db, np.nan))
    return np.stack(columns, -1)


def _comparison(path: Numbers, line: Numbers, families: Families, seed: int) -> Comparison | None:
    is_known = ~np.isnan(path - line)
    mine = families[is_known]
    intervals = [
        Interval.of(numbers[is_known], mine, seed) for numbers in (path, line, path - line)
    ]
    if intervals[0] is None or intervals[1] is None or intervals[2] is None:
        return None
    wins = float((path < line)[is_known].mean())
    return Comparison(path=intervals[0], line=intervals[1], difference=intervals[2], wins=wins)


def _contained(movements: Numbers, own: int) -> NDArray[np.bool_]:
    """[n, 7] -> [n] whether nothing moves more than a third as far as the own descriptor."""
    limit = CONTAINED_SHARE * movements[:, own]
    others = np.delete(np.nan_to_num(movements), own, axis=1)
    moves = movements[:, own] >= NEGLIGIBLE_MOVEMENT
    is_contained: NDArray[np.bool_] = (others <= limit[:, None]).all(1) & moves
    return is_contained


def _paired_means(movements: Numbers, own: int) -> tuple[Numbers, Numbers]:
    """[n, 7] -> means [7] of the own descriptor and of each, where both are measured."""
    both = np.isnan(movements) | np.isnan(movements[:, [own]])
    own_movements = np.broadcast_to(movements[:, [own]], movements.shape)
    pair = [np.where(both, np.nan, numbers) for numbers in (own_movements, movements)]
    return curve.mean_of_measured(pair[0], 0), curve.mean_of_measured(pair[1], 0)


def _share(is_so: NDArray[np.bool_], families: Families, seed: int) -> Interval:
    share = Interval.of(is_so.astype(np.float64), families, seed)
    assert share, "there is at least one preset"
    return share


def _median(numbers: Numbers) -> float:
    known = numbers[~np.isnan(numbers)]
    return float(np.median(known)) if len(known) else np.nan


def _pair(low: float, high: float) -> tuple[float, float] | None:
    return None if np.isnan(low + high) else (low, high)


def _known(numbers: Numbers) -> tuple[float | None, ...]:
    """As JSON has them: None for NaN."""
    return tuple(None if np.isnan(number) else float(number) for number in numbers)
