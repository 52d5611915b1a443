import struct
from collections.abc import Callable
from contextlib import suppress

import pytest
from amxd import (
    BUILD_DATE,
    DEVICE_FLAG,
    FROZEN_FLAGS,
    UNFROZEN_FLAGS,
    Container,
    DeviceError,
    DeviceKind,
    Entry,
    freeze,
    join_entries,
    pack,
    unpack,
)
from hypothesis import given
from hypothesis import strategies as st

PATCHER = b'{"patcher": {}}\n\0'
#: Byte by byte, without the packer: kind, flags, size of the device, device.
UNFROZEN_FILE = b"ampf\x04\0\0\0iiii" + b"meta\x04\0\0\0\0\0\0\0" + b"ptch\x11\0\0\0" + PATCHER


def field(name: bytes, value: bytes) -> bytes:
    return name + struct.pack(">I", 8 + len(value)) + value


def directory_entry(kind: bytes, name: bytes, size: int, offset: int, flag: int) -> bytes:
    fields = b"".join(
        (
            field(b"type", kind),
            field(b"fnam", name),
            field(b"sz32", struct.pack(">I", size)),
            field(b"of32", struct.pack(">I", offset)),
            field(b"vers", struct.pack(">I", 0)),
            field(b"flag", struct.pack(">I", flag)),
            field(b"mdat", struct.pack(">I", BUILD_DATE)),
        )
    )
    return field(b"dire", fields)


def frozen_body(*, first_offset: int = 16) -> bytes:
    """A device of 17 bytes and a script of 5, by the table of the format."""
    entries = directory_entry(b"JSON", b"A.amxd\0\0", 17, first_offset, 0x11)
    entries += directory_entry(b"TEXT", b"go.js\0\0\0", 5, 33, 0)
    return b"mx@c" + struct.pack(">IQ", 16, 38) + PATCHER + b"go();" + field(b"dlst", entries)


def frozen_file(body: bytes) -> bytes:
    head = b"ampf\x04\0\0\0mmmm" + b"meta\x04\0\0\0\x07\0\0\0"
    return head + b"ptch" + struct.pack("<I", len(body)) + body


def test_an_unfrozen_device_is_written_as_the_format_says() -> None:
    assert pack(Container(DeviceKind.INSTRUMENT, PATCHER, UNFROZEN_FLAGS)) == UNFROZEN_FILE


def test_an_unfrozen_device_is_read() -> None:
    container = unpack(UNFROZEN_FILE)
    assert container == Container(DeviceKind.INSTRUMENT, PATCHER, UNFROZEN_FLAGS)
    assert not container.is_frozen
    assert container.entries == ()
    assert container.patcher_text == PATCHER


def test_a_frozen_device_is_written_as_the_format_says() -> None:
    body = freeze(PATCHER, "A.amxd", [Entry.of("go.js", b"go();")])
    written = pack(Container(DeviceKind.MIDI_EFFECT, body, FROZEN_FLAGS))
    assert written == frozen_file(frozen_body())


def test_a_frozen_device_is_read() -> None:
    container = unpack(frozen_file(frozen_body()))
    assert container.is_frozen
    assert container.entries == (
        Entry("A.amxd", PATCHER, b"JSON", DEVICE_FLAG),
        Entry("go.js", b"go();", b"TEXT"),
    )
    assert container.patcher_text == PATCHER


def test_kinds_have_the_numbers_that_patchers_have() -> None:
    assert DeviceKind.AUDIO_EFFECT.number == 1633771873
    assert DeviceKind.MIDI_EFFECT.number == 1835887981
    assert DeviceKind.INSTRUMENT.number == 1768515945


def test_files_have_the_types_that_max_gives_them() -> None:
    types = {"a.js": b"TEXT", "f~.mxo": b"iLaX", "f~.mxe64": b"mx64", "f~/plist": bytes(4)}
    assert {name: Entry.of(name, b"").type for name in types} == types


def test_a_device_of_max_7_has_no_flags() -> None:
    data = b"ampf\x04\0\0\0aaaa" + b"ptch\x11\0\0\0" + PATCHER
    assert unpack(data).flags is None
    assert pack(unpack(data)) == data


names = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)
entries = st.builds(
    Entry,
    name=names,
    payload=st.binary(max_size=200),
    type=st.sampled_from([b"JSON", b"TEXT", b"iLaX", b"mx64", bytes(4)]),
    flag=st.sampled_from([0, 8, 0x11]),
    modified=st.integers(0, 2**32 - 1),
)


