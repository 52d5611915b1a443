"""One split in memory, what training takes from it beforehand, and in which order it visits it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from flow_synth.boundary import dequantise
from flow_synth.dataset import CHUNK_ROWS, Dataset
from flow_synth.error import InputError
from flow_synth.experiment import NoiseRange
from flow_synth.fold import Split
from flow_synth.item import Source
from flow_synth.models import RegressionFlow


@dataclass(frozen=True, eq=False)
class Examples:
    """One split in memory.

    Attributes:
        values: [N, P] float32 unit values, stepped knobs on their steps.
        mel: [N, 128, 87] float16 log-mel in nats.
        sources: [N] where each preset comes from: a :class:`~flow_synth.item.Source`.
    """

    values: Tensor
    mel: Tensor
    sources: NDArray[np.str_]

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
        values = torch.from_numpy(dataset.values[rows])
        return cls(values, torch.from_numpy(mel), dataset.sources[rows])


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


def epoch_order(
    sources: NDArray[np.str_], mixture: Mapping[Source, float], seed: int, epoch: int
) -> NDArray[np.intp]:
    """The order in which an epoch visits the examples: a function of its arguments alone.

    Args:
        sources: [N] of the examples.
        mixture: share of each source; none: every example is visited once.
        seed: of the order.
        epoch: counted from 0. No example of a source is visited a second time, in this epoch or a
            later one, before all of that source have been visited a first time.

    Returns:
        Numbers of examples: as many as the sources of the mixture have, to a whole number each.

    Raises:
        InputError: there is no example of a source of the mixture.
    """
    generator = np.random.default_rng([seed, epoch])
    if not mixture:
        return generator.permutation(len(sources))
    pools = {source: np.flatnonzero(sources == source.value) for source in mixture}
    for source, pool in pools.items():
        if not len(pool):
            raise InputError(
                f"the mixture asks for presets of source {source.value!r}, but the training rows "
                f"have only: {', '.join(sorted(set(sources.tolist())))}"
            )
    total = sum(map(len, pools.values()))
    visits = [
        _visits(pool, max(round(mixture[source] * total), 1), (seed, source), epoch)
        for source, pool in pools.items()
    ]
    return generator.permutation(np.concatenate(visits))


def _visits(
    pool: NDArray[np.intp], count: int, stream: tuple[int, Source], epoch: int
) -> NDArray[np.intp]:
    """The part of an epoch in an endless row of shuffled pools."""
    seed, source = stream
    first, last = epoch * count, (epoch + 1) * count
    rounds = range(first // len(pool), -(-last // len(pool)))
    keys = [(list(Source).index(source), number) for number in rounds]
    # A key keeps these apart from the epochs' own random numbers, which zeros at the end do not.
    streams = [np.random.SeedSequence(seed, spawn_key=key) for key in keys]
    shuffled = [np.random.default_rng(stream).permutation(pool) for stream in streams]
    start = first - rounds.start * len(pool)
    return np.concatenate(shuffled)[start : start + count]
