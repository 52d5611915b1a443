"""Where everything lies in Live: rectangles of controls, views and labels, by page."""

from collections.abc import Mapping
from dataclasses import dataclass

from controls import AXES, N_MACRO_DIALS, N_MIDI_ROWS
from patcher import HEIGHT, Rectangle

MARGIN = 8
#: Height of a line of text, a button, a menu or a number, and from one to the next.
LINE, PITCH = 15, 19
#: Where columns begin and how wide they are.
LEFT_X, LEFT_WIDTH = MARGIN, 148
MIDDLE_X, MIDDLE_WIDTH = 164, 488
RIGHT_X, RIGHT_WIDTH = 660, 132
EDGE_X = 800
#: Below the tab of pages.
PAGE_Y = 28
BOTTOM = HEIGHT - MARGIN

SYNTH_WIDTH, CONTROL_WIDTH, RECORDER_WIDTH = 900, 864, 176


@dataclass(frozen=True)
class Place:
    """Where a box lies, and on which page; None is on all of them."""

    rectangle: Rectangle
    page: int | None = None


@dataclass(frozen=True)
class View:
    """A picture drawn by a script, `v8ui`."""

    script: str
    arguments: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class Label:
    """Text beside controls, in points of Live's font."""

    text: str
    place: Place
    size: float = 10.0


def _at(x: int, y: int, width: int, height: int = LINE, page: int | None = None) -> Place:
    return Place(Rectangle(x, y, width, height), page)


def _left() -> dict[str, Place]:
    half = (LEFT_WIDTH - 4) // 2
    return {
        "drop": _at(LEFT_X, MARGIN, LEFT_WIDTH, 28),
        "record": _at(LEFT_X, 40, half),
        "match": _at(LEFT_X + half + 4, 40, half),
        "candidate": _at(LEFT_X, 127, 48),
        "model": _at(LEFT_X + 52, 127, LEFT_WIDTH - 52),
        "smooth": _at(LEFT_X + 40, 146, 48),
        "hover_to_hear": _at(LEFT_X + 96, 146, LEFT_WIDTH - 96),
        "page": _at(MIDDLE_X, MARGIN, 180, 16),
    }


_MAP_WIDTH = 352
_MAP_LABEL_X = MIDDLE_X + _MAP_WIDTH + 8
_MAP_CONTROL_X = _MAP_LABEL_X + 40


def _map() -> dict[str, Place]:
    wide = MIDDLE_X + MIDDLE_WIDTH - _MAP_CONTROL_X
    half = (MIDDLE_X + MIDDLE_WIDTH - _MAP_LABEL_X - 4) // 2

    def row(number: int) -> int:
        return PAGE_Y + number * PITCH

    return {
        "map_tag": _at(_MAP_CONTROL_X, row(0), wide, page=0),
        "map_colour": _at(_MAP_CONTROL_X, row(1), wide, page=0),
        "path_kind": _at(_MAP_CONTROL_X, row(3), wide, page=0),
        "path_draw": _at(_MAP_LABEL_X, row(4), half, page=0),
        "path_clear": _at(_MAP_LABEL_X + half + 4, row(4), half, page=0),
        "path_length": _at(_MAP_CONTROL_X, row(5), wide, page=0),
        "path_play": _at(_MAP_LABEL_X, row(6), half, page=0),
        "path_loop": _at(_MAP_LABEL_X + half + 4, row(6), half, page=0),
    }


_DIAL_WIDTH, _DIAL_HEIGHT = 44, 48
_SLIDER_LABEL_X = MIDDLE_X + 4 * _DIAL_WIDTH + 8
_SLIDER_X, _SLIDER_WIDTH = _SLIDER_LABEL_X + 60, 96
_PAD_X = _SLIDER_X + _SLIDER_WIDTH + 12
_PAD_WIDTH = MIDDLE_X + MIDDLE_WIDTH - _PAD_X


def _play() -> dict[str, Place]:
    places = {
        f"macro_{number + 1}": _at(
            MIDDLE_X + number % 4 * _DIAL_WIDTH,
            34 + number // 4 * 66,
            _DIAL_WIDTH,
            _DIAL_HEIGHT,
            page=1,
        )
        for number in range(N_MACRO_DIALS)
    }
    places |= {
        f"semantic_{number + 1}": _at(
            _SLIDER_X, PAGE_Y + number * PITCH, _SLIDER_WIDTH, 16, page=1
        )
        for number in range(len(AXES))
    }
    return places | {
        "x": _at(_PAD_X + 14, 127, 40, page=1),
        "x_dimension": _at(_PAD_X + 58, 127, 34, page=1),
        "y": _at(_PAD_X + 14, 146, 40, page=1),
        "y_dimension": _at(_PAD_X + 58, 146, 34, page=1),
        "freeze": _at(_PAD_X + 96, 146, _PAD_WIDTH - 96, page=1),
    }


