"""The map of a plug-in, which the server plays, under a hand: in the explorer, in Chromium."""

import sys
from collections.abc import Iterator

import numpy as np
import pytest
from explorer_browser import Server
from map_browser import PICTURES, UNITS, Map, draw_line, opened, sent
from page_browser import new_page, opened_browser
from page_sound import SILENCE
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.slow

#: The explorer of the built-in synth, on a machine where nobody built its instrument.
WITHOUT_INSTRUMENT = (
    sys.executable,
    "-c",
    "from flow_synth import __main__, site_scripts\n"
    "site_scripts.MODULE = 'missing.wasm'\n"
    "__main__.main()",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with opened_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def amsynth() -> Iterator[Server]:
    with Server(model="amsynth-32") as server:
        yield server


@pytest.fixture
def plugin_map(browser: Browser, amsynth: Server) -> Iterator[Map]:
    """Of a page of which the console says nothing bad until the test is over."""
    map_ = opened(new_page(browser), amsynth, "amsynth-32")
    yield map_
    assert map_.explorer.errors == []
    map_.page.context.close()


def test_the_plug_in_is_heard_where_the_map_is_clicked(plugin_map: Map) -> None:
    map_, page = plugin_map, plugin_map.page
    map_.explorer.wait_for("map-status", f"of {len(map_.content.presets)} presets")
    map_.choose(map_.lonely())
    expected = np.array(map_.lonely().units) / 10000
    np.testing.assert_allclose(map_.units(), expected, atol=UNITS)
    page.wait_for_function(f"() => heard.some((one) => Math.abs(one) > {1000 * SILENCE})")
    page.click("[data-surprise]")
    map_.explorer.wait_for("step", "a surprise near")
    assert np.abs(map_.units() - expected).max() > 0.01
    page.screenshot(path=PICTURES / "plug-in.png")


def test_the_plug_in_is_heard_under_the_pointer(plugin_map: Map) -> None:
    map_, page = plugin_map, plugin_map.page
    page.click("[data-switch]")
    map_.explorer.wait_for("step", "the beginning")
    map_.explorer.settle()
    page.check("[data-hover]")
    with page.expect_response("**/api/render") as rendered:
        page.mouse.move(*map_.place(map_.lonely(1)))
    expected = np.array(map_.lonely(1).units) / 10000
    np.testing.assert_allclose(sent(rendered.value.request)["units"], expected, atol=UNITS)
    page.wait_for_function(f"() => heard.some((one) => Math.abs(one) > {1000 * SILENCE})")
    # Nor does the pointer, as it goes on, keep anybody from where they have clicked.
    page.mouse.click(*map_.place(map_.lonely(1)))
    page.uncheck("[data-hover]")
    map_.explorer.wait_for("step", f"{map_.lonely(1).name} on the map")


def test_a_pointer_that_hurries_over_the_map_asks_for_one_note_after_the_other(
    plugin_map: Map,
) -> None:
    map_, page = plugin_map, plugin_map.page
    page.click("[data-switch]")
    map_.explorer.wait_for("step", "the beginning")
    map_.explorer.settle()
    page.check("[data-hover]")
    under_way: list[int] = [0]
    page.on("request", lambda one: under_way.append(under_way[-1] + one.url.endswith("/render")))
    page.on(
        "requestfinished",
        lambda one: under_way.append(under_way[-1] - one.url.endswith("/render")),
    )
    asked = map_.explorer.notes()
    begin, end = (map_.place(one) for one in map_.ends())
    page.mouse.move(*begin)
    page.mouse.move(*end, steps=100)
    map_.explorer.wait_for("step", "moved by hand")
    assert max(under_way) == 1
    np.testing.assert_allclose(map_.units(), asked[-1]["units"], atol=1e-4)


def test_the_plug_in_walks_a_path(plugin_map: Map) -> None:
    map_, page = plugin_map, plugin_map.page
    page.click("[data-switch]")
    map_.explorer.wait_for("step", "the beginning")
    ends = map_.ends()
    draw_line(map_, ends)
    page.fill("[data-path-seconds]", "4")
    rendered = map_.explorer.notes()
    page.click("[data-path-play]")
    map_.explorer.wait_for("step", "a path on the map")
    page.wait_for_timeout(1000)
    walked = np.array([note["units"] for note in rendered])
    # One each second, and one where it rests; more where a busy machine pauses.
    assert 5 <= len(walked) <= 12
    assert (np.abs(np.diff(walked, axis=0)).max(1) > 0).all()
    for units, preset in zip(walked[[0, -1]], ends, strict=True):
        np.testing.assert_allclose(units, np.array(preset.units) / 10000, atol=UNITS)
    np.testing.assert_allclose(map_.units(), walked[-1], atol=1e-4)


def test_without_the_instrument_the_server_plays_the_map(browser: Browser) -> None:
    with Server(program=WITHOUT_INSTRUMENT) as server:
        map_ = opened(new_page(browser), server)
        expect(map_.page.locator("[data-switch]")).to_have_count(0)
        with map_.page.expect_response("**/api/render"):
            map_.choose(map_.lonely())
        assert map_.explorer.errors == []
        map_.page.context.close()


def test_a_surprise_is_near_the_sound_and_not_near_what_was_chosen_before(plugin_map: Map) -> None:
    map_, page = plugin_map, plugin_map.page
    first, second = map_.ends()
    map_.choose(first)
    map_.choose(second)
    page.go_back()
    map_.explorer.wait_for("step", f"{first.name} on the map")
    page.click("[data-surprise]")
    map_.explorer.wait_for("step", f"a surprise near {first.name}")
