"""The map of presets on a page of the explorer, as tests look at it and touch it."""

import io
from dataclasses import dataclass
from typing import Any

import matplotlib.image
import numpy as np
from explorer_browser import Explorer, Server
from numpy.typing import NDArray
from page_browser import ROOT
from playwright.sync_api import FloatRect, Page, Request

from flow_synth.preset_map import MapPreset, PresetMap

PICTURES = ROOT / "build" / "reports" / "map"
SHIPPED = ROOT / "python" / "flow_synth" / "shipped"
#: Unit values of a map are rounded, and go through the audio space and back.
UNITS = 2e-3


def read_map(model: str) -> PresetMap:
    return PresetMap.read(SHIPPED / f"{model}.map.json")


@dataclass(frozen=True)
class Map:
    """The map of a page, and what is in it."""

    explorer: Explorer
    content: PresetMap

    @property
    def page(self) -> Page:
        return self.explorer.page

    @property
    def box(self) -> FloatRect:
        face = self.page.get_by_role("application")
        face.scroll_into_view_if_needed()
        box = face.bounding_box()
        assert box
        return box

    def place(self, preset: MapPreset) -> tuple[float, float]:
        """Where a preset is in the window, as long as the whole map is seen."""
        box = self.box
        side = min(box["width"], box["height"])
        x = box["x"] + box["width"] / 2 + (preset.x - 0.5) * side
        y = box["y"] + box["height"] / 2 - (preset.y - 0.5) * side
        return x, y

    def lonely(self, number: int = 0) -> MapPreset:
        """The preset that is farthest from any other one, or one of the next."""
        places = np.array([(one.x, one.y) for one in self.content.presets])
        distances = np.linalg.norm(places[:, None] - places[None], axis=-1)
        np.fill_diagonal(distances, np.inf)
        return self.content.presets[int(np.argsort(-distances.min(0))[number])]

    def ends(self) -> list[MapPreset]:
        """Two presets that are far from each other, and no other one near either."""
        few = sorted((self.lonely(number) for number in range(20)), key=lambda one: one.x)
        return [few[0], few[-1]]

    def choose(self, preset: MapPreset) -> None:
        self.page.mouse.click(*self.place(preset))
        self.explorer.wait_for("map-status", preset.name)
        self.explorer.wait_for("step", f"{preset.name} on the map")

    def mark(self, name: str) -> tuple[float, float]:
        """The middle of a mark, in the window."""
        self.settle()
        box = self.page.locator(f"[data-mark='{name}']").bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def settle(self) -> None:
        """Two frames: one in which it is asked for, one in which it is drawn."""
        self.page.evaluate(
            "() => new Promise((resolve) => requestAnimationFrame(() => "
            "requestAnimationFrame(() => setTimeout(resolve, 100))))"
        )

    def colour(self, at: tuple[float, float]) -> NDArray[np.float64]:
        """Red, green and blue of a place in the window, 0 to 255."""
        self.settle()
        picture = matplotlib.image.imread(io.BytesIO(self.page.screenshot()))
        scale = picture.shape[1] / self.page.evaluate("() => innerWidth")
        x, y = (round(scale * one) for one in at)
        return np.asarray(255.0 * picture[y - 1 : y + 2, x - 1 : x + 2, :3].mean((0, 1)))

    def units(self) -> NDArray[np.float32]:
        return np.array(self.explorer.steps()[-1]["units"], np.float32)


def sent(request: Request) -> dict[str, Any]:
    return dict(request.post_data_json or {})


def expected_colour(map_: Map, preset: MapPreset) -> NDArray[np.float64]:
    """What the legend says of its category."""
    swatch = map_.page.locator(f"[data-swatch='{preset.category}']")
    text = swatch.evaluate("(one) => getComputedStyle(one).backgroundColor")
    return np.array([float(part) for part in text[4:-1].split(",")])


def opened(page: Page, server: Server, model: str = "builtin") -> Map:
    explorer = Explorer(page, server.address)
    return Map(explorer, read_map(model))


def draw_line(map_: Map, presets: list[MapPreset]) -> None:
    page = map_.page
    page.click("[data-path-draw]")
    page.mouse.move(*map_.place(presets[0]))
    page.mouse.down()
    for preset in presets[1:]:
        page.mouse.move(*map_.place(preset), steps=12)
    page.mouse.up()
    map_.explorer.wait_for("map-status", "The path has")
