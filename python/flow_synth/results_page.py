"""Results of a grid as Markdown: ``python -m flow_synth.results_page PAGE.md FOLDER``."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from flow_synth.claim import CLAIMS, Judged, Verdict, count, judge
from flow_synth.comparison import SIGNIFICANCE, TEST_RESAMPLES, compare
from flow_synth.cost import Cost
from flow_synth.metric import Measure
from flow_synth.paper_table import LABELS, Setting
from flow_synth.results import Results, Row, Statistic, Summary, Table, TargetSet
from flow_synth.score import INTERVAL_PERCENT, RESAMPLES, Method
from flow_synth.score_page import MEASURES, MEASURES_EXPLAINED, table

#: What is reported of every row.
QUANTITIES: Mapping[tuple[Measure, Statistic], str] = {
    (Measure.MSE_N, Statistic.MEAN): MEASURES[Measure.MSE_N],
    (Measure.SC, Statistic.MEAN): MEASURES[Measure.SC],
    (Measure.SC, Statistic.MEDIAN): f"{MEASURES[Measure.SC]}, median",
    (Measure.LOG_MEL_MSE, Statistic.MEAN): MEASURES[Measure.LOG_MEL_MSE],
    (Measure.MSS, Statistic.MEAN): MEASURES[Measure.MSS],
}
#: The paper's columns, as means.
PAPER_MEASURES = (Measure.MSE_N, Measure.SC, Measure.LOG_MEL_MSE)
TESTED = (*PAPER_MEASURES, Measure.MSS)
BASELINE_LABELS: Mapping[Method, str] = {
    Method.NN16: "NN16",
    Method.NN1: "NN1",
    Method.MEDIAN: "median preset",
    Method.MEAN: "mean preset",
    Method.RANDOM: "random preset",
    Method.TRUTH: "true preset (floor)",
}
SET_LABELS = {TargetSet.TEST: "held-out presets", TargetSet.OUT_OF_DOMAIN: "out of domain"}


def results_page(results: Results) -> str:
    """The whole page."""
    judged = [judge(claim, results) for claim in CLAIMS]
    parts = [
        _HEAD,
        "## Table 1",
        _TABLE_EXPLAINED,
        _paper_table(results.tables),
        "## The paper's claims",
        _claims_explained(judged),
        _claim_table(judged),
        *(part for one in results.tables for part in _section(one)),
        "## What it cost",
        _COST_EXPLAINED,
        _cost_table(results.costs),
        "## Measures",
        MEASURES_EXPLAINED,
        _COMMANDS,
    ]
    return "\n\n".join(parts) + "\n"


def _title(one: Table) -> str:
    return f"{one.dataset}, {SET_LABELS[one.targets]}"


def _label(model: str) -> str:
    return LABELS.get(model, model)


def _rows(one: Table) -> dict[str, Row]:
    """Rows by their labels: models in the paper's order, then others, then what needs no model."""
    names = [name for name in LABELS if name in one.models]
    names += sorted(set(one.models) - set(names))
    return {_label(name): one.models[name] for name in names} | {
        BASELINE_LABELS[method]: row for method, row in one.baselines.items()
    }


def _quantities(row: Row) -> list[tuple[Measure, Statistic]]:
    return [quantity for quantity in QUANTITIES if quantity[0] in row.measures]


def _paper_table(tables: Sequence[Table]) -> str:
    """Every row of every table: mean and element spread of the paper's measures."""
    columns = [
        (one, measure)
        for one in tables
        for measure in PAPER_MEASURES
        if measure in next(iter(_rows(one).values())).measures
    ]
    rows = [_rows(one) for one in tables]
    labels = list(dict.fromkeys(label for found in rows for label in found))
    best = {
        (id(one), measure): min(
            (row.summary(measure).value for row in one.models.values()), default=None
        )
        for one, measure in columns
    }
    cells = {
        label: [
            _mean_and_spread(_rows(one).get(label), measure, best[id(one), measure])
            for one, measure in columns
        ]
        for label in labels
    }
    header = [f"{_title(one)}: {MEASURES[measure]}" for one, measure in columns]
    return table(["", *header], ([label, *found] for label, found in cells.items()))


def _mean_and_spread(row: Row | None, measure: Measure, best: float | None) -> str:
    if row is None:
        return ""
    found = row.summary(measure)
    mean = f"**{found.value:.3g}**" if found.value == best else f"{found.value:.3g}"
    return f"{mean} ± {_number(found.element)}"


def _section(one: Table) -> list[str]:
    rows = _rows(one)
    quantities = _quantities(next(iter(rows.values())))
    header = ["", *(QUANTITIES[quantity] for quantity in quantities)]
    summaries = {
        label: [row.summary(*quantity) for quantity in quantities] for label, row in rows.items()
    }
    return [
        f"## {_title(one)[0].upper()}{_title(one)[1:]}",
        _targets(one),
        table(header, ([label, *map(_interval, found)] for label, found in summaries.items())),
        "Spreads over targets / rotations / seeds:",
        table(
            [*header, "runs"],
            (
                [label, *map(_spreads, found), _runs(rows[label])]
                for label, found in summaries.items()
            ),
        ),
        f"### Which differences are real: {_title(one)}",
        _MATRIX_EXPLAINED,
        *(
            f"**{MEASURES[measure]}**\n\n{_matrix(rows, measure)}"
            for measure in TESTED
            if measure in next(iter(rows.values())).measures
        ),
    ]


def _targets(one: Table) -> str:
    row = next(iter(_rows(one).values()))
    n_families = len(set(row.families.values()))
    n_targets = len({target for _, target in row.families})
    kind = "notes" if one.targets is TargetSet.TEST else "sounds"
    rotations = ", ".join(map(str, row.rotations))
    return f"{n_targets} {kind} of {n_families} families, in rotations {rotations} of the folds."


