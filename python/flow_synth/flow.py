"""Invertible transforms with exact inverse and log-determinant; the boundary of the unit cube."""

import torch
from torch import Tensor, nn
from torch.nn import functional

#: Slope of the masked networks' leaky ReLU on its negative side.
NEGATIVE_SLOPE = 0.1

#: Scale of the last masked layer at the start: near the identity, yet with gradient everywhere.
OUTPUT_GAIN = 0.05


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


class Made(nn.Module):
    """Masked autoencoder: outputs i are functions of inputs 1 .. i-1, and of a context, alone.

    Two masked hidden layers whose units are sorted by degree (the number of inputs they may see).
    With a context, the lowest degree is 0: those units let the context reach the first output.

    References:
        Germain et al. 2015, MADE: Masked Autoencoder for Distribution Estimation,
        https://arxiv.org/abs/1502.03509

    Args:
        n_dimensions: D, the number of inputs.
        n_hidden: units of each hidden layer.
        n_context: size of the context vector; 0 if there is none.
    """

    def __init__(self, n_dimensions: int, n_hidden: int = 128, n_context: int = 0) -> None:
        super().__init__()
        inputs = torch.arange(1, n_dimensions + 1)
        lowest = 0 if n_context else 1
        hidden = lowest + torch.arange(n_hidden) * (n_dimensions - lowest) // n_hidden
        outputs = inputs.repeat(2) - 1
        self.first = MaskedLinear(hidden[:, None] >= inputs)
        self.second = MaskedLinear(hidden[:, None] >= hidden)
        self.last = MaskedLinear(outputs[:, None] >= hidden)
        self.context = nn.Linear(n_context, n_hidden, bias=False) if n_context else None
        self.activation = nn.LeakyReLU(NEGATIVE_SLOPE)
        for layer, gain in ((self.first, 1.0), (self.second, 1.0), (self.last, OUTPUT_GAIN)):
            nn.init.xavier_uniform_(layer.weight, gain)
            nn.init.zeros_(layer.bias)
        if self.context is not None:
            nn.init.xavier_uniform_(self.context.weight)

    def forward(self, x: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """[..., D], context [..., C] -> shift m [..., D] and raw log-scale a [..., D]."""
        hidden = self.first(x)
        if self.context is not None and context is not None:
            hidden = hidden + self.context(context)
        hidden = self.activation(hidden)
        hidden = self.activation(self.second(hidden))
        shift, log_scale = self.last(hidden).chunk(2, dim=-1)
        return shift, log_scale


class AffineAutoregressive(nn.Module):
    """y_i = x_i exp(tanh a_i) + m_i with (m_i, a_i) = MADE(x_1 .. x_{i-1}, context).

    Fast forwards (one pass); the inverse finds one dimension after the other (D passes).
    The log-scale lies in (-1, 1), so both directions stay well conditioned.
    """

    columns: Tensor

    def __init__(self, n_dimensions: int, n_hidden: int = 128, n_context: int = 0) -> None:
        super().__init__()
        self.made = Made(n_dimensions, n_hidden, n_context)
        self.register_buffer("columns", torch.arange(n_dimensions))

    def forward(self, x: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """[..., D] -> y [..., D] and log|det dy/dx| [...]."""
        shift, raw = self.made(x, context)
        log_scale = torch.tanh(raw)
        return x * torch.exp(log_scale) + shift, log_scale.sum(-1)

    def inverse(self, y: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """[..., D] -> x [..., D] and log|det dx/dy| [...]."""
        x = torch.zeros_like(y)
        log_scale = torch.zeros_like(y)
        for column in range(y.shape[-1]):
            shift, raw = self.made(x, context)
            log_scale = torch.tanh(raw)
            x = torch.where(self.columns == column, (y - shift) * torch.exp(-log_scale), x)
        return x, -log_scale.sum(-1)


class InverseAutoregressiveFlow(nn.Module):
    """A chain of affine autoregressive layers; the order of dimensions is reversed between layers.

    There is one reversal fewer than layers: none before the first or after the last.

    References:
        Kingma et al. 2016, Improved Variational Inference with Inverse Autoregressive Flow,
        https://arxiv.org/abs/1606.04934

    Args:
        n_dimensions: D.
        n_layers: length of the chain.
        n_hidden: units of each hidden layer of each masked network.
        n_context: size of the context vector; 0 for an unconditional flow.
    """

    def __init__(
        self, n_dimensions: int, n_layers: int = 16, n_hidden: int = 128, n_context: int = 0
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            AffineAutoregressive(n_dimensions, n_hidden, n_context) for _ in range(n_layers)
        )

    def forward(self, x: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """[..., D], context [..., C] -> y [..., D] and log|det dy/dx| [...].

        Leading dimensions of the context broadcast against those of x.
        """
        log_det = torch.zeros_like(x[..., 0])
        for index, layer in enumerate(self.layers):
            if index > 0:
                x = x.flip(-1)
            x, change = layer(x, context)
            log_det = log_det + change
        return x, log_det

    def inverse(self, y: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """[..., D], context [..., C] -> x [..., D] and log|det dx/dy| [...]; exact."""
        log_det = torch.zeros_like(y[..., 0])
        # TorchScript cannot reverse a ModuleList, and its slice with a negative step is wrong.
        for undone in range(len(self.layers)):
            if undone > 0:
                y = y.flip(-1)
            for index, layer in enumerate(self.layers):
                if index == len(self.layers) - 1 - undone:
                    y, change = layer.inverse(y, context)  # type: ignore[operator]
                    log_det = log_det + change
        return y, log_det


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


def dequantise(
    values: Tensor, n_values: Tensor, generator: torch.Generator | None = None
) -> Tensor:
    """Spreads stepped knobs over the width of their step, so that a density over them exists.

    Args:
        values: [..., P] unit values, stepped knobs on their steps.
        n_values: [P] number of values of each stepped knob; 0 for a continuous one.
        generator: source of the uniform noise.

    Returns:
        [..., P] in [0, 1]; snapping a stepped knob to its nearest step gives its value back.
    """
    width = torch.where(n_values > 1, 1.0 / (n_values - 1).clamp(min=1), 0.0)
    noise = torch.rand(values.shape, generator=generator, device=values.device) - 0.5
    return (values + width * noise).clamp(0.0, 1.0)
