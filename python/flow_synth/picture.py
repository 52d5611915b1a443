"""A match at one glance: what went in, what came out, and where the knobs stand."""

import io
import warnings
from collections.abc import Sequence
from itertools import chain, groupby
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from flow_synth.features import (
    DURATION_SECONDS,
    HOP_SAMPLES,
    LOG_FLOOR,
    MAXIMUM_HZ,
    MINIMUM_HZ,
    N_FRAMES,
    N_MELS,
    SAMPLE_RATE_HZ,
)
from flow_synth.matching import Match, describe_pitch
from flow_synth.parameter import Parameter, ParameterTable

WIDTH_INCHES = 12.0
DOTS_PER_INCH = 100
SPECTROGRAMS_INCHES = 4.3
KNOB_INCHES = 0.235
COLUMNS = 4
LONGEST_GROUP = 12

#: What lies further than this below the target's loudest point is drawn as silence.
RANGE_DB = 70.0
TICKS_HZ = (100, 300, 600, 1000, 2000, 4000, 8000)

INK = "#22252b"
FAINT = "#6b7280"
TRACK = "#e6e8ec"
BAR = "#6d2a7c"
COLOURS = LinearSegmentedColormap.from_list(
    "level", ["#ffffff", "#fbe3cf", "#f2a285", "#cf4f6b", "#6d2a7c", "#160f33"]
)

#: Parts of a column's width: where the bars begin and end, and where the values begin.
BAR_START, BAR_END, VALUE_START = 0.445, 0.655, 0.685
TEXT: dict[str, Any] = {"va": "center", "fontsize": 8, "parse_math": False}
TITLE: dict[str, Any] = {
    "loc": "left",
    "color": INK,
    "fontsize": 12,
    "fontweight": "bold",
    "parse_math": False,
}
LONGEST_TITLE = 45


def draw_match(match: Match, table: ParameterTable, title: str) -> bytes:
    """Both spectrograms on one scale, the measures and every knob; the same bytes every time.

    Args:
        match: what to show.
        table: the knobs of the synth that was matched.
        title: names the target.

    Returns:
        A PNG file.
    """
    columns = arrange(list(table.parameters()))
    n_rows = max(len(column) for column in columns)
    knobs_inches = KNOB_INCHES * n_rows + 0.35
    height = SPECTROGRAMS_INCHES + knobs_inches
    figure = Figure(figsize=(WIDTH_INCHES, height), dpi=DOTS_PER_INCH, facecolor="white")
    FigureCanvasAgg(figure)
    bottom = (knobs_inches + 0.62) / height
    top = 1 - 0.8 / height
    axes = [figure.add_axes((left, bottom, 0.4, top - bottom)) for left in (0.065, 0.51)]
    loudest = float(match.target_mel.max())
    _draw_spectrogram(axes[0], match.target_mel, loudest)
    image = _draw_spectrogram(axes[1], match.imitation_mel, loudest)
    axes[0].set_ylabel("Frequency (Hz, mel scale)", color=INK, fontsize=9)
    axes[1].tick_params(labelleft=False)
    axes[0].set_title(_legible(title), **TITLE)
    played = f"{describe_pitch(match.note.pitch)} ({match.note.frequency_hz:.0f} Hz)"
    axes[1].set_title(f"Imitation, {played}", **TITLE)
    bar = figure.colorbar(image, cax=figure.add_axes((0.925, bottom, 0.014, top - bottom)))
    bar.set_label("Level (dB re the input's loudest point)", color=INK, fontsize=9)
    bar.ax.tick_params(labelsize=8, colors=INK)
    bar.outline.set_visible(False)
    figure.text(0.065, 1 - 0.33 / height, _summary(match), color=FAINT, fontsize=10)
    knobs = figure.add_axes((0.008, 0.15 / height, 0.99, (knobs_inches - 0.15) / height))
    _draw_knobs(knobs, columns, table, match.preset.values, n_rows)
    file = io.BytesIO()
    with warnings.catch_warnings():
        # Names of sounds may have letters that the font has not; they become boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def arrange(parameters: Sequence[Parameter]) -> list[list[Parameter | None]]:
    """Knobs -> columns of rows, None for an empty one.

    Neighbours whose labels begin with the same word form a group, and so do neighbours that share
    theirs with nobody. Groups of at most LONGEST_GROUP stay whole; all stay in order. The columns
    are as short as that allows.
    """
    runs = [list(run) for _, run in groupby(parameters, lambda knob: knob.label.split()[0])]
    groups: list[list[Parameter]] = []
    for is_alone, neighbours in groupby(runs, lambda run: len(run) == 1):
        found = list(neighbours)
        for group in [list(chain.from_iterable(found))] if is_alone else found:
            pieces = range(0, len(group), LONGEST_GROUP)
            groups.extend(group[start : start + LONGEST_GROUP] for start in pieces)
    height = max(map(len, groups))
    while len(columns := _fill(groups, height)) > COLUMNS:
        height += 1
    return columns


