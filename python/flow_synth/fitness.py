"""How near a sound comes to a target, in one number: what candidates are ranked and refined by."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from flow_synth import metric
from flow_synth.features import LOG_FLOOR, one_thread
from flow_synth.loudness import gain_between

#: What one unit of spectral convergence, and one dB of level, count in dB of spectral distance.
SC_WEIGHT_DB = 2.0
LEVEL_WEIGHT = 0.1
#: Beyond it one sound is as wrong as another.
_LARGEST_SC = 2.0
#: What differs by this much is missed, and what differs by more is missed no more: a synth often
#: makes its own sounds almost exactly in most places, and others a little wrong in all. Chosen on
#: validation presets and sounds that are none of those of docs/out-of-domain.md.
MISSED_DB = 3.0
DB_PER_NAT = 20.0 / math.log(10.0)


@dataclass(frozen=True)
class Fitness:
    """How near one sound comes to a target; smaller is nearer.

    Attributes:
        mss_db: multi-scale spectral distance.
        sc: spectral convergence, a ratio.
        level_db: difference of loudness, without its sign.
    """

    mss_db: float
    sc: float
    level_db: float

    @property
    def total_db(self) -> float:
        """All three in one: distance, convergence up to 2, and a little of the level."""
        return (
            self.mss_db + SC_WEIGHT_DB * min(self.sc, _LARGEST_SC) + LEVEL_WEIGHT * self.level_db
        )

    def is_no_worse(self, other: "Fitness") -> bool:
        """Whether neither convergence nor level is worse than another's."""
        return self.sc <= other.sc and self.level_db <= other.level_db


class Aim:
    """A target, and what compares sounds with it, played or expected.

    Args:
        audio: [1, 88200] mono at 22050 Hz.
        mel: [1, 128, 87] its log-mel in nats.
        hears_level: whether expected log-mels have a level, or are relative to their peaks.
        at_equal_loudness: whether sounds are brought to the target's loudness first, because the
            level of a recording is an accident. Otherwise level counts.
    """

    def __init__(
        self,
        audio: Tensor,
        mel: Tensor,
        *,
        hears_level: bool = True,
        at_equal_loudness: bool = False,
    ) -> None:
        self.mel = mel
        self._audio = audio
        self._hears_level = hears_level
        self._at_equal_loudness = at_equal_loudness
        with one_thread(), torch.inference_mode():
            self._point = metric.mss().analyse(audio)
            self._decibels = _relative_db(mel)
            self._magnitudes = _magnitudes(self.as_heard(mel))
            self._size = _size(self._magnitudes)

    def as_heard(self, mel: Tensor) -> Tensor:
        """Log-mels [B, 128, 87] of sounds that were played, as an ear would tell them."""
        return mel if self._hears_level else mel - mel.amax((1, 2), keepdim=True)

    def measured(self, audio: Tensor, mel: Tensor) -> Fitness:
        """Of a sound [1, 88200] and its log-mel [1, 128, 87]."""
        with one_thread(), torch.inference_mode():
            level = float(metric.level_difference_db(self._audio, audio).abs())
            if self._at_equal_loudness:
                gain, level = gain_between(audio, self._audio), 0.0
                mel = (_magnitudes(mel) * gain + LOG_FLOOR).log()
            return Fitness(
                mss_db=float(metric.mss().distance(self._point, metric.mss().analyse(audio))),
                sc=float(metric.spectral_convergence(self.mel, mel)),
                level_db=level,
            )

    def expected_db(self, mel: Tensor) -> Tensor:
        """What :attr:`Fitness.total_db` may be of log-mels [B, 128, 87] as an ear tells them: [B].

        The spectral distance at one resolution stands for that at three, the norm of mel
        magnitudes for loudness.
        """
        distance = (_relative_db(mel) - self._decibels).abs().mean((1, 2))
        magnitudes = _magnitudes(mel)
        ratio = _size(magnitudes) / self._size
        if self._at_equal_loudness:
            magnitudes = magnitudes / ratio[:, None, None]
            ratio = torch.ones_like(ratio)
        difference = torch.linalg.matrix_norm(magnitudes - self._magnitudes)
        convergence = (difference / self._size).clamp(max=_LARGEST_SC)
        total: Tensor = (
            distance + SC_WEIGHT_DB * convergence + LEVEL_WEIGHT * DB_PER_NAT * ratio.log().abs()
        )
        return total

    def missed_db(self, mel: Tensor) -> float:
        """How far the log-mel [1, 128, 87] of a sound is from the target where that is heard.

        The |dB| differences below either's peak, no lower than 80 dB and each at most
        ``MISSED_DB``, over the number of bins in which the target is above that. So neither level
        nor how much of the time and the spectrum a sound fills makes one target easier to meet
        than another.
        """
        with one_thread(), torch.inference_mode():
            difference = (_relative_db(mel) - self._decibels).abs().clamp(max=MISSED_DB).sum()
            n_heard = (self._decibels > -metric.RANGE_DB).sum()
            return float(difference / n_heard)


def _magnitudes(mel: Tensor) -> Tensor:
    return (mel.exp() - LOG_FLOOR).clamp(min=0.0)


def _size(magnitudes: Tensor) -> Tensor:
    """[B] norms; that of silence is small, and not zero."""
    norm: Tensor = torch.linalg.matrix_norm(magnitudes)
    return norm.clamp(min=LOG_FLOOR)


def _relative_db(mel: Tensor) -> Tensor:
    """Log-mel [B, 128, 87] in nats -> dB below the peak of each, 80 of them."""
    decibels = DB_PER_NAT * mel
    return (decibels - decibels.amax((1, 2), keepdim=True)).clamp(min=-metric.RANGE_DB)
