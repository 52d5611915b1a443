"""Results of a grid, read back and gathered: what every model scores, and how much that varies."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flow_synth.cost import COST, Cost
from flow_synth.error import InputError
from flow_synth.evaluation import Evaluation
from flow_synth.metric import Measure
from flow_synth.score import Method, family_draws, family_interval, interval

#: What the folders of results without a model are named after, in place of an experiment.
BASELINES = "baselines"

_PLACE = re.compile(r"(?P<name>.+)-r(?P<rotation>\d+)-s(?P<seed>\d+)")


class TargetSet(StrEnum):
    """What is imitated: held-out presets, or sounds that the synth did not make."""

    TEST = "test"
    OUT_OF_DOMAIN = "out-of-domain"


class Statistic(StrEnum):
    """What becomes of many errors."""

    MEAN = "mean"
    MEDIAN = "median"


@dataclass(frozen=True, eq=False)
class Outcome:
    """The errors of one run, or of one baseline, on targets of one rotation.

    Attributes:
        rotation: which folds were held out.
        seed: of the training.
        targets: n names, each only once.
        families: [n] labels.
        errors: [n] by measure.
    """

    rotation: int
    seed: int
    targets: tuple[str, ...]
    families: NDArray[np.int64]
    errors: Mapping[Measure, NDArray[np.float64]]


@dataclass(frozen=True)
class Summary:
    """A measure over all targets of all runs.

    Attributes:
        value: mean or median.
        low: lower end of its 95 % bootstrap interval over families.
        high: upper end.
        element: standard deviation over the targets of a run, root mean square over runs; None of
            a median.
        fold: standard deviation over rotations of what a run scores on average over its seeds;
            None of a single rotation.
        seed: standard deviation of what a run scores over seeds, root mean square over rotations;
            None without two seeds.
    """

    value: float
    low: float
    high: float
    element: float | None
    fold: float | None
    seed: float | None


@dataclass(frozen=True, eq=False)
class Row:
    """One row of a table: all outcomes of one model, or of one baseline."""

    outcomes: tuple[Outcome, ...]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What was measured."""
        return tuple(self.outcomes[0].errors)

    @property
    def rotations(self) -> tuple[int, ...]:
        """Those that there are outcomes of."""
        return tuple(sorted({outcome.rotation for outcome in self.outcomes}))

    @property
    def seeds(self) -> tuple[int, ...]:
        """Those that there are outcomes of."""
        return tuple(sorted({outcome.seed for outcome in self.outcomes}))

    @cached_property
    def families(self) -> Mapping[tuple[int, str], int]:
        """The family of every cell: of a rotation and a target."""
        return {
            (outcome.rotation, target): int(family)
            for outcome in self.outcomes
            for target, family in zip(outcome.targets, outcome.families, strict=True)
        }

    @cached_property
    def errors(self) -> Mapping[Measure, Mapping[tuple[int, str], float]]:
        """What every cell errs on average over seeds, by measure."""
        return {measure: self._averaged(measure) for measure in self.measures}

    def _averaged(self, measure: Measure) -> dict[tuple[int, str], float]:
        found = defaultdict(list)
        for outcome in self.outcomes:
            for target, error in zip(outcome.targets, outcome.errors[measure], strict=True):
                found[outcome.rotation, target].append(float(error))
        return {cell: sum(errors) / len(errors) for cell, errors in found.items()}

    def summary(self, measure: Measure, statistic: Statistic = Statistic.MEAN) -> Summary:
        """The row's entry in a table."""
        errors = self.errors[measure]
        column = np.array(list(errors.values()))
        families = np.array([self.families[cell] for cell in errors])
        is_mean = statistic is Statistic.MEAN
        if is_mean:
            low, high = (float(end[0]) for end in family_interval(column[:, None], families, 0))
        else:
            low, high = map(float, interval(_median_resamples(column, families)))
        average = np.mean if is_mean else np.median
        scored = defaultdict(list)
        for outcome in self.outcomes:
            scored[outcome.rotation].append(float(average(outcome.errors[measure])))
        by_fold = [float(np.mean(values)) for values in scored.values()]
        return Summary(
            value=float(average(column)),
            low=low,
            high=high,
            element=_pooled([o.errors[measure] for o in self.outcomes]) if is_mean else None,
            fold=_pooled([by_fold]),
            seed=_pooled(list(scored.values())),
        )


@dataclass(frozen=True, eq=False)
class Table:
    """What was measured on one kind of targets of one dataset.

    Attributes:
        dataset: name of its folder.
        targets: which kind.
        models: rows by the name of their experiment.
        baselines: rows by method.
    """

    dataset: str
    targets: TargetSet
    models: Mapping[str, Row]
    baselines: Mapping[Method, Row]


