"""Standard MIDI files whose ticks are samples: the form in which DawDreamer takes controllers."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from flow_synth.synth import SAMPLE_RATE_HZ

#: At MIDI's default tempo of two quarters a second, one tick is one sample.
_TICKS_PER_QUARTER = SAMPLE_RATE_HZ // 2
_END_OF_TRACK = b"\x00\xff\x2f\x00"


@dataclass(frozen=True)
class MidiEvent:
    """A channel message (three bytes) at a time in samples at SAMPLE_RATE_HZ."""

    time_samples: int
    message: bytes


def note_on(time_samples: int, key: int, velocity: int) -> MidiEvent:
    """Presses a key on the first channel."""
    return MidiEvent(time_samples, bytes([0x90, key, velocity]))


def note_off(time_samples: int, key: int) -> MidiEvent:
    """Releases a key on the first channel."""
    return MidiEvent(time_samples, bytes([0x80, key, 0]))


def controller(time_samples: int, number: int, value: int) -> MidiEvent:
    """Sets a controller of the first channel."""
    return MidiEvent(time_samples, bytes([0xB0, number, value]))


def midi_file(events: Sequence[MidiEvent]) -> bytes:
    """A Standard MIDI File of format 0; events at the same time keep their order.

    References:
        MIDI Manufacturers Association, 1996: Standard MIDI Files 1.0, RP-001.
    """
    track = bytearray()
    now = 0
    for event in sorted(events, key=lambda event: event.time_samples):
        track += _variable_length(event.time_samples - now) + event.message
        now = event.time_samples
    track += _END_OF_TRACK
    header = struct.pack(">4sIHHH", b"MThd", 6, 0, 1, _TICKS_PER_QUARTER)
    return header + struct.pack(">4sI", b"MTrk", len(track)) + track


def _variable_length(number: int) -> bytes:
    """Seven bits a byte, most significant first; all but the last byte have their top bit set."""
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))
