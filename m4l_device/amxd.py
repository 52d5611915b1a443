"""The container of a Max for Live device, `.amxd`.

A file is a row of chunks, each a name of four letters, a size (32 bits, little-endian) and a
body: `ampf` with the kind of device, `meta` with flags, `ptch` with the device. An unfrozen device
is the JSON of its patcher. A frozen one holds that JSON and every file it needs, and ends with a
directory of them; all its numbers are big-endian.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

#: What `meta` says of a device that is unfrozen and of one that is frozen.
UNFROZEN_FLAGS, FROZEN_FLAGS = 0, 7
#: What Max has written there; the last is 7 with its bytes in the wrong order.
KNOWN_FLAGS = (0, 1, 4, 7, 0x07000000)
#: The flag of the device itself in the directory of a frozen one.
DEVICE_FLAG = 0x11
#: 2026-01-01, in seconds since 1904 as Max counts: two builds of one commit are equal.
BUILD_DATE = 1767225600 + 2082844800

_FROZEN_MAGIC = b"mx@c"
_FROZEN_HEADER = struct.Struct(">4sIQ")
_CHUNK = struct.Struct("<4sI")
_FIELD = struct.Struct(">4sI")
_FIELDS = (b"type", b"fnam", b"sz32", b"of32", b"vers", b"flag", b"mdat")
_TYPES = {
    "json": b"JSON",
    "maxpat": b"JSON",
    "amxd": b"JSON",
    "js": b"TEXT",
    "txt": b"TEXT",
    "md": b"TEXT",
    "mxo": b"iLaX",
    "mxe64": b"mx64",
    "png": b"PNG ",
    "svg": b"svg ",
}


class DeviceError(ValueError):
    """A device that cannot be read or built; the message is one sentence for whoever gave it."""


class DeviceKind(StrEnum):
    """What Live takes a device for."""

    AUDIO_EFFECT = "aaaa"
    INSTRUMENT = "iiii"
    MIDI_EFFECT = "mmmm"
    MIDI_GENERATOR = "nagg"
    MIDI_TRANSFORMATION = "natt"

    @property
    def number(self) -> int:
        """The same as `project.amxdtype` of the patcher has it."""
        return int.from_bytes(self.encode("ascii"), "big")


@dataclass(frozen=True)
class Entry:
    """A file in a frozen device.

    Args:
        name: ASCII, unique in its device.
        payload: what the file holds.
        type: four letters, or four NULs for a part of a macOS external.
        flag: `DEVICE_FLAG` for the device itself, else 0.
        modified: in seconds since 1904.
    """

    name: str
    payload: bytes
    type: bytes
    flag: int = 0
    modified: int = BUILD_DATE

    @staticmethod
    def of(name: str, payload: bytes, flag: int = 0) -> "Entry":
        """An entry whose type follows from its name; parts of an external have none."""
        return Entry(name, payload, file_type(name), flag)


@dataclass(frozen=True)
class Container:
    """The chunks of a file.

    Args:
        kind: what Live takes it for.
        body: the patcher's JSON, or a frozen device.
        flags: what `meta` says; None where there is no such chunk, as in devices of Max 7.
    """

    kind: DeviceKind
    body: bytes
    flags: int | None

    @property
    def is_frozen(self) -> bool:
        """Whether it holds the files that it needs."""
        return self.body.startswith(_FROZEN_MAGIC)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The files of a frozen device, itself first; of an unfrozen one, none.

        Raises:
            DeviceError: the directory is damaged.
        """
        return tuple(_read_entries(self.body)) if self.is_frozen else ()

    @property
    def patcher_text(self) -> bytes:
        """The JSON of the patcher with what ends it."""
        return self.entries[0].payload if self.is_frozen else self.body


def file_type(name: str) -> bytes:
    """Four letters that Max gives files of this name; NULs for parts of a macOS external."""
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    return _TYPES.get(suffix, bytes(4))


def freeze(patcher_text: bytes, name: str, files: Sequence[Entry]) -> bytes:
    """The body of a frozen device.

    Args:
        patcher_text: JSON, with the NUL that ends it.
        name: the device's own file name.
        files: what it needs.

    Raises:
        DeviceError: two files have one name, or a name is not ASCII.
    """
    return join_entries([Entry.of(name, patcher_text, DEVICE_FLAG), *files])


