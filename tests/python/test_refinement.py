from itertools import islice

import numpy as np
import pytest
from ears_for_tests import N_KNOBS, TABLE, ExactEars, Players
from numpy.typing import NDArray

from flow_synth.candidates import find_candidates
from flow_synth.fitness import Aim
from flow_synth.lock import Locks
from flow_synth.refinement import BATCH, Progress, Refinement
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
    **locked: float,
) -> list[Progress]:
    ears, locks = ExactEars(error), Locks.of(TABLE, locked)
    candidates = find_candidates(ears, TABLE, aim, Note(), locks, seed)
    search = Refinement(ears, TABLE, aim, Note(), locks, seed)
    return list(islice(search.run(candidates, 16, players), n_batches))


@pytest.mark.parametrize("seed", range(3))
def test_every_batch_keeps_what_was_found_and_none_is_worse_in_any_way(seed: int) -> None:
    found = refined(an_aim(seed), Players(), seed=seed)
    start = found[0].ranking[0].fitness
    totals = [progress.ranking[0].fitness.total_db for progress in found]
    assert totals == sorted(totals, reverse=True)
    assert totals[-1] < 0.8 * totals[0]
    for progress in found:
        assert progress.ranking[0].fitness.is_no_worse(start)
    assert [progress.n_renders for progress in found] == [16 + BATCH * n for n in range(12)]


def test_no_preset_is_played_twice() -> None:
    players = Players()
    found = refined(an_aim(0), players)
    assert len(players.played) == found[-1].n_renders
    assert len(np.unique(players.played, axis=0)) == len(players.played)
    np.testing.assert_array_equal(TABLE.snap(np.stack(players.played)), players.played)


def test_an_ear_s_error_is_corrected_at_the_parents() -> None:
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
    refined(an_aim(2), players, octave=2.0, knob3=1.0)
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
    found = refined(an_aim(0), Players(everything), 4)
    assert [progress.ranking for progress in found] == [()] * 4
    assert found[-1].n_renders > found[0].n_renders


def test_the_same_seed_finds_the_same() -> None:
    def last(seed: int) -> NDArray[np.float32]:
        return refined(an_aim(0), Players(), 6, seed=seed)[-1].ranking[0].values

    np.testing.assert_array_equal(last(0), last(0))
    assert not np.array_equal(last(0), last(1))
