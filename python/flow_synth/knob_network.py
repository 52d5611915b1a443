"""A network from knobs to what a synth makes of them."""

import math

import torch
from torch import Tensor, nn

from flow_synth.encoder import initialise

#: Cosines and sines of so many half turns over a knob's range tell a step, or a small change,
#: from its neighbours, which a network of the bare knob learns slowly.
HALF_TURNS = (1, 2, 4, 8)
_N_HIDDEN = 1024
_N_BLOCKS = 4


class Residual(nn.Module):
    """x + f(x)."""

    def __init__(self, n_units: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.LayerNorm(n_units),
            nn.Linear(n_units, n_units),
            nn.ELU(),
            nn.Linear(n_units, n_units),
        )

    def forward(self, x: Tensor) -> Tensor:
        """[B, n_units] -> [B, n_units]."""
        changed: Tensor = self.layers(x)
        return x + changed


class KnobNetwork(nn.Module):
    """Unit values -> numbers.

    Args:
        n_parameters: P.
        n_outputs: K.
    """

    def __init__(self, n_parameters: int, n_outputs: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(n_parameters * (1 + 2 * len(HALF_TURNS)), _N_HIDDEN),
            nn.ELU(),
            *(Residual(_N_HIDDEN) for _ in range(_N_BLOCKS)),
            nn.LayerNorm(_N_HIDDEN),
            nn.Linear(_N_HIDDEN, n_outputs),
        )
        initialise(self)

    def forward(self, v: Tensor) -> Tensor:
        """Unit values [B, P] -> [B, K]."""
        angles = [math.pi * turns * v for turns in HALF_TURNS]
        waves = [wave(angle) for angle in angles for wave in (torch.cos, torch.sin)]
        outputs: Tensor = self.layers(torch.cat((2 * v - 1, *waves), -1))
        return outputs

    def as_it_is(self, v: Tensor) -> Tensor:
        """The same, with gradients for the knobs alone: what is judged cannot bend the judge."""
        fixed = {name: weight.detach() for name, weight in self.named_parameters()}
        outputs: Tensor = torch.func.functional_call(self, fixed, (v,))
        return outputs
