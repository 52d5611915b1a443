"""How large the networks of a model are."""

from typing import Annotated

from pydantic import Field

from flow_synth.frozen import Frozen

Count = Annotated[int, Field(ge=1)]


class Sizes(Frozen):
    """Sizes of a model's networks; the number of knobs comes from the synth.

    Attributes:
        encoder_channels: channels of each halving stage.
        decoder_channels: channels of the innermost image and of each doubling stage but the last.
        n_features: length of the encoder's feature vector, the context of the posterior's flow.
        n_layers: layers of each flow.
        n_hidden: hidden units of each masked network.
        n_draws: fixed draws over which the posterior's moments are taken.
    """

    encoder_channels: tuple[Count, ...] = Field(default=(24, 48, 96, 128, 128), min_length=1)
    decoder_channels: tuple[Count, ...] = Field(default=(128, 96, 64, 32, 24), min_length=1)
    n_features: Count = 256
    n_layers: Count = 16
    n_hidden: Count = 128
    n_draws: int = Field(default=32, ge=2, multiple_of=2)
