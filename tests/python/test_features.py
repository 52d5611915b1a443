"""The resampler against ideal sines and soxr, the log-mel against librosa and plain float64."""

import math
from collections.abc import Callable

import librosa
import numpy as np
import pytest
import soxr
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor, nn

from flow_synth.error import InputError
from flow_synth.features import (
    FFT_SIZE,
    HOP_SAMPLES,
    LOG_FLOOR,
    MAXIMUM_HZ,
    MINIMUM_HZ,
    N_FRAMES,
    N_MELS,
    N_SAMPLES,
    SAMPLE_RATE_HZ,
    LogMel,
    Resampler,
    fft_bins_hz,
    fit_duration,
    mel_edges_hz,
    power_spectrum,
    triangles,
)

Waves = NDArray[np.float64]

RATES = (8000, 11025, 16000, 22051, 32000, 44100, 44101, 48000, 88200, 96000, 192000)
#: Seconds of sine; the kernel reaches at most 7 ms (at 8 kHz), so the middle is free of its ends.
SECONDS = 0.5
MARGIN_SAMPLES = 400


def sines(frequencies_hz: Waves, rate: int, n_samples: int) -> Waves:
    return np.sin(2 * np.pi * frequencies_hz[:, None] * np.arange(n_samples) / rate + 0.3)


def resample(audio: Waves, rate: int) -> Waves:
    heard: Tensor = Resampler()(torch.from_numpy(audio).float(), rate)
    return heard.double().numpy()


def scripted(module: nn.Module) -> Callable[..., Tensor]:
    with pytest.warns(DeprecationWarning, match="torch.jit.script"):
        return torch.jit.script(module)


def pass_band_end_hz(rate: int) -> float:
    return min(rate, SAMPLE_RATE_HZ) * 10000 / SAMPLE_RATE_HZ


