"""Densities, entropies and divergences of diagonal Gaussians, in nats."""

import math

import torch
from torch import Tensor

LOG_2_PI = math.log(2 * math.pi)


def standard_normal_log_density(x: Tensor) -> Tensor:
    """log N(x; 0, I) over the last dimension: [..., D] -> [...]."""
    return -0.5 * (x.square() + LOG_2_PI).sum(-1)


def gaussian_entropy(log_variance: Tensor) -> Tensor:
    """Entropy of a diagonal Gaussian: [..., D] -> [...]."""
    return 0.5 * (log_variance + 1 + LOG_2_PI).sum(-1)


def gaussian_divergence(
    mean: Tensor, log_variance: Tensor, prior_mean: float = 0.0, prior_variance: float = 1.0
) -> Tensor:
    """KL[N(mean, variance) || N(prior_mean, prior_variance)] over the last dimension."""
    ratio = torch.exp(log_variance) / prior_variance
    distance = (mean - prior_mean).square() / prior_variance
    return 0.5 * (ratio + distance - 1 - log_variance + math.log(prior_variance)).sum(-1)
