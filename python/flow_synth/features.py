"""Audio -> log-mel: sample rate, duration, frames and bands are stated here and nowhere else.

Both modules are carried inside the model file, so they keep to what TorchScript can compile.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import torch
from torch import Tensor, nn

from flow_synth.error import InputError

#: The paper's analysis (Esling et al. 2019, "Universal audio synthesizer control with normalizing
#: flows", section 4.1): 4 s at 22050 Hz, 128 mel bands in 30-11000 Hz, FFT of 2048, hop of 1024.
SAMPLE_RATE_HZ = 22050
DURATION_SECONDS = 4.0
N_SAMPLES = 88200
FFT_SIZE = 2048
HOP_SAMPLES = 1024
N_MELS = 128
N_FRAMES = 87
MEL_SHAPE = (N_MELS, N_FRAMES)
MINIMUM_HZ = 30
MAXIMUM_HZ = 11000

#: Added to the mel magnitude before the logarithm; for a sine of full scale the magnitude is 512.
LOG_FLOOR = 1e-5

MINIMUM_RATE_HZ = 8000
MAXIMUM_RATE_HZ = 192000


@contextmanager
def one_thread() -> Iterator[None]:
    """One sound is too small a task to share: on busy cores two threads take longer than one."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(n_threads)


def fit_duration(audio: Tensor) -> Tensor:
    """Cuts audio [..., N] at 22050 Hz, or pads it with zeros at its end, to [..., N_SAMPLES]."""
    return nn.functional.pad(audio, [0, N_SAMPLES - audio.shape[-1]])


