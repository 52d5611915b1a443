"""What training does to the sounds that the encoder hears, so that it hears as much in others."""

import math
from typing import Annotated, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor

from flow_synth.frozen import Frozen
from flow_synth.global_batch import uniform

Share = Annotated[float, Field(ge=0, le=1)]
Level = Annotated[float, Field(le=0)]


class NoiseRange(Frozen):
    """A noise floor under the sounds that the encoder hears, relative to the loudest mel bin.

    Recordings have one and synthesizers do not. The level is uniform in dB.
    """

    lowest_db: Level = -90.0
    highest_db: Level = -40.0
    share: Share = 0.5

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.lowest_db > self.highest_db:
            raise ValueError(
                f"lowest_db {self.lowest_db} must not be above highest_db {self.highest_db}"
            )
        return self


class MaskSizes(Frozen):
    """The most neighbouring mel bands, and frames, that the encoder does not hear of a sound.

    How many, and which, is uniform. SpecAugment: Park et al. 2019,
    https://arxiv.org/abs/1904.08779.
    """

    n_bands: int = Field(default=24, ge=0)
    n_frames: int = Field(default=16, ge=0)


def add_noise_floor(mel: Tensor, noise: NoiseRange) -> Tensor:
    """ln(exp(mel) + n): a floor n in mel magnitude under a share of the sounds [B, 128, 87].

    For training alone: the random numbers are those of this process's rows of a global batch.
    """
    batch = (len(mel), 1, 1)
    span = noise.highest_db - noise.lowest_db
    level_db = noise.lowest_db + span * uniform(batch, mel.device)
    chosen = uniform(batch, mel.device) < noise.share
    floor = mel.amax((1, 2), keepdim=True) + level_db * (math.log(10.0) / 20.0)
    return torch.where(chosen, torch.logaddexp(mel, floor), mel)


def mask(mel: Tensor, sizes: MaskSizes) -> Tensor:
    """Sounds [B, 128, 87] with a run of bands and a run of frames at the mean of the others' bins.

    For training alone, as :func:`add_noise_floor`.
    """
    hidden = torch.zeros((), dtype=torch.bool, device=mel.device)
    for axis, most in ((1, sizes.n_bands), (2, sizes.n_frames)):
        size = mel.shape[axis]
        draws = uniform((len(mel), 2), mel.device)
        length = (draws[:, 0] * (min(most, size) + 1)).floor()
        first = (draws[:, 1] * (size - length + 1)).floor()
        index = torch.arange(size, device=mel.device)
        run = (index >= first[:, None]) & (index < (first + length)[:, None])
        hidden = hidden | run.unsqueeze(3 - axis)
    return torch.where(hidden, mel.mean((1, 2), keepdim=True), mel)
