"""A grid is a product whose every beginning is fair."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow_synth.error import InputError
from flow_synth.experiment import Experiment
from flow_synth.grid import Grid
from flow_synth.models import Family


def write_experiment(path: Path, dataset: str = "data", **settings: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{key} = {value}\n" for key, value in settings.items()]
    path.write_text(f'dataset = "{dataset}"\n' + "".join(lines))
    return path


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    for name in ("mlp", "flow_post"):
        write_experiment(tmp_path / "paper" / f"{name}.toml", "../../data/amsynth-32")
    path = tmp_path / "grid.toml"
    path.write_text(
        'experiments = ["paper/mlp.toml", "paper/flow_post.toml"]\n'
        'datasets = ["data/amsynth-16", "data/amsynth-32"]\nrotations = [0, 3]\nseeds = [1]\n'
    )
    return path


def test_a_run_is_its_experiment_with_its_place_in_the_grid(grid: Path) -> None:
    runs = Grid.read(grid).runs()
    assert [run.name for run in runs] == [
        "amsynth-16/mlp-r0-s1",
        "amsynth-16/flow_post-r0-s1",
        "amsynth-32/mlp-r0-s1",
        "amsynth-32/flow_post-r0-s1",
        "amsynth-16/mlp-r3-s1",
        "amsynth-16/flow_post-r3-s1",
        "amsynth-32/mlp-r3-s1",
        "amsynth-32/flow_post-r3-s1",
    ]
    last = runs[-1]
    source = grid.resolve().parent / "paper" / "flow_post.toml"
    assert last.experiment == Experiment.read(source).model_copy(
        update={
            "dataset": grid.resolve().parent / "data" / "amsynth-32",
            "rotation": 3,
            "seed": 1,
        }
    )


def test_what_a_grid_does_not_say_is_the_experiments_own(tmp_path: Path) -> None:
    source = write_experiment(tmp_path / "cnn.toml", "data/strings", rotation=7, seed=5)
    (tmp_path / "grid.toml").write_text('experiments = ["cnn.toml"]')
    (run,) = Grid.read(tmp_path / "grid.toml").runs()
    assert run.name == "strings/cnn-r7-s5"
    assert run.experiment == Experiment.read(source)


@given(
    counts=st.tuples(*[st.integers(1, 3)] * 3),
    n_experiments=st.integers(1, 4),
    share=st.floats(0, 1),
)
def test_after_any_beginning_every_experiment_was_met_equally_often(
    tmp_path_factory: pytest.TempPathFactory,
    counts: tuple[int, int, int],
    n_experiments: int,
    share: float,
) -> None:
    folder = tmp_path_factory.mktemp("grid")
    n_datasets, n_rotations, n_seeds = counts
    grid = Grid(
        experiments=tuple(write_experiment(folder / f"{n}.toml") for n in range(n_experiments)),
        datasets=tuple(folder / f"data-{n}" for n in range(n_datasets)),
        rotations=tuple(range(n_rotations)),
        seeds=tuple(range(n_seeds)),
    )
    runs = grid.runs()
    assert len(runs) == len({run.name for run in runs})
    assert len(runs) == n_experiments * n_datasets * n_rotations * n_seeds
    met = runs[: round(share * len(runs))]
    times = Counter(Path(run.name).name.partition("-")[0] for run in met)
    assert max(times.values(), default=0) - min(
        (times[source.stem] for source in grid.experiments), default=0
    ) in {0, 1}


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("experiments = []", "'experiments': Tuple should have at least 1 item"),
        ('experiments = "cnn.toml"', "'experiments' is 'cnn.toml'"),
        ('experiments = ["cnn.toml"]\nseed = [0]', "'seed': Extra inputs are not permitted"),
        ('experiments = ["cnn.toml"]\nrotations = [10]', "'rotations.0' is 10"),
        ('experiments = ["cnn.toml"]\nseeds = [-1]', "'seeds.0' is -1"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    (tmp_path / "grid.toml").write_text(line)
    with pytest.raises(InputError) as raised:
        Grid.read(tmp_path / "grid.toml")
    assert complaint in str(raised.value)
    assert "the keys are: experiments, datasets, rotations, seeds" in str(raised.value)


def test_paths_among_overrides_are_relative_to_the_grid(tmp_path: Path) -> None:
    write_experiment(tmp_path / "one.toml")
    weights = "[overrides.objective.weights]\near = 1.0\n"
    text = 'experiments = ["one.toml"]\n[overrides]\ndataset = "a"\nproposals = "b"\n'
    (tmp_path / "grid.toml").write_text(text + weights)
    (found,) = Grid.read(tmp_path / "grid.toml").runs()
    assert found.experiment.dataset == tmp_path / "a"
    assert found.experiment.proposals == tmp_path / "b"


def test_runs_of_one_name_are_refused(tmp_path: Path) -> None:
    sources = tuple(write_experiment(tmp_path / f"{n}" / "cnn.toml") for n in range(2))
    for source in sources:
        write_experiment(source, str(tmp_path / "data"))
    with pytest.raises(InputError, match="2 runs named 'data/cnn-r0-s0'"):
        Grid(experiments=sources).runs()
    with pytest.raises(InputError, match="2 runs named 'data/cnn-r4-s0'"):
        Grid(experiments=sources[:1], rotations=(4, 4)).runs()


def test_an_experiment_that_is_not_there_is_told_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*missing\.toml"):
        Grid(experiments=(tmp_path / "missing.toml",)).runs()


GRIDS = sorted((Path(__file__).parents[2] / "python" / "experiments").rglob("*grid.toml"))


@pytest.mark.parametrize("path", GRIDS, ids=lambda path: path.name)
def test_every_grid_of_the_project_can_be_read(path: Path) -> None:
    grid = Grid.read(path)
    runs = grid.runs()
    of_the_paper = set(Family) - {Family.FLOW_CLASS}
    is_of_the_paper = path.parent.name == "paper"
    expected = of_the_paper if is_of_the_paper else {Family.FLOW_CLASS}
    assert {run.experiment.model.family for run in runs} == expected
    if "epochs" in grid.overrides:
        assert {run.experiment.epochs for run in runs} == {grid.overrides["epochs"]}
