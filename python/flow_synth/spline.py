"""The monotonic rational-quadratic spline of Durkan et al. 2019, vectorised, both ways.

Neural Spline Flows, https://arxiv.org/abs/1906.04032; numbers of equations are theirs.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

#: The spline covers [-BOUND, BOUND], where standardised knobs and latent dimensions live; beyond
#: it is the identity, joined without a kink.
BOUND = 8.0

#: Number of pieces.
N_BINS = 8

#: No bin is exp(LOG_RANGE) times as wide or as high as another, and no knot's slope is beyond
#: exp(+-LOG_RANGE): steep enough for knobs that stand at few values, yet invertible in float32.
LOG_RANGE = 3.0


class Knots(NamedTuple):
    """The points a spline goes through: K + 1 of them, in rising order.

    Attributes:
        x: [..., K + 1] from -B to B.
        y: [..., K + 1] from -B to B.
        slope: [..., K + 1] positive derivatives; 1 at both ends.
    """

    x: Tensor
    y: Tensor
    slope: Tensor


class Bin(NamedTuple):
    """The pieces that values fall into, all [...].

    Attributes:
        x, y: lower left corner.
        width, height: size.
        left, right: slopes at both ends.
    """

    x: Tensor
    y: Tensor
    width: Tensor
    height: Tensor
    left: Tensor
    right: Tensor


# TorchScript knows no global numbers, but takes them as defaults.
def knots_of(parameters: Tensor, bound: float = BOUND, log_range: float = LOG_RANGE) -> Knots:
    """Unbounded parameters -> knots; all zeros give the identity.

    Args:
        parameters: [..., 3 K - 1]: widths and heights before their softmax, and the logarithms of
            the slopes at the K - 1 knots between the ends, each drawn into its range by a tanh.
        bound: B.
        log_range: of widths and heights, and to either side of slopes.
    """
    n_bins = (parameters.shape[-1] + 1) // 3
    widths, heights, slopes = parameters.split([n_bins, n_bins, n_bins - 1], dim=-1)
    log_slope = log_range * torch.tanh(slopes / log_range)
    slope = functional.pad(torch.exp(log_slope), [1, 1], value=1.0)
    x, y = _positions(widths, bound, log_range), _positions(heights, bound, log_range)
    return Knots(x, y, slope)


def spline(x: Tensor, knots: Knots) -> tuple[Tensor, Tensor]:
    """x [...] -> y and log dy/dx, both [...] (equations 4 and 5)."""
    within, is_inside = _within(x, knots.x)
    piece = _bin_of(within, knots.x, knots)
    position = (within - piece.x) / piece.width
    y = piece.y + piece.height * _rise(position, piece)
    return torch.where(is_inside, y, x), torch.where(is_inside, _log_slope(position, piece), 0.0)


def spline_inverse(y: Tensor, knots: Knots) -> tuple[Tensor, Tensor]:
    """y [...] -> x and log dx/dy, both [...] (equations 6 to 8; the form that cancels least)."""
    within, is_inside = _within(y, knots.y)
    piece = _bin_of(within, knots.y, knots)
    mean = piece.height / piece.width
    bend = piece.left + piece.right - 2 * mean
    rise = (within - piece.y) / piece.height
    a = mean - piece.left + rise * bend
    b = piece.left - rise * bend
    c = -mean * rise
    # Its root is the slope times a positive number. Rounding must not bring it to 0, where the
    # root has no gradient.
    discriminant = (b.square() - 4 * a * c).clamp(min=1e-6)
    position = 2 * c / (-b - torch.sqrt(discriminant))
    x = piece.x + piece.width * position
    return torch.where(is_inside, x, y), torch.where(is_inside, -_log_slope(position, piece), 0.0)


def _positions(raw: Tensor, bound: float, log_range: float) -> Tensor:
    """[..., K] -> K + 1 knots [..., K + 1] from exactly -B to exactly B."""
    n_bins, limit = raw.shape[-1], 0.5 * log_range
    shares = torch.softmax(limit * torch.tanh(raw / limit), -1)
    # Summed as distances from an even grid, which are small and so rounded finely.
    drift = functional.pad((shares[..., :-1] - 1 / n_bins).cumsum(-1), [1, 1])
    grid = torch.linspace(-bound, bound, n_bins + 1, dtype=raw.dtype, device=raw.device)
    return grid + 2 * bound * drift


def _within(value: Tensor, edges: Tensor) -> tuple[Tensor, Tensor]:
    """Values [...] drawn to the nearest edge [..., K + 1], and which of them were inside."""
    lowest, highest = edges[..., 0], edges[..., -1]
    is_inside = (value > lowest) & (value < highest)
    return torch.minimum(torch.maximum(value, lowest), highest), is_inside


def _bin_of(value: Tensor, edges: Tensor, knots: Knots) -> Bin:
    """The bin of each value [...] among edges [..., K + 1], which are the knots' x or y."""
    left = (value[..., None] >= edges[..., 1:-1]).sum(-1, keepdim=True)
    x, y = knots.x.gather(-1, left), knots.y.gather(-1, left)
    width = knots.x.gather(-1, left + 1) - x
    height = knots.y.gather(-1, left + 1) - y
    slopes = knots.slope.gather(-1, left), knots.slope.gather(-1, left + 1)
    return Bin(
        x[..., 0], y[..., 0], width[..., 0], height[..., 0], slopes[0][..., 0], slopes[1][..., 0]
    )


def _rise(position: Tensor, piece: Bin) -> Tensor:
    """Share of the bin's height reached at a share of its width (equation 4)."""
    mean = piece.height / piece.width
    product = position * (1 - position)
    numerator = mean * position.square() + piece.left * product
    return numerator / (mean + (piece.left + piece.right - 2 * mean) * product)


def _log_slope(position: Tensor, piece: Bin) -> Tensor:
    """log dy/dx at a share of the bin's width (equation 5)."""
    mean = piece.height / piece.width
    product = position * (1 - position)
    ends = piece.right * position.square() + piece.left * (1 - position).square()
    denominator = mean + (piece.left + piece.right - 2 * mean) * product
    return 2 * torch.log(mean / denominator) + torch.log(ends + 2 * mean * product)
