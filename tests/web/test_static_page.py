"""The supporting page, opened from disk and used as a person would, in Chromium."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from page_browser import (
    AXE,
    DESKTOP,
    PHONE,
    ROOT,
    Scheme,
    complaints,
    judge,
    new_page,
    opened_browser,
    tab_to,
)
from page_sound import MOST_MSS_DB, distance_db, from_onset, heard_note
from playwright.sync_api import Browser, Page, expect

from flow_synth.library import FlowSynth
from flow_synth.synth import SAMPLE_RATE_HZ, Note

pytestmark = pytest.mark.slow

PICTURES = ROOT / "build" / "reports" / "page"
BEFORE_AUDIO_BYTES = 1_500_000
#: Two sounds that nobody takes for one.
LEAST_CHANGE_DB = 2 * MOST_MSS_DB
#: MP3 packs sounds in frames, of which the last is not full.
FRAME_SECONDS = 0.06
PATIENCE_MS = 60_000

_DURATIONS = """(addresses) => Promise.all(addresses.map((address) => new Promise((resolve) => {
  const audio = new Audio(address);
  audio.onloadedmetadata = () => resolve(audio.duration);
  audio.onerror = () => resolve(`${address}: ${audio.error.message}`);
})))"""
_UNITS = """(rows) => rows.map((row) => Number(row.style.getPropertyValue("--unit")))"""
_FONTS = """() => document.fonts.ready.then((fonts) =>
  [...fonts].map(({ family, status }) => [family, status]).filter(([, one]) => one !== "unloaded"))
"""
_RENDERED = """(images) => Promise.all(images.map(async (image) => {
  image.loading = "eager";
  await image.decode();
}))"""


@dataclass(frozen=True)
class Visitor:
    """A tab with the page, and what it asked for and complained of."""

    page: Page
    errors: list[str]
    addresses: list[str]

    def switch_on(self) -> None:
        self.page.click("[data-switch]")
        self.page.locator("[data-status]").filter(has_text="On.").wait_for()

    def units(self) -> NDArray[np.float32]:
        """Of all knobs, where the page shows them."""
        return np.array(self.page.eval_on_selector_all("[data-knob]", _UNITS), np.float32)

    def changed_units(self, before: NDArray[np.float32]) -> NDArray[np.float32]:
        """Of all knobs when they have gone elsewhere, and stand."""
        for _ in range(100):
            units = self.units()
            self.page.wait_for_timeout(200)
            if not np.allclose(units, before, atol=1e-3) and (units == self.units()).all():
                return units
        raise AssertionError("no knob has moved")


def visit(browser: Browser, site: Path, **looks: Any) -> Visitor:  # noqa: ANN401  # As new_page.
    page = new_page(browser, **looks)
    page.set_default_timeout(PATIENCE_MS)
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    errors = complaints(page)
    page.context.add_init_script(path=AXE)
    page.goto((site / "index.html").as_uri())
    return Visitor(page, errors, addresses)


def draw_formulas(page: Page) -> None:
    """Goes to where they are, which is what lets them be drawn."""
    page.get_by_role("navigation").get_by_role("link", name="Mathematics").click()
    page.locator("[data-formula] .katex").last.wait_for()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `make demo` writes it."""
    out = tmp_path_factory.mktemp("static") / "page"
    command = ["flow-synth", "page", "builtin", "--dimensions", "4", "--out", str(out)]
    subprocess.run(command, check=True, cwd=ROOT)
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as browser:
        yield browser


@pytest.fixture
def visitor(browser: Browser, site: Path) -> Iterator[Visitor]:
    """Of a page that complains of nothing and asks nobody for anything until the test is over."""
    visitor = visit(browser, site)
    yield visitor
    assert visitor.errors == []
    own = site.as_uri()
    asked = {one for one in visitor.addresses if not one.startswith((own, "data:", "blob:"))}
    assert asked == set()
    visitor.page.context.close()


def test_little_is_read_before_a_sound_is_asked_for(visitor: Visitor, site: Path) -> None:
    visitor.page.wait_for_load_state("networkidle")
    names = {one.removeprefix(f"{site.as_uri()}/") for one in visitor.addresses}
    read = {name for name in names if not name.startswith("data:")}
    assert {"index.html", "page.js", "style.css"} <= read
    assert not any(name.startswith("sounds/") for name in read)
    assert not {"data/instrument.js", "formulas.js", "formulas.css"} & read
    assert sum((site / name).stat().st_size for name in read) <= BEFORE_AUDIO_BYTES


