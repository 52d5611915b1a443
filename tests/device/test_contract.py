import json
import os
import re
import subprocess
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from built_for_tests import patcher_of
from call_sites import calls, literal
from contract import (
    FROM_VIEWS,
    INFO,
    N_REMOTES,
    TO_FLOW_SYNTH,
    TO_PATCH,
    TO_RECORDER,
    TO_REMOTES,
    to_script,
)
from controls import BLEND, MAP
from core_section import SCRIPTS
from guidelines import LETTER_WIDTH
from layout import LABELS, STATUS, STATUS_SIZE, VIEWS
from patcher_file import words

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "max_external/package/docs/flow_synth~.maxref.xml"
#: Says which messages a device takes: `device.js` with stand-ins for all that Max has.
LIST_HANDLERS = """
class Nothing { constructor() { this.interval = 0; } schedule() {} cancel() {} repeat() {} }
const { Device } = require("device.js");
const max = { send() {}, messnamed() {}, now: () => 0, Task: Nothing, Dict: Nothing,
  File: Nothing, LiveAPI: Nothing };
const kinds = ["synth", "control"];
const handlers = kinds.map((kind) => Object.keys(new Device(max, kind, "state").handlers));
console.log(JSON.stringify(handlers));
"""


def sources() -> str:
    """All scripts."""
    return "\n".join(path.read_text("utf-8") for path in sorted(SCRIPTS.glob("*.js")))


