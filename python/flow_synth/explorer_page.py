"""What a browser loads of the explorer: the page, its style and script, and what plays in it."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from flow_synth.explorer_request import LARGEST_SOUND_BYTES, MOST_CANDIDATES
from flow_synth.site_builder import Opened, instrument_view, render_page
from flow_synth.site_scripts import (
    SITE,
    bundle,
    data_script,
    has_instrument_module,
    instrument_script,
)

TEMPLATE = "explore.html.jinja"
SCRIPT = "explore.js"


class ExplorerPage:
    """The page of a model.

    Args:
        opened: the model, and its map if there is one.
    """

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        #: Whether the instrument in the page plays the model; all others are played by the server.
        self.plays = opened.sounds_in_browsers and has_instrument_module()

    def html(self, model: Mapping[str, Any]) -> str:
        """The page itself, with the description of the model that scripts get."""
        instrument = instrument_view(self._opened) if self.plays else None
        limits = {
            "most_candidates": MOST_CANDIDATES if model["has_candidates"] else 1,
            "largest_sound_bytes": LARGEST_SOUND_BYTES,
        }
        return render_page({"model": model, "instrument": instrument, **limits}, TEMPLATE)

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
        """The instrument with the model, for a page that can play it."""
        return instrument_script(self._opened.file) if self.plays else None

    @cached_property
    def map(self) -> str | None:
        """The presets of the synth by how they sound."""
        found = self._opened.map
        return data_script("map", found.model_dump(mode="json")) if found else None
