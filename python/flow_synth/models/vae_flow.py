"""VAE_flow: an audio latent space whose posterior is bent by a conditional flow."""

import torch
from torch import Tensor, nn

from flow_synth.encoder import Decoder, Encoder, Normalisation
from flow_synth.features import MEL_SHAPE
from flow_synth.flow import Flow, FlowKind
from flow_synth.models.sizes import Sizes

#: Bounds of the base distribution's log-variance; beyond them exp() gains nothing but overflow.
LOG_VARIANCE_BOUNDS = (-14.0, 6.0)


class VaeFlow(nn.Module):
    """Variational auto-encoder with q(z|x) = flow(N(mean(x), variance(x)), context = features(x)).

    Equations 2 to 5 of Esling et al. 2019, https://arxiv.org/abs/1907.00971. The prior is
    N(0, I); p(x|z) is a Gaussian of fixed variance over the standardised log-mel.

    Args:
        n_latent: D.
        sizes: of the networks.
        shape: (mel bands, frames).
    """

    draws: Tensor

    def __init__(self, n_latent: int, sizes: Sizes, shape: tuple[int, int] = MEL_SHAPE) -> None:
        super().__init__()
        self.log_variance_bounds = LOG_VARIANCE_BOUNDS
        self.normalisation = Normalisation()
        self.encoder = Encoder(shape, sizes.encoder_channels, sizes.n_features)
        self.base = nn.Linear(sizes.n_features, 2 * n_latent)
        self.flow = Flow(FlowKind.IAF, n_latent, sizes.n_layers, sizes.n_hidden, sizes.n_features)
        self.decoder = Decoder(n_latent, shape, sizes.decoder_channels)
        nn.init.xavier_uniform_(self.base.weight)
        nn.init.zeros_(self.base.bias)
        generator = torch.Generator().manual_seed(0)
        half = torch.randn(sizes.n_draws // 2, 1, n_latent, generator=generator)
        self.register_buffer("draws", torch.cat((half, -half)))

    def base_moments(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features [B, F] -> mean and log-variance [B, D] of q0(z0|x), before the flow."""
        mean, log_variance = self.base(features).chunk(2, dim=-1)
        lowest, highest = self.log_variance_bounds
        return mean, log_variance.clamp(lowest, highest)

    def posterior(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """Log-mel [B, 128, 87] -> mean and log-variance [B, D] of q(z|x).

        The flow leaves no closed form: the moments are taken over fixed antithetic draws, so the
        same sound always gives the same answer.
        """
        features = self.encoder(self.normalisation(mel))
        mean, log_variance = self.base_moments(features)
        z, _ = self.flow(mean + torch.exp(0.5 * log_variance) * self.draws, features)
        variance = z.var(dim=0, correction=0)
        return z.mean(dim=0), torch.log(variance.clamp(min=1e-12))

    def encode(self, mel: Tensor) -> Tensor:
        """Log-mel [B, 128, 87] -> posterior mean z [B, D]."""
        return self.posterior(mel)[0]

    def reconstruct(self, z: Tensor) -> Tensor:
        """z [B, D] -> log-mel [B, 128, 87] relative to the sound's peak, in [-RANGE_NATS, 0]."""
        return self.normalisation.inverse(self.decoder(z))
