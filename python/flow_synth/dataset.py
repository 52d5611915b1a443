"""Datasets: what to render, the manifest, and rows of (preset, note, audio, log-mel) read back."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError, model_validator

from flow_synth import features
from flow_synth.error import InputError
from flow_synth.frozen import Frozen
from flow_synth.parameter import ParameterTable
from flow_synth.preset import Preset, families
from flow_synth.shard import Failure, Shard
from flow_synth.synth import Note, Synth
from flow_synth.toml_file import read_toml, refusal

FORMAT = "flow-synth dataset"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"

#: How sound becomes log-mel, as recipes and model files state it.
FEATURES: Mapping[str, float] = {
    "sample_rate_hz": features.SAMPLE_RATE_HZ,
    "n_samples": features.N_SAMPLES,
    "fft_size": features.FFT_SIZE,
    "hop_samples": features.HOP_SAMPLES,
    "n_mels": features.N_MELS,
    "n_frames": features.N_FRAMES,
    "minimum_hz": features.MINIMUM_HZ,
    "maximum_hz": features.MAXIMUM_HZ,
    "log_floor": features.LOG_FLOOR,
}

#: Rows of float32 log-mel held at once while a dataset is read: 45 MB.
CHUNK_ROWS = 1000

#: The pitch at which every sound can be compared with every other: middle C.
REFERENCE_PITCH = 60

#: Apart from the items' own numbers, so that the split's randomness is nobody else's.
_SPLIT_STREAM = 2**32


class Source(StrEnum):
    """Where a preset comes from: the bank that comes with the synth, or ``Synth.draw``."""

    FACTORY = "factory"
    DRAW = "draw"


class Split(StrEnum):
    """What a row may be used for; no family of near-duplicates has rows in two of them."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


#: Share of the rows at which each split ends.
_SPLIT_ENDS = {Split.TRAIN: 0.8, Split.VALIDATION: 0.9, Split.TEST: 1.0}


class DatasetDescription(Frozen):
    """What to render: the synth's own bank and then random presets, one note each.

    ``synth`` is what :func:`flow_synth.synths.open_synth` takes. A share of the notes,
    ``reference_share``, is at middle C; the others are uniform whole numbers from
    ``lowest_pitch`` to ``highest_pitch``. A note that takes longer than
    ``note_timeout_seconds`` counts as hung.
    """

    synth: str = "builtin"
    seed: int = Field(default=0, ge=0)
    draws: int = Field(ge=0)
    reference_share: float = Field(default=0.5, ge=0, le=1)
    lowest_pitch: int = Field(default=36, ge=0, le=127)
    highest_pitch: int = Field(default=84, ge=0, le=127)
    velocity: int = Field(default=100, ge=1, le=127)
    shard_notes: int = Field(default=250, ge=1)
    note_timeout_seconds: float = Field(default=30.0, gt=0)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.lowest_pitch > self.highest_pitch:
            raise ValueError(
                f"lowest_pitch {self.lowest_pitch} must not be above "
                f"highest_pitch {self.highest_pitch}"
            )
        return self

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads a description from TOML.

        Raises:
            InputError: the file cannot be read, or a key is unknown, missing or out of range.
        """
        try:
            return cls.model_validate(read_toml(path))
        except ValidationError as error:
            keys = f"the keys are: {', '.join(cls.model_fields)}"
            raise refusal(path, error, keys) from error


@dataclass(frozen=True)
class Item:
    """One note to render."""

    index: int
    preset: Preset
    note: Note
    source: Source


def items(description: DatasetDescription, synth: Synth) -> list[Item]:
    """Every note of a dataset; item i is a function of the description, the synth and i alone."""
    bank = synth.presets()
    return [
        _item(description, synth, bank, index) for index in range(len(bank) + description.draws)
    ]


def _item(
    description: DatasetDescription, synth: Synth, bank: Sequence[Preset], index: int
) -> Item:
    generator = np.random.default_rng([description.seed, index])
    pitch = REFERENCE_PITCH
    if generator.random() >= description.reference_share:
        pitch = int(generator.integers(description.lowest_pitch, description.highest_pitch + 1))
    note = Note(pitch, description.velocity, total_seconds=features.DURATION_SECONDS)
    if index < len(bank):
        return Item(index, bank[index], note, Source.FACTORY)
    return Item(index, synth.draw(generator), note, Source.DRAW)


class Recipe(Frozen):
    """Everything that the bytes of a dataset depend on."""

    description: DatasetDescription
    synth_identity: str
    synth_version: str
    table: ParameterTable
    features: Mapping[str, float]

    @classmethod
    def of(cls, description: DatasetDescription, synth: Synth) -> Self:
        """The recipe for rendering a description with an opened synth."""
        return cls(
            description=description,
            synth_identity=synth.identity,
            synth_version=synth.version,
            table=synth.table,
            features=FEATURES,
        )

    @property
    def digest(self) -> str:
        """SHA-256 of the recipe and of the format's version, in hexadecimal digits."""
        content = f"{FORMAT} {FORMAT_VERSION} {self.model_dump_json()}"
        return hashlib.sha256(content.encode()).hexdigest()


