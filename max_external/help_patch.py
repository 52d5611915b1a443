"""The help patch of flow_synth~, made from its reference page: one message box each message."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

#: A message of each kind, as one clicks it.
EXAMPLES = {
    "load": "load builtin",
    "model": "model builtin",
    "reload": "reload",
    "z": "z 0. 0.",
    "params": "params 0.5 0.5",
    "macro": "macro 1 0.9",
    "semantic": "semantic brightness 2.",
    "record": "record 1",
    "match": "match",
    "analyze": "analyze trumpet.wav",
    "candidates": "candidates 8",
    "candidate": "candidate 1",
    "curve": "curve 1 9",
    "store": "store 1",
    "recall": "recall 1",
    "interpolate": "interpolate 1 2 0.5",
    "mutate": "mutate 0.3",
    "lock": "lock filter_cutoff 1",
    "note": "note 48 100",
    "reset": "reset",
    "dump": "dump",
    "info": "info",
    "smooth": "smooth 200.",
    "voice": "voice 1",
    "blocking": "blocking 0",
}
#: These take as many numbers as the model has, and come from elsewhere in the patch.
NOT_CLICKED = ("z", "params")
FIRST_STEPS = (
    "Switch audio on, strike a note, turn a macro knob; or record 1, make a sound, match."
)
ROW, COLUMN, TOP = 26, 430, 150


class Patcher:
    """Boxes and cords, as Max keeps them."""

    def __init__(self) -> None:
        self._boxes: list[dict[str, Any]] = []
        self._lines: list[dict[str, Any]] = []

    def add(
        self,
        kind: str,
        x: int,
        y: int,
        width: int,
        *,
        text: str | None = None,
        inlets: int = 1,
        outlets: Sequence[str] = (),
        height: int = 22,
        **others: float | list[float],
    ) -> str:
        """Adds a box and says its name."""
        name = f"obj-{len(self._boxes) + 1}"
        box: dict[str, Any] = {
            "id": name,
            "maxclass": kind,
            "numinlets": inlets,
            "numoutlets": len(outlets),
            "outlettype": list(outlets),
            "patching_rect": [float(x), float(y), float(width), float(height)],
            **others,
        }
        if text is not None:
            box["text"] = text
        self._boxes.append({"box": box})
        return name

    def wire(self, source: str, outlet: int, target: str, inlet: int = 0) -> None:
        """Connects two boxes."""
        self._lines.append(
            {"patchline": {"source": [source, outlet], "destination": [target, inlet]}}
        )

    def build(self, width: int, height: int) -> str:
        """The text of the file."""
        patcher = {
            "fileversion": 1,
            "appversion": {
                "major": 8,
                "minor": 6,
                "revision": 5,
                "architecture": "x64",
                "modernui": 1,
            },
            "classnamespace": "box",
            "rect": [100.0, 100.0, float(width), float(height)],
            "boxes": self._boxes,
            "lines": self._lines,
        }
        return json.dumps({"patcher": patcher}, indent=1) + "\n"


def help_patch(reference: Path) -> str:
    """The patch for a reference page."""
    page = ElementTree.parse(reference).getroot()
    digests = {
        str(method.get("name")): method.findtext("digest", "") for method in page.iter("method")
    }
    clicked = [name for name in digests if name not in NOT_CLICKED]
    rows = -(-len(clicked) // 2)
    bottom = TOP + rows * ROW + 30
    patch = Patcher()
    patch.add("comment", 20, 15, 400, text="flow_synth~", fontsize=24.0, height=33)
    patch.add("comment", 20, 50, 700, text=page.findtext("digest", ""))
    patch.add("comment", 20, 75, 800, text=FIRST_STEPS)
    own = patch.add(
        "newobj",
        20,
        bottom + 70,
        480,
        text="flow_synth~ builtin",
        outlets=("signal", "signal", "list", "list", ""),
    )
    for index, name in enumerate(clicked):
        x, y = 20 + index // rows * COLUMN, TOP + index % rows * ROW
        message = patch.add("message", x, y, 160, text=EXAMPLES[name], inlets=2, outlets=("",))
        patch.add("comment", x + 170, y, COLUMN - 180, text=digests[name])
        patch.wire(message, 0, own)
    sound = patch.add("ezadc~", 20, bottom + 10, 45, outlets=("signal", "signal"), height=45)
    patch.wire(sound, 0, own)
    ear = patch.add("ezdac~", 20, bottom + 120, 45, inlets=2, height=45)
    patch.wire(own, 0, ear, 0)
    patch.wire(own, 1, ear, 1)
    knobs = patch.add(
        "multislider",
        130,
        bottom + 120,
        300,
        outlets=("", ""),
        height=100,
        size=40,
        setminmax=[0.0, 1.0],
    )
    patch.wire(own, 2, knobs)
    script = "js flow_synth_knobs.js"
    names = patch.add("newobj", 500, bottom + 120, 160, text=script, outlets=("",))
    patch.wire(own, 4, names)
    menu = patch.add("umenu", 500, bottom + 150, 160, outlets=("int", "", ""))
    patch.wire(names, 0, menu)
    told = patch.add("newobj", 680, bottom + 120, 160, text="print flow_synth~", outlets=())
    patch.wire(own, 4, told)
    return patch.build(900, bottom + 260)
