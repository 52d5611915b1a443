"""Flow Control, the MIDI effect: drives the instrument that follows it on the track."""

from collections.abc import Sequence

from amxd import DeviceKind
from controls import banks
from core_section import CoreSection
from flow_synth_device import tell_controllers
from layout import CONTROL_WIDTH
from patcher import Patcher

NAME = "Flow Control"
KIND = DeviceKind.MIDI_EFFECT

_CONTROLLER, _PRESSURE, _BEND = 2, 4, 5


def build(files: Sequence[str]) -> bytes:
    """The patcher's text; `files` are what it needs besides its scripts."""
    patcher = Patcher(CONTROL_WIDTH, is_mpe=True)
    section = CoreSection(patcher, NAME, "control", has_voice=False, files=files)
    core = section.build()
    patcher.column("MIDI passes untouched, and moves macros")
    # The instrument hears it first.
    both = patcher.chain(patcher.add("midiin"), patcher.add("t i i"))
    patcher.wire(both, patcher.add("midiout"), outlet=1)
    midi = patcher.chain(both, patcher.add("midiparse"))
    controllers = patcher.add("t l")
    patcher.wire(midi, controllers, outlet=_CONTROLLER)
    tell_controllers(patcher, section, controllers)
    section.tell(midi, "midi pressure", outlet=_PRESSURE)
    section.tell(midi, "midi bend", outlet=_BEND)
    patcher.column("Start")
    patcher.chain(
        patcher.add("live.thisdevice"), patcher.add("t b"), patcher.message("ready"), core.script
    )
    return patcher.build(KIND, banks(NAME))