def _runs(row: Row) -> str:
    rotations, seeds = (", ".join(map(str, found)) for found in (row.rotations, row.seeds))
    return f"rotations {rotations}; seeds {seeds}"


def _interval(found: Summary) -> str:
    return f"{found.value:.3g} [{found.low:.3g}, {found.high:.3g}]"


def _spreads(found: Summary) -> str:
    return " / ".join(map(_number, (found.element, found.fold, found.seed)))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def _matrix(rows: Mapping[str, Row], measure: Measure) -> str:
    """Rows from the best on; the columns have their numbers."""
    tested = {label: row for label, row in rows.items() if label != BASELINE_LABELS[Method.TRUTH]}
    means = {label: row.summary(measure).value for label, row in tested.items()}
    order = sorted(tested, key=lambda label: means[label])
    found = compare(tested, measure)
    signs = {
        **{pair: _sign(one.mean, one.p) for pair, one in found.items()},
        **{(pair[1], pair[0]): _sign(-one.mean, one.p) for pair, one in found.items()},
    }
    body = (
        [
            f"{number}. {label}",
            f"{means[label]:.3g}",
            *("" if other == label else signs.get((label, other), "?") for other in order),
        ]
        for number, label in enumerate(order, 1)
    )
    return table(["", "mean", *(str(number) for number in range(1, len(order) + 1))], body)


def _sign(mean: float, p: float) -> str:
    if p >= SIGNIFICANCE:
        return "·"
    return "<" if mean < 0 else ">"


def _claims_explained(judged: Sequence[Judged]) -> str:
    found = count(judged)
    counts = ", ".join(f"{found[verdict]} {_PLURAL[verdict]}" for verdict in Verdict)
    return f"""Of {len(judged)} statements of the paper's section 5.1: {counts}.

Each is put as a difference: what the models of its first side err on average less what its rival
errs, on the same targets, with the {INTERVAL_PERCENT:g} % interval of {TEST_RESAMPLES} paired
bootstrap resamples of whole families. A claim *holds* if the interval of every rival lies below
zero, *does not hold* if that of one lies above, and *cannot be told* otherwise; shown is the rival
that speaks most against it. A difference "since" another setting is how much it has grown. The
intervals are not corrected for the number of claims. The last column is the same difference of the
means that the paper prints of another synthesizer, Diva: only its sign can be compared."""


def _claim_table(judged: Sequence[Judged]) -> str:
    rows = (
        [
            one.claim.text,
            _where(one),
            MEASURES[one.claim.measure],
            f"{_side(one.claim.better)} - {_side(one.rival)}",
            f"{one.found.mean:+.3g} [{one.found.low:+.3g}, {one.found.high:+.3g}]"
            if one.found
            else "-",
            f"**{one.verdict}**",
            "-" if one.printed is None else f"{one.printed:+.3g}",
        ]
        for one in judged
    )
    header = [
        "the paper says",
        "where",
        "in",
        "sides",
        "difference here",
        "verdict",
        "paper (Diva)",
    ]
    return table(header, rows)


def _where(one: Judged) -> str:
    where = _setting(one.claim.setting)
    return f"{where}, since {_setting(one.claim.since)}" if one.claim.since else where


def _setting(setting: Setting) -> str:
    return f"{setting.n_knobs} knobs, {SET_LABELS[setting.targets]}"


def _side(models: Iterable[str]) -> str:
    labels = [_label(model) for model in models]
    return labels[0] if len(labels) == 1 else f"mean({', '.join(labels)})"


def _cost_table(costs: Mapping[tuple[str, str], Sequence[Cost]]) -> str:
    rows = (
        [
            dataset,
            _label(name),
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


_PLURAL = {
    Verdict.HOLDS: "hold",
    Verdict.FAILS: "do not hold",
    Verdict.OPEN: "cannot be told",
    Verdict.MISSING: "are not measured",
}

_HEAD = f"""# Results: the paper's table on amsynth

Every model of Esling et al. 2019, trained and scored on presets of amsynth, beside what is found
without a model. A model hears a sound and proposes one preset, in one pass; the synth plays it,
and the result is compared with the sound. Smaller is better throughout.

Generated from the results of `flow-synth evaluate-grid` by `python -m flow_synth.results_page`;
nothing here is typed by hand. Intervals are {INTERVAL_PERCENT:g} % bootstrap intervals over
{RESAMPLES} draws of whole families: of near-duplicate presets or, out of domain, of what one voice
says and sings.

Three spreads are told apart. The one over **targets** is the standard deviation of the errors
within a run; over **rotations**, that of the mean errors of runs whose other folds were held out;
over **seeds**, that of runs that differ in their random numbers alone. A dash means that there are
no two to compare."""

_TABLE_EXPLAINED = """In the paper's layout: mean ± spread over targets; the best model of each
column is bold. The paper's Flow_reg is Flow_post here."""

_MATRIX_EXPLAINED = f"""From the best mean on. In a row, `<` says that it errs less than the row of
that number, `>` that it errs more, `·` that the two cannot be told apart: paired bootstrap of
{TEST_RESAMPLES} resamples of whole families on the targets that both have, errors averaged over
seeds, p < {SIGNIFICANCE:g} after Holm's correction for all pairs of the matrix."""

_COST_EXPLAINED = """Seconds are those of training and validation, on the hardware named beside
them; runs side by side on one machine slow each other down. Parameters are those that training
moves."""

_COMMANDS = """## How to make it again

`make results` renders the datasets, makes the sounds, trains every model, scores it and writes
this page from nothing. Each step goes on where it was when it is killed and given again; with
`RESULTS_JOBS=2` two runs share the machine.

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
