"""Results of a grid as Markdown: ``python -m flow_synth.results_page PAGE.md FOLDER``."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from flow_synth.claim import CLAIMS, judge
from flow_synth.comparison import SIGNIFICANCE, TEST_RESAMPLES
from flow_synth.cost import Cost
from flow_synth.labelled_table import PAPER_MEASURES, LabelledTable, label
from flow_synth.metric import Measure
from flow_synth.paper_table import printed_means
from flow_synth.results import Results, Row, Statistic, Summary, TargetSet
from flow_synth.results_claims import claim_table, claims_explained
from flow_synth.results_summary import what_it_says
from flow_synth.score import INTERVAL_PERCENT, RESAMPLES
from flow_synth.score_page import MEASURES, MEASURES_EXPLAINED, table

#: What is reported of every row.
QUANTITIES: Mapping[tuple[Measure, Statistic], str] = {
    (Measure.MSE_N, Statistic.MEAN): MEASURES[Measure.MSE_N],
    (Measure.SC, Statistic.MEAN): MEASURES[Measure.SC],
    (Measure.SC, Statistic.MEDIAN): f"{MEASURES[Measure.SC]}, median",
    (Measure.LOG_MEL_MSE, Statistic.MEAN): MEASURES[Measure.LOG_MEL_MSE],
    (Measure.MSS, Statistic.MEAN): MEASURES[Measure.MSS],
}


def results_page(results: Results) -> str:
    """The whole page."""
    judged = [judge(claim, results) for claim in CLAIMS]
    tables = [LabelledTable(one) for one in results.tables]
    parts = [
        _HEAD,
        "## What it says",
        what_it_says(results, tables, judged),
        "## Rows and measures",
        _ROWS_EXPLAINED,
        MEASURES_EXPLAINED,
        "## Table 1",
        _TABLE_EXPLAINED,
        *(f"### {_capital(one.title)}: means\n\n{_paper_table(one)}" for one in tables),
        "## The paper's claims",
        claims_explained(judged, tables),
        claim_table(judged),
        *(part for one in tables for part in _section(one)),
        "## What it cost",
        _COST_EXPLAINED,
        _cost_table(results.costs),
        _COMMANDS,
    ]
    return "\n\n".join(parts) + "\n"


def _capital(title: str) -> str:
    return title[0].upper() + title[1:]


def _quantities(row: Row) -> list[tuple[Measure, Statistic]]:
    return [quantity for quantity in QUANTITIES if quantity[0] in row.measures]


def _paper_table(one: LabelledTable) -> str:
    """Every row: mean and element spread of the paper's measures, beside what the paper prints."""
    columns = [
        column
        for measure in PAPER_MEASURES
        if measure in one.measures
        for column in (_ours(one, measure), *_printed(one, measure))
    ]
    rows = ([name, *(column.get(name, "") for _, column in columns)] for name in one.rows)
    return table(["", *(header for header, _ in columns)], rows)


def _ours(one: LabelledTable, measure: Measure) -> tuple[str, Mapping[str, str]]:
    found = {name: row.summary(measure) for name, row in one.rows.items()}
    best = min((found[name].value for name in one.models), default=None)
    return MEASURES[measure], {
        name: f"{_bold(summary.value, best)} ± {_number(summary.element)}"
        for name, summary in found.items()
    }


def _printed(one: LabelledTable, measure: Measure) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The paper's column that goes with one of ours, if it has any."""
    means = printed_means(one.table.dataset, one.table.targets, measure)
    if means:
        best = min(means.values())
        yield "Diva", {label(model): _bold(mean, best, 4) for model, mean in means.items()}


def _bold(value: float, best: float | None, digits: int = 3) -> str:
    return f"**{value:.{digits}g}**" if value == best else f"{value:.{digits}g}"


def _section(one: LabelledTable) -> list[str]:
    quantities = _quantities(next(iter(one.rows.values())))
    header = ["", *(QUANTITIES[quantity] for quantity in quantities)]
    summaries = {
        name: [row.summary(*quantity) for quantity in quantities] for name, row in one.rows.items()
    }
    return [
        f"## {_capital(one.title)}",
        _targets(one),
        table(header, ([name, *map(_interval, found)] for name, found in summaries.items())),
        "Spreads over targets / rotations / seeds:",
        table(
            [*header, "runs"],
            (
                [name, *map(_spreads, found), _runs(one.rows[name])]
                for name, found in summaries.items()
            ),
        ),
        f"### Which differences are real: {one.title}",
        _MATRIX_EXPLAINED,
        *(f"**{MEASURES[measure]}**\n\n{_matrix(one, measure)}" for measure in one.tested),
    ]


def _targets(one: LabelledTable) -> str:
    row = next(iter(one.rows.values()))
    n_families = len(set(row.families.values()))
    n_targets = len({target for _, target in row.families})
    kind = "notes" if one.table.targets is TargetSet.TEST else "sounds"
    rotations = ", ".join(map(str, row.rotations))
    of = f"rotation{'s' * (len(row.rotations) > 1)} {rotations}"
    return f"{n_targets} {kind} of {n_families} families, in {of} of the folds."


def _runs(row: Row) -> str:
    rotations, seeds = (", ".join(map(str, found)) for found in (row.rotations, row.seeds))
    return f"rotations {rotations}; seeds {seeds}"


