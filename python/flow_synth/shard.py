"""A shard: one immutable safetensors file with a stretch of a dataset's rows."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from flow_synth.atomic_file import write_atomically
from flow_synth.error import InputError
from flow_synth.frozen import Frozen

_DTYPES = {"I64": np.int64, "F32": np.float32, "F16": np.float16, "U8": np.uint8}
_METADATA_KEY = "flow_synth"


class Failure(Frozen):
    """A preset that could not be rendered, and why."""

    index: int
    identity: str
    name: str
    reason: str


class ShardHeader(Frozen):
    """What a shard says of itself, so that it can be checked without its manifest.

    ``recipe`` is the digest of everything that its content depends on, ``sha256`` that of the
    content: its arrays and failures.
    """

    recipe: str
    failed: tuple[Failure, ...]
    sha256: str


@dataclass(frozen=True)
class Shard:
    """A shard's header and its memory-mapped arrays, all with one entry a row."""

    header: ShardHeader
    arrays: Mapping[str, NDArray[Any]]

    @classmethod
    def open(cls, path: Path) -> Self:
        """Maps a shard into memory.

        Raises:
            InputError: the file is missing, truncated or not a shard.
        """
        try:
            raw = np.memmap(path, np.uint8, "r")
            start = 8 + int.from_bytes(raw[:8].tobytes(), "little")
            entries = json.loads(raw[8:start].tobytes())
            header = ShardHeader.model_validate_json(entries.pop("__metadata__")[_METADATA_KEY])
            arrays = {name: _view(raw[start:], entry) for name, entry in entries.items()}
        except (OSError, ValueError, LookupError, AttributeError, TypeError) as error:
            raise InputError(
                f"{path} is missing or damaged; run 'flow-synth render' again to mend the dataset"
            ) from error
        return cls(header, arrays)

    @property
    def is_intact(self) -> bool:
        """Whether arrays and failures are those that were written; reads all of them."""
        return _digest(self.arrays, self.header.failed) == self.header.sha256


def write_shard(
    path: Path, arrays: Mapping[str, NDArray[Any]], recipe: str, failed: tuple[Failure, ...]
) -> None:
    """Writes a shard; the same arguments give the same bytes.

    Raises:
        InputError: the disk is full or the folder cannot be written; nothing is left behind.
    """
    header = ShardHeader(recipe=recipe, failed=failed, sha256=_digest(arrays, failed))
    metadata = {_METADATA_KEY: header.model_dump_json()}
    write_atomically(path, safetensors.numpy.save(dict(arrays), metadata))


def _view(data: NDArray[np.uint8], entry: Mapping[str, Any]) -> NDArray[Any]:
    first, last = entry["data_offsets"]
    return data[first:last].view(_DTYPES[entry["dtype"]]).reshape(entry["shape"])


def _digest(arrays: Mapping[str, NDArray[Any]], failed: tuple[Failure, ...]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.data)
    for failure in failed:
        digest.update(failure.model_dump_json().encode())
    return digest.hexdigest()
