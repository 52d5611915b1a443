"""A network from knobs to what a synth makes of them."""

import math

import torch
from torch import Tensor, nn

from flow_synth.encoder import initialise

#: Cosines and sines of so many half turns over a knob's range tell a step, or a small change,
#: from its neighbours, which a network of the bare knob learns slowly.
HALF_TURNS = (1, 2, 4, 8)
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
        n_hidden: width of every layer.
        n_outputs: K.
    """

    def __init__(self, n_parameters: int, n_hidden: int, n_outputs: int) -> None:
        super().__init__()
        self.half_turns = HALF_TURNS
        self.layers = nn.Sequential(
            nn.Linear(n_parameters * (1 + 2 * len(HALF_TURNS)), n_hidden),
            nn.ELU(),
            *(Residual(n_hidden) for _ in range(_N_BLOCKS)),
            nn.LayerNorm(n_hidden),
            nn.Linear(n_hidden, n_outputs),
        )
        initialise(self)

    def forward(self, v: Tensor) -> Tensor:
        """Unit values [B, P] -> [B, K]."""
        waves = [2 * v - 1]
        for turns in self.half_turns:
            waves += [torch.cos(math.pi * turns * v), torch.sin(math.pi * turns * v)]
        outputs: Tensor = self.layers(torch.cat(waves, -1))
        return outputs

    def as_it_is(self, v: Tensor) -> Tensor:
        """The same, with gradients for the knobs alone: what is judged cannot bend the judge."""
        fixed = {name: weight.detach() for name, weight in self.named_parameters()}
        outputs: Tensor = torch.func.functional_call(self, fixed, (v,))
        return outputs