class Row(Frozen):
    """What is known of a row beside its arrays."""

    index: int
    identity: str
    name: str
    category: str
    tags: tuple[str, ...]
    source: Source
    pitch: float
    family: int
    split: Split


class ShardRecord(Frozen):
    """A shard file as the manifest knows it."""

    file: str
    sha256: str
    rows: int

    @classmethod
    def of(cls, path: Path, rows: int) -> Self:
        """The record of a shard file; reads all of it."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(file=path.name, sha256=digest, rows=rows)


class Manifest(Frozen):
    """The table of contents, written last: a dataset without it is not finished."""

    format: Literal["flow-synth dataset"] = "flow-synth dataset"
    version: Literal[1] = 1
    recipe: Recipe
    shards: tuple[ShardRecord, ...]
    failed: tuple[Failure, ...]
    rows: tuple[Row, ...]

    @classmethod
    def of(
        cls,
        recipe: Recipe,
        planned: Sequence[Item],
        shards: Sequence[ShardRecord],
        failed: Sequence[Failure],
    ) -> Self:
        """Describes a rendered dataset and splits its rows by family."""
        lost = {failure.index for failure in failed}
        kept = [item for item in planned if item.index not in lost]
        values = np.stack([item.preset.values for item in kept]) if kept else np.empty((0, 1))
        labels = families(values.astype(np.float32))
        splits = split_families(labels, recipe.description.seed)
        rows = tuple(
            Row(
                index=item.index,
                identity=item.preset.identity,
                name=item.preset.name,
                category=item.preset.category,
                tags=item.preset.tags,
                source=item.source,
                pitch=item.note.pitch,
                family=int(family),
                split=split,
            )
            for item, family, split in zip(kept, labels, splits, strict=True)
        )
        return cls(recipe=recipe, shards=tuple(shards), failed=tuple(failed), rows=rows)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Reads the manifest of a dataset.

        Raises:
            InputError: the folder has no manifest, or one that this program cannot read.
        """
        path = folder / MANIFEST
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise InputError(
                f"{folder} is not a finished dataset ({path.name}: {error.strerror}); "
                "run 'flow-synth render' on it, or give another folder"
            ) from error
        except ValidationError as error:
            raise InputError(
                f"{path} is damaged or of another format than version {FORMAT_VERSION}; "
                "update flow-synth or render the dataset again"
            ) from error


def split_families(labels: NDArray[np.int64], seed: int) -> list[Split]:
    """Deals whole families into the splits, 80/10/10 by rows as nearly as families allow.

    Args:
        labels: [N] family of every row.
        seed: decides which families go where.

    Returns:
        The split of every row.
    """
    names, sizes = np.unique(labels, return_counts=True)
    order = np.random.default_rng([seed, _SPLIT_STREAM]).permutation(len(names))
    ends = np.cumsum(sizes[order])
    middles = (ends - sizes[order] / 2) / max(len(labels), 1)
    places = np.searchsorted(list(_SPLIT_ENDS.values()), middles, side="right")
    of_family = dict(zip(names[order].tolist(), places.tolist(), strict=True))
    splits = list(Split)
    return [splits[of_family[label]] for label in labels.tolist()]


