"""MLP: knobs from a flattened spectrogram, the simplest baseline of the paper."""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from flow_synth.encoder import initialise
from flow_synth.global_batch import BatchNorm1d, Dropout
from flow_synth.models.latent import Draw, PointLatent
from flow_synth.models.model import Model, Regressor, Target
from flow_synth.models.settings import ModelSettings

DROPOUT = 0.3


class Perceptron(nn.Sequential):
    """Linear layers, each with batch normalisation, ELU and dropout.

    Args:
        sizes: of the input and of every layer.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        layers: list[nn.Module] = []
        for n_in, n_out in pairwise(sizes):
            # The normalisation that follows would take a bias away again.
            layers += [nn.Linear(n_in, n_out, bias=False), BatchNorm1d(n_out)]
            layers += [nn.ELU(), Dropout(DROPOUT)]
        super().__init__(*layers)


class FlatEncoder(nn.Module):
    """Flattens a spectrogram [B, H, W] into four layers: [B, n_units].

    With the last layer, which gives the knobs, the paper's five.
    """

    def __init__(self, shape: tuple[int, int], n_units: int) -> None:
        super().__init__()
        self.layers = Perceptron((math.prod(shape), *4 * (n_units,)))
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """[B, 128, 87] -> [B, n_units]."""
        hidden: Tensor = self.layers(x.flatten(1))
        return hidden


class Sigmoid(Regressor):
    """v = sigmoid(z): a direct model's z are the logits of the knobs. Learnt by squared error."""

    def decode(self, z: Tensor) -> Tensor:
        """z [B, P] -> unit values v [B, P]."""
        return torch.sigmoid(z)

    def terms(self, draw: Draw, target: Target) -> dict[str, Tensor]:
        """The squared error, summed over the knobs."""
        return {"regression": squared_error(self.decode(draw.z), target.values)}


def squared_error(v: Tensor, values: Tensor) -> Tensor:
    """||v - v'||^2 averaged over the batch: the paper's MSE, but for its constant."""
    return (v - values).square().sum(-1).mean()


def direct(encoder: nn.Module, n_parameters: int, settings: ModelSettings) -> Model:
    """A model with no audio space: features -> logits of the P knobs -> knobs."""
    latent = PointLatent(settings.paper_networks.n_units, n_parameters)
    return Model(encoder, latent, Sigmoid(), hears_level=settings.hears_level)


def mlp(n_parameters: int, settings: ModelSettings, shape: tuple[int, int]) -> Model:
    """Five layers of 2048 units with ELU, batch normalisation and dropout, then a sigmoid.

    Esling et al. 2019, section 4.2.

    Args:
        n_parameters: P.
        settings: of the model.
        shape: (mel bands, frames).
    """
    return direct(FlatEncoder(shape, settings.paper_networks.n_units), n_parameters, settings)
