"""Which model is trained, and how large its networks are."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from flow_synth.flow import FlowKind
from flow_synth.frozen import Frozen

Count = Annotated[int, Field(ge=1)]


class Family(StrEnum):
    """The models of Esling et al. 2019, and Flow_class, which is not theirs; one module each."""

    MLP = "mlp"
    CNN = "cnn"
    RES_CNN = "res_cnn"
    AE = "ae"
    VAE = "vae"
    WAE = "wae"
    VAE_FLOW = "vae_flow"
    FLOW_POST = "flow_post"
    FLOW_COND = "flow_cond"
    FLOW_DIS = "flow_dis"
    FLOW_CLASS = "flow_class"

    @property
    def is_direct(self) -> bool:
        """Whether knobs are inferred from sound with no audio space in between."""
        return self in (Family.MLP, Family.CNN, Family.RES_CNN)

    @property
    def has_regression_flow(self) -> bool:
        """Whether an invertible flow leads to the knobs."""
        return self in (Family.FLOW_POST, Family.FLOW_COND, Family.FLOW_DIS, Family.FLOW_CLASS)

    @property
    def has_semantic_axes(self) -> bool:
        """Whether the first dimensions of the audio space follow words."""
        return self in (Family.FLOW_DIS, Family.FLOW_CLASS)


class ErrorModel(StrEnum):
    """The distribution of the inference error v - f(z), in standardised y.

    Under ``gaussian``, equation 10 of the paper, f(z) learns the mean of the knobs that fit a
    sound; under ``laplace`` their median. Most knobs of most presets stand at one value (no ring
    modulation, no second interval): the median keeps to it, the mean adds a little of everything.
    """

    GAUSSIAN = "gaussian"
    LAPLACE = "laplace"


class Placement(StrEnum):
    """Where sounds lie along a semantic dimension.

    ``sides``, the paper's: those of one word around one point, those of the other around another.
    ``positions``: each where its descriptor puts it among all sounds.
    """

    SIDES = "sides"
    POSITIONS = "positions"


class PaperNetworks(Frozen):
    """The networks of the paper's section 4.2.

    Attributes:
        channels: of each of the five convolutions.
        n_units: of each hidden layer of a perceptron.
        scale: of both numbers.
    """

    style: Literal["paper"] = "paper"
    channels: Count = 128
    n_units: Count = 2048
    scale: float = Field(default=1.0, gt=0)

    @property
    def scaled(self) -> Self:
        """The same with ``scale`` multiplied in."""
        channels, n_units = (max(round(self.scale * n), 1) for n in (self.channels, self.n_units))
        return self.model_copy(update={"channels": channels, "n_units": n_units, "scale": 1.0})


class CompactNetworks(Frozen):
    """Residual networks that listen to one sound in a few milliseconds.

    Attributes:
        encoder_channels: channels of each halving stage.
        decoder_channels: channels of the innermost image and of each doubling stage but the last.
        n_features: length of the encoder's feature vector.
        dropout: share of what the encoder's stages give that is dropped in training.
    """

    style: Literal["compact"] = "compact"
    encoder_channels: tuple[Count, ...] = Field(default=(24, 48, 96, 128, 128), min_length=1)
    decoder_channels: tuple[Count, ...] = Field(default=(128, 96, 64, 32, 24), min_length=1)
    n_features: Count = 256
    dropout: float = Field(default=0.0, ge=0, lt=1)


Networks = Annotated[PaperNetworks | CompactNetworks, Field(discriminator="style")]


class FlowSettings(Frozen):
    """A flow: its kind, its number of layers, and the hidden units of each layer's network."""

    kind: FlowKind = FlowKind.IAF
    n_layers: Count = 16
    n_hidden: Count = 128


class ModelSettings(Frozen):
    """A model but for its number of knobs, which comes from the synth.

    Attributes:
        family: which of the paper's models.
        networks: of the encoder and the decoder.
        hears_level: whether the encoder hears how loud a sound is, or only what it is.
        posterior_flow: bends the posterior of the audio space.
        regression_flow: from the audio space to the knobs.
        disentangling_flow: turns the audio space so that its first dimensions follow tags.
        placement: of sounds along the semantic dimensions, where a family has them.
        n_context: size of what the posterior's flow is told of a sound.
        n_draws: fixed draws over which the posterior's moments are taken.
        n_regressor: hidden units of the perceptron from the audio space to the knobs.
        error: of the knobs that a flow infers.
        precision_mean: of the Gaussian prior of that error's log-precisions.
        precision_std: of the same.
        n_chain: hidden units of what chooses knobs one after the other.
        n_ear: hidden units of each layer of the ear.
    """

    family: Family = Family.FLOW_POST
    networks: Networks = CompactNetworks()
    hears_level: bool = False
    posterior_flow: FlowSettings = FlowSettings()
    regression_flow: FlowSettings = FlowSettings()
    disentangling_flow: FlowSettings = FlowSettings(n_layers=8)
    placement: Placement = Placement.SIDES
    n_context: Count = 64
    n_draws: int = Field(default=32, ge=2, multiple_of=2)
    n_regressor: Count = 1024
    error: ErrorModel = ErrorModel.GAUSSIAN
    precision_mean: float = 0.0
    precision_std: float = Field(default=3.0, gt=0)
    # Left out as they are by default, so that runs without either keep their identity.
    n_chain: Count = Field(default=512, exclude_if=lambda n: n == 512)
    n_ear: Count = Field(default=640, exclude_if=lambda n: n == 640)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.family.is_direct and self.networks.style != "paper":
            raise ValueError(
                f"family '{self.family}' has the paper's networks only; set 'networks.style' to "
                "'paper', or choose another family"
            )
        if self.family is Family.FLOW_COND and self.regression_flow.kind is not FlowKind.IAF:
            raise ValueError(
                f"family 'flow_cond' has no flow of kind '{self.regression_flow.kind}'; set "
                "'regression_flow.kind' to 'iaf', or choose another family"
            )
        if self.family is Family.FLOW_CLASS and self.placement is not Placement.POSITIONS:
            raise ValueError(
                "family 'flow_class' knows positions on semantic axes alone; set 'placement' to "
                "'positions', or choose another family"
            )
        return self

    @property
    def paper_networks(self) -> PaperNetworks:
        """The networks of a model that has no others, with their scale multiplied in."""
        assert isinstance(self.networks, PaperNetworks)
        return self.networks.scaled

    @property
    def n_features(self) -> int:
        """F, of what the encoder hears in a sound."""
        match self.networks:
            case CompactNetworks() as networks:
                return networks.n_features
            case PaperNetworks() as networks:
                return networks.scaled.n_units
