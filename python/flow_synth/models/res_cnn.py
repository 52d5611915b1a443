"""ResCNN: the CNN with a learnt way around every convolution."""

from torch import Tensor, nn

from flow_synth.models.cnn import Convolution, ConvolutionalEncoder
from flow_synth.models.mlp import direct
from flow_synth.models.model import Model
from flow_synth.models.settings import ModelSettings


class ResidualConvolution(nn.Module):
    """f(x) + W x, with a 1x1 convolution W of stride 2."""

    def __init__(self, n_in: int, n_out: int, level: int) -> None:
        super().__init__()
        self.convolution = Convolution(n_in, n_out, level)
        self.skip = nn.Conv2d(n_in, n_out, 1, 2)

    def forward(self, x: Tensor) -> Tensor:
        """[B, in, H, W] -> [B, out, ceil(H/2), ceil(W/2)]."""
        convolved: Tensor = self.convolution(x)
        skipped: Tensor = self.skip(x)
        return convolved + skipped


def res_cnn(n_parameters: int, settings: ModelSettings, shape: tuple[int, int]) -> Model:
    """The settings of the CNN, with residual layers.

    Esling et al. 2019, section 4.2.

    Args:
        n_parameters: P.
        settings: of the model.
        shape: (mel bands, frames).
    """
    encoder = ConvolutionalEncoder(shape, settings.paper_networks, ResidualConvolution)
    return direct(encoder, n_parameters, settings)
