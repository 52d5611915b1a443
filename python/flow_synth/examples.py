"""One split in memory, what training takes from it beforehand, and in which order it visits it."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from flow_synth.dataset import CHUNK_ROWS, Dataset
from flow_synth.ear import unit_notes
from flow_synth.encoder import Normalisation
from flow_synth.error import InputError
from flow_synth.fold import Split
from flow_synth.item import Source
from flow_synth.models.settings import Placement
from flow_synth.objective import Objective
from flow_synth.position import positions
from flow_synth.tag import AXES
from flow_synth.tag_file import TagFile

#: Sounds from which the ear takes its components: 0.4 GB.
EAR_ROWS = 8192


@dataclass(frozen=True, eq=False)
class Examples:
    """One split in memory.

    Attributes:
        values: [N, P] float32 unit values, stepped knobs on their steps.
        mel: [N, 128, 87] float16 log-mel in nats.
        notes: [N, 2] float32 what was played, see :func:`~flow_synth.ear.unit_notes`.
        tags: [N, A] float32 of -1 and +1, or positions on the axes; NaN where unknown.
        sources: [N] where each preset comes from: a :class:`~flow_synth.item.Source`.
    """

    values: Tensor
    mel: Tensor
    notes: Tensor
    tags: Tensor
    sources: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.values)

    @classmethod
    def read(
        cls,
        dataset: Dataset,
        split: Split,
        tags: TagFile | None = None,
        placement: Placement = Placement.SIDES,
        among: NDArray[np.float32] | None = None,
    ) -> Self:
        """Reads a split, 22 kB a row.

        Args:
            dataset: what to read.
            split: which rows.
            tags: of the dataset; without them every tag is unknown.
            placement: whether a sound's tags count, or its positions among others.
            among: [N, A] descriptors of those others; the dataset's training sounds if None.

        Raises:
            InputError: the split is too small to train on, or the tags are of another dataset.
        """
        if tags:
            tags.check_dataset(dataset)
        rows = dataset.rows(split)
        if len(rows) < 2:
            dataset.check_presets()
            raise InputError(
                f"{dataset.folder} has {len(rows)} {split} rows; render at least 50 presets"
            )
        parts = np.split(rows, range(CHUNK_ROWS, len(rows), CHUNK_ROWS))
        mel = np.concatenate([dataset.mel(part).astype(np.float16) for part in parts])
        values = torch.from_numpy(dataset.values[rows])
        if among is None and tags:
            among = tags.descriptors[dataset.rows(Split.TRAIN)]
        known = _known(dataset, tags, placement, among)[rows]
        played = (torch.from_numpy(numbers[rows]) for numbers in (dataset.pitch, dataset.velocity))
        return cls(
            values,
            torch.from_numpy(mel),
            unit_notes(*played),
            torch.from_numpy(known),
            dataset.sources[rows],
        )

    def to(self, device: torch.device) -> Self:
        """The same in a device's memory, where training then reads without waiting."""
        names = ("values", "mel", "notes", "tags")
        moved = {name: getattr(self, name).to(device) for name in names}
        return dataclasses.replace(self, **moved)


def _known(
    dataset: Dataset,
    tags: TagFile | None,
    placement: Placement,
    among: NDArray[np.float32] | None,
) -> NDArray[np.float32]:
    """[N, A] tags or positions of all rows; NaN where unknown."""
    if tags is None or among is None:
        return np.full((len(dataset), len(AXES)), np.nan, np.float32)
    if placement is Placement.POSITIONS:
        return positions(tags.descriptors, among)
    return np.where(tags.tags == 0, np.nan, tags.tags).astype(np.float32)


def fit_statistics(objective: Objective, examples: Examples) -> None:
    """Fits all that is known before the first step, on training examples alone."""
    model = objective.model
    model.regressor.fit(examples.values)
    _fit_normalisation(model.normalisation, examples.mel)
    if objective.knob_classes is not None:
        objective.knob_classes.fit(examples.values)
    if objective.weights.ear and objective.ear is not None:
        rows = torch.randperm(len(examples))[:EAR_ROWS]
        objective.ear.fit(model.normalisation.clipped(examples.mel[rows].float()))


def _fit_normalisation(normalisation: Normalisation, mel: Tensor) -> None:
    total = square = 0.0
    for chunk in torch.split(mel, CHUNK_ROWS):
        clipped = normalisation.clipped(chunk.float()).double()
        total += float(clipped.sum())
        square += float(clipped.square().sum())
    mean = total / mel.numel()
    variance = square / mel.numel() - mean**2
    normalisation.fit(mean, math.sqrt(max(variance, 1e-6)))


def open_proposals(folder: Path, dataset: Dataset) -> Dataset:
    """Opens a dataset of what a model proposed for sounds of another.

    Raises:
        InputError: it cannot be read, holds no proposals, is of another synth or other presets,
            or its model knew what this rotation holds out.
    """
    proposals = Dataset.open(folder, dataset.rotation)
    ours, theirs = dataset.manifest.recipe, proposals.manifest.recipe
    source = theirs.description.proposals
    if source is None:
        raise InputError(f"{folder} holds no proposals; render a file that 'propose' wrote")
    if source.rotation != dataset.rotation:
        raise InputError(
            f"{folder} was proposed by a model of rotation {source.rotation}, which knows presets "
            f"that rotation {dataset.rotation} holds out; let 'rotation' be {source.rotation}"
        )
    if ours.origins != theirs.origins:
        raise InputError(
            f"{folder} and {dataset.folder} are of other synths, draws or seeds, so that their "
            "folds differ; let both descriptions have the same"
        )
    return proposals


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
        visited(pool, max(round(mixture[source] * total), 1), (seed, source), epoch)
        for source, pool in pools.items()
    ]
    return generator.permutation(np.concatenate(visits))


def visited(
    pool: NDArray[np.intp], count: int, stream: tuple[int, Source], epoch: int
) -> NDArray[np.intp]:
    """An epoch's part, so many, of an endless row of shuffled pools of a seed and a source."""
    seed, source = stream
    first, last = epoch * count, (epoch + 1) * count
    rounds = range(first // len(pool), -(-last // len(pool)))
    keys = [(list(Source).index(source), number) for number in rounds]
    # A key keeps these apart from the epochs' own random numbers, which zeros at the end do not.
    streams = [np.random.SeedSequence(seed, spawn_key=key) for key in keys]
    shuffled = [np.random.default_rng(stream).permutation(pool) for stream in streams]
    start = first - rounds.start * len(pool)
    return np.concatenate(shuffled)[start : start + count]
