"""Laws of the measures, and librosa as the outside reference of the multi-scale distance."""

import math
from collections.abc import Callable

import librosa
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from flow_synth.features import LOG_FLOOR, N_SAMPLES, SAMPLE_RATE_HZ, LogMel
from flow_synth.metric import (
    RESOLUTIONS,
    Mss,
    level_difference_db,
    log_mel_mse,
    multi_scale_spectral_distance,
    normalised_parameter_error,
    parameter_mse,
    spectral_convergence,
)

Measure = Callable[[Tensor, Tensor], Tensor]

MEASURES: tuple[Measure, ...] = (
    spectral_convergence,
    log_mel_mse,
    multi_scale_spectral_distance,
    level_difference_db,
)


@pytest.fixture(scope="module")
def sounds() -> Tensor:
    """[5, N_SAMPLES]: two decaying saws, noise, a bare sine and a click."""
    generator = torch.Generator().manual_seed(1)
    time = torch.arange(N_SAMPLES, dtype=torch.float64) / SAMPLE_RATE_HZ
    saws = [(-2 * time).exp() * (2 * (hz * time % 1.0) - 1) for hz in (65.4, 220.0)]
    noise = torch.randn(N_SAMPLES, generator=generator, dtype=torch.float64) / 5
    sine = (2 * torch.pi * 440 * time).sin()
    click = torch.zeros(N_SAMPLES, dtype=torch.float64)
    click[1000:1050] = 1.0
    return torch.stack([*saws, noise, sine, click]).float()


@pytest.fixture(scope="module")
def silence() -> Tensor:
    return torch.zeros(1, N_SAMPLES)


@pytest.mark.parametrize("measure", MEASURES)
class TestEveryMeasure:
    def test_a_sound_is_at_distance_zero_from_itself(
        self, measure: Measure, sounds: Tensor, silence: Tensor
    ) -> None:
        everything = torch.cat([sounds, silence])
        assert torch.equal(measure(everything, everything), torch.zeros(len(everything)))

    def test_silence_scores_finitely_on_either_side(
        self, measure: Measure, sounds: Tensor, silence: Tensor
    ) -> None:
        assert measure(sounds, silence).isfinite().all()
        assert measure(silence, sounds).isfinite().all()

    def test_a_pair_does_not_hear_its_batch(self, measure: Measure, sounds: Tensor) -> None:
        others = sounds.roll(1, 0)
        batch = measure(sounds, others)
        assert batch.shape == (len(sounds),)
        alone = [measure(sounds[i : i + 1], others[i : i + 1]) for i in range(len(sounds))]
        torch.testing.assert_close(batch, torch.cat(alone), rtol=1e-5, atol=1e-5)

    def test_one_target_meets_many(self, measure: Measure, sounds: Tensor) -> None:
        many = measure(sounds[:1], sounds)
        repeated = measure(sounds[:1].expand_as(sounds), sounds)
        torch.testing.assert_close(many, repeated, rtol=1e-5, atol=1e-5)


class TestSpectralConvergence:
    def test_is_the_ratio_of_the_norms(self, sounds: Tensor) -> None:
        others = sounds.flip(0)
        mel, other = (LogMel()(s).double().exp().numpy() - LOG_FLOOR for s in (sounds, others))
        expected = [
            np.linalg.norm(m - n) / np.linalg.norm(m) for m, n in zip(mel, other, strict=True)
        ]
        np.testing.assert_allclose(spectral_convergence(sounds, others), expected, rtol=1e-5)

    @pytest.mark.parametrize("gain", [0.0, 0.25, 1.5, 3.0])
    def test_a_gain_is_its_distance_from_one(self, gain: float, sounds: Tensor) -> None:
        # M is linear in the sound, so ||M - g M|| = |1 - g| ||M||; float32 log-mels resolve 1e-6.
        expected = torch.full((len(sounds),), abs(1 - gain))
        heard = spectral_convergence(sounds, gain * sounds)
        torch.testing.assert_close(heard, expected, rtol=1e-5, atol=1e-5)

    def test_a_silent_target_counts_as_a_mel_of_the_floor(
        self, sounds: Tensor, silence: Tensor
    ) -> None:
        log_mels = LogMel()(sounds)
        norm = (log_mels.double().exp() - LOG_FLOOR).square().sum((1, 2)).sqrt()
        expected = (norm / (LOG_FLOOR * math.sqrt(log_mels[0].numel()))).float()
        heard = spectral_convergence(silence, sounds)
        torch.testing.assert_close(heard, expected, rtol=1e-5, atol=0)

    def test_log_mels_already_made_give_the_same(self, sounds: Tensor) -> None:
        log_mels = LogMel()(sounds)
        for measure in (spectral_convergence, log_mel_mse):
            from_mels = measure(log_mels, log_mels.flip(0))
            assert torch.equal(from_mels, measure(sounds, sounds.flip(0)))


