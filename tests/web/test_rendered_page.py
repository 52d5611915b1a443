"""The explorer's controls and keys over a plug-in that the server plays, in Chromium."""

import time
from collections.abc import Iterator

import numpy as np
import pytest
from explorer_browser import Explorer, Server
from numpy.typing import NDArray
from page_browser import (
    AXE,
    DESKTOP,
    PHONE,
    ROOT,
    Scheme,
    judge,
    new_page,
    opened_browser,
    tab_to,
)
from page_sound import MOST_MSS_DB, SILENCE, distance_db, from_onset, heard_note
from playwright.sync_api import Browser, Page, expect

from flow_synth.library import FlowSynth
from flow_synth.synth import Note

pytestmark = pytest.mark.slow

MODEL = "amsynth-32"
PICTURES = ROOT / "build" / "reports" / "rendered"
#: Of knobs: the core computes them in the page, LibTorch in Python.
UNITS = 1e-4
N_MOVES = 200
#: Knobs that are still for so long are heard.
REST_SECONDS = 0.12
#: A held key fades in a tenth of a second; audio threads of busy machines fall behind.
FADED_MS = 600
_UNITS = """(rows) => rows.map((row) => Number(row.style.getPropertyValue("--unit")))"""
_IS_SILENT = f"heard.slice(-2000).every((one) => Math.abs(one) <= {SILENCE})"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with opened_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(model=MODEL) as server:
        yield server


@pytest.fixture(scope="module")
def flow_synth() -> FlowSynth:
    return FlowSynth.load(MODEL)


@pytest.fixture
def explorer(browser: Browser, server: Server) -> Iterator[Explorer]:
    """The page with its controls on; its console says nothing bad until the test is over."""
    explorer = Explorer(new_page(browser), server.address)
    explorer.page.click("[data-switch]")
    explorer.wait_for("step", "the beginning")
    explorer.settle()
    yield explorer
    assert explorer.errors == []
    explorer.page.context.close()


def units(explorer: Explorer) -> NDArray[np.float32]:
    """Of the last step."""
    return np.array(explorer.steps()[-1]["units"], np.float32)


def shown_units(page: Page) -> NDArray[np.float32]:
    """Of all knobs, where the page shows them."""
    return np.array(page.eval_on_selector_all("[data-knob]", _UNITS), np.float32)


def wait_for_silence(page: Page) -> None:
    page.wait_for_function(f"() => heard.length > 2000 && {_IS_SILENT}")


def test_a_dial_and_a_slider_move_the_knobs_as_python_does(
    explorer: Explorer, flow_synth: FlowSynth
) -> None:
    page, description = explorer.page, flow_synth.description
    z = flow_synth.locate(units(explorer))
    page.focus("[data-macro='1']")
    page.keyboard.press("Home")
    explorer.wait_for("step", "Step 2 of 2: moved by hand.")
    first = description.order[0]
    z[first] = description.latent[first].minimum
    snap = flow_synth.synth.table.snap
    np.testing.assert_allclose(snap(units(explorer)), flow_synth.decode(z), atol=UNITS)
    page.focus("[data-slider] >> nth=0")
    page.keyboard.press("End")
    explorer.wait_for("step", "Step 3 of 3: moved by hand.")
    z += 3 * np.array(description.semantic_axes[0].direction, np.float32)
    np.testing.assert_allclose(snap(units(explorer)), flow_synth.decode(z), atol=UNITS)
    np.testing.assert_allclose(shown_units(page), units(explorer), atol=UNITS)
    page.click("[data-undo]")
    explorer.wait_for("step", "Step 2 of 3")
    expected = explorer.steps()[1]["units"]
    page.wait_for_function(
        "(expected) => [...document.querySelectorAll('[data-knob]')].every((row, index) => "
        "Math.abs(Number(row.style.getPropertyValue('--unit')) - expected[index]) < 1e-4)",
        arg=expected,
    )


def test_a_key_sounds_as_python_plays_it_and_at_once_the_second_time(
    explorer: Explorer, flow_synth: FlowSynth
) -> None:
    page = explorer.page
    page.focus("[data-macro='1']")
    page.keyboard.press("Home")
    explorer.wait_for("step", "moved by hand")
    explorer.settle()
    played = flow_synth.synth.render(units(explorer), Note(67))[0]
    assert distance_db(from_onset(played)[: 3 * 44100], heard_note(page, "g")) <= MOST_MSS_DB
    asked = explorer.notes()
    assert distance_db(from_onset(played)[: 3 * 44100], heard_note(page, "g")) <= MOST_MSS_DB
    assert asked == []
    page.keyboard.press("x")
    heard = heard_note(page, "g")
    assert [one["note"] for one in asked] == [79]
    played = flow_synth.synth.render(units(explorer), Note(79))[0]
    assert distance_db(from_onset(played)[: 3 * 44100], heard) <= MOST_MSS_DB


