import csv
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from torch import Tensor
from training_for_tests import (
    COSINE,
    HEARING,
    SETTINGS,
    STARTED,
    Knobs,
    experiment,
    random_presets,
    run,
    write_proposals,
)

from flow_synth import training
from flow_synth.boundary import Boundary
from flow_synth.cost import COST, Cost, count_parameters
from flow_synth.dataset import Dataset
from flow_synth.error import InputError
from flow_synth.examples import Examples
from flow_synth.experiment import Experiment, OptimiserSettings, Precision
from flow_synth.export import export_run
from flow_synth.flow import FlowKind
from flow_synth.fold import Split
from flow_synth.identity import run_identity
from flow_synth.models import Model
from flow_synth.models.flow_post import FlowRegressor
from flow_synth.models.settings import FlowSettings
from flow_synth.objective import Batch, Objective
from flow_synth.torchscript import premasked, rounded
from flow_synth.training import BEST, LAST, METRICS, START, is_finished, load_run, train

PLATEAU = SETTINGS.replace("epochs = 6", "epochs = 4") + "patience_epochs = 0\n"
#: The paper's networks, whose dropout and batch statistics are random and shared.
PARALLEL = """
dataset = "{dataset}"
proposals = "proposed"
epochs = 3
batch_size = 16
precision = "float32"
[model]
family = "FAMILY"
n_draws = 8
networks = {{ style = "paper", channels = 4, n_units = 16 }}
posterior_flow = {{ n_layers = 2, n_hidden = 16 }}
regression_flow = {{ n_layers = 2, n_hidden = 16 }}
[objective]
warmup_epochs = 2
[objective.weights]
classes = 0.5
ear = 1.0
sound = 1.0
convergence = 1.0
# Adam's steps are as large where a gradient is rounding alone; across the width of an ear that
# adds up to 7e-4 of its loss at a rate of 2e-4.
[optimiser]
learning_rate = 2e-5
[noise]
"""


