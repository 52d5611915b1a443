"""A network from knobs to what a synth makes of them."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from flow_synth.encoder import initialise

#: Raised when networks of knobs, or what they learn, change, so that runs of before are not taken
#: for the same.
KNOBS_VERSION = 4

#: Cosines and sines of so many half turns over a knob's range tell a step, or a small change,
#: from its neighbours, which a network of the bare knob learns slowly.
HALF_TURNS = (1, 2, 4, 8)
_N_BLOCKS = 4
#: Of what a block changes at first, and of what the network says: so begun it learns faster.
_GAIN = 0.1


class GatedBlock(nn.Module):
    """x + W(silu(A x) * B x), normalised before.

    Shazeer 2020, "GLU variants improve transformer", SwiGLU: in a synth knobs multiply each other
    (how much of what reaches where), which layers that only add take much longer to learn.
    """

    def __init__(self, n_units: int) -> None:
        super().__init__()
        n_gated = 2 * n_units // 3  # As many weights as two square layers have.
        self.norm = nn.LayerNorm(n_units)
        self.spread = nn.Linear(n_units, 2 * n_gated)
        self.gather = nn.Linear(n_gated, n_units)

    def forward(self, x: Tensor) -> Tensor:
        """[B, n_units] -> [B, n_units]."""
        values, gates = self.spread(self.norm(x)).chunk(2, -1)
        changed: Tensor = self.gather(functional.silu(gates) * values)
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
            *(GatedBlock(n_hidden) for _ in range(_N_BLOCKS)),
            nn.LayerNorm(n_hidden),
            nn.Linear(n_hidden, n_outputs),
        )
        initialise(self)
        for layer in self.layers:
            if isinstance(layer, GatedBlock):
                nn.init.xavier_uniform_(layer.gather.weight, _GAIN)
        last = self.layers[-1]
        assert isinstance(last, nn.Linear)
        nn.init.xavier_uniform_(last.weight, _GAIN)

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