def _fill(groups: Sequence[Sequence[Parameter]], height: int) -> list[list[Parameter | None]]:
    columns: list[list[Parameter | None]] = []
    for group in groups:
        if columns and len(columns[-1]) + 1 + len(group) <= height:
            columns[-1].extend([None, *group])
        else:
            columns.append(list(group))
    return columns


def _legible(title: str) -> str:
    """One line that fits over a spectrogram."""
    line = "".join(letter if letter.isprintable() else "?" for letter in title)
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…"


def _summary(match: Match) -> str:
    measures = match.measures
    return (
        f"SC {measures.sc:.2f}     log-mel MSE {measures.log_mel_mse:.2f} nat²     "
        f"MSS {measures.mss_db:.1f} dB     level difference {measures.level_db:+.1f} dB (removed)"
    )


def level_db(mel: NDArray[np.float32], loudest: float) -> NDArray[np.float64]:
    """Log-mel in nats -> dB below the log-mel of what is loudest."""
    magnitude = np.maximum(np.exp(mel.astype(np.float64)) - LOG_FLOOR, LOG_FLOOR)
    level: NDArray[np.float64] = 20 * (np.log10(magnitude) - loudest / np.log(10))
    return level


def _draw_spectrogram(axes: Axes, mel: NDArray[np.float32], loudest: float) -> AxesImage:
    frame, band = HOP_SAMPLES / SAMPLE_RATE_HZ, 1.0 / (N_MELS + 1)
    image = axes.imshow(
        level_db(mel, loudest),
        cmap=COLOURS,
        vmin=-RANGE_DB,
        vmax=0.0,
        origin="lower",
        aspect="auto",
        interpolation="bilinear",
        # A pixel is centred on the middle of its band and of its frame.
        extent=(-frame / 2, (N_FRAMES - 0.5) * frame, band / 2, 1.0 - band / 2),
    )
    axes.set_xlim(0.0, DURATION_SECONDS)
    axes.set_yticks([mel_share(hz) for hz in TICKS_HZ], [f"{hz:,}" for hz in TICKS_HZ])
    axes.set_xlabel("Time (s)", color=INK, fontsize=9)
    axes.tick_params(labelsize=8, colors=INK)
    for spine in axes.spines.values():
        spine.set_color(TRACK)
    return image


def mel_share(hz: float) -> float:
    """Where a frequency lies between the lowest and the highest on the mel scale."""
    lowest, here, highest = (np.log1p(f / 700.0) for f in (MINIMUM_HZ, hz, MAXIMUM_HZ))
    return float((here - lowest) / (highest - lowest))


def _draw_knobs(
    axes: Axes,
    columns: Sequence[Sequence[Parameter | None]],
    table: ParameterTable,
    values: NDArray[np.float32],
    n_rows: int,
) -> None:
    axes.set_xlim(0, COLUMNS)
    axes.set_ylim(n_rows - 0.4, -0.6)
    axes.set_axis_off()
    units = dict(zip(table.names, values, strict=True))
    tracks, bars = [], []
    for left, column in enumerate(columns):
        for row, knob in enumerate(column):
            if knob is None:
                continue
            unit = float(units[knob.name])
            start, zero, end = (_along(left, share) for share in (0.0, _origin(knob), unit))
            tracks.append([(start, row), (_along(left, 1.0), row)])
            bars.append([(zero, row), (end, row)])
            axes.text(left + BAR_START - 0.035, row, knob.label, ha="right", color=FAINT, **TEXT)
            axes.text(left + VALUE_START, row, knob.describe(unit), ha="left", color=INK, **TEXT)
    axes.add_collection(LineCollection(tracks, colors=TRACK, linewidths=7, capstyle="round"))
    axes.add_collection(LineCollection(bars, colors=BAR, linewidths=7, capstyle="round"))


def _along(left: float, unit: float) -> float:
    return left + BAR_START + (BAR_END - BAR_START) * unit


def _origin(knob: Parameter) -> float:
    """Where a bar begins: at zero if the knob goes both ways, else at its minimum."""
    return knob.to_unit(0.0) if knob.minimum < 0 < knob.maximum else 0.0
