"""CNN: strided, dilated convolutions, then a perceptron."""

from torch import Tensor, nn

from flow_synth.encoder import halvings, initialise
from flow_synth.global_batch import BatchNorm2d
from flow_synth.models.mlp import Perceptron, direct
from flow_synth.models.model import Model
from flow_synth.models.settings import ModelSettings, PaperNetworks

N_CONVOLUTIONS = 5
KERNEL = 7


def padding(dilation: int) -> int:
    """With which a convolution keeps an axis or, of stride 2, halves it, rounded up."""
    return dilation * (KERNEL // 2)


class Convolution(nn.Sequential):
    """Kernel 7, stride 2, dilation 2^l; batch normalisation; ELU.

    With stride 2, a dilated kernel meets every second row and column of its input alone. It runs
    over those, with stride 1 and half the dilation: the same numbers, three times as fast.
    """

    def __init__(self, n_in: int, n_out: int, level: int) -> None:
        stride, dilation = (1, 2 ** (level - 1)) if level else (2, 1)
        # A slice would do, but its gradient comes in another memory format, ten times as slow.
        every_second = nn.MaxPool2d(1, 2)
        super().__init__(
            every_second if level else nn.Identity(),
            nn.Conv2d(n_in, n_out, KERNEL, stride, padding(dilation), dilation, bias=False),
            BatchNorm2d(n_out),
            nn.ELU(),
        )


class ConvolutionalEncoder(nn.Module):
    """Five convolutions, then two layers of a perceptron.

    With the last layer, which gives what is asked of the features, the paper's three.

    Args:
        shape: (mel bands, frames).
        networks: sizes.
        convolution: makes a layer from its numbers of channels and its level l.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        networks: PaperNetworks,
        convolution: type[nn.Module] = Convolution,
    ) -> None:
        super().__init__()
        channels = networks.channels
        self.convolutions = nn.Sequential(
            *(
                convolution(channels if level else 1, channels, level)
                for level in range(N_CONVOLUTIONS)
            )
        )
        height, width = halvings(*shape, N_CONVOLUTIONS)[-1]
        self.layers = Perceptron((channels * height * width, *2 * (networks.n_units,)))
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """[B, 128, 87] -> [B, n_units]."""
        hidden: Tensor = self.layers(self.convolutions(x.unsqueeze(1)).flatten(1))
        return hidden


def cnn(n_parameters: int, settings: ModelSettings, shape: tuple[int, int]) -> Model:
    """Five convolutions of 128 channels, kernel 7, stride 2, dilation 2^l; three layers of 2048.

    Esling et al. 2019, section 4.2.

    Args:
        n_parameters: P.
        settings: of the model.
        shape: (mel bands, frames).
    """
    encoder = ConvolutionalEncoder(shape, settings.paper_networks)
    return direct(encoder, n_parameters, settings)
