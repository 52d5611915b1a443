"""Networks from log-mel to features and from the latent space back to log-mel."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from flow_synth.global_batch import BatchNorm2d, Dropout

#: Everything further than this below the peak of a sound is treated alike: 80 dB, in nats.
RANGE_NATS = 80.0 / 20.0 * math.log(10.0)


class Normalisation(nn.Module):
    """Log-mel of which the quietest is cut off, standardised by a mean and a deviation.

    Args:
        hears_level: whether a sound is heard as loud as it is. Otherwise its log-mel is taken
            relative to its loudest bin: what a sound is, and not how loud it was recorded.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, hears_level: bool = False) -> None:
        super().__init__()
        self.hears_level = hears_level
        self.range = RANGE_NATS
        self.register_buffer("mean", torch.zeros(()))
        self.register_buffer("std", torch.ones(()))

    def clipped(self, mel: Tensor) -> Tensor:
        """Log-mel [B, 128, 87] in nats -> the same above its peak - RANGE_NATS.

        Where the level is not heard, the peak is at 0.
        """
        peak = mel.amax(dim=(1, 2), keepdim=True)
        clipped = mel.maximum(peak - self.range)
        return clipped if self.hears_level else clipped - peak

    def fit(self, mean: float, std: float) -> None:
        """Takes mean and standard deviation of ``clipped`` over the training split."""
        self.mean.fill_(mean)
        self.std.fill_(std)

    def forward(self, mel: Tensor) -> Tensor:
        """Log-mel [B, 128, 87] in nats -> standardised [B, 128, 87]."""
        return (self.clipped(mel) - self.mean) / self.std

    def inverse(self, x: Tensor) -> Tensor:
        """Standardised [B, 128, 87] -> log-mel as ``clipped`` gives it, in nats."""
        mel = x * self.std + self.mean
        return mel if self.hears_level else mel.clamp(-self.range, 0.0)


def halvings(height: int, width: int, n_stages: int) -> list[tuple[int, int]]:
    """Sizes of an image after 0, 1, ... n_stages halvings, rounded up."""
    return [(-(-height // 2**stage), -(-width // 2**stage)) for stage in range(n_stages + 1)]


class Normalised(nn.Sequential):
    """3x3 or larger convolution, batch normalisation, ELU."""

    def __init__(self, n_in: int, n_out: int, kernel: int = 3, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(n_in, n_out, kernel, stride, kernel // 2, bias=False),
            BatchNorm2d(n_out),
            nn.ELU(),
        )


class EncoderStage(nn.Module):
    """Halves both axes, then refines: x + f(x)."""

    def __init__(self, n_in: int, n_out: int, kernel: int) -> None:
        super().__init__()
        self.halve = Normalised(n_in, n_out, kernel, stride=2)
        self.refine = Normalised(n_out, n_out)

    def forward(self, x: Tensor) -> Tensor:
        """[B, in, H, W] -> [B, out, ceil(H/2), ceil(W/2)]."""
        halved: Tensor = self.halve(x)
        refined: Tensor = self.refine(halved)
        return halved + refined


class Encoder(nn.Module):
    """Standardised log-mel -> feature vector.

    Args:
        shape: (mel bands, frames).
        channels: channels of each halving stage.
        n_features: length of the feature vector.
        dropout: share of what the stages give that is dropped in training.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        channels: Sequence[int],
        n_features: int,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        stages = zip((1, *channels[:-1]), channels, strict=True)
        self.stages = nn.Sequential(*(EncoderStage(a, b, 5 if a == 1 else 3) for a, b in stages))
        height, width = halvings(*shape, len(channels))[-1]
        self.dropout = Dropout(dropout)
        self.features = nn.Linear(channels[-1] * height * width, n_features)
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """[B, 128, 87] -> [B, n_features]."""
        hidden = self.dropout(self.stages(x.unsqueeze(1)).flatten(1))
        features: Tensor = self.features(hidden)
        return functional.elu(features)


class DecoderStage(nn.Module):
    """Nearest-neighbour up-sampling to a given size, then a convolution."""

    def __init__(self, n_in: int, n_out: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.height, self.width = size
        self.convolution = Normalised(n_in, n_out)

    def forward(self, x: Tensor) -> Tensor:
        """[B, in, h, w] -> [B, out, height, width]."""
        image: Tensor = self.convolution(functional.interpolate(x, (self.height, self.width)))
        return image


class Decoder(nn.Module):
    """Latent vector -> standardised log-mel.

    The last doubling is a pixel shuffle (Shi et al. 2016, https://arxiv.org/abs/1609.05158): no
    convolution runs at the full size, where it would cost more than all others together.

    Args:
        n_latent: D.
        shape: (mel bands, frames).
        channels: channels of the innermost image and of each doubling stage but the last.
    """

    def __init__(self, n_latent: int, shape: tuple[int, int], channels: Sequence[int]) -> None:
        super().__init__()
        sizes = halvings(*shape, len(channels))[::-1]
        self.frames = shape[1]
        self.inner = (channels[0], *sizes[0])
        self.expand = nn.Sequential(
            nn.Linear(n_latent, 256), nn.ELU(), nn.Linear(256, math.prod(self.inner)), nn.ELU()
        )
        stages = zip(channels[:-1], channels[1:], sizes[1:-1], strict=True)
        self.stages = nn.Sequential(*(DecoderStage(a, b, size) for a, b, size in stages))
        self.output = nn.Conv2d(channels[-1], 4, 3, padding=1)
        initialise(self)

    def forward(self, z: Tensor) -> Tensor:
        """[B, D] -> [B, 128, 87]."""
        image = self.expand(z).unflatten(1, self.inner)
        image = functional.pixel_shuffle(self.output(self.stages(image)), 2)
        return image.squeeze(1)[:, :, : self.frames]


def initialise(network: nn.Module) -> None:
    """Xavier weights and zero biases in every linear and convolution layer of a network."""
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
