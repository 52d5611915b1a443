"""How loud a sound is, and what brings another to its loudness."""

from torch import Tensor

from flow_synth import metric
from flow_synth.features import SAMPLE_RATE_HZ

#: Loudness is measured over blocks of this length ...
BLOCK_SAMPLES = SAMPLE_RATE_HZ // 10
#: ... those that lie less than this below the loudest one.
SOUNDING_RANGE_DB = 30.0


def sounding_rms(audio: Tensor) -> float:
    """Loudness of mono audio [1, N] at 22050 Hz: the RMS of its sounding part.

    Blocks of 0.1 s count as sounding while their power lies within 30 dB of the loudest block's,
    so that neither the silence after a short sound nor a long release makes it quiet.
    """
    blocks = audio[0, : audio.shape[1] // BLOCK_SAMPLES * BLOCK_SAMPLES]
    power = blocks.double().reshape(-1, BLOCK_SAMPLES).square().mean(1)
    sounding = power >= power.max() * 10 ** (-SOUNDING_RANGE_DB / 10)
    return float(power[sounding].mean().sqrt())


def gain_between(audio: Tensor, target: Tensor) -> float:
    """The factor that brings audio [1, N] to the target's loudness; 1 if it is silent."""
    loudness = sounding_rms(audio)
    return sounding_rms(target) / loudness if loudness > metric.SILENT_RMS else 1.0