def test_formulas_are_drawn_and_can_be_heard(visitor: Visitor) -> None:
    page = visitor.page
    formulas = page.locator("[data-formula]")
    assert formulas.count() > 10
    draw_formulas(page)
    assert page.locator("[data-formula] > :is(.katex, .katex-display)").count() == formulas.count()
    assert page.locator("[data-formula] math").count() == formulas.count()
    assert page.locator(".katex-error").count() == 0
    fonts = page.evaluate(_FONTS)
    assert {family for family, _ in fonts} >= {"KaTeX_Main", "KaTeX_Math"}
    assert {status for _, status in fonts} == {"loaded"}


def test_every_link_leads_somewhere(visitor: Visitor, site: Path) -> None:
    addresses = visitor.page.eval_on_selector_all("a", "(links) => links.map((one) => one.href)")
    assert len(addresses) > 100
    page, folder = (site / "index.html").as_uri(), f"{site.as_uri()}/"
    for address in addresses:
        if address.startswith(f"{page}#"):
            assert visitor.page.locator(f"[id='{address.partition('#')[2]}']").count() == 1
        else:
            assert (site / address.removeprefix(folder)).is_file(), address


def test_every_sound_and_picture_loads(visitor: Visitor, site: Path) -> None:
    page = visitor.page
    sounds = page.eval_on_selector_all("a.play", "(links) => links.map((one) => one.href)")
    assert len(sounds) > 50
    durations = [
        duration
        for begin in range(0, len(sounds), 16)
        for duration in page.evaluate(_DURATIONS, sounds[begin : begin + 16])
    ]
    folder = f"{site.as_uri()}/"
    expected = [soundfile.info(site / one.removeprefix(folder)).duration for one in sounds]
    assert durations == pytest.approx(expected, abs=FRAME_SECONDS)
    # Rejected, and so a failure, where one cannot be shown.
    page.eval_on_selector_all("img", _RENDERED)


def test_words_are_parted_in_the_audio_space_as_was_measured(visitor: Visitor, site: Path) -> None:
    (model,) = json.loads((site / "site.json").read_text())["sounds"].values()
    figures = visitor.page.locator("#semantic .tags figure")
    assert figures.count() == len(model["tags"]) == 7
    for figure, (name, found) in zip(figures.all(), model["tags"].items(), strict=True):
        source, told = f"site.json#sounds/builtin/tags/{name}", figure.locator("[data-source]")
        assert told.all_text_contents() == [
            f"{found['auroc']:.3f}",
            str(found["low"]),
            str(found["high"]),
        ]
        assert told.first.get_attribute("data-source") == f"{source}/auroc"
        # Every axis of this model parts its words far better than chance.
        assert found["auroc"] > 0.9


def test_a_picture_that_is_clicked_sounds_until_another_one_is(visitor: Visitor) -> None:
    first, second = (visitor.page.locator("a.play").nth(index) for index in range(2))
    first.click()
    played = "(link) => Number(link.style.getPropertyValue('--played'))"
    visitor.page.wait_for_function(f"() => ({played})(document.querySelector('a.play')) > 0.2")
    second.click()
    assert first.evaluate(played) == 0
    expect(first).not_to_have_class("play is-playing")
    expect(second).to_have_class("play is-playing")
    second.click()
    expect(second).to_have_class("play")


def played_by_python(units: NDArray[np.float32], pitch: int = 60) -> NDArray[np.float32]:
    note = Note(pitch=pitch)
    audio = FlowSynth.load("builtin").synth.render(units, note)[0][: note.held_samples]
    return from_onset(audio)


def test_what_is_heard_is_what_python_plays_whatever_is_turned(visitor: Visitor) -> None:
    page = visitor.page
    visitor.switch_on()
    units = visitor.changed_units(np.array(0, np.float32))
    heard = heard_note(page)
    assert distance_db(played_by_python(units), heard) <= MOST_MSS_DB

    def turn_macro() -> None:
        page.focus("[data-macro='1']")
        page.keyboard.press("Home")

    def turn_slider() -> None:
        page.focus("[data-slider] >> nth=0")
        page.keyboard.press("End")

    def morph() -> None:
        page.click("[data-keep=a]")
        page.get_by_role("application").focus()
        before = visitor.units()
        page.keyboard.press("ArrowRight")
        visitor.changed_units(before)
        page.click("[data-keep=b]")
        page.locator("[data-status]").filter(has_text="Both ends").wait_for()
        page.fill("[data-morph]", "0.5")

    for turn in (turn_macro, turn_slider, morph):
        turn()
        units = visitor.changed_units(units)
        before, heard = heard, heard_note(page)
        assert distance_db(played_by_python(units), heard) <= MOST_MSS_DB, turn
        assert distance_db(before[: 2 * SAMPLE_RATE_HZ], heard) >= LEAST_CHANGE_DB, turn


