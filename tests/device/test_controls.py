import re
from collections import Counter
from pathlib import Path

import pytest
from control import Control, Kind, Visibility
from control_page import control_page, listed
from controls import AXES, DEVICES, MIDI_SOURCES, MODELS, PAGES, banks
from layout import PLACES

from flow_synth.tag import AXES as TAG_AXES

ROOT = Path(__file__).parents[2]
EVERY = [(device, control) for device, controls in DEVICES.items() for control in controls]


@pytest.mark.parametrize("device", DEVICES)
def test_names_are_unique(device: str) -> None:
    controls = DEVICES[device]
    for names in ([each.id for each in controls], [each.long_name for each in controls]):
        assert not [name for name, count in Counter(names).items() if count > 1]


@pytest.mark.parametrize(("device", "control"), EVERY)
def test_a_control_says_what_it_does(device: str, control: Control) -> None:
    assert control.info.endswith((".", "!"))
    assert control.title
    assert control.minimum <= control.initial <= max(control.maximum, len(control.choices) - 1)


@pytest.mark.parametrize("device", DEVICES)
def test_a_bank_holds_what_live_can_automate(device: str) -> None:
    banked = [name for bank in banks(device) for name in bank.parameters]
    automated = [
        each.long_name
        for each in DEVICES[device]
        if each.is_parameter and each.visibility == Visibility.AUTOMATED
    ]
    assert len(banked) == len(set(banked))
    assert set(automated) <= set(banked)
    hidden = {each.long_name for each in DEVICES[device] if each.visibility == Visibility.HIDDEN}
    assert not hidden & set(banked)


@pytest.mark.parametrize("device", DEVICES)
def test_every_control_has_its_place(device: str) -> None:
    assert {each.id for each in DEVICES[device]} == set(PLACES[device])


def test_buttons_are_hidden_from_live() -> None:
    buttons = {each for _, each in EVERY if each.kind == Kind.BUTTON}
    assert {each.visibility for each in buttons} == {Visibility.HIDDEN}


def test_axes_are_those_of_the_models() -> None:
    words = [(axis.name, axis.low, axis.high) for axis in TAG_AXES]
    assert [(name.lower(), low, high) for name, low, high in AXES] == words


def test_models_are_those_shipped() -> None:
    shipped = (ROOT / "python/flow_synth/shipped").glob("*.flow.ts")
    assert sorted(MODELS) == sorted(path.name.removesuffix(".flow.ts") for path in shipped)


def test_menus_have_the_items_that_the_script_knows() -> None:
    by_id = {control.id: control for _, control in EVERY}
    text = (ROOT / "m4l_device/javascript/choices.js").read_text("utf-8")
    items = {
        name: tuple(re.findall(r'"([^"]*)"', inside))
        for name, inside in re.findall(r"^const ([A-Z_]+) = \[([^\]]*)\]", text, re.MULTILINE)
    }
    assert items == {
        "MODELS": MODELS,
        "MAP_FILTERS": by_id["map_tag"].choices,
        "MAP_COLOURS": by_id["map_colour"].choices,
        "PAGES": PAGES,
        "PATH_KINDS": by_id["path_kind"].choices,
        "PATH_LOOPS": by_id["path_loop"].choices,
        "PATH_LENGTHS": by_id["path_length"].choices,
        "BLEND_SPACES": by_id["blend_space"].choices,
        "MIDI_SOURCES": MIDI_SOURCES,
        "HOSTS": by_id["host"].choices,
    }


def test_the_page_of_controls_has_all_of_them() -> None:
    assert listed() == {control.id for _, control in EVERY}


def test_the_page_of_controls_is_up_to_date() -> None:
    written = (ROOT / "docs/live.md").read_text("utf-8")
    assert written == control_page(), "run: python m4l_device/control_page.py docs/live.md"
