"""Scores at one glance: every method's mean, its interval and its median, and a search's way."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from flow_synth.evaluation import Evaluation
from flow_synth.metric import Measure
from flow_synth.picture import BAR, DOTS_PER_INCH, FAINT, INK, TRACK
from flow_synth.score import INTERVAL_PERCENT, Method, Score, SearchPoint
from flow_synth.score_page import count, method_names
from flow_synth.target import GroupName

METHOD_INCHES = 0.34
PANEL_INCHES = 3.7
SHOWN = {Measure.MSS: "MSS (dB)", Measure.SC: "SC (ratio)"}
LABEL: dict[str, Any] = {"color": INK, "fontsize": 9}


def draw_scores(evaluation: Evaluation) -> bytes:
    """MSS and SC of every method over all targets; the same bytes every time.

    Returns:
        A PNG file.
    """
    group = evaluation.groups[GroupName.ALL]
    n_panels = len(SHOWN) + bool(evaluation.search)
    size = (PANEL_INCHES * n_panels, max(3.2, METHOD_INCHES * len(group.scores) + 1.3))
    figure = Figure(figsize=size, dpi=DOTS_PER_INCH, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes: Sequence[Axes] = figure.subplots(1, n_panels)
    names = method_names(evaluation)
    labels = [names[method] for method in group.scores]
    for panel, (measure, label) in zip(axes, SHOWN.items(), strict=False):
        _draw_methods(panel, [scores[measure] for scores in group.scores.values()])
        panel.set_xlabel(label, **LABEL)
        panel.set_yticks(range(len(labels)), labels if panel is axes[0] else [""] * len(labels))
    if evaluation.search:
        _draw_search(axes[-1], evaluation.search)
        for method, style in ((Method.NN1, ":"), (Method.NN16, "--")):
            mss = group.scores[method][Measure.MSS].mean
            axes[-1].axhline(mss, color=FAINT, linestyle=style, label=names[method])
        axes[-1].legend(fontsize=8, frameon=False)
    for panel in axes:
        panel.tick_params(labelsize=8, colors=INK)
        for spine in panel.spines.values():
            spine.set_color(TRACK)
    axes[0].legend(fontsize=8, frameon=False)
    title = f"{evaluation.synth}: {count(evaluation, group)}"
    figure.suptitle(title, x=0.01, ha="left", color=INK, fontsize=12, fontweight="bold")
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def _draw_methods(axes: Axes, scores: Sequence[Score]) -> None:
    rows = np.arange(len(scores))
    means = np.array([score.mean for score in scores])
    ends = np.array([[score.low, score.high] for score in scores]).T
    axes.errorbar(
        means,
        rows,
        xerr=np.abs(ends - means),
        fmt="o",
        color=BAR,
        markersize=5,
        label=f"mean, {INTERVAL_PERCENT:g} % interval",
    )
    medians = [score.median for score in scores]
    axes.plot(medians, rows, "|", color=INK, markersize=11, label="median")
    axes.set_ylim(len(scores) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.grid(axis="x", color=TRACK)
    axes.set_axisbelow(True)


def _draw_search(axes: Axes, points: Sequence[SearchPoint]) -> None:
    renders = [point.renders for point in points]
    scores = [point.mss_db for point in points]
    axes.plot(renders, [score.mean for score in scores], color=BAR, label="CMA-ES, mean")
    low, high = [score.low for score in scores], [score.high for score in scores]
    axes.fill_between(renders, low, high, color=BAR, alpha=0.2, linewidth=0)
    axes.plot(renders, [score.median for score in scores], color=INK, label="CMA-ES, median")
    axes.set_xlabel("Renders", **LABEL)
    axes.set_ylabel("MSS of the best so far (dB)", **LABEL)
    axes.set_xlim(0, renders[-1])
    axes.set_ylim(bottom=0)
    axes.grid(color=TRACK)
