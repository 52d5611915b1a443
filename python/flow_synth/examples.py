"""One split in memory, what training takes from it beforehand, and in which order it visits it."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from flow_synth.dataset import CHUNK_ROWS, Dataset
from flow_synth.error import InputError
from flow_synth.experiment import NoiseRange
from flow_synth.flow import dequantise
from flow_synth.fold import Split
from flow_synth.models import RegressionFlow


@dataclass(frozen=True, eq=False)
class Examples:
    """One split in memory.

    Attributes:
        values: [N, P] float32 unit values, stepped knobs on their steps.
        mel: [N, 128, 87] float16 log-mel in nats.
    """

    values: Tensor
    mel: Tensor

    def __len__(self) -> int:
        return len(self.values)

    @classmethod
    def read(cls, dataset: Dataset, split: Split) -> Self:
        """Reads a split, 22 kB a row.

        Raises:
            InputError: the split is too small to train on.
        """
        rows = dataset.rows(split)
        if len(rows) < 2:
            raise InputError(
                f"{dataset.folder} has {len(rows)} {split} rows; render at least 50 presets"
            )
        parts = np.split(rows, range(CHUNK_ROWS, len(rows), CHUNK_ROWS))
        mel = np.concatenate([dataset.mel(part).astype(np.float16) for part in parts])
        return cls(torch.from_numpy(dataset.values[rows]), torch.from_numpy(mel))


def fit_statistics(model: RegressionFlow, examples: Examples, n_values: Tensor) -> None:
    """Fits both normalisations, on training examples alone."""
    model.boundary.fit(dequantise(examples.values, n_values))
    normalisation = model.vae.normalisation
    total = square = 0.0
    for chunk in torch.split(examples.mel, CHUNK_ROWS):
        relative = normalisation.relative(chunk.float()).double()
        total += float(relative.sum())
        square += float(relative.square().sum())
    mean = total / examples.mel.numel()
    variance = square / examples.mel.numel() - mean**2
    normalisation.fit(mean, math.sqrt(max(variance, 1e-6)))


def add_noise_floor(mel: Tensor, noise: NoiseRange) -> Tensor:
    """ln(exp(mel) + n): a floor n in mel magnitude under a share of the sounds [B, 128, 87]."""
    batch = (len(mel), 1, 1)
    span = noise.highest_db - noise.lowest_db
    level_db = noise.lowest_db + span * torch.rand(batch, device=mel.device)
    chosen = torch.rand(batch, device=mel.device) < noise.share
    floor = mel.amax((1, 2), keepdim=True) + level_db * (math.log(10.0) / 20.0)
    return torch.where(chosen, torch.logaddexp(mel, floor), mel)


def epoch_order(n_examples: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """The order in which an epoch visits the examples: a function of its arguments alone."""
    return np.random.default_rng([seed, epoch]).permutation(n_examples)
