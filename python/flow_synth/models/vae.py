"""VAE: an audio space that a Gaussian prior keeps together."""

import torch
from torch import Tensor, nn

from flow_synth.encoder import initialise
from flow_synth.gaussian import gaussian_divergence, gaussian_entropy
from flow_synth.global_batch import normal_like
from flow_synth.models.ae import auto_encoder
from flow_synth.models.latent import Draw, Latent
from flow_synth.models.model import Model
from flow_synth.models.settings import ModelSettings

#: Bounds of the log-variance; beyond them exp() gains nothing but overflow.
LOG_VARIANCE_BOUNDS = (-14.0, 6.0)


class GaussianLatent(Latent):
    """q(z|x) = N(mean(x), variance(x)), diagonal; the prior is N(0, I)."""

    def __init__(self, n_features: int, n_latent: int) -> None:
        super().__init__()
        self.base = nn.Linear(n_features, 2 * n_latent)
        self.log_variance_bounds = LOG_VARIANCE_BOUNDS
        initialise(self)

    def base_moments(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features [B, F] -> mean and log-variance [B, D] of the Gaussian."""
        mean, log_variance = self.base(features).chunk(2, dim=-1)
        lowest, highest = self.log_variance_bounds
        return mean, log_variance.clamp(lowest, highest)

    def moments(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features [B, F] -> mean and log-variance [B, D]."""
        return self.base_moments(features)

    def draw(self, features: Tensor, tags: Tensor) -> Draw:  # noqa: ARG002  # See Latent.
        """A draw, and KL[q(z|x) || N(0, I)] (Esling et al. 2019, equation 2)."""
        mean, log_variance = self.base_moments(features)
        z = mean + torch.exp(0.5 * log_variance) * normal_like(mean, training=self.training)
        divergence = gaussian_divergence(mean, log_variance).mean()
        return Draw(z, -gaussian_entropy(log_variance), divergence)


def vae(n_parameters: int, settings: ModelSettings, shape: tuple[int, int]) -> Model:
    """The variational auto-encoder of Kingma and Welling 2014; Esling et al. 2019, equation 2.

    Args:
        n_parameters: P, and therefore D.
        settings: of the model.
        shape: (mel bands, frames).
    """
    return auto_encoder(n_parameters, settings, shape, GaussianLatent)
