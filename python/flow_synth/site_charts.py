"""Small charts as SVG: lines over steps, intervals, and bars of knobs; colours are the page's."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from flow_synth.parameter import ParameterTable
from flow_synth.score import INTERVAL_PERCENT

_WIDTH, _HEIGHT = 320, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 8, 22, 34
#: Around the lines, and across their middle.
_FRAME = (
    f'<path class="frame" d="M{_LEFT} {_TOP}H{_WIDTH - _RIGHT}V{_HEIGHT - _BOTTOM}H{_LEFT}Z'
    f'M{_LEFT} {(_TOP + _HEIGHT - _BOTTOM) / 2:g}H{_WIDTH - _RIGHT}"/>'
)
_BAR_STEP, _BARS_HEIGHT = 7, 56
#: So many knobs are named that an answer is furthest off in.
_N_NAMED = 3


def line_chart(
    lines: Mapping[str, Sequence[float]],
    positions: Sequence[float],
    *,
    across: str,
    up: str,
    limits: tuple[float, float] | None = None,
) -> Markup:
    """Curves over common positions, in up to five colours; the page writes the legend.

    A page has hundreds of these, so that places are whole numbers: a pixel, more or less.

    Args:
        lines: numbers by name; NaN is left out.
        positions: of them all.
        across: what the horizontal axis is, with its unit.
        up: what the vertical one is.
        limits: of the vertical axis; around the numbers if None.
    """
    numbers = np.array([number for line in lines.values() for number in line])
    known = numbers[np.isfinite(numbers)]
    low, high = limits or _padded(known)
    first, last = min(positions), max(positions)

    def x(position: float) -> int:
        share = (position - first) / ((last - first) or 1.0)
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * share)

    def y(number: float) -> int:
        share = (number - low) / (high - low)
        return round(_HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share)

    parts = [_FRAME]
    ticks = (low, (low + high) / 2, high)
    marks = (_text(_LEFT - 5, y(number) + 4, f"{number:.3g}", "start") for number in ticks)
    parts.append(f'<g text-anchor="end">{"".join(marks)}</g>')
    for number, anchor in ((first, "start"), ((first + last) / 2, "middle"), (last, "end")):
        parts.append(_text(x(number), _HEIGHT - _BOTTOM + 14, f"{number:.2g}", anchor))
    parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 4, across, "middle"))
    parts.append(_text(4, 12, up, "start"))
    for index, line in enumerate(lines.values()):
        points = " ".join(
            f"{x(position)},{y(number)}"
            for position, number in zip(positions, line, strict=True)
            if np.isfinite(number)
        )
        parts.append(f'<polyline class="line line-{index % 5}" points="{points}"/>')
    return _svg(_WIDTH, _HEIGHT, f"{up} over {across}", parts, "chart")


def interval_chart(
    rows: Mapping[str, tuple[float, float, float]], own: Sequence[str], across: str
) -> Markup:
    """Means as dots and their intervals as lines, a row each; what needs no model is hollow."""
    row_height, left, width = 19, 190, 640
    height = row_height * len(rows) + 40
    ends = np.array(list(rows.values()))
    # What is far off would leave no room for the rest: it is drawn as an arrow at the edge.
    last = float(min(ends.max(), 5 * np.median(ends[:, 0]) + 1e-9)) * 1.05

    def x(number: float) -> float:
        return left + (width - left - 16) * min(number, last) / last

    parts = []
    bottom = row_height * len(rows) + 6
    for tick in _ticks(last):
        parts.append(f'<path class="grid" d="M{_short(x(tick))} 2V{bottom}"/>')
        parts.append(_text(x(tick), bottom + 14, f"{tick:.3g}", "middle"))
    parts.append(_text((left + width) / 2, bottom + 30, across, "middle"))
    for index, (name, (mean, low, high)) in enumerate(rows.items()):
        y = row_height * (index + 0.5) + 3
        kind = "own" if name in own else "other"
        parts.append(_text(left - 8, y + 4, name, "end", "name"))
        if mean > last:
            parts.append(_text(x(last) + 8, y + 4, f"{mean:.3g} →", "end"))
            continue
        parts.append(
            f'<line class="interval {kind}" x1="{x(low):.1f}" x2="{x(high):.1f}" '
            f'y1="{y:.1f}" y2="{y:.1f}"/>'
        )
        parts.append(
            f'<circle class="dot {kind}" cx="{x(mean):.1f}" cy="{y:.1f}" r="4">'
            f"<title>{escape(name)}: {mean:.3g} [{low:.3g}, {high:.3g}]</title></circle>"
        )
    return _svg(
        width,
        height,
        f"{across}, mean and {INTERVAL_PERCENT:g} % interval by row",
        parts,
        "intervals",
    )


def knob_bars(values: Sequence[float], table: ParameterTable) -> Markup:
    """Unit values as bars, knob beside knob, each with its name and human value."""
    parts = []
    for index, (value, knob) in enumerate(zip(values, table.parameters(), strict=True)):
        label = escape(f"{knob.label}: {knob.describe(float(value))}")
        bar = _bar(index, _BARS_HEIGHT * float(value))
        parts.append(f'<path d="{bar}"><title>{label}</title></path>')
    what = f"{len(values)} knobs, each from 0 to 1 of its range"
    return _bars(len(values), what, parts)


def original_bars(values: Sequence[float], mark: str) -> Markup:
    """Unit values as bars, and as marks at their heights that :func:`answer_bars` draws again.

    Args:
        values: of a preset.
        mark: id of the marks on the page.
    """
    heights = (round(_BARS_HEIGHT * (1 - float(value))) for value in values)
    marks = "".join(f"M{_BAR_STEP * index} {y}h{_BAR_STEP}" for index, y in enumerate(heights))
    return _few_bars(values, f'<path id="{mark}" class="mark" d="{marks}"/>')


def answer_bars(
    values: Sequence[float], original: Sequence[float], table: ParameterTable, mark: str
) -> Markup:
    """Unit values as bars under the marks of the original's, with words for what is furthest off.

    A page has more than a hundred of them: no bar has a name of its own.
    """
    off = np.abs(np.subtract(values, original))
    knobs = list(table.parameters())
    named = (
        f"{knobs[index].label} {knobs[index].describe(float(values[index]))}, "
        f"not {knobs[index].describe(float(original[index]))}"
        for index in np.argsort(-off, kind="stable")[:_N_NAMED]
        if off[index]
    )
    told = "; ".join(named) or "the original's knobs"
    return _few_bars(values, f'<use href="#{mark}"/><title>{escape(told)}</title>')


def _few_bars(values: Sequence[float], beside: str) -> Markup:
    """All bars as one path, at whole heights, and what is drawn over them."""
    bars = "".join(_bar(index, round(_BARS_HEIGHT * value)) for index, value in enumerate(values))
    return _bars(len(values), "Knobs", [f'<path d="{bars}"/>', beside])


def _bar(index: int, height: float) -> str:
    return f"M{_BAR_STEP * (index + 0.5):g} {_BARS_HEIGHT}v-{_short(max(height, 1.0))}"


def _bars(count: int, what: str, parts: Sequence[str]) -> Markup:
    width = _BAR_STEP * count
    track = f'<rect class="track" width="{width}" height="{_BARS_HEIGHT}"/>'
    return _svg(width, _BARS_HEIGHT, what, [track, *parts], "knobs")


def _padded(numbers: NDArray[np.float64]) -> tuple[float, float]:
    if not len(numbers):
        return 0.0, 1.0
    low, high = float(numbers.min()), float(numbers.max())
    return (low, high) if high - low > 1e-9 else (low - 0.5, high + 0.5)


def _ticks(last: float) -> Sequence[float]:
    """About five round numbers from 0 to the last."""
    size = 10.0 ** np.floor(np.log10(last / 4))
    step = next(size * factor for factor in (1, 2, 5, 10) if last / (size * factor) <= 6)
    return [float(number) for number in np.arange(0, last, step)]


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    # What is so by itself is left out: a page has hundreds of charts.
    place = f'x="{_short(x)}" y="{_short(y)}"'
    aligned = f' text-anchor="{anchor}"' if anchor != "start" else ""
    kind = f' class="{kind}"' if kind else ""
    return f"<text{kind} {place}{aligned}>{escape(text)}</text>"


def _short(number: float) -> str:
    """A place to a tenth."""
    return f"{number:.1f}".removesuffix(".0")


def _svg(width: float, height: float, what: str, parts: Sequence[str], kind: str) -> Markup:
    stretched = 'preserveAspectRatio="none" ' if kind == "knobs" else ""
    return Markup(  # Every text in it is escaped above.
        f'<svg class="{kind}" viewBox="0 0 {width:g} {height:g}" {stretched}role="img" '
        f'aria-label="{escape(what)}">{"".join(parts)}</svg>'
    )