_MIDI_X = MIDDLE_X + 280


def _blend() -> dict[str, Place]:
    places = {
        "store_a": _at(MIDDLE_X, 46, 52, page=2),
        "blend": _at(MIDDLE_X + 56, 45, 144, 16, page=2),
        "store_b": _at(MIDDLE_X + 204, 46, 52, page=2),
        "blend_space": _at(MIDDLE_X + 56, 66, 92, page=2),
        "ab": _at(MIDDLE_X + 152, 66, 48, page=2),
        "mutate_amount": _at(MIDDLE_X, 108, _DIAL_WIDTH, _DIAL_HEIGHT, page=2),
        "mutate": _at(MIDDLE_X + 56, 116, 60, page=2),
        "undo": _at(MIDDLE_X + 136, 116, 56, page=2),
        "redo": _at(MIDDLE_X + 200, 116, 56, page=2),
        "midi_mute": _at(_MIDI_X + 152, PAGE_Y, 56, page=2),
    }
    for number in range(N_MIDI_ROWS):
        y = 51 + number * PITCH
        places[f"midi_{number + 1}_source"] = _at(_MIDI_X + 16, y, 92, page=2)
        places[f"midi_{number + 1}_macro"] = _at(_MIDI_X + 152, y, 56, page=2)
    return places


_KNOBS_WIDTH = 248
_CURVES_X = MIDDLE_X + _KNOBS_WIDTH + 8
_CURVES_WIDTH = MIDDLE_WIDTH - _KNOBS_WIDTH - 8


def _knobs() -> dict[str, Place]:
    return {
        "lock_all": _at(_CURVES_X, 146, 56, page=3),
        "unlock_all": _at(_CURVES_X + 60, 146, 56, page=3),
        "curve_macro": _at(_CURVES_X + _CURVES_WIDTH - 60, 146, 60, page=3),
    }


def _presets() -> dict[str, Place]:
    third = (RIGHT_WIDTH - 8) // 3
    return {
        "preset_name": _at(RIGHT_X, MARGIN, RIGHT_WIDTH, 16),
        "preset_save": _at(RIGHT_X, PAGE_Y, third),
        "preset_delete": _at(RIGHT_X + third + 4, PAGE_Y, third),
        "preset_write": _at(RIGHT_X + 2 * (third + 4), PAGE_Y, RIGHT_WIDTH - 2 * (third + 4)),
    }


_VOICE_WIDTH = SYNTH_WIDTH - MARGIN - EDGE_X


def _voice() -> dict[str, Place]:
    half = (_VOICE_WIDTH - 4) // 2
    return {
        "host": _at(EDGE_X, MARGIN, _VOICE_WIDTH),
        "vst_choose": _at(EDGE_X, PAGE_Y, half),
        "vst_open": _at(EDGE_X + half + 4, PAGE_Y, half),
        "octave": _at(EDGE_X, 63, half),
        "pitch_fix": _at(EDGE_X, 82, half),
        "fixed_pitch": _at(EDGE_X, 101, half),
        "level": _at(EDGE_X + half + 4, 47, half, BOTTOM - 47),
    }


def _target() -> dict[str, Place]:
    width = CONTROL_WIDTH - MARGIN - EDGE_X
    return {
        "target_scan": _at(EDGE_X, PAGE_Y, width),
        "target_next": _at(EDGE_X, PAGE_Y + PITCH, width),
    }


def _core() -> dict[str, Place]:
    return {**_left(), **_map(), **_play(), **_blend(), **_knobs(), **_presets()}


#: Where each control of a device lies.
PLACES: Mapping[str, Mapping[str, Place]] = {
    "Flow Synth": {**_core(), **_voice()},
    "Flow Control": {**_core(), **_target()},
    "Flow Recorder": {
        "record": _at(MARGIN, MARGIN, 104, 40),
        "monitor": _at(MARGIN, BOTTOM - LINE, 104),
    },
}
#: Where the Recorder shows how long the recording is, and how loud its input.
LENGTH = _at(MARGIN, 56, 104, LINE)
METERS = (_at(128, MARGIN, 16, BOTTOM - MARGIN), _at(152, MARGIN, 16, BOTTOM - MARGIN))

