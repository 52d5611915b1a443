"""Flow_reg: an invertible map from the audio space to the knobs of a synthesizer."""

from torch import Tensor, nn

from flow_synth.encoder import Decoder
from flow_synth.features import MEL_SHAPE
from flow_synth.flow import Boundary, InverseAutoregressiveFlow
from flow_synth.models.sizes import Sizes
from flow_synth.models.vae_flow import VaeFlow


class RegressionFlow(nn.Module):
    """VAE_flow with a regression flow f from z to standardised knobs, D = P.

    Section 3.2 of Esling et al. 2019, https://arxiv.org/abs/1907.00971, in its posterior form.

    Args:
        n_parameters: P, and therefore D.
        sizes: of the networks.
        shape: (mel bands, frames).
    """

    is_invertible = True
    #: TorchScript compiles every property but these.
    __jit_unused_properties__ = ("decoder",)

    def __init__(
        self, n_parameters: int, sizes: Sizes, shape: tuple[int, int] = MEL_SHAPE
    ) -> None:
        super().__init__()
        self.vae = VaeFlow(n_parameters, sizes, shape)
        self.flow = InverseAutoregressiveFlow(n_parameters, sizes.n_layers, sizes.n_hidden)
        self.boundary = Boundary(n_parameters)

    @property
    def decoder(self) -> Decoder | None:
        """What ``reconstruct`` runs; None if it cannot."""
        return self.vae.decoder

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
