"""Baselines as Markdown: ``python -m flow_synth.baseline_page PAGE.md RESULT.json ...``."""

from collections.abc import Mapping, Sequence

from flow_synth.evaluation import Evaluation
from flow_synth.metric import RANGE_DB, Measure
from flow_synth.page import write_page
from flow_synth.score import INTERVAL_PERCENT, RESAMPLES, Method
from flow_synth.score_page import (
    MEASURES,
    MEASURES_EXPLAINED,
    markdown_table,
    mean_and_interval,
    method_names,
    methods_explained,
    table,
    targets_explained,
)
from flow_synth.target import GroupName


def baseline_page(results: Mapping[str, Evaluation]) -> str:
    """The whole page.

    Args:
        results: evaluations by the path of their files without suffix, as seen from the page; the
            picture of each lies beside its file.
    """
    evaluations = list(results.values())
    parts = [
        _HEAD,
        "## At a glance",
        f"{MEASURES[Measure.MSS]}: the mean over all targets and its {INTERVAL_PERCENT:g} % "
        "interval. Smaller is better.",
        _overview(evaluations),
        *(_section(path, evaluation) for path, evaluation in results.items()),
        "## What is compared",
        "\n".join(methods_explained(evaluations[0], _methods(evaluations))),
        _FAILURES,
        "## Measures",
        MEASURES_EXPLAINED,
        _COMMANDS,
    ]
    return "\n\n".join(parts) + "\n"


def _methods(evaluations: Sequence[Evaluation]) -> list[Method]:
    """Those that any of the evaluations has."""
    found = {method for each in evaluations for method in each.groups[GroupName.ALL].scores}
    return [method for method in Method if method in found]


def _overview(evaluations: Sequence[Evaluation]) -> str:
    scores = [evaluation.groups[GroupName.ALL].scores for evaluation in evaluations]
    names = method_names(evaluations[0])
    rows = (
        [
            names[method],
            *(
                mean_and_interval(found[method][Measure.MSS]) if method in found else ""
                for found in scores
            ),
        ]
        for method in _methods(evaluations)
    )
    return table(["", *map(_title, evaluations)], rows)


def _section(path: str, evaluation: Evaluation) -> str:
    title, n_failed = _title(evaluation), evaluation.n_failed
    failed = f"{n_failed} of the presets tried could not be played.\n" if n_failed else ""
    return f"""## {title}

{targets_explained(evaluation)}
The baselines know {evaluation.n_training_rows} training notes. Synth version
`{evaluation.synth_version}`, dataset `{evaluation.dataset[:12]}`, seed {evaluation.seed}.
{failed}
![{title}]({path}.png)

{markdown_table(evaluation)}"""


def _title(evaluation: Evaluation) -> str:
    parts = [
        evaluation.synth,
        "out of domain" if evaluation.sounds else "held-out presets",
        *(["with a search"] if evaluation.search else []),
    ]
    return ", ".join(parts)


_HEAD = f"""# Baselines

What is found for a sound without any model, and so what a model must beat. Every method proposes
presets for each target; the synth plays them at the target's pitch, and the nearest by MSS counts.

Tables give the mean over targets [its {INTERVAL_PERCENT:g} % interval], then the median. Smaller
is better throughout. Intervals are bootstrap intervals of the mean over {RESAMPLES} draws of whole
families: of near-duplicate presets or, out of domain, of what one voice says and sings. Sounds
that the synth did not make have no true preset, and so neither a floor nor errors of knobs.

Generated from the results of `flow-synth evaluate --baselines` by
`python -m flow_synth.baseline_page`; nothing here is typed by hand."""

_FAILURES = f"""A preset that the synth cannot play, or that ends or hangs its process twice, is
never the nearest, and in a search counts as {RANGE_DB:g} dB away. A method of which no preset can
be played scores as silence."""

_COMMANDS = """## How to make it again

`make baselines` renders the datasets, makes the sounds, scores everything and writes this page.
One result alone, for example:

```console
flow-synth render python/experiments/amsynth_32_dataset.toml --out data/amsynth-32
flow-synth out-of-domain --out data/out-of-domain
flow-synth evaluate --baselines --dataset data/amsynth-32 --sounds data/out-of-domain \\
    --out elsewhere.json
```

A command that was killed goes on where it was when it is given again."""


def main() -> None:
    """Writes the page given first from the results given after it."""
    write_page(baseline_page, Evaluation.read)


if __name__ == "__main__":
    main()
