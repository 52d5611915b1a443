"""Flow_dis: an audio space whose first dimensions follow words, and its regression flow."""

import math
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from flow_synth.encoder import initialise
from flow_synth.error import InputError
from flow_synth.flow import Flow
from flow_synth.gaussian import LOG_2_PI, gaussian_entropy, standard_normal_log_density
from flow_synth.global_batch import normal_like
from flow_synth.models.ae import auto_encoder
from flow_synth.models.flow_post import FlowRegressor
from flow_synth.models.latent import Draw
from flow_synth.models.model import Model
from flow_synth.models.settings import ModelSettings
from flow_synth.models.vae_flow import FlowLatent
from flow_synth.tag import AXES

#: Where sounds of either word of a pair lie along their dimension: N(-MEAN, STD) and N(MEAN, STD).
#: Sounds then fill about -3 to 3, and one word's density is 1/90 of the other's at its own mean.
TAG_MEAN = 1.5
TAG_STD = 1.0


class TaggedLatent(FlowLatent):
    """q(z|x) of VAE_flow, turned by a disentangling flow; the prior of z depends on tags t.

    Dimension k < A belongs to the k-th pair of words: p(z_k|t_k) = N(t_k MEAN, STD), t_k being -1
    or +1, and p(z_k) = N(0, 1) for the others. A known t is given; an unknown one is a latent
    variable with posterior q(t|x) and prior p(t) = 1/2 (Esling et al. 2019, equations 15 and 16,
    the entropy of equation 15 with the sign of a bound). q(t|x) learns from the known ones
    (Kingma et al. 2014, https://arxiv.org/abs/1406.5298, equation 9).

    Args:
        n_features: F.
        n_latent: D >= A = 7, the number of semantic axes.
        settings: of the model.
    """

    def __init__(self, n_features: int, n_latent: int, settings: ModelSettings) -> None:
        super().__init__(n_features, n_latent, settings)
        if n_latent < len(AXES):
            raise InputError(
                f"family 'flow_dis' gives each of {len(AXES)} semantic axes a dimension, but the "
                f"synth has {n_latent} knobs; choose family 'flow_post' for it"
            )
        sizes = settings.disentangling_flow
        self.n_tags = len(AXES)
        self.disentangle = Flow(sizes.kind, n_latent, sizes.n_layers, sizes.n_hidden)
        self.tag_logits = nn.Linear(n_features, self.n_tags)
        initialise(self.tag_logits)

    def bend(self, z: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """Both flows: z0 [..., B, D], features [B, F] -> z [..., B, D] and log|det dz/dz0|."""
        bent, log_det = self.flow(z, functional.elu(self.context(features)))
        turned, more = self.disentangle(bent)
        return turned, log_det + more

    def draw(self, features: Tensor, tags: Tensor) -> Draw:
        """A draw, and an estimate of KL[q(z, t|x) || p(z, t)] with the base's entropy exact."""
        mean, log_variance = self.base_moments(features)
        z0 = mean + torch.exp(0.5 * log_variance) * normal_like(mean, training=self.training)
        z, log_det = self.bend(z0, features)
        log_density = -gaussian_entropy(log_variance) - log_det
        free = standard_normal_log_density(z[:, self.n_tags :])
        tagged = tagged_divergence(z[:, : self.n_tags], self.tag_logits(features), tags)
        return Draw(z, log_density, (log_density - free + tagged).mean())


def tagged_divergence(z: Tensor, logits: Tensor, tags: Tensor) -> Tensor:
    """What tags add to the bound: [B] nats.

    Known t: -log p(z|t) - log q(t|x). Unknown t: E_q(t|x)[log q(t|x) - log p(t) - log p(z|t)].

    Args:
        z: [B, A] of the semantic dimensions.
        logits: [B, A] of q(t = +1|x).
        tags: [B, A] of -1, 0 (unknown) and +1.
    """
    log_high, log_low = functional.logsigmoid(logits), functional.logsigmoid(-logits)
    high, low = torch.exp(log_high), torch.exp(log_low)
    density_high, density_low = _log_density(z, TAG_MEAN), _log_density(z, -TAG_MEAN)
    unknown = high * (log_high + math.log(2) - density_high) + low * (
        log_low + math.log(2) - density_low
    )
    known = torch.where(tags > 0, -density_high - log_high, -density_low - log_low)
    return torch.where(tags == 0, unknown, known).sum(-1)


def _log_density(z: Tensor, mean: float) -> Tensor:
    """log N(z; mean, TAG_STD), element by element."""
    return -0.5 * (((z - mean) / TAG_STD).square() + LOG_2_PI) - math.log(TAG_STD)


def flow_dis(n_parameters: int, settings: ModelSettings, shape: tuple[int, int]) -> Model:
    """Flow_post with a disentangling flow for all pairs of words; Esling et al. 2019, section 3.3.

    Args:
        n_parameters: P, and therefore D.
        settings: of the model.
        shape: (mel bands, frames).
    """
    sizes = settings.regression_flow
    flow = Flow(sizes.kind, n_parameters, sizes.n_layers, sizes.n_hidden)
    regressor = FlowRegressor(flow, n_parameters, settings)
    latent = partial(TaggedLatent, settings=settings)
    return auto_encoder(n_parameters, settings, shape, latent, regressor)
