"""Datasets: the manifest, and rows of (preset, note, audio, log-mel) read back."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from dask.system import CPU_COUNT
from numpy.typing import NDArray
from pydantic import ValidationError

from flow_synth import features
from flow_synth.dataset_description import DatasetDescription, Fold
from flow_synth.error import InputError
from flow_synth.fold import Split, split_of
from flow_synth.frozen import Frozen
from flow_synth.item import Item, Source
from flow_synth.parameter import ParameterTable
from flow_synth.preset import Preset
from flow_synth.shard import Failure, Shard
from flow_synth.synth import Synth

FORMAT = "flow-synth dataset"
FORMAT_VERSION = 2
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


class Recipe(Frozen):
    """Everything that the bytes of a dataset depend on; ``bank`` digests the synth's presets."""

    description: DatasetDescription
    synth_identity: str
    synth_version: str
    table: ParameterTable
    bank: str
    features: Mapping[str, float]

    @classmethod
    def of(cls, description: DatasetDescription, synth: Synth) -> Self:
        """The recipe for rendering a description with an opened synth."""
        return cls(
            description=description,
            synth_identity=synth.identity,
            synth_version=synth.version,
            table=synth.table,
            bank=_bank_digest(synth.presets()),
            features=FEATURES,
        )

    @property
    def origins(self) -> str:
        """SHA-256 of all that the originals, their families and their folds follow from."""
        asked = self.description
        known = [
            self.synth_identity,
            self.table.model_dump_json(),
            self.bank,
            asked.seed,
            asked.draws,
        ]
        return hashlib.sha256(json.dumps(known).encode()).hexdigest()

    @property
    def digest(self) -> str:
        """SHA-256 of the recipe and of the format's version, in hexadecimal digits."""
        content = f"{FORMAT} {FORMAT_VERSION} {self.model_dump_json()}"
        return hashlib.sha256(content.encode()).hexdigest()


def _bank_digest(bank: Sequence[Preset]) -> str:
    """Families count, too: what is made from presets depends on their folds."""
    known = [(p.identity, p.name, p.category, p.tags, p.family) for p in bank]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()


class Row(Frozen):
    """What is known of a row beside its arrays; see :class:`~flow_synth.item.Item`."""

    index: int
    identity: str
    name: str
    category: str
    tags: tuple[str, ...]
    source: Source
    parents: tuple[str, ...]
    pitch: float
    velocity: int
    family: int
    fold: Fold

    @classmethod
    def of(cls, item: Item) -> Self:
        """The row of a note."""
        return cls(
            index=item.index,
            identity=item.preset.identity,
            name=item.preset.name,
            category=item.preset.category,
            tags=item.preset.tags,
            source=item.source,
            parents=item.parents,
            pitch=item.note.pitch,
            velocity=item.note.velocity,
            family=item.family,
            fold=item.fold,
        )


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
    version: Literal[2] = 2
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
        """Describes a rendered dataset."""
        lost = {failure.index for failure in failed}
        rows = tuple(Row.of(item) for item in planned if item.index not in lost)
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


class Dataset:
    """A finished dataset, read row by row from memory-mapped shards.

    Attributes:
        folder: where it lies.
        manifest: recipe, rows, and the presets that failed.
        rotation: which folds are held out; see :func:`flow_synth.fold.split_of`.
        values: [N, P] unit values of every row's preset.
        pitch: [N] MIDI note numbers.
        velocity: [N] MIDI velocities, 1 to 127.
    """

    def __init__(
        self, folder: Path, manifest: Manifest, shards: Sequence[Shard], rotation: int = 0
    ) -> None:
        self.folder = folder
        self.manifest = manifest
        self.rotation = rotation
        self._shards = shards
        self._starts = np.cumsum([0, *(record.rows for record in manifest.shards)])
        self.values: NDArray[np.float32] = self._joined("values")
        self.pitch: NDArray[np.float32] = self._joined("pitch")
        self.velocity: NDArray[np.uint8] = self._joined("velocity")

    @classmethod
    def open(cls, folder: Path, rotation: int = 0) -> Self:
        """Opens a dataset without reading its audio.

        Args:
            folder: where it lies.
            rotation: 0 to 9, which folds are held out; see :func:`flow_synth.fold.split_of`.

        Raises:
            InputError: the dataset is not finished, or a shard is missing or damaged.
        """
        manifest = Manifest.read(folder)
        shards = [_open_shard(folder, entry) for entry in manifest.shards]
        n_rows = sum(record.rows for record in manifest.shards)
        if n_rows != len(manifest.rows):
            raise InputError(
                f"{folder / MANIFEST} describes {len(manifest.rows)} rows of shards that hold "
                f"{n_rows}; run 'flow-synth render' again to mend the dataset"
            )
        return cls(folder, manifest, shards, rotation)

    def verify(self) -> None:
        """Reads every shard whole and compares it with the manifest, a gigabyte a second and core.

        Training, evaluation and export do so once, because nothing else would notice that the
        disk has changed a number; opening a dataset to look at a few rows does not.

        Raises:
            InputError: a shard is not the one that was rendered.
        """
        with ThreadPoolExecutor(CPU_COUNT) as pool:
            for record, found in zip(
                self.manifest.shards, pool.map(self._found, self.manifest.shards), strict=True
            ):
                if found != record:
                    raise InputError(
                        f"{self.folder / record.file} is not as it was rendered, by its checksum; "
                        "run 'flow-synth render' again to mend the dataset"
                    )

    def _found(self, record: ShardRecord) -> ShardRecord:
        """What lies where a shard should."""
        return ShardRecord.of(self.folder / record.file, record.rows)

    @property
    def content(self) -> str:
        """SHA-256 of the checksums of all shards: it changes with every rendering of noise."""
        checksums = "".join(record.sha256 for record in self.manifest.shards)
        return hashlib.sha256(checksums.encode()).hexdigest()

    def check_apart(self, path: Path) -> None:
        """Refuses a file of the dataset as a place for results.

        Raises:
            InputError: the path is that of the manifest or of a shard.
        """
        names = {MANIFEST, *(record.file for record in self.manifest.shards)}
        if path.resolve() in {(self.folder / name).resolve() for name in names}:
            raise InputError(f"{path} is a part of the dataset itself; give another name")

    def check_presets(self) -> None:
        """Refuses proposals, of which no split holds anything out.

        Raises:
            InputError: the dataset is one of proposals.
        """
        if self.manifest.recipe.description.proposals:
            raise InputError(
                f"{self.folder} holds proposals, which are for judges alone; give the dataset of "
                "the presets that they were made for"
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

    @property
    def sources(self) -> NDArray[np.str_]:
        """[N] where every row's preset comes from: a :class:`~flow_synth.item.Source`."""
        return np.array([row.source.value for row in self.manifest.rows])

    def rows(self, split: Split) -> NDArray[np.intp]:
        """Numbers of the rows of a split, ascending; only originals are ever held out."""
        return np.flatnonzero(
            [
                split_of(row.fold, self.rotation) is split
                and (split is Split.TRAIN or row.source.is_original)
                for row in self.manifest.rows
            ]
        )

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
