"""Matching as Markdown: ``python -m flow_synth.match_page PAGE.md RESULT.json ...``.

Results of the same synth and sounds that differ in their seed alone, one after the other, share a
table: that of the first, with the spread of the others.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from flow_synth.error import InputError
from flow_synth.evaluation import Evaluation
from flow_synth.fitness import MISSED_DB
from flow_synth.match_score import Matching
from flow_synth.match_trial import N_FIRST
from flow_synth.metric import RANGE_DB, SOUND_MEASURES, Measure
from flow_synth.page import write_page
from flow_synth.score import INTERVAL_PERCENT, OWN, Method
from flow_synth.score_page import (
    MEASURES,
    MEASURES_EXPLAINED,
    mean_and_interval,
    method_names,
    methods_explained,
    table,
    targets_explained,
)
from flow_synth.target import GroupName

#: The retrieval that the model's own methods are divided by.
_RIVAL = Method.NN16
#: Twice the rounding of a stored error: four significant digits.
_ROUNDING = 1e-3


def match_page(results: Mapping[str, Evaluation]) -> str:
    """The whole page.

    Args:
        results: evaluations with matching by the path of their files without suffix, as seen from
            the page; the picture of each lies beside its file.

    Raises:
        InputError: one was made without matching.
    """
    for path, evaluation in results.items():
        if evaluation.matching is None or evaluation.per_target is None:
            raise InputError(f"{path} tells nothing of matching; give what '--matching' wrote")
    sections = [list(found) for _, found in groupby(results.items(), lambda item: _key(item[1]))]
    first = sections[0][0][1]
    methods = [m for m in Method if any(m in _scores(each) for each in results.values())]
    parts = [
        _HEAD,
        *(_section(section) for section in sections),
        "## Can the synth make this sound?",
        _reach(results),
        "## What is compared",
        "\n".join(methods_explained(first, methods)),
        "## Measures",
        MEASURES_EXPLAINED,
    ]
    return "\n\n".join(parts) + "\n"


def _key(evaluation: Evaluation) -> tuple[str, str | None, str | None]:
    return evaluation.synth, evaluation.split, evaluation.sounds


def _title(evaluation: Evaluation) -> str:
    kind = "out of domain" if evaluation.sounds else f"{evaluation.split} presets"
    return f"{evaluation.synth}, {kind}"


def _scores(evaluation: Evaluation) -> Mapping[Method, Mapping[Measure, object]]:
    return evaluation.groups[GroupName.ALL].scores


def _matching(evaluation: Evaluation) -> Matching:
    assert evaluation.matching is not None
    return evaluation.matching


def _section(section: Sequence[tuple[str, Evaluation]]) -> str:
    path, first = section[0]
    evaluations = [evaluation for _, evaluation in section]
    seeds = ", ".join(str(_matching(evaluation).seed) for evaluation in evaluations)
    return "\n\n".join(
        [
            f"## {_title(first)}",
            f"{targets_explained(first)}\n{_repeated(evaluations, seeds)}",
            f"![{_title(first)}]({path}-matching.png)",
            _table(evaluations),
            _lines(evaluations),
        ]
    )


def _repeated(evaluations: Sequence[Evaluation], seeds: str) -> str:
    first = evaluations[0]
    known = f"""The model, training run `{first.model_run}`, and retrieval know the same
{first.n_training_rows} notes. Candidates were drawn with seed {seeds}"""
    if len(evaluations) == 1:
        return f"{known}."
    return f"""{known}; the table is of the first,
