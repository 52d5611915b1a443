"""A small dataset on the disk, and experiments that train on it in a moment."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flow_synth.dataset import Manifest, Recipe, ShardRecord
from flow_synth.dataset_description import DatasetDescription
from flow_synth.experiment import Experiment
from flow_synth.features import N_FRAMES, N_MELS
from flow_synth.fold import deal_families
from flow_synth.item import Item, Source
from flow_synth.parameter import Kind, Parameter, ParameterTable
from flow_synth.preset import Preset
from flow_synth.proposal import ProposalFile
from flow_synth.shard import write_shard
from flow_synth.synth import Note
from flow_synth.training import TrainedRun, train

N_ROWS = 80

SETTINGS = """
dataset = "{dataset}"
epochs = 6
batch_size = 16
[model]
n_draws = 8
[model.networks]
style = "compact"
encoder_channels = [4, 4, 8]
decoder_channels = [8, 4, 4]
n_features = 16
[model.posterior_flow]
n_layers = 2
n_hidden = 16
[model.regression_flow]
n_layers = 2
n_hidden = 16
[objective]
warmup_epochs = 3
[optimiser]
learning_rate = 1e-3
"""

COSINE = SETTINGS + 'schedule = "cosine"\n[noise]\n'

#: What teaches an encoder and an ear alone, and what goes on from there.
HEARING = (
    SETTINGS
    + """
[objective.weights]
reconstruction = 0
latent_divergence = 0
regression = 0
flow_divergence = 0
classes = 1
ear = 1
"""
)
STARTED = (
    'start = "hearing.toml"\n'
    + SETTINGS.replace("epochs = 6", "epochs = 2")
    + "[objective.weights]\near = 1\nsound = 1\n"
)


class Knobs:
    """As much of a synth as a dataset's recipe asks for."""

    identity = "knobs"
    version = "1"
    table = ParameterTable(
        (
            Parameter(
                name="octave", label="Octave", minimum=0, maximum=2, default=1, kind=Kind.ORDINAL
            ),
            # So many that random presets are no near-duplicates of each other.
            *(
                Parameter(name=f"knob{i}", label=f"Knob {i}", minimum=0, maximum=1, default=0.5)
                for i in range(15)
            ),
        )
    )

    def presets(self) -> list[Preset]:
        """It has no bank."""
        return []


def random_presets(folder: Path) -> Path:
    """A dataset of random presets in a folder."""
    return write_dataset(folder, DatasetDescription(draws=N_ROWS), Source.DRAW)


def write_dataset(
    folder: Path, description: DatasetDescription, source: Source, seed: int = 0
) -> Path:
    """Sounds of one moving partial, whose bin and decay knobs set, and the pitch its level."""
    generator = np.random.default_rng(seed)
    values = Knobs.table.snap(generator.random((N_ROWS, len(Knobs.table))))
    bins = np.arange(N_MELS)[:, None]
    frames = np.arange(N_FRAMES)
    pitch = 12 + np.arange(N_ROWS, dtype=np.float32)
    mel = [
        -0.05 * np.abs(bins - 10 * v[0] - 100 * v[1]) - 0.05 * v[2] * frames - p * 10 / 127
        for v, p in zip(values, pitch, strict=True)
    ]
    folds = deal_families(np.arange(N_ROWS), 0)
    items = [
        Item(i, Preset("", v), Note(), source, i, int(fold))
        for i, (v, fold) in enumerate(zip(values, folds, strict=True))
    ]
    arrays: dict[str, NDArray[Any]] = {
        "index": np.arange(N_ROWS),
        "values": values,
        "pitch": pitch,
        "velocity": np.full(N_ROWS, 100, np.uint8),
        "mel": np.array(mel, np.float16),
    }
    # Knobs is as much of a synth as a recipe asks for, and no more.
    recipe = Recipe.of(description, Knobs())  # type: ignore[arg-type]
    write_shard(folder / "shard-00000.safetensors", arrays, recipe.digest, ())
    record = ShardRecord.of(folder / "shard-00000.safetensors", N_ROWS)
    manifest = Manifest.of(recipe, items, [record], ())
    (folder / "manifest.json").write_text(manifest.model_dump_json())
    return folder


def write_proposals(folder: Path, rotation: int = 0, draws: int = N_ROWS, seed: int = 0) -> Path:
    """A folder of proposals beside the file of an experiment."""
    (folder / "proposed").mkdir()
    source = ProposalFile(sha256="", origins="", rotation=rotation)
    description = DatasetDescription(draws=draws, seed=seed, proposals=source)
    return write_dataset(folder / "proposed", description, Source.PROPOSED, seed=1)


def experiment(dataset: Path, folder: Path, settings: str = COSINE) -> Experiment:
    path = folder / "experiment.toml"
    path.write_text(settings.format(dataset=dataset))
    return Experiment.read(path)


def run(experiment: Experiment, folder: Path) -> TrainedRun:
    return train(experiment, folder, accelerator="cpu", show_progress=False)