@given(st.lists(entries, min_size=1, max_size=5, unique_by=lambda entry: entry.name))
def test_frozen_files_come_back_as_they_were(files: list[Entry]) -> None:
    body = join_entries(files)
    data = pack(Container(DeviceKind.AUDIO_EFFECT, body, FROZEN_FLAGS))
    again = unpack(data)
    assert again.entries == tuple(files)
    assert join_entries(again.entries) == body
    assert pack(again) == data


@given(st.binary(max_size=300), st.sampled_from(list(DeviceKind)))
def test_unfrozen_devices_come_back_as_they_were(rest: bytes, kind: DeviceKind) -> None:
    container = Container(kind, b"{" + rest, UNFROZEN_FLAGS)
    assert unpack(pack(container)) == container


@given(st.binary(max_size=400))
def test_nonsense_is_refused_or_read(data: bytes) -> None:
    with suppress(DeviceError):
        assert pack(unpack(data)) == data


@given(st.data())
def test_a_changed_byte_is_refused_or_read(data: st.DataObject) -> None:
    whole = bytearray(frozen_file(frozen_body()))
    position = data.draw(st.integers(0, len(whole) - 1))
    whole[position] ^= data.draw(st.integers(1, 255))
    with suppress(DeviceError):
        assert len(pack(unpack(bytes(whole)))) == len(whole)


def cut(data: bytes) -> bytes:
    return data[:-1]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda data: b"", "the file holds nothing, not ampf, meta and ptch; give a .amxd file"),
        (lambda data: data + b"xyz", "3 bytes after the last chunk"),
        (cut, "chunk ptch says 17 bytes where 16 are left; copy the file again"),
        (lambda data: data.replace(b"ampf", b"AMPF"), "the file holds AMPF, meta, ptch"),
        (lambda data: data.replace(b"iiii", b"zzzz"), "b'zzzz' is no kind of device"),
        (lambda data: data[:12] + data, "chunk ampf is there twice"),
        (
            lambda data: data.replace(b"meta\x04\0\0\0\0", b"meta\x04\0\0\0\x09"),
            "meta is 09000000",
        ),
        (lambda data: data.replace(b'{"patcher', b'?"patcher'), "the device begins with"),
        (
            lambda data: data[:24] + b"ciph\x04\0\0\0abcd" + data[24:],
            "the device is encrypted; ask whoever made it for an open one",
        ),
    ],
)
def test_a_damaged_file_is_refused(change: Callable[[bytes], bytes], sentence: str) -> None:
    with pytest.raises(DeviceError) as caught:
        unpack(change(UNFROZEN_FILE))
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"mx@c", "the frozen device ends within its header"),
        (frozen_body().replace(b"\0\0\0\x10\0", b"\0\0\0\x20\0", 1), "the header of the frozen"),
        (b"mx@c" + struct.pack(">IQ", 16, 9999), "the directory is said to begin at 9999"),
        (frozen_body()[:-4], "at 38 lies dlst of"),
        (frozen_body(first_offset=17), "'A.amxd' begins at 17, not at 16"),
        (frozen_body().replace(b"dire", b"fire", 1), "at 46 of the directory lies fire"),
        (frozen_body().replace(b"vers", b"nope", 1), "an entry has the fields type, fnam, sz32"),
        (frozen_body().replace(b"go.js\0\0\0", bytes(8)), "b'\\x00"),
        (frozen_body().replace(b"\0\0\0\x05", b"\0\0\0\x04"), "the files end at 37"),
        (frozen_body().replace(b"\0\0\0\x05", b"\0\0\x09\x05"), "'go.js' is said to end at"),
    ],
)
def test_a_damaged_frozen_device_is_refused(body: bytes, sentence: str) -> None:
    with pytest.raises(DeviceError) as caught:
        unpack(frozen_file(body))
    assert str(caught.value).startswith(sentence)


def test_two_files_of_one_name_cannot_be_frozen() -> None:
    with pytest.raises(DeviceError, match=r"'go\.js' is in the device twice"):
        freeze(PATCHER, "A.amxd", [Entry.of("go.js", b""), Entry.of("go.js", b"")])


def test_names_are_ascii() -> None:
    with pytest.raises(DeviceError, match="beyond ASCII; rename the file"):
        freeze(PATCHER, "Gerät.amxd", [])
