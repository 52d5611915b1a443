"""How far one sound, or one preset, is from another: one number per pair, smaller is nearer.

Every function is batch first: row b of its result compares row b of its arguments, and one side
may have a single row. Audio is mono at 22050 Hz.
"""

import math
from enum import StrEnum
from functools import cache

import torch
from torch import Tensor, nn

from flow_synth.features import (
    LOG_FLOOR,
    SAMPLE_RATE_HZ,
    LogMel,
    fft_bins_hz,
    power_spectrum,
    triangles,
)

#: Windows and hops in milliseconds and the number of mel bands of the multi-scale distance.
RESOLUTIONS = ((10, 5, 32), (25, 10, 64), (100, 50, 128))
#: What lies further than this below a sound's own maximum counts as silence.
RANGE_DB = 80.0
#: A sound whose mel power never reaches this is silence (full scale is about 30).
SILENT_POWER = 1e-10
#: Sounds below this RMS are as loud as this: -100 dB of full scale.
SILENT_RMS = 1e-5


class Measure(StrEnum):
    """What is measured between a target and its imitation: their sounds, then their presets."""

    MSS = "mss_db"
    SC = "sc"
    LOG_MEL_MSE = "log_mel_mse"
    LEVEL = "level_db"
    MSE_N = "mse_n"
    PARAMETER_MSE = "parameter_mse"


#: Those that need no true preset.
SOUND_MEASURES = (Measure.MSS, Measure.SC, Measure.LOG_MEL_MSE, Measure.LEVEL)


def spectral_convergence(target: Tensor, other: Tensor) -> Tensor:
    """SC = ||M - M'||_F / ||M||_F on the linear mel magnitudes of each sound.

    Arik, Jun and Diamos 2019, "Fast spectrogram inversion using multi-head convolutional neural
    networks"; Esling et al. 2019 (section 5.1) take it between target and imitation. M is
    exp(log-mel) - 1e-5. Silence in place of an imitation scores 1. The norm of a target never
    counts as less than that of a mel of 1e-5 everywhere, so that silent targets score finitely.

    Args:
        target: [B, 88200] audio, or [B, 128, 87] log-mel.
        other: the same of what is compared with it.

    Returns:
        [B] ratios.
    """
    magnitude, other_magnitude = _magnitude(target), _magnitude(other)
    floor = LOG_FLOOR * math.sqrt(magnitude[0].numel())
    difference = torch.linalg.matrix_norm(magnitude - other_magnitude)
    ratio: Tensor = difference / torch.linalg.matrix_norm(magnitude).clamp(min=floor)
    return ratio.float()


def log_mel_mse(target: Tensor, other: Tensor) -> Tensor:
    """Mean over bands and frames of (ln(M + 1e-5) - ln(M' + 1e-5))^2, in nat^2.

    Esling et al. 2019 (section 5.1) report it as MSE, on a log-mel scaled to their corpus.

    Args:
        target: [B, 88200] audio, or [B, 128, 87] log-mel.
        other: the same of what is compared with it.

    Returns:
        [B] in nat^2.
    """
    return (_log_mel(target) - _log_mel(other)).square().mean((-2, -1))


def level_difference_db(target: Tensor, other: Tensor) -> Tensor:
    """20 log10(RMS' / RMS): positive where the other sound [B, N] is louder than the target.

    Returns:
        [B] in dB; a sound below -100 dB of full scale counts as -100 dB.
    """
    return 20.0 * (_rms(other).log10() - _rms(target).log10())


def parameter_mse(target: Tensor, other: Tensor) -> Tensor:
    """Mean over knobs of (v - v')^2 for unit values [B, P]; [B]."""
    return (target - other).square().mean(-1)


def normalised_parameter_error(target: Tensor, other: Tensor) -> Tensor:
    """MSE_n = ||v - v'||^2 / ||v||^2 for unit values [B, P]; [B].

    Esling et al. 2019, section 5.1. ||v||^2 counts as at least 1e-9, so that a preset with every
    knob at 0 scores finitely.
    """
    return (target - other).square().sum(-1) / target.square().sum(-1).clamp(min=1e-9)


def multi_scale_spectral_distance(target: Tensor, other: Tensor) -> Tensor:
    """MSS of audio [B, N] and [B, N]: see :class:`Mss`.

    Returns:
        [B] in dB.
    """
    measure = mss()
    return measure.distance(measure.analyse(target), measure.analyse(other))


