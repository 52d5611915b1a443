"""What Flow Synth and Flow Control share: the script, its controls and views, state and sound."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contract import (
    DROP,
    FROM_FLOW_SYNTH,
    LISTENED,
    RECORDED,
    RECORDER,
    RECORDING,
    TO_PATCH,
)
from control import Control, Kind, stored_blob
from controls import DEVICES, PAGES
from layout import LABELS, PLACES, STATUS, VIEWS, Label, View
from patcher import FONT, Box, Patcher
from scripts import scripts_needed

SCRIPT = "flow_device.js"
SCRIPTS = Path(__file__).parent / "javascript"
STATE = "---state"
DROPPED = "---sound"
#: The buffer of all Flow devices; a second `buffer~` of one name is the same memory.
RECORDER_BUFFER = f"buffer~ {RECORDER} 6000 1"
LONGEST_MS = 6000
TICK_MS = 25
#: Controls of which the script hears after the rest of the device has acted on them.
_WIRED_BY_DEVICE = ("host",)
#: Buttons that act on the name in the text box.
_NEED_THE_NAME = ("preset_save", "preset_delete", "preset_write")


@dataclass(frozen=True)
class Core:
    """The boxes that the rest of a device connects to."""

    script: Box
    flow_synth: Box
    #: The values of the controls that the patch itself acts on, by id.
    controls: dict[str, Box]
    #: What the script says to the patch, after its selector.
    said: dict[str, Box]


class CoreSection:
    """Builds the shared part of a device into a patcher.

    Args:
        patcher: where to.
        device: its name.
        kind_word: what the script is told it is: `synth` or `control`.
        has_voice: whether `flow_synth~` itself plays at first.
        files: what the device needs besides its scripts.
    """

    def __init__(
        self,
        patcher: Patcher,
        device: str,
        kind_word: str,
        *,
        has_voice: bool,
        files: Sequence[str],
    ) -> None:
        self._patcher = patcher
        self._device = device
        patcher.column("The script, and flow_synth~")
        self._script = patcher.add(
            f"v8 {SCRIPT} {STATE} {kind_word}", filename=SCRIPT, **_script_attributes(SCRIPT)
        )
        self._flow_synth = patcher.add(f"flow_synth~ builtin @voice {int(has_voice)}")
        patcher.wire(self._script, self._flow_synth)
        for outlet, selector in FROM_FLOW_SYNTH.items():
            self.tell(self._flow_synth, selector, outlet=outlet)
        for name in (*core_scripts(), *files):
            patcher.depend(name)

    def build(self) -> Core:
        """Adds everything; gives what the rest of the device connects to."""
        said = self._route_to_patch()
        self._controls: dict[str, Box] = {}
        for control in DEVICES[self._device]:
            self._add_control(control)
        self._route_to_controls()
        self._add_views()
        self._add_labels()
        self._switch_pages(said["page"])
        self._keep_state(said["state"])
        self._follow_transport()
        self._play_sounds(said["sound"])
        self._ask_where_to_save(said["save_dialog"])
        return Core(self._script, self._flow_synth, self._controls, said)

    def tell(self, source: Box, selector: str, *, outlet: int = 0) -> None:
        """Sends what a box says to the script under a selector."""
        prefix = self._patcher.add(f"prepend {selector}")
        self._patcher.wire(source, prefix, outlet=outlet)
        self._patcher.wire(prefix, self._script)

    def _route_to_patch(self) -> dict[str, Box]:
        self._patcher.column("What the script says to the patch")
        route = self._patcher.add(f"route {' '.join(TO_PATCH)}")
        self._patcher.wire(self._script, route, outlet=4)
        said = {}
        for outlet, (selector, words) in enumerate(TO_PATCH.items()):
            kind = "route" if selector == "sound" else "sel"
            if selector == "page":
                words = tuple(str(number) for number in range(len(PAGES)))
            listener = (
                self._patcher.add(f"{kind} {' '.join(words)}")
                if words
                else self._patcher.add("t b s")
            )
            self._patcher.wire(route, listener, outlet=outlet)
            said[selector] = listener
        return said

    def _add_control(self, control: Control) -> None:
        """Its box, and the way of its value to the script or, later, to the patch."""
        patcher = self._patcher
        if not self._controls:
            patcher.column("Controls, each under its name to the script")
        place = PLACES[self._device][control.id]
        is_hidden = place.page not in (None, 0)
        box = control.add_to(patcher, place.rectangle, is_hidden=is_hidden)
        self._controls[control.id] = box
        if control.is_in_patch or control.id in _WIRED_BY_DEVICE:
            return
        if control.kind == Kind.BUTTON:
            # A button says bang, and the script hears of values alone.
            pressed = patcher.add("t 1 b" if control.id in _NEED_THE_NAME else "t 1")
            self.tell(patcher.chain(box, pressed), control.id)
            if control.id in _NEED_THE_NAME:
                # What stands in the box is told first, even where Return was not pressed.
                patcher.wire(pressed, self._controls["preset_name"], outlet=1)
        elif control.kind == Kind.TEXT:
            # An empty box says `text` alone, of which a bang is left.
            text = patcher.chain(box, patcher.add("route text"), patcher.add("route bang"))
            patcher.chain(text, patcher.message(control.id), self._script)
            name = patcher.add("tosymbol")
            patcher.wire(text, name, outlet=1)
            self.tell(name, control.id)
        elif control.id == "path_play":
            # The clock runs only while a path is played, and starts once the script knows it.
            each = patcher.chain(box, patcher.add("t i i"))
            self.tell(each, control.id, outlet=1)
            self._clock_switch = each
        elif control.id == DROP:
            self.tell(box, "dropped")
        else:
            self.tell(box, control.id)

    def _route_to_controls(self) -> None:
        patcher = self._patcher
        patcher.column("What the script shows at controls")
        shown = [control.id for control in DEVICES[self._device] if not control.is_in_patch]
        self._show = patcher.add(f"route {STATUS} {' '.join(shown)}")
        patcher.wire(self._script, self._show, outlet=1)
        for outlet, name in enumerate(shown, 1):
            patcher.wire(self._show, self._controls[name], outlet=outlet)

    def _add_views(self) -> None:
        patcher = self._patcher
        patcher.column("Views")
        route = patcher.add(f"route {' '.join(VIEWS)}")
        patcher.wire(self._script, route, outlet=2)
        for outlet, (name, view) in enumerate(VIEWS.items()):
            box = _add_view(patcher, name, view)
            patcher.wire(route, box, outlet=outlet)
            patcher.wire(box, self._script)

    def _add_labels(self) -> None:
        self._patcher.column("Labels")
        for name, label in LABELS[self._device].items():
            box = add_label(self._patcher, name, label)
            if name == STATUS:
                self._patcher.wire(self._show, box)

    def _switch_pages(self, page: Box) -> None:
        patcher = self._patcher
        patcher.column("Pages: boxes are hidden and shown by their names")
        window = patcher.add("thispatcher")
        for number in range(len(PAGES)):
            words = []
            for name, place_page in self._paged().items():
                verb = "show" if place_page == number else "hide"
                words.append(f"script {verb} {name}")
            message = patcher.message(", ".join(words))
            patcher.wire(page, message, outlet=number)
            patcher.wire(message, window)

    def _paged(self) -> dict[str, int]:
        """Every box that lies on one page alone, with that page."""
        places = dict(PLACES[self._device])
        places |= {view_name(name): view.place for name, view in VIEWS.items()}
        places |= {name: label.place for name, label in LABELS[self._device].items()}
        return {name: place.page for name, place in places.items() if place.page is not None}

    def _keep_state(self, changed: Box) -> None:
        """State that is no number: a dictionary that Live stores in its Set.

        It may speak at any time, also of what the script itself has written: the script compares.
        """
        patcher = self._patcher
        patcher.column("State, stored in Live's Set")
        state = patcher.add(
            f"dict {STATE} @embed 1",
            varname="state",
            data={},
            saved_object_attributes={"embed": 1, "parameter_enable": 0, "parameter_mappable": 0},
        )
        stored = patcher.add(
            "pattr state_in_set @bindto state",
            varname="state_in_set",
            saved_object_attributes={"parameter_enable": 1, "parameter_mappable": 0},
            saved_attribute_attributes=stored_blob("State"),
        )
        patcher.register(stored, "State", "State")
        patcher.wire(changed, state)
        patcher.chain(stored, patcher.add("t b"), patcher.message("restored"), self._script)

    def _follow_transport(self) -> None:
        """Ticks come out first, then the state and the meter, whose first number fires it all."""
        patcher = self._patcher
        patcher.column("Live's transport")
        clock = patcher.chain(self._clock_switch, patcher.add(f"metro {TICK_MS}"))
        transport = patcher.chain(clock, patcher.add("transport"))
        whole = patcher.add("pack 4 4 0 0.")
        meter = patcher.add("unpack 4 4")
        patcher.wire(transport, whole, outlet=7, inlet=3)
        patcher.wire(transport, whole, outlet=6, inlet=2)
        patcher.wire(transport, meter, outlet=5)
        patcher.wire(meter, whole, outlet=1, inlet=1)
        patcher.wire(meter, whole)
        patcher.chain(whole, patcher.message("transport $4 $3 $1 $2"), self._script)

    def _play_sounds(self, sound: Box) -> None:
        """Sounds that `flow_synth~` cannot read by itself are played to it, and it records."""
        patcher = self._patcher
        patcher.column("Sounds that are played to flow_synth~")
        self._play_dropped(sound)
        listen = patcher.add(f"sel {' '.join(LISTENED)}")
        patcher.wire(sound, listen, outlet=TO_PATCH["sound"].index("listen"))
        patcher.add(RECORDER_BUFFER)
        length = patcher.add(f"f {LONGEST_MS}.")
        patcher.wire(listen, length, outlet=LISTENED.index("recorder"))
        recorded = patcher.add(f"play~ {RECORDER} 1")
        patcher.chain(length, patcher.message("start 0. $1"), recorded)
        dropped = patcher.add(f"play~ {DROPPED} 2")
        start = patcher.message("start")
        patcher.wire(listen, start, outlet=LISTENED.index("drop"))
        patcher.wire(start, dropped)
        half = patcher.add("*~ 0.5")
        patcher.wire(dropped, half, outlet=0)
        patcher.wire(dropped, half, outlet=1)
        patcher.wire(half, self._flow_synth)
        patcher.wire(recorded, self._flow_synth)
        played = patcher.message("sound_played")
        patcher.wire(dropped, played, outlet=2)
        patcher.wire(recorded, played, outlet=1)
        patcher.wire(played, self._script)
        self._hear_recorder(length)

    def _play_dropped(self, sound: Box) -> None:
        patcher = self._patcher
        load = patcher.add("prepend replace")
        patcher.wire(sound, load, outlet=TO_PATCH["sound"].index("load"))
        dropped = patcher.chain(load, patcher.add(f"buffer~ {DROPPED}"))
        info = patcher.add(f"info~ {DROPPED}")
        patcher.wire(dropped, info, outlet=1)
        self.tell(info, "sound_loaded", outlet=6)

    def _hear_recorder(self, length: Box) -> None:
        """Keeps how long the sound in the shared buffer is before the script hears of it."""
        patcher = self._patcher
        patcher.column("The Recorder")
        heard = patcher.chain(
            patcher.add(f"r {RECORDER}"), patcher.add(f"route {RECORDED} {RECORDING}")
        )
        received = patcher.chain(heard, patcher.add("t f f"))
        patcher.wire(received, length, outlet=1, inlet=1)
        self.tell(received, RECORDED)
        self.tell(heard, RECORDING, outlet=1)

    def _ask_where_to_save(self, asked: Box) -> None:
        patcher = self._patcher
        patcher.column("Where to write a preset file")
        dialog = patcher.add("savedialog")
        name = patcher.add("prepend name")
        patcher.wire(asked, name, outlet=1)
        patcher.wire(name, dialog)
        patcher.wire(asked, dialog)
        self.tell(dialog, "saved_to")


def core_scripts() -> tuple[str, ...]:
    """Scripts of Flow Synth and Flow Control."""
    return scripts_needed(SCRIPTS, [SCRIPT, *(view.script for view in VIEWS.values())])


def view_name(view: str) -> str:
    """The name of a view's box."""
    return f"{view}_view"


def add_label(patcher: Patcher, name: str, label: Label) -> Box:
    """Text in the colour of Live's theme."""
    hidden = {"hidden": 1} if label.place.page not in (None, 0) else {}
    return patcher.show(
        "live.comment",
        name,
        label.place.rectangle,
        text=label.text,
        textjustification=0,
        fontname=FONT,
        fontsize=label.size,
        **hidden,
    )


def _add_view(patcher: Patcher, name: str, view: View) -> Box:
    hidden = {"hidden": 1} if view.place.page not in (None, 0) else {}
    arguments = {"jsarguments": list(view.arguments)} if view.arguments else {}
    return patcher.show(
        "v8ui",
        view_name(name),
        view.place.rectangle,
        filename=view.script,
        border=0,
        parameter_enable=0,
        textfile=_textfile(view.script),
        **arguments,
        **hidden,
    )


def _script_attributes(script: str) -> dict[str, object]:
    return {
        "saved_object_attributes": {"parameter_enable": 0},
        "textfile": _textfile(script),
    }


def _textfile(script: str) -> dict[str, object]:
    return {"filename": script, "flags": 0, "embed": 0, "autowatch": 1}
