"""The way between knobs of the unit cube and unbounded space, for a density over them."""

import torch
from torch import Tensor, nn


class Boundary(nn.Module):
    """The way between knobs v in [0, 1]^P and unbounded, standardised y.

    y = (logit(a + (1 - 2a) v) - mean) / std, the logit transform of Dinh et al. 2017
    (https://arxiv.org/abs/1605.08803, section 4.1): the margin a keeps knobs at 0 and 1 finite.

    Args:
        n_parameters: P.
        margin: a.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, n_parameters: int, margin: float = 0.05) -> None:
        super().__init__()
        self.margin = margin
        self.register_buffer("mean", torch.zeros(n_parameters))
        self.register_buffer("std", torch.ones(n_parameters))

    def fit(self, values: Tensor) -> None:
        """Takes mean and deviation from training values [N, P]; a knob that never moves gets 1."""
        y = torch.logit(self.margin + (1 - 2 * self.margin) * values.double())
        std = y.std(0, correction=0)
        self.mean.copy_(y.mean(0))
        self.std.copy_(torch.where(std > 1e-3, std, torch.ones_like(std)))

    def forward(self, v: Tensor) -> Tensor:
        """Unit values [..., P] -> y [..., P]."""
        return (torch.logit(self.margin + (1 - 2 * self.margin) * v) - self.mean) / self.std

    def inverse(self, y: Tensor) -> Tensor:
        """y [..., P] -> unit values [..., P], clamped to [0, 1]."""
        v = (torch.sigmoid(y * self.std + self.mean) - self.margin) / (1 - 2 * self.margin)
        return v.clamp(0.0, 1.0)


def dequantise(values: Tensor, n_values: Tensor, noise: Tensor) -> Tensor:
    """Spreads stepped knobs over the width of their step, so that a density over them exists.

    Args:
        values: [..., P] unit values, stepped knobs on their steps.
        n_values: [P] number of values of each stepped knob; 0 for a continuous one.
        noise: [..., P] uniform in [0, 1).

    Returns:
        [..., P] in [0, 1]; snapping a stepped knob to its nearest step gives its value back.
    """
    width = torch.where(n_values > 1, 1.0 / (n_values - 1).clamp(min=1), 0.0)
    return (values + width * (noise - 0.5)).clamp(0.0, 1.0)
