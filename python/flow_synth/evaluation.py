"""The scores of a model on held-out notes, beside those of presets found without it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol, Self

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ValidationError
from torch import Tensor

from flow_synth.atomic_file import write_atomically
from flow_synth.baseline import (
    Proposals,
    mean_preset,
    median_preset,
    nearest_presets,
    random_presets,
)
from flow_synth.dataset import Dataset
from flow_synth.error import InputError
from flow_synth.fold import Split
from flow_synth.frozen import Frozen
from flow_synth.imitation import Progress, choose_targets, imitate
from flow_synth.model_file import ModelDescription
from flow_synth.score import Group, KnobError, Method, Notes, groups, knob_errors
from flow_synth.synth import Synth

N_NEIGHBOURS = 16
#: Neighbours are sought among notes at most this far away, a range chosen on the validation split.
#: Away from middle C (50 notes) the MSS of the best of 16 fell from 5.8 dB at range 0 to 5.4 at 4,
#: and 6, 12 or any distance could not be told from 4; at middle C (32 notes) all were alike.
PITCH_RANGE_SEMITONES = 4

_BATCH = 32


class Model(Protocol):
    """What is evaluated."""

    @property
    def description(self) -> ModelDescription:
        """Of which training run and which synth it is."""
        ...

    def encode(self, mel: Tensor) -> Tensor:
        """Log-mel [B, 128, 87] in nats -> z [B, D]."""
        ...

    def decode(self, z: Tensor) -> Tensor:
        """z [B, D] -> unit values [B, P]."""
        ...


class Evaluation(Frozen):
    """Everything that the scores depend on, and the scores.

    ``dataset`` is the digest of the dataset's recipe, ``model_run`` the identity of the training
    run. The baselines know the same ``n_training_rows`` as the model.
    """

    format: Literal["flow-synth evaluation"] = "flow-synth evaluation"
    version: Literal[1] = 1
    model_run: str
    dataset: str
    synth: str
    synth_version: str
    split: Split
    seed: int
    n_training_rows: int
    n_neighbours: int
    pitch_range_semitones: float
    groups: Mapping[Notes, Group]
    knobs: tuple[KnobError, ...]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads what :meth:`write` wrote.

        Raises:
            InputError: the file cannot be read, or is no evaluation.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise InputError(
                f"{path} cannot be read ({error.strerror}); give the result of "
                "'flow-synth evaluate'"
            ) from error
        except ValidationError as error:
            raise InputError(
                f"{path} is no evaluation that this program can read; give the result of "
                "'flow-synth evaluate'"
            ) from error

    def write(self, path: Path) -> None:
        """Writes JSON, whole or not at all.

        Raises:
            InputError: the file cannot be written.
        """
        write_atomically(path, (self.model_dump_json(indent=1) + "\n").encode())

    def check_run(self, identity: str) -> None:
        """Refuses to stand for another training run.

        Raises:
            InputError: the evaluated model is of another run.
        """
        if self.model_run != identity:
            raise InputError(
                f"the evaluation is of training run {self.model_run} and not of {identity}; "
                "evaluate this run's model and give that result"
            )

    @property
    def scores(self) -> dict[str, dict[str, float]]:
        """Mean and median of every measure over all targets, by method: for the model file."""
        return {
            method: {
                f"{measure}_{name}": getattr(score, name)
                for measure, score in scores.items()
                for name in ("mean", "median")
            }
            for method, scores in self.groups[Notes.ALL].scores.items()
        }


def evaluate(
    model: Model,
    dataset: Dataset,
    synth: Synth,
    *,
    n_targets: int = 300,
    seed: int = 0,
    split: Split = Split.TEST,
    progress: Progress | None = None,
) -> Evaluation:
    """Scores a model on a split of a dataset, beside its rivals.

    The model proposes one preset a target: decode(encode(mel)), stepped knobs on their steps.

    Args:
        model: on the CPU, ready for inference.
        dataset: what the model was trained on, with its held-out splits.
        synth: the dataset's.
        n_targets: at most so many, of at most two a family.
        seed: of the targets, the random presets and the intervals.
        split: which rows to take the targets from.
        progress: is called with the number of targets done and their total.

    Raises:
        InputError: the synth is not the one that rendered the dataset, or the model was not
            trained on it or has another number of knobs, or the split has no audible row.
        SynthError: the synth cannot play a proposal.
    """
    _check_synths(model, dataset, synth)
    rows = choose_targets(dataset, split, n_targets, seed)
    proposals = {
        Method.MODEL: propose(model, dataset, rows),
        **baseline_proposals(dataset, rows, seed),
    }
    imitations = imitate(synth, dataset, rows, proposals, progress)
    families = dataset.families[rows]
    recipe = dataset.manifest.recipe
    return Evaluation(
        model_run=model.description.training_run,
        dataset=recipe.digest,
        synth=recipe.synth_identity,
        synth_version=recipe.synth_version,
        split=split,
        seed=seed,
        n_training_rows=len(dataset.rows(Split.TRAIN)),
        n_neighbours=N_NEIGHBOURS,
        pitch_range_semitones=PITCH_RANGE_SEMITONES,
        groups=groups(imitations, families, dataset.pitch[rows], seed),
        knobs=knob_errors(dataset.table, imitations, families, seed),
    )


def propose(model: Model, dataset: Dataset, rows: NDArray[np.intp]) -> Proposals:
    """[n, 1, P] unit presets that a model decodes from the sounds of some rows.

    Raises:
        InputError: the model has another number of knobs than the dataset.
    """
    with torch.inference_mode():
        parts = [
            model.decode(model.encode(torch.from_numpy(dataset.mel(part))))
            for part in np.split(rows, range(_BATCH, len(rows), _BATCH))
        ]
    values: Proposals = torch.cat(parts).numpy()
    if values.shape[1] != len(dataset.table):
        raise InputError(
            f"the model has {values.shape[1]} knobs and the dataset {len(dataset.table)}; "
            "give the dataset that the model was trained on"
        )
    return values[:, None]


def baseline_proposals(
    dataset: Dataset, rows: NDArray[np.intp], seed: int
) -> dict[Method, Proposals]:
    """Proposals [n, k, P] of everything but the model for the sounds of some rows."""
    neighbours = nearest_presets(
        dataset, dataset.mel(rows), dataset.pitch[rows], N_NEIGHBOURS, PITCH_RANGE_SEMITONES
    )
    return {
        Method.NN16: neighbours,
        Method.NN1: neighbours[:, :1],
        Method.MEDIAN: median_preset(dataset, len(rows)),
        Method.MEAN: mean_preset(dataset, len(rows)),
        Method.RANDOM: random_presets(dataset, len(rows), seed),
        Method.TRUTH: dataset.values[rows][:, None],
    }


def _check_synths(model: Model, dataset: Dataset, synth: Synth) -> None:
    recipe = dataset.manifest.recipe
    rendered = f"{recipe.synth_identity} {recipe.synth_version}"
    trained = f"{model.description.synth} {model.description.synth_version}"
    if rendered != trained:
        raise InputError(
            f"{dataset.folder} was rendered by synth {rendered} and the model is of {trained}; "
            "give the dataset that the model was trained on"
        )
    if rendered != f"{synth.identity} {synth.version}":
        raise InputError(
            f"{dataset.folder} was rendered by synth {rendered} and this one is {synth.identity} "
            f"{synth.version}; render the dataset again, or install that version"
        )
