"""Flow Synth, the instrument: its own voice, or a plug-in that it hosts."""

from collections.abc import Sequence

from amxd import DeviceKind
from controls import banks
from core_section import Core, CoreSection
from layout import SYNTH_WIDTH
from patcher import Box, Patcher

NAME = "Flow Synth"
KIND = DeviceKind.INSTRUMENT

#: A note moved by octaves, or the one that all keys play.
_PITCH = "expr ($i1 + 12 * $i2) * (1 - $i3) + $i4 * $i3"
#: Of the outlets of midiparse and the inlets of midiformat.
_CONTROLLER, _PROGRAM, _PRESSURE, _BEND, _CHANNEL = 2, 3, 4, 5, 6


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
            saved_attribute_attributes={
                "valueof": {
                    "parameter_longname": "Plug-in",
                    "parameter_shortname": "Plug-in",
                    "parameter_type": 3,
                    "parameter_invisible": 1,
                    "parameter_modmode": 0,
                }
            },
        )
        patcher.register(plugin, "Plug-in", "Plug-in")
        patcher.wire(self._core.script, plugin, outlet=3)
        host = _Host(plugin, self._ask_for_parameters(plugin))
        for control, message in (("vst_choose", "plug"), ("vst_open", "open")):
            order = patcher.chain(self._core.controls[control], patcher.add("t b b"))
            said = patcher.message(message)
            patcher.wire(order, said, outlet=1)
            patcher.wire(said, plugin)
            # The dialog and the plug-in take their time, which nothing announces.
            patcher.chain(order, patcher.add("deferlow"), host.ask)
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
        midi = patcher.chain(patcher.add("midiin"), patcher.add("midiparse @hires 2"))
        note = patcher.chain(midi, patcher.add("unpack 0 0"))
        pitch = patcher.add(_PITCH)
        held = patcher.add("flush")
        patcher.wire(note, held, outlet=1, inlet=1)
        patcher.chain(note, pitch, patcher.add("clip 0 127"), held)
        played = patcher.add("pack 0 0")
        patcher.wire(held, played, outlet=1, inlet=1)
        patcher.wire(held, played)
        players = patcher.add("gate 2 1")
        patcher.wire(played, players, inlet=1)
        patcher.chain(players, patcher.add("prepend note"), self._core.flow_synth)
        events = patcher.add("midiformat @hires 2")
        patcher.wire(players, events, outlet=1)
        patcher.wire(events, host.plugin, outlet=1)
        # What is held is released before keys mean other notes or another voice.
        for inlet, control in ((1, "octave"), (2, "pitch_fix"), (3, "fixed_pitch")):
            order = patcher.chain(self._core.controls[control], patcher.add("t i b"))
            patcher.wire(order, held, outlet=1)
            patcher.wire(order, pitch, inlet=inlet)
        patcher.wire(self._core.said["notes"], held)
        self._choose_player(host, held, players)
        self._pass_controllers(midi, events)

    def _choose_player(self, host: "_Host", held: Box, players: Box) -> None:
        patcher = self._patcher
        order = patcher.chain(self._core.controls["host"], patcher.add("t b i i b"))
        patcher.wire(order, held, outlet=3)
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
