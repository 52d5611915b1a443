from typing import Any

import pytest
from built_for_tests import Break, box, broken, parameter
from guidelines import guideline_faults

SYNTH = "Flow Synth"


def move(name: str, **changes: float) -> Break:
    """Changes the rectangle of a box: x, y, width, height."""

    def change(patcher: dict[str, Any]) -> None:
        rectangle = box(patcher, name)["presentation_rect"]
        for index, key in enumerate(("x", "y", "width", "height")):
            rectangle[index] = changes.get(key, rectangle[index])

    return change


def set_parameter(name: str, **values: object) -> Break:
    return lambda patcher: parameter(patcher, name).update(values)


def set_box(name: str, **values: object) -> Break:
    return lambda patcher: box(patcher, name).update(values)


def colour(name: str, **expressions: str) -> Break:
    def change(patcher: dict[str, Any]) -> None:
        described = box(patcher, name).setdefault("saved_attribute_attributes", {})
        described.update({key: {"expression": value} for key, value in expressions.items()})

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (set_parameter("x", parameter_longname="live.numbox[1]"), "is a name that Max gave"),
        (set_parameter("x", parameter_longname="Pad Y"), "two parameters are called 'Pad Y'"),
        (
            set_parameter("macro_1", parameter_shortname="Macro number one"),
            "short name 'Macro number one' does not fit into 44 pixels",
        ),
        (set_parameter("x", parameter_initial_enable=0), "'Pad X' has no initial value"),
        (lambda it: parameter(it, "x").pop("parameter_unitstyle"), "'Pad X' has no unit"),
        (set_parameter("ab", parameter_enum=["val1", "val2"]), "say what they are"),
        (set_parameter("x", parameter_initial=[3.0]), "'Pad X' begins at 3.0, beyond 0.0 to 1.0"),
        (set_parameter("fixed_pitch", parameter_mmax=300), "301 whole values"),
        (set_parameter("x", parameter_modmode=0), "should have 2 (bipolar)"),
        (set_parameter("octave", parameter_modmode=2), "should have 4 (absolute)"),
        (set_parameter("smooth", parameter_modmode=1), "should have 2 (bipolar)"),
        (set_box("x", annotation=""), "'x' has no annotation for the Info View"),
        (set_box("x", annotation_name=" "), "'x' has no annotation_name for the Info View"),
        (set_box("match", outputmode=0), "'match' acts when the mouse is pressed"),
        (set_parameter("match", parameter_invisible=0), "'match' is a button and is not hidden"),
        (set_box("page", livemode=0), "'page' is not in Live mode"),
        (move("x", x=600.5), "not at whole pixels"),
        (move("x", y=160), "'x' ends at row 175; Live shows 169"),
        (move("drop", x=4), "4 pixels of margin on the left and 8 on the right"),
        (move("macro_1", x=200), "covers 'macro_1' on page 1"),
        (move("match", x=60), "'match' covers 'record' on page 0"),
        (set_box("smooth_label", text="Smo\tth"), "has a tab"),
        (set_box("smooth_label", fontname="Arial"), "'smooth_label' is written in Arial"),
        (set_box("smooth_label", text="How smoothly it goes"), "does not fit into 40 pixels"),
        (set_box("smooth_label", textcolor=[1, 0, 0, 1]), "has a textcolor of its own"),
        (colour("smooth_label", textcolor="red"), "no colour of Live's themes"),
        (lambda it: it.update(openinpresentation=0), "does not open in presentation mode"),
        (lambda it: it.update(devicewidth=300.0), "the device opens at"),
        (lambda it: it.update(minimum_live_version=""), "does not say which Live it needs"),
        (lambda it: it.update(default_fontname="Arial"), "the device is written in Arial"),
        (lambda it: it.update(is_mpe=0), "does not tell Live that it knows MPE"),
        (set_box("deferlow", text="print"), "'print' has no place in a device"),
        (set_box("plugout~", text="dac~"), "'dac~' has no place in a device"),
        (set_box("metro 25", text="live.thisdevice"), "a device has one live.thisdevice"),
        (set_box("params", text="delay 100", maxclass="newobj"), "'delay' puts off"),
    ],
)
def test_what_ableton_advises_against_is_caught(change: Break, sentence: str) -> None:
    faults = guideline_faults(broken(SYNTH, change))
    assert any(sentence in fault for fault in faults), faults


def test_boxes_of_different_pages_may_lie_in_one_place() -> None:
    faults = guideline_faults(broken(SYNTH, lambda patcher: None))
    assert faults == []
