"""Small models of every family, which have learnt nothing."""

from pathlib import Path

import torch
from torch import Tensor

from flow_synth.export import export_model
from flow_synth.features import MEL_SHAPE
from flow_synth.models import Family, Model, ModelSettings, new_model
from flow_synth.models.flow_class import ClassLatent, ClassModel
from flow_synth.models.settings import (
    CompactNetworks,
    FlowSettings,
    PaperNetworks,
    Placement,
)
from flow_synth.objective import Batch, Judged
from flow_synth.synth import Synth
from flow_synth.tag import AXES

Networks = CompactNetworks | PaperNetworks

SMALL_FLOW = FlowSettings(n_layers=3, n_hidden=16)
COMPACT = CompactNetworks(encoder_channels=(4, 4, 8), decoder_channels=(8, 4, 4), n_features=12)
PAPER = PaperNetworks(channels=4, n_units=12)

#: Every family with every style of networks that it can have.
KINDS: list[tuple[Family, Networks]] = [
    *((family, PAPER) for family in Family),
    *((family, COMPACT) for family in Family if not family.is_direct),
]


def settings(
    family: Family = Family.FLOW_POST,
    networks: Networks = COMPACT,
    placement: Placement = Placement.SIDES,
) -> ModelSettings:
    """The smallest of its kind."""
    if family is Family.FLOW_CLASS:
        placement = Placement.POSITIONS
    return ModelSettings(
        family=family,
        networks=networks,
        placement=placement,
        posterior_flow=SMALL_FLOW,
        regression_flow=SMALL_FLOW,
        disentangling_flow=SMALL_FLOW,
        n_context=6,
        n_draws=8,
        n_regressor=16,
        n_chain=24,
        n_ear=16,
    )


def sounds(n: int, shape: tuple[int, int] = (128, 87)) -> Tensor:
    """Log-mels [n, 128, 87] of noise."""
    return torch.randn(n, *shape) * 2 - 6


def batch(n: int, n_parameters: int, shape: tuple[int, int] = (128, 87)) -> Batch:
    """Random examples, a third of their tags unknown."""
    mel, values = sounds(n, shape), torch.rand(n, n_parameters)
    tags = torch.randint(-1, 2, (n, len(AXES))).float()
    return plain_batch(mel, values, tags.where(tags != 0, torch.nan))


def plain_batch(mel: Tensor, values: Tensor, tags: Tensor) -> Batch:
    """Examples heard as they are, of presets that are where they are."""
    notes = torch.rand(len(mel), 2)
    return Batch(mel, mel, values, values, tags, Judged(mel, values, values, notes, tags))


def learnt_model(described: ModelSettings, n_parameters: int) -> Model:
    """A model whose weights and statistics are those of no fresh one, ready for inference."""
    torch.manual_seed(0)
    model = new_model(n_parameters, described)
    model.normalisation.fit(-5.0, 2.0)
    presets = torch.rand(100, n_parameters) * 0.7
    model.regressor.fit(presets)
    if isinstance(model.latent, ClassLatent):
        model.latent.classes.fit(presets)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
        model.train()
        for _ in range(3):  # batch statistics
            z = model.encode(sounds(8))
            if model.decoder is not None:
                model.reconstruct(z)
    return model.eval()


def write_tiny_model(path: Path, synth: Synth, family: Family = Family.FLOW_POST) -> None:
    """Exports a randomly initialised model."""
    generator = torch.Generator().manual_seed(0)
    mels = torch.randn(16, *MEL_SHAPE, generator=generator) - 6.0
    torch.manual_seed(0)
    described = settings(family, PAPER) if family.is_direct else settings(family)
    model = new_model(len(synth.table), described)
    presets = torch.rand(64, len(synth.table), generator=generator)
    model.regressor.fit(presets)
    if isinstance(model.latent, ClassLatent):
        model.latent.classes.fit(presets)
    if isinstance(model, ClassModel):
        model.ear.fit(mels)
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
