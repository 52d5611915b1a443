"""Standard MIDI files, against the examples of the standard."""

import pytest

from flow_synth.synths.midi import MidiEvent, controller, midi_file, note_off, note_on

# Page 2 of the Standard MIDI Files 1.0 specification.
VARIABLE_LENGTHS = {
    0x00: "00",
    0x40: "40",
    0x7F: "7F",
    0x80: "81 00",
    0x2000: "C0 00",
    0x3FFF: "FF 7F",
    0x4000: "81 80 00",
    0x100000: "C0 80 00",
    0x1FFFFF: "FF FF 7F",
    0x200000: "81 80 80 00",
    0x8000000: "C0 80 80 00",
    0xFFFFFFF: "FF FF FF 7F",
}


@pytest.mark.parametrize(("time", "written"), VARIABLE_LENGTHS.items())
def test_times_are_written_as_the_standard_shows(time: int, written: str) -> None:
    track = midi_file([note_on(time, 60, 100)]).split(b"MTrk")[1]
    assert track[4:] == bytes.fromhex(written + "90 3C 64 00 FF 2F 00")
    assert int.from_bytes(track[:4]) == len(track) - 4


def test_the_header_says_one_track_and_one_tick_a_sample() -> None:
    header = midi_file([])[:14]
    assert header == b"MThd" + bytes.fromhex("00000006 0000 0001") + (22050).to_bytes(2)


def test_events_are_sorted_by_time_and_keep_their_order_at_the_same_time() -> None:
    events = [note_off(9, 60), controller(0, 120, 0), note_on(0, 60, 100), MidiEvent(0, b"\xc0\5")]
    track = midi_file(events).split(b"MTrk")[1][4:]
    assert track == bytes.fromhex("00 B0 78 00  00 90 3C 64  00 C0 05  09 80 3C 00  00 FF 2F 00")
