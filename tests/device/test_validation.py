import json
from collections.abc import Callable
from typing import Any

import pytest
from amxd import FROZEN_FLAGS, Container, DeviceKind, Entry, freeze, pack, unpack
from built_for_tests import Break, box, broken, built, parameter, patcher_of
from validation import file_faults, message_faults, patcher_faults

SYNTH = "Flow Synth"


def cord(patcher: dict[str, Any], number: int) -> dict[str, Any]:
    line: dict[str, Any] = patcher["lines"][number]["patchline"]
    return line


def say(text: str, target: str) -> Break:
    """Adds a message box that is connected to an object."""

    def change(patcher: dict[str, Any]) -> None:
        added = {
            "id": "obj-new",
            "maxclass": "message",
            "text": text,
            "numinlets": 2,
            "numoutlets": 1,
            "outlettype": [""],
        }
        patcher["boxes"].append({"box": added})
        line = {"source": ["obj-new", 0], "destination": [box(patcher, target)["id"], 0]}
        patcher["lines"].append({"patchline": line})

    return change


def rename(old: str, new: str) -> Break:
    return lambda patcher: box(patcher, old).update(text=new)


def bank(patcher: dict[str, Any]) -> list[str]:
    names: list[str] = patcher["parameters"]["parameterbanks"]["0"]["parameters"]
    return names


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda it: box(it, "macro_1").update(id="obj-1"), "2 boxes have the id 'obj-1'"),
        (lambda it: box(it, "x").update(varname="y"), "2 boxes have the varname 'y'"),
        (rename("savedialog", "savedialogue"), "the object 'savedialogue' is not in objects.py"),
        (
            lambda it: box(it, "midiin").update(numoutlets=3),
            "'midiin' says 1 inlets and 3 outlets",
        ),
        (lambda it: box(it, "macro_1").update(outlettype=[""]), "'macro_1' says 1 inlets"),
        (lambda it: cord(it, 0).update(source=["obj-9999", 0]), "a cord goes from obj-9999"),
        (lambda it: cord(it, 0).update(destination=["obj-2", 7]), "a cord enters inlet 7"),
        (lambda it: cord(it, 0)["source"].__setitem__(1, 99), "a cord leaves outlet 99"),
        (
            lambda it: it["lines"].append({"patchline": dict(cord(it, 0))}),
            "has 2 listeners in no order; put a trigger between",
        ),
        (
            lambda it: parameter(it, "x").update(parameter_longname="Z"),
            "parameter 'Z' is registered",
        ),
        (
            lambda it: it["parameters"].__setitem__("obj-1", ["Ghost", "Ghost", 0]),
            "obj-1 is registered as ['Ghost', 'Ghost', 0], and no box is this parameter",
        ),
        (lambda it: bank(it).pop(), "bank 'Macros' has 7 places, and needs eight"),
        (lambda it: bank(it).__setitem__(0, "Nobody"), "a bank names 'Nobody'"),
        (lambda it: bank(it).__setitem__(0, "-"), "'Macro 1' is in 0 banks"),
        (lambda it: bank(it).__setitem__(0, "Macro 2"), "'Macro 2' is in 2 banks"),
        (rename("buffer~ ---sound", "buffer~ sound"), "'buffer~ sound' is shared by all devices"),
        (rename("r flow_recorder", "r ---lonely"), "'---lonely' is sent and not received"),
        (lambda it: box(it, "macro_1").update(hidden=0), "'macro_1' should be hidden at first"),
        (lambda it: box(it, "map_tag").update(hidden=1), "'map_tag' should be seen at first"),
        (lambda it: box(it, "freeze").update(varname="thaw"), "page 0 shows or hides 'freeze'"),
    ],
)
def test_a_broken_patcher_is_caught(change: Break, sentence: str) -> None:
    faults = patcher_faults(broken(SYNTH, change))
    assert any(sentence in fault for fault in faults), faults


