import json
import os
import re
import subprocess
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from built_for_tests import patcher_of
from contract import FROM_LIVE, FROM_VIEWS, INFO, TO_FLOW_SYNTH, TO_PATCH, to_script
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
const max = { send() {}, messnamed() {}, Task: Nothing, Dict: Nothing, File: Nothing,
  LiveAPI: Nothing };
const kinds = ["synth", "control"];
const handlers = kinds.map((kind) => Object.keys(new Device(max, kind, "state").handlers));
console.log(JSON.stringify(handlers));
"""


def sources() -> str:
    """All scripts."""
    return "\n".join(path.read_text("utf-8") for path in sorted(SCRIPTS.glob("*.js")))


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


def said_by_scripts(method: str) -> set[str]:
    """First arguments of calls of a method of the outlets."""
    return set(re.findall(rf'\.{method}\(\s*"(\w+)"', sources()))


def test_flow_synth_implements_what_devices_say() -> None:
    assert set(TO_FLOW_SYNTH) <= implemented()


def test_the_reference_page_has_what_devices_say() -> None:
    methods = ElementTree.parse(REFERENCE).getroot().iter("method")
    assert set(TO_FLOW_SYNTH) <= {str(method.get("name")) for method in methods}


def test_scripts_say_nothing_else_to_flow_synth() -> None:
    assert said_by_scripts("synth") <= set(TO_FLOW_SYNTH)
    # Those that move the sound go through the history.
    moving = set(re.findall(r'\.(?:go|slide|move|hear)\(\s*(?:"\w+",\s*)?"(\w+)"', sources()))
    assert moving <= set(TO_FLOW_SYNTH)


def test_scripts_say_all_of_it() -> None:
    text = sources()
    unsaid = {each for each in TO_FLOW_SYNTH if f'"{each}"' not in text}
    assert unsaid == {"note"}
    boxes = [words(box) for box in patcher_of("Flow Synth").boxes]
    assert ["prepend", "note"] in boxes


def test_scripts_speak_to_views_that_are_there() -> None:
    assert said_by_scripts("view") == set(VIEWS)


def test_scripts_speak_to_the_patch_as_it_listens() -> None:
    assert said_by_scripts("patch") == set(TO_PATCH)
    for selector, argument in re.findall(r'\.patch\(\s*"(\w+)",\s*"(\w+)"', sources()):
        assert argument in TO_PATCH[selector]


@pytest.mark.parametrize("device", ["Flow Synth", "Flow Control"])
def test_the_script_takes_what_the_device_says(device: str) -> None:
    assert set(to_script(device)) <= handlers()[device]


@pytest.mark.parametrize("device", ["Flow Synth", "Flow Control"])
def test_the_device_says_what_the_script_takes(device: str) -> None:
    assert handlers()[device] - {"drop", *FROM_LIVE} <= set(to_script(device))


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
