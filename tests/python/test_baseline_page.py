"""The page of baselines says what the results say."""

from pathlib import Path

import pytest
from evaluations_for_tests import BASELINES, made_up

from flow_synth.baseline_page import baseline_page, main
from flow_synth.evaluation import Evaluation
from flow_synth.metric import Measure
from flow_synth.score import OWN, SEARCHES, Method
from flow_synth.score_page import mean_and_interval, method_names
from flow_synth.target import GroupName


@pytest.fixture(scope="module")
def results() -> dict[str, Evaluation]:
    return {
        "baselines/sine": made_up(),
        "baselines/sine-out-of-domain": made_up(is_out_of_domain=True),
        "baselines/sine-search": made_up(has_search=True),
    }


def rows(page: str, heading: str) -> list[list[str]]:
    """Cells of the first table after a heading."""
    after = page.split(f"{heading}\n", 1)[1]
    lines = after.split("\n\n|", 1)[1].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_overview_has_every_method_and_every_result(results: dict[str, Evaluation]) -> None:
    page = baseline_page(results)
    _, _, *body = rows(page, "## At a glance")
    names = method_names(next(iter(results.values())))
    methods = [method for method in Method if method not in OWN]
    assert [row[0] for row in body] == [names[method] for method in methods]
    assert set(methods) == {*BASELINES, *SEARCHES, Method.TRUTH}
    for row, method in zip(body, methods, strict=True):
        for cell, result in zip(row[1:], results.values(), strict=True):
            scores = result.groups[GroupName.ALL].scores
            shown = mean_and_interval(scores[method][Measure.MSS]) if method in scores else ""
            assert cell == shown


def test_every_result_has_its_tables_and_its_picture(results: dict[str, Evaluation]) -> None:
    page = baseline_page(results)
    for path in results:
        assert f"({path}.png)" in page
    assert page.count("### All: 12 notes of 6 families") == 2
    assert page.count("### All: 12 sounds of ") == page.count("### Voices: 7 sounds of ") == 1
    header, *_ = rows(page, "### All: 12 sounds of 6 sources")
    assert "MSE_n" not in header
    assert "MSE_n" in rows(page, "### All: 12 notes of 6 families")[0]
    assert page.count("3 of the presets tried could not be played.") == 1


def test_the_page_of_the_project_is_that_of_its_results() -> None:
    docs = Path(__file__).parents[2] / "docs"
    kinds, sets = ("", "-out-of-domain", "-search"), ("amsynth-16", "amsynth-32")
    paths = [f"baselines/{name}{kind}" for kind in kinds for name in sets]
    found = {path: Evaluation.read(docs / f"{path}.json") for path in paths}
    assert (docs / "baselines.md").read_text(encoding="utf-8") == baseline_page(found)
    assert len(list((docs / "baselines").glob("*.json"))) == len(found)


def test_the_page_explains_every_method_once(results: dict[str, Evaluation]) -> None:
    page = baseline_page(results)
    names = method_names(next(iter(results.values())))
    for method in (*BASELINES, *SEARCHES, Method.TRUTH):
        assert page.count(f"- **{names[method]}**: ") == 1
    assert f"**{names[Method.MODEL]}**" not in page


def test_the_page_is_written_from_the_results_alone(
    results: dict[str, Evaluation], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "baselines").mkdir()
    files = [tmp_path / f"{path}.json" for path in results]
    for file, result in zip(files, results.values(), strict=True):
        result.write(file)
    page = tmp_path / "baselines.md"
    monkeypatch.setattr("sys.argv", ["baseline_page", str(page), *map(str, files)])
    main()
    assert page.read_text(encoding="utf-8") == baseline_page(results)
