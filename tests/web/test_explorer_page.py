"""The explorer, used as a person would: Chromium, the real server and the shipped model."""

import base64
import json
import signal
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from explorer_browser import EXAMPLES, Explorer, Server
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
from page_sound import MOST_MSS_DB, distance_db, from_onset, heard_note
from playwright.sync_api import Browser, Locator, Page, expect

from flow_synth.library import FlowSynth
from flow_synth.synth import Note

pytestmark = pytest.mark.slow

PICTURES = ROOT / "build" / "reports" / "explorer"
MOST_LOAD_SECONDS = 2.0
MOST_BYTES = 1_500_000
_ADD_INPUT = """() => document.body.append(
  Object.assign(document.createElement("input"), { type: "file", id: "other" })
)"""
#: Drops what an input that is not of the page holds, and takes the input away.
_DROP_CHOSEN = """() => {
  const input = document.querySelector("#other");
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(input.files[0]);
  input.remove();
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
}"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with opened_browser() as browser:
        yield browser


@pytest.fixture
def explorer(browser: Browser, server: Server) -> Iterator[Explorer]:
    """The page, of which the console says nothing bad until the test is over."""
    explorer = Explorer(new_page(browser), server.address)
    yield explorer
    assert explorer.errors == []
    explorer.page.context.close()


def test_the_page_is_there_soon_and_small(browser: Browser, server: Server) -> None:
    page = new_page(browser)
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    begun = time.monotonic()
    Explorer(page, server.address)
    assert time.monotonic() - begun <= MOST_LOAD_SECONDS
    assert sum(sizes) <= MOST_BYTES
    page.context.close()


def test_a_sound_is_dropped_matched_heard_and_chosen(explorer: Explorer) -> None:
    page = explorer.page
    content = (EXAMPLES / "trumpet.flac").read_bytes()
    explorer.drop("trumpet.flac", base64.b64encode(content).decode())
    explorer.wait_for("sound-status", "trumpet.flac: 4.0 s, pitch G4.")
    explorer.match(candidates=3)
    explorer.wait_for("match-status", "Done")
    lines = page.locator(".candidate")
    assert lines.count() == 3
    percents = [int(text.split()[0]) for text in lines.locator("b").all_inner_texts()]
    assert all(0 < percent < 100 for percent in percents)

    original, candidate = (page.locator(f"[data-hear={side}]") for side in "ab")
    page.get_by_role("button", name="Hear candidate 2").click()
    expect(candidate).to_have_text("Candidate 2")
    expect(candidate).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("b")
    expect(original).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("b")
    expect(candidate).to_have_attribute("aria-pressed", "true")

    explorer.choose(2)
    assert explorer.steps()[-1]["label"] == "candidate 2 for trumpet.flac"


def test_what_is_heard_is_what_python_plays(explorer: Explorer) -> None:
    page = explorer.page
    explorer.matched("trumpet.flac")
    explorer.choose()
    page.locator("h1").click()
    heard = heard_note(page)
    units = np.array(explorer.steps()[-1]["units"], np.float32)
    played = FlowSynth.load("builtin").synth.render(units, Note())[0][: Note().held_samples]
    assert distance_db(from_onset(played), heard) <= MOST_MSS_DB


def test_every_kind_of_control_moves_the_knobs(explorer: Explorer) -> None:
    page = explorer.page
    page.click("[data-switch]")
    explorer.wait_for("step", "the beginning")
    # The defaults lie far out: a dial that stands at its end has one way to go.
    page.focus("[data-macro='1']")
    page.keyboard.press("Home")
    explorer.wait_for("step", "Step 2 of 2: moved by hand.")
    page.focus("[data-slider] >> nth=0")
    page.keyboard.press("End")
    explorer.wait_for("step", "Step 3 of 3: moved by hand.")
    page.click("[data-keep=a]")
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    explorer.wait_for("step", "on the map")
    page.click("[data-keep=b]")
    page.fill("[data-morph]", "0.5")
    explorer.wait_for("step", "Step 5 of 5: moved by hand.")
    page.click("[data-vary]")
    explorer.wait_for("step", "Step 6 of 6: a mutation.")
    page.click("[data-reset]")
    explorer.wait_for("step", "Step 7 of 7: a reset.")
    units = [step["units"] for step in explorer.steps()]
    assert all(one != other for one, other in pairwise(units))
    np.testing.assert_allclose(units[-1], units[0], atol=1e-4)


def test_whatever_is_asked_for_soon_after_another_is_a_step(explorer: Explorer) -> None:
    page = explorer.page
    page.get_by_role("application").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
        page.wait_for_timeout(350)
    explorer.wait_for("step", "on the map")
    page.click("[data-vary]")
    page.wait_for_timeout(150)
    page.focus("[data-macro='1']")
    page.keyboard.press("Home")
    explorer.wait_for("step", "moved by hand")
    labels = [step["label"] for step in explorer.steps()]
    assert labels[0] == "the beginning"
    assert [label.endswith(" on the map") for label in labels[1:5]] == [True] * 4
    assert len(set(labels[1:5])) > 2
    assert labels[5:] == ["a mutation", "moved by hand"]


def test_a_key_that_switches_it_on_leaves_the_first_dial_in_hand(explorer: Explorer) -> None:
    page = explorer.page
    page.focus("[data-switch]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-macro='1']")).to_be_focused()
    page.keyboard.press("Home")
    explorer.wait_for("step", "moved by hand")


def test_locked_knobs_stay_where_they_are(explorer: Explorer) -> None:
    page = explorer.page
    explorer.matched("bass.flac")
    explorer.choose()
    before = explorer.steps()[-1]["units"]
    page.click("[data-choose-locks]")
    expect(page.get_by_label("Lock Osc 1 shape")).to_be_focused()
    page.keyboard.press("Space")
    explorer.wait_for("locked", "1 knob is locked.")
    page.fill("[data-amount]", "1")
    page.click("[data-vary]")
    explorer.wait_for("step", "a mutation")
    after = explorer.steps()[-1]["units"]
    assert after[0] == pytest.approx(before[0], abs=1e-4)
    assert not np.allclose(before, after, atol=0.02)
    explorer.match()
    explorer.wait_for("match-status", "Done")
    explorer.choose(2)
    assert explorer.steps()[-1]["units"][0] == pytest.approx(before[0], abs=1e-4)
    page.click("[data-free]")
    explorer.wait_for("locked", "No knob is locked.")


def test_back_and_forward_undo_and_redo_and_a_reload_keeps_all(explorer: Explorer) -> None:
    page = explorer.page
    explorer.matched("cello.flac")
    explorer.choose(1)
    explorer.choose(2)
    page.go_back()
    explorer.wait_for("step", "Step 2 of 3: candidate 1 for cello.flac.")
    page.go_forward()
    explorer.wait_for("step", "Step 3 of 3")
    page.click("[data-undo]")
    explorer.wait_for("step", "Step 2 of 3")
    page.reload()
    explorer.wait_for("sound-status", "cello.flac:")
    explorer.wait_for("step", "Step 2 of 3")
    expect(page.locator(".candidate")).to_have_count(3)
    # What is marked, and compared, is where one is.
    expect(chosen(page, 1)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-hear=b]")).to_have_text("Candidate 1")
    page.click("[data-redo]")
    explorer.wait_for("step", "Step 3 of 3: candidate 2 for cello.flac.")
    expect(chosen(page, 2)).to_have_attribute("aria-pressed", "true")
    expect(chosen(page, 1)).to_have_attribute("aria-pressed", "false")


def chosen(page: Page, number: int) -> Locator:
    return page.get_by_role("button", name=f"Choose candidate {number}", exact=True)


def test_what_a_hand_has_just_done_is_undone(explorer: Explorer) -> None:
    page = explorer.page
    explorer.matched("cello.flac")
    explorer.choose(1)
    step = page.locator("[data-step]").inner_text()
    explorer.settle()
    page.locator("[data-macro='1']").press("Home")
    page.click("[data-undo]")
    explorer.wait_for("step", step.split(":")[0].replace("of 2", "of 3"))
    expect(chosen(page, 1)).to_have_attribute("aria-pressed", "true")
    # A box that was ticked, or a file that was chosen, keeps no keys from the piano.
    page.locator("[data-choose-locks]").click()
    page.locator(".knob input").first.check()
    heard_note(page, "a", seconds=0.5)


def test_a_chord_does_not_clip(explorer: Explorer) -> None:
    page = explorer.page
    page.click("[data-switch]")
    explorer.wait_for("step", "the beginning")
    for key in "adghk":
        page.keyboard.down(key)
    page.evaluate("() => { heard.length = 0; }")
    page.wait_for_function("() => heard.length > 1.5 * heardRateHz")
    loudest = page.evaluate("() => heard.reduce((most, x) => Math.max(most, Math.abs(x)), 0)")
    assert 0.5 < loudest <= 1


def test_a_preset_is_saved_and_found_again(explorer: Explorer, tmp_path: Path) -> None:
    page = explorer.page
    explorer.matched("electric_piano.flac")
    explorer.choose()
    page.fill("[data-name]", "Stage Piano")
    with page.expect_download() as download:
        page.click("[data-save]")
    file = tmp_path / download.value.suggested_filename
    assert file.name == "Stage Piano.preset.json"
    download.value.save_as(file)
    assert json.loads(file.read_text())["name"] == "Stage Piano"
    saved = explorer.steps()[-1]["units"]
    page.click("[data-vary]")
    explorer.wait_for("step", "a mutation")
    explorer.drop(file.name, base64.b64encode(file.read_bytes()).decode())
    explorer.wait_for("step", "preset Stage Piano")
    explorer.wait_for("map-status", "Stage Piano lies at the cross")
    expect(page.get_by_role("application")).to_be_in_viewport(ratio=0.9)
    page.screenshot(path=PICTURES / "1440-light-located.png")
    np.testing.assert_allclose(explorer.steps()[-1]["units"], saved, atol=1e-3)


def test_two_tabs_see_each_others_favourites(explorer: Explorer) -> None:
    other = Explorer(explorer.page.context.new_page(), explorer.address)
    explorer.page.click("[data-switch]")
    explorer.wait_for("step", "the beginning")
    explorer.page.fill("[data-name]", "Plain")
    explorer.page.keyboard.press("Enter")
    other.wait_for("favourites", "Plain")
    other.page.reload()
    other.page.get_by_role("button", name="Plain", exact=True).click()
    other.wait_for("step", "favourite Plain")
    other.page.get_by_role("button", name="Remove Plain").click()
    explorer.wait_for("favourites", "None yet.")
    assert other.errors == []


def test_a_second_sound_takes_the_place_of_one_that_is_matched(explorer: Explorer) -> None:
    explorer.give("voice.flac")
    explorer.match(seconds=60)
    explorer.wait_for("match-status", "Searching")
    explorer.matched("bass.flac")
    assert explorer.text("sound-status").startswith("bass.flac")
    explorer.choose()
    assert explorer.steps()[-1]["label"] == "candidate 1 for bass.flac"


def test_a_search_that_is_cancelled_gives_what_it_found(explorer: Explorer) -> None:
    explorer.give("voice.flac")
    explorer.match(seconds=60, candidates=2)
    explorer.wait_for("match-status", "fitness of the best")
    explorer.page.click("[data-cancel]")
    explorer.wait_for("match-status", "Cancelled")
    assert explorer.page.locator(".candidate").count() == 2


def test_the_microphone_is_recorded(explorer: Explorer) -> None:
    record = explorer.page.locator("[data-record]")
    record.click()
    explorer.wait_for("sound-status", "Recording: 2.")
    assert float(explorer.page.locator("[data-level]").evaluate("(meter) => meter.value")) >= 0
    record.click()
    explorer.wait_for("sound-status", ".wav: ")
    expect(explorer.page.locator("[data-match]")).to_be_enabled()


def test_what_is_no_sound_is_refused_in_a_sentence(explorer: Explorer) -> None:
    explorer.drop("notes.txt", base64.b64encode(b"la la la").decode())
    explorer.wait_for("notice", "notes.txt")
    expect(explorer.page.locator("[data-match]")).to_be_disabled()
    # That the server refused it is said by the browser, too.
    assert all("415" in error for error in explorer.errors)
    explorer.errors.clear()


def test_a_file_that_is_gone_is_refused_in_a_sentence(explorer: Explorer, tmp_path: Path) -> None:
    page = explorer.page
    files = [tmp_path / "bass.flac", tmp_path / "Old.preset.json"]
    for file in files:
        file.write_bytes((EXAMPLES / "bass.flac").read_bytes())
        page.evaluate(_ADD_INPUT)
        page.set_input_files("#other", file)
        file.unlink()
        page.evaluate(_DROP_CHOSEN)
        explorer.wait_for("notice", f"{file.name} cannot be read")
        expect(page.locator("[data-connection]")).to_be_hidden()
    expect(page.locator("[data-sound-status]")).to_have_text("No sound yet.")


def test_a_server_that_was_killed_is_waited_for_and_given_the_sound_again(
    browser: Browser,
) -> None:
    server = Server()
    explorer = Explorer(new_page(browser), server.address)
    explorer.matched("bass.flac")
    explorer.choose()
    server.end(signal.SIGKILL)
    explorer.page.click("[data-match]")
    explorer.wait_for("connection", "The server does not answer")
    with Server(server.port):
        explorer.page.locator("[data-connection]").wait_for(state="hidden")
        explorer.wait_for("notice", "does not have bass.flac any more")
        explorer.page.get_by_role("button", name="Send it again").click()
        explorer.wait_for("match-status", "Done")
        assert "candidate 1" in explorer.text("step")
        explorer.page.context.close()


def test_keys_alone_are_enough(explorer: Explorer) -> None:
    page = explorer.page
    explorer.give("bass.flac")
    page.locator("[data-file]").focus()
    tab_to(page, "button", "Match")
    page.keyboard.press("Enter")
    explorer.wait_for("match-status", "Done")
    page.locator("[data-file]").focus()
    tab_to(page, "button", "Choose candidate 1")
    page.keyboard.press("Space")
    explorer.wait_for("step", "candidate 1")
    tab_to(page, "button", "Mutate")
    page.keyboard.press("Enter")
    explorer.wait_for("step", "a mutation")
    tab_to(page, "button", "Undo")
    page.keyboard.press("Enter")
    explorer.wait_for("step", "candidate 1")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(
    browser: Browser, server: Server, size: tuple[int, int], scheme: Scheme
) -> None:
    page = new_page(browser, size, scheme)
    page.context.add_init_script(path=AXE)
    explorer = Explorer(page, server.address)
    _look(explorer, f"{size[0]}-{scheme}-begin")
    explorer.matched("trumpet.flac", candidates=4)
    explorer.choose()
    page.fill("[data-name]", "My trumpet")
    page.keyboard.press("Enter")
    page.click("[data-choose-locks]")
    _look(explorer, f"{size[0]}-{scheme}-found")
    assert explorer.errors == []
    page.context.close()


def _look(explorer: Explorer, name: str) -> None:
    """Takes a picture, and lets axe-core judge; nothing may be wider than the screen."""
    page = explorer.page
    page.evaluate("() => scrollTo(0, 0)")
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    judge(page)
