"""Scores as Markdown: ``python -m flow_synth.score_page RESULT.json PAGE.md``."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from flow_synth.candidates import N_DRAWS
from flow_synth.evaluation import Evaluation
from flow_synth.match_trial import BEST_OF, N_FIRST, REFINED
from flow_synth.metric import Measure
from flow_synth.score import (
    BESTS,
    INTERVAL_PERCENT,
    REFINEMENTS,
    SEARCHES,
    Difference,
    Group,
    KnobError,
    Method,
    Score,
)
from flow_synth.search import BUDGETS, SIGMA
from flow_synth.synth import Note
from flow_synth.target import MINIMUM_PEAK, TARGETS_PER_FAMILY, GroupName

MEASURES: Mapping[Measure, str] = {
    Measure.MSS: "MSS, dB",
    Measure.SC: "SC",
    Measure.LOG_MEL_MSE: "log-mel MSE, nat²",
    Measure.LEVEL: "level, dB",
    Measure.MSE_N: "MSE_n",
    Measure.PARAMETER_MSE: "parameter MSE",
}
GROUPS: Mapping[GroupName, str] = {
    GroupName.ALL: "All",
    GroupName.REFERENCE: "Middle C",
    GroupName.OTHER: "Other pitches",
    GroupName.INSTRUMENT: "Instruments",
    GroupName.VOICE: "Voices",
    GroupName.SYNTH: "Other synths",
}


def markdown_page(evaluation: Evaluation) -> str:
    """The whole page: what was measured and how, every table, and what the tables say."""
    parts = [
        _head(evaluation),
        "## What it says",
        _findings(evaluation),
        "## Scores",
        "Mean over targets [its interval], then the median. Smaller is better throughout.",
        markdown_table(evaluation),
        "## Model against retrieval, target by target",
        "Model minus the other, mean [its interval]; below zero the model is nearer. Then the "
        "share of targets on which it is.",
        *(_difference_table(evaluation, *entry) for entry in evaluation.groups.items()),
        "## Knob by knob",
        _knob_table(evaluation.knobs),
        "## What is compared",
        _methods(evaluation),
        "## Measures",
        MEASURES_EXPLAINED,
    ]
    return "\n\n".join(parts) + "\n"


def markdown_table(evaluation: Evaluation) -> str:
    """One table of all methods and measures for each group of targets."""
    return "\n\n".join(
        f"### {GROUPS[name]}: {count(evaluation, group)}\n\n{score_table(evaluation, group)}"
        for name, group in evaluation.groups.items()
    )


def score_table(evaluation: Evaluation, group: Group) -> str:
    """All methods and measures of a group of targets."""
    names = method_names(evaluation)
    measures = _measures(group)
    rows = (
        [names[method], *(_score(scores[measure]) for measure in measures)]
        for method, scores in group.scores.items()
    )
    return table(["", *(MEASURES[measure] for measure in measures)], rows)


def _difference_table(evaluation: Evaluation, name: GroupName, group: Group) -> str:
    names = method_names(evaluation)
    measures = _measures(group)
    rows = (
        [f"model - {names[rival]}", *(_difference(found[measure]) for measure in measures)]
        for rival, found in group.differences.items()
    )
    header = ["", *(MEASURES[measure] for measure in measures)]
    return f"### {GROUPS[name]}\n\n{table(header, rows)}"


def _measures(group: Group) -> list[Measure]:
    """Those of every method; sounds without a true preset have fewer."""
    scores = next(iter(group.scores.values()))
    return [measure for measure in MEASURES if measure in scores]


def _knob_table(knobs: Iterable[KnobError]) -> str:
    explanation = (
        "Root mean square error of each knob on its scale from 0 to 1, over all targets. A knob "
        "is *heard* if the model's squared error is below the mean preset's with its whole "
        "interval. The others cannot be told from these sounds, or not by this model: many do "
        "nothing in most presets (the rate of an LFO that moves nothing)."
    )
    rows = (
        [
            knob.label,
            f"{knob.model:.3f}",
            f"{knob.nn1:.3f}",
            f"{knob.mean:.3f}",
            "heard" if knob.is_heard else "-",
        ]
        for knob in sorted(knobs, key=lambda knob: knob.model / max(knob.mean, 1e-9))
    )
    header = ["Knob", "model", "NN1", "mean preset", ""]
    return f"{explanation}\n\n{table(header, rows)}"


def _findings(evaluation: Evaluation) -> str:
    found = evaluation.groups[GroupName.ALL].differences
    names = method_names(evaluation)
    heard = sum(knob.is_heard for knob in evaluation.knobs)
    lines = [
        f"- {MEASURES[measure]}: {_verdict(found[rival][measure], names[rival])}"
        for rival in found
        for measure in (Measure.MSS, Measure.SC, Measure.PARAMETER_MSE)
        if measure in found[rival]
    ]
    return "\n".join([*lines, f"- The model hears {heard} of {len(evaluation.knobs)} knobs."])


def _verdict(difference: Difference, rival: str) -> str:
    """A sentence that says no more than the interval does."""
    interval = f"({difference.mean:+.3g} [{difference.low:+.3g}, {difference.high:+.3g}])"
    if difference.high < 0:
        return f"the model is nearer than the {rival} {interval}."
    if difference.low > 0:
        return f"the {rival} is nearer than the model {interval}."
    return f"the model and the {rival} cannot be told apart {interval}."


def _head(evaluation: Evaluation) -> str:
    return f"""# Scores of the model of the synth "{evaluation.synth}"

