"""Presets in the audio space by their tags: how well each slider's direction parts two words."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from flow_synth.curve import Numbers, mean_ranks
from flow_synth.library import FlowSynth
from flow_synth.model_interface import SemanticAxis
from flow_synth.picture import FAINT, INK
from flow_synth.preset_map import UNIT_SCALE, PresetMap
from flow_synth.site_media import webp
from flow_synth.tag import SLIDER_END

#: Of the low word, of neither and of the high one: those of the map, told apart on dark, too.
COLOURS = ("#266eba", "#9aa0a8", "#e67e14")
_INCHES, _DOTS_PER_INCH = (3.2, 2.5), 200
#: Presets that a model locates at once.
_CHUNK = 256
#: Further out lie so few presets that the picture leaves them at its edge.
_SHOWN_PERCENT = (0.5, 99.5)


@dataclass(frozen=True, eq=False)
class TagView:
    """All presets as one slider's direction parts them.

    Attributes:
        axis: of the slider.
        along: [N] where each preset stands on the slider, in the slider's numbers.
        up: [N] its place in another dimension, which the slider leaves as it is.
        up_number: of that dimension.
        sides: [N] -1 for the low word, 1 for the high one, 0 for neither.
    """

    axis: SemanticAxis
    along: Numbers
    up: Numbers
    up_number: int
    sides: NDArray[np.int64]

    @property
    def auroc(self) -> float:
        """How likely a preset with the high word stands above one with the low word.

        Mann and Whitney's U over its maximum; 0.5 if the direction says nothing of the words.
        """
        tagged = self.sides != 0
        ranks, is_high = mean_ranks(self.along[tagged]), self.sides[tagged] > 0
        n_high, n_low = self.count(1), self.count(-1)
        above = ranks[is_high].sum() - n_high * (n_high + 1) / 2
        return float(above / (n_high * n_low))

    def count(self, side: int) -> int:
        """How many presets have a side."""
        return int((self.sides == side).sum())

    @property
    def measured(self) -> Mapping[str, Any]:
        """What a page says of it."""
        return {"auroc": self.auroc, "low": self.count(-1), "high": self.count(1)}


def tag_views(flow_synth: FlowSynth, presets: PresetMap) -> list[TagView]:
    """Every slider of a model both of whose words a map knows, with its presets in the space.

    Up goes the dimension that moves the knobs most, of those that no slider has.
    """
    description = flow_synth.description
    sides = np.array([preset.tags for preset in presets.presets])
    tagged = {
        axis.name: column
        for axis, column in zip(presets.axes, sides.T, strict=True)
        if {-1, 1} <= set(column.tolist())
    }
    axes = [axis for axis in description.semantic_axes if axis.name in tagged]
    if not axes:
        return []
    z = _located(flow_synth, presets)
    directions = np.array([axis.direction for axis in axes])
    taken = set(np.flatnonzero(directions.any(0)).tolist())
    up = next((one for one in description.order if one not in taken), description.order[0])
    return [
        TagView(axis, z @ way / (way @ way), z[:, up], up, tagged[axis.name])
        for axis, way in zip(axes, directions, strict=True)
    ]


def _located(flow_synth: FlowSynth, presets: PresetMap) -> Numbers:
    """[N, D] where the model puts the knobs of every preset."""
    units = np.array([preset.units for preset in presets.presets], np.float32) / UNIT_SCALE
    parts = [units[start : start + _CHUNK] for start in range(0, len(units), _CHUNK)]
    return np.concatenate([flow_synth.locate(part) for part in parts]).astype(np.float64)


def draw_tags(view: TagView) -> bytes:
    """A WebP of points on nothing, which pages with a dark ground invert.

    Presets without a word lie below the others, whose order is that of the bank.
    """
    figure = Figure(figsize=_INCHES, dpi=_DOTS_PER_INCH, layout="constrained")
    figure.patch.set_alpha(0.0)
    panel = figure.subplots()
    panel.patch.set_alpha(0.0)
    limits = [_limits(numbers) for numbers in (view.along, view.up)]
    places = np.stack(
        [np.clip(n, *ends) for n, ends in zip((view.along, view.up), limits, strict=True)]
    )
    for is_drawn in (view.sides == 0, view.sides != 0):
        colours = [COLOURS[side + 1] for side in view.sides[is_drawn]]
        across, up = places[:, is_drawn]
        panel.scatter(across, up, s=4, c=colours, alpha=0.7, linewidths=0)
    panel.set_xlim(limits[0])
    panel.set_ylim(limits[1])
    panel.set_xticks(range(-int(SLIDER_END), int(SLIDER_END) + 1))
    for end in (-SLIDER_END, SLIDER_END):
        panel.axvline(end, color=FAINT, linewidth=0.6, linestyle=":")
    panel.set_xlabel(f"position on the slider {view.axis.name}", color=INK, fontsize=8)
    panel.set_ylabel(f"dimension z{view.up_number}", color=INK, fontsize=8)
    panel.tick_params(labelsize=7, colors=FAINT)
    for spine in panel.spines.values():
        spine.set_color(FAINT)
        spine.set_linewidth(0.6)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png")
    return webp(np.asarray(Image.open(drawn)))


def _limits(numbers: Numbers) -> tuple[float, float]:
    """Around nearly all of them, and around the whole slider."""
    low, high = np.percentile(numbers, _SHOWN_PERCENT)
    return min(float(low), -SLIDER_END - 0.2), max(float(high), SLIDER_END + 0.2)