and *seeds* gives the means of MSS from the lowest to the highest."""


def _table(evaluations: Sequence[Evaluation]) -> str:
    first = evaluations[0]
    names, scores = method_names(first), first.groups[GroupName.ALL].scores
    shown = (Measure.MSS, Measure.SC, Measure.LOG_MEL_MSE, Measure.LEVEL)
    rival = scores[_RIVAL][Measure.MSS].mean
    rows = []
    for method, found in scores.items():
        cells = [f"{mean_and_interval(found[m])} / {found[m].median:.3g}" for m in shown]
        means = [e.groups[GroupName.ALL].scores[method][Measure.MSS].mean for e in evaluations]
        is_drawn = method in OWN[1:] and len(means) > 1
        spread = f"{min(means):.3g} to {max(means):.3g}" if is_drawn else ""
        rows.append([names[method], *cells, spread, f"{found[Measure.MSS].mean / rival:.2f}"])
    header = ["", *(MEASURES[m] for m in shown), "seeds", f"MSS / {names[_RIVAL]}"]
    return table(header, rows)


def _lines(evaluations: Sequence[Evaluation]) -> str:
    matchings = [_matching(evaluation) for evaluation in evaluations]
    first = matchings[0]
    lines = [
        _worse(evaluations),
        f"Of the pairs among the {N_FIRST} first candidates of a sound, "
        f"{np.mean([m.diversity for m in matchings]):.0%} are no twins.",
        "What the ear expects of its first choice ranks the sounds as the measured MSS of that "
        f"choice does, by a rank correlation of {_span([m.rank_correlation for m in matchings])}.",
        f"{N_FIRST} candidates take {_seconds(first, N_FIRST):.2g} s and "
        f"{first.points[-1].renders} renders {first.points[-1].seconds:.2g} s on one processor "
        "core (the median; a match plays on all of them).",
    ]
    if first.coverage is not None and first.knob_coverage is not None:
        lines.append(
            f"The intervals of 90 % hold the true values of {first.coverage:.1%} of the knobs; "
            f"knob by knob, of {min(first.knob_coverage):.0%} to {max(first.knob_coverage):.0%}."
        )
    if first.missed_db is None:  # As in files of before.
        lines.append("Refined by a search that did not yet learn what the ear gets wrong.")
    return "\n".join(f"- {line}" for line in lines)


def _seconds(matching: Matching, renders: int) -> float:
    return next(point.seconds for point in matching.points if point.renders >= renders)


def _span(numbers: Sequence[float]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low:.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f} to {high:.2f}"


def _worse(evaluations: Sequence[Evaluation]) -> str:
    """How many refined sounds are farther than the best of the candidates, in what."""
    counts = {Measure.MSS: 0, Measure.SC: 0, Measure.LEVEL: 0}
    n_targets = 0
    for evaluation in evaluations:
        start, end = (_errors(evaluation, m) for m in (Method.BEST16, Method.REFINED200))
        n_targets += len(start)
        for measure in counts:
            column = SOUND_MEASURES.index(measure)
            worse = end[:, column] > start[:, column] * (1 + _ROUNDING) + 1e-9
            counts[measure] += int(worse.sum())
    found = ", ".join(f"{MEASURES[measure]} {count}" for measure, count in counts.items())
    return f"Of {n_targets} sounds, farther after 200 renders than the best of 16 is: {found}."


def _errors(evaluation: Evaluation, method: Method) -> NDArray[np.float64]:
    """[n, 4] errors of the targets, in the order of ``SOUND_MEASURES``."""
    assert evaluation.per_target is not None
    errors = evaluation.per_target.errors[method]
    return np.array([errors[measure] for measure in SOUND_MEASURES]).T


def _reach(results: Mapping[str, Evaluation]) -> str:
    """How well matches tell sounds of the synth from others."""
    lines = []
    for synth in dict.fromkeys(evaluation.synth for evaluation in results.values()):
        of_synth = [
            evaluation
            for evaluation in results.values()
            if evaluation.synth == synth and _matching(evaluation).missed_db
        ]
        inside = [evaluation for evaluation in of_synth if evaluation.split]
        outside = [evaluation for evaluation in of_synth if evaluation.sounds]
        if not (inside and outside):
            continue
        expected = [np.array(_matching(each[0]).expected_db) for each in (inside, outside)]
        missed = [np.array(_matching(each[0]).missed_db) for each in (inside, outside)]
        played, unplayed = (f"{area_under_roc(*pair):.2f}" for pair in (missed, expected))
        lines.append(
            f"- {synth}: a sound that the synth did not make is told from one that it made by how "
            f"far the nearest of 16 candidates is from it where it is heard (the dB by which they "
            f"differ, at most {MISSED_DB:g}, for each bin of the log-mel that is within "
            f"{RANGE_DB:g} dB of its peak), with an area under the ROC curve of {played}, and by "
            f"what the ear expects before anything is played with one of {unplayed}."
        )
    return "\n".join(lines) or "Results out of domain are missing."


def area_under_roc(negatives: NDArray[np.floating], positives: NDArray[np.floating]) -> float:
    """How often a positive [n] scores above a negative [m], ties counting half.

    Hanley and McNeil 1982, "The meaning and use of the area under a receiver operating
    characteristic (ROC) curve".
    """
    difference = np.asarray(positives)[:, None] - np.asarray(negatives)
    return float((difference > 0).mean() + 0.5 * (difference == 0).mean())


_HEAD = f"""# Matching

How near candidates and their refinement come to a sound, beside one pass of the same model, and
beside retrieval from the same notes. Each table gives the mean [its {INTERVAL_PERCENT:g} %
bootstrap interval over families], then the median. Smaller is better throughout.

Generated from the results of `flow-synth evaluate --matching` by
`python -m flow_synth.match_page`; nothing here is typed by hand."""


def main() -> None:
    """Writes the page given first from the results given after it."""
    write_page(match_page, Evaluation.read)


if __name__ == "__main__":
    main()