def test_pages_speak_of_the_same_boxes() -> None:
    def change(patcher: dict[str, Any]) -> None:
        message = next(
            each["box"]
            for each in reversed(patcher["boxes"])
            if "script show" in each["box"].get("text", "")
        )
        message["text"] = message["text"].partition(", ")[2]

    assert any("page 3 does not say" in each for each in patcher_faults(broken(SYNTH, change)))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (say("dance 3", "v8 flow_device.js ---state synth"), "the device sends 'dance'"),
        (rename("prepend macro_3", "prepend macro_33"), "nowhere the device sends 'macro_3'"),
        (rename("prepend params", "prepend z"), "the device sends 'z', of which nothing is known"),
        (rename("vst_params", "names"), "nowhere the device sends 'vst_params'"),
        (
            rename("route map candidates presets knobs curves xy", "route map presets"),
            "nowhere the device routes from outlet 2 'candidates'",
        ),
        (
            rename(
                "route notes page save_dialog sound state",
                "route notes page save_dialog sound state dance",
            ),
            "the device routes from outlet 4 'dance'",
        ),
    ],
)
def test_a_message_that_nobody_knows_is_caught(change: Break, sentence: str) -> None:
    faults = message_faults(broken(SYNTH, change), SYNTH)
    assert any(sentence in fault for fault in faults), faults


def test_a_device_without_its_script_is_caught() -> None:
    change = rename("v8 flow_device.js ---state synth", "prepend x")
    assert message_faults(broken(SYNTH, change), SYNTH) == ["Flow Synth has no script"]


def rewritten(change: Break) -> bytes:
    """The text of a device after a change."""
    return json.dumps({"patcher": broken(SYNTH, change).patcher}).encode() + b"\n\0"


def unchanged(patcher: dict[str, Any]) -> None:
    pass


@pytest.mark.parametrize(
    ("text", "kind", "flags", "sentence"),
    [
        (rewritten(unchanged), DeviceKind.AUDIO_EFFECT, 0, "project.amxdtype is 1768515945"),
        (rewritten(lambda it: it.pop("project")), DeviceKind.INSTRUMENT, 0, "amxdtype is None"),
        (rewritten(unchanged), DeviceKind.INSTRUMENT, 7, "meta is 7, and should be 0"),
        (rewritten(unchanged) + b"\0", DeviceKind.INSTRUMENT, 0, "does not end with its one NUL"),
        (rewritten(unchanged)[:-1], DeviceKind.INSTRUMENT, 0, "does not end with its one NUL"),
        (b"{oops\0", DeviceKind.INSTRUMENT, 0, "the patcher is no JSON of Max"),
    ],
)
def test_a_wrong_file_is_caught(text: bytes, kind: DeviceKind, flags: int, sentence: str) -> None:
    faults = file_faults(pack(Container(kind, text, flags)))
    assert any(sentence in fault for fault in faults), faults


def test_what_is_no_device_is_caught() -> None:
    assert file_faults(b"RIFF") == [
        "4 bytes after the last chunk are too few for another; copy the file again"
    ]


def files_of(patcher_text: bytes) -> list[Entry]:
    names = [str(each["name"]) for each in patcher_of(SYNTH).patcher["dependency_cache"]]
    external = ("flow_synth~/zipfile", "flow_synth~/executable", "flow_synth~/plist")
    return [Entry.of(name, b"") for name in (*names, *external, "flow_synth~.mxe64")]


def frozen_with(change: Callable[[list[Entry]], object]) -> bytes:
    text = unpack(built(SYNTH)).patcher_text
    files = files_of(text)
    change(files)
    body = freeze(text, "Flow Synth.amxd", files)
    return pack(Container(DeviceKind.INSTRUMENT, body, FROZEN_FLAGS))


def test_a_whole_frozen_device_is_clean() -> None:
    assert file_faults(frozen_with(lambda files: None)) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda files: files.remove(Entry.of("flow_map.js", b"")),
            "the frozen device needs 'flow_map.js', which is not in it",
        ),
        (
            lambda files: files.append(Entry.of("holiday.png", b"")),
            "'holiday.png' is in the frozen device, and nothing needs it",
        ),
        (
            lambda files: files.remove(Entry.of("flow_synth~.mxe64", b"")),
            "the external 'flow_synth~' is frozen without its part 'flow_synth~.mxe64'",
        ),
        (
            lambda files: files.append(Entry("blend.txt", b"", b"TEXT", flag=0x11)),
            "and it alone, has the flag 0x11",
        ),
    ],
)
def test_a_frozen_device_with_too_little_or_too_much_is_caught(
    change: Callable[[list[Entry]], object], sentence: str
) -> None:
    faults = file_faults(frozen_with(change))
    assert any(sentence in fault for fault in faults), faults
