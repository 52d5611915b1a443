import math

import pytest
import torch
from ears_for_tests import heard
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from flow_synth.features import N_SAMPLES
from flow_synth.fitness import Aim, Fitness

SECONDS = torch.arange(N_SAMPLES) / 22050


def a_tone(hz: float, gain: float = 0.3) -> Tensor:
    return (gain * torch.sin(2 * torch.pi * hz * SECONDS) * torch.exp(-SECONDS))[None]


@pytest.fixture(scope="module")
def target() -> tuple[Tensor, Tensor]:
    return heard(a_tone(440) + a_tone(1320, 0.1))


def test_nothing_is_nearer_to_a_sound_than_itself(target: tuple[Tensor, Tensor]) -> None:
    aim = Aim(*target)
    assert aim.measured(*target).total_db == pytest.approx(0, abs=1e-4)
    assert float(aim.expected_db(target[1])) == pytest.approx(0, abs=1e-4)
    for other in (a_tone(450), a_tone(440), 2 * target[0], torch.zeros_like(target[0])):
        sound = heard(other)
        assert aim.measured(*sound).total_db > 0.1
        assert float(aim.expected_db(sound[1])) > 0.1


def test_level_alone_moves_convergence_and_level_but_no_spectral_distance(
    target: tuple[Tensor, Tensor],
) -> None:
    found = Aim(*target).measured(*heard(2 * target[0]))
    assert found.level_db == pytest.approx(20 * math.log10(2), abs=1e-3)
    assert found.sc == pytest.approx(1, abs=1e-3)
    assert found.mss_db == pytest.approx(0, abs=1e-3)


def test_what_is_expected_orders_sounds_as_what_is_measured(
    target: tuple[Tensor, Tensor],
) -> None:
    aim = Aim(*target)
    sounds = [heard(target[0] + a_tone(2000, gain)) for gain in (0.01, 0.03, 0.1, 0.3, 0.9)]
    expected = [float(aim.expected_db(mel)) for _, mel in sounds]
    measured = [aim.measured(*sound).total_db for sound in sounds]
    assert expected == sorted(expected)
    assert measured == sorted(measured)


def test_an_ear_that_hears_no_level_is_compared_below_peaks(
    target: tuple[Tensor, Tensor],
) -> None:
    mel = target[1]
    without = Aim(*target, hears_level=False)
    assert float(without.expected_db(mel - mel.amax())) == pytest.approx(0, abs=1e-3)
    assert float(Aim(*target).expected_db(mel - mel.amax())) > 0.1


def test_at_equal_loudness_level_counts_for_nothing(target: tuple[Tensor, Tensor]) -> None:
    """Measured and expected; what is nearer is so at every level."""
    aim = Aim(*target, at_equal_loudness=True)
    other = target[0] + a_tone(2000, 0.05)
    for gain in (0.1, 1.0, 4.0):
        same, another = heard(gain * target[0]), heard(gain * other)
        assert aim.measured(*same).total_db == pytest.approx(0, abs=0.01)
        assert float(aim.expected_db(same[1])) == pytest.approx(0, abs=0.05)
        assert aim.measured(*another).sc == pytest.approx(aim.measured(*heard(other)).sc, rel=0.01)
        assert aim.measured(*another).level_db == 0
        assert aim.measured(*another).total_db > 0.5
        assert float(aim.expected_db(another[1])) > 0.3


def test_what_is_missed_is_counted_where_the_target_is_heard(
    target: tuple[Tensor, Tensor],
) -> None:
    """Neither level nor faint noise counts; a gap does, the more, the briefer the sound."""
    aim = Aim(*target)
    assert aim.missed_db(target[1]) == 0
    assert aim.missed_db(heard(0.5 * target[0])[1]) == pytest.approx(0, abs=0.2)
    noise = torch.randn(1, N_SAMPLES, generator=torch.Generator().manual_seed(0))
    assert aim.missed_db(heard(target[0] + 1e-5 * noise)[1]) < 0.2
    assert aim.missed_db(heard(target[0] + 1e-2 * noise)[1]) > 1
    is_silent = (SECONDS > 0.25) & (SECONDS < 0.5)
    lasting, brief = (
        Aim(*heard(sound)).missed_db(heard(sound * ~is_silent)[1])
        for sound in (target[0], target[0] * (SECONDS < 0.5))
    )
    assert 2 < 2 * lasting < brief
    fainter = heard(target[0] * torch.where(is_silent, 0.1, 1.0))[1]
    assert lasting == pytest.approx(aim.missed_db(fainter), rel=0.3), "missed is missed"


FITNESSES = st.builds(
    Fitness,
    mss_db=st.floats(0, 80),
    sc=st.floats(0, 10),
    level_db=st.floats(0, 100),
)


@given(FITNESSES, FITNESSES)
def test_the_total_grows_with_every_part(one: Fitness, other: Fitness) -> None:
    worst = Fitness(*(max(a, b) for a, b in zip(parts(one), parts(other), strict=True)))
    assert worst.total_db >= max(one.total_db, other.total_db)
    assert one.is_no_worse(worst)
    assert worst.is_no_worse(one) == (one.sc == worst.sc and one.level_db == worst.level_db)


def parts(fitness: Fitness) -> tuple[float, float, float]:
    return fitness.mss_db, fitness.sc, fitness.level_db
