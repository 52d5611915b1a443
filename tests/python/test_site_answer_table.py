"""Runs that are heard stand beside those of the table, and say when they are others."""

from pathlib import Path

from answers_for_tests import SCORE, answered
from evaluations_for_tests import made_up
from synths_for_tests import SineSynth

from flow_synth.answers import ANSWERS
from flow_synth.paper_table import LABELS, MANY
from flow_synth.site_answer_table import read_answers

ROOT = Path(__file__).parents[2]


def test_another_run_is_named_and_told_from_the_tables_by_its_intervals(tmp_path: Path) -> None:
    place = tmp_path / "results" / "sine"
    answers = answered(SineSynth().presets(), "sine", ("mlp", "cnn", "ae"))
    place.mkdir(parents=True)
    answers.write(place / ANSWERS)
    for key, run in {"mlp": "run of mlp", "cnn": "another"}.items():
        (place / f"{key}-r0-s0").mkdir()
        made_up(has_matching=True).model_copy(update={"model_run": run}).write(
            place / f"{key}-r0-s0" / "test.json"
        )
    table = read_answers(tmp_path)["sine"]
    assert list(table.rows) == ["MLP, run of mlp", "CNN, run of cnn", "AE, run of ae"]
    mlp, cnn, ae = table.runs
    assert table.others == [cnn, ae]
    # Errors that are made up are near 2, far from those of the answers.
    assert [one.is_apart for one in table.runs] == [True, True, False]
    assert [cell and cell.source for cell in ae.cells] == [
        "results/sine/answers.json#models/ae/scores/mss_db",
        None,
        "results/sine/answers.json#models/ae/scores/sc",
        None,
    ]
    here, there = mlp.cells[:2]
    assert here is not None
    assert here.interval == (SCORE.mean, SCORE.low, SCORE.high)
    assert there is not None
    assert there.source == "results/sine/mlp-r0-s0/test.json#groups/all/scores/model/mss_db"


def test_a_dataset_of_more_than_the_bank_is_left_out(tmp_path: Path) -> None:
    place = tmp_path / "results" / "sine-mixed"
    place.mkdir(parents=True)
    answered(SineSynth().presets(), "sine").write(place / ANSWERS)
    assert read_answers(tmp_path) == {}


def test_all_models_of_the_papers_table_answer() -> None:
    answers = read_answers(ROOT / "docs")[MANY.dataset].answers
    assert answers.ordered == list(LABELS)
    for model in answers.models.values():
        assert [len(preset) for preset in model.presets] == [MANY.n_knobs] * len(answers.asked)
