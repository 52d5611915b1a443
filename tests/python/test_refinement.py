import math
from collections.abc import Mapping
from itertools import islice
from types import MappingProxyType

import numpy as np
import pytest
import torch
from ears_for_tests import N_KNOBS, TABLE, ExactEars, Players
from numpy.typing import NDArray
from torch import Tensor

from flow_synth.candidates import find_candidates
from flow_synth.fitness import Aim
from flow_synth.lock import Locks
from flow_synth.problem import Problem
from flow_synth.refinement import _APART, BATCH, Progress, Refinement
from flow_synth.synth import Note


def an_aim(seed: int) -> Aim:
    values = np.random.default_rng([seed, 99]).random(N_KNOBS, np.float32)
    sound = Players().sound(TABLE.snap(values))
    assert sound is not None
    return Aim(*sound)


def refined(
    aim: Aim,
    players: Players,
    n_batches: int = 12,
    error: float = 0.0,
    seed: int = 0,
    max_renders: float = math.inf,
    locked: Mapping[str, float] = MappingProxyType({}),
) -> list[Progress]:
    problem = Problem(ExactEars(error), TABLE, aim, Note(), Locks.of(TABLE, locked), seed)
    search = Refinement(problem).run(find_candidates(problem), 16, players, max_renders)
    return list(islice(search, n_batches))


@pytest.mark.parametrize("seed", range(3))
def test_every_batch_keeps_what_was_found_and_none_is_worse_in_any_way(seed: int) -> None:
    found = refined(an_aim(seed), Players(), error=4.0, seed=seed)
    start = found[1].ranking[0].fitness  # The first candidates are two batches.
    totals = [progress.ranking[0].fitness.total_db for progress in found]
    assert totals == sorted(totals, reverse=True)
    assert totals[-1] < 0.8 * totals[0]
    for progress in found[1:]:
        assert progress.ranking[0].fitness.is_no_worse(start)
    assert [progress.n_renders for progress in found] == [BATCH * n for n in range(1, 13)]


def test_no_preset_is_played_twice() -> None:
    players = Players()
    found = refined(an_aim(0), players)
    assert len(players.played) == found[-1].n_renders
    assert len(np.unique(players.played, axis=0)) == len(players.played)
    np.testing.assert_array_equal(TABLE.snap(np.stack(players.played)), players.played)


def test_presets_that_are_played_together_tell_different_things() -> None:
    players = Players()
    refined(an_aim(0), players)
    batches = np.stack(players.played[2 * BATCH :]).reshape(-1, BATCH, N_KNOBS)
    for batch in batches:
        distances = np.abs(batch[:, None] - batch).sum(2)
        assert distances[~np.eye(BATCH, dtype=bool)].min() >= _APART - 1e-6


@pytest.mark.parametrize("max_renders", [3, 16, 21])
def test_a_search_plays_no_more_than_it_may(max_renders: int) -> None:
    players = Players()
    found = refined(an_aim(0), players, 100, max_renders=max_renders)
    assert found[-1].n_renders == len(players.played) == max_renders


@pytest.mark.parametrize("n_free", [0, 1])
def test_a_search_ends_when_nothing_is_left_to_play(n_free: int) -> None:
    """All knobs are locked, or all but a switch of four positions."""
    locked = dict.fromkeys(TABLE.names[n_free:], 1.0)
    players = Players()
    found = refined(an_aim(0), players, 100, locked=locked)
    assert found[-1].n_renders == len(players.played) == (4 if n_free else 1)
    assert len(np.unique(players.played, axis=0)) == len(players.played)


def test_corrections_are_on_the_scale_of_an_ear_that_hears_no_level() -> None:
    """An exact ear needs none, whatever the level of what was played."""
    values = TABLE.snap(np.random.default_rng(0).random((3, N_KNOBS), np.float32))
    sounds = [Players().sound(preset) for preset in values]
    target = sounds[0]
    assert target is not None
    aim = Aim(*target, hears_level=False)
    for sound in sounds:
        assert sound is not None
        deaf = DeafEars().predict(torch.from_numpy(values[:1]), torch.zeros(1, 2))
        assert float(deaf.amax()) == pytest.approx(0, abs=1e-6)
        told = aim.as_heard(sound[1])
        assert float(told.amax()) == pytest.approx(0, abs=1e-6)
    assert float(aim.expected_db(aim.as_heard(target[1]))) == pytest.approx(0, abs=1e-4)
    problem = Problem(DeafEars(4.0), TABLE, aim, Note(), Locks.of(TABLE, {}), 0)
    found = list(islice(Refinement(problem).run(find_candidates(problem), 8, Players()), 8))
    best = [progress.ranking[0].fitness.mss_db for progress in found]
    assert best[-1] < 0.8 * best[0]


class DeafEars(ExactEars):
    def predict(self, v: Tensor, notes: Tensor) -> Tensor:
        """Relative to its peak."""
        mel = super().predict(v, notes)
        return mel - mel.amax((1, 2), keepdim=True)


def test_what_an_ear_gets_wrong_is_learnt_from_what_was_played() -> None:
    """Six nats too much in the low bands: it still knows which way is better."""
    aim = an_aim(1)
    exact, wrong = (
        refined(aim, Players(), error=error)[-1].ranking[0].fitness.total_db
        for error in (0.0, 6.0)
    )
    first = refined(aim, Players(), 1, error=6.0)[0].ranking[0].fitness.total_db
    assert wrong < 0.8 * first
    assert wrong < exact + 0.5 * (first - exact)


def test_locked_knobs_are_never_moved() -> None:
    players = Players()
    refined(an_aim(2), players, locked={"octave": 2.0, "knob3": 1.0})
    played = np.stack(players.played)
    np.testing.assert_allclose(played[:, 0], 2 / 3, rtol=1e-6)
    np.testing.assert_allclose(played[:, 3], 0.1, rtol=1e-6)
    assert len(np.unique(played[:, 5])) > 3


def test_presets_that_fail_are_passed_over() -> None:
    players = Players(faulty=(0.0, 1.0))
    found = refined(an_aim(3), players)
    octaves = {float(tried.values[0]) for tried in found[-1].ranking}
    assert octaves <= {float(np.float32(1 / 3)), float(np.float32(2 / 3))}
    assert len(found[-1].ranking) < found[-1].n_renders


def test_a_synth_that_fails_on_everything_leaves_an_empty_ranking() -> None:
    everything = tuple(float(np.float32(octave / 3)) for octave in range(4))
    players = Players(everything)
    found = refined(an_aim(0), players, 1000)
    assert {progress.ranking for progress in found} == {()}
    # Each candidate was tried once, and then no more was left.
    assert found[-1].n_renders == len(players.played) == len(np.unique(players.played, axis=0))
    assert len(players.played) > 256


def test_the_same_seed_finds_the_same() -> None:
    def last(seed: int) -> NDArray[np.float32]:
        return refined(an_aim(0), Players(), 6, seed=seed)[-1].ranking[0].values

    np.testing.assert_array_equal(last(0), last(0))
    assert not np.array_equal(last(0), last(1))
