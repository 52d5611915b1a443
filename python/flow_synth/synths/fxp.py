"""Preset files of VST2 plug-ins that keep their state as one opaque chunk (.fxp)."""

import struct

#: Steinberg 2006, VST 2.4 SDK, vstfxstore.h (fxProgram, "FPCh"), big-endian: magic, bytes that
#: follow, kind, format version, plug-in, its version, number of parameters, name, chunk's bytes.
_HEADER = struct.Struct(">4sI4sI4sII28sI")
_HEAD_BYTES = 8


def fxp(plugin: bytes, version: int, name: str, n_parameters: int, chunk: bytes) -> bytes:
    """The content of an .fxp file.

    Args:
        plugin: the four letters that name the plug-in.
        version: of the plug-in.
        name: of the preset; 27 bytes of it are kept.
        n_parameters: of the plug-in.
        chunk: its state.
    """
    to_come = _HEADER.size - _HEAD_BYTES + len(chunk)
    short = name.encode()[:27]
    header = (b"CcnK", to_come, b"FPCh", 1, plugin, version, n_parameters, short, len(chunk))
    return _HEADER.pack(*header) + chunk


def fxp_chunk(content: bytes, plugin: bytes) -> bytes | None:
    """The state in an .fxp file of a plug-in; None if it is none of that plug-in."""
    if len(content) < _HEADER.size:
        return None
    magic, _, kind, _, found, *_, n_bytes = _HEADER.unpack_from(content)
    chunk = content[_HEADER.size :]
    is_whole = len(chunk) == n_bytes
    return chunk if (magic, kind, found) == (b"CcnK", b"FPCh", plugin) and is_whole else None
