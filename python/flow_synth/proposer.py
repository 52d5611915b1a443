"""What a model proposes for sounds that it was trained on: presets drawn, and presets moved."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from flow_synth.cluster import Progress
from flow_synth.dataset import Dataset
from flow_synth.error import InputError
from flow_synth.fold import Split
from flow_synth.item import Source
from flow_synth.model_file import ModelDescription, OptionalMethod
from flow_synth.proposal import Proposal, Proposals
from flow_synth.tag import SLIDER_END

#: Sounds heard at once.
_CHUNK_ROWS = 64


class Model(Protocol):
    """What proposes: what :class:`flow_synth._native.Model` has."""

    def posterior(
        self, mel: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Log-mel [B, 128, 87] in nats -> mean and log-variance [B, D]."""
        ...

    def decode(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """z [B, D] -> unit values [B, P]."""
        ...

    def sample(
        self, mel: NDArray[np.float32], shares: NDArray[np.float32], temperature: float
    ) -> NDArray[np.float32]:
        """Log-mel [1, 128, 87], shares [N, P] -> unit values [N, P]; not every model has it."""
        ...


def propose(
    model: Model,
    description: ModelDescription,
    dataset: Dataset,
    count: int,
    *,
    seed: int,
    progress: Progress,
) -> Proposals:
    """Proposes presets for sounds of a dataset's training split, a human one every other time.

    Half of them are drawn, as candidates where the model draws any and else from its posterior; of
    the rest, each is what the model takes a sound for, moved by one of its semantic sliders. A
    model without sliders draws all of them.

    Args:
        model: as hosts run it.
        description: of the model.
        dataset: that it was trained on, opened with the model's rotation.
        count: of the proposals.
        seed: of the choice of sounds and of all draws.
        progress: is told how many proposals of how many are made.

    Raises:
        InputError: the dataset is one of another synth, or itself of proposals.
    """
    if description.parameters != dataset.table:
        raise InputError(
            f"{dataset.folder} is a dataset of other knobs than the model's; give the one that "
            "the model was trained on"
        )
    dataset.check_presets()
    generator = np.random.default_rng(seed)
    rows = _rows(dataset, count, generator)
    maker = _Maker(model, description, generator)
    made: list[NDArray[np.float32]] = []
    for start in range(0, count, _CHUNK_ROWS):
        mel = dataset.mel(rows[start : start + _CHUNK_ROWS])
        made.append(dataset.table.snap(maker.proposed(mel)))
        progress(sum(map(len, made)), count)
    of_rows = (dataset.manifest.rows[row] for row in rows)
    return Proposals(
        model_run=description.training_run,
        origins=dataset.manifest.recipe.origins,
        rotation=dataset.rotation,
        presets=tuple(
            Proposal(values=tuple(values.tolist()), parent=row.identity, family=row.family)
            for values, row in zip(np.concatenate(made), of_rows, strict=True)
        ),
    )


def _rows(dataset: Dataset, count: int, generator: np.random.Generator) -> NDArray[np.intp]:
    """[count] training rows, by turns an original and one that was made of originals."""
    training = dataset.rows(Split.TRAIN)
    is_original = np.array([Source(source).is_original for source in dataset.sources[training]])
    has_parents = np.array([bool(dataset.manifest.rows[row].parents) for row in training])
    pools = [pool for pool in (training[is_original], training[has_parents]) if len(pool)]
    if not pools:
        raise InputError(f"{dataset.folder} has no training sounds; render more presets")
    drawn = [generator.choice(pools[number % len(pools)]) for number in range(count)]
    return np.array(drawn, np.intp)


class _Maker:
    def __init__(
        self, model: Model, description: ModelDescription, generator: np.random.Generator
    ) -> None:
        axes = description.semantic_axes
        self._model = model
        self._directions = np.array([axis.direction for axis in axes], np.float32)
        self._draws_candidates = OptionalMethod.SAMPLE in description.methods
        self._generator = generator

    def proposed(self, mel: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-mels [B, 128, 87] -> unit values [B, P]."""
        mean, log_variance = self._model.posterior(mel)
        drawn = self._drawn(mel, mean, log_variance)
        if not len(self._directions):
            return drawn
        generator = self._generator
        axes = generator.integers(len(self._directions), size=len(mel))
        positions = generator.uniform(-SLIDER_END, SLIDER_END, (len(mel), 1)).astype(np.float32)
        moved = self._model.decode(mean + positions * self._directions[axes])
        return np.where(generator.random((len(mel), 1)) < 0.5, drawn, moved)

    def _drawn(
        self,
        mel: NDArray[np.float32],
        mean: NDArray[np.float32],
        log_variance: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        if self._draws_candidates:
            shares = self._generator.random(mean.shape, np.float32)
            pairs = zip(mel[:, None], shares[:, None], strict=True)
            return np.concatenate([self._model.sample(*pair, temperature=1.0) for pair in pairs])
        noise = self._generator.standard_normal(mean.shape, np.float32)
        return self._model.decode(mean + np.exp(0.5 * log_variance) * noise)
