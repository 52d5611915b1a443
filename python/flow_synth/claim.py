"""What the paper says of its models (section 5.1), each checked against our own results."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from flow_synth.comparison import Contrast, contrast
from flow_synth.metric import Measure
from flow_synth.paper_table import FEW, MANY, OUT_OF_DOMAIN, Setting, printed_mean
from flow_synth.results import Results, Row

Models = tuple[str, ...]

FEED_FORWARD = ("mlp", "cnn", "res_cnn")
VARIATIONAL = ("vae", "wae", "vae_flow")
AUTOENCODERS = ("ae", *VARIATIONAL)
REGRESSION_FLOW = ("flow_post",)
DISENTANGLING_FLOW = ("flow_dis",)
SOUND = (Measure.SC, Measure.LOG_MEL_MSE)


class Verdict(StrEnum):
    """What the data say of a claim."""

    HOLDS = "holds"
    FAILS = "does not hold"
    OPEN = "cannot be told"
    MISSING = "not measured"


@dataclass(frozen=True)
class Claim:
    """One side errs less than every rival, each side on average over its models.

    Attributes:
        text: the paper's statement.
        setting: where.
        measure: in what.
        better: models of the side that is said to err less.
        rivals: models of every other side.
        since: if given, not the difference itself is claimed but that it grew since there.
    """

    text: str
    setting: Setting
    measure: Measure
    better: Models
    rivals: tuple[Models, ...]
    since: Setting | None = None


@dataclass(frozen=True)
class Judged:
    """A claim and what became of it.

    Attributes:
        claim: what was said.
        verdict: it holds if the better side can be told to err less than every rival, and does
            not if it can be told to err more than one; see
            :attr:`~flow_synth.comparison.Contrast.sign`.
        rival: the one that speaks most against the claim.
        found: the better side less that rival; None if something was not measured.
        printed: the same difference of the numbers in the paper; None if it prints none.
    """

    claim: Claim
    verdict: Verdict
    rival: Models
    found: Contrast | None
    printed: float | None

    @property
    def sides(self) -> Hashable:
        """What the verdict rests on: the same for another statement of the same difference."""
        claim = self.claim
        return claim.setting, claim.since, claim.measure, frozenset([claim.better, self.rival])


def each(models: Sequence[str]) -> tuple[Models, ...]:
    """Every model a rival of its own."""
    return tuple((model,) for model in models)


def judge(claim: Claim, results: Results) -> Judged:
    """Checks a claim; no correction for the number of claims is made."""
    found = {rival: _found(claim, rival, results) for rival in claim.rivals}
    measured = {rival: one for rival, one in found.items() if one}
    if len(measured) < len(found):
        return Judged(claim, Verdict.MISSING, claim.rivals[0], None, None)
    fails = [rival for rival, one in measured.items() if one.sign > 0]
    is_open = [rival for rival, one in measured.items() if one.sign == 0]
    if fails:
        verdict, rival = Verdict.FAILS, max(fails, key=lambda rival: measured[rival].low)
    elif is_open:
        verdict, rival = Verdict.OPEN, max(is_open, key=lambda rival: measured[rival].high)
    else:
        verdict, rival = Verdict.HOLDS, max(measured, key=lambda rival: measured[rival].high)
    return Judged(claim, verdict, rival, measured[rival], _printed(claim, rival))


def _found(claim: Claim, rival: Models, results: Results) -> Contrast | None:
    better, other = (_rows(results, claim.setting, side) for side in (claim.better, rival))
    if not (better and other):
        return None
    if claim.since is None:
        return contrast(better, other, claim.measure)
    before = (_rows(results, claim.since, claim.better), _rows(results, claim.since, rival))
    return contrast(better, other, claim.measure, before=before) if all(before) else None


def _rows(results: Results, setting: Setting, models: Models) -> list[Row]:
    """The rows of some models; none unless all are there."""
    table = results.table(setting.dataset, setting.targets)
    if table is None or not set(models) <= set(table.models):
        return []
    return [table.models[model] for model in models]


def _printed(claim: Claim, rival: Models) -> float | None:
    def difference(setting: Setting) -> float:
        better, other = (
            float(np.mean([printed_mean(model, setting, claim.measure) for model in models]))
            for models in (claim.better, rival)
        )
        return better - other

    try:
        return difference(claim.setting) - (difference(claim.since) if claim.since else 0.0)
    except KeyError:
        return None


def _claims() -> Iterator[Claim]:
    others = (*FEED_FORWARD, *AUTOENCODERS, *DISENTANGLING_FLOW)
    yield Claim(
        "The CNN infers parameters best of the baseline models.",
        FEW,
        Measure.MSE_N,
        ("cnn",),
        each(("mlp", "res_cnn")),
    )
    yield Claim(
        "The WAE infers parameters best of all.",
        FEW,
        Measure.MSE_N,
        ("wae",),
        each((*FEED_FORWARD, "ae", "vae", "vae_flow", *REGRESSION_FLOW, *DISENTANGLING_FLOW)),
    )
    yield Claim(
        "VAEs are outperformed by a baseline model, the CNN, in parameters.",
        FEW,
        Measure.MSE_N,
        ("cnn",),
        each(("vae", "vae_flow")),
    )
    yield Claim(
        "VAE models outperform the baseline models even in parameters.",
        MANY,
        Measure.MSE_N,
        VARIATIONAL,
        (FEED_FORWARD,),
    )
    for measure in SOUND:
        for setting in (FEW, MANY, OUT_OF_DOMAIN):
            yield Claim(
                "Autoencoders outperform the baseline models in sound.",
                setting,
                measure,
                AUTOENCODERS,
                (FEED_FORWARD,),
            )
            yield Claim(
                "The regression flow sounds best of all.",
                setting,
                measure,
                REGRESSION_FLOW,
                each(others),
            )
            yield Claim(
                "Disentangling flows slightly impair the sound of the regression flow.",
                setting,
                measure,
                REGRESSION_FLOW,
                (DISENTANGLING_FLOW,),
            )
        yield Claim(
            "The flows together outperform all other models together.",
            MANY,
            measure,
            (*REGRESSION_FLOW, *DISENTANGLING_FLOW),
            ((*FEED_FORWARD, *AUTOENCODERS),),
        )
        yield Claim(
            "The gap between the regression flow and the baseline models grows with the knobs.",
            MANY,
            measure,
            REGRESSION_FLOW,
            (FEED_FORWARD,),
            since=FEW,
        )
    # By the paper's own table it does in SC only: its log-mel MSE grows by a hair more than AE's.
    yield Claim(
        "The regression flow suffers least of all from more knobs.",
        MANY,
        Measure.SC,
        REGRESSION_FLOW,
        each(others),
        since=FEW,
    )


CLAIMS: Sequence[Claim] = tuple(_claims())


def count(judged: Sequence[Judged]) -> Mapping[Verdict, int]:
    """How many claims came to each verdict."""
    return {verdict: sum(one.verdict is verdict for one in judged) for verdict in Verdict}


def n_differences(judged: Sequence[Judged]) -> int:
    """On how many differences the verdicts rest: two statements may be judged by the same one."""
    return len({one.sides for one in judged if one.found})
