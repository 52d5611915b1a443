"""The affine autoregressive layer, which IAF and MAF run in opposite directions."""

import torch
from torch import Tensor, nn

from flow_synth.made import Made


class AffineAutoregressive(nn.Module):
    """y_i = x_i exp(tanh a_i) + m_i with (m_i, a_i) = MADE(x_1 .. x_{i-1}, context).

    Fast forwards (one pass); the inverse finds one dimension after the other (D passes).
    The log-scale lies in (-1, 1), so both directions stay well conditioned.

    Args:
        n_dimensions: D.
        n_hidden: units of each hidden layer of the masked network.
        n_context: size of the context vector; 0 if there is none.
    """

    #: Outputs of the masked network for each dimension; the first two are m and a.
    n_parameters = 2

    columns: Tensor

    def __init__(self, n_dimensions: int, n_hidden: int = 128, n_context: int = 0) -> None:
        super().__init__()
        self.made = Made(n_dimensions, n_hidden, n_context, self.n_parameters)
        self.register_buffer("columns", torch.arange(n_dimensions))

    def affine(self, x: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x [..., D] -> shift m and log-scale tanh a, both [..., D]."""
        parameters = self.made(x, context).split(x.shape[-1], dim=-1)
        return parameters[0], torch.tanh(parameters[1])

    def forward(self, x: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """[..., D] -> y [..., D] and log|det dy/dx| [...]."""
        shift, log_scale = self.affine(x, context)
        return x * torch.exp(log_scale) + shift, log_scale.sum(-1)

    def inverse(self, y: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """[..., D] -> x [..., D] and log|det dx/dy| [...]."""
        x = torch.zeros_like(y)
        log_scale = torch.zeros_like(y)
        for column in range(y.shape[-1]):
            shift, log_scale = self.affine(x, context)
            x = torch.where(self.columns == column, (y - shift) * torch.exp(-log_scale), x)
        return x, -log_scale.sum(-1)