def join_entries(entries: Sequence[Entry]) -> bytes:
    """Entries in their order, followed by their directory."""
    seen: set[str] = set()
    for entry in entries:
        if entry.name in seen:
            raise DeviceError(f"'{entry.name}' is in the device twice; give each file once")
        if not entry.name.isascii():
            raise DeviceError(f"'{entry.name}' has letters beyond ASCII; rename the file")
        seen.add(entry.name)
    directory = b""
    offset = _FROZEN_HEADER.size
    for entry in entries:
        directory += _directory_entry(entry, offset)
        offset += len(entry.payload)
    return b"".join(
        (
            _FROZEN_HEADER.pack(_FROZEN_MAGIC, _FROZEN_HEADER.size, offset),
            *(entry.payload for entry in entries),
            _FIELD.pack(b"dlst", _FIELD.size + len(directory)),
            directory,
        )
    )


def pack(container: Container) -> bytes:
    """The file of a device."""
    chunks = [(b"ampf", container.kind.encode("ascii"))]
    if container.flags is not None:
        chunks.append((b"meta", container.flags.to_bytes(4, "little")))
    chunks.append((b"ptch", container.body))
    return b"".join(_CHUNK.pack(name, len(body)) + body for name, body in chunks)


def unpack(data: bytes) -> Container:
    """Reads the file of a device; `pack` gives the same bytes again.

    Raises:
        DeviceError: it is none, it is damaged or encrypted.
    """
    chunks = dict(_read_chunks(data))
    if list(chunks) == [b"ampf", b"meta", b"ciph", b"ptch"]:
        raise DeviceError("the device is encrypted; ask whoever made it for an open one")
    if list(chunks) not in ([b"ampf", b"meta", b"ptch"], [b"ampf", b"ptch"]):
        found = ", ".join(_shown(name) for name in chunks) or "nothing"
        raise DeviceError(f"the file holds {found}, not ampf, meta and ptch; give a .amxd file")
    kind = _kind(chunks[b"ampf"])
    flags = None
    if b"meta" in chunks:
        flags = int.from_bytes(chunks[b"meta"], "little")
        if len(chunks[b"meta"]) != 4 or flags not in KNOWN_FLAGS:
            raise DeviceError(
                f"meta is {chunks[b'meta'].hex()}, none of the flags 0, 1, 4 and 7 that Max "
                "writes; save the device again"
            )
    container = Container(kind, chunks[b"ptch"], flags)
    if container.is_frozen:
        list(_read_entries(container.body))
    elif not container.body.startswith(b"{"):
        raise DeviceError(
            f"the device begins with {container.body[:4]!r}, not with '{{' or 'mx@c'; "
            "save it again"
        )
    return container


def _read_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    seen: set[bytes] = set()
    while position < len(data):
        if len(data) - position < _CHUNK.size:
            raise DeviceError(
                f"{len(data) - position} bytes after the last chunk are too few for another; "
                "copy the file again"
            )
        name, size = _CHUNK.unpack_from(data, position)
        position += _CHUNK.size
        if size > len(data) - position:
            raise DeviceError(
                f"chunk {_shown(name)} says {size} bytes where {len(data) - position} are left; "
                "copy the file again"
            )
        if name in seen:
            raise DeviceError(f"chunk {_shown(name)} is there twice; save the device again")
        seen.add(name)
        yield name, data[position : position + size]
        position += size


def _kind(name: bytes) -> DeviceKind:
    try:
        return DeviceKind(name.decode("ascii"))
    except ValueError:
        known = ", ".join(DeviceKind)
        raise DeviceError(
            f"{name!r} is no kind of device that is known ({known}); save the device again"
        ) from None


def _shown(name: bytes) -> str:
    return name.decode("ascii", "backslashreplace")