def _interval(found: Summary) -> str:
    return f"{found.value:.3g} [{found.low:.3g}, {found.high:.3g}]"


def _spreads(found: Summary) -> str:
    return " / ".join(map(_number, (found.element, found.fold, found.seed)))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def _matrix(one: LabelledTable, measure: Measure) -> str:
    """Rows from the best on; the columns have their numbers."""
    order = one.ranked(measure)
    body = (
        [
            f"{number}. {name}",
            f"{one.rows[name].summary(measure).value:.3g}",
            *("" if other == name else _SIGNS[one.sign(name, other, measure)] for other in order),
        ]
        for number, name in enumerate(order, 1)
    )
    return table(["", "mean", *(str(number) for number in range(1, len(order) + 1))], body)


def _cost_table(costs: Mapping[tuple[str, str], Sequence[Cost]]) -> str:
    rows = (
        [
            dataset,
            label(name),
            str(len(found)),
            f"{found[0].n_parameters:,}",
            ", ".join(f"{part} {size:,}" for part, size in found[0].parameters.items()),
            " to ".join(map(str, sorted({min(_epochs(found)), max(_epochs(found))}))),
            f"{np.mean([cost.seconds for cost in found]):.4g}",
            f"{sum(cost.seconds for cost in found) / max(sum(_epochs(found)), 1):.3g}",
            "; ".join(sorted({str(s.hardware) for cost in found for s in cost.stretches})),
        ]
        for (dataset, name), found in sorted(costs.items())
    )
    header = [
        "dataset",
        "model",
        "runs",
        "parameters",
        "by part",
        "epochs",
        "seconds a run",
        "seconds an epoch",
        "hardware",
    ]
    return table(header, rows)


def _epochs(costs: Sequence[Cost]) -> list[int]:
    return [cost.epochs for cost in costs]


_SIGNS = {-1: "<", 0: "·", 1: ">", None: "?"}

_HEAD = f"""# Results: the paper's table on amsynth

Every model of Esling et al. 2019, trained and scored on presets of amsynth, beside what is found
without a model. A model hears a sound and proposes one preset, in one pass; the synth plays it,
and the result is compared with the sound. Smaller is better throughout.

A data set named *mixed* goes beyond the paper: the shipped model's recipe, with presets made from
presets among the training data, which its neighbours know, too.

Generated from the results of `flow-synth evaluate-grid` by `python -m flow_synth.results_page`;
nothing here is typed by hand. Intervals are {INTERVAL_PERCENT:g} % bootstrap intervals over
{RESAMPLES} draws of whole families: of near-duplicate presets or, out of domain, of what one voice
says and sings.

Three spreads are told apart. The one over **targets** is the standard deviation of the errors
within a run; over **rotations**, that of the mean errors of runs whose other folds were held out;
over **seeds**, that of runs that differ in their random numbers alone. A dash means that there are
no two to compare."""

_ROWS_EXPLAINED = """Rows without a model, which know the same training presets as the models:

- **NN1**: the preset of the training sound that is nearest to the target.
- **NN16**: of the 16 nearest the one that comes nearest in MSS when the synth plays it: 16 tries,
  where a model has one.
- **median preset**, **mean preset**, **random preset**: of the training presets, whatever is
  heard.
- **true preset (floor)**: the target's own preset, played again. What is left is what storing the
  sound and any noise of the synth make: the least that can be reached.

Measures:"""

_TABLE_EXPLAINED = """In the paper's measures: mean ± spread over targets; the best model of each
column is bold. The paper's Flow_reg is Flow_post here. A column *Diva* is the mean that the paper
prints in its place, of that synthesizer and other presets: only the orderings of two columns can
be compared, not their numbers."""

_MATRIX_EXPLAINED = f"""From the best mean on. In a row, `<` says that it errs less than the row of
that number, `>` that it errs more, `·` that the two cannot be told apart: paired bootstrap of
{TEST_RESAMPLES} resamples of whole families on the targets that both have, errors averaged over
seeds, p < {SIGNIFICANCE:g} after Holm's correction for all pairs of the matrix, and the same sign
in every rotation that both have."""

_COST_EXPLAINED = """Seconds are those of training and validation, on the hardware named beside
them; runs side by side on one machine slow each other down. Parameters are those that training
moves."""

_COMMANDS = """## How to make it again

`make results` renders the datasets, makes the sounds, trains every model, scores it and writes
this page from nothing. Each step goes on where it was when it is killed and given again; with
`RESULTS_JOBS=2` two runs share the machine.

`flow-synth evaluate-grid` also asks the models of each dataset's first rotation and seed for the
presets of six sounds, which it draws from the test split, and writes them to `answers.json` beside
their results. The networks themselves are not kept; `flow-synth page` plays these answers
([the supporting page](site.md)).

`python/experiments/paper/budgeted_grid.toml` is the paper's recipe at a quarter of its width and
with fewer epochs, for two CPU cores; `make results GRID=python/experiments/paper/grid.toml` trains
all of it as the paper says, which needs a GPU. Data named `mixed` are
`python/experiments/recipe_grid.toml`: what goes beyond the paper, with presets made from presets
among its training data. Its neighbours (NN1, NN16) are sought among all of those, too."""


def main() -> None:
    """Writes the page given first from the folder of results given second."""
    page, folder = map(Path, sys.argv[1:])
    page.write_text(results_page(Results.read(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
