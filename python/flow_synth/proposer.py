"""What a model proposes for sounds that it was trained on: presets drawn, moved and bred."""

from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from flow_synth.candidates import find_candidates
from flow_synth.cluster import Progress
from flow_synth.dataset import Dataset
from flow_synth.error import InputError
from flow_synth.fitness import Aim
from flow_synth.fold import Split
from flow_synth.item import Source
from flow_synth.lock import Locks
from flow_synth.model_file import ModelDescription, OptionalMethod
from flow_synth.problem import Ears, Problem
from flow_synth.proposal import Proposal, Proposals
from flow_synth.synth import Note
from flow_synth.tag import SLIDER_END

#: Sounds heard at once.
_CHUNK_ROWS = 64


#: Of a sound that a model with an ear breeds for, so many different presets are proposed.
_BRED = 8


class Model(Ears, Protocol):
    """What proposes: what :class:`flow_synth.export.Model` has."""

    @property
    def description(self) -> ModelDescription:
        """Its knobs, its sliders, and what it can do."""
        ...

    def posterior(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """Log-mel [B, 128, 87] in nats -> mean and log-variance [B, D]."""
        ...

    def decode(self, z: Tensor) -> Tensor:
        """z [B, D] -> unit values [B, P]."""
        ...


def propose(
    model: Model, dataset: Dataset, count: int, *, seed: int, progress: Progress
) -> Proposals:
    """Proposes presets for sounds of a dataset's training split, a human one every other time.

    Some are drawn, as candidates where the model draws any and else from its posterior; some are
    what the model takes a sound for, moved by one of its semantic sliders; and half of those of a
    model that ranks candidates by its ear are what it would play first, because a search goes
    where the ear errs in a preset's favour.

    Args:
        model: trained.
        dataset: that it was trained on, opened with the model's rotation.
        count: of the proposals.
        seed: of the choice of sounds and of all draws.
        progress: is told how many proposals of how many are made.

    Raises:
        InputError: the dataset is one of another synth, or itself of proposals.
    """
    description = model.description
    if description.parameters != dataset.table:
        raise InputError(
            f"{dataset.folder} is a dataset of other knobs than the model's; give the one that "
            "the model was trained on"
        )
    dataset.check_presets()
    maker = _Maker(model, dataset, np.random.default_rng(seed))
    n_bred = count // 2 if maker.draws_candidates else 0
    rows: list[int] = []
    made: list[NDArray[np.float32]] = []
    for chunk in _chunks(maker.rows(count - n_bred), _CHUNK_ROWS):
        made.append(maker.drawn_or_moved(chunk))
        rows += chunk
        progress(len(rows), count)
    for row in maker.rows(-(-n_bred // _BRED)):
        bred = maker.bred(row)[: count - len(rows)]
        made.append(bred)
        rows += [row] * len(bred)
        progress(len(rows), count)
    known = [dataset.manifest.rows[row] for row in rows]
    return Proposals(
        model_run=description.training_run,
        origins=dataset.manifest.recipe.origins,
        rotation=dataset.rotation,
        presets=tuple(
            Proposal(values=tuple(values.tolist()), parent=row.identity, family=row.family)
            for values, row in zip(np.concatenate(made), known, strict=True)
        ),
    )


def _chunks(rows: list[int], size: int) -> list[list[int]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


class _Maker:
    def __init__(self, model: Model, dataset: Dataset, generator: np.random.Generator) -> None:
        description = model.description
        directions = [axis.direction for axis in description.semantic_axes]
        self._directions = torch.tensor(directions, dtype=torch.float32)
        self.draws_candidates = OptionalMethod.SAMPLE in description.methods
        self._hears_level = description.normalisation.hears_level
        self._model = model
        self._dataset = dataset
        self._generator = generator

    def rows(self, count: int) -> list[int]:
        """Training rows, by turns an original and one that was made of originals."""
        dataset, generator = self._dataset, self._generator
        training = dataset.rows(Split.TRAIN)
        is_original = np.array([Source(s).is_original for s in dataset.sources[training]])
        has_parents = np.array([bool(dataset.manifest.rows[row].parents) for row in training])
        pools = [pool for pool in (training[is_original], training[has_parents]) if len(pool)]
        if not pools:
            raise InputError(f"{dataset.folder} has no training sounds; render more presets")
        return [int(generator.choice(pools[number % len(pools)])) for number in range(count)]

    def drawn_or_moved(self, rows: list[int]) -> NDArray[np.float32]:
        """A preset for the sound of each row [n, P], stepped knobs on their steps."""
        mel = torch.from_numpy(self._dataset.mel(np.array(rows)))
        mean, log_variance = self._model.posterior(mel)
        made = self._drawn(mel, mean, log_variance)
        if len(self._directions):
            generator = self._generator
            axes = generator.integers(len(self._directions), size=len(mel))
            positions = generator.uniform(-SLIDER_END, SLIDER_END, (len(mel), 1))
            moves = torch.from_numpy(positions.astype(np.float32)) * self._directions[axes]
            is_drawn = torch.from_numpy(generator.random((len(mel), 1)) < 0.5)
            made = torch.where(is_drawn, made, self._model.decode(mean + moves))
        return self._dataset.table.snap(made.numpy())

    def _drawn(self, mel: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
        if self.draws_candidates:
            shares = torch.from_numpy(self._generator.random(mean.shape, np.float32))
            pairs = zip(mel[:, None], shares[:, None], strict=True)
            return torch.cat([self._model.sample(*pair, 1.0) for pair in pairs])
        noise = self._generator.standard_normal(mean.shape, np.float32)
        return self._model.decode(mean + torch.exp(0.5 * log_variance) * torch.from_numpy(noise))

    def bred(self, row: int) -> NDArray[np.float32]:
        """Different presets [n, P] that the model would play first for the sound of a row."""
        dataset, rows = self._dataset, np.array([row])
        table, known = dataset.table, dataset.manifest.rows[row]
        audio, mel = torch.from_numpy(dataset.audio(rows)), torch.from_numpy(dataset.mel(rows))
        problem = Problem(
            ears=self._model,
            table=table,
            aim=Aim(audio, mel, hears_level=self._hears_level),
            note=Note(known.pitch, known.velocity),
            locks=Locks.of(table, {}),
            seed=int(self._generator.integers(2**32)),
        )
        return find_candidates(problem).first(_BRED)
