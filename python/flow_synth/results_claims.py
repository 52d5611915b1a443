"""The paper's claims on the page of results: what became of each, and what that rests on."""

from collections.abc import Iterable, Sequence

from flow_synth.claim import Judged, Verdict, count, n_differences
from flow_synth.comparison import TEST_RESAMPLES, Contrast
from flow_synth.labelled_table import SET_LABELS, LabelledTable, label
from flow_synth.paper_table import Setting
from flow_synth.score import INTERVAL_PERCENT
from flow_synth.score_page import MEASURES, table

_PLURAL = {
    Verdict.HOLDS: "hold",
    Verdict.FAILS: "do not hold",
    Verdict.OPEN: "cannot be told",
    Verdict.MISSING: "are not measured",
}


def counted(judged: Sequence[Judged]) -> str:
    """One sentence: how many claims came to each verdict, on how many differences."""
    found = count(judged)
    counts = ", ".join(
        f"{found[verdict]} {_PLURAL[verdict]}" for verdict in Verdict if found[verdict]
    )
    return (
        f"Of {len(judged)} statements of the paper's section 5.1: {counts}. They rest on "
        f"{n_differences(judged)} distinct differences, for two statements may be judged by one "
        "and the same."
    )


def claims_explained(judged: Sequence[Judged], tables: Iterable[LabelledTable]) -> str:
    """What precedes the table of claims."""
    return f"""{counted(judged)}

Each is put as a difference: what the models of its first side err on average less what its rival
errs, on the same targets, with the {INTERVAL_PERCENT:g} % interval of {TEST_RESAMPLES} paired
bootstrap resamples of whole families. A difference can be told from zero if its interval does not
reach zero and it has the same sign in every rotation that both sides have. A claim *holds* if the
difference to every rival can be told to be below zero, *does not hold* if that to one can be told
to be above, and *cannot be told* otherwise; shown is the rival that speaks most against it. A
difference "since" another setting is how much it has grown.

The intervals draw targets anew, not trainings: how much chance moves a training is in none of
them. Rotations are other trainings on other presets, which is why they must agree; but where
nothing is real, two of them still agree half of the time. {_seeds(tables)}
The intervals are not corrected for the number of claims, either.

The last column is the same difference of the means that the paper prints of another synthesizer,
Diva: only its sign can be compared."""


def _seeds(tables: Iterable[LabelledTable]) -> str:
    is_varied = any(len(row.seeds) > 1 for one in tables for row in one.models.values())
    if is_varied:
        return "What rows with several seeds err is the average over them."
    return "Seeds were not varied: every model was trained once in each rotation."


def claim_table(judged: Sequence[Judged]) -> str:
    """A row for every claim."""
    header = [
        "the paper says",
        "where",
        "in",
        "sides",
        "difference here",
        "by rotation",
        "verdict",
        "paper (Diva)",
    ]
    return table(header, map(_row, judged))


def _row(one: Judged) -> list[str]:
    return [
        one.claim.text,
        _where(one),
        MEASURES[one.claim.measure],
        f"{_side(one.claim.better)} - {_side(one.rival)}",
        _interval(one.found) if one.found else "-",
        _by_rotation(one.found) if one.found else "-",
        f"**{one.verdict}**",
        "-" if one.printed is None else f"{one.printed:+.3g}",
    ]


def _interval(found: Contrast) -> str:
    return f"{found.mean:+.3g} [{found.low:+.3g}, {found.high:+.3g}]"


def _by_rotation(found: Contrast) -> str:
    return "; ".join(f"{number}: {mean:+.3g}" for number, mean in found.by_rotation.items())


def _where(one: Judged) -> str:
    where = _setting(one.claim.setting)
    return f"{where}, since {_setting(one.claim.since)}" if one.claim.since else where


def _setting(setting: Setting) -> str:
    return f"{setting.n_knobs} knobs, {SET_LABELS[setting.targets]}"


def _side(models: Iterable[str]) -> str:
    labels = [label(model) for model in models]
    return labels[0] if len(labels) == 1 else f"mean({', '.join(labels)})"