#: A program that trains in the folder it is given.
TRAINING = (
    "import sys; from pathlib import Path; from flow_synth.experiment import Experiment\n"
    "from flow_synth.training import train; folder = Path(sys.argv[1])\n"
    "run = train(Experiment.read(folder / 'experiment.toml'), folder / 'run', accelerator='cpu')"
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_presets(tmp_path_factory.mktemp("dataset"))


def metrics(folder: Path) -> list[dict[str, str]]:
    path = folder / METRICS
    if not path.exists():
        return []
    with path.open() as file:
        return list(csv.DictReader(file))


def training_process(folder: Path) -> subprocess.Popen[bytes]:
    """Trains in a process of its own, where no test before has left the processor otherwise."""
    path = os.pathsep.join(filter(None, sys.path))
    return subprocess.Popen(
        [sys.executable, "-c", TRAINING, folder], env={**os.environ, "PYTHONPATH": path}
    )


def kill_within_an_epoch(folder: Path, after_epochs: int, stage: str = "") -> None:
    """Ends a training process by SIGKILL; no clean-up code can run."""
    process = training_process(folder)
    deadline = time.monotonic() + 300
    while len(metrics(folder / "run" / stage)) < after_epochs:
        assert process.poll() is None, "training ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.kill()
    assert process.wait() == -signal.SIGKILL


@pytest.fixture(scope="module")
def whole(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> training.TrainedRun:
    """An uninterrupted run."""
    folder = tmp_path_factory.mktemp("whole")
    return run(experiment(dataset, folder), folder / "run")


@pytest.fixture(scope="module")
def whole_plateau(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> training.TrainedRun:
    """An uninterrupted run under the other schedule."""
    folder = tmp_path_factory.mktemp("whole_plateau")
    return run(experiment(dataset, folder, PLATEAU), folder / "run")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_resumes_bit_for_bit_after_sigkill(dataset: Path, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("whole", "killed")]
    for folder in folders:
        folder.mkdir()
        epochs = experiment(dataset, folder).epochs
    kill_within_an_epoch(folders[1], after_epochs=2)
    assert 2 <= len(metrics(folders[1] / "run")) < epochs
    for folder in folders:
        assert training_process(folder).wait() == 0
    assert metrics(folders[1] / "run") == metrics(folders[0] / "run")
    whole, resumed = (load_run(folder / "run") for folder in folders)
    assert resumed.best_epoch == whole.best_epoch
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(resumed.model.state_dict()[name], tensor), name


@pytest.mark.parametrize("interrupted_file", [BEST, LAST, METRICS])
def test_resumes_bit_for_bit_when_killed_while_saving(
    dataset: Path,
    whole_plateau: training.TrainedRun,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    interrupted_file: str,
) -> None:
    same = experiment(dataset, tmp_path, PLATEAU)
    saved: list[str] = []

    def write(path: Path, content: bytes) -> None:
        saved.append(path.name)
        if path.name == interrupted_file and saved.count(interrupted_file) == 2:
            raise KeyboardInterrupt
        path.write_bytes(content)

    with monkeypatch.context() as patch:
        patch.setattr(training, "write_atomically", write)
        with pytest.raises(KeyboardInterrupt):
            run(same, tmp_path / "run")
    resumed = run(same, tmp_path / "run")
    assert metrics(tmp_path / "run") == metrics(whole_plateau.folder)
    assert resumed.history == whole_plateau.history


def test_it_learns(whole: training.TrainedRun) -> None:
    first, last = whole.history[0], whole.history[-1]
    assert last["train/reconstruction"] < first["train/reconstruction"]
    assert last["validation/loss"] < first["validation/loss"]
    rows = metrics(whole.folder)
    assert [float(row["epoch"]) for row in rows] == [1, 2, 3, 4, 5, 6]
    losses = [float(row["validation/loss"]) for row in rows]
    assert whole.best_epoch == 1 + losses.index(min(losses))
    assert float(rows[-1]["learning_rate"]) < float(rows[2]["learning_rate"])
    assert list((whole.folder / "tensorboard").iterdir())


def test_the_best_model_is_what_a_run_gives(whole: training.TrainedRun, dataset: Path) -> None:
    loaded = load_run(whole.folder)
    assert not loaded.model.training
    assert loaded.table == Knobs.table
    assert loaded.experiment == whole.experiment
    validation = Examples.read(Dataset.open(dataset), Split.VALIDATION)
    with torch.no_grad():
        decoded = loaded.model.decode(loaded.model.encode(validation.mel.float()))
    error = float((decoded - validation.values).abs().mean())
    best = whole.history[whole.best_epoch - 1]
    assert error == pytest.approx(best["validation/knob_error"], rel=1e-4)


def boundary(model: Model) -> Boundary:
    assert isinstance(model.regressor, FlowRegressor)
    return model.regressor.boundary


def test_statistics_are_those_of_the_training_split(
    whole: training.TrainedRun, dataset: Path
) -> None:
    examples = Examples.read(Dataset.open(dataset), Split.TRAIN)
    relative = examples.mel.double() - examples.mel.double().amax((1, 2), keepdim=True)
    relative = relative.clamp(min=-80 / 20 * math.log(10))
    normalisation = whole.model.normalisation
    assert float(normalisation.mean) == pytest.approx(float(relative.mean()), rel=1e-4)
    assert float(normalisation.std) == pytest.approx(float(relative.std()), rel=1e-4)
    y = torch.logit(0.05 + 0.9 * examples.values[:, 1])  # a continuous knob
    assert float(boundary(whole.model).mean[1]) == pytest.approx(float(y.mean()), rel=1e-4)


def test_a_mixture_of_what_is_not_there_is_refused(
    dataset: Path, whole: training.TrainedRun, tmp_path: Path
) -> None:
    mixed = COSINE + "[mixture]\ndraw = 0.5\nsmall = 0.5\n"
    with pytest.raises(InputError, match=r"source 'small', but the training rows have only: draw"):
        run(experiment(dataset, tmp_path, mixed), tmp_path / "run")


def started(dataset: Path, folder: Path) -> Experiment:
    (folder / "hearing.toml").write_text(HEARING.format(dataset=dataset))
    return experiment(dataset, folder, STARTED)


def test_a_run_starts_from_what_another_has_learnt(dataset: Path, tmp_path: Path) -> None:
    """At a rate of next to nothing the weights stay those of the earlier one's best epoch."""
    described = started(dataset, tmp_path)
    still = described.model_copy(update={"optimiser": OptimiserSettings(learning_rate=1e-30)})
    then = run(still, tmp_path / "run").model.state_dict()
    earlier = load_run(tmp_path / "run" / START)
    assert earlier.experiment == still.first
    for name, weight in earlier.model.named_parameters():
        torch.testing.assert_close(then[name], weight, rtol=0, atol=1e-12)
    with pytest.raises(InputError, match="has learnt to hear alone"):
        export_run(tmp_path / "run" / START, tmp_path / "model.flow.ts")
    shutil.copytree(tmp_path / "run" / START, tmp_path / "anew" / START)
    with pytest.raises(InputError, match="already holds a run"):
        train(still, tmp_path / "anew", resume=False, show_progress=False)


def test_a_run_takes_over_the_weights_of_a_model_file(
    dataset: Path, whole: training.TrainedRun, tmp_path: Path
) -> None:
    """At a rate of next to nothing they stay, as its file rounded them, its audio space too."""
    model = tmp_path / "model.flow.ts"
    export_run(whole.folder, model)
    text = f'pretrained = "model.flow.ts"\n{HEARING}'
    described = experiment(dataset, tmp_path, text)
    assert described.recipe()["pretrained"] == model.name
    still = described.model_copy(
        update={"optimiser": OptimiserSettings(learning_rate=1e-30), "epochs": 1}
    )
    taken = premasked(run(still, tmp_path / "run").model).state_dict()
    for name, weight in premasked(rounded(whole.model)).named_parameters():
        torch.testing.assert_close(taken[name], weight, rtol=0, atol=1e-12)
    export_run(tmp_path / "run", tmp_path / "again.flow.ts")
    without = still.model_copy(update={"pretrained": None})
    assert run_identity(still, Dataset.open(dataset)) != run_identity(
        without, Dataset.open(dataset)
    )


def test_weights_of_another_synth_s_model_are_refused(
    dataset: Path, model: Path, tmp_path: Path
) -> None:
    described = experiment(dataset, tmp_path, f'pretrained = "{model}"\n{HEARING}')
    with pytest.raises(InputError, match="is a model of other knobs"):
        run(described, tmp_path / "run")


def test_weights_that_neither_a_file_nor_learning_gives_are_refused(
    dataset: Path, whole: training.TrainedRun, tmp_path: Path
) -> None:
    """Or else they would stay random: here those of a flow of another kind."""
    model = tmp_path / "model.flow.ts"
    export_run(whole.folder, model)
    described = experiment(dataset, tmp_path, f'pretrained = "model.flow.ts"\n{HEARING}')
    coupling = FlowSettings(kind=FlowKind.COUPLING)
    other = described.model_copy(
        update={"model": described.model.model_copy(update={"regression_flow": coupling})}
    )
    with pytest.raises(InputError, match=r"no weights for 'model\.regressor\.flow"):
        run(other, tmp_path / "run")


@pytest.mark.slow
def test_a_killed_start_goes_on_where_it_was(dataset: Path, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("whole", "killed")]
    for folder in folders:
        folder.mkdir()
        started(dataset, folder)
    assert training_process(folders[0]).wait() == 0
    kill_within_an_epoch(folders[1], after_epochs=2, stage=START)
    kill_within_an_epoch(folders[1], after_epochs=1)
    assert training_process(folders[1]).wait() == 0
    for stage in ("", START):
        whole, killed = (metrics(folder / "run" / stage) for folder in folders)
        assert whole == killed


def test_a_batch_is_not_rounded_where_networks_are(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fabric's own bfloat16 rounds what it is given: log-mels to 1/16, and knobs."""
    described = experiment(dataset, tmp_path, SETTINGS + "[noise]\n")
    described = described.model_copy(update={"precision": Precision.BFLOAT16, "epochs": 1})
    seen: list[Tensor] = []
    is_mixed: set[bool] = set()
    terms = Objective.forward

    def forward(objective: Objective, batch: Batch, beta: float) -> dict[str, Tensor]:
        seen.extend((*batch[:-1], *batch.judged))
        is_mixed.add(torch.is_autocast_enabled("cpu"))
        return terms(objective, batch, beta)

    monkeypatch.setattr(Objective, "forward", forward)
    run(described, tmp_path / "run")
    assert {tensor.dtype for tensor in seen} == {torch.float32}
    assert is_mixed == {True}


def test_another_rotation_trains_on_other_rows(dataset: Path, tmp_path: Path) -> None:
    turned = experiment(
        dataset, tmp_path, COSINE.replace("epochs = 6", "epochs = 1\nrotation = 3")
    )
    fitted = boundary(run(turned, tmp_path / "run").model).mean
    rows = Dataset.open(dataset, 3).rows(Split.TRAIN)
    y = torch.logit(0.05 + 0.9 * torch.from_numpy(Dataset.open(dataset).values[rows, 1]))
    assert float(fitted[1]) == pytest.approx(float(y.mean()), rel=1e-4)


def test_a_run_tells_what_it_took_and_when_it_is_finished(
    dataset: Path, whole: training.TrainedRun, tmp_path: Path
) -> None:
    cost = Cost.read(whole.folder / COST)
    assert (cost.run, cost.epochs) == (whole.identity, whole.experiment.epochs)
    assert cost.seconds > 0
    assert cost.parameters == count_parameters(whole.model)
    assert is_finished(whole.experiment, whole.folder)
    run(whole.experiment, whole.folder)
    assert Cost.read(whole.folder / COST) == cost
    longer = experiment(dataset, tmp_path, COSINE.replace("epochs = 6", "epochs = 7"))
    assert not is_finished(longer, whole.folder)
    assert not is_finished(whole.experiment, tmp_path)


def test_another_experiment_in_the_folder_is_refused(
    dataset: Path, whole: training.TrainedRun, tmp_path: Path
) -> None:
    other = experiment(dataset, tmp_path, COSINE.replace("epochs = 6", "epochs = 7"))
    with pytest.raises(InputError, match="another experiment or dataset"):
        run(other, whole.folder)
    with pytest.raises(InputError, match="already holds a run"):
        train(whole.experiment, whole.folder, resume=False, accelerator="cpu")


def test_a_diverging_run_ends_in_one_sentence(dataset: Path, tmp_path: Path) -> None:
    wild = experiment(
        dataset, tmp_path, SETTINGS.replace("1e-3", "1e30") + "maximum_gradient_norm = 1e30\n"
    )
    with pytest.raises(InputError, match=r"epoch 1; lower 'optimiser.learning_rate'"):
        run(wild, tmp_path / "run")
    assert not (tmp_path / "run" / LAST).exists()


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", None])
def test_a_damaged_run_is_refused(
    whole: training.TrainedRun, tmp_path: Path, content: bytes | None
) -> None:
    whole_file = (whole.folder / BEST).read_bytes()
    (tmp_path / BEST).write_bytes(whole_file[:5000] if content is None else content)
    with pytest.raises(InputError, match="is damaged"):
        load_run(tmp_path)


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no training run"):
        load_run(tmp_path)


@pytest.mark.parametrize("accelerator", ["banana", "cuda", "tpu", ""])
def test_an_accelerator_that_is_not_there_is_refused(
    dataset: Path, tmp_path: Path, accelerator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    with pytest.raises(InputError, match=rf"accelerator '{accelerator}' \(devices: 1\) cannot"):
        train(experiment(dataset, tmp_path), tmp_path / "run", accelerator=accelerator)
    assert not (tmp_path / "run").exists()


def test_a_rotted_shard_is_refused(dataset: Path, tmp_path: Path) -> None:
    """One bit of one sound, which nothing but the checksum can tell from another sound."""
    rotted = Path(shutil.copytree(dataset, tmp_path / "rotted"))
    shard = rotted / "shard-00000.safetensors"
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    Dataset.open(rotted)
    with pytest.raises(InputError, match=r"shard-00000\.safetensors is not as it was rendered"):
        run(experiment(rotted, tmp_path), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def torchrun(folder: Path) -> subprocess.CompletedProcess[str]:
    """Trains in two processes on the CPU, which talk through gloo."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", "2", "--no-python", sys.executable]
    code = TRAINING + "; print('trained', run.identity, len(run.history), run.best_epoch)"
    path = os.pathsep.join(filter(None, sys.path))
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [*command, "-c", code, folder], env=environment, capture_output=True, text=True
    )


@pytest.mark.slow
@pytest.mark.parametrize("family", ["cnn", "wae", "flow_cond"])
def test_two_processes_of_torchrun_have_the_losses_of_one(
    dataset: Path, tmp_path: Path, family: str
) -> None:
    """Batch statistics, dropout, draws, noise and the MMD are those of the whole batch."""
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        write_proposals(folder)
        experiment(dataset, folder, PARALLEL.replace("FAMILY", family))
    assert training_process(folders[0]).wait() == 0
    outcome = torchrun(folders[1])
    assert outcome.returncode == 0, outcome.stderr
    one, two = (load_run(folder / "run") for folder in folders)
    said = f"trained {two.identity} {len(two.history)} {two.best_epoch}"
    assert outcome.stdout.count(said) == 2
    assert {file.name for file in (folders[1] / "run").iterdir()} == {
        BEST,
        COST,
        LAST,
        METRICS,
        "tensorboard",
    }
    assert len(list((folders[1] / "run" / "tensorboard").iterdir())) == 1
    assert two.identity == one.identity
    for ours, whole in zip(two.history, one.history, strict=True):
        assert ours == pytest.approx(whole, rel=1e-4, abs=1e-4)


def test_a_batch_that_processes_cannot_share_is_refused(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "n_processes", lambda: 3)
    with pytest.raises(InputError, match="batch of 16 cannot be shared by 3 processes"):
        run(experiment(dataset, tmp_path), tmp_path / "run")


def test_an_unwritable_folder_is_refused(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        run(experiment(dataset, tmp_path), tmp_path / "file" / "run")
