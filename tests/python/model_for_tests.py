"""A model file of the built-in synth that is tiny and has learnt nothing."""

from pathlib import Path

import torch
from models_for_tests import PAPER, settings

from flow_synth.export import export_model
from flow_synth.features import MEL_SHAPE
from flow_synth.models import Family, new_model
from flow_synth.synth import Synth


def write_tiny_model(path: Path, synth: Synth, family: Family = Family.FLOW_POST) -> None:
    """Exports a randomly initialised model."""
    generator = torch.Generator().manual_seed(0)
    mels = torch.randn(16, *MEL_SHAPE, generator=generator) - 6.0
    torch.manual_seed(0)
    described = settings(family, PAPER) if family.is_direct else settings(family)
    model = new_model(len(synth.table), described)
    model.regressor.fit(torch.rand(64, len(synth.table), generator=generator))
    model.normalisation.fit(-6.0, 2.0)
    export_model(
        model,
        path,
        family=family,
        synth=(synth.identity, synth.version),
        table=synth.table,
        mels=mels,
        training_run="tiny",
        recipe={"epochs": 0},
        scores={},
        licence="MIT",
    )
