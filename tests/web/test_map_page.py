"""The map of presets under a person's hand: in the explorer, with both synths, in Chromium."""

import json
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from explorer_browser import Explorer, Server
from map_browser import PICTURES, UNITS, Map, draw_line, expected_colour, opened, read_map
from page_browser import DESKTOP, PHONE, ROOT, new_page, opened_browser
from page_sound import MOST_MSS_DB, SILENCE, distance_db
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.slow

#: Of a colour from 0 to 255: dots are a little transparent, and their edges soft.
COLOUR = 30
_LOSE = """() => {
  const canvas = document.querySelector("[data-map-face] canvas");
  window.lost = canvas.getContext("webgl").getExtension("WEBGL_lose_context");
  window.lost.loseContext();
}"""
_WITHOUT_WEBGL = """
const { getContext } = HTMLCanvasElement.prototype;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind.startsWith("webgl") ? null : getContext.call(this, kind, ...rest);
};
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with opened_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def builtin() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def map_(browser: Browser, builtin: Server) -> Iterator[Map]:
    """Of a page of which the console says nothing bad until the test is over."""
    map_ = opened(new_page(browser), builtin)
    yield map_
    assert map_.explorer.errors == []
    map_.page.context.close()


def test_a_preset_is_named_under_the_pointer_and_chosen_by_a_click(map_: Map) -> None:
    page, preset = map_.page, map_.lonely()
    page.mouse.move(*map_.place(preset))
    expect(page.locator("[data-mark=name]")).to_have_text(preset.name)
    assert map_.mark("hovered") == pytest.approx(map_.place(preset), abs=1)
    map_.choose(preset)
    np.testing.assert_allclose(map_.units(), np.array(preset.units) / 10000, atol=UNITS)
    page.mouse.move(0, 0)
    expect(page.locator("[data-mark=name]")).to_be_hidden()
    assert map_.mark("chosen") == pytest.approx(map_.place(preset), abs=1)


def test_what_is_under_the_pointer_is_heard_if_one_wants(map_: Map) -> None:
    page = map_.page
    page.click("[data-switch]")
    map_.explorer.wait_for("step", "the beginning")
    page.mouse.move(*map_.place(map_.lonely(1)))
    expect(page.locator("[data-mark=name]")).to_have_text(map_.lonely(1).name)
    page.wait_for_timeout(1000)
    assert len(map_.explorer.steps()) == 1
    page.check("[data-hover]")
    page.mouse.move(*map_.place(map_.lonely(2)))
    map_.explorer.wait_for("step", "Step 2 of 2")
    np.testing.assert_allclose(map_.units(), np.array(map_.lonely(2).units) / 10000, atol=UNITS)
    page.wait_for_function(f"() => heard.some((one) => Math.abs(one) > {1000 * SILENCE})")


def test_dots_have_their_colours_and_go_when_they_are_filtered(map_: Map) -> None:
    page, preset = map_.page, map_.lonely()
    at = map_.place(preset)
    np.testing.assert_allclose(map_.colour(at), expected_colour(map_, preset), atol=COLOUR)
    axis = 0
    page.select_option("[data-colour]", str(axis))
    share = preset.descriptors[axis]
    between = (1 - share) * np.array([38, 110, 186]) + share * np.array([230, 126, 20])
    np.testing.assert_allclose(map_.colour(at), between, atol=COLOUR)
    page.fill("[data-filter=text]", "no preset has this name")
    map_.explorer.wait_for("map-status", f"0 of {len(map_.content.presets)} presets")
    np.testing.assert_allclose(map_.colour(at), 255, atol=1)
    # What is not there is not under the pointer either.
    page.mouse.move(*at)
    expect(page.locator("[data-mark=name]")).to_be_hidden()
    page.fill("[data-filter=text]", preset.name)
    np.testing.assert_allclose(map_.colour(at), between, atol=COLOUR)


def test_filters_show_as_many_as_the_map_has(map_: Map) -> None:
    page, presets = map_.page, map_.content.presets

    def shown(number: int) -> None:
        map_.explorer.wait_for("map-status", f"{number} of {len(presets)} presets")

    page.select_option("[data-filter=category]", label="bell")
    bell = map_.content.categories.index("bell")
    bells = [one for one in presets if one.category == bell]
    shown(len(bells))
    page.select_option("[data-filter=tag]", label="bright")
    bright = [one for one in bells if one.tags[0] == 1]
    assert 0 < len(bright) < len(bells)
    shown(len(bright))
    page.fill("[data-filter=text]", bright[0].name.upper())
    shown(sum(bright[0].name in one.name for one in bright))
    at = map_.place(next(one for one in presets if one.category != bell))
    page.mouse.move(*at)
    name = page.locator("[data-mark=name]")
    assert not name.is_visible() or name.inner_text() == bright[0].name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_zoom_and_pan_keep_every_preset_at_its_place(
    browser: Browser, builtin: Server, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": 1200, "height": 800},
        device_scale_factor=2,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    map_ = opened(context.new_page(), builtin)
    page, preset = map_.page, map_.lonely()
    map_.choose(preset)
    colour = expected_colour(map_, preset)
    at = map_.mark("chosen")
    np.testing.assert_allclose(map_.colour(at), colour, atol=COLOUR)
    # What lies under the pointer stays there.
    page.mouse.move(*at)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    assert map_.mark("chosen") == pytest.approx(at, abs=1.5)
    np.testing.assert_allclose(map_.colour(at), colour, atol=COLOUR)
    # It goes with the hand.
    page.mouse.down()
    page.mouse.move(at[0] - 60, at[1] - 35, steps=4)
    page.mouse.up()
    moved = map_.mark("chosen")
    assert moved == pytest.approx((at[0] - 60, at[1] - 35), abs=1.5)
    np.testing.assert_allclose(map_.colour(moved), colour, atol=COLOUR)
    page.set_viewport_size({"width": 800, "height": 900})
    page.get_by_role("application").scroll_into_view_if_needed()
    np.testing.assert_allclose(map_.colour(map_.mark("chosen")), colour, atol=COLOUR)
    sizes = page.evaluate(
        "() => { const one = document.querySelector('[data-map-face] canvas');"
        " return [one.width, one.height, 2 * one.clientWidth, 2 * one.clientHeight]; }"
    )
    assert sizes[:2] == sizes[2:]
    assert map_.explorer.errors == []
    context.close()


def test_the_wheel_scrolls_the_page_and_zooms_a_map_that_is_held(map_: Map) -> None:
    page, preset = map_.page, map_.lonely()
    map_.choose(preset)
    page.locator("[data-filter=text]").focus()
    before = map_.mark("chosen")
    page.mouse.move(*map_.place(map_.lonely(1)))
    page.mouse.wheel(0, 50)
    page.wait_for_function("() => scrollY > 0")
    page.wait_for_timeout(300)
    page.evaluate("() => scrollTo(0, 0)")
    page.get_by_role("application").scroll_into_view_if_needed()
    assert map_.mark("chosen")[0] == pytest.approx(before[0], abs=1)
    page.get_by_role("application").focus()
    page.mouse.move(*map_.place(map_.lonely(1)))
    scrolled = page.evaluate("() => scrollY")
    page.mouse.wheel(0, -200)
    map_.settle()
    assert page.evaluate("() => scrollY") == scrolled
    assert map_.mark("chosen") != pytest.approx(map_.place(preset), abs=5)


def test_keys_alone_go_zoom_and_make_a_path(map_: Map) -> None:
    face = map_.page.get_by_role("application")
    names = set()
    for key in ("ArrowRight", "p", "ArrowRight", "p", "ArrowDown", "p"):
        face.press(key)
        if key != "p":
            map_.explorer.wait_for("step", "on the map")
            names.add(map_.explorer.text("map-status"))
    assert len(names) == 3
    map_.explorer.wait_for("map-status", "The path has 3 presets")
    at = map_.mark("chosen")
    face.press("+")
    assert map_.mark("chosen") != pytest.approx(at, abs=1)
    face.press("-")
    assert map_.mark("chosen") == pytest.approx(at, abs=1)
    map_.page.click("[data-path-clear]")
    expect(map_.page.locator("[data-path-play]")).to_be_disabled()
    expect(map_.page.locator("[data-mark=path]")).to_be_hidden()


def test_a_path_is_drawn_and_heard_to_its_end(map_: Map) -> None:
    page, explorer = map_.page, map_.explorer
    page.click("[data-switch]")
    explorer.wait_for("step", "the beginning")
    ends = map_.ends()
    draw_line(map_, ends)
    assert len(page.locator("[data-mark^='stop ']").all()) > 5
    expect(page.locator("[data-mark=path]")).to_be_visible()
    page.screenshot(path=PICTURES / "path.png")
    page.fill("[data-path-seconds]", "4")
    page.evaluate("() => { heard.length = 0; }")
    page.click("[data-path-play]")
    expect(page.locator("[data-path-play]")).to_have_text("Stop")
    expect(page.locator("[data-mark=heard]")).to_be_visible()
    expect(page.locator("[data-path-play]")).to_have_text("Play the path")
    expect(page.locator("[data-mark=heard]")).to_be_hidden()
    seconds = page.evaluate("() => heard.length / heardRateHz")
    assert seconds >= 3.5
    explorer.wait_for("step", "a path on the map")
    np.testing.assert_allclose(map_.units(), np.array(ends[1].units) / 10000, atol=UNITS)
    # Every second is a note of its own; the first sounds otherwise than the last.
    heard = np.array(page.evaluate("() => heard"), np.float32)
    rate_hz = page.evaluate("() => heardRateHz")
    first, last = heard[: int(rate_hz)], heard[int(3 * rate_hz) : int(4 * rate_hz)]
    assert min(np.abs(first).max(), np.abs(last).max()) > 0.01
    length = min(len(first), len(last))
    assert distance_db(first[:length], last[:length]) >= 4 * MOST_MSS_DB


def test_a_path_can_be_stopped(map_: Map) -> None:
    page = map_.page
    ends = map_.ends()
    draw_line(map_, ends)
    page.fill("[data-path-seconds]", "60")
    page.click("[data-path-play]")
    expect(page.locator("[data-mark=heard]")).to_be_visible()
    page.wait_for_timeout(500)
    page.click("[data-path-play]")
    expect(page.locator("[data-path-play]")).to_have_text("Play the path")
    map_.explorer.wait_for("step", "a path on the map")
    units = map_.units()
    page.wait_for_timeout(1000)
    np.testing.assert_array_equal(map_.units(), units)
    end = np.array(ends[1].units) / 10000
    assert np.abs(units - end).max() > 0.05


def test_a_surprise_lies_between_presets(map_: Map) -> None:
    page, preset = map_.page, map_.lonely(5)
    map_.choose(preset)
    page.click("[data-surprise]")
    map_.explorer.wait_for("step", f"a surprise near {preset.name}")
    first = map_.units()
    bank = np.array([one.units for one in map_.content.presets]) / 10000
    assert np.abs(bank - first).max(1).min() > 0.01
    page.click("[data-surprise]")
    map_.explorer.wait_for("step", "Step 4 of 4")
    assert np.abs(map_.units() - first).max() > 0.01


def test_without_webgl_it_says_so_and_all_else_works(browser: Browser, builtin: Server) -> None:
    page = new_page(browser)
    page.context.add_init_script(_WITHOUT_WEBGL)
    explorer = Explorer(page, builtin.address)
    explorer.wait_for("map-status", "This browser draws no map")
    expect(page.get_by_role("application")).to_have_count(0)
    page.click("[data-switch]")
    explorer.wait_for("step", "the beginning")
    page.click("[data-vary]")
    explorer.wait_for("step", "a mutation")
    page.click("[data-keep=a]")
    page.click("[data-theme-switch]")
    assert explorer.errors == []
    page.context.close()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_finger_chooses_and_draws(
    browser: Browser, builtin: Server, size: tuple[int, int]
) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, has_touch=True, device_scale_factor=2
    )
    map_ = opened(context.new_page(), builtin)
    page = map_.page
    page.touchscreen.tap(*map_.place(map_.lonely()))
    map_.explorer.wait_for("map-status", map_.lonely().name)
    map_.explorer.wait_for("step", f"{map_.lonely().name} on the map")
    page.get_by_role("button", name="Draw a path").tap()
    # Up and down as well, where a finger scrolls the page at other times.
    begin, end = (map_.place(one) for one in map_.ends())
    steps = [(begin[0] + (end[0] - begin[0]) * k / 10, begin[1] - 8 * k) for k in range(11)]
    scrolled = page.evaluate("() => scrollY")
    touch = context.new_cdp_session(page)
    for number, (x, y) in enumerate(steps):
        kind = "touchMove" if number else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    map_.explorer.wait_for("map-status", "The path has")
    assert len(page.locator("[data-mark^='stop ']").all()) > 3
    assert page.evaluate("() => scrollY") == scrolled
    page.locator("[data-map]").screenshot(path=PICTURES / f"{size[0]}-path.png")
    assert map_.explorer.errors == []
    context.close()


def test_the_cross_goes_where_the_sound_goes_and_the_ring_stays_behind(map_: Map) -> None:
    page, preset = map_.page, map_.lonely()

    def cross() -> list[float]:
        """Where it is in the picture."""
        map_.settle()
        moved = page.locator("[data-mark=cross]").get_attribute("transform") or ""
        return [float(one) for one in moved[len("translate(") : -1].split()]

    map_.choose(preset)
    assert map_.mark("cross") == pytest.approx(map_.place(preset), abs=1)
    chosen = cross()
    page.click("[data-keep=a]")
    page.locator("[data-keep=a][aria-pressed=true]").wait_for()
    page.click("[data-vary]")
    map_.explorer.wait_for("step", "a mutation")
    expect(page.locator("[data-mark=chosen]")).to_be_hidden()
    mutated = cross()
    assert mutated != pytest.approx(chosen, abs=1)
    page.click("[data-keep=b]")
    page.locator("[data-keep=b][aria-pressed=true]").wait_for()
    map_.settle()
    way = page.locator("[data-mark=way]").get_attribute("points") or ""
    ends = [float(one) for end in way.split() for one in end.split(",")]
    assert ends == pytest.approx([*chosen, *mutated], abs=1)
    page.go_back()
    map_.explorer.wait_for("step", f"{preset.name} on the map")
    expect(page.locator("[data-mark=chosen]")).to_be_visible()
    assert cross() == pytest.approx(chosen, abs=1)


def test_what_is_found_is_seen_and_chosen_by_enter(map_: Map) -> None:
    page = map_.page
    wanted, other = map_.ends()
    page.get_by_role("application").focus()
    page.mouse.move(*map_.place(other))
    for _ in range(4):
        page.mouse.wheel(0, -300)
    page.fill("[data-filter=text]", wanted.name)
    map_.explorer.wait_for("map-status", f" of {len(map_.content.presets)} presets")
    found = next(one for one in map_.content.presets if wanted.name in one.name)
    page.press("[data-filter=text]", "Enter")
    map_.explorer.wait_for("step", f"{found.name} on the map")
    box, (x, y) = map_.box, map_.mark("chosen")
    assert box["x"] < x < box["x"] + box["width"]
    assert box["y"] < y < box["y"] + box["height"]


def test_what_is_filtered_out_is_not_there_for_keys(map_: Map) -> None:
    page, preset = map_.page, map_.lonely()
    map_.choose(preset)
    page.fill("[data-filter=text]", "no preset has this name")
    face = page.get_by_role("application")
    for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Enter", "p"):
        face.press(key)
    page.wait_for_timeout(1000)
    assert len(map_.explorer.steps()) == 2
    assert page.locator("[data-mark^='stop ']").all() == []
    expect(page.locator("[data-mark=chosen]")).to_be_hidden()
    other = map_.lonely(3)
    page.fill("[data-filter=text]", other.name)
    face.press("ArrowRight")
    map_.explorer.wait_for("step", "Step 3 of 3")
    assert other.name in map_.explorer.text("step")


def test_a_key_of_the_map_is_none_of_the_piano(map_: Map) -> None:
    page, face = map_.page, map_.page.get_by_role("application")
    map_.choose(map_.lonely())
    page.wait_for_timeout(4000)
    page.evaluate("() => { heard.length = 0; }")
    face.press("p", delay=300)
    map_.explorer.wait_for("map-status", "The path has one preset")
    page.wait_for_timeout(500)
    assert page.evaluate("() => heard.every((one) => Math.abs(one) < 0.01)")
    # Others are.
    face.press("g", delay=300)
    page.wait_for_function("() => heard.some((one) => Math.abs(one) > 0.01)")


def test_a_lost_context_is_said_and_the_map_drawn_again(map_: Map) -> None:
    page, preset = map_.page, map_.lonely()
    at, colour = map_.place(preset), expected_colour(map_, preset)
    page.evaluate(_LOSE)
    map_.explorer.wait_for("map-status", "The graphics of this browser were reset")
    # What is done meanwhile does no harm, and counts.
    page.select_option("[data-colour]", "0")
    page.select_option("[data-colour]", "-1")
    page.fill("[data-filter=text]", preset.name)
    page.get_by_role("application").press("+")
    page.click("[data-zoom=all]")
    page.mouse.move(0, 0)
    page.evaluate("() => lost.restoreContext()")
    map_.explorer.wait_for("map-status", "The map is back")
    np.testing.assert_allclose(map_.colour(at), colour, atol=COLOUR)
    gone = next(map_.lonely(number) for number in range(1, 9))
    np.testing.assert_allclose(map_.colour(map_.place(gone)), 255, atol=1)
    page.fill("[data-filter=text]", "")
    np.testing.assert_allclose(
        map_.colour(map_.place(gone)), expected_colour(map_, gone), atol=COLOUR
    )
    map_.explorer.errors[:] = [one for one in map_.explorer.errors if "CONTEXT_LOST" not in one]


def test_without_its_library_the_map_says_so(browser: Browser, builtin: Server) -> None:
    page = new_page(browser)
    page.route("**/scatterplot.js", lambda route: route.fulfill(body=""))
    explorer = Explorer(page, builtin.address)
    explorer.wait_for("map-status", "scatterplot.js is missing")
    expect(page.get_by_role("application")).to_have_count(0)
    assert explorer.errors == []
    page.context.close()


def test_colours_are_seen_where_the_system_forces_its_own(
    browser: Browser, builtin: Server
) -> None:
    context = browser.new_context(forced_colors="active")
    page = context.new_page()
    Explorer(page, builtin.address)
    page.click("[data-switch]")
    colours = """(parts) => parts.map((one) => getComputedStyle(one).backgroundColor)"""
    swatches = page.eval_on_selector_all("[data-swatch]", colours)
    assert len(set(swatches)) == len(swatches)
    keys = [
        page.eval_on_selector_all(f".piano {kind}", colours)[0] for kind in (".white", ".black")
    ]
    assert keys == ["rgb(255, 255, 255)", "rgb(34, 37, 43)"]
    context.close()


def test_the_theme_outlives_a_reload(map_: Map) -> None:
    theme = "() => document.documentElement.dataset.theme"
    map_.page.click("[data-theme-switch]")
    assert map_.page.evaluate(theme) == "dark"
    map_.page.reload()
    map_.page.locator("[data-locked]:not(:empty)").wait_for()
    assert map_.page.evaluate(theme) == "dark"


def test_two_fingers_spread_the_map(browser: Browser, builtin: Server) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    map_ = opened(context.new_page(), builtin)
    preset = map_.lonely()
    map_.page.touchscreen.tap(*map_.place(preset))
    map_.explorer.wait_for("step", f"{preset.name} on the map")
    x, y = map_.mark("chosen")
    touch = context.new_cdp_session(map_.page)
    scrolled = map_.page.evaluate("() => scrollY")
    for number, half in enumerate(range(20, 61, 4)):
        kind = "touchMove" if number else "touchStart"
        # As fingers do: neither level nor upright.
        points = [{"x": x + 15 + way * half, "y": y + way * half / 2} for way in (-1, 1)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    # Three times as far from the middle of the hand as it was.
    assert map_.mark("chosen") == pytest.approx((x - 30, y), abs=4)
    assert map_.page.evaluate("() => scrollY") == scrolled
    assert map_.page.evaluate("() => visualViewport.scale") == 1
    assert map_.explorer.errors == []
    context.close()


def test_the_benchmark_draws_the_whole_map() -> None:
    """How fast it does so, is said by the benchmark, and depends on the machine."""
    script = ROOT / "python" / "benchmarks" / "map.py"
    command = [sys.executable, str(script), "--seconds", "1", "--json"]
    result = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    n_presets = len(read_map("amsynth-32").presets)
    assert result["shown"] == f"{n_presets} of {n_presets} presets"
    assert result["renderer"] != "none"
    for how in ("pan", "zoom"):
        assert 0 < result[how]["median_ms"] <= result[how]["slow_ms"]
