"""The scores of presets found for sounds: those of a model, beside those found without it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from flow_synth.atomic_file import write_atomically
from flow_synth.baseline import (
    Proposals,
    mean_preset,
    median_preset,
    nearest_presets,
    random_presets,
)
from flow_synth.cluster import Progress
from flow_synth.dataset import Dataset
from flow_synth.dataset_description import Fold
from flow_synth.error import InputError
from flow_synth.fold import Split
from flow_synth.frozen import Frozen
from flow_synth.imitation import imitate
from flow_synth.json_file import read_result
from flow_synth.match_score import Matching
from flow_synth.model_file import ModelDescription
from flow_synth.score import (
    OWN,
    Group,
    KnobError,
    Method,
    SearchPoint,
    groups,
    knob_errors,
    search_points,
)
from flow_synth.target import GroupName, Targets
from flow_synth.target_errors import TargetErrors
from flow_synth.trial_stage import MatchPlan, SearchPlan
from flow_synth.workplace import Workplace

FORMAT = "flow-synth evaluation"

N_NEIGHBOURS = 16
#: Neighbours are sought among notes at most this far away, a range chosen on the validation split.
#: Away from middle C (50 notes) the MSS of the best of 16 fell from 5.8 dB at range 0 to 5.4 at 4,
#: and 6, 12 or any distance could not be told from 4; at middle C (32 notes) all were alike.
PITCH_RANGE_SEMITONES = 4

#: So many of the synth's own sounds lie within a model's reach.
REACH_PERCENT = 95.0

_BATCH_ROWS = 32


class Model(Protocol):
    """What is evaluated: what :class:`flow_synth._native.Model` has, as that is what hosts run."""

    def info(self) -> dict[str, Any]:
        """The fields of its :class:`ModelDescription`."""
        ...

    def encode(self, mel: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-mel [B, 128, 87] in nats -> z [B, D]."""
        ...

    def decode(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """z [B, D] -> unit values [B, P]."""
        ...


class Evaluation(Frozen):
    """Everything that the scores depend on, and the scores.

    ``model_run`` is the identity of the training run, None if the baselines alone were scored;
    ``dataset`` the digest of the dataset's recipe and ``rotation`` which of its folds were held
    out; ``split`` where its targets are from, or ``sounds`` the digest of a folder of sounds. The
    baselines know the same ``n_training_rows`` as the model. ``n_failed`` presets could not be
    played, counted once a target. ``matching`` tells how candidates were refined, if that was
    asked for. ``per_target`` has the errors of the model and its candidates or, if none was
    scored, of the baselines; older files have none.
    """

    format: Literal["flow-synth evaluation"] = "flow-synth evaluation"
    version: Literal[2] = 2
    model_run: str | None
    dataset: str
    rotation: Fold = 0
    synth: str
    synth_version: str
    split: Split | None
    sounds: str | None
    seed: int
    n_training_rows: int
    n_neighbours: int
    pitch_range_semitones: float
    n_failed: int
    groups: Mapping[GroupName, Group]
    knobs: tuple[KnobError, ...]
    search: tuple[SearchPoint, ...]
    matching: Matching | None = None
    per_target: TargetErrors | None = None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads what :meth:`write` wrote.

        Raises:
            InputError: the file cannot be read, or is no evaluation.
        """
        return read_result(cls, path, lacking="is no evaluation", command="flow-synth evaluate")

    def write(self, path: Path) -> None:
        """Writes JSON, whole or not at all.

        Raises:
            InputError: the file cannot be written.
        """
        write_atomically(path, (self.model_dump_json(indent=1) + "\n").encode())

    def check_run(self, identity: str) -> None:
        """Refuses to stand for another training run, or for sounds that a model is not known by.

        Raises:
            InputError: the evaluated model is of another run, or the targets are no test notes.
        """
        if self.split is not Split.TEST:
            made = f"{self.split} notes" if self.split else "sounds that the synth did not make"
            raise InputError(f"the evaluation is of {made}; give that of test notes")
        self.check_identity(identity)

    def check_identity(self, identity: str) -> None:
        """Refuses to stand for another training run.

        Raises:
            InputError: the evaluated model is of another run.
        """
        if self.model_run != identity:
            evaluated = f"training run {self.model_run}" if self.model_run else "no model"
            raise InputError(
                f"the evaluation is of {evaluated} and not of training run {identity}; "
                "evaluate this run's model and give that result"
            )

    @property
    def own_missed_db(self) -> float:
        """By no more than which the nearest of 16 candidates misses 95 % of validation notes.

        Raises:
            InputError: it was not measured, or on other notes.
        """
        missed_db = self.matching.missed_db if self.matching else None
        if self.split is not Split.VALIDATION or missed_db is None:
            raise InputError(
                "the evaluation does not tell how far a model reaches; give one that "
                "'flow-synth evaluate --validation --matching' wrote"
            )
        return float(np.percentile(missed_db, REACH_PERCENT))

    @property
    def scores(self) -> dict[str, dict[str, float]]:
        """Mean and median of every measure over all targets, by method: for the model file."""
        return {
            method: {
                f"{measure}_{name}": getattr(score, name)
                for measure, score in scores.items()
                for name in ("mean", "median")
            }
            for method, scores in self.groups[GroupName.ALL].scores.items()
        }


def evaluate(
    dataset: Dataset,
    targets: Targets,
    workplace: Workplace,
    *,
    model: Model | None = None,
    search: bool = False,
    matching: MatchPlan | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Evaluation:
    """Scores what is known without a model on targets, and a model beside it.

    A model proposes one preset a target: decode(encode(mel)), stepped knobs on their steps.
    A killed evaluation that is run again goes on where it was: see :func:`imitate`.

    Args:
        dataset: what the model was trained on, and what the baselines know.
        targets: held-out rows of the dataset, or sounds of elsewhere.
        workplace: the workers and the folder of what they measured; clear it when the result is
            safe.
        model: ready for inference; None to score the baselines alone.
        search: whether to search with CMA-ES, too.
        matching: of candidates and a refinement by the model, too; None without.
        seed: of the random presets, the search and the intervals.
        progress: is called with the number of targets done and their total.

    Raises:
        InputError: the model was not trained on the dataset or has another number of knobs, or
            for the reasons of :func:`imitate`.
    """
    proposals = baseline_proposals(dataset, targets, seed)
    description = ModelDescription.model_validate(model.info()) if model else None
    if model and description:
        check_synth(description, dataset)
        proposals = {Method.MODEL: propose(model, dataset, targets.mel), **proposals}
    plan = SearchPlan(_mean(dataset), seed) if search else None
    recipe = dataset.manifest.recipe
    found = imitate(workplace, recipe, targets, proposals, plan, matching, progress)
    imitations = {method: found.methods[method] for method in Method if method in found.methods}
    families = targets.families
    own = {name: imitations[name] for name in OWN if name in imitations} if model else imitations
    has_knob_errors = model is not None and targets.values is not None
    return Evaluation(
        model_run=description.training_run if description else None,
        dataset=recipe.digest,
        rotation=dataset.rotation,
        synth=recipe.synth_identity,
        synth_version=recipe.synth_version,
        split=targets.split,
        sounds=targets.sounds,
        seed=seed,
        n_training_rows=len(dataset.rows(Split.TRAIN)),
        n_neighbours=N_NEIGHBOURS,
        pitch_range_semitones=PITCH_RANGE_SEMITONES,
        n_failed=found.n_failed,
        groups=groups(imitations, targets, seed),
        knobs=knob_errors(dataset.table, imitations, families, seed) if has_knob_errors else (),
        search=search_points(found.progress_db, families, seed),
        matching=Matching.of(found.matches, targets, seed) if found.matches else None,
        per_target=TargetErrors.of(own, targets),
    )


def propose(model: Model, dataset: Dataset, mel: NDArray[np.float32]) -> Proposals:
    """[n, 1, P] unit presets that a model decodes from log-mels [n, 128, 87].

    Raises:
        InputError: the model has another number of knobs than the dataset.
    """
    parts = [model.decode(model.encode(batch)) for batch in batches(mel)]
    values: Proposals = np.concatenate(parts)
    if values.shape[1] != len(dataset.table):
        raise InputError(
            f"the model has {values.shape[1]} knobs and the dataset {len(dataset.table)}; "
            "give the dataset that the model was trained on"
        )
    return values[:, None]


def batches(rows: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """[n, ...] in parts that a model takes at once."""
    return np.split(rows, range(_BATCH_ROWS, len(rows), _BATCH_ROWS))


def baseline_proposals(dataset: Dataset, targets: Targets, seed: int) -> dict[Method, Proposals]:
    """Proposals [n, k, P] of everything but the model and the search."""
    n_targets = len(targets)
    neighbours = nearest_presets(
        dataset, targets.mel, targets.pitch, N_NEIGHBOURS, PITCH_RANGE_SEMITONES
    )
    proposals = {
        Method.NN16: neighbours,
        Method.NN1: neighbours[:, :1],
        Method.MEDIAN: median_preset(dataset, n_targets),
        Method.MEAN: mean_preset(dataset, n_targets),
        Method.RANDOM: random_presets(dataset, n_targets, seed),
    }
    if targets.values is not None:
        proposals[Method.TRUTH] = targets.values[:, None]
    return proposals


def _mean(dataset: Dataset) -> NDArray[np.float32]:
    """[P] mean of the training presets, between the steps of stepped knobs."""
    mean: NDArray[np.float32] = dataset.values[dataset.rows(Split.TRAIN)].mean(0)
    return mean


def check_synth(description: ModelDescription, dataset: Dataset) -> None:
    """Refuses a dataset that the model was not trained on.

    Raises:
        InputError: the dataset was rendered by another synth, or another version of it.
    """
    recipe = dataset.manifest.recipe
    rendered = f"{recipe.synth_identity} {recipe.synth_version}"
    trained = f"{description.synth} {description.synth_version}"
    if rendered != trained:
        raise InputError(
            f"{dataset.folder} was rendered by synth {rendered} and the model is of {trained}; "
            "give the dataset that the model was trained on"
        )
