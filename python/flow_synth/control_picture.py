"""Controls at one glance: what sliders and macro knobs do to descriptors, knobs and spectra."""

import io
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from flow_synth.control import AxisScore
from flow_synth.picture import BAR, COLOURS, DOTS_PER_INCH, FAINT, INK, RANGE_DB, TRACK, level_db
from flow_synth.semantic import SHOWN_STEPS, Controls, MacroCurve, Measured
from flow_synth.tag import AXES

COLUMNS = 4
PANEL_INCHES = (2.7, 2.3)
MACRO_INCHES = (4.6, 2.5)
TILE_INCHES = (1.05, 0.62)
#: A picture has as few, so that it stays small.
N_COLOURS = 64
LABEL: dict[str, Any] = {"color": INK, "fontsize": 8}
#: Told apart without seeing colours, too, by the order of the legend.
LINES = ("#6d2a7c", "#cf4f6b", "#e08b3c", "#2f7f86", "#22252b", "#7a9e3d", "#4b6fb3")


class ControlPicture(StrEnum):
    """What the name of a picture ends in."""

    SLIDERS = "sliders"
    CROSS_TALK = "cross-talk"
    SLIDER_SOUNDS = "slider-sounds"
    MACROS = "macros"
    MACRO_SOUNDS = "macro-sounds"

    def beside(self, result: Path) -> Path:
        """The picture that belongs to a result."""
        return result.with_name(f"{result.stem}-{self}.png")


def draw_controls(measured: Measured) -> dict[ControlPicture, bytes]:
    """PNG files, the same bytes every time; those of sliders only if there are any."""
    controls = measured.controls
    pictures = {
        ControlPicture.MACROS: _draw_macros(controls.strongest),
        ControlPicture.MACRO_SOUNDS: _draw_sounds(
            [f"z{macro.dimension}" for macro in controls.strongest],
            [[f"{place:.2g}" for place in one.positions] for one in controls.strongest],
            measured.macro_mels,
        ),
    }
    if not controls.axes:
        return pictures
    places = [[f"{place:g}" for place in controls.positions]] * len(controls.axes)
    return pictures | {
        ControlPicture.SLIDERS: _draw_sliders(controls),
        ControlPicture.CROSS_TALK: _draw_cross_talk(controls.axes),
        ControlPicture.SLIDER_SOUNDS: _draw_sounds(
            [axis.name for axis in controls.axes], places, measured.slider_mels
        ),
    }


