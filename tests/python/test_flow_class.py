"""A model that hears by classes, trained: what it draws, and what its ear tells."""

from pathlib import Path

import numpy as np
import pytest
import torch
from training_for_tests import SETTINGS, Knobs, experiment, random_presets, run

from flow_synth.dataset import Dataset
from flow_synth.error import InputError
from flow_synth.experiment import Experiment
from flow_synth.export import Model, export_run
from flow_synth.fold import Split
from flow_synth.model_file import OptionalMethod
from flow_synth.models.flow_class import ClassModel
from flow_synth.tag import AXES
from flow_synth.tag_file import Counts, Side, TagFile, TaggedRow
from flow_synth.training import load_run

HEARING = SETTINGS.replace("epochs = 6", "epochs = 60").replace(
    "[model]\n",
    '[model]\nfamily = "flow_class"\nplacement = "positions"\nhears_level = true\n'
    "n_chain = 32\nn_ear = 64\n",
) + (
    "[objective.weights]\nreconstruction = 0\nlatent_divergence = 0\nregression = 0\n"
    "flow_divergence = 0\nclasses = 0.001\nchain = 0.001\near = 1\n"
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_presets(tmp_path_factory.mktemp("dataset"))


@pytest.fixture(scope="module")
def model(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> ClassModel:
    folder = tmp_path_factory.mktemp("run")
    run(experiment(dataset, folder, HEARING), folder / "run")
    trained = load_run(folder / "run").model.eval()
    assert isinstance(trained, ClassModel)
    return trained


@pytest.mark.slow
def test_candidates_are_presets_that_have_been_seen(model: ClassModel, dataset: Path) -> None:
    rows = Dataset.open(dataset)
    mel = torch.from_numpy(rows.mel(rows.rows(Split.TEST)[:1])).float()
    n_knobs = len(Knobs.table)
    with torch.inference_mode():
        drawn = model.sample(mel, torch.rand(50, n_knobs), 1.0)
        likeliest = model.sample(mel, torch.rand(50, n_knobs), 1e-6)
    assert drawn.shape == (50, n_knobs)
    values = torch.from_numpy(rows.values[rows.rows(Split.TRAIN)])
    for column, seen in zip(drawn.T, values.T, strict=True):
        assert seen.min() <= column.min() <= column.max() <= seen.max()
    assert len(drawn.unique(dim=0)) == 50
    assert len(likeliest.unique(dim=0)) == 1


def test_an_ear_tells_what_it_has_heard_at_every_note(model: ClassModel, dataset: Path) -> None:
    """Less than half as far from each sound as the median of all is."""
    rows = Dataset.open(dataset)
    heard = rows.rows(Split.TRAIN)
    notes = np.stack((rows.pitch[heard], rows.velocity[heard]), 1).astype(np.float32)
    with torch.inference_mode():
        predicted = model.predict(torch.from_numpy(rows.values[heard]), torch.from_numpy(notes))
    mel = torch.from_numpy(rows.mel(heard)).float()
    median = mel.median(0).values
    assert (predicted - mel).abs().mean() < 0.5 * (median - mel).abs().mean()


def test_a_model_is_exported_once_its_space_was_learnt_whatever_came_after(
    dataset: Path, tmp_path: Path
) -> None:
    """Three stages: hearing, the space, and the ear again."""
    short = HEARING.replace("epochs = 60", "epochs = 2")
    (tmp_path / "hearing.toml").write_text(short.format(dataset=dataset))
    space = "[objective.weights]\nclasses = 0\nchain = 0\near = 0\npreset_density = 1\n"
    (tmp_path / "space.toml").write_text('base = "hearing.toml"\nstart = "hearing.toml"\n' + space)
    ear = "[objective.weights]\npreset_density = 0\near = 1\n"
    path = tmp_path / "ear.toml"
    path.write_text('base = "space.toml"\nstart = "space.toml"\n' + ear)
    random_tags(Dataset.open(dataset)).write(dataset.with_name(f"{dataset.name}.tags.json"))
    described = Experiment.read(path)
    assert [stage.epochs for stage in described.stages] == [2, 2, 2]
    run(described, tmp_path / "run")
    export_run(tmp_path / "run", tmp_path / "model.flow.ts")
    assert Model.load(tmp_path / "model.flow.ts").description.methods == tuple(OptionalMethod)
    with pytest.raises(InputError, match="has learnt to hear alone"):
        export_run(tmp_path / "run/start/start", tmp_path / "hearing.flow.ts")
    # The last stage left everything but the ear as it was.
    last, before = (load_run(tmp_path / f"run{part}").model for part in ("", "/start"))
    for name, weight in last.named_parameters():
        is_same = torch.equal(weight, before.get_parameter(name))
        assert is_same != name.startswith("ear.network"), name


def random_tags(dataset: Dataset) -> TagFile:
    numbers = np.random.default_rng(0).random((len(dataset), len(AXES)))
    none = Counts(low=0, untagged=len(dataset), high=0, unmeasured=0)
    untagged: tuple[Side, ...] = tuple(0 for _ in AXES)
    return TagFile(
        dataset=dataset.manifest.recipe.digest,
        content=dataset.content,
        axes=AXES,
        counts=(none,) * len(AXES),
        rows=tuple(TaggedRow(descriptors=tuple(row.tolist()), tags=untagged) for row in numbers),
    )
