"""A model file of the built-in synth that is tiny and has learnt nothing."""

from pathlib import Path

import torch

from flow_synth.export import export_model
from flow_synth.features import MEL_SHAPE
from flow_synth.models import RegressionFlow, Sizes
from flow_synth.synth import Synth


def write_tiny_model(path: Path, synth: Synth) -> None:
    """Exports a randomly initialised model."""
    generator = torch.Generator().manual_seed(0)
    sizes = Sizes(
        encoder_channels=(4, 4, 8, 8, 8),
        decoder_channels=(8, 8, 8, 4, 4),
        n_features=16,
        n_layers=2,
        n_hidden=16,
        n_draws=8,
    )
    mels = torch.randn(16, *MEL_SHAPE, generator=generator) - 6.0
    torch.manual_seed(0)
    model = RegressionFlow(len(synth.table), sizes)
    model.boundary.fit(torch.rand(64, len(synth.table), generator=generator))
    model.vae.normalisation.fit(-6.0, 2.0)
    export_model(
        model,
        path,
        synth=(synth.identity, synth.version),
        table=synth.table,
        mels=mels,
        training_run="tiny",
        scores={},
        licence="MIT",
    )
