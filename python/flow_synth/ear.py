"""The ear: what a note of a preset would sound like, told without playing it."""

import math

import torch
from torch import Tensor, nn

from flow_synth.encoder import RANGE_NATS
from flow_synth.knob_network import KnobNetwork

#: Raised when ears hear something else, so that runs of before are not taken for the same.
EAR_VERSION = 3

#: A log-mel is first brought to the patterns of so many bands and of so many frames.
N_PATTERNS = (64, 32)
N_COMPONENTS = 256
#: Principal components so much smaller than the first are none.
_LEAST_SIZE = 1e-4
#: Log-mel beyond full scale that an ear still has to learn to avoid, and whose power is finite.
_LOUDEST = 10.0
#: Pitch and velocity.
_NOTE_NUMBERS = 2


class Ear(nn.Module):
    """Unit values and a note -> principal components of the log-mel that the synth would make.

    Components are scaled so that the distance of two points is the root mean square difference of
    their log-mels in nats, but for what the components leave out. They are taken of products of a
    pattern over the mel bands and one over the frames, which need a fifth of the numbers that
    components of the bins themselves would have.

    Args:
        n_parameters: P.
        shape: (mel bands, frames).
        n_hidden: units of each layer.
    """

    mean: Tensor
    bands: Tensor
    frames: Tensor
    basis: Tensor
    std: Tensor

    def __init__(self, n_parameters: int, shape: tuple[int, int], n_hidden: int) -> None:
        super().__init__()
        n_bands, n_frames = map(min, N_PATTERNS, shape)
        # As attributes, TorchScript can read them.
        self.loudest, self.range = _LOUDEST, RANGE_NATS
        self.network = KnobNetwork(n_parameters + _NOTE_NUMBERS, n_hidden, N_COMPONENTS)
        self.register_buffer("mean", torch.zeros(shape))
        self.register_buffer("bands", torch.zeros(shape[0], n_bands))
        self.register_buffer("frames", torch.zeros(shape[1], n_frames))
        self.register_buffer("basis", torch.zeros(n_bands * n_frames, N_COMPONENTS))
        self.register_buffer("std", torch.ones(N_COMPONENTS))

    def fit(self, mel: Tensor) -> None:
        """Takes the patterns and their principal components of training log-mels [N, 128, 87]."""
        # In single precision the small ones would point somewhere else on other hardware.
        mean = mel.double().mean(0)
        centred = mel.double() - mean
        self.mean.copy_(mean)
        bands = _patterns(torch.einsum("nij,nkj->ik", centred, centred), self.bands.shape[1])
        frames = _patterns(torch.einsum("nij,nik->jk", centred, centred), self.frames.shape[1])
        self.bands.copy_(bands)
        self.frames.copy_(frames)
        products = (bands.T @ centred @ frames).flatten(1)
        n_components = min(N_COMPONENTS, *products.shape)
        _, sizes, basis = torch.pca_lowrank(products, n_components, center=False)
        # Where training sounds do not vary, rounding alone says which way a component points.
        self.basis[:, :n_components] = basis * (sizes > _LEAST_SIZE * sizes[0])
        self.std.copy_(self.analyse(mel).std(0).clamp(min=1e-3))

    def analyse(self, mel: Tensor) -> Tensor:
        """Log-mel [B, 128, 87] in nats -> components [B, C]."""
        products = self.bands.T @ (mel.float() - self.mean) @ self.frames
        components: Tensor = products.flatten(1) @ self.basis / math.sqrt(self.mean.numel())
        return components

    def forward(self, v: Tensor, notes: Tensor) -> Tensor:
        """Unit values [B, P], notes [B, 2] (see :func:`unit_notes`) -> components [B, C]."""
        components: Tensor = self.network(torch.cat((v, notes), -1)) * self.std
        return components

    def predict(self, v: Tensor, notes: Tensor) -> Tensor:
        """Presets and notes as above -> log-mel [B, 128, 87] in nats, 80 dB of it."""
        mel = self._synthesised(self.forward(v, notes)).clamp(max=self.loudest)
        return mel.maximum(mel.amax(dim=(1, 2), keepdim=True) - self.range)

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
            predicted = self._synthesised(self._heard(v, notes).float())
            heard = predicted.clamp(max=self.loudest).exp()
            target = mel.float().exp()
            error = torch.linalg.vector_norm(heard - target, dim=(1, 2))
            return torch.log1p(error / torch.linalg.vector_norm(target, dim=(1, 2))).mean()

    def _heard(self, v: Tensor, notes: Tensor) -> Tensor:
        """Presets and notes -> components [B, C], with gradients for the presets alone."""
        heard: Tensor = self.network.as_it_is(torch.cat((v, notes), -1)) * self.std
        return heard

    def _synthesised(self, components: Tensor) -> Tensor:
        """Components [B, C] -> log-mel [B, 128, 87] in nats."""
        products = (components @ self.basis.T).view(-1, self.bands.shape[1], self.frames.shape[1])
        centred: Tensor = self.bands @ products @ self.frames.T
        scale = math.sqrt(self.mean.numel())
        return self.mean + scale * centred


def _patterns(products: Tensor, n: int) -> Tensor:
    """The n directions [H, n] in which most lies of what has the sum of products [H, H]."""
    directions: Tensor = torch.linalg.eigh(products).eigenvectors.flip(1)[:, :n]
    return directions


def unit_notes(pitch: Tensor, velocity: Tensor) -> Tensor:
    """MIDI note numbers and velocities [B] -> [B, 2] in [0, 1], as an ear takes them."""
    return torch.stack((pitch, velocity), -1) / 127