{targets_explained(evaluation)} The model hears the target and proposes one preset;
the synth plays it at the target's pitch, and the result is compared with the target. Intervals are
{INTERVAL_PERCENT:g} % bootstrap intervals of the mean, drawn over families.

Generated from the result of `flow-synth evaluate` by `python -m flow_synth.score_page`; nothing
here is typed by hand. Training run `{evaluation.model_run}`, dataset `{evaluation.dataset[:12]}`,
synth version `{evaluation.synth_version}`, seed {evaluation.seed}."""


def targets_explained(evaluation: Evaluation) -> str:
    """A sentence on what is imitated."""
    counted = count(evaluation, evaluation.groups[GroupName.ALL])
    if evaluation.sounds:
        return f"""Each target is a sound that the synth did not make: {counted}. It is imitated at
the pitch that its folder's manifest names, at velocity {Note().velocity}."""
    return f"""Each target is a note of a preset that is not in the training split: {counted}
drawn at random from the {evaluation.split} split (of a family of near-duplicates at most
{TARGETS_PER_FAMILY} at middle C and as many elsewhere, peak above {MINIMUM_PEAK:g})."""


def _methods(evaluation: Evaluation) -> str:
    n_rows = evaluation.n_training_rows
    lines = [f"Every baseline knows the same {n_rows} notes as the model was trained on.", ""]
    methods = evaluation.groups[GroupName.ALL].scores
    return "\n".join([*lines, *methods_explained(evaluation, methods)])


def methods_explained(evaluation: Evaluation, methods: Iterable[Method]) -> list[str]:
    """A line of a list for every one of some methods."""
    names, n_neighbours = method_names(evaluation), evaluation.n_neighbours
    texts = {
        Method.MODEL: "the posterior mean of the sound, decoded; one pass, nothing is rendered.",
        Method.RANKED: f"of {N_DRAWS} presets that the model draws for the sound, of its one "
        "answer and of their children, the one that its ear finds nearest; nothing is rendered.",
        **{
            method: f"the fittest of the {count} different ones of them that the ear ranks first: "
            f"{count} renders."
            for method, count in zip(BESTS, BEST_OF, strict=True)
        },
        **{
            method: "these refined by a genetic search that the ear screens, and in which every "
            "render tells what the ear gets wrong: the fittest that is no worse in SC and level "
            f"than the best of {N_FIRST}, after {budget} renders in all."
            for method, budget in zip(REFINEMENTS, REFINED, strict=True)
        },
        Method.NN16: f"of the {n_neighbours} nearest training notes the one of the smallest MSS "
        f"after rendering each at the target's pitch: {n_neighbours} renders a target.",
        Method.NN1: "the preset of the nearest training note: Euclidean distance of log-mels in "
        "nats below each sound's peak, no lower than 80 dB, among the notes at most "
        f"{evaluation.pitch_range_semitones:g} semitones away (chosen on the validation split of "
        "the built-in synth); where there are none, among all.",
        Method.MEDIAN: "the median of every knob over the training presets.",
        Method.MEAN: "the mean of every knob over the training presets.",
        Method.RANDOM: "a training preset drawn at random.",
        **{
            method: f"the nearest of the first {budget} presets that CMA-ES tries, from the mean "
            f"preset on with a standard deviation of {SIGMA:g} of every knob's range."
            for method, budget in zip(SEARCHES, BUDGETS, strict=True)
        },
        Method.TRUTH: "the target's own preset, rendered again: the floor that storing the "
        "dataset's audio in 16 bits leaves, and any noise that the synth makes.",
    }
    return [f"- **{names[method]}**: {texts[method]}" for method in methods]