def _draw_sliders(controls: Controls) -> bytes:
    """Every slider's own descriptor: the median and the middle half of all presets."""
    n_rows = -(-len(controls.axes) // COLUMNS)
    figure, panels = _figure(n_rows, COLUMNS, PANEL_INCHES)
    for panel, score in zip(panels.flat, controls.axes, strict=False):
        known = [
            (place, *three)
            for place, three in zip(controls.positions, score.curves, strict=True)
            if three
        ]
        places, low, middle, high = np.array(known).reshape(-1, 4).T
        panel.fill_between(places, low, high, color=BAR, alpha=0.2, linewidth=0)
        panel.plot(places, middle, color=BAR)
        _draw_thresholds(panel, score)
        panel.set_title(f"{score.name}: {score.low} to {score.high}", loc="left", **LABEL)
        panel.set_ylabel(f"{score.descriptor} ({score.unit})", **LABEL)
        panel.set_xlim(controls.positions[0], controls.positions[-1])
        _dress(panel)
    for panel in panels.flat[len(controls.axes) :]:
        panel.set_axis_off()
    return _png(figure)


def _draw_thresholds(panel: Axes, score: AxisScore) -> None:
    (axis,) = (axis for axis in AXES if axis.name == score.name)
    for threshold in (axis.low_threshold, axis.high_threshold):
        panel.axhline(threshold, color=FAINT, linestyle=":", linewidth=1)


def _draw_cross_talk(axes: Sequence[AxisScore]) -> bytes:
    """How far every descriptor moves with every slider, as a share of the slider's own."""
    figure, panels = _figure(1, 1, (6.2, 0.42 * len(axes) + 1.4))
    panel = panels.flat[0]
    shares = np.array([axis.shares for axis in axes], np.float64)
    panel.imshow(shares, cmap=COLOURS, vmin=0.0, vmax=1.0, aspect="auto")
    for (row, column), share in np.ndenumerate(shares):
        if not np.isnan(share):
            colour = "white" if share > 0.5 else INK
            panel.text(
                column, row, f"{share:.2f}", ha="center", va="center", color=colour, fontsize=8
            )
    panel.set_yticks(range(len(axes)), [axis.name for axis in axes])
    panel.set_xticks(range(len(AXES)), [axis.name for axis in AXES], rotation=30, ha="right")
    panel.set_ylabel("Slider", **LABEL)
    panel.set_title("Movement of descriptors; the slider's own = 1", loc="left", **LABEL)
    panel.tick_params(labelsize=8, colors=INK)
    return _png(figure)


def _draw_macros(curves: Sequence[MacroCurve]) -> bytes:
    """Knobs above, descriptors below."""
    figure, panels = _figure(2, len(curves), MACRO_INCHES)
    for column, macro in enumerate(curves):
        above, below = panels[:, column]
        for (label, values), colour in zip(macro.knobs.items(), LINES, strict=False):
            above.plot(macro.positions, values, color=colour, label=label)
        for axis, medians, colour in zip(AXES, macro.descriptors, LINES, strict=True):
            # None becomes NaN, which is not drawn.
            heights = np.array(medians, np.float64)
            below.plot(macro.positions, heights, color=colour, label=axis.name)
        above.set_title(f"z{macro.dimension}", loc="left", **LABEL)
        above.set_ylabel("Knob (unit value)", **LABEL)
        above.set_ylim(-0.03, 1.03)
        below.set_ylabel("Descriptor (deviations)", **LABEL)
        for panel in (above, below):
            panel.set_xlim(macro.positions[0], macro.positions[-1])
            panel.legend(fontsize=6, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
            _dress(panel)
    return _png(figure)


def _draw_sounds(
    names: Sequence[str],
    places: Sequence[Sequence[str]],
    mels: Sequence[NDArray[np.float32]],
) -> bytes:
    """A row of spectrograms for each sweep, on one scale of levels below its own loudest."""
    n_columns = len(mels[0])
    figure, panels = _figure(len(names), n_columns, TILE_INCHES)
    for name, positions, row, sweep in zip(names, places, panels, mels, strict=True):
        loudest = float(sweep.max())
        for panel, place, mel in zip(row, positions[SHOWN_STEPS], sweep, strict=True):
            panel.imshow(
                level_db(mel, loudest),
                cmap=COLOURS,
                vmin=-RANGE_DB,
                vmax=0.0,
                origin="lower",
                aspect="auto",
                interpolation="nearest",
            )
            panel.set_xticks([])
            panel.set_yticks([])
            panel.set_title(place, color=FAINT, fontsize=6, pad=1.5)
            for spine in panel.spines.values():
                spine.set_color(TRACK)
        row[0].set_ylabel(name, color=INK, fontsize=7)
    return _png(figure)


def _figure(n_rows: int, n_columns: int, inches: tuple[float, float]) -> tuple[Figure, Any]:
    """A figure and its panels [rows, columns]."""
    figure = Figure(
        figsize=(inches[0] * n_columns, inches[1] * n_rows),
        dpi=DOTS_PER_INCH,
        facecolor="white",
        layout="constrained",
    )
    return figure, figure.subplots(n_rows, n_columns, squeeze=False)


def _dress(panel: Axes) -> None:
    panel.tick_params(labelsize=7, colors=INK)
    panel.grid(color=TRACK)
    for spine in panel.spines.values():
        spine.set_color(TRACK)


def _png(figure: Figure) -> bytes:
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png")
    Image.open(drawn).convert("RGB").quantize(N_COLOURS).save(small, format="png", optimize=True)
    return small.getvalue()
