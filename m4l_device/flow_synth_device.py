"""Flow Synth, the instrument: its own voice, or a plug-in that it hosts."""

from collections.abc import Sequence

from amxd import DeviceKind
from contract import TO_PATCH
from control import stored_blob
from controls import banks
from core_section import Core, CoreSection
from layout import SYNTH_WIDTH
from patcher import Box, Patcher

NAME = "Flow Synth"
KIND = DeviceKind.INSTRUMENT

#: A note moved by octaves, or the one that all keys play.
_PITCH = "expr ($i1 + 12 * $i2) * (1 - $i3) + $i4 * $i3"
#: Of the outlets of midiparse and the inlets of midiformat.
_KEY_PRESSURE, _CONTROLLER, _PROGRAM, _PRESSURE, _BEND, _CHANNEL = 1, 2, 3, 4, 5, 6
#: What is heard without a keyboard: middle C, moved as keys are.
_PREVIEW_PITCH, _PREVIEW_VELOCITY, _PREVIEW_MS = 60, 100, 600
#: So long after a plug-in was asked for, it has most likely been loaded.
_LOADED_MS = 1000


def build(files: Sequence[str]) -> bytes:
    """The patcher's text; `files` are what it needs besides its scripts."""
    return _FlowSynth(files).build()


class _FlowSynth:
    def __init__(self, files: Sequence[str]) -> None:
        self._patcher = Patcher(SYNTH_WIDTH, is_mpe=True)
        self._section = CoreSection(self._patcher, NAME, "synth", has_voice=True, files=files)
        self._core: Core = self._section.build()

    def build(self) -> bytes:
        host = self._add_host()
        self._play_notes(host)
        self._start(host)
        self._sound(host.plugin)
        return self._patcher.build(KIND, banks(NAME))

    def _add_host(self) -> "_Host":
        """A plug-in in the device, whose state Live stores, and the names of its parameters."""
        patcher = self._patcher
        patcher.column("The hosted plug-in")
        plugin = patcher.add(
            "vst~",
            varname="plugin",
            autosave=1,
            save=["#N", "vst~", "loaduniqueid", 0, ";"],
            saved_object_attributes={"parameter_enable": 1, "parameter_mappable": 0},
            saved_attribute_attributes=stored_blob("Plug-in"),
        )
        patcher.register(plugin, "Plug-in", "Plug-in")
        patcher.wire(self._core.script, plugin, outlet=3)
        host = _Host(plugin, self._ask_for_parameters(plugin))
        for control, message in (("vst_choose", "plug"), ("vst_open", "open")):
            order = patcher.chain(self._core.controls[control], patcher.add("t b b"))
            said = patcher.message(message)
            patcher.wire(order, said, outlet=1)
            patcher.wire(said, plugin)
            # The dialog and the plug-in take their time, which nothing announces: asked twice.
            later = patcher.chain(order, patcher.add("deferlow"), patcher.add("t b b"))
            patcher.wire(later, host.ask, outlet=1)
            patcher.chain(later, patcher.add(f"delay {_LOADED_MS}"), host.ask)
        return host

    def _ask_for_parameters(self, plugin: Box) -> Box:
        """Names come one by one; prepend would cut the list, so its first word is joined to it."""
        patcher = self._patcher
        ask = patcher.add("t b b b")
        names = patcher.add("zl.group 4096 @zlmaxsize 4096")
        whole = patcher.add("zl.join @zlmaxsize 4097")
        params = patcher.message("params")
        patcher.wire(ask, params, outlet=2)
        patcher.wire(params, plugin)
        patcher.wire(plugin, names, outlet=2)
        patcher.wire(ask, names, outlet=1)
        patcher.wire(names, whole, inlet=1)
        patcher.chain(ask, patcher.message("vst_params"), whole, self._core.script)
        return ask

    def _play_notes(self, host: "_Host") -> None:
        """Notes never pass through the script, which would make them late."""
        patcher = self._patcher
        patcher.column("Notes and controllers")
        # What is held is known where it comes in, with its channel: MPE has one for each note.
        held = patcher.chain(patcher.add("midiin"), patcher.add("midiflush"))
        midi = patcher.chain(held, patcher.add("midiparse @hires 2"))
        players = patcher.add("gate 2 1")
        played = patcher.add("pack 0 0")
        patcher.wire(played, players, inlet=1)
        patcher.chain(players, patcher.add("prepend note"), self._core.flow_synth)
        events = patcher.add("midiformat @hires 2")
        patcher.wire(players, events, outlet=1)
        patcher.wire(events, host.plugin, outlet=1)
        note = patcher.chain(midi, patcher.add("unpack 0 0"))
        velocity = patcher.add("t i i")
        patcher.wire(note, velocity, outlet=1)
        patcher.wire(velocity, played, outlet=1, inlet=1)
        count = self._count_held(velocity)
        moved = [self._move_pitch(note, played), self._press_keys(midi, events)]
        preview, silence = self._preview(count, played)
        moved.append(preview)
        flush = patcher.add("t b b b")
        patcher.wire(flush, held, outlet=2)
        patcher.wire(flush, silence, outlet=1)
        patcher.chain(flush, patcher.message("set 0"), count)
        # What is held is released before keys mean other notes or another voice.
        for inlet, control in ((1, "octave"), (2, "pitch_fix"), (3, "fixed_pitch")):
            order = patcher.chain(self._core.controls[control], patcher.add("t i i i b"))
            patcher.wire(order, flush, outlet=3)
            for outlet, pitch in enumerate(moved):
                patcher.wire(order, pitch, outlet=outlet, inlet=inlet)
        said = self._core.said["notes"]
        patcher.wire(said, flush, outlet=TO_PATCH["notes"].index("flush"))
        self._choose_player(host, flush, players)
        self._pass_controllers(midi, events)

    def _move_pitch(self, note: Box, played: Box) -> Box:
        """The pitch that a key plays, which fires what waits there."""
        pitch = self._patcher.add(_PITCH)
        self._patcher.chain(note, pitch, self._patcher.add("clip 0 127"), played)
        return pitch

    def _press_keys(self, midi: Box, events: Box) -> Box:
        """Pressure of single keys goes to the notes that these play in a plug-in."""
        patcher = self._patcher
        keys = patcher.add("unpack 0 0")
        patcher.wire(midi, keys, outlet=_KEY_PRESSURE)
        pressed = patcher.add("pack 0 0")
        patcher.wire(keys, pressed, outlet=1, inlet=1)
        pitch = self._move_pitch(keys, pressed)
        patcher.wire(pressed, events, inlet=_KEY_PRESSURE)
        return pitch

    def _count_held(self, velocity: Box) -> Box:
        """How many keys are held."""
        patcher = self._patcher
        count = patcher.add("accum 0")
        ended = patcher.chain(velocity, patcher.add("sel 0"))
        for outlet, message in enumerate(("-1", "1")):
            step = patcher.message(message)
            bang = patcher.add("t b")
            patcher.wire(ended, bang, outlet=outlet)
            patcher.chain(bang, step)
            patcher.wire(step, count, inlet=1)
        return count

    def _preview(self, count: Box, played: Box) -> tuple[Box, Box]:
        """A short note, unless a key is held; gives its pitch, and what ends it."""
        patcher = self._patcher
        asked = self._core.said["notes"]
        patcher.wire(asked, count, outlet=TO_PATCH["notes"].index("preview"))
        alone = patcher.chain(count, patcher.add("expr $i1 <= 0"), patcher.add("sel 1"))
        order = patcher.chain(alone, patcher.add("t b b"))
        silence = patcher.message("stop")
        patcher.wire(order, silence, outlet=1)
        pitch = patcher.add(_PITCH)
        note = patcher.add(f"makenote {_PREVIEW_VELOCITY} {_PREVIEW_MS}")
        patcher.wire(silence, note)
        patcher.chain(
            order, patcher.message(str(_PREVIEW_PITCH)), pitch, patcher.add("clip 0 127"), note
        )
        patcher.wire(note, played, outlet=1, inlet=1)
        patcher.wire(note, played)
        return pitch, silence

    def _choose_player(self, host: "_Host", flush: Box, players: Box) -> None:
        patcher = self._patcher
        order = patcher.chain(self._core.controls["host"], patcher.add("t b i i b"))
        patcher.wire(order, flush, outlet=3)
        number = patcher.add("+ 1")
        patcher.wire(order, number, outlet=2)
        patcher.wire(number, players)
        self._section.tell(order, "host", outlet=1)
        patcher.wire(order, host.ask)

    def _pass_controllers(self, midi: Box, events: Box) -> None:
        """To the plug-in, and to the script, which moves macros with them."""
        patcher = self._patcher
        for port in (_PRESSURE, _BEND):
            both = patcher.add("t i i")
            patcher.wire(midi, both, outlet=port)
            patcher.wire(both, events, outlet=1, inlet=port)
            if port == _PRESSURE:
                self._section.tell(both, "midi pressure")
            else:
                # A plug-in bends in 14 bits, the script in the seven of everything else.
                coarse = patcher.chain(both, patcher.add("expr ($i1 + 8192) / 128"))
                self._section.tell(coarse, "midi bend")
        both = patcher.add("t l l")
        patcher.wire(midi, both, outlet=_CONTROLLER)
        patcher.wire(both, events, outlet=1, inlet=_CONTROLLER)
        tell_controllers(patcher, self._section, both)
        for port in (_PROGRAM, _CHANNEL):
            patcher.wire(midi, events, outlet=port, inlet=port)

    def _start(self, host: "_Host") -> None:
        """Live can be spoken to from here on; a plug-in of the Set is there already."""
        patcher = self._patcher
        patcher.column("Start")
        order = patcher.chain(patcher.add("live.thisdevice"), patcher.add("t b b"))
        patcher.wire(order, host.ask, outlet=1)
        patcher.chain(order, patcher.message("ready"), self._core.script)

    def _sound(self, plugin: Box) -> None:
        patcher = self._patcher
        level = self._core.controls["level"]
        out = patcher.add("plugout~")
        for channel in (0, 1):
            patcher.wire(self._core.flow_synth, level, outlet=channel, inlet=channel)
            patcher.wire(plugin, level, outlet=channel, inlet=channel)
            patcher.wire(level, out, outlet=channel, inlet=channel)


class _Host:
    """The plug-in, and what asks for the names of its parameters."""

    def __init__(self, plugin: Box, ask: Box) -> None:
        self.plugin = plugin
        self.ask = ask


def tell_controllers(patcher: Patcher, section: CoreSection, controllers: Box) -> None:
    """Controllers to the script; number 74 is what MPE calls slide."""
    slide = patcher.chain(controllers, patcher.add("route 74"))
    section.tell(slide, "midi slide")
    section.tell(slide, "midi cc", outlet=1)