def method_names(evaluation: Evaluation) -> Mapping[Method, str]:
    """What every method is called in tables."""
    return {
        Method.MODEL: "model",
        Method.RANKED: "ranked by its ear",
        **{
            method: f"best of {count} candidates"
            for method, count in zip(BESTS, BEST_OF, strict=True)
        },
        **{
            method: f"refined, {budget} renders"
            for method, budget in zip(REFINEMENTS, REFINED, strict=True)
        },
        Method.NN16: f"best of {evaluation.n_neighbours} neighbours (NN{evaluation.n_neighbours})",
        Method.NN1: "nearest neighbour (NN1)",
        Method.MEDIAN: "median preset",
        Method.MEAN: "mean preset",
        Method.RANDOM: "random preset",
        **{
            method: f"CMA-ES, {budget} renders"
            for method, budget in zip(SEARCHES, BUDGETS, strict=True)
        },
        Method.TRUTH: "true preset",
    }


def count(evaluation: Evaluation, group: Group) -> str:
    """How many targets, of how many families."""
    if evaluation.sounds:
        return f"{group.n_targets} sounds of {group.n_families} sources"
    return f"{group.n_targets} notes of {group.n_families} families"


def mean_and_interval(score: Score) -> str:
    """Three digits of each."""
    return f"{score.mean:.3g} [{score.low:.3g}, {score.high:.3g}]"


def _score(score: Score) -> str:
    return f"{mean_and_interval(score)} / {score.median:.3g}"


def _difference(found: Difference) -> str:
    return f"{found.mean:+.3g} [{found.low:+.3g}, {found.high:+.3g}], {found.wins:.0%}"


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table, every column but the first set to the right."""
    header = list(header)
    rule = ["---", *("---:" for _ in header[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))


MEASURES_EXPLAINED = """- **MSS**: mean absolute difference in dB of log-mels at three resolutions
  (windows of 10, 25 and 100 ms), each sound relative to its own maximum: timbre and time, not
  level.
- **SC**: spectral convergence, the norm of the difference of linear mel magnitudes divided by the
  target's norm. It hears level: the same sound 6 dB too loud scores 1, as silence does, so that a
  method that meets the target's level gains here before it is any nearer in timbre. When a sound
  is matched, the synth is brought to its level.
- **log-mel MSE**: mean squared difference of ln(mel + 1e-5). It hears level, too.
- **level**: absolute difference of RMS.
- **MSE_n**: squared distance of the presets divided by the squared norm of the true one.
- **parameter MSE**: mean squared difference over knobs, each from 0 to 1: parameters -> sound ->
  parameters. Where a knob cannot be heard its mean errs least, and any other preset's value twice
  as much, so that a model must beat the mean preset here and not retrieval alone."""


def main() -> None:
    """Reads the result given first and writes the page given second."""
    result, page = map(Path, sys.argv[1:])
    page.write_text(markdown_page(Evaluation.read(result)), encoding="utf-8")


if __name__ == "__main__":
    main()