def test_computer_keys_play_other_pitches(visitor: Visitor) -> None:
    page = visitor.page
    visitor.switch_on()
    units = visitor.changed_units(np.array(0, np.float32))
    assert distance_db(played_by_python(units, 67), heard_note(page, "g")) <= MOST_MSS_DB
    page.keyboard.press("x")
    assert distance_db(played_by_python(units, 79), heard_note(page, "g")) <= MOST_MSS_DB
    apart = distance_db(played_by_python(units, 67), played_by_python(units, 79))
    assert apart >= LEAST_CHANGE_DB


def test_the_map_goes_to_presets(visitor: Visitor, site: Path) -> None:
    page = visitor.page
    script = (site / "data" / "map.js").read_text()
    presets = json.loads(script.partition(" = ")[2].rstrip(";\n"))["presets"]
    visitor.switch_on()
    units = visitor.changed_units(np.array(0, np.float32))
    names = set()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.get_by_role("application").press(key)
        units = visitor.changed_units(units)
        distances = [np.abs(np.array(one["units"]) / 10000 - units).max() for one in presets]
        nearest = int(np.argmin(distances))
        assert distances[nearest] <= 1e-3
        expect(page.locator("[data-map-status]")).to_contain_text(presets[nearest]["name"])
        names.add(presets[nearest]["name"])
    assert len(names) == 3


def test_the_cross_follows_what_is_turned(visitor: Visitor) -> None:
    page = visitor.page
    ring, way = page.locator("[data-mark=chosen]"), page.locator("[data-mark=way]")

    def cross() -> list[float]:
        moved = page.locator("[data-mark=cross]").get_attribute("transform") or ""
        return [float(one) for one in moved[len("translate(") : -1].split()]

    def moved(before: list[float] | None) -> list[float]:
        for _ in range(100):
            at = cross()
            page.wait_for_timeout(300)
            if at == cross() and (before is None or at != pytest.approx(before, abs=1)):
                return at
        raise AssertionError("the cross has not moved")

    visitor.switch_on()
    expect(page.locator("[data-mark=cross]")).to_be_visible()
    begun = moved(None)
    page.get_by_role("application").press("ArrowRight")
    chosen = moved(begun)
    expect(ring).to_be_visible()
    ringed = [float(ring.get_attribute(name) or "") for name in ("cx", "cy")]
    assert chosen == pytest.approx(ringed, abs=0.5)
    page.locator("[data-macro='1']").press("Home")
    turned = moved(chosen)
    expect(ring).to_be_hidden()
    page.click("[data-keep=a]")
    page.locator("[data-keep=a][aria-pressed=true]").wait_for()
    page.click("[data-reset]")
    reset = moved(turned)
    page.click("[data-keep=b]")
    expect(way).to_be_visible()
    ends = [
        float(one) for end in (way.get_attribute("points") or "").split() for one in end.split(",")
    ]
    assert ends == pytest.approx([*turned, *reset], abs=0.5)


def test_keys_alone_are_enough(visitor: Visitor) -> None:
    page = visitor.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "button", "Switch the instrument on")
    page.keyboard.press("Enter")
    page.locator("[data-status]").filter(has_text="On.").wait_for()
    units = visitor.changed_units(np.array(0, np.float32))
    tab_to(page, "slider", "macro 2")
    page.keyboard.press("Home")
    visitor.changed_units(units)
    tab_to(page, "button", "C4")
    page.evaluate("() => { heard.length = 0; }")
    page.keyboard.down("Enter")
    page.wait_for_function("() => heard.some((sample) => Math.abs(sample) > 0.01)")
    page.keyboard.up("Enter")
    page.locator("a.play").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("a.play").first).to_have_class("play is-playing")


def test_without_scripts_all_can_be_read_and_heard(browser: Browser, site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    formula = page.locator("[data-formula=display]").first
    expect(formula).to_contain_text(r"p(\mathbf{x}, \mathbf{v}, \mathbf{z})")
    sound = page.locator("a.play").first.get_attribute("href")
    assert sound
    assert (site / sound).is_file()
    context.close()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(
    browser: Browser, site: Path, size: tuple[int, int], scheme: Scheme
) -> None:
    visitor = visit(browser, site, size=size, scheme=scheme)
    page = visitor.page
    page.eval_on_selector_all("img", _RENDERED)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{size[0]}-{scheme}-top.png")
    visitor.switch_on()
    page.get_by_role("application").press("ArrowRight")
    # The first picture of the instrument is that with a preset.
    visitor.changed_units(np.array(0, np.float32))
    draw_formulas(page)
    for section in page.locator("section[id]").all():
        name = section.get_attribute("id")
        path = PICTURES / f"{size[0]}-{scheme}-{name}.png"
        section.screenshot(path=path, style=".top { visibility: hidden; }")
    page.eval_on_selector_all("details", "(all) => all.forEach((one) => { one.open = true; })")
    judge(page)
    assert visitor.errors == []
    page.context.close()
