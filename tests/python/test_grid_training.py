"""The runs of a grid: each ends or fails on its own, and none is run twice at once."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from flow_synth import grid_training
from flow_synth.atomic_file import locked
from flow_synth.cost import Cost
from flow_synth.experiment import Experiment
from flow_synth.grid import Grid, GridRun
from flow_synth.grid_training import FailedRun, train_grid
from flow_synth.training import START

#: Stands in for a training process: it does what its experiment's file is named after.
PROGRAM = """
import json, os, sys
from pathlib import Path
folder = Path(sys.argv[1])
with (folder / "log").open("a") as log:
    log.write(os.environ.get("OMP_NUM_THREADS", "all") + "\\n")
match folder.name.partition("-")[0]:
    case "diverges":
        print("epoch 1", "flow-synth: the loss became nan; lower it", sep="\\n")
        sys.exit(2)
    case "crashes":
        os.kill(os.getpid(), 9)
    case "breaks":
        raise RuntimeError("a mistake")
(folder / "cost.json").write_text(json.dumps({"run": "", "parameters": {}, "epochs": 3}))
"""


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every process runs the program above; a run is finished when it has told its cost."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)

    def command(_self: object, place: Path) -> list[str]:
        return [sys.executable, "-c", PROGRAM, str(place)]

    def is_finished(experiment: Experiment, folder: Path) -> bool:
        cost = folder / "cost.json"
        return cost.exists() and Cost.read(cost).epochs == experiment.epochs

    monkeypatch.setattr(grid_training._Trainer, "_command", command)
    monkeypatch.setattr(grid_training, "is_finished", is_finished)
    monkeypatch.setattr(grid_training, "CPU_COUNT", 6)


def runs(folder: Path, *names: str) -> tuple[GridRun, ...]:
    for name in names:
        (folder / f"{name}.toml").write_text("dataset = 'data \"ü\"'\nepochs = 3\n")
    return Grid(experiments=tuple(folder / f"{name}.toml" for name in names), seeds=(4,)).runs()


GRIDS = sorted((Path(__file__).parents[2] / "python" / "experiments").rglob("*grid.toml"))


@pytest.mark.parametrize("path", GRIDS, ids=lambda path: path.name)
def test_the_file_of_a_run_says_all_that_the_grid_does(path: Path, tmp_path: Path) -> None:
    """Its overrides, too."""
    for run in Grid.read(path).runs():
        (tmp_path / "experiment.toml").write_text(grid_training._description(run))
        same = run.experiment.model_copy(update={"dataset": run.experiment.dataset.resolve()})
        assert Experiment.read(tmp_path / "experiment.toml") == same


def times(folder: Path, listed: Sequence[GridRun]) -> list[int]:
    """How often each was run."""
    logs = [folder / run.name / "log" for run in listed]
    return [len(log.read_text().splitlines()) if log.exists() else 0 for log in logs]


def test_what_fails_is_named_and_stops_nothing_else(tmp_path: Path) -> None:
    listed = runs(tmp_path, "diverges", "one", "crashes", "breaks", "two")
    seen: list[tuple[int, int]] = []
    summary = train_grid(
        listed, tmp_path / "out", jobs=2, progress=lambda *epochs: seen.append(epochs)
    )
    names = [run.name for run in listed]
    assert summary.trained == (names[1], names[4])
    diverged, crashed, broken = summary.failed
    assert diverged == FailedRun(names[0], "the loss became nan; lower it")
    assert crashed.reason.startswith("the process ended with signal SIGKILL; see ")
    assert broken.reason.startswith("the process ended with exit code 1; see ")
    assert "a mistake" in (tmp_path / "out" / broken.name / "train.log").read_text()
    assert seen[-1] == (6, 15)
    assert times(tmp_path / "out", listed) == [1] * 5

    again = train_grid(listed, tmp_path / "out")
    assert (again.trained, again.skipped) == ((), summary.trained)
    assert [failed.name for failed in again.failed] == [failed.name for failed in summary.failed]
    assert times(tmp_path / "out", listed) == [2, 1, 2, 2, 1]


def test_a_folder_tells_its_run_by_itself(tmp_path: Path) -> None:
    (run,) = runs(tmp_path, "one")
    train_grid((run,), tmp_path / "out")
    description = tmp_path / "out" / run.name / "experiment.toml"
    assert Experiment.read(description) == run.experiment


def test_runs_side_by_side_share_the_processors(tmp_path: Path) -> None:
    listed = runs(tmp_path, "one", "two")
    train_grid(listed[:1], tmp_path / "out")
    train_grid(listed[1:], tmp_path / "out", jobs=4)
    told = [(tmp_path / "out" / run.name / "log").read_text() for run in listed]
    assert told == ["all\n", "1\n"]


def test_runs_that_start_alike_train_their_start_once(tmp_path: Path) -> None:
    listed = runs(tmp_path, "one", "two", "three")
    start = listed[0].experiment
    others = {"one": start, "two": start, "three": start.model_copy(update={"batch_size": 7})}
    listed = tuple(
        GridRun(run.name, run.experiment.model_copy(update={"start": others[name]}))
        for run, name in zip(listed, others, strict=True)
    )
    begun = tmp_path / "out" / listed[0].name / START
    begun.mkdir(parents=True)
    (begun / "cost.json").write_text(json.dumps({"run": "", "parameters": {}, "epochs": 2}))
    train_grid(listed[:2], tmp_path / "out")
    places = [tmp_path / "out" / run.name / START for run in listed]
    assert not places[1].exists(), "a start that is not finished is no start"

    (begun / "cost.json").write_text(json.dumps({"run": "", "parameters": {}, "epochs": 3}))
    for cost in [tmp_path / "out" / run.name / "cost.json" for run in listed[:2]]:
        cost.unlink()
    train_grid(listed, tmp_path / "out")
    assert (places[1] / "cost.json").read_text() == (begun / "cost.json").read_text()
    assert not places[2].exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot lock folders")
def test_a_run_of_another_process_is_left_to_it_even_if_its_grid_is_gone(tmp_path: Path) -> None:
    listed = runs(tmp_path, "one", "two")
    place = tmp_path / "out" / listed[0].name
    place.mkdir(parents=True)
    with locked(place) as descriptor:
        orphan = subprocess.Popen(["sleep", "600"], pass_fds=(descriptor,))
    summary = train_grid(listed, tmp_path / "out")
    assert summary.trained == (listed[1].name,)
    (failed,) = summary.failed
    assert f"another process is training in {place}" in failed.reason
    orphan.kill()
    orphan.wait()
    assert train_grid(listed, tmp_path / "out").trained == (listed[0].name,)


def test_an_interrupted_grid_ends_its_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = runs(tmp_path, "one", "two")
    place = tmp_path / "out" / listed[0].name
    program = (
        "import pathlib, sys, time; pathlib.Path(sys.argv[1], 'begun').touch(); time.sleep(600)"
    )
    monkeypatch.setattr(
        grid_training._Trainer,
        "_command",
        lambda _self, place: [sys.executable, "-c", program, str(place)],
    )

    def interrupt(_done: int, _total: int) -> None:
        if (place / "begun").exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_grid(listed, tmp_path / "out", progress=interrupt)
    with locked(place):  # Nobody holds it any more.
        assert not (tmp_path / "out" / listed[1].name).exists()
