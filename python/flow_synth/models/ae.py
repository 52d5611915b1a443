"""AE: an audio space without a prior, and the perceptron that reads knobs from it."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from flow_synth.encoder import Decoder, Encoder, halvings, initialise
from flow_synth.global_batch import BatchNorm2d
from flow_synth.models.cnn import KERNEL, N_CONVOLUTIONS, ConvolutionalEncoder, padding
from flow_synth.models.latent import Draw, Latent, PointLatent
from flow_synth.models.mlp import Perceptron, squared_error
from flow_synth.models.model import Model, Regressor, Target
from flow_synth.models.settings import CompactNetworks, ModelSettings, PaperNetworks


class ZerosBetween(nn.Module):
    """Puts a row and a column of zeros after each."""

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] -> [B, C, 2H, 2W]."""
        n, channels, height, width = x.shape
        # Made and written in the memory format of x.
        spread = x.new_zeros(n, 2 * height, 2 * width, channels).permute(0, 3, 1, 2)
        spread[:, :, ::2, ::2] = x
        return spread


class TransposedConvolution(nn.Module):
    """The mirror image of a :class:`~flow_synth.models.cnn.Convolution`: doubles both axes."""

    def __init__(self, n_in: int, n_out: int, level: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.height, self.width = size
        if level:
            dilation = 2 ** (level - 1)
            convolution = nn.ConvTranspose2d(
                n_in, n_out, KERNEL, 1, padding(dilation), bias=False, dilation=dilation
            )
            after = nn.Sequential(ZerosBetween(), BatchNorm2d(n_out), nn.ELU())
        else:  # The last layer gives log-mel, of any sign and size.
            convolution = nn.ConvTranspose2d(n_in, n_out, KERNEL, 2, padding(1), 1)
            after = nn.Sequential()
        self.convolution = convolution
        self.after = after

    def forward(self, x: Tensor) -> Tensor:
        """[B, in, h, w] -> [B, out, height, width], at most 2h and 2w."""
        doubled: Tensor = self.after(self.convolution(x))
        surplus = (0, self.width - doubled.shape[3], 0, self.height - doubled.shape[2])
        # Not a slice, whose gradient comes in another memory format.
        return functional.pad(doubled, surplus)


class ConvolutionalDecoder(nn.Module):
    """The mirror image of :class:`~flow_synth.models.cnn.ConvolutionalEncoder`.

    Args:
        n_latent: D.
        shape: (mel bands, frames).
        networks: sizes.
    """

    def __init__(self, n_latent: int, shape: tuple[int, int], networks: PaperNetworks) -> None:
        super().__init__()
        channels, n_units = networks.channels, networks.n_units
        sizes = halvings(*shape, N_CONVOLUTIONS)
        self.inner = (channels, *sizes[-1])
        self.layers = Perceptron((n_latent, n_units, n_units, math.prod(self.inner)))
        self.convolutions = nn.Sequential(
            *(
                TransposedConvolution(channels, channels if level else 1, level, sizes[level])
                for level in reversed(range(N_CONVOLUTIONS))
            )
        )
        initialise(self)

    def forward(self, z: Tensor) -> Tensor:
        """[B, D] -> [B, 128, 87]."""
        image: Tensor = self.convolutions(self.layers(z).unflatten(1, self.inner))
        return image.squeeze(1)


class PerceptronRegressor(Regressor):
    """v = sigmoid(MLP(z)), learnt by the squared error of the knobs.

    Args:
        n_latent: D.
        n_parameters: P.
        n_hidden: units between the two layers.
    """

    def __init__(self, n_latent: int, n_parameters: int, n_hidden: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(n_latent, n_hidden), nn.ELU(), nn.Linear(n_hidden, n_parameters)
        )
        initialise(self)

    def decode(self, z: Tensor) -> Tensor:
        """z [B, D] -> unit values v [B, P]."""
        return torch.sigmoid(self.layers(z))

    def terms(self, draw: Draw, target: Target) -> dict[str, Tensor]:
        """The squared error, summed over the knobs."""
        return {"regression": squared_error(self.decode(draw.z), target.values)}


def networks(
    n_latent: int, settings: ModelSettings, shape: tuple[int, int]
) -> tuple[nn.Module, nn.Module]:
    """The encoder to features, and the decoder from an audio space of D dimensions."""
    match settings.networks:
        case CompactNetworks() as compact:
            return (
                Encoder(shape, compact.encoder_channels, compact.n_features, compact.dropout),
                Decoder(n_latent, shape, compact.decoder_channels),
            )
        case PaperNetworks():
            paper = settings.paper_networks
            return (
                ConvolutionalEncoder(shape, paper),
                ConvolutionalDecoder(n_latent, shape, paper),
            )


def auto_encoder(
    n_parameters: int,
    settings: ModelSettings,
    shape: tuple[int, int],
    latent: Callable[[int, int], Latent],
    regressor: Regressor | None = None,
) -> Model:
    """A model with an audio space of as many dimensions as there are knobs.

    Args:
        n_parameters: P, and therefore D.
        settings: of the model.
        shape: (mel bands, frames).
        latent: makes q(z|x) from the numbers of features and of dimensions.
        regressor: z -> v; the paper's perceptron of two layers if not given.
    """
    encoder, decoder = networks(n_parameters, settings, shape)
    if regressor is None:
        regressor = PerceptronRegressor(n_parameters, n_parameters, settings.n_regressor)
    return Model(
        encoder,
        latent(settings.n_features, n_parameters),
        regressor,
        decoder,
        hears_level=settings.hears_level,
    )


def ae(n_parameters: int, settings: ModelSettings, shape: tuple[int, int]) -> Model:
    """A deterministic auto-encoder without regularisation; Esling et al. 2019, section 4.2.

    Args:
        n_parameters: P, and therefore D.
        settings: of the model.
        shape: (mel bands, frames).
    """
    return auto_encoder(n_parameters, settings, shape, PointLatent)
