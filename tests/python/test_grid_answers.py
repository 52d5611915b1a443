"""The models of a grid answer to presets that were held out, and each answer says whose it is."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from answers_for_tests import answered
from datasets_for_tests import played_dataset
from evaluations_for_tests import made_up
from numpy.typing import NDArray
from synths_for_tests import N_KNOBS, SineSynth

from flow_synth import grid_answers
from flow_synth.answers import ANSWERS, Answers
from flow_synth.baseline import nearest_presets
from flow_synth.dataset import Dataset
from flow_synth.error import InputError
from flow_synth.fold import Split, split_of
from flow_synth.grid import Grid, GridRun
from flow_synth.grid_answers import answer_grid
from flow_synth.score import Method
from flow_synth.target import GroupName

N_ASKED = 3


class Constant:
    """Answers every sound with the same value of every knob."""

    def __init__(self, path: Path) -> None:
        self.level = 0.4 if path.parent.name.startswith("mlp") else 0.9

    def info(self) -> dict[str, Any]:
        return {"training_run": "run"}

    def encode(self, mel: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.full((len(mel), N_KNOBS), self.level, np.float32)

    def decode(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        return z


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return played_dataset()


@pytest.fixture
def runs(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[GridRun]:
    """Two models in two rotations, all of them scored."""

    def opened(_folder: Path, rotation: int) -> Dataset:
        assert rotation == 0
        return dataset

    monkeypatch.setattr(Dataset, "open", opened)
    monkeypatch.setattr(grid_answers, "load_native_model", Constant)
    for name in ("mlp", "new"):
        (tmp_path / f"{name}.toml").write_text("dataset = 'sines'\n")
    experiments = tuple(tmp_path / f"{name}.toml" for name in ("mlp", "new"))
    listed = Grid(experiments=experiments, rotations=(1, 0)).runs()
    for run in listed:
        place = tmp_path / run.name
        place.mkdir(parents=True)
        made_up(has_matching=True).write(place / "test.json")
    return list(listed)


def test_held_out_presets_of_the_first_rotation_are_answered(
    runs: list[GridRun], dataset: Dataset, tmp_path: Path
) -> None:
    files = answer_grid(runs, tmp_path, tmp_path, n_asked=N_ASKED, seed=0)
    assert files == (tmp_path / "sines" / ANSWERS,)
    answers = Answers.read(files[0])
    assert (answers.rotation, answers.synth) == (0, "sine")
    rows = {row.identity: row for row in dataset.manifest.rows}
    asked = [rows[one.identity] for one in answers.asked]
    assert len({row.identity for row in asked}) == N_ASKED
    assert {split_of(row.fold) for row in asked} == {Split.TEST}
    assert [(one.pitch, one.velocity) for one in answers.asked] == [
        (row.pitch, row.velocity) for row in asked
    ]
    assert {key: one.presets for key, one in answers.models.items()} == {
        "mlp": ((0.4,) * N_KNOBS,) * N_ASKED,
        "new": ((0.9,) * N_KNOBS,) * N_ASKED,
    }
    assert {one.run for one in answers.models.values()} == {"run"}
    scores = made_up(has_matching=True).groups[GroupName.ALL].scores[Method.MODEL]
    assert answers.models["mlp"].scores == scores
    numbers = np.array([row.index for row in asked])
    nearest = nearest_presets(dataset, dataset.mel(numbers), dataset.pitch[numbers], 16, 4)
    assert np.array(answers.neighbours) == pytest.approx(nearest, rel=1e-3)


def test_a_score_of_another_run_is_refused(runs: list[GridRun], tmp_path: Path) -> None:
    other = made_up(has_matching=True).model_copy(update={"model_run": "other"})
    other.write(tmp_path / "sines" / "mlp-r0-s0" / "test.json")
    with pytest.raises(InputError, match="of training run other"):
        answer_grid(runs, tmp_path, tmp_path, seed=0)


def test_answers_are_read_as_they_were_written(tmp_path: Path) -> None:
    bank = SineSynth().presets()
    answers = answered(bank, "sine", ("new", "ae", "mlp"), n_asked=1)
    answers.write(tmp_path / ANSWERS)
    assert Answers.read(tmp_path / ANSWERS) == answers
    assert answers.ordered == ["mlp", "ae", "new"]