class Resampler(nn.Module):
    """Any sample rate -> 22050 Hz, without delay: sample 0 stays at time 0.

    Band-limited interpolation (Smith, "Digital Audio Resampling",
    https://ccrma.stanford.edu/~jos/resample/): output n is the sum over input samples k of
    x[k] h(n rate / 22050 - k), where h is a sinc under a Kaiser window. With s the lower of the
    two rates, the pass band ends at s 10000 / 22050 and the stop band begins at s / 2; cutoff and
    length follow from these (Kaiser 1974, "Nonrecursive digital filter design using the I0-sinh
    window function"; Oppenheim and Schafer, "Discrete-Time Signal Processing", the chapter on
    filter design by windowing):

        cutoff = s (1/2 + 10000/22050) / 2,    beta = 0.1102 (A - 8.7),
        length = (A - 7.95) / (2.285 * 2 pi * transition / rate),    A = 90 dB.

    Since 22050 / rate = L / M in lowest terms, outputs n, n + L, n + 2L ... share one set of
    weights (a *phase*) and read the input every M samples: a convolution of stride M. Where L is
    small, both are multiplied: many phases at once are a product of matrices, three times as fast.
    All weights are values of h at multiples of 1 / L, and those are computed once: h costs more
    than the convolution.
    """

    # TorchScript sees constants of the class, not of the module.
    _rate_hz: Final[int] = SAMPLE_RATE_HZ
    _minimum_rate_hz: Final[int] = MINIMUM_RATE_HZ
    _maximum_rate_hz: Final[int] = MAXIMUM_RATE_HZ
    _pass_band_hz: Final[float] = 10000.0
    _attenuation_db: Final[float] = 90.0
    # A block of phases reads one common stretch of input: a small block wastes little on weights
    # that are zero, a large one needs few convolutions.
    _phases_at_once: Final[int] = 64

    def forward(self, audio: Tensor, rate: int) -> Tensor:
        """Resamples.

        Args:
            audio: [B, N] samples at ``rate``; silence is assumed before and after.
            rate: samples per second, 8000 to 192000.

        Returns:
            [B, ceil(N * 22050 / rate)] samples at 22050 Hz; ``audio`` itself if that is its rate.

        Raises:
            InputError: the rate or the shape of the audio is not allowed.
        """
        if rate < self._minimum_rate_hz or rate > self._maximum_rate_hz:
            raise InputError(
                f"a sample rate of {rate} Hz cannot be used; give audio at "
                f"{self._minimum_rate_hz} to {self._maximum_rate_hz} Hz"
            )
        if audio.dim() != 2 or audio.shape[1] == 0:
            raise InputError(
                f"audio of shape {list(audio.shape)} cannot be resampled; give [batch, samples] "
                "with at least one sample"
            )
        if rate == self._rate_hz:
            return audio
        divisor = math.gcd(rate, self._rate_hz)
        n_phases = self._rate_hz // divisor
        stride = rate // divisor
        half_width = self._half_width(rate)
        n_steps = int(half_width * n_phases) + 2  # From the last one on h is zero.
        distance = torch.arange(n_steps, dtype=torch.float64) / n_phases
        kernel = self._kernel(distance, half_width, rate).to(audio.device, torch.float32)
        repeats = 1
        if n_phases < self._phases_at_once:
            repeats = self._phases_at_once // n_phases
            n_phases, stride = n_phases * repeats, stride * repeats
        n_outputs = (audio.shape[1] * n_phases + stride - 1) // stride
        n_strides = (n_outputs + n_phases - 1) // n_phases
        margin = math.ceil(half_width)
        width = 2 * margin + self._phases_at_once * stride // n_phases + 2
        padded = nn.functional.pad(
            audio, [margin, n_strides * stride + width - audio.shape[1] - margin]
        ).unsqueeze(1)
        blocks: list[Tensor] = []
        for first in range(0, min(n_phases, n_outputs), self._phases_at_once):
            phases = torch.arange(first, min(first + self._phases_at_once, n_phases, n_outputs))
            start = first * stride // n_phases
            inputs = torch.arange(start - margin, start - margin + width)
            steps = (phases[:, None] * stride - inputs * n_phases).abs() // repeats
            weights = kernel[steps.clamp(max=n_steps - 1).to(audio.device)]
            reach = start + (n_strides - 1) * stride + width
            # One sound at a time: how conv1d rounds depends on the size of the batch.
            sounds = [
                nn.functional.conv1d(sound, weights[:, None], stride=stride)
                for sound in torch.split(padded[:, :, start:reach], 1)
            ]
            blocks.append(torch.cat(sounds))
        return torch.cat(blocks, 1).transpose(1, 2).reshape(audio.shape[0], -1)[:, :n_outputs]

    def _half_width(self, rate: int) -> float:
        """Half the length of the kernel in input samples."""
        transition = min(rate, self._rate_hz) * (0.5 - self._pass_band_hz / self._rate_hz)
        length = (self._attenuation_db - 7.95) / (2.285 * 2 * math.pi * transition / rate)
        return length / 2

    def _kernel(self, distance: Tensor, half_width: float, rate: int) -> Tensor:
        """Weights at ``distance`` input samples from the output, in float64."""
        lower = min(rate, self._rate_hz)
        bandwidth = lower * (0.5 + self._pass_band_hz / self._rate_hz) / rate
        beta = 0.1102 * (self._attenuation_db - 8.7)
        height = (1 - (distance / half_width).square()).clamp(min=0).sqrt()
        window = torch.special.i0(beta * height) / torch.special.i0(
            torch.full([1], beta, dtype=torch.float64)
        )
        weights: Tensor = bandwidth * torch.sinc(bandwidth * distance) * window * (height > 0)
        return weights


