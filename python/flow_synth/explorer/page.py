"""What a browser loads of the explorer: the page, its style and script, and what plays in it."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from flow_synth.explorer.request import LARGEST_SOUND_BYTES, MOST_CANDIDATES
from flow_synth.model_file import read_model_file
from flow_synth.site_builder import Opened, instrument_view, render_page
from flow_synth.site_scripts import (
    SITE,
    bundle,
    data_script,
    has_instrument_module,
    has_library,
    instrument_script,
    library,
)

TEMPLATE = "explore.html.jinja"
SCRIPT = "explore.js"
#: What draws the map, and the licences of all that others wrote.
PLOT = "scatterplot.js"
LICENCES = "libraries-licences.txt"


class ExplorerPage:
    """The page of a model.

    Args:
        opened: the model, and its map if there is one.
    """

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        #: Whether the instrument in the page plays the model; all others are played by the server.
        self.plays = opened.sounds_in_browsers and has_instrument_module()
        #: Whether it turns the knobs, by a map that the core runs; else the server does that, too.
        self.turns = self.plays or (has_instrument_module() and _has_map(opened))
        #: Whether there is a map, and what draws it.
        self.has_map = opened.map is not None and has_library(PLOT)

    def html(self, model: Mapping[str, Any]) -> str:
        """The page itself, with the description of the model that scripts get."""
        instrument = instrument_view(self._opened) if self.turns else None
        limits = {
            "most_candidates": MOST_CANDIDATES if model["has_candidates"] else 1,
            "largest_sound_bytes": LARGEST_SOUND_BYTES,
        }
        shown = self._opened.map if self.has_map else None
        context = {"model": model, "instrument": instrument, "map": shown, **limits}
        return render_page(context, TEMPLATE)

    @property
    def style(self) -> bytes:
        """The style sheet."""
        return (SITE / "style.css").read_bytes()

    @property
    def script(self) -> str:
        """All that the page runs."""
        return bundle(SITE / SCRIPT)

    @cached_property
    def instrument(self) -> str | None:
        """The instrument with the model, for a page that can turn its knobs."""
        return instrument_script(self._opened.file) if self.turns else None

    @cached_property
    def map(self) -> str | None:
        """The presets of the synth by how they sound."""
        found = self._opened.map
        if found is None or not self.has_map:
            return None
        return data_script("map", found.model_dump(mode="json"))

    @property
    def plot(self) -> str | None:
        """What draws the map."""
        return library(PLOT).decode() if self.has_map else None

    @property
    def licences(self) -> str | None:
        """Of what draws the map."""
        return library(LICENCES).decode() if self.has_map else None


def _has_map(opened: Opened) -> bool:
    return read_model_file(opened.file).flow is not None
