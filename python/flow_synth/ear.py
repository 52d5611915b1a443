"""The ear: what a note of a preset would sound like, told without playing it."""

import math

import torch
from torch import Tensor, nn

from flow_synth.knob_network import KnobNetwork

#: Raised when ears hear something else, so that runs of before are not taken for the same.
EAR_VERSION = 2

N_COMPONENTS = 512
#: Principal components so much smaller than the first are none.
_LEAST_SIZE = 1e-4
#: Log-mel beyond full scale that an ear still has to learn to avoid, and whose power is finite.
_LOUDEST = 10.0
#: Pitch and velocity.
_NOTE_NUMBERS = 2


class Ear(nn.Module):
    """Unit values and a note -> principal components of the log-mel that the synth would make.

    Components are scaled so that the distance of two points is the root mean square difference of
    their log-mels in nats, but for what the components leave out.

    Args:
        n_parameters: P.
        n_bins: of a log-mel, flattened.
    """

    mean: Tensor
    basis: Tensor
    std: Tensor

    def __init__(self, n_parameters: int, n_bins: int) -> None:
        super().__init__()
        self.network = KnobNetwork(n_parameters + _NOTE_NUMBERS, N_COMPONENTS)
        self.register_buffer("mean", torch.zeros(n_bins))
        self.register_buffer("basis", torch.zeros(n_bins, N_COMPONENTS))
        self.register_buffer("std", torch.ones(N_COMPONENTS))

    def fit(self, mel: Tensor) -> None:
        """Takes the principal components of training log-mels [N, 128, 87]."""
        # In single precision the small ones would point somewhere else on other hardware.
        flat = mel.flatten(1).double()
        self.mean.copy_(flat.mean(0))
        n_components = min(N_COMPONENTS, *flat.shape)
        _, sizes, basis = torch.pca_lowrank(flat, n_components, center=True)
        # Where training sounds do not vary, rounding alone says which way a component points.
        self.basis[:, :n_components] = basis * (sizes > _LEAST_SIZE * sizes[0])
        self.std.copy_(self.analyse(mel).std(0).clamp(min=1e-3))

    def analyse(self, mel: Tensor) -> Tensor:
        """Log-mel [B, 128, 87] in nats -> components [B, C]."""
        centred = mel.flatten(1).float() - self.mean
        components: Tensor = centred @ self.basis / math.sqrt(len(self.mean))
        return components

    def forward(self, v: Tensor, notes: Tensor) -> Tensor:
        """Unit values [B, P], notes [B, 2] (see :func:`unit_notes`) -> components [B, C]."""
        components: Tensor = self.network(torch.cat((v, notes), -1)) * self.std
        return components

    def error(self, v: Tensor, notes: Tensor, components: Tensor) -> Tensor:
        """What the ear itself has still to learn: the mean squared distance in nat^2."""
        return (self.forward(v, notes) - components).square().sum(-1).mean()

    def distance(self, v: Tensor, notes: Tensor, components: Tensor) -> Tensor:
        """How far presets [B, P] would sound from components [B, C]: mean distance in nats.

        Gradients reach the presets alone, so that the ear cannot learn to please.
        """
        heard = self._heard(v, notes)
        distance: Tensor = torch.linalg.vector_norm(heard - components, dim=-1)
        return distance.mean()

    def convergence(self, v: Tensor, notes: Tensor, mel: Tensor) -> Tensor:
        """ln(1 + SC) between presets [B, P], as they would sound, and log-mel [B, 128, 87].

        The distance hears all bins alike, this the loudest ones:
        :func:`~flow_synth.metric.spectral_convergence`, whose logarithm keeps one sound that is
        far too loud from counting more than all the others. Gradients as in :meth:`distance`.
        """
        with torch.autocast(v.device.type, enabled=False):
            centred = math.sqrt(len(self.mean)) * self._heard(v, notes).float() @ self.basis.T
            heard = (self.mean + centred).clamp(max=_LOUDEST).exp()
            target = mel.flatten(1).float().exp()
            error = torch.linalg.vector_norm(heard - target, dim=-1)
            return torch.log1p(error / torch.linalg.vector_norm(target, dim=-1)).mean()

    def _heard(self, v: Tensor, notes: Tensor) -> Tensor:
        """Presets and notes -> components [B, C], with gradients for the presets alone."""
        heard: Tensor = self.network.as_it_is(torch.cat((v, notes), -1)) * self.std
        return heard


def unit_notes(pitch: Tensor, velocity: Tensor) -> Tensor:
    """MIDI note numbers and velocities [B] -> [B, 2] in [0, 1], as an ear takes them."""
    return torch.stack((pitch, velocity), -1) / 127
