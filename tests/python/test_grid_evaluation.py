"""Every model of a grid is scored once, and what is found without a model once a rotation."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clusters_for_tests import in_this_process
from datasets_for_tests import played_dataset, write_sounds
from numpy.typing import NDArray
from synths_for_tests import N_KNOBS, open_test_synth

from flow_synth import grid_evaluation
from flow_synth.cost import COST, Cost
from flow_synth.dataset import Dataset
from flow_synth.experiment import Experiment
from flow_synth.grid import Grid, GridRun
from flow_synth.grid_evaluation import GridScores, evaluate_grid
from flow_synth.metric import Measure
from flow_synth.model_file import read_model_file
from flow_synth.results import Results, TargetSet
from flow_synth.score import Method
from flow_synth.workplace import Workplace

N_TARGETS = 2
GOLDEN = read_model_file(Path(__file__).parents[1] / "golden" / "golden-2.flow.ts").description


class Constant:
    """Answers every sound with the same preset: its experiment's number in every knob."""

    def __init__(self, path: Path) -> None:
        run = path.read_text()
        self.level = 0.4 if run.startswith("one") else 0.9
        about = {"training_run": run, "synth": "sine", "synth_version": "1"}
        self.description = GOLDEN.model_copy(update=about)

    def info(self) -> dict[str, Any]:
        return self.description.model_dump(mode="json")

    def encode(self, mel: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.full((len(mel), N_KNOBS), self.level, np.float32)

    def decode(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        return z


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return played_dataset()


@pytest.fixture(autouse=True)
def stand_ins(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run is finished when it has told its cost; its model file holds its identity alone."""

    def opened(_folder: Path, rotation: int) -> Dataset:
        return Dataset(dataset.folder, dataset.manifest, dataset._shards, rotation)

    def identity(experiment: Experiment, _dataset: Dataset) -> str:
        return f"{'one' if experiment.epochs == 1 else 'two'}-{experiment.rotation}"

    def export(folder: Path, path: Path) -> None:
        path.write_text(Cost.read(folder / COST).run)

    monkeypatch.setattr(Dataset, "verify", lambda _self: None)
    monkeypatch.setattr(Dataset, "open", opened)
    monkeypatch.setattr(grid_evaluation, "run_identity", identity)
    monkeypatch.setattr(grid_evaluation, "export_run", export)
    monkeypatch.setattr(grid_evaluation, "load_native_model", Constant)
    monkeypatch.setattr(
        grid_evaluation, "is_finished", lambda _experiment, folder: (folder / COST).exists()
    )
    monkeypatch.setattr(
        grid_evaluation,
        "read_model_file",
        lambda path: type("File", (), {"description": Constant(path).description}),
    )


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with in_this_process(n_workers=1, threads_per_worker=1) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def workplace(scheduler: str, tmp_path: Path) -> Workplace:
    return Workplace(tmp_path / "runs" / "trials", open_test_synth, scheduler)


def runs(folder: Path) -> tuple[GridRun, ...]:
    """Two experiments, told apart by their epochs."""
    for epochs, name in enumerate(("one", "two"), 1):
        (folder / f"{name}.toml").write_text(f"dataset = 'sines'\nepochs = {epochs}\n")
    return Grid(experiments=(folder / "one.toml", folder / "two.toml")).runs()


def finish(run: GridRun, folder: Path) -> None:
    place = folder / run.name
    place.mkdir(parents=True)
    number = "one" if run.experiment.epochs == 1 else "two"
    Cost(run=f"{number}-0", parameters={}, epochs=run.experiment.epochs).write(place / COST)


def test_a_grid_is_scored_as_far_as_it_is_trained_and_nothing_twice(
    tmp_path: Path, workplace: Workplace
) -> None:
    listed, out = runs(tmp_path), tmp_path / "out"
    first, second = listed
    finish(first, tmp_path / "runs")

    def scored() -> GridScores:
        return evaluate_grid(
            listed, tmp_path / "runs", out, workplace, n_targets=N_TARGETS, seed=0
        )

    found = scored()
    places = ("sines/baselines-r0", first.name)
    assert found.evaluated == tuple(str(out / place / "test.json") for place in places)
    assert (found.skipped, found.unfinished) == ((), (second.name,))
    journals = {path: path.read_bytes() for path in workplace.folder.glob("*.jsonl")}
    assert len(journals) == N_TARGETS

    finish(second, tmp_path / "runs")
    found = scored()
    assert found.evaluated == (str(out / second.name / "test.json"),)
    assert (len(found.skipped), found.unfinished) == (2, ())
    assert not workplace.folder.exists()
    again = scored()
    assert (again.evaluated, len(again.skipped)) == ((), 3)

    (table,) = Results.read(out).tables
    assert list(table.models) == ["one", "two"]
    assert Method.MODEL not in table.baselines
    assert table.baselines[Method.TRUTH].summary(Measure.MSE_N).value == 0
    levels = {name: row.summary(Measure.MSE_N).value for name, row in table.models.items()}
    assert levels["one"] != levels["two"]
    assert Cost.read(out / first.name / COST) == Cost.read(tmp_path / "runs" / first.name / COST)


def test_more_targets_or_another_run_are_scored_anew(tmp_path: Path, workplace: Workplace) -> None:
    (run, _), out = runs(tmp_path), tmp_path / "out"
    finish(run, tmp_path / "runs")
    evaluate_grid([run], tmp_path / "runs", out, workplace, n_targets=1, seed=0)
    more = evaluate_grid([run], tmp_path / "runs", out, workplace, n_targets=N_TARGETS, seed=0)
    assert len(more.evaluated) == 2
    model = tmp_path / "runs" / run.name / grid_evaluation.MODEL
    model.write_text("an older run")
    (out / run.name / "test.json").unlink()
    evaluate_grid([run], tmp_path / "runs", out, workplace, n_targets=N_TARGETS, seed=0)
    assert model.read_text() == "one-0"


def test_sounds_of_elsewhere_are_a_set_of_their_own(tmp_path: Path, workplace: Workplace) -> None:
    (run, _), out = runs(tmp_path), tmp_path / "out"
    finish(run, tmp_path / "runs")
    (tmp_path / "sounds").mkdir()
    presets = np.random.default_rng(0).random((3, N_KNOBS), dtype=np.float32)
    sounds = write_sounds(tmp_path / "sounds", presets, [55.0, 60.0, 67.0])
    seen: list[tuple[int, int]] = []
    found = evaluate_grid(
        [run],
        tmp_path / "runs",
        out,
        workplace,
        sounds=sounds,
        progress=lambda *numbers: seen.append(numbers),
        n_targets=N_TARGETS,
        seed=0,
    )
    assert len(found.evaluated) == 4
    assert seen == [(number, 4) for number in range(1, 5)]
    tables = Results.read(out).tables
    assert [table.targets for table in tables] == list(TargetSet)
    assert Measure.MSE_N not in tables[1].models["one"].measures
    assert len(tables[1].models["one"].families) == N_TARGETS