class Dataset:
    """A finished dataset, read row by row from memory-mapped shards.

    Attributes:
        folder: where it lies.
        manifest: recipe, rows, and the presets that failed.
        values: [N, P] unit values of every row's preset.
        pitch: [N] MIDI note numbers.
        velocity: [N] MIDI velocities, 1 to 127.
    """

    def __init__(self, folder: Path, manifest: Manifest, shards: Sequence[Shard]) -> None:
        self.folder = folder
        self.manifest = manifest
        self._shards = shards
        self._starts = np.cumsum([0, *(record.rows for record in manifest.shards)])
        self.values: NDArray[np.float32] = self._joined("values")
        self.pitch: NDArray[np.float32] = self._joined("pitch")
        self.velocity: NDArray[np.uint8] = self._joined("velocity")

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Opens a dataset without reading its audio.

        Raises:
            InputError: the dataset is not finished, or a shard is missing or damaged.
        """
        manifest = Manifest.read(folder)
        return cls(folder, manifest, [_open_shard(folder, entry) for entry in manifest.shards])

    def verify(self) -> None:
        """Reads every shard whole and compares it with the manifest, about a second a gigabyte.

        Training, evaluation and export do so once, because nothing else would notice that the
        disk has changed a number; opening a dataset to look at a few rows does not.

        Raises:
            InputError: a shard is not the one that was rendered.
        """
        for record in self.manifest.shards:
            path = self.folder / record.file
            if ShardRecord.of(path, record.rows) != record:
                raise InputError(
                    f"{path} is not as it was rendered, by its checksum; run 'flow-synth render' "
                    "again to mend the dataset"
                )

    def __len__(self) -> int:
        return len(self.manifest.rows)

    @property
    def table(self) -> ParameterTable:
        """The synth's knobs, in the order of the columns of ``values``."""
        return self.manifest.recipe.table

    @property
    def families(self) -> NDArray[np.int64]:
        """[N] family of near-duplicates of every row."""
        return np.array([row.family for row in self.manifest.rows], np.int64)

    def rows(self, split: Split) -> NDArray[np.intp]:
        """Numbers of the rows of a split, ascending."""
        return np.flatnonzero([row.split is split for row in self.manifest.rows])

    def mel(self, rows: NDArray[np.integer]) -> NDArray[np.float32]:
        """[n, 128, 87] log-mels, not normalised, of the given rows in the given order."""
        return self._gathered("mel", rows)

    def audio(self, rows: NDArray[np.integer]) -> NDArray[np.float32]:
        """[n, 88200] mono audio at 22050 Hz of the given rows in the given order."""
        return self._gathered("audio", rows)

    def _joined(self, name: str) -> NDArray[Any]:
        return np.concatenate([shard.arrays[name] for shard in self._shards])

    def _gathered(self, name: str, rows: NDArray[np.integer]) -> NDArray[np.float32]:
        rows = np.asarray(rows)
        shape = self._shards[0].arrays[name].shape[1:]
        gathered = np.empty((len(rows), *shape), np.float32)
        owners = np.searchsorted(self._starts, rows, side="right") - 1
        for owner in np.unique(owners):
            mine = owners == owner
            gathered[mine] = self._shards[owner].arrays[name][rows[mine] - self._starts[owner]]
        return gathered


def _open_shard(folder: Path, record: ShardRecord) -> Shard:
    shard = Shard.open(folder / record.file)
    if len(shard.arrays["index"]) != record.rows:
        raise InputError(
            f"{folder / record.file} has {len(shard.arrays['index'])} rows instead of "
            f"{record.rows}; run 'flow-synth render' again to mend the dataset"
        )
    return shard
