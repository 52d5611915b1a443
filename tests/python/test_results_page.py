"""The page of results says what the files say."""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from evaluations_for_tests import write_result
from numpy.typing import NDArray

from flow_synth.claim import CLAIMS, Verdict, judge
from flow_synth.comparison import compare
from flow_synth.cost import COST, Cost, Hardware
from flow_synth.labelled_table import BASELINE_LABELS
from flow_synth.metric import SOUND_MEASURES, Measure
from flow_synth.paper_table import EPOCHS, OUT_OF_DOMAIN, printed_mean
from flow_synth.results import Results, Statistic, TargetSet
from flow_synth.results_page import QUANTITIES, main, results_page
from flow_synth.score import Method

MODELS = {"mlp": 2.0, "cnn": 1.0, "flow_post": 0.9, "own_recipe": 0.4}
BASELINES = {Method.NN1: 1.2, Method.RANDOM: 5.0, Method.TRUTH: 0.01}
CPU = Hardware(device="Some processor", threads=2, processes=1, precision="32-true")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of four models on two rotations and two seeds, and of three baselines."""
    folder = tmp_path_factory.mktemp("results")
    generator = np.random.default_rng(0)
    for dataset in ("amsynth-16", "amsynth-32"):
        kinds = [TargetSet.TEST, *[TargetSet.OUT_OF_DOMAIN] * (dataset == "amsynth-32")]
        for kind in kinds:
            measures = tuple(Measure) if kind is TargetSet.TEST else SOUND_MEASURES
            for rotation in (0, 1):
                for name, scale in MODELS.items():
                    for seed in (0, 1):
                        place = folder / dataset / f"{name}-r{rotation}-s{seed}"
                        errors = {m: scale * generator.gamma(2.0, size=30) for m in measures}
                        write_result(place, {Method.MODEL: errors}, kind=kind, members=2)
                        cost = Cost(run=place.name, parameters={"encoder": 1234, "regressor": 66})
                        cost.after_epoch(7, CPU, 21.0).write(place / COST)
                found = {
                    method: {m: scale * generator.gamma(2.0, size=30) for m in measures}
                    for method, scale in BASELINES.items()
                }
                place = folder / dataset / f"baselines-r{rotation}"
                write_result(place, found, kind=kind, members=2)
    return folder


@pytest.fixture(scope="module")
def results(folder: Path) -> Results:
    return Results.read(folder)


@pytest.fixture(scope="module")
def page(results: Results) -> str:
    return results_page(results)


def rows(text: str) -> list[list[str]]:
    """Cells of the first table of a text."""
    lines = text[text.index("|") :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_paper_s_table_has_every_model_and_its_best_is_bold(
    page: str, results: Results
) -> None:
    header, _, *body = rows(page.split("### Amsynth-32, out of domain: means\n", 1)[1])
    labels = ["MLP", "CNN", "Flow_post", "own_recipe"]
    baselines = [BASELINE_LABELS[m] for m in BASELINES]
    assert [row[0] for row in body] == [*labels, *baselines]
    assert header == ["", "SC", "Diva", "log-mel MSE, nat²", "Diva"]
    table = results.table("amsynth-32", TargetSet.OUT_OF_DOMAIN)
    assert table is not None
    means = [row.summary(Measure.SC) for row in table.models.values()]
    best = min(found.value for found in means)
    by_label = {row[0]: row[1] for row in body}
    for label, name in zip(labels, MODELS, strict=True):
        found = table.models[name].summary(Measure.SC)
        bold = "**" if found.value == best else ""
        assert by_label[label] == f"{bold}{found.value:.3g}{bold} ± {found.element:.3g}"


def test_the_paper_s_own_means_stand_beside_ours_where_it_prints_any(page: str) -> None:
    _, _, *body = rows(page.split("### Amsynth-32, out of domain: means\n", 1)[1])
    by_label = {row[0]: row[2] for row in body}
    assert float(by_label["MLP"]) == printed_mean("mlp", OUT_OF_DOMAIN, Measure.SC)
    assert by_label["Flow_post"] == f"**{printed_mean('flow_post', OUT_OF_DOMAIN, Measure.SC)}**"
    assert by_label["own_recipe"] == by_label["NN1"] == ""


def bullet(page: str, start: str) -> str:
    """The only bullet of the summary that starts so."""
    summary = page.split("## What it says\n", 1)[1].split("\n## ", 1)[0]
    (line,) = (line for line in summary.splitlines() if line.startswith(f"- **{start}"))
    return line


def test_the_summary_says_what_was_trained_and_varied(page: str) -> None:
    budget = bullet(page, "The budget")
    assert "amsynth-16 and amsynth-32: 7 epochs, 1,300 trained parameters a model" in budget
    assert f"The paper trains for {EPOCHS} epochs" in budget
    assert "rotations 0 and 1, seeds 0 and 1" in bullet(page, "What was varied")


def test_the_summary_counts_the_claims_as_their_table_does(page: str) -> None:
    _, _, *body = rows(page.split("## The paper's claims\n", 1)[1])
    told = bullet(page, "The paper's claims")
    for verdict, words in (("holds", "hold"), ("cannot be told", "cannot be told")):
        number = sum(row[6] == f"**{verdict}**" for row in body)
        assert not number or f" {number} {words}" in told
    measured = {tuple(row[1:4]) for row in body if row[4] != "-"}
    assert f"{len(measured)} distinct differences" in told


def made_results(
    folder: Path, scales: Mapping[str, float], baselines: Mapping[Method, float]
) -> Results:
    """One table of models and baselines that err as much as given, give or take little."""
    generator = np.random.default_rng(0)

    def errors(scale: float) -> dict[Measure, NDArray[np.float64]]:
        return {m: scale + 0.1 * generator.normal(size=40) for m in SOUND_MEASURES}

    for name, scale in scales.items():
        write_result(
            folder / "other-8" / f"{name}-r0-s0",
            {Method.MODEL: errors(scale)},
            kind=TargetSet.OUT_OF_DOMAIN,
        )
    if baselines:
        found = {method: errors(scale) for method, scale in baselines.items()}
        write_result(folder / "other-8" / "baselines-r0", found, kind=TargetSet.OUT_OF_DOMAIN)
    return Results.read(folder)


def test_the_summary_says_who_is_nearest_and_who_cannot_be_told_from_the_median(
    tmp_path: Path,
) -> None:
    baselines = {Method.NN16: 0.2, Method.NN1: 4.0, Method.MEDIAN: 3.0}
    page = results_page(made_results(tmp_path, {"a": 1.0, "b": 2.0, "c": 3.0}, baselines))
    found = [line for line in page.splitlines() if line.startswith("- **Retrieval")]
    everywhere = "in SC everywhere, in log-mel MSE everywhere and in MSS everywhere"
    assert found == [
        f"- **Retrieval without any model** (NN16) is nearer than every model {everywhere}; every "
        "model is nearer than it nowhere.",
        "- **Retrieval without any model** (NN1) is nearer than every model nowhere; every model "
        f"is nearer than it {everywhere}.",
    ]
    best = "out of domain, a in SC (told from all others), a in log-mel MSE (told from all others)"
    assert best in bullet(page, "other-8")
    assert bullet(page, "No nearer than the median preset").endswith(
        "other-8, out of domain: c in SC, c in log-mel MSE, c in MSS."
    )
    assert "rotation 0, seed 0" in bullet(page, "What was varied")
    assert "Seeds were not varied" in page


def test_a_single_model_is_told_from_its_neighbours(tmp_path: Path) -> None:
    page = results_page(made_results(tmp_path, {"a": 1.0}, {Method.NN16: 2.0}))
    told = "its one model a beside NN16: out of domain, errs less in SC, log-mel MSE and MSS."
    assert bullet(page, "other-8").endswith(told)


def test_a_page_of_models_or_of_baselines_alone_leaves_out_what_it_cannot_say(
    tmp_path: Path,
) -> None:
    page = results_page(made_results(tmp_path / "models", {"a": 1.0, "b": 1.0}, {}))
    assert "a" in bullet(page, "other-8")
    assert "**Retrieval" not in page
    assert "**No nearer" not in page
    page = results_page(made_results(tmp_path / "baselines", {}, {Method.NN16: 1.0}))
    assert bullet(page, "The paper's claims")
    assert page.count("\n- **The") == 1


def test_every_set_has_its_scores_intervals_and_spreads(page: str, results: Results) -> None:
    for table, title in zip(
        results.tables,
        (
            "Amsynth-16, held-out presets",
            "Amsynth-32, held-out presets",
            "Amsynth-32, out of domain",
        ),
        strict=True,
    ):
        section = page.split(f"## {title}\n", 1)[1]
        header, _, *body = rows(section)
        _, _, *spreads = rows(section.split("Spreads over", 1)[1])
        row = table.models["cnn"]
        quantities = [quantity for quantity in QUANTITIES if quantity[0] in row.measures]
        assert header == ["", *(QUANTITIES[quantity] for quantity in quantities)]
        for quantity, cell, spread in zip(quantities, body[1][1:], spreads[1][1:], strict=False):
            found = row.summary(*quantity)
            assert cell == f"{found.value:.3g} [{found.low:.3g}, {found.high:.3g}]"
            element = "-" if quantity[1] is Statistic.MEDIAN else f"{found.element:.3g}"
            assert spread == f"{element} / {found.fold:.3g} / {found.seed:.3g}"
        assert spreads[1][-1] == "rotations 0, 1; seeds 0, 1"
        n_targets = 30 if table.targets is TargetSet.OUT_OF_DOMAIN else 60
        assert re.search(
            rf"{n_targets} \w+ of {n_targets // 2} families, in rotations 0, 1", section
        )


def test_the_matrix_says_which_differences_are_real_once_in_each_direction(
    page: str, results: Results
) -> None:
    section = page.split("### Which differences are real: amsynth-32, held-out presets", 1)[1]
    _, _, *body = rows(section.split("**MSS, dB**", 1)[1])
    order = [row[0].partition(". ")[2] for row in body]
    means = [float(row[1]) for row in body]
    assert means == sorted(means)
    assert BASELINE_LABELS[Method.TRUTH] not in order
    table = results.table("amsynth-32", TargetSet.TEST)
    assert table is not None
    rows_by_label = {
        "MLP": table.models["mlp"],
        "CNN": table.models["cnn"],
        "Flow_post": table.models["flow_post"],
        "own_recipe": table.models["own_recipe"],
        "NN1": table.baselines[Method.NN1],
        "random preset": table.baselines[Method.RANDOM],
    }
    found = compare(rows_by_label, Measure.MSS)
    signs = set()
    for (one, two), difference in found.items():
        there = body[order.index(one)][2 + order.index(two)]
        back = body[order.index(two)][2 + order.index(one)]
        is_real = difference.sign != 0
        assert there == ("·" if not is_real else "<" if difference.mean < 0 else ">")
        assert back == {"·": "·", "<": ">", ">": "<"}[there]
        signs |= {there, back}
    assert signs == {"·", "<", ">"}
    assert all(row[2 + number] == "" for number, row in enumerate(body))


def test_every_claim_is_told_with_its_verdict(page: str, results: Results) -> None:
    section = page.split("## The paper's claims\n", 1)[1]
    _, _, *body = rows(section)
    judged = [judge(claim, results) for claim in CLAIMS]
    assert [row[0] for row in body] == [claim.text for claim in CLAIMS]
    assert [row[6] for row in body] == [f"**{one.verdict}**" for one in judged]
    for row, one in zip(body, judged, strict=True):
        if one.found:
            by_rotation = [
                f"{number}: {mean:+.3g}" for number, mean in one.found.by_rotation.items()
            ]
            assert row[5] == "; ".join(by_rotation)
            assert len(by_rotation) == 2
    missing = sum(one.verdict is Verdict.MISSING for one in judged)
    assert f"Of {len(CLAIMS)} statements" in section
    assert f"{missing} are not measured." in section
    assert "Seeds were not varied" not in section
    assert 0 < missing == sum(row[4] == "-" for row in body)


def test_every_model_has_its_price_and_its_hardware(page: str) -> None:
    _, _, *body = rows(page.split("## What it cost\n", 1)[1])
    assert len(body) == 2 * len(MODELS)
    assert body[0] == [
        *("amsynth-16", "CNN", "4", "1,300", "encoder 1,234, regressor 66"),
        *("7", "21", "3", "Some processor, 2 threads, 32-true"),
    ]


def test_the_page_is_written_from_the_results_alone(
    folder: Path, page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = tmp_path / "results.md"
    monkeypatch.setattr("sys.argv", ["results_page", str(written), str(folder)])
    main()
    assert written.read_text(encoding="utf-8") == page


DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.skipif(not (DOCS / "results").exists(), reason="no grid's results are published yet")
def test_the_page_of_the_project_is_that_of_its_results() -> None:
    page = (DOCS / "results.md").read_text(encoding="utf-8")
    assert page == results_page(Results.read(DOCS / "results"))
