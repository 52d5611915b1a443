"""Flow Recorder, the audio effect: records what a track plays for all Flow devices of the Set."""

from collections.abc import Sequence

from amxd import DeviceKind
from contract import RECORDED, RECORDER, RECORDING, TO_RECORDER
from controls import DEVICES, banks
from core_section import LONGEST_MS, RECORDER_BUFFER, add_label
from layout import LABELS, METERS, PLACES, RECORDER_WIDTH
from patcher import Box, Patcher

NAME = "Flow Recorder"
KIND = DeviceKind.AUDIO_EFFECT

#: How often the length is shown. A recording ends with the last that is not beyond six seconds.
_SHOWN_EVERY_MS = 100


def build(files: Sequence[str]) -> bytes:
    """The patcher's text; `files` are what it needs."""
    patcher = Patcher(RECORDER_WIDTH)
    for name in files:
        patcher.depend(name)
    patcher.column("Controls")
    controls = {
        control.id: control.add_to(patcher, PLACES[NAME][control.id].rectangle, is_hidden=False)
        for control in DEVICES[NAME]
    }
    length = add_label(patcher, "length", LABELS[NAME]["length"])
    recorded = _pass_sound(patcher, controls["monitor"])
    _record(patcher, controls["record"], recorded, length)
    return patcher.build(KIND, banks(NAME))


def _pass_sound(patcher: Patcher, monitor: Box) -> Box:
    """From input to output, past the meters; gives the mean of both channels."""
    patcher.column("Sound passes")
    source = patcher.add("plugin~")
    out = patcher.add("plugout~")
    mean = patcher.add("*~ 0.5")
    values = patcher.chain(monitor, patcher.add("t f f"))
    device = patcher.add("live.thisdevice")
    states = patcher.add("t i i")
    patcher.wire(device, states, outlet=1)
    for channel, place in enumerate(METERS):
        heard = patcher.add("*~ 1.")
        meter = patcher.show("live.meter~", f"meter_{channel + 1}", place.rectangle)
        patcher.wire(source, heard, outlet=channel)
        patcher.wire(source, meter, outlet=channel)
        patcher.wire(source, mean, outlet=channel)
        patcher.wire(values, heard, outlet=channel, inlet=1)
        patcher.wire(heard, out, inlet=channel)
        active = patcher.message("active $1")
        patcher.wire(states, active, outlet=channel)
        patcher.wire(active, meter)
    return mean


def _record(patcher: Patcher, button: Box, sound: Box, length: Box) -> None:
    """Starts and ends by the button, by other devices, and after six seconds."""
    patcher.column("Record")
    patcher.add(RECORDER_BUFFER)
    recorder = patcher.add(f"record~ {RECORDER}")
    patcher.wire(sound, recorder)
    stopwatch, clock = patcher.add("timer"), patcher.add(f"clocker {_SHOWN_EVERY_MS}")
    says = patcher.add(f"prepend {RECORDING}")
    patcher.wire(says, patcher.add(f"s {RECORDER}"))
    strangers = _hear_others(patcher, button, says)
    # The button says 0 once on load, when nothing has been recorded.
    switched = patcher.chain(button, patcher.add("change"), patcher.add("sel 1 0"))
    # What we say ourselves is not what a stranger says: their way is closed before, opened after.
    started = patcher.add("t b 1 1 1 0")
    patcher.wire(switched, started)
    patcher.wire(started, strangers, outlet=4)
    patcher.wire(started, says, outlet=3)
    patcher.wire(started, recorder, outlet=2)
    patcher.wire(started, clock, outlet=1)
    patcher.wire(started, stopwatch)
    ended = patcher.add("t 1 b 0 0 0")
    patcher.wire(switched, ended, outlet=1)
    patcher.wire(ended, recorder, outlet=4)
    patcher.wire(ended, clock, outlet=3)
    patcher.wire(ended, says, outlet=2)
    patcher.wire(ended, stopwatch, outlet=1, inlet=1)
    patcher.wire(ended, strangers)
    _tell_others(patcher, stopwatch)
    _end_in_time(patcher, clock, button, length)


def _hear_others(patcher: Patcher, button: Box, says: Box) -> Box:
    """Devices ask for a recording, and the first Recorder that hears of it makes it.

    It says so before the next one hears of it, which stays out of it until it has ended. Gives
    the gate through which strangers are heard.
    """
    heard = patcher.chain(
        patcher.add(f"r {RECORDER}"), patcher.add(f"route {TO_RECORDER} {RECORDING}")
    )
    asked = patcher.add("gate 1 1")
    patcher.wire(heard, asked, inlet=1)
    # Whoever asks is answered, even where nothing changes by it.
    taken = patcher.chain(asked, patcher.add("t i i"))
    patcher.wire(taken, button, outlet=1)
    patcher.wire(taken, says)
    strangers = patcher.add("gate 1 1")
    patcher.wire(heard, strangers, outlet=1, inlet=1)
    patcher.chain(strangers, patcher.add("expr 1 - $i1"), asked)
    return strangers


def _tell_others(patcher: Patcher, stopwatch: Box) -> None:
    """How long the sound in the shared buffer is."""
    patcher.chain(
        stopwatch,
        patcher.add(f"clip 0. {LONGEST_MS}."),
        patcher.add(f"prepend {RECORDED}"),
        patcher.add(f"s {RECORDER}"),
    )


def _end_in_time(patcher: Patcher, clock: Box, button: Box, length: Box) -> None:
    patcher.column("Length")
    passed = patcher.chain(clock, patcher.add("t f f"))
    shown = patcher.add(f"sprintf symout %.1f s of {LONGEST_MS / 1000:.1f} s")
    seconds = patcher.add("expr $f1 / 1000.")
    patcher.wire(passed, seconds, outlet=1)
    patcher.chain(seconds, shown, patcher.add("prepend set"), length)
    patcher.chain(
        passed,
        patcher.add(f"expr $f1 >= {LONGEST_MS}."),
        patcher.add("sel 1"),
        patcher.message("0"),
        button,
    )