def fft_bins_hz(fft_size: int) -> Tensor:
    """[fft_size // 2 + 1] float64 frequencies of an FFT's bins at 22050 Hz."""
    return torch.arange(fft_size // 2 + 1, dtype=torch.float64) * SAMPLE_RATE_HZ / fft_size


def triangles(edges_hz: Tensor, bins_hz: Tensor) -> Tensor:
    """Overlapping triangles of unit peak over the bins of an FFT.

    Triangle i rises linearly in Hz from edge i to edge i + 1 and falls to edge i + 2.

    Args:
        edges_hz: [n + 2] increasing frequencies, float64.
        bins_hz: [m] frequencies, float64.

    Returns:
        [n, m] float64 weights.
    """
    rising = (bins_hz - edges_hz[:-1, None]) / edges_hz.diff()[:, None]
    return torch.minimum(rising[:-1], 1.0 - rising[1:]).clamp(min=0.0)


def mel_edges_hz() -> Tensor:
    """[130] float64 edges of the bands: equally spaced from 30 to 11000 Hz on the HTK mel scale.

    mel(f) = 2595 log10(1 + f / 700) (Young et al., "The HTK Book", section "Filterbank analysis").
    """
    first, last = (2595.0 * math.log10(1.0 + hz / 700.0) for hz in (MINIMUM_HZ, MAXIMUM_HZ))
    mels = torch.linspace(first, last, N_MELS + 2, dtype=torch.float64)
    return 700.0 * (10.0 ** (mels / 2595.0) - 1.0)


def power_spectrum(audio: Tensor, window: Tensor, hop_samples: int) -> Tensor:
    """Squared magnitudes of the short-time Fourier transform, centred, zeros outside the sound.

    Args:
        audio: [..., N] samples.
        window: [W] of W samples.
        hop_samples: between frames.

    Returns:
        [..., W // 2 + 1, 1 + N // hop_samples].
    """
    spectrum = torch.stft(
        audio,
        len(window),
        hop_samples,
        window=window,
        center=True,
        pad_mode="constant",
        return_complex=True,
    )
    squares = torch.view_as_real(spectrum).square()
    # As a sum over the last axis, but six times as fast.
    return squares[..., 0] + squares[..., 1]


class LogMel(nn.Module):
    """Log-mel magnitude in nats: ln(mel + 1e-5), not normalised.

    The magnitude (not the power) of a short-time Fourier transform with a periodic Hann window of
    2048 samples every 1024, frame t centred on sample 1024 t with zeros outside the sound, summed
    under :func:`triangles` between :func:`mel_edges_hz`. The sizes are the paper's; it names
    neither window nor padding, and these are librosa's.

    It computes in float64: beside a strong partial the rounding of a float32 FFT is as loud as the
    bands between partials, and would move their logarithm by up to 0.02.
    """

    window: Tensor
    edges_hz: Tensor
    bins_hz: Tensor
    _fft_size: Final[int] = FFT_SIZE
    _hop_samples: Final[int] = HOP_SAMPLES
    _n_samples: Final[int] = N_SAMPLES
    _log_floor: Final[float] = LOG_FLOOR

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(FFT_SIZE, dtype=torch.float64))
        # The triangles themselves would be half a megabyte of every model file.
        self.register_buffer("edges_hz", mel_edges_hz())
        self.register_buffer("bins_hz", fft_bins_hz(FFT_SIZE))

    def forward(self, audio: Tensor) -> Tensor:
        """Analyses sounds.

        Args:
            audio: [B, 88200] samples at 22050 Hz.

        Returns:
            [B, 128, 87] float32 log-mel in nats.

        Raises:
            InputError: the audio has another shape.
        """
        if audio.dim() != 2 or audio.shape[1] != self._n_samples:
            raise InputError(
                f"audio of shape {list(audio.shape)} cannot be analysed; give [batch, "
                f"{self._n_samples}] samples at 22050 Hz"
            )
        spectrum = torch.stft(
            audio.double(),
            self._fft_size,
            self._hop_samples,
            window=self.window,
            center=True,
            pad_mode="constant",
            return_complex=True,
        )
        # In single precision, as they are in the native core; it is heard nowhere.
        bank = triangles(self.edges_hz, self.bins_hz).float().double()
        mel = bank @ spectrum.abs()
        return (mel + self._log_floor).log().float()
