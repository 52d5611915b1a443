"""Laws of the tags: what a sound of known making must be called, and what must not matter."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from flow_synth.error import InputError
from flow_synth.features import N_SAMPLES, SAMPLE_RATE_HZ
from flow_synth.synth import Note
from flow_synth.tag import AXES, describe, tags

MIDDLE_C_HZ = Note().frequency_hz
HELD_SECONDS = Note().held_seconds
SECONDS = torch.arange(N_SAMPLES, dtype=torch.float64) / SAMPLE_RATE_HZ
#: One hop and half a window of the envelope.
ENVELOPE_SECONDS = (128 + 256) / SAMPLE_RATE_HZ


def measured(sound: Tensor, frequency_hz: float = MIDDLE_C_HZ) -> dict[str, float]:
    """The descriptors of one sound by the names of their axes."""
    row = describe(sound[None], torch.tensor([frequency_hz]))[0]
    return {axis.name: value for axis, value in zip(AXES, row.tolist(), strict=True)}


def sine(frequency_hz: float) -> Tensor:
    return (2 * torch.pi * frequency_hz * SECONDS).sin()


def harmonics(amplitudes: Tensor, frequency_hz: float = MIDDLE_C_HZ) -> Tensor:
    """Overtones of amplitudes [K] or [K, N_SAMPLES]."""
    order = torch.arange(1, len(amplitudes) + 1)[:, None]
    phases = 2 * torch.pi * frequency_hz * order * SECONDS
    return (amplitudes.reshape(len(amplitudes), -1) * phases.sin()).sum(0)


def saw(frequency_hz: float = MIDDLE_C_HZ, partials: int = 10) -> Tensor:
    return harmonics(1.0 / torch.arange(1, partials + 1), frequency_hz)


def low_pass(cutoff_hz: Tensor, partials: int = 30) -> Tensor:
    """A saw through a filter of 12 dB an octave whose cutoff [N_SAMPLES] or [1] may move."""
    order = torch.arange(1, partials + 1)[:, None]
    gain = 1 / (1 + (order * MIDDLE_C_HZ / cutoff_hz).square())
    return harmonics(gain / order)


def noise() -> Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.randn(N_SAMPLES, generator=generator, dtype=torch.float64) / 5


def gate(attack_seconds: float = 0.005, release_seconds: float = 0.02) -> Tensor:
    """A linear attack, a level of 1, and an exponential release of that time constant."""
    rise = (SECONDS / attack_seconds).clamp(max=1.0)
    fall = (-(SECONDS - HELD_SECONDS).clamp(min=0) / release_seconds).exp()
    return rise * fall


def every_sound() -> Tensor:
    """[8, N_SAMPLES] of very different making."""
    return torch.stack(
        [
            saw() * gate(),
            noise() * gate(0.5, 0.3),
            sine(MIDDLE_C_HZ) * (-SECONDS / 0.02).exp(),
            low_pass(800 * 2 ** (2 * (10 * SECONDS).sin())) * gate(),
            saw() * gate() + 0.3 * saw(1.37 * MIDDLE_C_HZ),
            saw() * (-SECONDS).exp(),
            torch.nn.functional.one_hot(torch.tensor(5), N_SAMPLES).double(),
            sine(MIDDLE_C_HZ) * gate(3.5),
        ]
    ).float()


def frequencies(count: int) -> Tensor:
    return torch.full([count], MIDDLE_C_HZ)


def test_axes_are_told_apart_and_leave_a_middle_untagged() -> None:
    words = [word for axis in AXES for word in (axis.name, axis.low, axis.high)]
    assert len(set(words)) == len(words)
    assert all(axis.low_threshold < axis.high_threshold for axis in AXES)


@given(st.lists(st.floats(-100, 100, width=32) | st.just(math.nan), min_size=7, max_size=7))
def test_a_tag_says_on_which_side_of_its_thresholds_a_descriptor_lies(row: list[float]) -> None:
    for axis, value, side in zip(AXES, row, tags(torch.tensor([row]))[0].tolist(), strict=True):
        low, high = np.float32(axis.low_threshold), np.float32(axis.high_threshold)
        assert (side == -1) == (value <= low)
        assert (side == 1) == (value >= high)


def test_a_tag_includes_its_threshold() -> None:
    ends = [[axis.low_threshold for axis in AXES], [axis.high_threshold for axis in AXES]]
    assert tags(torch.tensor(ends)).tolist() == [[-1] * 7, [1] * 7]


@settings(max_examples=6)
@given(st.floats(1e-3, 1e3))
def test_a_gain_changes_nothing(gain: float) -> None:
    sounds = every_sound()
    plain, scaled = (describe(audio, frequencies(8)) for audio in (sounds, gain * sounds))
    # What rounds another way in float32 may fall into the next hop of the envelope.
    torch.testing.assert_close(scaled, plain, rtol=1e-3, atol=0.006, equal_nan=True)
    assert torch.equal(tags(scaled), tags(plain))


def test_silence_has_no_tag() -> None:
    audio = torch.stack([torch.zeros(N_SAMPLES), 1e-6 * saw().float()])
    descriptors = describe(audio, frequencies(2))
    assert descriptors.isnan().all()
    assert not tags(descriptors).any()


def test_a_sound_is_described_without_regard_to_the_others() -> None:
    sounds = every_sound()
    together = describe(sounds, frequencies(8))
    alone = [describe(sound[None], frequencies(1)) for sound in sounds]
    assert together.nan_to_num(-1).equal(torch.cat(alone).nan_to_num(-1))
    assert describe(sounds[:0], frequencies(0)).shape == (0, 7)


@pytest.mark.parametrize("shape", [(N_SAMPLES,), (1, N_SAMPLES - 1), (1, 2, N_SAMPLES)])
def test_audio_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=r"^audio of shape .* give \[batch, 88200\]"):
        describe(torch.zeros(shape), frequencies(1))


@pytest.mark.parametrize("frequency_hz", [[], [262.0, 262.0], [0.0], [math.nan]])
def test_frequencies_that_fit_no_sound_are_refused(frequency_hz: list[float]) -> None:
    with pytest.raises(InputError, match="give each sound one above 0 Hz"):
        describe(torch.zeros(1, N_SAMPLES), torch.tensor(frequency_hz))


def test_noise_becomes_darker_through_a_low_pass() -> None:
    smooth = torch.nn.functional.avg_pool1d(noise()[None], 9, 1, 4)[0]
    assert measured(smooth)["brightness"] < measured(noise())["brightness"]


@pytest.mark.parametrize("octave", [1, 2])
def test_a_closed_filter_is_darker_than_an_open_one(octave: int) -> None:
    closed, opened = (low_pass(torch.tensor([500.0 * 2**k])) for k in (0, octave))
    assert measured(closed)["brightness"] < measured(opened)["brightness"]


def test_a_tone_of_1_khz_has_the_sharpness_that_defines_the_acum() -> None:
    # Narrow-band noise at 1 kHz is 1 acum; bands of 1 Bark place it to half a band.
    assert measured(sine(1000.0))["brightness"] == pytest.approx(1.0, abs=0.11)


@pytest.mark.parametrize("pitch", [36.0, 48.0, 55.0, 66.5, 72.0])
def test_a_note_keeps_its_brightness_dirt_and_aggression_at_another_pitch(pitch: float) -> None:
    # Nine partials stay below 11025 Hz at all of these pitches.
    ratios = torch.tensor([1.0, 1.3, 2.0, 3.0, 4.25, 5.0, 7.0, 8.0, 9.0])
    notes = [
        sum((sine(float(r) * hz) / float(r) for r in ratios), torch.zeros(N_SAMPLES))
        for hz in (MIDDLE_C_HZ, Note(pitch).frequency_hz)
    ]
    here, there = measured(notes[0]), measured(notes[1], Note(pitch).frequency_hz)
    assert there["brightness"] == pytest.approx(here["brightness"], rel=0.03)
    assert there["dirt"] == pytest.approx(here["dirt"], rel=0.03)
    assert there["aggression"] == pytest.approx(here["aggression"], rel=0.05)


@pytest.mark.parametrize("pitch", [24.0, 48.0, 60.0, 84.0, 96.0])
def test_half_of_the_energy_of_white_noise_lies_between_overtones(pitch: float) -> None:
    # A share of some thousand independent bins has a deviation of about 0.01.
    assert measured(noise(), Note(pitch).frequency_hz)["dirt"] == pytest.approx(0.5, abs=0.03)


def test_inharmonic_partials_are_dirtier_and_an_octave_below_is_not() -> None:
    clean = measured(saw())["dirt"]
    assert clean < 1e-4
    assert measured(saw() + 0.1 * sine(1.26 * MIDDLE_C_HZ))["dirt"] > 100 * clean
    assert measured(saw() + 0.5 * saw(MIDDLE_C_HZ / 2))["dirt"] < 1e-4


def test_dirt_is_the_share_of_the_energy_of_what_lies_between() -> None:
    sound = sine(MIDDLE_C_HZ) + 0.1 * sine(1.75 * MIDDLE_C_HZ)
    assert measured(sound)["dirt"] == pytest.approx(0.01 / 1.01, rel=0.01)


@pytest.mark.parametrize("drive", [3.0, 10.0, 30.0])
def test_distortion_is_not_cleaner_and_brighter(drive: float) -> None:
    chord = (sine(MIDDLE_C_HZ) + sine(1.26 * MIDDLE_C_HZ)) / 2
    for sound in (sine(MIDDLE_C_HZ), chord):
        plain, distorted = measured(sound), measured((drive * sound).tanh())
        # What rounding leaves of a sine is no dirt.
        assert distorted["dirt"] > plain["dirt"] - 1e-6
        assert distorted["brightness"] > plain["brightness"]
        assert distorted["aggression"] > plain["aggression"]


@pytest.mark.parametrize("rate_hz", [0.5, 2.0, 6.0])
def test_what_an_lfo_does_is_heard_as_movement(rate_hz: float) -> None:
    lfo = (2 * torch.pi * rate_hz * SECONDS).sin()
    still = measured(low_pass(torch.tensor([800.0])))["movement"]
    assert measured(low_pass(800 * 2**lfo))["movement"] > still + 1
    assert measured(saw() * (1 + 0.7 * lfo))["movement"] > still + 1
    vibrato = torch.stack(
        [(2 * torch.pi * k * (MIDDLE_C_HZ * SECONDS + lfo)).sin() / k for k in range(1, 11)]
    ).sum(0)
    assert measured(vibrato)["movement"] > still + 1


def test_a_deeper_sweep_moves_more() -> None:
    found = [
        measured(low_pass(400 * 2 ** (octaves * SECONDS / 3)))["movement"]
        for octaves in (0.0, 1.0, 2.0, 4.0)
    ]
    assert found == sorted(found)


def test_a_beating_pair_moves_and_a_single_saw_does_not() -> None:
    pair = saw() + saw(MIDDLE_C_HZ * 2 ** (10 / 1200))
    # The windows of a static sound differ by rounding alone.
    assert measured(saw())["movement"] < 0.1
    assert measured(pair)["movement"] > 1


@pytest.mark.parametrize("decay_seconds", [0.5, 1.0, 3.0])
def test_an_even_decay_is_no_movement(decay_seconds: float) -> None:
    # Between partials a band holds little but the window's leakage, which is not quite even.
    assert measured(saw(partials=3) * (-SECONDS / decay_seconds).exp())["movement"] < 0.5


def test_a_click_has_neither_movement_nor_tail() -> None:
    found = measured(saw() * (-SECONDS / 0.02).exp())
    assert math.isnan(found["movement"])
    assert math.isnan(found["tail"])


@pytest.mark.parametrize("decay_seconds", [0.5, 1.0, 3.0])
def test_sustain_is_what_an_exponential_decay_leaves(decay_seconds: float) -> None:
    # RMS of [2 s, 3 s] over RMS of [0 s, 1 s] is exp(-2 s / decay).
    expected_db = 20 * math.log10(math.exp(-2 / decay_seconds))
    sound = sine(MIDDLE_C_HZ) * (-SECONDS / decay_seconds).exp()
    assert measured(sound)["sustain"] == pytest.approx(expected_db, abs=0.1)


@pytest.mark.parametrize("attack_seconds", [0.03, 0.1, 0.5, 2.0])
def test_attack_is_the_time_to_80_percent_of_a_linear_rise(attack_seconds: float) -> None:
    found = measured(saw() * gate(attack_seconds))["attack"]
    assert found == pytest.approx(0.8 * attack_seconds, abs=ENVELOPE_SECONDS)


@pytest.mark.parametrize("release_seconds", [0.02, 0.05, 0.1, 0.2])
def test_tail_is_the_time_in_which_a_release_falls_by_30_db(release_seconds: float) -> None:
    found = measured(saw() * gate(0.005, release_seconds))["tail"]
    expected_seconds = release_seconds * math.log(10 ** (30 / 20))
    assert found == pytest.approx(expected_seconds, abs=ENVELOPE_SECONDS)


def test_a_reverb_has_a_longer_tail() -> None:
    dry = saw() * gate()
    response = noise() * (-SECONDS / 0.3).exp()
    size = 2 * N_SAMPLES
    wet = torch.fft.irfft(torch.fft.rfft(dry, size) * torch.fft.rfft(response, size), size)
    assert measured(wet[:N_SAMPLES])["tail"] > measured(dry)["tail"] + 0.3


def test_roughness_is_aggressive_and_slower_modulation_is_not() -> None:
    found = {
        rate_hz: measured(sine(1000.0) * (1 + 0.8 * sine(rate_hz)))["aggression"]
        for rate_hz in (0.0, 4.0, 70.0)
    }
    assert found[4.0] == pytest.approx(found[0.0], rel=0.02)
    assert found[70.0] > 2 * found[0.0]


def test_a_depth_of_modulation_of_a_fifth_counts_as_1_acum() -> None:
    found = measured(sine(1000.0) * (1 + 0.2 * sine(70.0)))
    roughness_acum = math.sqrt(found["aggression"] ** 2 - found["brightness"] ** 2)
    # The short window of the bands lets some of 70 Hz away.
    assert roughness_acum == pytest.approx(1.0, abs=0.15)


def test_sounds_of_known_making_have_the_tags_that_belong_to_them() -> None:
    bell = sum((sine(r * MIDDLE_C_HZ) for r in (1.0, 2.76, 5.4, 8.93)), torch.zeros(N_SAMPLES))
    sounds = [
        low_pass(torch.tensor([200.0]), 10) * gate(1.0, 0.4),
        bell * (-SECONDS / 0.3).exp(),
        (noise() + saw()) * gate(),
    ]
    sides = tags(describe(torch.stack(sounds).float(), frequencies(3))).tolist()
    said = [
        {axis.high if side > 0 else axis.low for axis, side in zip(AXES, row, strict=True) if side}
        for row in sides
    ]
    assert said[0] >= {
        "dark",
        "constant",
        "clean",
        "sustained",
        "slow attack",
        "long tail",
        "calm",
    }
    assert said[1] >= {"dirty", "percussive", "fast attack"}
    assert said[2] >= {"bright", "dirty", "sustained", "fast attack", "dry", "aggressive"}
