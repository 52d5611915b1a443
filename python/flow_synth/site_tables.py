"""Tables of a page: every number with the result file and the place in it that it comes from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flow_synth.control import Interval
from flow_synth.error import InputError
from flow_synth.evaluation import Evaluation
from flow_synth.labelled_table import LabelledTable
from flow_synth.metric import Measure
from flow_synth.paper_table import EPOCHS
from flow_synth.results import Results, Row, Statistic, TargetSet
from flow_synth.results_page import QUANTITIES
from flow_synth.score import Method, Score
from flow_synth.score_page import MEASURES, method_names
from flow_synth.semantic import Controls
from flow_synth.target import GroupName

_SHOWN = (Measure.MSS, Measure.SC, Measure.LOG_MEL_MSE, Measure.LEVEL, Measure.MSE_N)


@dataclass(frozen=True)
class Cell:
    """A number as a page shows it.

    Attributes:
        text: three digits, with the interval where there is one.
        source: file and place, as ``FILE#a/b/c``; see :func:`build_tables`.
        interval: mean, low and high, for pictures.
    """

    text: str
    source: str
    interval: tuple[float, float, float]


@dataclass(frozen=True)
class ResultTable:
    """One table.

    Attributes:
        key: for addresses within the page.
        title: what was measured on.
        note: how many targets, of what run, in one sentence.
        header: of the columns after the name.
        rows: cells by the name of the row; None where nothing was measured.
        own: names of the rows that are models.
    """

    key: str
    title: str
    note: str
    header: Sequence[str]
    rows: Mapping[str, Sequence[Cell | None]]
    own: Sequence[str]


@dataclass(frozen=True)
class SliderRow:
    """What is known of a slider.

    Attributes:
        name: of the axis, with its words.
        cells: share followed, share contained, cross-talk.
    """

    name: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class SliderTable:
    """What sliders do to sound, measured on held-out presets.

    Attributes:
        synth: whose.
        run: of the training.
        note: how many presets.
        rows: one a slider.
        smoothness: interpolation against the line of knobs: rows by measure.
    """

    synth: str
    run: str
    note: str
    rows: Sequence[SliderRow]
    smoothness: Mapping[str, Sequence[Cell]]


@dataclass(frozen=True)
class Tables:
    """All tables.

    Attributes:
        paper: the models of the paper on held-out presets.
        outside: the same out of domain.
        shipped: models by their synths, on held-out presets.
        matching: candidates and refinement.
        sliders: by synth.
        budget: how long the models of the paper were trained, in one sentence, if that is known.
    """

    paper: Sequence[ResultTable]
    outside: Sequence[ResultTable]
    shipped: Sequence[ResultTable]
    matching: Sequence[ResultTable]
    sliders: Sequence[SliderTable]
    budget: str


def build_tables(folder: Path) -> Tables:
    """Reads a folder of results as ``docs/`` is one.

    A source ``FILE#a/b`` is a place in the JSON file; ``FOLDER#dataset/targets/model/measure`` is
    the mean over all runs of a folder of ``flow-synth evaluate-grid``.

    Raises:
        InputError: the folder has no results, or one that cannot be used.
    """
    if not folder.is_dir():
        raise InputError(
            f"{folder} is missing; give --results the folder 'docs' of the source tree"
        )
    grid = Results.read(folder / "results") if (folder / "results").is_dir() else None
    found = [] if grid is None else [LabelledTable(one) for one in grid.tables]
    return Tables(
        paper=[_of_grid(one) for one in found if one.table.targets is TargetSet.TEST],
        outside=[_of_grid(one) for one in found if one.table.targets is TargetSet.OUT_OF_DOMAIN],
        shipped=list(_evaluations(folder, "*-model.json")),
        matching=list(_evaluations(folder, "matching/*.json")),
        sliders=list(_controls(folder)),
        budget=_budget(grid) if grid else "",
    )


def _budget(grid: Results) -> str:
    costs = [cost for found in grid.costs.values() for cost in found]
    if not costs:
        return ""
    epochs, sizes = ({cost.epochs for cost in costs}, {cost.n_parameters for cost in costs})
    return (
        f"They were trained for {_range(epochs)} epochs, where the paper says {EPOCHS}, and have "
        f"{_range(sizes)} trained parameters."
    )


def _range(numbers: set[int]) -> str:
    return " to ".join(f"{number:,}" for number in sorted({min(numbers), max(numbers)}))


def _of_grid(one: LabelledTable) -> ResultTable:
    row = next(iter(one.rows.values()))
    quantities = [
        quantity
        for quantity in QUANTITIES
        if quantity[0] in row.measures and quantity[1] is Statistic.MEAN
    ]
    ids = _row_ids(one)
    rows: dict[str, list[Cell | None]] = {}
    for name, found in one.rows.items():
        cells: list[Cell | None] = []
        for measure, _ in quantities:
            summary = found.summary(measure)
            source = f"results#{one.table.dataset}/{one.table.targets}/{ids[name]}/{measure}"
            cells.append(_cell((summary.value, summary.low, summary.high), source))
        rows[name] = cells
    targets = {target for _, target in row.families}
    kind = "notes" if one.table.targets is TargetSet.TEST else "sounds"
    runs = f"rotations {', '.join(map(str, row.rotations))}"
    return ResultTable(
        key=f"{one.table.dataset}-{one.table.targets}",
        title=one.title,
        note=f"{len(targets)} {kind} of {len(set(row.families.values()))} families; {runs}.",
        header=[MEASURES[measure] for measure, _ in quantities],
        rows=rows,
        own=list(one.models),
    )


def _row_ids(one: LabelledTable) -> Mapping[str, str]:
    """Experiment or method of every row."""
    known: dict[str, Row] = {**one.table.models}
    known |= {str(method): row for method, row in one.table.baselines.items()}
    return {
        name: next(key for key, value in known.items() if value is row)
        for name, row in one.rows.items()
    }


def _evaluations(folder: Path, pattern: str) -> Iterator[ResultTable]:
    for path in sorted(folder.glob(pattern)):
        yield _of_evaluation(path.relative_to(folder).as_posix(), Evaluation.read(path))


def _of_evaluation(file: str, found: Evaluation) -> ResultTable:
    group = found.groups[GroupName.ALL]
    measures = [
        measure for measure in _SHOWN if all(measure in row for row in group.scores.values())
    ]
    names = method_names(found)
    kind = "sounds that it did not make" if found.sounds else f"{found.split} presets"
    return ResultTable(
        key=file.removesuffix(".json").replace("/", "-"),
        title=f"{found.synth}, {kind}",
        note=f"{group.n_targets} targets of {group.n_families} families; training run "
        f"{found.model_run}.",
        header=[MEASURES[measure] for measure in measures],
        rows={
            names[method]: [
                score_cell(scores[measure], f"{file}#groups/all/scores/{method}/{measure}")
                for measure in measures
            ]
            for method, scores in group.scores.items()
        },
        own=[names[method] for method in group.scores if _is_own(method)],
    )


def _is_own(method: Method) -> bool:
    return method.startswith(("model", "ranked", "best", "refined"))


def _controls(folder: Path) -> Iterator[SliderTable]:
    for path in sorted(folder.glob("semantic/*.json")):
        file, found = path.relative_to(folder).as_posix(), Controls.read(path)
        yield SliderTable(
            synth=found.synth,
            run=found.model_run,
            note=f"{found.n_presets} {found.split} presets of {found.n_families} families, "
            f"{found.n_pairs} pairs; training run {found.model_run}.",
            rows=[
                SliderRow(
                    f"{axis.name}: {axis.low} to {axis.high}",
                    [
                        _share_cell(axis.passed, f"{file}#axes/{number}/passed"),
                        _share_cell(axis.contained, f"{file}#axes/{number}/contained"),
                    ],
                )
                for number, axis in enumerate(found.axes)
            ],
            smoothness={
                kind.replace("_db", "_in_dB").replace("_", " "): [
                    _interval_cell(getattr(one, side), f"{file}#pair_smoothness/{kind}/{side}")
                    for side in ("path", "line", "difference")
                ]
                for kind, one in found.pair_smoothness.items()
                if one
            },
        )


def _cell(interval: tuple[float, float, float], source: str) -> Cell:
    mean, low, high = interval
    return Cell(f"{mean:.3g} [{low:.3g}, {high:.3g}]", source, interval)


def score_cell(score: Score, source: str) -> Cell:
    """A mean with its interval."""
    return _cell((score.mean, score.low, score.high), source)


def _interval_cell(found: Interval, source: str) -> Cell:
    return _cell((found.mean, found.low, found.high), source)


def _share_cell(found: Interval, source: str) -> Cell:
    text = f"{found.mean:.0%} [{found.low:.0%}, {found.high:.0%}]"
    return Cell(text, source, (found.mean, found.low, found.high))
