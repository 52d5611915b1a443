"""Which runs of a table's models a page lets be heard, and how they score beside the table's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flow_synth.answers import ANSWERS, Answers, ModelAnswers
from flow_synth.evaluation import Evaluation
from flow_synth.labelled_table import label
from flow_synth.metric import Measure
from flow_synth.results import TargetSet
from flow_synth.score import Method, Score
from flow_synth.score_page import MEASURES
from flow_synth.site_tables import Cell, score_cell
from flow_synth.target import GroupName

_SHOWN = (Measure.MSS, Measure.SC)


@dataclass(frozen=True)
class AnsweringRun:
    """A training run that is heard, beside that of the table.

    Attributes:
        name: of the model, as in the table.
        run: that is heard.
        of_table: the table's run of the same model and rotation; empty if there is none.
        cells: of every measure that is shown the score of the one, then of the other.
        is_apart: whether their intervals do not meet in one of these measures.
    """

    name: str
    run: str
    of_table: str
    cells: Sequence[Cell | None]
    is_apart: bool


@dataclass(frozen=True)
class AnswerTable:
    """Answers of models to a few presets, and how the runs that answer score on the test split.

    Attributes:
        answers: to be played.
        header: of the cells.
        runs: in the order of the table.
    """

    answers: Answers
    header: Sequence[str]
    runs: Sequence[AnsweringRun]

    @property
    def others(self) -> list[AnsweringRun]:
        """Those that are not the table's own."""
        return [one for one in self.runs if one.run != one.of_table]

    @property
    def rows(self) -> Mapping[str, Sequence[Cell | None]]:
        """Cells by model and run."""
        return {f"{one.name}, {one.run}": one.cells for one in self.runs}


def read_answers(folder: Path) -> Mapping[str, AnswerTable]:
    """Of a folder of results as ``docs/`` is one, by synth.

    Those of datasets that are named after their synths: they hold the synth's bank alone.

    Raises:
        InputError: a file cannot be used.
    """
    found = {path: Answers.read(path) for path in sorted(folder.glob(f"results/*/{ANSWERS}"))}
    return {
        answers.synth: AnswerTable(
            answers,
            [f"{MEASURES[one]}: {whose}" for one in _SHOWN for whose in ("heard here", "table")],
            [_run(folder, path, answers, key) for key in answers.ordered],
        )
        for path, answers in found.items()
        if path.parent.name == answers.synth
    }


def _run(folder: Path, path: Path, answers: Answers, key: str) -> AnsweringRun:
    model = answers.models[key]
    names = path.parent.glob(f"{key}-r{answers.rotation}-s*/{TargetSet.TEST}.json")
    scored = next(iter(sorted(names)), None)
    known = Evaluation.read(scored) if scored else None
    place = f"{path.relative_to(folder).as_posix()}#models/{key}/scores"
    cells: list[Cell | None] = []
    for measure in _SHOWN:
        cells.append(score_cell(model.scores[measure], f"{place}/{measure}"))
        cells.append(_of_table(folder, scored, known, measure) if scored and known else None)
    return AnsweringRun(
        label(key),
        model.run,
        (known and known.model_run) or "",
        cells,
        known is not None and any(_is_apart(model, known, measure) for measure in _SHOWN),
    )


def _of_table(folder: Path, scored: Path, known: Evaluation, measure: Measure) -> Cell:
    file = scored.relative_to(folder).as_posix()
    place = f"{file}#groups/{GroupName.ALL}/scores/{Method.MODEL}/{measure}"
    return score_cell(_score(known, measure), place)


def _score(known: Evaluation, measure: Measure) -> Score:
    return known.groups[GroupName.ALL].scores[Method.MODEL][measure]


def _is_apart(model: ModelAnswers, known: Evaluation, measure: Measure) -> bool:
    here, there = model.scores[measure], _score(known, measure)
    return here.low > there.high or there.low > here.high
