"""Asks the models of a grid for presets of a few held-out sounds, for a page to play."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flow_synth.answers import ANSWERS, Answers, AskedPreset, ModelAnswers
from flow_synth.baseline import nearest_presets
from flow_synth.dataset import Dataset
from flow_synth.evaluation import N_NEIGHBOURS, PITCH_RANGE_SEMITONES, Evaluation, propose
from flow_synth.fold import Split
from flow_synth.grid import GridRun
from flow_synth.grid_evaluation import MODEL
from flow_synth.library import load_native_model
from flow_synth.results import TargetSet
from flow_synth.score import Method
from flow_synth.target import GroupName, Targets, choose_rows
from flow_synth.target_errors import Numbers

N_ASKED = 6


def answer_grid(
    runs: Sequence[GridRun], trained: Path, out: Path, *, n_asked: int = N_ASKED, seed: int
) -> tuple[Path, ...]:
    """Writes what the evaluated runs of every dataset answer, of its first rotation and seed.

    The presets are rows of the test split drawn with the seed, among those that the runs were
    scored on: nobody has chosen them by ear, and no run of the rotation has learnt from them.

    Args:
        runs: finished ones of a grid, scored by :func:`flow_synth.grid_evaluation.evaluate_grid`.
        trained: the folder in which they were trained, with their exported models.
        out: the folder of their results; each dataset's gets its answers.
        n_asked: so many presets.
        seed: of their choice.

    Returns:
        The files.

    Raises:
        InputError: a dataset, a model or a score cannot be read, or a file cannot be written.
    """
    files = []
    for name, mine in _first_of_each_dataset(runs).items():
        dataset = Dataset.open(mine[0].experiment.dataset, mine[0].experiment.rotation)
        path = out / name / ANSWERS
        _answers(dataset, mine, trained, out, n_asked, seed).write(path)
        files.append(path)
    return tuple(files)


def _first_of_each_dataset(runs: Sequence[GridRun]) -> Mapping[str, list[GridRun]]:
    """Runs of the least rotation and seed, by the name of their dataset."""
    found: dict[str, list[GridRun]] = {}
    for run in sorted(runs, key=_trial):
        mine = found.setdefault(run.name.partition("/")[0], [])
        if not mine or _trial(mine[0]) == _trial(run):
            mine.append(run)
    return found


def _trial(run: GridRun) -> tuple[int, int]:
    return run.experiment.rotation, run.experiment.seed


def _answers(
    dataset: Dataset, runs: Sequence[GridRun], trained: Path, out: Path, n_asked: int, seed: int
) -> Answers:
    asked = Targets.of_rows(dataset, Split.TEST, n_asked, seed)
    rows = [dataset.manifest.rows[row] for row in choose_rows(dataset, Split.TEST, n_asked, seed)]
    near = nearest_presets(dataset, asked.mel, asked.pitch, N_NEIGHBOURS, PITCH_RANGE_SEMITONES)
    recipe = dataset.manifest.recipe
    return Answers(
        dataset=recipe.digest,
        rotation=dataset.rotation,
        seed=seed,
        synth=recipe.synth_identity,
        synth_version=recipe.synth_version,
        asked=tuple(
            AskedPreset(
                name=row.name, identity=row.identity, pitch=row.pitch, velocity=row.velocity
            )
            for row in rows
        ),
        models={
            _experiment(run): _model_answers(dataset, asked, run, trained, out) for run in runs
        },
        neighbours=tuple(tuple(map(_units, presets)) for presets in near),
    )


def _experiment(run: GridRun) -> str:
    return Path(run.name).name.rpartition("-r")[0]


def _model_answers(
    dataset: Dataset, asked: Targets, run: GridRun, trained: Path, out: Path
) -> ModelAnswers:
    model = load_native_model(trained / run.name / MODEL)
    presets = dataset.table.snap(propose(model, dataset, asked.mel)[:, 0])
    scored = Evaluation.read(out / run.name / f"{TargetSet.TEST}.json")
    identity = model.info()["training_run"]
    scored.check_run(identity)
    return ModelAnswers(
        run=identity,
        presets=tuple(map(_units, presets)),
        scores=scored.groups[GroupName.ALL].scores[Method.MODEL],
    )


def _units(values: NDArray[np.floating]) -> Numbers:
    return tuple(map(float, values))
