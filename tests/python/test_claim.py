"""A claim of the paper holds, fails or stays open as the errors say, and as the paper's own do."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from evaluations_for_tests import write_result

from flow_synth.claim import (
    AUTOENCODERS,
    CLAIMS,
    FEED_FORWARD,
    Claim,
    Verdict,
    count,
    each,
    judge,
    n_differences,
)
from flow_synth.metric import Measure
from flow_synth.paper_table import FEW, LABELS, MANY, OUT_OF_DOMAIN, Setting, printed_mean
from flow_synth.results import Results
from flow_synth.score import Method

SC = Measure.SC
BEST = Claim("It is best.", MANY, SC, ("wae",), each(("ae", "vae")))


def results(
    folder: Path, means: Mapping[Setting, Mapping[str, float]], rotation: int = 0
) -> Results:
    """Errors of the given means and a standard error of 0.1, and of 0.14 between models."""
    for number, (setting, models) in enumerate(means.items()):
        for seed, (model, mean) in enumerate(models.items()):
            drawn = np.random.default_rng([number, seed]).normal(size=100)
            errors = mean + (drawn - drawn.mean()) / drawn.std()
            measures = [SC, Measure.LOG_MEL_MSE]
            if setting is not OUT_OF_DOMAIN:
                measures.append(Measure.MSE_N)
            write_result(
                folder / setting.dataset / f"{model}-r{rotation}-s0",
                {Method.MODEL: dict.fromkeys(measures, errors)},
                kind=setting.targets,
            )
    return Results.read(folder)


@pytest.mark.parametrize(
    ("wae", "ae", "vae", "verdict", "rival"),
    [
        (0, 1, 2, Verdict.HOLDS, "ae"),
        (0, 2, 1, Verdict.HOLDS, "vae"),
        (0, 0.05, 2, Verdict.OPEN, "ae"),
        (0, -1, 0.05, Verdict.FAILS, "ae"),
        (0, 1, -2, Verdict.FAILS, "vae"),
    ],
)
def test_a_claim_holds_if_every_rival_errs_more(
    tmp_path: Path, wae: float, ae: float, vae: float, verdict: Verdict, rival: str
) -> None:
    means = {"wae": wae, "ae": ae, "vae": vae}
    judged = judge(BEST, results(tmp_path, {MANY: means}))
    assert (judged.verdict, judged.rival) == (verdict, (rival,))
    assert judged.found is not None
    assert judged.found.mean == pytest.approx(means["wae"] - means[rival], abs=1e-3)


def test_what_was_not_measured_is_not_judged(tmp_path: Path) -> None:
    judged = judge(BEST, results(tmp_path, {MANY: {"wae": 0, "ae": 1}}))
    assert (judged.verdict, judged.found, judged.printed) == (Verdict.MISSING, None, None)
    grown = Claim("It grew.", MANY, SC, ("wae",), each(("ae",)), since=FEW)
    assert judge(grown, results(tmp_path, {})).verdict is Verdict.MISSING


@pytest.mark.parametrize(
    ("before", "verdict"), [(0.5, Verdict.HOLDS), (3.0, Verdict.OPEN), (5.0, Verdict.FAILS)]
)
def test_a_growing_gap_is_told_from_one_that_shrinks(
    tmp_path: Path, before: float, verdict: Verdict
) -> None:
    found = results(tmp_path, {MANY: {"wae": 1, "ae": 4}, FEW: {"wae": 1, "ae": 1 + before}})
    judged = judge(Claim("It grew.", MANY, SC, ("wae",), each(("ae",)), since=FEW), found)
    assert judged.verdict is verdict
    assert judged.found is not None
    assert judged.found.mean == pytest.approx(before - 3, abs=1e-3)
    printed = {s: printed_mean("wae", s, SC) - printed_mean("ae", s, SC) for s in (FEW, MANY)}
    assert judged.printed == pytest.approx(printed[MANY] - printed[FEW])


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (-3, -0.05, Verdict.HOLDS),
        (-3, 0.05, Verdict.OPEN),
        (3, 0.05, Verdict.FAILS),
        (3, -0.05, Verdict.OPEN),
    ],
)
def test_a_claim_whose_rotations_disagree_is_open(
    tmp_path: Path, first: float, second: float, verdict: Verdict
) -> None:
    results(tmp_path, {MANY: {"wae": first, "ae": 0, "vae": 9}})
    found = results(tmp_path, {MANY: {"wae": second, "ae": 0, "vae": 9}}, rotation=1)
    judged = judge(BEST, found)
    assert (judged.verdict, judged.rival) == (verdict, ("ae",))
    assert judged.found is not None
    assert judged.found.low * judged.found.high > 0
    assert judged.found.by_rotation == pytest.approx({0: first, 1: second}, abs=1e-3)


@pytest.mark.parametrize(("second", "verdict"), [(4.1, Verdict.HOLDS), (3.9, Verdict.OPEN)])
def test_a_gap_that_grows_in_one_rotation_and_shrinks_in_the_other_is_open(
    tmp_path: Path, second: float, verdict: Verdict
) -> None:
    before = {"wae": 0.0, "ae": 4.0}
    results(tmp_path, {MANY: {"wae": 0, "ae": 9}, FEW: before})
    found = results(tmp_path, {MANY: {"wae": 0, "ae": second}, FEW: before}, rotation=1)
    judged = judge(Claim("It grew.", MANY, SC, ("wae",), each(("ae",)), since=FEW), found)
    assert judged.verdict is verdict
    assert judged.found is not None
    assert judged.found.high < 0


def test_statements_of_one_difference_rest_on_it_together(tmp_path: Path) -> None:
    found = results(tmp_path, {MANY: {"wae": 0, "ae": 1, "vae": 2}})
    turned = Claim("AE is better.", MANY, SC, ("ae",), each(("wae",)))
    other = Claim("VAE is better.", MANY, SC, ("vae",), each(("wae",)))
    missing = Claim("CNN is better.", MANY, SC, ("cnn",), each(("wae",)))
    judged = [judge(claim, found) for claim in (BEST, turned, other, missing)]
    assert n_differences(judged) == 2


def test_the_paper_s_own_numbers_bear_out_what_it_says_of_them() -> None:
    """Each claim is a reading of Table 1: its differences of printed means are negative."""
    for claim in CLAIMS:
        for rival in claim.rivals:
            difference = _printed_difference(claim, claim.setting, rival)
            if claim.since:
                difference -= _printed_difference(claim, claim.since, rival)
            assert difference < 0, (claim.text, claim.setting, claim.measure, rival)


def _printed_difference(claim: Claim, setting: Setting, rival: tuple[str, ...]) -> float:
    sides = [
        np.mean([printed_mean(model, setting, claim.measure) for model in models])
        for models in (claim.better, rival)
    ]
    return float(sides[0] - sides[1])


def test_every_claim_is_of_models_that_have_a_label_and_counted_once(tmp_path: Path) -> None:
    named = {model for c in CLAIMS for side in (c.better, *c.rivals) for model in side}
    assert named <= set(LABELS)
    assert named >= {*FEED_FORWARD, *AUTOENCODERS}
    assert len(set(CLAIMS)) == len(CLAIMS)
    every = dict.fromkeys(named, 1.0)
    found = results(tmp_path, {FEW: every, MANY: every, OUT_OF_DOMAIN: every})
    counts = count([judge(claim, found) for claim in CLAIMS])
    assert sum(counts.values()) == len(CLAIMS)
    assert counts[Verdict.MISSING] == 0