class TestLogMelMse:
    def test_a_gain_is_its_logarithm_squared(self, sounds: Tensor) -> None:
        noise = sounds[2:3]
        # The quietest band of this noise is 0.2: the floor of 1e-5 moves the logarithm by 5e-5.
        expected = torch.tensor([math.log(2.0) ** 2])
        torch.testing.assert_close(log_mel_mse(noise, 2 * noise), expected, rtol=2e-4, atol=0)

    def test_is_symmetric(self, sounds: Tensor) -> None:
        others = sounds.roll(1, 0)
        assert torch.equal(log_mel_mse(sounds, others), log_mel_mse(others, sounds))


def librosa_mss(target: Tensor, other: Tensor) -> float:
    """The distance of two sounds [N_SAMPLES] by librosa."""
    means = []
    for window_ms, hop_ms, n_mels in RESOLUTIONS:
        target_db, other_db = (
            librosa.power_to_db(
                librosa.feature.melspectrogram(
                    y=sound.double().numpy(),
                    sr=SAMPLE_RATE_HZ,
                    n_fft=int(window_ms * SAMPLE_RATE_HZ / 1000),
                    hop_length=int(hop_ms * SAMPLE_RATE_HZ / 1000),
                    n_mels=n_mels,
                ),
                ref=np.max,
                amin=1e-20,
                top_db=80.0,
            )
            for sound in (target, other)
        )
        means.append(np.abs(target_db - other_db).mean())
    return float(np.mean(means))


class TestMultiScaleSpectralDistance:
    def test_agrees_with_librosa(self, sounds: Tensor) -> None:
        others = sounds.roll(1, 0)
        expected = [librosa_mss(a, b) for a, b in zip(sounds, others, strict=True)]
        # A float32 FFT is 1e-7 of the maximum off: 0.01 dB for what lies 80 dB below it, less
        # for the rest, of which this is the mean.
        np.testing.assert_allclose(
            multi_scale_spectral_distance(sounds, others), expected, rtol=0, atol=2e-3
        )

    def test_loudness_does_not_count(self, sounds: Tensor) -> None:
        heard = multi_scale_spectral_distance(sounds, 0.01 * sounds)
        torch.testing.assert_close(heard, torch.zeros(len(sounds)), rtol=0, atol=1e-3)

    def test_silence_is_at_the_bottom_of_the_range(self, sounds: Tensor, silence: Tensor) -> None:
        noise = sounds[2:3]
        # Noise keeps most of its bands within 30 dB of its maximum.
        assert multi_scale_spectral_distance(noise, silence) > 50.0

    def test_is_a_metric(self, sounds: Tensor) -> None:
        mss = Mss()
        points = mss.analyse(sounds)
        table = mss.distance(points[:, None], points[None])
        assert torch.equal(table, table.T)
        assert (table + torch.eye(len(sounds)) > 0.1).all()
        detour = (table[:, :, None] + table[None, :, :]).amin(1)
        assert (table <= detour + 1e-3).all()

    def test_a_target_analysed_once_ranks_candidates_alike(self, sounds: Tensor) -> None:
        mss = Mss()
        target = mss.analyse(sounds[:1])
        ranked = mss.distance(target, mss.analyse(sounds))
        pairs = multi_scale_spectral_distance(sounds[:1], sounds)
        assert torch.equal(ranked, pairs)


@given(gain_db=st.floats(-40, 20))
def test_level_difference_is_the_gain(gain_db: float) -> None:
    target = torch.linspace(-0.5, 0.5, 2000)[None]
    heard = level_difference_db(target, 10 ** (gain_db / 20) * target)
    torch.testing.assert_close(heard, torch.tensor([gain_db]), rtol=0, atol=1e-4)


class TestParameterError:
    @given(scale=st.floats(0.5, 1.5), n_knobs=st.integers(1, 64))
    def test_scaling_every_knob_is_its_distance_from_one_squared(
        self, scale: float, n_knobs: int
    ) -> None:
        values = torch.rand(3, n_knobs) + 0.01
        error = normalised_parameter_error(values, scale * values)
        expected = torch.full((3,), (scale - 1) ** 2)
        torch.testing.assert_close(error, expected, rtol=1e-3, atol=1e-7)

    @given(n_knobs=st.integers(1, 64))
    def test_the_two_errors_differ_by_the_mean_square(self, n_knobs: int) -> None:
        target, other = torch.rand(2, 3, n_knobs) + 0.01
        expected = parameter_mse(target, other) / target.square().mean(-1)
        torch.testing.assert_close(normalised_parameter_error(target, other), expected)

    def test_one_knob_turned_fully_counts_once(self) -> None:
        target = torch.tensor([[1.0, 0.0, 1.0, 0.0]])
        other = torch.tensor([[1.0, 1.0, 1.0, 0.0]])
        assert parameter_mse(target, other).item() == 0.25
        assert normalised_parameter_error(target, other).item() == 0.5

    def test_a_preset_of_zeros_scores_finitely(self) -> None:
        zeros, ones = torch.zeros(1, 4), torch.ones(1, 4)
        assert normalised_parameter_error(zeros, ones).isfinite().all()
        assert normalised_parameter_error(zeros, zeros).item() == 0.0
