"""The tags of a dataset, row by row, as one JSON file."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Literal, Self

import numpy as np
import torch
from dask.system import CPU_COUNT
from numpy.typing import NDArray
from pydantic import model_validator
from torch import Tensor

from flow_synth.atomic_file import write_atomically
from flow_synth.cluster import Progress
from flow_synth.dataset import Dataset
from flow_synth.error import InputError
from flow_synth.features import one_thread
from flow_synth.frozen import Frozen
from flow_synth.json_file import read_result
from flow_synth.synth import Note
from flow_synth.tag import AXES, Axis, describe, tags

#: Sounds read at once: 35 MB.
_CHUNK_ROWS = 100

Side = Literal[-1, 0, 1]


class Counts(Frozen):
    """How many rows lie where on an axis; those that cannot be measured are untagged, too."""

    low: int
    untagged: int
    high: int
    unmeasured: int


class TaggedRow(Frozen):
    """A row's descriptors and tags in the order of the axes; None where one says nothing."""

    descriptors: tuple[float | None, ...]
    tags: tuple[Side, ...]


class TagFile(Frozen):
    """What was computed from the sounds of a dataset.

    ``dataset`` is the digest of its recipe and ``content`` that of its shards, as noise sounds
    different in every rendering of one recipe; ``rows`` are in its order.
    """

    dataset: str
    content: str
    axes: tuple[Axis, ...]
    counts: tuple[Counts, ...]
    rows: tuple[TaggedRow, ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        lengths = {len(self.counts)}
        for row in self.rows:
            lengths |= {len(row.descriptors), len(row.tags)}
        if lengths != {len(self.axes)}:
            raise ValueError(f"every row needs {len(self.axes)} descriptors and tags")
        return self

    @classmethod
    def of(cls, dataset: Dataset, progress: Progress) -> Self:
        """Listens to every row of a dataset.

        Args:
            dataset: rendered notes.
            progress: is told how many rows of how many are done.

        Raises:
            InputError: the dataset has no rows.
        """
        if not len(dataset):
            raise InputError(f"{dataset.folder} has no sounds to tag; see what failed in it")
        chunks = np.split(np.arange(len(dataset)), range(_CHUNK_ROWS, len(dataset), _CHUNK_ROWS))
        parts = []
        # Threads of torch's own are of no use to one sound; see one_thread.
        with one_thread(), ThreadPoolExecutor(CPU_COUNT, "", torch.set_num_threads, (1,)) as pool:
            for part in pool.map(partial(_described, dataset), chunks):
                parts.append(part)
                progress(sum(map(len, parts)), len(dataset))
        descriptors = torch.cat(parts)
        sides = tags(descriptors)
        return cls(
            dataset=dataset.manifest.recipe.digest,
            content=dataset.content,
            axes=AXES,
            counts=tuple(
                Counts(
                    low=int((side == -1).sum()),
                    untagged=int((side == 0).sum()),
                    high=int((side == 1).sum()),
                    unmeasured=int(values.isnan().sum()),
                )
                for side, values in zip(sides.T, descriptors.T, strict=True)
            ),
            rows=tuple(
                TaggedRow(
                    descriptors=tuple(None if value != value else value for value in values),
                    tags=tuple(side),
                )
                for values, side in zip(descriptors.tolist(), sides.tolist(), strict=True)
            ),
        )

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads what :meth:`write` wrote.

        Raises:
            InputError: the file cannot be read, or holds no tags.
        """
        return read_result(cls, path, lacking="holds no tags", command="flow-synth tags")

    def write(self, path: Path) -> None:
        """Writes JSON, whole or not at all.

        Raises:
            InputError: the file cannot be written.
        """
        write_atomically(path, (self.model_dump_json() + "\n").encode())

    def check_dataset(self, dataset: Dataset) -> None:
        """Refuses to stand for another dataset.

        Raises:
            InputError: the tags are those of other sounds.
        """
        if self.content != dataset.content:
            raise InputError(
                f"the tags are of other sounds than those of {dataset.folder}; "
                "run 'flow-synth tags' on this dataset and give that result"
            )

    @property
    def descriptors(self) -> NDArray[np.float32]:
        """[N, axes]; NaN where a descriptor says nothing."""
        return np.array([row.descriptors for row in self.rows], np.float32)

    @property
    def tags(self) -> NDArray[np.int8]:
        """[N, axes] of -1, 0 and +1."""
        return np.array([row.tags for row in self.rows], np.int8)


def _described(dataset: Dataset, rows: NDArray[np.intp]) -> Tensor:
    """[n, 7] descriptors of some rows."""
    frequency_hz = [Note(pitch).frequency_hz for pitch in dataset.pitch[rows].tolist()]
    return describe(torch.from_numpy(dataset.audio(rows)), torch.tensor(frequency_hz))
