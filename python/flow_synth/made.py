"""Masked networks: what an output may depend on is settled by which connections exist."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from flow_synth.conditioner import Conditioner


class MaskedLinear(nn.Linear):
    """A linear layer some of whose connections do not exist.

    ``mask`` [out, in] is a buffer, so that a saved model keeps it.
    """

    mask: Tensor

    def __init__(self, mask: Tensor) -> None:
        super().__init__(mask.shape[1], mask.shape[0])
        self.register_buffer("mask", mask.bool())

    def forward(self, x: Tensor) -> Tensor:
        """[..., in] -> [..., out]."""
        return functional.linear(x, self.weight * self.mask, self.bias)


class Made(Conditioner):
    """Masked autoencoder: parameters i are functions of inputs 1 .. i-1, and of a context, alone.

    Two masked hidden layers whose units are sorted by degree (the number of inputs they may see).
    With a context, the lowest degree is 0: those units let the context reach the first output.
    The output [..., k D] holds the first parameter of every dimension, then the second, and so on.

    References:
        Germain et al. 2015, MADE: Masked Autoencoder for Distribution Estimation,
        https://arxiv.org/abs/1502.03509

    Args:
        n_dimensions: D, the number of inputs.
        n_hidden: units of each hidden layer.
        n_context: size of the context vector; 0 if there is none.
        n_parameters: k, the number of outputs for each dimension.
    """

    def __init__(
        self, n_dimensions: int, n_hidden: int = 128, n_context: int = 0, n_parameters: int = 2
    ) -> None:
        inputs = torch.arange(1, n_dimensions + 1)
        lowest = 0 if n_context else 1
        hidden = lowest + torch.arange(n_hidden) * (n_dimensions - lowest) // n_hidden
        outputs = inputs.repeat(n_parameters) - 1
        super().__init__(
            MaskedLinear(hidden[:, None] >= inputs),
            MaskedLinear(hidden[:, None] >= hidden),
            MaskedLinear(outputs[:, None] >= hidden),
            n_context,
        )
