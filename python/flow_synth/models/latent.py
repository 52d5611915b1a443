"""Distributions of the audio space given what the encoder hears in a sound."""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from flow_synth.encoder import initialise

#: In place of the logarithm of no variance at all.
POINT_LOG_VARIANCE = math.log(1e-12)


class Draw(NamedTuple):
    """A point of the audio space drawn for each of B sounds.

    Attributes:
        z: [B, D].
        log_density: [B] log q(z|x) in nats; zeros where q has none.
        divergence: what keeps q(z) near the prior, in nats an example.
    """

    z: Tensor
    log_density: Tensor
    divergence: Tensor


class Latent(nn.Module):
    """The distribution q(z|x) of the audio space, given features of a sound."""

    def moments(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features [B, F] -> mean and log-variance [B, D] of q(z|x); deterministic."""
        raise NotImplementedError

    def draw(self, features: Tensor, tags: Tensor) -> Draw:
        """A draw from q(z|x) for training.

        Args:
            features: [B, F].
            tags: [B, A] of -1 and +1, or positions; NaN where unknown.
        """
        raise NotImplementedError


class PointLatent(Latent):
    """q(z|x) is a point, z = W features + b, which no prior draws anywhere."""

    def __init__(self, n_features: int, n_latent: int) -> None:
        super().__init__()
        self.linear = nn.Linear(n_features, n_latent)
        self.log_variance = POINT_LOG_VARIANCE
        initialise(self)

    def moments(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features [B, F] -> z [B, D] and the log-variance of a point."""
        z: Tensor = self.linear(features)
        return z, torch.full_like(z, self.log_variance)

    def draw(self, features: Tensor, tags: Tensor) -> Draw:  # noqa: ARG002  # See Latent.
        """The point itself."""
        z: Tensor = self.linear(features)
        return Draw(z, torch.zeros_like(z[:, 0]), z.new_zeros(()))
