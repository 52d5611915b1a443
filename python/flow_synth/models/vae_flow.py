"""VAE_flow: an audio space whose posterior is bent by a flow that hears the sound."""

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from flow_synth.encoder import initialise
from flow_synth.flow import Flow
from flow_synth.gaussian import gaussian_entropy, standard_normal_log_density
from flow_synth.global_batch import normal_like
from flow_synth.models.ae import auto_encoder
from flow_synth.models.latent import Draw
from flow_synth.models.model import Model
from flow_synth.models.settings import ModelSettings
from flow_synth.models.vae import GaussianLatent


class FlowLatent(GaussianLatent):
    """q(z|x) = flow(N(mean(x), variance(x)), context(x)); the prior is N(0, I).

    Equations 4 and 5 of Esling et al. 2019, https://arxiv.org/abs/1907.00971.

    Args:
        n_features: F.
        n_latent: D.
        settings: of the model.
    """

    draws: Tensor

    def __init__(self, n_features: int, n_latent: int, settings: ModelSettings) -> None:
        super().__init__(n_features, n_latent)
        sizes = settings.posterior_flow
        self.context = nn.Linear(n_features, settings.n_context)
        self.flow = Flow(sizes.kind, n_latent, sizes.n_layers, sizes.n_hidden, settings.n_context)
        initialise(self.context)
        generator = torch.Generator().manual_seed(0)
        half = torch.randn(settings.n_draws // 2, 1, n_latent, generator=generator)
        self.register_buffer("draws", torch.cat((half, -half)))

    def bend(self, z: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """z0 [..., B, D], features [B, F] -> z [..., B, D] and log|det dz/dz0| [..., B]."""
        bent, log_det = self.flow(z, functional.elu(self.context(features)))
        return bent, log_det

    def moments(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features [B, F] -> mean and log-variance [B, D] of q(z|x).

        The flow leaves no closed form: the moments are taken over fixed antithetic draws, so the
        same sound always gives the same answer.
        """
        mean, log_variance = self.base_moments(features)
        z, _ = self.bend(mean + torch.exp(0.5 * log_variance) * self.draws, features)
        variance = z.var(dim=0, correction=0)
        return z.mean(dim=0), torch.log(variance.clamp(min=1e-12))

    def sample(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features [B, F] -> a draw z [B, D], and log q(z|x) [B] with the base's exact entropy."""
        mean, log_variance = self.base_moments(features)
        z0 = mean + torch.exp(0.5 * log_variance) * normal_like(mean, training=self.training)
        z, log_det = self.bend(z0, features)
        return z, -gaussian_entropy(log_variance) - log_det

    def draw(self, features: Tensor, tags: Tensor) -> Draw:  # noqa: ARG002  # See Latent.
        """A draw, and an estimate of KL[q(z|x) || p(z)]."""
        z, log_density = self.sample(features)
        return Draw(z, log_density, (log_density - standard_normal_log_density(z)).mean())


def vae_flow(n_parameters: int, settings: ModelSettings, shape: tuple[int, int]) -> Model:
    """The VAE with 16 IAF steps, conditioned on the sound; Esling et al. 2019, section 4.2.

    Args:
        n_parameters: P, and therefore D.
        settings: of the model.
        shape: (mel bands, frames).
    """
    return auto_encoder(n_parameters, settings, shape, partial(FlowLatent, settings=settings))
