"""A table of results as pages show it: its rows by their labels, and which of them differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from flow_synth.comparison import Contrast, compare
from flow_synth.metric import Measure
from flow_synth.paper_table import LABELS
from flow_synth.results import Row, Table, TargetSet
from flow_synth.score import Method

#: The paper's columns, as means.
PAPER_MEASURES = (Measure.MSE_N, Measure.SC, Measure.LOG_MEL_MSE)
TESTED = (*PAPER_MEASURES, Measure.MSS)
#: What measures are called within a sentence.
SHORT_LABELS: Mapping[Measure, str] = {
    Measure.MSE_N: "MSE_n",
    Measure.SC: "SC",
    Measure.LOG_MEL_MSE: "log-mel MSE",
    Measure.MSS: "MSS",
}
BASELINE_LABELS: Mapping[Method, str] = {
    Method.NN16: "NN16",
    Method.NN1: "NN1",
    Method.MEDIAN: "median preset",
    Method.MEAN: "mean preset",
    Method.RANDOM: "random preset",
    Method.TRUTH: "true preset (floor)",
}
SET_LABELS = {TargetSet.TEST: "held-out presets", TargetSet.OUT_OF_DOMAIN: "out of domain"}


def label(model: str) -> str:
    """What a model is called: as in the paper, or else as its experiment."""
    return LABELS.get(model, model)


@dataclass(frozen=True, eq=False)
class LabelledTable:
    """A table and what is found by comparing its rows, each measure only once."""

    table: Table
    _found: dict[Measure, Mapping[tuple[str, str], Contrast]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Dataset and kind of targets."""
        return f"{self.table.dataset}, {SET_LABELS[self.table.targets]}"

    @cached_property
    def models(self) -> Mapping[str, Row]:
        """Those of the paper in its order, then others."""
        found = self.table.models
        names = [name for name in LABELS if name in found]
        return {label(name): found[name] for name in [*names, *sorted(set(found) - set(names))]}

    @cached_property
    def rows(self) -> Mapping[str, Row]:
        """The models, then what needs none."""
        baselines = self.table.baselines.items()
        return {**self.models, **{BASELINE_LABELS[method]: row for method, row in baselines}}

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All that every row has."""
        return next(iter(self.rows.values())).measures

    @property
    def tested(self) -> tuple[Measure, ...]:
        """Those in which rows are compared."""
        return tuple(measure for measure in TESTED if measure in self.measures)

    def ranked(self, measure: Measure) -> list[str]:
        """Labels of all rows but the floor, from the best mean on."""
        means = {name: row.summary(measure).value for name, row in self._compared.items()}
        return sorted(means, key=lambda name: means[name])

    def sign(self, one: str, two: str, measure: Measure) -> int | None:
        """-1 if one row can be told to err less than another, 1 if more, 0 if they cannot be told.

        None if they have no target in common.
        """
        if measure not in self._found:
            self._found[measure] = compare(self._compared, measure)
        found = self._found[measure]
        if (one, two) in found:
            return found[one, two].sign
        return -found[two, one].sign if (two, one) in found else None

    @cached_property
    def _compared(self) -> Mapping[str, Row]:
        floor = BASELINE_LABELS[Method.TRUTH]
        return {name: row for name, row in self.rows.items() if name != floor}