_PAGE_HEIGHT = BOTTOM - PAGE_Y
#: By the selector under which `flow_device.js` speaks to them.
VIEWS: Mapping[str, View] = {
    "map": View("flow_map.js", (), _at(MIDDLE_X, PAGE_Y, _MAP_WIDTH, _PAGE_HEIGHT, page=0)),
    "candidates": View("flow_list.js", ("candidates",), _at(LEFT_X, 59, LEFT_WIDTH, 64)),
    "presets": View("flow_list.js", ("presets",), _at(RIGHT_X, 47, RIGHT_WIDTH, BOTTOM - 47)),
    "knobs": View(
        "flow_list.js", ("knobs",), _at(MIDDLE_X, PAGE_Y, _KNOBS_WIDTH, _PAGE_HEIGHT, page=3)
    ),
    "curves": View("flow_curves.js", (), _at(_CURVES_X, PAGE_Y, _CURVES_WIDTH, 114, page=3)),
    "xy": View("flow_xy.js", (), _at(_PAD_X, PAGE_Y, _PAD_WIDTH, 95, page=1)),
}
#: The line in which the device says what it waits for or what is missing.
STATUS = "status"
#: So small that two lines of it fit above a page.
STATUS_SIZE = 9.0


def _core_labels() -> dict[str, Label]:
    labels = {
        STATUS: Label("", _at(MIDDLE_X + 188, 4, MIDDLE_WIDTH - 188, 23), STATUS_SIZE),
        "smooth_label": Label("Smooth", _at(LEFT_X, 146, 40)),
        "map_tag_label": Label("Show", _at(_MAP_LABEL_X, PAGE_Y, 40, page=0)),
        "map_colour_label": Label("Colour", _at(_MAP_LABEL_X, PAGE_Y + PITCH, 40, page=0)),
        "path_kind_label": Label("Path", _at(_MAP_LABEL_X, PAGE_Y + 3 * PITCH, 40, page=0)),
        "path_length_label": Label("Bars", _at(_MAP_LABEL_X, PAGE_Y + 5 * PITCH, 40, page=0)),
        "x_label": Label("X", _at(_PAD_X, 127, 14, page=1)),
        "y_label": Label("Y", _at(_PAD_X, 146, 14, page=1)),
        "blend_label": Label("Blend A to B", _at(MIDDLE_X, PAGE_Y, 96, page=2)),
        "mutate_label": Label("Vary", _at(MIDDLE_X, 90, 60, page=2)),
        "undo_label": Label("History", _at(MIDDLE_X + 136, 90, 60, page=2)),
        "midi_label": Label("MIDI moves macros", _at(_MIDI_X, PAGE_Y, 140, page=2)),
        "curve_label": Label("Curves of", _at(_CURVES_X + 120, 146, 50, page=3)),
    }
    for number, (name, _, _) in enumerate(AXES):
        place = _at(_SLIDER_LABEL_X, PAGE_Y + number * PITCH, 60, page=1)
        labels[f"semantic_{number + 1}_label"] = Label(name, place)
    for number in range(N_MIDI_ROWS):
        y = 51 + number * PITCH
        labels[f"midi_{number + 1}_label"] = Label(str(number + 1), _at(_MIDI_X, y, 16, page=2))
        labels[f"midi_{number + 1}_to_label"] = Label("moves", _at(_MIDI_X + 112, y, 40, page=2))
    return labels


#: Text beside the controls of each device.
LABELS: Mapping[str, Mapping[str, Label]] = {
    "Flow Synth": {
        **_core_labels(),
        "octave_label": Label("Notes", _at(EDGE_X, 47, (_VOICE_WIDTH - 4) // 2)),
    },
    "Flow Control": {
        **_core_labels(),
        "target_label": Label("Target", _at(EDGE_X, MARGIN, 56)),
    },
    "Flow Recorder": {"length": Label("0.0 s of 6.0 s", LENGTH)},
}
WIDTHS: Mapping[str, int] = {
    "Flow Synth": SYNTH_WIDTH,
    "Flow Control": CONTROL_WIDTH,
    "Flow Recorder": RECORDER_WIDTH,
}
