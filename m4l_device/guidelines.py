"""Ableton's production guidelines for Max for Live devices, as far as a machine can check them.

Every rule says in sentences what is wrong with a patcher.

References:
    Ableton, Max for Live Production Guidelines, 2026,
    https://github.com/Ableton/maxdevtools/tree/main/m4l-production-guidelines
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from control import Modulation, ParameterType, Visibility
from patcher import FONT, HEIGHT, Rectangle
from patcher_file import Attributes, PatcherFile, label, words

#: Live's font takes about so many pixels for a letter of ten points.
LETTER_WIDTH = 5.3
#: What a device may not do: write into Max's console, or bypass Live's track.
_FORBIDDEN = ("print", "dac~", "adc~", "ezdac~", "ezadc~", "node.script", "jweb", "loadbang")
#: They order by time what a trigger orders by itself.
_LATE = ("delay", "pipe", "deferlow")
_AUTO_INDEX = re.compile(r"\[\d+\]$|^live\.")
_GENERIC = re.compile(r"val\d+")


def guideline_faults(patcher: PatcherFile) -> list[str]:
    """All that is wrong."""
    rules: tuple[Callable[[PatcherFile], Iterator[str]], ...] = (
        _parameter_name_faults,
        _parameter_faults,
        _info_faults,
        _button_faults,
        _rectangle_faults,
        _overlap_faults,
        _text_faults,
        _colour_faults,
        _header_faults,
        _object_faults,
        _start_faults,
    )
    return [fault for rule in rules for fault in rule(patcher)]


def _values(patcher: PatcherFile) -> Iterator[tuple[Attributes, Attributes]]:
    """Boxes and parameters that are values of controls, and no stored data."""
    for id, parameter in patcher.parameters.items():
        if parameter["parameter_type"] not in (ParameterType.BLOB, ParameterType.FILE):
            yield patcher.by_id[id], parameter


def _parameter_name_faults(patcher: PatcherFile) -> Iterator[str]:
    seen: set[str] = set()
    for id, parameter in patcher.parameters.items():
        long_name = str(parameter["parameter_longname"])
        if _AUTO_INDEX.search(long_name):
            yield f"'{long_name}' is a name that Max gave; say what the control does"
        if long_name in seen:
            yield f"two parameters are called '{long_name}'; Live stores values by this name"
        seen.add(long_name)
        box = patcher.by_id[id]
        if not box.get("presentation") or not box.get("showname", 1):
            continue
        width = box["presentation_rect"][2]
        short_name = str(parameter["parameter_shortname"])
        if box["maxclass"] in ("live.dial", "live.text", "live.drop", "live.gain~") and (
            len(short_name) * LETTER_WIDTH > width
        ):
            yield f"short name '{short_name}' does not fit into {width:g} pixels"


def _parameter_faults(patcher: PatcherFile) -> Iterator[str]:
    for _, parameter in _values(patcher):
        name = parameter["parameter_longname"]
        kind, visibility = parameter["parameter_type"], parameter.get("parameter_invisible", 0)
        if not parameter.get("parameter_initial_enable") or "parameter_initial" not in parameter:
            yield f"'{name}' has no initial value"
        if "parameter_unitstyle" not in parameter:
            yield f"'{name}' has no unit, so that Live prints it as a whole number"
        if kind == ParameterType.ENUM and any(map(_GENERIC.match, parameter["parameter_enum"])):
            yield f"the choices of '{name}' are {parameter['parameter_enum']}; say what they are"
        if kind != ParameterType.ENUM:
            yield from _range_faults(parameter)
        wanted = {
            ParameterType.FLOAT: Modulation.BIPOLAR,
            ParameterType.INT: Modulation.ABSOLUTE,
        }.get(kind, Modulation.NONE)
        if visibility != Visibility.AUTOMATED:
            wanted = Modulation.NONE
        if parameter.get("parameter_modmode") != wanted:
            yield (
                f"'{name}' has modulation mode {parameter.get('parameter_modmode')}, "
                f"and should have {int(wanted)} ({wanted.name.lower()})"
            )


def _range_faults(parameter: Mapping[str, Any]) -> Iterator[str]:
    low, high = parameter["parameter_mmin"], parameter["parameter_mmax"]
    name, initial = parameter["parameter_longname"], parameter.get("parameter_initial", [low])[0]
    if not low <= initial <= high:
        yield f"'{name}' begins at {initial}, beyond {low} to {high}"
    if parameter["parameter_type"] == ParameterType.INT and high - low > 255:
        yield f"'{name}' has {high - low + 1:g} whole values, and Live can have 256"


def _info_faults(patcher: PatcherFile) -> Iterator[str]:
    for box in patcher.shown:
        if "parameter_enable" not in box or box["maxclass"] == "v8ui":
            continue
        for key in ("annotation", "annotation_name"):
            if not str(box.get(key, "")).strip():
                yield f"'{label(box)}' has no {key} for the Info View"


def _button_faults(patcher: PatcherFile) -> Iterator[str]:
    for box in patcher.boxes:
        if box["maxclass"] == "live.text":
            parameter = patcher.parameters[str(box["id"])]
            if box.get("outputmode") != 1:
                yield f"'{label(box)}' acts when the mouse is pressed; Live's buttons do later"
            if box.get("mode") == 0 and parameter["parameter_invisible"] != Visibility.HIDDEN:
                yield f"'{label(box)}' is a button and is not hidden: pressing it floods undo"
        if box["maxclass"] == "live.tab" and box.get("livemode") != 1:
            yield f"'{label(box)}' is not in Live mode"


def _rectangle(box: Attributes) -> Rectangle:
    return Rectangle(*(int(each) for each in box["presentation_rect"]))


def _rectangle_faults(patcher: PatcherFile) -> Iterator[str]:
    boxes = list(patcher.shown)
    for box in boxes:
        numbers = box["presentation_rect"]
        if any(number != int(number) for number in numbers):
            yield f"'{label(box)}' lies at {numbers}, not at whole pixels"
    rectangles = {label(box): _rectangle(box) for box in boxes}
    width = patcher.patcher["openrect"][2]
    for name, rectangle in rectangles.items():
        if rectangle.y < 0 or rectangle.bottom > HEIGHT:
            yield f"'{name}' ends at row {rectangle.bottom}; Live shows {HEIGHT}"
    left = min(rectangle.x for rectangle in rectangles.values())
    right = width - max(rectangle.right for rectangle in rectangles.values())
    if left != right:
        yield f"the device has {left} pixels of margin on the left and {right:g} on the right"


def _overlap_faults(patcher: PatcherFile) -> Iterator[str]:
    pages = patcher.pages or ({},)
    for number, page in enumerate(pages):
        seen: list[Attributes] = []
        for box in patcher.shown:
            if not page.get(str(box.get("varname")), True):
                continue
            for other in seen:
                if _rectangle(box).overlaps(_rectangle(other)):
                    yield f"'{label(box)}' covers '{label(other)}' on page {number}"
            seen.append(box)


def _text_faults(patcher: PatcherFile) -> Iterator[str]:
    for box in patcher.boxes:
        if "\t" in str(box.get("text", "")):
            yield f"'{label(box)}' has a tab, whose width every system chooses itself"
        if box.get("fontname", FONT) != FONT:
            yield f"'{label(box)}' is written in {box['fontname']}; Live's font is {FONT}"
        if box["maxclass"] == "live.comment":
            width = box["presentation_rect"][2]
            letter_width = LETTER_WIDTH * float(box.get("fontsize", 10)) / 10
            if len(str(box["text"])) * letter_width > width + letter_width:
                yield f"the text '{box['text']}' does not fit into {width:g} pixels"


def _colour_faults(patcher: PatcherFile) -> Iterator[str]:
    for box in patcher.shown:
        expressions = box.get("saved_attribute_attributes", {})
        for key in box:
            if "color" in key and not expressions.get(key, {}).get("expression"):
                yield f"'{label(box)}' has a {key} of its own, which no theme changes"
        for key, value in expressions.items():
            if key != "valueof" and not value["expression"].startswith("themecolor.live_"):
                yield f"'{label(box)}' has {key} {value['expression']}, no colour of Live's themes"


def _header_faults(patcher: PatcherFile) -> Iterator[str]:
    header = patcher.patcher
    if header.get("openinpresentation") != 1:
        yield "the device does not open in presentation mode"
    if header["openrect"] != [0.0, 0.0, header.get("devicewidth"), float(HEIGHT)]:
        yield f"the device opens at {header['openrect']}, not at its width and {HEIGHT} pixels"
    if not header.get("minimum_live_version"):
        yield "the device does not say which Live it needs"
    if header.get("default_fontname") != FONT:
        yield f"the device is written in {header.get('default_fontname')}; Live's font is {FONT}"
    hears_midi = any(True for _ in patcher.objects("midiin"))
    if hears_midi and header.get("is_mpe") != 1:
        yield "the device hears MIDI, and does not tell Live that it knows MPE"


def _object_faults(patcher: PatcherFile) -> Iterator[str]:
    for box in patcher.boxes:
        name = words(box)[0] if words(box) else str(box["maxclass"])
        if name in _FORBIDDEN:
            yield f"'{name}' has no place in a device"
    if len(list(patcher.objects("live.thisdevice"))) != 1:
        yield "a device has one live.thisdevice"


def _start_faults(patcher: PatcherFile) -> Iterator[str]:
    """What is reached from `live.thisdevice` before anything else happens."""
    waiting = [str(box["id"]) for box in patcher.objects("live.thisdevice")]
    reached: set[str] = set()
    while waiting:
        id = waiting.pop()
        box = patcher.by_id[id]
        name = (words(box) or [""])[0]
        if id in reached or name == "v8":
            continue
        reached.add(id)
        if name in _LATE:
            yield f"'{name}' puts off what happens on load; order it by a trigger"
        waiting += [cord.target for cord in patcher.cords if cord.source == id]