class TestResampler:
    @pytest.mark.parametrize("rate", RATES)
    def test_pass_band_is_flat_and_without_delay(self, rate: int) -> None:
        frequencies_hz = np.linspace(20.0, pass_band_end_hz(rate), 41)
        heard = resample(sines(frequencies_hz, rate, int(SECONDS * rate)), rate)
        middle = slice(MARGIN_SAMPLES, -MARGIN_SAMPLES)
        ideal = sines(frequencies_hz, SAMPLE_RATE_HZ, heard.shape[1])[:, middle]
        gain = (heard[:, middle] * ideal).sum(1) / (ideal**2).sum(1)
        # The contract is 0.1 dB; the design's ripple is 90 dB down, or 3e-4 dB.
        assert np.abs(20 * np.log10(gain)).max() < 0.001
        # Equal to the ideal sine at the same time: gain, phase and images at once, -80 dB.
        assert np.abs(heard[:, middle] - ideal).max() < 1e-4

    @pytest.mark.parametrize("rate", [rate for rate in RATES if rate > SAMPLE_RATE_HZ])
    def test_what_would_alias_is_80_db_down(self, rate: int) -> None:
        frequencies_hz = np.linspace(SAMPLE_RATE_HZ / 2, rate / 2, 61)
        heard = resample(sines(frequencies_hz, rate, int(SECONDS * rate)), rate)
        assert np.abs(heard[:, MARGIN_SAMPLES:-MARGIN_SAMPLES]).max() < 1e-4

    @pytest.mark.parametrize("rate", [8000, 11025, 16000])
    def test_images_are_80_db_down_up_to_the_last_input_frequency(self, rate: int) -> None:
        frequencies_hz = np.linspace(pass_band_end_hz(rate), 0.499 * rate, 21)
        heard = resample(sines(frequencies_hz, rate, int(SECONDS * rate)), rate)
        heard = heard[:, MARGIN_SAMPLES:-MARGIN_SAMPLES]
        window = np.blackman(heard.shape[1])
        spectrum = np.abs(np.fft.rfft(heard * window)) / window.sum() * 2
        bins_hz = np.fft.rfftfreq(heard.shape[1], 1 / SAMPLE_RATE_HZ)
        # Six bins, or 60 Hz: the main lobe of the window round a sine at the band's very end.
        assert spectrum[:, bins_hz > rate / 2 + 60].max() < 1e-4

    @pytest.mark.parametrize("rate", RATES)
    def test_agrees_with_soxr_and_nears_the_ideal_on_band_limited_noise(self, rate: int) -> None:
        generator = np.random.default_rng(rate)
        spectrum = np.fft.rfft(generator.standard_normal(rate))[: SAMPLE_RATE_HZ // 2]
        spectrum[int(pass_band_end_hz(rate) * 0.99) :] = 0
        # One second of a periodic sound: its Fourier series gives it at any rate exactly.
        noise = np.fft.irfft(spectrum, rate)
        peak = np.abs(noise).max()
        ideal = np.fft.irfft(spectrum, SAMPLE_RATE_HZ) / peak * SAMPLE_RATE_HZ / rate
        heard = resample(noise[None] / peak, rate)[0]
        reference = soxr.resample(noise / peak, rate, SAMPLE_RATE_HZ, quality="VHQ")
        middle = slice(MARGIN_SAMPLES, -MARGIN_SAMPLES)
        # The ripple is 90 dB below a sine, and random over the many partials of a noise.
        assert np.abs(heard - ideal)[middle].max() < 2e-5
        # At ratios of large numbers soxr interpolates its kernel and is itself 1e-4 off the ideal.
        assert np.abs(heard - reference[: len(heard)])[middle].max() < 2e-4

    @pytest.mark.parametrize("rate", [8000, 44100, 48000])
    def test_impulse_response_is_symmetric_about_its_time(self, rate: int) -> None:
        divisor = math.gcd(rate, SAMPLE_RATE_HZ)
        time_in, time_out = 8 * rate // divisor, 8 * SAMPLE_RATE_HZ // divisor
        impulse = torch.zeros(1, 2 * time_in + 1)
        impulse[0, time_in] = 1.0
        response = Resampler()(impulse, rate)[0]
        assert response.argmax() == time_out
        torch.testing.assert_close(
            response[: 2 * time_out + 1],
            response[: 2 * time_out + 1].flip(0),
            rtol=0,
            atol=1e-7,
        )

    @pytest.mark.parametrize("rate", [11025, 44101, 48000])
    def test_is_linear(self, rate: int) -> None:
        generator = torch.Generator().manual_seed(1)
        first, second = torch.randn(2, 1, 5000, generator=generator)
        resampler = Resampler()
        together = resampler(0.5 * first - 2.0 * second, rate)
        apart = 0.5 * resampler(first, rate) - 2.0 * resampler(second, rate)
        # Some 250 float32 products of order 1 are summed either way.
        torch.testing.assert_close(together, apart, rtol=0, atol=5e-6)

    @pytest.mark.parametrize("rate", RATES)
    def test_a_sound_does_not_hear_its_batch(self, rate: int) -> None:
        audio = torch.randn(5, 9001, generator=torch.Generator().manual_seed(rate))
        resampler = Resampler()
        batch = resampler(audio, rate)
        for index in range(len(audio)):
            assert torch.equal(batch[index], resampler(audio[index : index + 1], rate)[0])

    @settings(max_examples=60)
    @given(rate=st.integers(8000, 192000), n_samples=st.integers(1, 400))
    def test_length_is_that_of_the_sound_rounded_up(self, rate: int, n_samples: int) -> None:
        heard = Resampler()(torch.ones(2, n_samples), rate)
        assert heard.shape == (2, -(-n_samples * SAMPLE_RATE_HZ // rate))
        assert heard.dtype == torch.float32
        assert heard.isfinite().all()

    @settings(max_examples=30)
    @given(rate=st.integers(8000, 192000))
    def test_a_constant_stays_constant_at_any_rate(self, rate: int) -> None:
        heard = Resampler()(torch.ones(1, rate // 20), rate)
        middle = heard[:, MARGIN_SAMPLES : heard.shape[1] - MARGIN_SAMPLES]
        assert middle.numel() > 0
        torch.testing.assert_close(middle, torch.ones_like(middle), rtol=0, atol=1e-4)

    def test_its_own_rate_changes_nothing(self) -> None:
        audio = torch.randn(2, 100, generator=torch.Generator().manual_seed(1))
        assert torch.equal(Resampler()(audio, SAMPLE_RATE_HZ), audio)

    @pytest.mark.parametrize("rate", [-1, 0, 7999, 192001])
    def test_refuses_other_rates_in_python_and_in_torchscript(self, rate: int) -> None:
        sentence = f"a sample rate of {rate} Hz cannot be used; give audio at 8000 to 192000 Hz"
        with pytest.raises(InputError, match=sentence):
            Resampler()(torch.zeros(1, 10), rate)
        with pytest.raises(torch.jit.Error, match=sentence):
            scripted(Resampler())(torch.zeros(1, 10), rate)

    @pytest.mark.parametrize("shape", [(10,), (2, 0), (1, 2, 10)])
    def test_refuses_other_shapes(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(InputError, match="give \\[batch, samples\\]"):
            Resampler()(torch.zeros(shape), 44100)

    def test_scripted_equals_eager_exactly(self) -> None:
        resampler, script = Resampler(), scripted(Resampler())
        generator = torch.Generator().manual_seed(1)
        for rate in (*RATES, SAMPLE_RATE_HZ):
            audio = torch.randn(3, 4567, generator=generator)
            # TorchScript specialises a function during its first calls.
            for _ in range(3):
                assert torch.equal(script(audio, rate), resampler(audio, rate))


def realistic_sounds() -> Tensor:
    """[6, N_SAMPLES]: plucked saw, breathy tone, chord, noise, loud and quiet, and a bare sine.

    The bare sine is the hardest: its bands far from the partial hold only rounding errors.
    """
    generator = np.random.default_rng(1)
    time = np.arange(N_SAMPLES) / SAMPLE_RATE_HZ
    noise = generator.standard_normal(N_SAMPLES)

    def saw(frequency_hz: float, decay_seconds: float) -> Waves:
        partials = np.arange(1, int(10000 / frequency_hz))[:, None]
        tone = np.sin(2 * np.pi * frequency_hz * partials * time) / partials
        wave: Waves = np.exp(-time / decay_seconds) * tone.sum(0)
        return wave

    sine = np.sin(2 * np.pi * 440 * time)
    chord = saw(110, 1.0) + saw(138.6, 2.0) + saw(164.8, 0.5)
    sounds = (saw(55, 0.3), saw(440, 3) + 0.05 * noise, chord, 0.3 * noise, 1e-3 * chord, sine)
    return torch.from_numpy(np.stack([s / max(1.0, np.abs(s).max()) for s in sounds])).float()


def float64_log_mel(audio: Waves) -> Waves:
    """[N_SAMPLES] -> [N_MELS, N_FRAMES] by the definition, frame by frame."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT_SIZE) / FFT_SIZE)
    padded = np.pad(audio, FFT_SIZE // 2)
    frames = [padded[t * HOP_SAMPLES :][:FFT_SIZE] * window for t in range(N_FRAMES)]
    magnitude = np.abs(np.fft.rfft(np.stack(frames), axis=1)).T
    first_mel, last_mel = (2595 * np.log10(1 + hz / 700) for hz in (MINIMUM_HZ, MAXIMUM_HZ))
    edges = 700 * (10 ** (np.linspace(first_mel, last_mel, N_MELS + 2) / 2595) - 1)
    bins = np.arange(FFT_SIZE // 2 + 1) * SAMPLE_RATE_HZ / FFT_SIZE
    bank = [np.interp(bins, edges[i : i + 3], [0.0, 1.0, 0.0]) for i in range(N_MELS)]
    log_mel: Waves = np.log(np.stack(bank) @ magnitude + LOG_FLOOR)
    return log_mel


def librosa_bank() -> Waves:
    bank: Waves = librosa.filters.mel(
        sr=SAMPLE_RATE_HZ,
        n_fft=FFT_SIZE,
        n_mels=N_MELS,
        fmin=MINIMUM_HZ,
        fmax=MAXIMUM_HZ,
        htk=True,
        norm=None,
        dtype=np.float64,
    )
    return bank


class TestLogMel:
    def test_agrees_with_float64(self) -> None:
        sounds = realistic_sounds()
        heard = LogMel()(sounds)
        assert heard.shape == (len(sounds), N_MELS, N_FRAMES)
        assert heard.dtype == torch.float32
        expected = np.stack([float64_log_mel(sound) for sound in sounds.double().numpy()])
        # The contract is 5e-5; what remains is the rounding of ln 1e-5 to float32, 5e-7.
        assert np.abs(heard.numpy() - expected).max() < 1e-6

    def test_agrees_with_librosa(self) -> None:
        sounds = realistic_sounds().double().numpy()
        spectrum = librosa.stft(
            sounds, n_fft=FFT_SIZE, hop_length=HOP_SAMPLES, center=True, pad_mode="constant"
        )
        expected = np.log(librosa_bank() @ np.abs(spectrum) + LOG_FLOOR)
        heard = LogMel()(torch.from_numpy(sounds).float()).numpy()
        assert np.abs(heard - expected).max() < 1e-6

    def test_triangles_are_librosas_and_none_is_empty(self) -> None:
        bank = triangles(mel_edges_hz(), fft_bins_hz(FFT_SIZE)).numpy()
        np.testing.assert_allclose(bank, librosa_bank(), rtol=0, atol=1e-12)
        assert (bank.max(1) > 0).all()

    def test_silence_is_the_floor(self) -> None:
        heard = LogMel()(torch.zeros(1, N_SAMPLES))
        torch.testing.assert_close(heard, torch.full_like(heard, math.log(LOG_FLOOR)))

    def test_a_sound_does_not_hear_its_batch(self) -> None:
        sounds = realistic_sounds()
        log_mel = LogMel()
        batch = log_mel(sounds)
        for index in range(len(sounds)):
            alone = log_mel(sounds[index : index + 1])[0]
            # The sums run in float64 but possibly in another order: at most one float32 step.
            torch.testing.assert_close(batch[index], alone, rtol=0, atol=1e-6)

    def test_scripted_equals_eager_exactly(self) -> None:
        log_mel, script = LogMel(), scripted(LogMel())
        sounds = realistic_sounds()
        for _ in range(3):
            assert torch.equal(script(sounds), log_mel(sounds))

    @pytest.mark.parametrize("shape", [(N_SAMPLES,), (1, N_SAMPLES - 1), (1, 1, N_SAMPLES)])
    def test_refuses_other_shapes(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(InputError, match="88200"):
            LogMel()(torch.zeros(shape))

    def test_its_tables_travel_in_the_state(self) -> None:
        assert set(LogMel().state_dict()) == {"window", "edges_hz", "bins_hz"}


def test_the_power_spectrum_is_the_square_of_librosas() -> None:
    audio = torch.randn(2, 5000, generator=torch.Generator().manual_seed(0))
    power = power_spectrum(audio, torch.hann_window(256), 64)
    expected = np.abs(librosa.stft(audio.double().numpy(), n_fft=256, hop_length=64)) ** 2
    np.testing.assert_allclose(power, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("n_samples", [0, 1, N_SAMPLES - 1, N_SAMPLES, N_SAMPLES + 1])
def test_fit_duration_cuts_or_pads_the_end(n_samples: int) -> None:
    audio = torch.arange(1.0, 2 * n_samples + 1).reshape(2, n_samples)
    fitted = fit_duration(audio)
    assert fitted.shape == (2, N_SAMPLES)
    assert torch.equal(fitted[:, :n_samples], audio[:, :N_SAMPLES])
    assert not fitted[:, n_samples:].any()
