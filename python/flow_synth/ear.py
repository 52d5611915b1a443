"""The ear: what a note of a preset would sound like, told without playing it."""

import torch
from torch import Tensor, nn

from flow_synth.encoder import RANGE_NATS
from flow_synth.knob_network import KnobNetwork

#: A log-mel is told as the strengths of so many patterns of the bands times so many of the frames.
N_PATTERNS = (64, 32)
#: Strengths that vary by so much less than the one that varies most do not vary.
_LEAST_SPREAD = 1e-4
#: Log-mel beyond full scale that an ear still has to learn to avoid, and whose power is finite.
_LOUDEST = 10.0
#: What ln(1 + SC) counts beside a mean difference in nats; chosen on the validation split.
_CONVERGENCE_SHARE = 0.1
#: Pitch and velocity.
_NOTE_NUMBERS = 2


class Ear(nn.Module):
    """Unit values and a note -> the log-mel that the synth would make.

    It learns by what candidates are ranked by, the mean difference of log-mels within the range
    that is heard, and not by its square: of a sound that it cannot tell, the mean of what it may
    be lies near the noise floor of none of them, and is as far from all.

    Args:
        n_parameters: P.
        shape: (mel bands, frames).
        n_hidden: units of each layer.
    """

    mean: Tensor
    bands: Tensor
    frames: Tensor
    std: Tensor

    def __init__(self, n_parameters: int, shape: tuple[int, int], n_hidden: int) -> None:
        super().__init__()
        n_bands, n_frames = map(min, N_PATTERNS, shape)
        # As attributes, TorchScript can read them.
        self.loudest, self.range = _LOUDEST, RANGE_NATS
        self.network = KnobNetwork(n_parameters + _NOTE_NUMBERS, n_hidden, n_bands * n_frames)
        self.register_buffer("mean", torch.zeros(shape))
        self.register_buffer("bands", torch.eye(shape[0], n_bands))
        self.register_buffer("frames", torch.eye(shape[1], n_frames))
        self.register_buffer("std", torch.ones(n_bands, n_frames))

    def fit(self, mel: Tensor) -> None:
        """Takes the patterns in which training log-mels [N, 128, 87] vary most."""
        # In single precision the small ones would point somewhere else on other hardware.
        mean = mel.double().mean(0)
        centred = mel.double() - mean
        self.mean.copy_(mean)
        bands = _patterns(torch.einsum("nij,nkj->ik", centred, centred), self.bands.shape[1])
        frames = _patterns(torch.einsum("nij,nik->jk", centred, centred), self.frames.shape[1])
        self.bands.copy_(bands)
        self.frames.copy_(frames)
        spread = (bands.T @ centred @ frames).std(0)
        # Where training sounds do not vary, rounding alone says which way a pattern points.
        self.std.copy_(spread * (spread > _LEAST_SPREAD * spread.max()))

    def forward(self, v: Tensor, notes: Tensor) -> Tensor:
        """Unit values [B, P], notes [B, 2] (see :func:`unit_notes`) -> log-mel [B, 128, 87]."""
        return self._synthesised(self.network(torch.cat((v, notes), -1)))

    def predict(self, v: Tensor, notes: Tensor) -> Tensor:
        """Presets and notes as above -> log-mel [B, 128, 87] in nats, 80 dB of it."""
        mel = self.forward(v, notes).clamp(max=self.loudest)
        return mel.maximum(mel.amax(dim=(1, 2), keepdim=True) - self.range)

    def error(self, v: Tensor, notes: Tensor, mel: Tensor) -> Tensor:
        """What the ear itself has still to learn of log-mels [B, 128, 87], in nats."""
        heard = self.forward(v, notes)
        return _distance(heard, mel) + _CONVERGENCE_SHARE * self._convergence(heard, mel)

    def distance(self, v: Tensor, notes: Tensor, mel: Tensor) -> Tensor:
        """How far presets [B, P] would sound from log-mel [B, 128, 87]: mean distance in nats.

        Gradients reach the presets alone, so that the ear cannot learn to please.
        """
        return _distance(self._heard(v, notes), mel)

    def convergence(self, v: Tensor, notes: Tensor, mel: Tensor) -> Tensor:
        """ln(1 + SC) between presets [B, P], as they would sound, and log-mel [B, 128, 87].

        The distance hears all bins alike, this the loudest ones:
        :func:`~flow_synth.metric.spectral_convergence`, whose logarithm keeps one sound that is
        far too loud from counting more than all the others. Gradients as in :meth:`distance`.
        """
        return self._convergence(self._heard(v, notes), mel)

    def _heard(self, v: Tensor, notes: Tensor) -> Tensor:
        """Presets and notes -> log-mel [B, 128, 87], with gradients for the presets alone."""
        return self._synthesised(self.network.as_it_is(torch.cat((v, notes), -1)))

    def _synthesised(self, strengths: Tensor) -> Tensor:
        """Strengths of patterns [B, C], standardised -> log-mel [B, 128, 87] in nats."""
        scaled = strengths.view(-1, self.bands.shape[1], self.frames.shape[1]) * self.std
        mel: Tensor = self.mean + self.bands @ scaled @ self.frames.T
        return mel

    def _convergence(self, heard: Tensor, mel: Tensor) -> Tensor:
        with torch.autocast(heard.device.type, enabled=False):
            target = mel.float().exp()
            error = heard.float().clamp(max=self.loudest).exp() - target
            ratio = torch.linalg.matrix_norm(error) / torch.linalg.matrix_norm(target)
            return torch.log1p(ratio).mean()


def _distance(heard: Tensor, mel: Tensor) -> Tensor:
    """The mean difference of log-mels [B, 128, 87] above the floor of the second, in nats."""
    floor = mel.amax((1, 2), keepdim=True) - RANGE_NATS
    return (heard.maximum(floor) - mel.maximum(floor)).abs().mean()


def _patterns(products: Tensor, n: int) -> Tensor:
    """The n directions [H, n] in which most lies of what has the sum of products [H, H]."""
    directions: Tensor = torch.linalg.eigh(products).eigenvectors.flip(1)[:, :n]
    return directions


def unit_notes(pitch: Tensor, velocity: Tensor) -> Tensor:
    """MIDI note numbers and velocities [B] -> [B, 2] in [0, 1], as an ear takes them."""
    return torch.stack((pitch, velocity), -1) / 127