def evaluated(expression: str) -> object:
    """What an expression of the scripts is."""
    told = subprocess.run(
        ["node", "-p", f"JSON.stringify({expression})"],
        env={**os.environ, "NODE_PATH": str(SCRIPTS)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    value: object = json.loads(told)
    return value


@cache
def handlers() -> dict[str, set[str]]:
    """What `flow_device.js` takes in each device."""
    told = subprocess.run(
        ["node", "-e", LIST_HANDLERS],
        env={**os.environ, "NODE_PATH": str(SCRIPTS)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    synth, control = json.loads(told)
    return {"Flow Synth": set(synth), "Flow Control": set(control)}


def implemented() -> set[str]:
    """The messages that the object's table of handlers has."""
    text = (ROOT / "cpp/object/flow_object_messages.cpp").read_text("utf-8")
    return set(re.findall(r'Handler\{\s*\{"(\w+)"', text))


#: Methods that lead to `flow_synth~`, and which of their arguments is its selector.
WAYS_TO_FLOW_SYNTH = {
    "outlets.synth": 0,
    "device.go": 1,
    "device.slide": 1,
    "device.move": 0,
    "position.move": 0,
}
#: Where a selector is only passed on.
PASSING_ON = {"selector"}


def said_by_scripts(method: str, argument: int = 0) -> set[str]:
    """An argument of all calls of a method; what is no literal stands as it does in the script."""
    found = set()
    for path in SCRIPTS.glob("*.js"):
        for arguments in calls(path.read_text("utf-8"), method):
            if len(arguments) > argument:
                found.add(literal(arguments[argument]) or f"={arguments[argument]}")
    return found


def said_to_flow_synth() -> set[str]:
    """Every selector that goes to `flow_synth~`, by whichever way."""
    said = set[str]().union(
        *(said_by_scripts(method, at) for method, at in WAYS_TO_FLOW_SYNTH.items())
    )
    sound_in = (SCRIPTS / "sound_in.js").read_text("utf-8")
    said |= {literal(arguments[0]) or "" for arguments in calls(sound_in, "this.hear")}
    return said - {f"={name}" for name in PASSING_ON}


def test_flow_synth_implements_what_devices_say() -> None:
    assert set(TO_FLOW_SYNTH) <= implemented()


def test_the_reference_page_has_what_devices_say() -> None:
    methods = ElementTree.parse(REFERENCE).getroot().iter("method")
    assert set(TO_FLOW_SYNTH) <= {str(method.get("name")) for method in methods}


def test_scripts_say_all_of_it_to_flow_synth_and_nothing_else() -> None:
    # Notes do not pass through the script.
    assert said_to_flow_synth() == set(TO_FLOW_SYNTH) - {"note"}
    boxes = [words(box) for box in patcher_of("Flow Synth").boxes]
    assert ["prepend", "note"] in boxes


def test_scripts_speak_to_remotes_that_are_there() -> None:
    outlets = (SCRIPTS / "outlets.js").read_text("utf-8")
    said = [literal(words[1]) for words in calls(outlets, "this.send") if words[0] == "PLUGIN"]
    assert [each for each in said if each] == list(TO_REMOTES)
    assert evaluated('require("knob_writer.js").N_REMOTES') == N_REMOTES
    remotes = [box for box in patcher_of("Flow Control").boxes if words(box) == ["live.remote~"]]
    assert len(remotes) == N_REMOTES


def test_scripts_ask_the_recorder_as_it_listens() -> None:
    sound_in = (SCRIPTS / "sound_in.js").read_text("utf-8")
    said = {literal(words[1]) for words in calls(sound_in, "max.messnamed")}
    routes = [words(box) for box in patcher_of("Flow Recorder").boxes]
    assert said == {TO_RECORDER, "recording"}
    assert ["route", TO_RECORDER, "recording"] in routes


def test_calls_are_read_as_they_are() -> None:
    source = """
      a.go("x", y ? "b" : `c, (${d})`, [1, 2]); // b.go("no")
      a.go(
        "long", // why
        "selector",
      );
      a.go(); "a.go(1)";
    """
    assert list(calls(source, "a.go")) == [
        ['"x"', 'y ? "b" : `c, (${d})`', "[1, 2]"],
        ['"long"', '"selector"'],
        [],
    ]
    assert literal('"long"') == "long"
    assert literal('y ? "b" : "c"') is None


def test_the_script_begins_where_controls_do() -> None:
    initial = {each.id: each.initial for each in (*MAP, *BLEND)}
    path = 'new (require("map_path.js").PathClock)()'
    length = int(initial["path_length"])
    bars = evaluated(f'Number(require("choices.js").PATH_LENGTHS[{length}])')
    assert evaluated(f"{path}.nBars") == bars
    assert evaluated(f"{path}.isLooping") == bool(initial["path_loop"])
    assert evaluated('new (require("blend.js").Blend)({}).amount') == initial["mutate_amount"]


def test_scripts_speak_to_views_that_are_there() -> None:
    assert said_by_scripts("outlets.view") == set(VIEWS)


def test_scripts_speak_to_the_patch_as_it_listens() -> None:
    assert said_by_scripts("outlets.patch") == set(TO_PATCH)
    said = {
        (literal(arguments[0]), literal(arguments[1]))
        for path in SCRIPTS.glob("*.js")
        for arguments in calls(path.read_text("utf-8"), "outlets.patch")
        if len(arguments) > 1
    }
    for selector, chosen in TO_PATCH.items():
        assert {argument for name, argument in said if name == selector} - {None} == set(chosen)


@pytest.mark.parametrize("device", ["Flow Synth", "Flow Control"])
def test_the_script_takes_what_the_device_says(device: str) -> None:
    assert set(to_script(device)) <= handlers()[device]


@pytest.mark.parametrize("device", ["Flow Synth", "Flow Control"])
def test_the_device_says_what_the_script_takes(device: str) -> None:
    assert handlers()[device] <= set(to_script(device))


def test_the_object_says_the_lines_that_scripts_read() -> None:
    text = "".join(path.read_text("utf-8") for path in (ROOT / "cpp/object").glob("*.cpp"))
    words_of_object = set(re.findall(r'"(\w+)"', text))
    assert set(INFO) <= words_of_object


def test_views_say_what_the_script_knows() -> None:
    text = "\n".join(path.read_text("utf-8") for path in SCRIPTS.glob("view_*.js"))
    said = re.findall(rf'"((?:{"|".join(VIEWS)})_\w+)"', text)
    assert set(said) == set(FROM_VIEWS)


def test_a_sentence_of_the_status_line_fits() -> None:
    """Two lines of it; what is put into a sentence is about as long as how it is put there."""
    width = LABELS["Flow Synth"][STATUS].place.rectangle.width
    letters = 2 * width / (LETTER_WIDTH * STATUS_SIZE / 10)
    sentences = re.findall(r'["`]([A-Z][^"`\n]* [^"`\n]*)["`]', sources())
    assert len(sentences) > 10
    assert [sentence for sentence in sentences if len(sentence) > letters] == []
