"""WAE: a VAE whose points are kept near the prior all together, not one by one."""

import torch
from torch import Tensor

from flow_synth.global_batch import gathered_rows
from flow_synth.models.ae import auto_encoder
from flow_synth.models.latent import Draw
from flow_synth.models.model import Model
from flow_synth.models.settings import ModelSettings
from flow_synth.models.vae import GaussianLatent

#: Widths of the kernel, relative to the expected squared distance of two points of the prior.
KERNEL_SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class WassersteinLatent(GaussianLatent):
    """q(z|x) as in the VAE; the prior holds for its mean over all sounds."""

    def draw(self, features: Tensor, tags: Tensor) -> Draw:
        """A draw, and the maximum mean discrepancy of the batch's draws from N(0, I)."""
        drawn = super().draw(features, tags)
        z = gathered_rows(drawn.z) if self.training else drawn.z
        return drawn._replace(divergence=maximum_mean_discrepancy(z, torch.randn_like(z)))


def maximum_mean_discrepancy(x: Tensor, prior: Tensor) -> Tensor:
    """MMD^2 of two samples [B, D] with B >= 2, by the unbiased estimate; it may be below zero.

    Tolstikhin et al. 2018, https://arxiv.org/abs/1711.01558, algorithm 2: the kernel is a sum of
    inverse multiquadratics C / (C + ||x - y||^2), C being multiples of 2 D.
    """
    n_rows, n_dimensions = x.shape
    points = torch.cat((x, prior))
    distance = torch.cdist(points, points, compute_mode="donot_use_mm_for_euclid_dist").square()
    kernel = torch.zeros_like(distance)
    for scale in KERNEL_SCALES:
        width = 2.0 * n_dimensions * scale
        kernel = kernel + width / (width + distance)
    within_x, across = kernel[:n_rows, :n_rows], kernel[:n_rows, n_rows:]
    within_prior = kernel[n_rows:, n_rows:]
    pairs = n_rows * (n_rows - 1)
    inside = (
        within_x.sum() - within_x.trace() + within_prior.sum() - within_prior.trace()
    ) / pairs
    return inside - 2 * across.mean()


def wae(n_parameters: int, settings: ModelSettings, shape: tuple[int, int]) -> Model:
    """The VAE with the MMD in place of the KL; Esling et al. 2019, section 2.1.

    Args:
        n_parameters: P, and therefore D.
        settings: of the model.
        shape: (mel bands, frames).
    """
    return auto_encoder(n_parameters, settings, shape, WassersteinLatent)
