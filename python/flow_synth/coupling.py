"""Coupling layers: half of the dimensions set how the other half is moved, fast both ways."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from flow_synth.conditioner import Conditioner
from flow_synth.spline import N_BINS, knots_of, spline, spline_inverse


class Coupling(nn.Module):
    """y = (x_kept, g(x_moved; psi)) with psi = network(x_kept, context).

    The first floor(D / 2) dimensions are kept and the others are moved, each by a monotonic
    function of itself; a subclass says which. A chain that reverses the order of dimensions
    between its layers therefore moves every dimension in any two layers that follow each other.

    References:
        Dinh et al. 2017, Density estimation using Real NVP, https://arxiv.org/abs/1605.08803

    Args:
        n_dimensions: D; a single one is moved by a function of the context alone.
        n_hidden: units of each hidden layer of the network.
        n_context: size of the context vector; 0 if there is none.
    """

    #: Outputs of the network for each moved dimension.
    n_parameters: int

    def __init__(self, n_dimensions: int, n_hidden: int = 128, n_context: int = 0) -> None:
        super().__init__()
        self.n_kept = n_dimensions // 2
        # A single dimension keeps none: the network sees a zero in its place.
        self.n_zeros = int(self.n_kept == 0)
        self.conditioner = Conditioner(
            nn.Linear(self.n_kept + self.n_zeros, n_hidden),
            nn.Linear(n_hidden, n_hidden),
            nn.Linear(n_hidden, self.n_parameters * (n_dimensions - self.n_kept)),
            n_context,
        )

    def parameters_of(self, kept: Tensor, context: Tensor | None = None) -> Tensor:
        """Kept half [..., floor(D / 2)] -> parameters psi [..., k M] of the moved one."""
        parameters: Tensor = self.conditioner(functional.pad(kept, [0, self.n_zeros]), context)
        return parameters

    def move(self, x: Tensor, parameters: Tensor) -> tuple[Tensor, Tensor]:
        """Moved half [..., M], parameters [..., k M] -> g(x) and log g'(x), both [..., M]."""
        raise NotImplementedError

    def move_back(self, y: Tensor, parameters: Tensor) -> tuple[Tensor, Tensor]:
        """Inverse of ``move``: y [..., M] -> x and log dx/dy, both [..., M]."""
        raise NotImplementedError

    def forward(self, x: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """[..., D] -> y [..., D] and log|det dy/dx| [...]."""
        kept, moved = x[..., : self.n_kept], x[..., self.n_kept :]
        moved, log_slope = self.move(moved, self.parameters_of(kept, context))
        return torch.cat((kept, moved), -1), log_slope.sum(-1)

    def inverse(self, y: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """[..., D] -> x [..., D] and log|det dx/dy| [...]."""
        kept, moved = y[..., : self.n_kept], y[..., self.n_kept :]
        moved, log_slope = self.move_back(moved, self.parameters_of(kept, context))
        return torch.cat((kept, moved), -1), log_slope.sum(-1)


class AffineCoupling(Coupling):
    """y_moved = x_moved exp(tanh a) + m; the log-scale lies in (-1, 1) as in the IAF."""

    n_parameters = 2

    def move(self, x: Tensor, parameters: Tensor) -> tuple[Tensor, Tensor]:
        """Moved half [..., M], (m, a) [..., 2 M] -> y and log-scale, both [..., M]."""
        shift, raw = parameters.chunk(2, dim=-1)
        log_scale = torch.tanh(raw)
        return x * torch.exp(log_scale) + shift, log_scale

    def move_back(self, y: Tensor, parameters: Tensor) -> tuple[Tensor, Tensor]:
        """y [..., M], (m, a) [..., 2 M] -> x and minus the log-scale, both [..., M]."""
        shift, raw = parameters.chunk(2, dim=-1)
        log_scale = torch.tanh(raw)
        return (y - shift) * torch.exp(-log_scale), -log_scale


class SplineCoupling(Coupling):
    """Each moved dimension goes through a monotonic rational-quadratic spline of its own.

    References:
        Durkan et al. 2019, Neural Spline Flows, https://arxiv.org/abs/1906.04032
    """

    n_parameters = 3 * N_BINS - 1

    def move(self, x: Tensor, parameters: Tensor) -> tuple[Tensor, Tensor]:
        """Moved half [..., M], parameters [..., (3 K - 1) M] -> y and log-slope, both [..., M]."""
        return spline(x, knots_of(parameters.unflatten(-1, (x.shape[-1], -1))))

    def move_back(self, y: Tensor, parameters: Tensor) -> tuple[Tensor, Tensor]:
        """y [..., M], parameters [..., (3 K - 1) M] -> x and log dx/dy, both [..., M]."""
        return spline_inverse(y, knots_of(parameters.unflatten(-1, (y.shape[-1], -1))))
