"""Scores of controls whose effect on every descriptor is known."""

import numpy as np
import pytest

from flow_synth.control import (
    Interval,
    Scale,
    Unevenness,
    axis_of,
    compare,
    score_axis,
    score_macro,
    unevenness,
)
from flow_synth.curve import Numbers
from flow_synth.error import InputError
from flow_synth.model_interface import LatentDimension, SemanticAxis
from flow_synth.sweep import Heard
from flow_synth.tag import AXES

POSITIONS = np.linspace(-3, 3, 13)
N_AXES = len(AXES)
BRIGHTNESS, DIRT, TAIL = 0, 2, 5
DIMENSION = LatentDimension(mean=0, standard_deviation=1, minimum=-2, maximum=2, effect=0.1)


def slider(name: str) -> SemanticAxis:
    return SemanticAxis(name=name, low="low", high="high", direction=(1.0,))


def heard(descriptors: Numbers, step_db: float = 1.0) -> Heard:
    steps = (*descriptors.shape[:-2], descriptors.shape[-2] - 1)
    return Heard(descriptors, np.full(steps, step_db))


def scale(deviation: float = 1.0) -> Scale:
    return Scale(np.zeros(N_AXES), np.full(N_AXES, deviation))


def moving(n: int, gains: dict[int, float]) -> Numbers:
    """[n, 13, 7] descriptors that go with the slider by their gains."""
    descriptors = np.zeros((n, len(POSITIONS), N_AXES))
    for axis, gain in gains.items():
        descriptors[..., axis] = 10 + gain * POSITIONS
    return descriptors


def test_a_slider_that_moves_its_own_descriptor_alone_passes_everywhere() -> None:
    found = heard(moving(4, {BRIGHTNESS: 0.5}), step_db=2.5)
    score = score_axis(slider("brightness"), POSITIONS, found, scale(0.5), np.arange(4), 0)
    assert score.passed == score.contained == Interval(mean=1, low=1, high=1, n=4)
    assert score.correlations == pytest.approx((1, 1, 1))
    assert score.movements == pytest.approx([6, *[0] * (N_AXES - 1)])
    assert score.shares == pytest.approx([1, *[0] * (N_AXES - 1)])
    assert score.reach == pytest.approx((-2.7, 2.7))
    assert score.change_db == 2.5
    assert [step and step[1] for step in score.curves] == pytest.approx(10 + 0.5 * POSITIONS)
    assert score.most_cross_talk == 0


def test_a_third_of_the_own_movement_is_contained_and_more_is_not() -> None:
    for gain, contained in ((0.33, 1.0), (-0.33, 1.0), (0.34, 0.0)):
        found = heard(moving(3, {BRIGHTNESS: 1, DIRT: gain}))
        score = score_axis(slider("brightness"), POSITIONS, found, scale(), np.arange(3), 0)
        assert score.contained.mean == contained
        assert score.most_cross_talk == pytest.approx(abs(gain))


def test_the_unit_of_a_descriptor_changes_nothing_but_its_own_numbers() -> None:
    descriptors = moving(3, {BRIGHTNESS: 1, DIRT: 0.2})
    scores = [
        score_axis(
            slider("brightness"),
            POSITIONS,
            heard(descriptors * unit),
            scale(unit),
            np.arange(3),
            0,
        )
        for unit in (1.0, 1000.0)
    ]
    assert scores[0].shares == pytest.approx(scores[1].shares)
    assert scores[0].movements == pytest.approx(scores[1].movements)
    assert scores[0].passed == scores[1].passed


def test_a_slider_the_wrong_way_round_or_without_effect_does_not_pass() -> None:
    for gain, correlation in ((-1.0, -1.0), (0.0, 0.0), (0.001, 0.0)):
        found = heard(moving(2, {BRIGHTNESS: gain}))
        score = score_axis(slider("brightness"), POSITIONS, found, scale(), np.arange(2), 0)
        assert score.passed.mean == 0
        assert score.correlations == pytest.approx([correlation] * 3)
        assert score.contained.mean == (gain == -1.0)


