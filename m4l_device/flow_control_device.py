"""Flow Control, the MIDI effect: drives the instrument that follows it on the track."""

from collections.abc import Sequence

from amxd import DeviceKind
from contract import N_REMOTES, TO_REMOTES
from controls import banks
from core_section import Core, CoreSection
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
    _add_remotes(patcher, core)
    patcher.column("Start")
    patcher.chain(
        patcher.add("live.thisdevice"), patcher.add("t b"), patcher.message("ready"), core.script
    )
    return patcher.build(KIND, banks(NAME))


def _add_remotes(patcher: Patcher, core: Core) -> None:
    """What turns parameters of Live while they move, without entries in Live's undo."""
    patcher.column("Parameters of Live that move")
    said = patcher.add(f"route {' '.join(TO_REMOTES)}")
    patcher.wire(core.script, said, outlet=3)
    numbers = " ".join(str(number) for number in range(1, N_REMOTES + 1))
    routes = {}
    for outlet, selector in enumerate(TO_REMOTES):
        routes[selector] = patcher.add(f"route {numbers}")
        patcher.wire(said, routes[selector], outlet=outlet)
    # What they hold is another parameter each time: it is not stored.
    kept = {"_persistence": 0, "normalized": 0, "smoothing": 1.0}
    for outlet in range(N_REMOTES):
        remote = patcher.add("live.remote~", saved_object_attributes=kept)
        patcher.wire(routes["point"], remote, outlet=outlet, inlet=1)
        patcher.wire(routes["turn"], remote, outlet=outlet)
