"""What a host handles of a model: knobs, latent dimensions, semantic axes and feature settings."""

from itertools import pairwise
from typing import Self

from pydantic import model_validator

from flow_synth.frozen import Frozen
from flow_synth.parameter import ParameterTable


class LatentDimension(Frozen):
    """Statistics of one dimension of the audio space over the training split.

    ``minimum`` and ``maximum`` are what a macro knob sweeps. ``effect`` is how far the knobs move,
    as a root mean square in unit space, when the dimension goes from one standard deviation below
    its mean to one above while the others stay at theirs.
    """

    mean: float
    standard_deviation: float
    minimum: float
    maximum: float
    effect: float


class SemanticAxis(Frozen):
    """A slider between two words.

    At s, from -3 (``low``) to 3 (``high``), it adds s times ``direction`` [D] to z; at 0 it leaves
    the sound as it is.
    """

    name: str
    low: str
    high: str
    direction: tuple[float, ...]


class FeatureSettings(Frozen):
    """How sound becomes log-mel: the constants of :mod:`flow_synth.features`."""

    sample_rate_hz: int
    n_samples: int
    fft_size: int
    hop_samples: int
    n_mels: int
    n_frames: int
    minimum_hz: float
    maximum_hz: float
    log_floor: float


class Interface(Frozen):
    """What a host handles: the synth's knobs, the latent dimensions and the semantic axes.

    ``family`` names the kind of model, for example ``flow_post``: it is what a host tells whoever
    asks for something that the model cannot do. ``order`` lists the latent dimensions from the
    largest effect to the smallest.
    """

    synth: str
    synth_version: str
    family: str
    parameters: ParameterTable
    latent: tuple[LatentDimension, ...]
    order: tuple[int, ...]
    semantic_axes: tuple[SemanticAxis, ...] = ()
    features: FeatureSettings

    @model_validator(mode="after")
    def _check(self) -> Self:
        n_dimensions = len(self.latent)
        if sorted(self.order) != list(range(n_dimensions)):
            raise ValueError(f"order must name each of the {n_dimensions} latent dimensions once")
        effects = [self.latent[index].effect for index in self.order]
        if any(former < latter for former, latter in pairwise(effects)):
            raise ValueError("order must go from the largest effect to the smallest")
        for axis in self.semantic_axes:
            if len(axis.direction) != n_dimensions:
                raise ValueError(
                    f"axis {axis.name!r} has {len(axis.direction)} numbers for {n_dimensions} "
                    "latent dimensions"
                )
        return self
