"""Quality against time: where matches stand after so many renders and seconds."""

import io
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from flow_synth.evaluation import Evaluation
from flow_synth.match_score import MatchPoint
from flow_synth.metric import Measure
from flow_synth.picture import BAR, DOTS_PER_INCH, FAINT, INK, TRACK
from flow_synth.score import Method
from flow_synth.score_page import count, method_names
from flow_synth.target import GroupName

SIZE_INCHES = (11.0, 3.6)
LABEL: dict[str, Any] = {"color": INK, "fontsize": 9}


def draw_matching(evaluation: Evaluation) -> bytes:
    """MSS by renders, MSS by seconds and SC by renders; the same bytes every time.

    Args:
        evaluation: one with matching.

    Returns:
        A PNG file.
    """
    assert evaluation.matching is not None
    points = evaluation.matching.points
    figure = Figure(
        figsize=SIZE_INCHES, dpi=DOTS_PER_INCH, facecolor="white", layout="constrained"
    )
    FigureCanvasAgg(figure)
    by_renders, by_seconds, convergence = figure.subplots(1, 3)
    renders = [point.renders for point in points]
    _draw(by_renders, renders, points, "Renders")
    _draw(by_seconds, [point.seconds for point in points], points, "Seconds on one core")
    scores = [point.sc for point in points]
    convergence.plot(renders, [score.mean for score in scores], color=BAR, label="mean")
    convergence.plot(renders, [score.median for score in scores], color=INK, label="median")
    convergence.set_xlabel("Renders", **LABEL)
    convergence.set_ylabel("SC of the best so far", **LABEL)
    _draw_rivals(evaluation, (by_renders, by_seconds), Measure.MSS)
    _draw_rivals(evaluation, (convergence,), Measure.SC)
    for panel in (by_renders, by_seconds, convergence):
        panel.set_ylim(bottom=0)
        panel.grid(color=TRACK)
        panel.tick_params(labelsize=8, colors=INK)
        for spine in panel.spines.values():
            spine.set_color(TRACK)
    by_renders.legend(fontsize=8, frameon=False)
    title = f"{evaluation.synth}: {count(evaluation, evaluation.groups[GroupName.ALL])}"
    figure.suptitle(title, x=0.01, ha="left", color=INK, fontsize=12, fontweight="bold")
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def _draw(axes: Axes, x: Sequence[float], points: Sequence[MatchPoint], label: str) -> None:
    scores = [point.mss_db for point in points]
    axes.plot(x, [score.mean for score in scores], color=BAR, label="refined, mean")
    low, high = [score.low for score in scores], [score.high for score in scores]
    axes.fill_between(x, low, high, color=BAR, alpha=0.2, linewidth=0)
    axes.plot(x, [score.median for score in scores], color=INK, label="refined, median")
    axes.set_xlabel(label, **LABEL)
    axes.set_ylabel("MSS of the best so far (dB)", **LABEL)


def _draw_rivals(evaluation: Evaluation, panels: Sequence[Axes], measure: Measure) -> None:
    names, scores = method_names(evaluation), evaluation.groups[GroupName.ALL].scores
    for panel in panels:
        for method, style in ((Method.MODEL, "-."), (Method.NN1, ":"), (Method.NN16, "--")):
            mean = scores[method][measure].mean
            panel.axhline(mean, color=FAINT, linestyle=style, label=names[method])
        if evaluation.search and measure is Measure.MSS and panel is panels[0]:
            renders = [point.renders for point in evaluation.search]
            means = [point.mss_db.mean for point in evaluation.search]
            panel.plot(renders, means, color=FAINT, label="CMA-ES, mean")
