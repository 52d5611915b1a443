"""The models of a grid, all scored on the same targets, beside what is found without a model."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from flow_synth.atomic_file import make_folder
from flow_synth.cluster import Progress
from flow_synth.cost import COST
from flow_synth.dataset import Dataset
from flow_synth.evaluation import Evaluation, evaluate
from flow_synth.export import SUFFIX, export_run
from flow_synth.fold import Split
from flow_synth.grid import GridRun
from flow_synth.identity import run_identity
from flow_synth.library import load_native_model
from flow_synth.model_file import read_model_file
from flow_synth.results import BASELINES, TargetSet
from flow_synth.target import Targets
from flow_synth.target_errors import target_names
from flow_synth.training import is_finished
from flow_synth.workplace import Workplace

#: The exported model in the folder of its run.
MODEL = f"model{SUFFIX}"


@dataclass(frozen=True)
class GridScores:
    """What became of an evaluation: names of results and of runs.

    Attributes:
        evaluated: results measured now.
        skipped: results that were there before.
        unfinished: runs whose training has not come to its end.
    """

    evaluated: tuple[str, ...]
    skipped: tuple[str, ...]
    unfinished: tuple[str, ...]


def evaluate_grid(
    runs: Sequence[GridRun],
    trained: Path,
    out: Path,
    workplace: Workplace,
    *,
    sounds: Path | None = None,
    n_targets: int,
    seed: int,
    progress: Progress | None = None,
) -> GridScores:
    """Scores every finished run, and the baselines once for each dataset and rotation.

    Each run's folder below ``out`` gets ``test.json``, ``out-of-domain.json`` if there are sounds,
    and its ``cost.json``. The exported model stays beside its run, so that what is scored is the
    file that a user would load. Presets that several models or rotations propose for one target
    are played once, and a killed evaluation goes on where it was.

    Args:
        runs: of a grid.
        trained: the folder in which the runs were trained.
        out: the folder of the results.
        workplace: the workers, and a folder for what they measured; it is cleared at the end.
        sounds: a folder of sounds to imitate beside the test split.
        n_targets: at most so many of either.
        seed: of the targets, of random presets and of intervals.
        progress: is called with the number of results done and their total.

    Raises:
        InputError: a dataset or a run cannot be read, or for the reasons of
            :func:`flow_synth.evaluation.evaluate`.
    """
    unfinished = [run for run in runs if not is_finished(run.experiment, trained / run.name)]
    finished = [run for run in runs if run not in unfinished]
    heard = {TargetSet.OUT_OF_DOMAIN: Targets.of_folder(sounds, n_targets, seed)} if sounds else {}
    evaluated: list[str] = []
    skipped: list[str] = []
    total = (1 + len(heard)) * (len(finished) + len(_by_rotation(finished)))
    for (folder, rotation), mine in _by_rotation(finished):
        dataset = Dataset.open(folder, rotation)
        dataset.verify()
        own = {TargetSet.TEST: Targets.of_rows(dataset, Split.TEST, n_targets, seed)}
        for subject in _subjects(dataset, mine, trained):
            for name, targets in (own | heard).items():
                path = out / subject.name / f"{name}.json"
                if subject.has_result(path, dataset, targets):
                    skipped.append(str(path))
                else:
                    make_folder(path.parent)
                    model = load_native_model(subject.model()) if subject.run else None
                    evaluate(dataset, targets, workplace, model=model, seed=seed).write(path)
                    evaluated.append(str(path))
                if progress:
                    progress(len(evaluated) + len(skipped), total)
            if subject.run:
                shutil.copyfile(subject.folder / COST, out / subject.name / COST)
    if not unfinished:
        workplace.clear()
    return GridScores(tuple(evaluated), tuple(skipped), tuple(run.name for run in unfinished))


@dataclass(frozen=True)
class _Subject:
    """What is scored: the model of a run, or the baselines of a dataset and rotation.

    Attributes:
        name: of the folder of its results.
        run: identity of the training run; None for the baselines.
        folder: of the run.
    """

    name: str
    run: str | None
    folder: Path

    def has_result(self, path: Path, dataset: Dataset, targets: Targets) -> bool:
        """Whether a file is its score on these targets."""
        if not path.exists():
            return False
        found = Evaluation.read(path)
        return (
            (found.model_run, found.dataset) == (self.run, dataset.manifest.recipe.digest)
            and found.per_target is not None
            and found.per_target.targets == target_names(targets)
        )

    def model(self) -> Path:
        """The exported model, exported anew if it is not of this run."""
        path = self.folder / MODEL
        if not path.exists() or read_model_file(path).description.training_run != self.run:
            export_run(self.folder, path)
        return path


def _subjects(dataset: Dataset, runs: Sequence[GridRun], trained: Path) -> Iterator[_Subject]:
    place = Path(runs[0].name).parent / f"{BASELINES}-r{dataset.rotation}"
    yield _Subject(place.as_posix(), None, trained)
    for run in runs:
        yield _Subject(run.name, run_identity(run.experiment, dataset), trained / run.name)


def _by_rotation(runs: Sequence[GridRun]) -> list[tuple[tuple[Path, int], list[GridRun]]]:
    """Runs of the same dataset and rotation together."""

    def place(run: GridRun) -> tuple[Path, int]:
        return run.experiment.dataset.resolve(), run.experiment.rotation

    return [(key, list(mine)) for key, mine in groupby(sorted(runs, key=place), place)]