class Mss(nn.Module):
    """Multi-scale spectral distance: the mean |dB| difference of log-mels at three resolutions.

    Hayes, Saitis and Fazekas 2025, "Audio synthesizer inversion in symmetric parameter spaces with
    approximately equivariant flow matching". Power spectra with periodic Hann windows of 10, 25
    and 100 ms every 5, 10 and 50 ms, centred with zeros outside the sound, are summed in 32, 64
    and 128 bands of the Slaney mel scale up to 11025 Hz. With P that mel power and each sound's
    own maximum at each resolution as reference,

        X = max(-80, 10 log10(P / max P)),    MSS = mean over resolutions of mean |X - X'|.

    So the distance hears timbre and time but not loudness, for which SC and
    :func:`level_difference_db` stand. Silence is -80 dB throughout.
    """

    def __init__(self) -> None:
        super().__init__()
        self.scales = nn.ModuleList(_Scale(*resolution) for resolution in RESOLUTIONS)

    def analyse(self, audio: Tensor) -> Tensor:
        """One point per sound; the L1 distance of two points is the MSS of their sounds.

        Args:
            audio: [B, N] samples at 22050 Hz.

        Returns:
            [B, F] float32, F = 61,696 for 4 s. Points of equally long sounds can be compared.
        """
        # One sound at a time stays inside the processor's cache: twice as fast as a batch.
        return torch.cat([self._analyse_one(sound) for sound in torch.split(audio, 1)])

    def _analyse_one(self, sound: Tensor) -> Tensor:
        parts = [scale(sound).flatten(1) for scale in self.scales]
        return torch.cat([part / (part.shape[1] * len(parts)) for part in parts], 1)

    def distance(self, target: Tensor, other: Tensor) -> Tensor:
        """MSS in dB, [B], between points [B, F]; either side may be a single point [1, F]."""
        return (target - other).abs().sum(-1)


class _Scale(nn.Module):
    """Log-mel power in dB below the sound's own maximum, at one resolution."""

    window: Tensor
    filter_bank: Tensor

    def __init__(self, window_ms: int, hop_ms: int, n_mels: int) -> None:
        super().__init__()
        fft_size = window_ms * SAMPLE_RATE_HZ // 1000
        self.hop_samples = hop_ms * SAMPLE_RATE_HZ // 1000
        self.register_buffer("window", torch.hann_window(fft_size))
        edges_hz = _slaney_edges_hz(n_mels)
        area = (edges_hz[2:] - edges_hz[:-2]) / 2.0
        bank = triangles(edges_hz, fft_bins_hz(fft_size)) / area[:, None]
        self.register_buffer("filter_bank", bank.float())

    def forward(self, audio: Tensor) -> Tensor:
        """[B, N] -> [B, n_mels, frames] in [-80, 0] dB."""
        power = self.filter_bank @ power_spectrum(audio, self.window, self.hop_samples)
        maximum = power.amax((1, 2), keepdim=True).clamp(min=SILENT_POWER)
        return (10.0 * (power / maximum).log10()).clamp(min=-RANGE_DB)


def _slaney_edges_hz(n_mels: int) -> Tensor:
    """[n_mels + 2] edges from 0 to 11025 Hz, equally spaced in Slaney's mel.

    Slaney 1998, "Auditory Toolbox: version 2": 3 mel per 200 Hz up to 1000 Hz, then 27 mel per
    factor 6.4.
    """
    mel_per_log = 27.0 / math.log(6.4)
    last = 15.0 + mel_per_log * math.log(SAMPLE_RATE_HZ / 2 / 1000.0)
    mels = torch.linspace(0.0, last, n_mels + 2, dtype=torch.float64)
    return torch.where(
        mels < 15.0, mels * 200.0 / 3.0, 1000.0 * ((mels - 15.0) / mel_per_log).exp()
    )


@cache
def mss() -> Mss:
    """The process's own, made once."""
    return Mss()


@cache
def _analysis() -> LogMel:
    return LogMel()


def _log_mel(sound: Tensor) -> Tensor:
    """Audio [B, 88200] or log-mel [B, 128, 87] -> log-mel."""
    if sound.dim() == 3:
        return sound
    log_mel: Tensor = _analysis()(sound)
    return log_mel


def _magnitude(sound: Tensor) -> Tensor:
    return (_log_mel(sound).double().exp() - LOG_FLOOR).clamp(min=0.0)


def _rms(audio: Tensor) -> Tensor:
    return audio.square().mean(-1).sqrt().clamp(min=SILENT_RMS)
