"""Flow_reg: an invertible map from the audio space to the knobs of a synthesizer."""

from collections.abc import Sequence

from torch import Tensor, nn

from flow_synth.flow import Boundary, InverseAutoregressiveFlow
from flow_synth.models.vae_flow import VaeFlow


class RegressionFlow(nn.Module):
    """VAE_flow with a regression flow f from z to standardised knobs, D = P.

    Section 3.2 of Esling et al. 2019, https://arxiv.org/abs/1907.00971, in its posterior form.

    Args:
        n_parameters: P, and therefore D.
        shape: (mel bands, frames).
        encoder_channels: channels of each halving stage.
        decoder_channels: channels of the innermost image and of each doubling stage but the last.
        n_features: length of the encoder's feature vector.
        n_layers: layers of each of both flows.
        n_hidden: hidden units of each masked network.
        n_draws: even number of fixed draws over which the posterior's moments are taken.
    """

    def __init__(
        self,
        n_parameters: int,
        shape: tuple[int, int],
        encoder_channels: Sequence[int],
        decoder_channels: Sequence[int],
        n_features: int,
        n_layers: int = 16,
        n_hidden: int = 128,
        n_draws: int = 32,
    ) -> None:
        super().__init__()
        self.vae = VaeFlow(
            n_parameters,
            shape,
            encoder_channels,
            decoder_channels,
            n_features,
            n_layers,
            n_hidden,
            n_draws,
        )
        self.flow = InverseAutoregressiveFlow(n_parameters, n_layers, n_hidden)
        self.boundary = Boundary(n_parameters)

    def posterior(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """Log-mel [B, 128, 87] -> mean and log-variance [B, D] of q(z|x)."""
        mean, log_variance = self.vae.posterior(mel)
        return mean, log_variance

    def encode(self, mel: Tensor) -> Tensor:
        """Log-mel [B, 128, 87] -> posterior mean z [B, D]: the same sound, the same z."""
        return self.vae.encode(mel)

    def decode(self, z: Tensor) -> Tensor:
        """z [B, D] -> unit values v [B, P]."""
        return self.boundary.inverse(self.flow(z)[0])

    def invert(self, v: Tensor) -> Tensor:
        """Unit values v [B, P] -> z [B, D], the exact inverse of ``decode`` inside (0, 1)."""
        return self.flow.inverse(self.boundary(v))[0]

    def reconstruct(self, z: Tensor) -> Tensor:
        """z [B, D] -> log-mel [B, 128, 87] relative to the sound's peak, in nats."""
        return self.vae.reconstruct(z)
