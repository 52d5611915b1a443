"""The page and the picture of matching say what the results say."""

import io
from pathlib import Path

import numpy as np
import pytest
from evaluations_for_tests import made_up
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import image
from scipy import stats

from flow_synth.error import InputError
from flow_synth.evaluation import Evaluation
from flow_synth.fold import Split
from flow_synth.match_page import area_under_roc, match_page
from flow_synth.match_picture import draw_matching
from flow_synth.metric import Measure
from flow_synth.score import OWN, Method
from flow_synth.score_page import mean_and_interval, method_names
from flow_synth.target import GroupName


@pytest.fixture(scope="module")
def results() -> dict[str, Evaluation]:
    return {
        "matching/sine-0": made_up(has_matching=True),
        "matching/sine-1": made_up(has_matching=True, seed=1),
        "matching/sine-out-of-domain": made_up(has_matching=True, is_out_of_domain=True, seed=2),
    }


def test_the_page_has_every_method_and_the_spread_of_seeds(results: dict[str, Evaluation]) -> None:
    page = match_page(results)
    first, second, outside = results.values()
    names, scores = method_names(first), first.groups[GroupName.ALL].scores
    rival = scores[Method.NN16][Measure.MSS].mean
    for method in OWN:
        mss, other = (e.groups[GroupName.ALL].scores[method][Measure.MSS] for e in (first, second))
        (row,) = [
            line
            for line in page.split("out of domain")[0].splitlines()
            if line.startswith(f"| {names[method]} |")
        ]
        assert mean_and_interval(mss) in row
        assert row.rstrip(" |").endswith(f"{mss.mean / rival:.2f}")
        low, high = sorted((mss.mean, other.mean))
        assert (f"{low:.3g} to {high:.3g}" in row) == (method is not Method.MODEL)
    assert page.count("## sine, test presets") == page.count("## sine, out of domain") == 1
    assert "(matching/sine-0-matching.png)" in page
    assert "sine-1-matching.png" not in page
    assert "75% are no twins" in page
    assert mean_and_interval(outside.groups[GroupName.ALL].scores[Method.NN16][Measure.SC]) in page


def test_the_page_of_the_project_is_that_of_its_results() -> None:
    docs = Path(__file__).parents[2] / "docs"
    results = {
        f"matching/{file.stem}": Evaluation.read(file)
        for file in sorted((docs / "matching").glob("*.json"))
    }
    assert match_page(results) == (docs / "matching.md").read_text(encoding="utf-8")
    for path, evaluation in results.items():
        picture = (docs / f"{path}-matching.png").read_bytes()
        assert image.imread(io.BytesIO(picture)).shape == (360, 1100, 4)
        assert evaluation.matching is not None


def test_the_page_counts_what_is_farther_than_where_it_began(
    results: dict[str, Evaluation],
) -> None:
    """Random errors are farther for about half of the sounds."""
    page = match_page({"matching/sine-0": results["matching/sine-0"]})
    errors = results["matching/sine-0"].per_target
    assert errors is not None
    for measure, label in ((Measure.SC, "SC"), (Measure.LEVEL, "level, dB")):
        start, end = (
            np.array(errors.errors[method][measure])
            for method in (Method.BEST16, Method.REFINED200)
        )
        assert f"{label} {int((end > start * 1.001).sum())}" in page
    assert "Results out of domain are missing" in page


def test_coverage_is_counted_over_the_true_knobs(results: dict[str, Evaluation]) -> None:
    """All true knobs are 0, where every interval begins."""
    matching = results["matching/sine-0"].matching
    assert matching is not None
    assert (matching.coverage, matching.knob_coverage) == (1.0, (1.0,))
    outside = results["matching/sine-out-of-domain"].matching
    assert outside is not None
    assert outside.coverage is None


def test_what_is_expected_is_compared_with_what_was_found_by_rank(
    results: dict[str, Evaluation],
) -> None:
    for evaluation in results.values():
        matching, errors = evaluation.matching, evaluation.per_target
        assert matching is not None
        assert errors is not None
        mss = errors.errors[Method.RANKED][Measure.MSS]
        expected = stats.spearmanr(matching.expected_db, mss).statistic
        assert matching.rank_correlation == pytest.approx(expected, abs=1e-6)


def test_results_without_matching_are_refused() -> None:
    with pytest.raises(InputError, match="tells nothing of matching"):
        match_page({"matching/sine": made_up()})


def test_a_reach_is_that_of_validation_sounds() -> None:
    test = made_up(has_matching=True)
    validation = test.model_copy(update={"split": Split.VALIDATION})
    assert test.matching is not None
    missed_db = [0.5 * number for number in range(len(test.matching.expected_db))]
    assert validation.own_missed_db == pytest.approx(np.percentile(missed_db, 95))
    older = test.matching.model_copy(update={"missed_db": None})
    for other in (
        test,
        made_up(),
        made_up().model_copy(update={"split": Split.VALIDATION}),
        validation.model_copy(update={"matching": older}),
    ):
        with pytest.raises(InputError, match="does not tell how far a model reaches"):
            _ = other.own_missed_db


def test_the_picture_is_small_and_always_the_same(results: dict[str, Evaluation]) -> None:
    for evaluation in (*results.values(), made_up(has_matching=True, has_search=True)):
        drawn = draw_matching(evaluation)
        assert len(drawn) < 80_000
        assert draw_matching(evaluation) == drawn
        pixels = image.imread(io.BytesIO(drawn))[..., :3]
        assert pixels.min() < 0.3 < 0.9 < np.median(pixels)


NUMBERS = st.lists(st.integers(0, 5), min_size=1, max_size=8)


@given(NUMBERS, NUMBERS)
def test_the_area_is_the_share_of_pairs_in_order(low: list[int], high: list[int]) -> None:
    expected = np.mean([(b > a) + 0.5 * (b == a) for a in low for b in high])
    found = area_under_roc(np.array(low), np.array(high))
    assert found == pytest.approx(float(expected))
    assert area_under_roc(np.array(high), np.array(low)) == pytest.approx(1 - found)
