"""How many frames a second the map of presets is drawn with, as it is moved and enlarged.

python python/benchmarks/map.py [--model amsynth-32] [--seconds 5] [--scale 1] [--times 1]

It needs Chromium. Without a GPU, WebGL is computed by the processor; the renderer is printed.
"""

import argparse
import json
import random
import shutil
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from flow_synth.preset_map import SUFFIX, PresetMap
from flow_synth.site_builder import instrument_view, open_models, render_page
from flow_synth.site_scripts import SITE, data_script, library, page_script
from flow_synth.synths import BUILTIN

SHIPPED = SITE.with_name("shipped")
#: The hand circles by so many pixels, and the wheel turns by so many a frame.
REACH_PIXELS = 120
WHEEL_PIXELS = 12

#: Does something to the map in every frame, and gives the times of all frames in milliseconds.
_FRAMES = """([how, seconds, reach, wheel]) => new Promise((resolve) => {
  const face = document.querySelector("[role=application]");
  const { left, top, width, height } = face.getBoundingClientRect();
  const times = [];
  const step = (now) => {
    times.push(now);
    const passed = (now - times[0]) / 1000;
    if (passed > seconds) {
      resolve(times);
      return;
    }
    const at = {
      clientX: left + width / 2 + reach * Math.sin(3 * passed),
      clientY: top + height / 2 + reach * Math.cos(2 * passed),
      bubbles: true, cancelable: true, pointerId: 1, buttons: 1,
    };
    const turn = { ...at, ctrlKey: true, deltaY: wheel * Math.cos(2 * passed) };
    face.dispatchEvent(
      how === "pan" ? new PointerEvent("pointermove", at) : new WheelEvent("wheel", turn));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""
_RENDERER = """() => {
  const gl = document.createElement("canvas").getContext("webgl");
  const names = gl?.getExtension("WEBGL_debug_renderer_info");
  return names ? gl.getParameter(names.UNMASKED_RENDERER_WEBGL) : "none";
}"""


def main() -> None:
    """Prints the rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="amsynth-32", help="of which the map is shown")
    parser.add_argument("--seconds", type=float, default=5.0, help="to measure for, each")
    parser.add_argument("--scale", type=float, default=1.0, help="pixels of the screen by pixel")
    parser.add_argument("--times", type=int, default=1, help="so many times as many presets")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        parser.exit(2, "Chromium is missing; install it to time the map\n")
    found = PresetMap.read(SHIPPED / f"{arguments.model}{SUFFIX}")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        write_page(Path(folder), found, arguments.times)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": 1440, "height": 900}, device_scale_factor=arguments.scale
        )
        page.goto((Path(folder) / "index.html").as_uri())
        result = {
            "model": arguments.model,
            "shown": page.locator("[data-map-status]").inner_text(),
            "scale": arguments.scale,
            "renderer": page.evaluate(_RENDERER),
            **{how: rates(frames(page, how, arguments.seconds)) for how in ("pan", "zoom")},
        }
        browser.close()
    if arguments.json:
        print(json.dumps(result, indent=2))
        return
    print(f"{result['shown']}, drawn by {result['renderer']}")
    for how in ("pan", "zoom"):
        one = result[how]
        print(
            f"{one['frames_per_second']:9.1f} frames/s  {how}; a frame takes "
            f"{one['median_ms']:.1f} ms, one of twenty {one['slow_ms']:.1f} ms or more"
        )


def write_page(folder: Path, found: PresetMap, times: int) -> None:
    """Writes a page with the instrument and a map, which opens from disk.

    Of every preset there are so many, all but the first at random places.
    """
    (opened,) = open_models([BUILTIN])
    # The built-in synth plays in the page, whichever map is shown.
    model = {
        "title": found.model,
        "knobs": [],
        "preset_suffixes": [],
        "plays_in_browser": True,
    }
    context: dict[str, Any] = {
        "model": model,
        "instrument": instrument_view(replace(opened, map=found)),
        "map": found,
        "most_candidates": 1,
        "largest_sound_bytes": 0,
    }
    (folder / "data").mkdir()
    (folder / "index.html").write_text(render_page(context, "explore.html.jinja"))
    # Of a page from disk: the explorer's own asks its server.
    (folder / "explore.js").write_text(page_script())
    (folder / "scatterplot.js").write_bytes(library("scatterplot.js"))
    (folder / "style.css").write_bytes((SITE / "style.css").read_bytes())
    content = found.model_dump(mode="json")
    places = random.Random(0)
    content["presets"] += [
        {**preset, "x": places.random(), "y": places.random()}
        for preset in content["presets"] * (times - 1)
    ]
    script = data_script("map", content)
    (folder / "data" / "map.js").write_text(script)


def frames(page: Page, how: str, seconds: float) -> list[float]:
    """Times of frames in milliseconds."""
    face = page.get_by_role("application")
    face.scroll_into_view_if_needed()
    face.hover()
    page.wait_for_timeout(500)
    if how == "pan":
        page.mouse.down()
    times: list[float] = page.evaluate(_FRAMES, [how, seconds, REACH_PIXELS, WHEEL_PIXELS])
    if how == "pan":
        page.mouse.up()
    return times


def rates(times: Sequence[float]) -> dict[str, float]:
    """Frames a second on average, and how long frames take."""
    lasted = sorted(later - earlier for earlier, later in pairwise(times))
    return {
        "frames_per_second": 1000 * len(lasted) / (times[-1] - times[0]),
        "median_ms": statistics.median(lasted),
        "slow_ms": lasted[int(0.95 * (len(lasted) - 1))],
    }


if __name__ == "__main__":
    main()