@dataclass(frozen=True, eq=False)
class Results:
    """All that a folder of results holds.

    Attributes:
        tables: by dataset and kind of targets, those of one dataset together.
        costs: of all runs, by dataset and experiment.
    """

    tables: tuple[Table, ...]
    costs: Mapping[tuple[str, str], tuple[Cost, ...]]

    @classmethod
    def read(cls, folder: Path) -> "Results":
        """Reads what ``flow-synth evaluate-grid`` wrote.

        Raises:
            InputError: the folder has no results, or one that cannot be used.
        """
        datasets = sorted({path.parents[1].name for path in folder.glob("*/*/*.json")})
        if not datasets:
            raise InputError(f"{folder} has no results; give a folder of 'evaluate-grid'")
        tables = [_table(folder / name, kind) for name in datasets for kind in TargetSet]
        costs = defaultdict(list)
        for path in sorted(folder.glob(f"*/*/{COST}")):
            name, _, _ = _place(path.parent)
            costs[path.parents[1].name, name].append(Cost.read(path))
        return cls(
            tables=tuple(table for table in tables if table.models or table.baselines),
            costs={key: tuple(found) for key, found in costs.items()},
        )

    def table(self, dataset: str, targets: TargetSet) -> Table | None:
        """The one of a dataset and a kind of targets, if there is any."""
        matching = (t for t in self.tables if (t.dataset, t.targets) == (dataset, targets))
        return next(matching, None)


def _table(folder: Path, kind: TargetSet) -> Table:
    models: dict[str, list[Outcome]] = defaultdict(list)
    baselines: dict[Method, list[Outcome]] = defaultdict(list)
    for path in sorted(folder.glob(f"*/{kind}.json")):
        name, rotation, seed = _place(path.parent)
        for method, outcome in _outcomes(path, rotation, seed):
            (baselines[method] if name == BASELINES else models[name]).append(outcome)
    return Table(
        dataset=folder.name,
        targets=kind,
        models={name: _row(folder / name, found) for name, found in models.items()},
        baselines={
            method: _row(folder / method, baselines[method])
            for method in Method
            if method in baselines
        },
    )


def _row(place: Path, outcomes: Sequence[Outcome]) -> Row:
    for rotation in {outcome.rotation for outcome in outcomes}:
        if len({o.targets for o in outcomes if o.rotation == rotation}) > 1:
            raise InputError(
                f"the results of {place} were measured on different targets; evaluate all of "
                "them with the same '--targets' and sounds"
            )
    return Row(tuple(outcomes))


def _place(folder: Path) -> tuple[str, int, int]:
    """Experiment, rotation and seed that a folder is named after; baselines have seed 0."""
    name = folder.name
    found = _PLACE.fullmatch(f"{name}-s0" if name.startswith(f"{BASELINES}-r") else name)
    if not found:
        raise InputError(
            f"{folder} is not named as a run is, for example mlp-r0-s0; take it out of the results"
        )
    return found["name"], int(found["rotation"]), int(found["seed"])


def _outcomes(path: Path, rotation: int, seed: int) -> Iterator[tuple[Method, Outcome]]:
    found = Evaluation.read(path)
    if found.per_target is None or found.rotation != rotation:
        raise InputError(
            f"{path} does not hold every target's errors in rotation {rotation}; delete it and "
            "run 'flow-synth evaluate-grid' again"
        )
    per_target = found.per_target
    for method, errors in per_target.errors.items():
        yield (
            method,
            Outcome(
                rotation=rotation,
                seed=seed,
                targets=_each_once(per_target.targets),
                families=np.array(per_target.families),
                errors={measure: np.array(column) for measure, column in errors.items()},
            ),
        )


def _each_once(names: Sequence[str]) -> tuple[str, ...]:
    """Sounds that are the same have the same name; their order tells them apart."""
    times: Counter[str] = Counter()
    numbered = []
    for name in names:
        numbered.append(f"{name}.{times[name]}")
        times[name] += 1
    return tuple(numbered)


def _pooled(groups: Sequence[Sequence[float] | NDArray[np.float64]]) -> float | None:
    """Root mean square of the groups' standard deviations; None if no group has two members."""
    variances = [float(np.var(group, ddof=1)) for group in groups if len(group) > 1]
    return float(np.sqrt(np.mean(variances))) if variances else None


def _median_resamples(
    column: NDArray[np.float64], families: NDArray[np.int64]
) -> NDArray[np.float64]:
    """[R] medians when whole families are drawn anew; of even numbers the lower middle."""
    order = np.argsort(column)
    labels, member_of = np.unique(families, return_inverse=True)
    counted = family_draws(len(labels), 0)[:, member_of[order]].cumsum(1)
    middle = (2 * counted >= counted[:, -1:]).argmax(1)
    medians: NDArray[np.float64] = column[order][middle]
    return medians
