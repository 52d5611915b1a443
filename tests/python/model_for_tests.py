"""Models that are small and have learnt nothing, and one as a file."""

from pathlib import Path

import torch
from torch import Tensor, nn

from flow_synth.export import export_model
from flow_synth.features import MEL_SHAPE
from flow_synth.models import RegressionFlow, Sizes
from flow_synth.synth import Synth

TINY = Sizes(
    encoder_channels=(4, 4, 8, 8, 8),
    decoder_channels=(8, 8, 8, 4, 4),
    n_features=16,
    n_layers=2,
    n_hidden=16,
    n_draws=8,
)


class OneWay(RegressionFlow):
    """A perceptron from z to the knobs: there is no way back, neither to z nor to sound."""

    is_invertible = False
    decoder = None

    def __init__(self, n_parameters: int, sizes: Sizes) -> None:
        super().__init__(n_parameters, sizes)
        self.perceptron = nn.Sequential(
            nn.Linear(n_parameters, 16), nn.ELU(), nn.Linear(16, n_parameters), nn.Sigmoid()
        )

    def decode(self, z: Tensor) -> Tensor:
        """z [B, D] -> unit values v [B, P]."""
        v: Tensor = self.perceptron(z)
        return v


def write_tiny_model(
    path: Path,
    synth: Synth,
    kind: type[RegressionFlow] = RegressionFlow,
    family: str = "flow_post",
) -> None:
    """Exports a randomly initialised model."""
    generator = torch.Generator().manual_seed(0)
    mels = torch.randn(16, *MEL_SHAPE, generator=generator) - 6.0
    torch.manual_seed(0)
    model = kind(len(synth.table), TINY)
    model.boundary.fit(torch.rand(64, len(synth.table), generator=generator))
    model.vae.normalisation.fit(-6.0, 2.0)
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