def test_presets_of_which_a_descriptor_says_nothing_count_as_not_passed() -> None:
    descriptors = moving(4, {TAIL: 1, DIRT: 0.1})
    descriptors[0, :, TAIL] = np.nan
    descriptors[1, ::2, TAIL] = np.nan
    descriptors[2, 1::2, TAIL] = np.nan
    score = score_axis(slider("tail"), POSITIONS, heard(descriptors), scale(), np.arange(4), 0)
    assert (score.n_presets, score.n_measured) == (4, 2)
    assert score.passed.mean == score.contained.mean == 0.5
    assert score.passed.n == 4
    assert score.unmeasured_share == pytest.approx((13 + 7 + 6) / 52)
    # The first preset says nothing of the share; the second is measured from -2.5 to 2.5.
    assert score.shares[DIRT] == pytest.approx(3 * 0.6 / (5 + 6 + 6))


def test_a_slider_of_which_nothing_can_be_measured_says_so() -> None:
    descriptors = np.full((2, len(POSITIONS), N_AXES), np.nan)
    found = Heard(descriptors, np.full((2, 12), np.nan))
    score = score_axis(slider("tail"), POSITIONS, found, scale(), np.arange(2), 0)
    assert (score.n_measured, score.passed.mean, score.unmeasured_share) == (0, 0, 1)
    assert (score.correlations, score.reach, score.change_db) == (None, None, None)
    assert {*score.shares, *score.movements, *score.curves} == {None}


def test_an_axis_that_no_tag_measures_is_refused() -> None:
    assert [axis_of(slider(axis.name)) for axis in AXES] == list(range(N_AXES))
    with pytest.raises(InputError, match="'warmth'"):
        axis_of(slider("warmth"))


def test_the_scale_is_that_of_what_was_measured() -> None:
    descriptors = np.zeros((4, N_AXES))
    descriptors[:, TAIL] = 1, 3, np.nan, np.nan
    found = Scale.of(descriptors)
    assert (found.mean[TAIL], found.deviation[TAIL]) == (2, 1)
    assert (found.mean[DIRT], found.deviation[DIRT]) == (0, 1)


def test_an_interval_leaves_out_what_is_unknown_and_knows_how_much_is_left() -> None:
    numbers, families = np.array([1.0, np.nan, 3.0, 2.0]), np.array([0, 1, 2, 2])
    found = Interval.of(numbers, families, seed=0)
    assert found
    assert (found.mean, found.n) == (2, 3)
    assert 1 <= found.low <= 2 <= found.high <= 3
    assert Interval.of(np.full(4, np.nan), families, seed=0) is None


def test_a_macro_knob_is_scored_by_what_it_does_to_sound() -> None:
    ends = np.zeros((3, 2, N_AXES))
    ends[:, 1, DIRT] = 2, -2, 6
    found = Heard(ends, np.array([[1.0], [2.0], [6.0]]))
    score = score_macro(7, DIMENSION, found, {}, scale(2.0), np.arange(3), 0)
    assert score.effect_db
    assert (score.dimension, score.effect_db.mean, score.knob_effect) == (7, 3, 0.1)
    assert score.changes[DIRT] == pytest.approx(1)
    assert score.moves[DIRT] == pytest.approx(5 / 3)


def test_an_even_way_beats_a_jump_between_the_same_ends() -> None:
    jump = np.where(POSITIONS > 0, 3.0, -3.0)
    ways = [moving(5, {BRIGHTNESS: 1}), np.zeros((5, len(POSITIONS), N_AXES))]
    ways[1][..., BRIGHTNESS] = 10 + jump
    path, line = (
        unevenness(heard(way, db), scale()) for way, db in zip(ways, (1, 2), strict=True)
    )
    found = compare(path, line, np.arange(5), 0)
    steps, largest = found[Unevenness.MEAN_STEP], found[Unevenness.LARGEST_STEP]
    decibels = found[Unevenness.LARGEST_STEP_DB]
    assert steps
    assert largest
    assert decibels
    # The same ends, the same number of steps, no way back: the same mean step.
    assert steps.difference.mean == pytest.approx(0)
    assert largest.path.mean == pytest.approx(0.5 / N_AXES)
    assert largest.line.mean == pytest.approx(6 / N_AXES)
    assert largest.wins == decibels.wins == 1
    assert decibels.difference.high == -1


def test_ways_that_cannot_be_measured_are_not_compared() -> None:
    path, line = np.ones((3, 5)), np.zeros((3, 5))
    path[0], line[1] = np.nan, np.nan
    found = compare(path, line, np.arange(3), 0)[Unevenness.MEAN_BEND]
    assert found
    assert (found.path.n, found.difference.mean) == (1, 1)
    assert set(compare(path[:1], line[:1], np.arange(1), 0).values()) == {None}