def _directory_entry(entry: Entry, offset: int) -> bytes:
    name = entry.name.encode("ascii") + b"\0"
    values = (
        entry.type,
        name + bytes(-len(name) % 4),
        len(entry.payload).to_bytes(4, "big"),
        offset.to_bytes(4, "big"),
        bytes(4),
        entry.flag.to_bytes(4, "big"),
        entry.modified.to_bytes(4, "big"),
    )
    fields = b"".join(
        _FIELD.pack(field, _FIELD.size + len(value)) + value
        for field, value in zip(_FIELDS, values, strict=True)
    )
    return _FIELD.pack(b"dire", _FIELD.size + len(fields)) + fields


def _read_entries(body: bytes) -> Iterator[Entry]:
    if len(body) < _FROZEN_HEADER.size:
        raise DeviceError("the frozen device ends within its header; copy the file again")
    _, header_size, directory_at = _FROZEN_HEADER.unpack_from(body)
    if header_size != _FROZEN_HEADER.size:
        raise DeviceError(f"the header of the frozen device has {header_size} bytes, not 16")
    if directory_at + _FIELD.size > len(body):
        raise DeviceError(
            f"the directory is said to begin at {directory_at}, after the end at {len(body)}; "
            "copy the file again"
        )
    name, size = _FIELD.unpack_from(body, directory_at)
    if name != b"dlst" or directory_at + size != len(body):
        raise DeviceError(
            f"at {directory_at} lies {_shown(name)} of {size} bytes, not a directory (dlst) "
            f"up to the end at {len(body)}; copy the file again"
        )
    position, end_of_last = directory_at + _FIELD.size, _FROZEN_HEADER.size
    while position < len(body):
        fields, position = _read_fields(body, position)
        entry, offset = _entry(body, directory_at, fields)
        if offset != end_of_last:
            raise DeviceError(
                f"'{entry.name}' begins at {offset}, not at {end_of_last} where the file before "
                "it ends; save the device again"
            )
        end_of_last += len(entry.payload)
        yield entry
    if end_of_last != directory_at:
        raise DeviceError(
            f"the files end at {end_of_last}, the directory begins at {directory_at}; "
            "save the device again"
        )


def _read_fields(body: bytes, position: int) -> tuple[dict[bytes, bytes], int]:
    """The seven fields of an entry, and where the next one begins."""
    name, size = _read_field_header(body, position)
    end = position + size
    if name != b"dire" or end > len(body):
        raise DeviceError(
            f"at {position} of the directory lies {_shown(name)} of {size} bytes, not an entry "
            "(dire); copy the file again"
        )
    fields: dict[bytes, bytes] = {}
    position += _FIELD.size
    while position < end:
        name, size = _read_field_header(body, position)
        if size < _FIELD.size or position + size > end:
            raise DeviceError(
                f"field {_shown(name)} says {size} bytes, more than its entry has; "
                "copy the file again"
            )
        fields[name] = body[position + _FIELD.size : position + size]
        position += size
    if tuple(fields) != _FIELDS:
        found = ", ".join(map(_shown, fields))
        known = ", ".join(map(_shown, _FIELDS))
        raise DeviceError(f"an entry has the fields {found}, not {known}; save the device again")
    return fields, end


def _read_field_header(body: bytes, position: int) -> tuple[bytes, int]:
    if position + _FIELD.size > len(body):
        raise DeviceError("the directory ends within an entry; copy the file again")
    name, size = _FIELD.unpack_from(body, position)
    return name, size


def _entry(body: bytes, directory_at: int, fields: dict[bytes, bytes]) -> tuple[Entry, int]:
    name = fields[b"fnam"].rstrip(b"\0")
    if not name or not name.isascii() or len(fields[b"fnam"]) == len(name):
        raise DeviceError(
            f"{fields[b'fnam']!r} is no name of a file, ASCII and ended by a NUL; "
            "save the device again"
        )
    size, offset, _, flag, modified = (
        int.from_bytes(fields[field], "big") for field in _FIELDS[2:]
    )
    if offset + size > directory_at:
        raise DeviceError(
            f"'{name.decode()}' is said to end at {offset + size}, within the directory at "
            f"{directory_at}; copy the file again"
        )
    payload = body[offset : offset + size]
    return Entry(name.decode("ascii"), payload, fields[b"type"], flag, modified), offset