def test_a_key_that_comes_up_ends_its_note(explorer: Explorer) -> None:
    page = explorer.page
    wait_for_silence(page)
    key = page.get_by_role("button", name="C3", exact=True)
    key.hover()
    page.evaluate("() => { heard.length = 0; }")
    page.mouse.down()
    page.wait_for_function("() => heard.some((one) => Math.abs(one) > 0.01)")
    page.mouse.up()
    page.wait_for_timeout(FADED_MS)
    wait_for_silence(page)


def test_a_drag_asks_for_few_notes_and_ends_with_the_one_where_it_rests(
    explorer: Explorer,
) -> None:
    page = explorer.page
    dial = page.locator("[data-macro='1']")
    dial.scroll_into_view_if_needed()
    box = dial.bounding_box()
    assert box
    x, y = box["x"] + 8, box["y"] + box["height"] / 2
    asked = explorer.notes()
    page.mouse.move(x, y)
    begun = time.monotonic()
    page.mouse.down()
    page.mouse.move(x + box["width"] - 16, y, steps=N_MOVES)
    seconds = time.monotonic() - begun
    explorer.wait_for("step", "moved by hand")
    page.mouse.up()
    page.wait_for_timeout(1000)
    # At its begin and its end, and wherever a busy machine lets it rest.
    assert 1 <= len(asked) <= 2 + seconds / REST_SECONDS
    assert len(asked) < N_MOVES / 4
    np.testing.assert_allclose(asked[-1]["units"], units(explorer), atol=UNITS)


def test_the_morph_ends_at_the_states_that_key_v_plays(explorer: Explorer) -> None:
    page = explorer.page
    page.click("[data-keep=a]")
    expect(page.locator("[data-flip=a]")).to_have_attribute("aria-pressed", "true")
    page.focus("[data-macro='1']")
    page.keyboard.press("Home")
    explorer.wait_for("step", "Step 2 of 2: moved by hand.")
    expect(page.locator("[data-flip=a]")).to_have_attribute("aria-pressed", "false")
    page.click("[data-keep=b]")
    explorer.wait_for("status", "Both ends are kept")
    explorer.settle()
    a, b = (np.array(step["units"]) for step in explorer.steps())
    asked = explorer.notes()
    for side, end in (("a", a), ("b", b), ("a", a)):
        page.keyboard.press("v")
        expect(page.locator(f"[data-flip={side}]")).to_have_attribute("aria-pressed", "true")
        page.wait_for_timeout(300)
        np.testing.assert_allclose(shown_units(page), end, atol=UNITS)
    # They were heard before.
    explorer.settle()
    assert asked == []
    page.wait_for_timeout(1000)
    page.fill("[data-morph]", "0.5")
    page.wait_for_timeout(1000)
    assert min(np.abs(units(explorer) - end).max() for end in (a, b)) > UNITS
    for share, end in (("1", b), ("0", a)):
        page.fill("[data-morph]", share)
        page.wait_for_timeout(1000)
        np.testing.assert_allclose(units(explorer), end, atol=UNITS)
    page.click("[data-undo]")
    page.wait_for_timeout(500)
    np.testing.assert_allclose(shown_units(page), b, atol=UNITS)


def test_keys_alone_are_enough(explorer: Explorer) -> None:
    page = explorer.page
    tab_to(page, "slider", "macro 2")
    page.keyboard.press("Home")
    explorer.wait_for("step", "moved by hand")
    tab_to(page, "button", "Keep as A")
    page.keyboard.press("Enter")
    tab_to(page, "button", "Hear A")
    page.keyboard.press("Space")
    tab_to(page, "button", "Reset")
    page.keyboard.press("Enter")
    explorer.wait_for("step", "a reset")
    tab_to(page, "button", "C4")
    wait_for_silence(page)
    page.keyboard.down("Enter")
    page.wait_for_function("() => heard.slice(-2000).some((one) => Math.abs(one) > 0.01)")
    page.keyboard.up("Enter")
    wait_for_silence(page)


def test_locked_knobs_stay_where_they_are(explorer: Explorer) -> None:
    page = explorer.page
    before = units(explorer)
    page.click("[data-choose-locks]")
    page.keyboard.press("Space")
    explorer.wait_for("locked", "1 knob is locked.")
    page.focus("[data-slider] >> nth=0")
    page.keyboard.press("End")
    explorer.wait_for("step", "moved by hand")
    after = units(explorer)
    assert after[0] == pytest.approx(before[0], abs=UNITS)
    assert not np.allclose(before, after, atol=0.02)
    page.reload()
    explorer.wait_for("locked", "1 knob is locked.")
    np.testing.assert_allclose(shown_units(page), after, atol=UNITS)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(
    browser: Browser, server: Server, size: tuple[int, int], scheme: Scheme
) -> None:
    page = new_page(browser, size, scheme)
    page.context.add_init_script(path=AXE)
    explorer = Explorer(page, server.address)
    page.click("[data-switch]")
    explorer.wait_for("step", "the beginning")
    page.click("[data-keep=a]")
    expect(page.locator("[data-flip=a]")).to_be_enabled()
    page.evaluate("() => scrollTo(0, 0)")
    page.screenshot(path=PICTURES / f"{size[0]}-{scheme}.png", full_page=True)
    judge(page)
    assert explorer.errors == []
    page.context.close()
