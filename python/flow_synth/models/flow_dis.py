"""Flow_dis: an audio space whose first dimensions follow words, and its regression flow."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from flow_synth.encoder import initialise
from flow_synth.error import InputError
from flow_synth.flow import Flow
from flow_synth.gaussian import LOG_2_PI, standard_normal_log_density
from flow_synth.models.flow_post import flow_post
from flow_synth.models.latent import Draw
from flow_synth.models.model import Model
from flow_synth.models.settings import ModelSettings, Placement
from flow_synth.models.vae_flow import FlowLatent
from flow_synth.tag import AXES

#: Where sounds of either word of a pair lie along their dimension: N(-MEAN, STD) and N(MEAN, STD).
#: One word's density is 1/90 of the other's at its own mean, and all of them fill about -2 to 2.
TAG_MEAN = 0.75
TAG_STD = 0.5
#: How exactly a sound lies at its position, where positions are known.
POSITION_STD = 0.25
#: What a slider moved by 1 adds to its dimension: from -3 to 3 it crosses what most sounds fill.
SLIDER_STEP = 0.5


class TaggedLatent(FlowLatent):
    """q(z|x) of VAE_flow, turned by a disentangling flow; the prior of z depends on tags t.

    Dimension k < A belongs to the k-th pair of words: p(z_k|t_k) = N(t_k MEAN, STD), t_k being -1
    or +1, and p(z_k) = N(0, 1) for the others. A known t is given; an unknown one is a latent
    variable with posterior q(t|x) and prior p(t) = 1/2 (Esling et al. 2019, equations 15 and 16,
    the entropy of equation 15 with the sign of a bound). q(t|x) learns from the known ones
    (Kingma et al. 2014, https://arxiv.org/abs/1406.5298, equation 9).

    With positions in place of tags, p(z_k|t_k) = N(t_k, POSITION_STD) where t_k is known, and
    N(0, 1) where it is not.

    Args:
        n_features: F.
        n_latent: D >= A = 7, the number of semantic axes.
        settings: of the model.
    """

    def __init__(self, n_features: int, n_latent: int, settings: ModelSettings) -> None:
        super().__init__(n_features, n_latent, settings)
        check_axes("flow_dis", n_latent)
        sizes = settings.disentangling_flow
        self.n_tags = len(AXES)
        self.disentangle = Flow(sizes.kind, n_latent, sizes.n_layers, sizes.n_hidden)
        self.tag_logits = (
            nn.Linear(n_features, self.n_tags) if settings.placement is Placement.SIDES else None
        )
        if self.tag_logits is not None:
            initialise(self.tag_logits)

    def bend(self, z: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """Both flows: z0 [..., B, D], features [B, F] -> z [..., B, D] and log|det dz/dz0|."""
        bent, log_det = self.flow(z, functional.elu(self.context(features)))
        turned, more = self.disentangle(bent)
        return turned, log_det + more

    def draw(self, features: Tensor, tags: Tensor) -> Draw:
        """A draw, and an estimate of KL[q(z, t|x) || p(z, t)]."""
        z, log_density = self.sample(features)
        free = standard_normal_log_density(z[:, self.n_tags :])
        semantic = z[:, : self.n_tags]
        if self.tag_logits is None:
            tagged = placed_divergence(semantic, tags)
        else:
            tagged = tagged_divergence(semantic, self.tag_logits(features), tags)
        return Draw(z, log_density, (log_density - free + tagged).mean())


def check_axes(family: str, n_latent: int) -> None:
    """Refuses an audio space of fewer dimensions than there are semantic axes.

    Raises:
        InputError: it has fewer.
    """
    if n_latent < len(AXES):
        raise InputError(
            f"family {family!r} gives each of {len(AXES)} semantic axes a dimension, but the "
            f"synth has {n_latent} knobs; choose family 'flow_post' for it"
        )


def tagged_divergence(z: Tensor, logits: Tensor, tags: Tensor) -> Tensor:
    """What tags add to the bound: [B] nats.

    Known t: -log p(z|t) - log q(t|x). Unknown t: E_q(t|x)[log q(t|x) - log p(t) - log p(z|t)].

    Args:
        z: [B, A] of the semantic dimensions.
        logits: [B, A] of q(t = +1|x).
        tags: [B, A] of -1 and +1; NaN where unknown.
    """
    log_high, log_low = functional.logsigmoid(logits), functional.logsigmoid(-logits)
    high, low = torch.exp(log_high), torch.exp(log_low)
    density_high, density_low = (_log_density(z - mean, TAG_STD) for mean in (TAG_MEAN, -TAG_MEAN))
    unknown = high * (log_high + math.log(2) - density_high) + low * (
        log_low + math.log(2) - density_low
    )
    known = torch.where(tags > 0, -density_high - log_high, -density_low - log_low)
    return torch.where(tags.isnan(), unknown, known).sum(-1)


def placed_divergence(z: Tensor, positions: Tensor) -> Tensor:
    """-log p(z|t) of known and unknown positions: [B] nats.

    Args:
        z: [B, A] of the semantic dimensions.
        positions: [B, A]; NaN where unknown.
    """
    placed = _log_density(z - positions.nan_to_num(), POSITION_STD)
    return -torch.where(positions.isnan(), _log_density(z, 1.0), placed).sum(-1)


def _log_density(x: Tensor, std: float) -> Tensor:
    """log N(x; 0, std^2), element by element."""
    return -0.5 * ((x / std).square() + LOG_2_PI) - math.log(std)


def flow_dis(n_parameters: int, settings: ModelSettings, shape: tuple[int, int]) -> Model:
    """Flow_post with a disentangling flow for all pairs of words; Esling et al. 2019, section 3.3.

    Args:
        n_parameters: P, and therefore D.
        settings: of the model.
        shape: (mel bands, frames).
    """
    return flow_post(n_parameters, settings, shape, TaggedLatent)
