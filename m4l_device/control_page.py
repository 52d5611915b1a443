"""The page of all controls: ``python m4l_device/control_page.py docs/live.md``."""

import sys
from collections.abc import Iterable
from pathlib import Path

from control import Control, Visibility
from controls import BLEND, KNOBS, MAP, PLAY, PRESETS, RECORDER, SOUND, TARGET, VOICE

_LIVE = {
    Visibility.AUTOMATED: "automated, stored",
    Visibility.STORED: "stored",
    Visibility.HIDDEN: "neither",
}
_SECTIONS = (
    ("Sound", "Flow Synth and Flow Control, always on the left.", SOUND),
    ("Page Map", "Flow Synth and Flow Control.", MAP),
    ("Page Play", "Flow Synth and Flow Control.", PLAY),
    ("Page Blend", "Flow Synth and Flow Control.", BLEND),
    ("Page Knobs", "Flow Synth and Flow Control.", KNOBS),
    ("Presets", "Flow Synth and Flow Control, always on the right.", PRESETS),
    ("Voice", "Flow Synth.", VOICE),
    ("Target", "Flow Control.", TARGET),
    ("Recorder", "Flow Recorder.", RECORDER),
)
_INTRODUCTION = """\
# The Max for Live devices: every control

How to install and play them is in [the devices' own page](../m4l_device/README.md). This page is
written by `python m4l_device/control_page.py docs/live.md` from the table that the devices are
built from.

Long names are those of automation, MIDI mapping and Push; they never change.

Flow Control lets a moving sound be heard without entries in Live's undo: knobs that move are held,
greyed out, and their own automation rests meanwhile. Once all has settled, each knob that has
changed is written once, which is one entry of undo for each and overrides its automation.
"""


def control_page() -> str:
    """The text of the page."""
    parts = [_INTRODUCTION]
    for title, where, controls in _SECTIONS:
        parts.append(f"## {title}\n\n{where}\n\n{_table(controls)}")
    return "\n".join(parts)


def _table(controls: Iterable[Control]) -> str:
    rows = ["| control | values | at first | Live | what it does |", "|---|---|---|---|---|"]
    rows += [
        f"| {control.long_name} | {control.range_text} | {_initial(control)} "
        f"| {_live(control)} | {control.info} |"
        for control in controls
    ]
    return "\n".join(rows) + "\n"


def _live(control: Control) -> str:
    return _LIVE[control.visibility if control.is_parameter else Visibility.HIDDEN]


def _initial(control: Control) -> str:
    if not control.range_text:
        return ""
    values = control.range_text.split(", ")
    if len(values) > 1:
        return values[int(control.initial)]
    return f"{control.initial:g}"


def listed() -> set[str]:
    """Ids of all controls on the page."""
    return {control.id for _, _, controls in _SECTIONS for control in controls}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(control_page(), encoding="utf-8")
