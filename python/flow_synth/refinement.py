"""A preset refined: children of good presets, screened by the ear, and the best of them played."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from flow_synth.breeding import Breeding
from flow_synth.candidates import Candidates, by_promise, first_apart
from flow_synth.features import one_thread
from flow_synth.fitness import Fitness
from flow_synth.problem import Problem
from flow_synth.surprise import Surprises
from flow_synth.worker import Sound

#: Presets played at once: a number of its own, so that results depend on no number of workers.
BATCH = 8
#: Between two batches the best have so many children that the ear alone hears. Children of those
#: go where it errs: they came no nearer on the sounds by which ``_CURIOSITY_DB`` was chosen.
N_CHILDREN = 384
#: By so much in all, the knobs of presets played at once differ, if enough do: others would tell
#: the same.
_APART = 0.15
#: Parents are chosen among so many of the best.
_N_PARENTS = 16
#: So many of the best tell what the ear gets wrong about their children.
_N_WITNESSES = 128
#: So much better a child may be of which they tell nothing; chosen on sounds from elsewhere that
#: are none of those of docs/out-of-domain.md.
_CURIOSITY_DB = 0.5
#: Plays presets [k, P]: the sound of each, None if one fails.
Play = Callable[[NDArray[np.float32]], Sequence[Sound | None]]


@dataclass(frozen=True, eq=False)
class Tried:
    """A preset that was played.

    Attributes:
        values: [P] unit values, stepped knobs on their steps.
        fitness: how near it comes.
        surprise: [F] how what was heard differs from what the ear had told: every bin of the
            log-mel in nats; then by how much the fitness differs from that of the log-mel, in dB.
        missed_db: how far it is from the target where that is heard.
    """

    values: NDArray[np.float32]
    fitness: Fitness
    surprise: Tensor
    missed_db: float


@dataclass(frozen=True, eq=False)
class Progress:
    """Where a refinement stands.

    Attributes:
        n_renders: presets played so far, those that failed among them.
        ranking: what was played, the nearest first; once the first candidates are played, none is
            in front of the best of those whose convergence or level is worse than its.
    """

    n_renders: int
    ranking: tuple[Tried, ...]

    @property
    def missed_db(self) -> float:
        """How far the nearest is from the target where that is heard; infinite for none."""
        return min((tried.missed_db for tried in self.ranking), default=math.inf)


class Refinement:
    """A search among the presets of a synth for those that come nearest to a target.

    Args:
        problem: the target, and what may be used.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        generator = np.random.default_rng([problem.seed, 1])
        self._breeding = Breeding(problem.table, problem.locks, generator)

    def run(
        self,
        candidates: Candidates,
        n_first: int,
        play: Play,
        max_renders: float = math.inf,
    ) -> Iterator[Progress]:
        """Plays candidates, then children of the best, batch after batch.

        Args:
            candidates: all that were drawn.
            n_first: how many different ones of them to play first.
            play: plays presets, at most ``BATCH`` at once.
            max_renders: after which it ends; it also ends when no preset is left to play.

        Yields:
            Where the search stands after each batch; the caller stops when it likes.
        """
        waiting = candidates.first(n_first)
        known: set[bytes] = set()
        tried: list[Tried] = []
        start: Fitness | None = None
        while True:
            size = int(min(BATCH, max_renders - len(known)))
            batch, waiting = waiting[:size], waiting[size:]
            if not len(batch):
                return
            known |= {preset.tobytes() for preset in batch}
            tried += self._played(batch, play)
            if start is None and not len(waiting):
                start = min((one.fitness for one in tried), key=_total, default=None)
            ranking = tuple(sorted(tried, key=lambda one: _rank(one.fitness, start)))
            yield Progress(len(known), ranking)
            if not len(waiting):
                waiting = self._next(ranking, candidates.values, known)

    def _played(self, presets: NDArray[np.float32], play: Play) -> list[Tried]:
        sounds = zip(presets, play(presets), strict=True)
        return [self._tried(values, *sound) for values, sound in sounds if sound is not None]

    def _tried(self, values: NDArray[np.float32], audio: Tensor, mel: Tensor) -> Tried:
        aim = self._problem.aim
        fitness = aim.measured(audio, mel)
        with one_thread(), torch.inference_mode():
            heard = aim.as_heard(mel)
            mistold = (heard - self._problem.predicted(values[None])).flatten()
            surprise = torch.cat((mistold, fitness.total_db - aim.expected_db(heard)))
        return Tried(values, fitness, surprise, aim.missed_db(mel))

    def _next(
        self, ranking: Sequence[Tried], pool: NDArray[np.float32], known: set[bytes]
    ) -> NDArray[np.float32]:
        """[at most BATCH, P] the most promising presets that were not played before."""
        found = _unplayed(self._children(ranking, pool) if ranking else pool[:0], known)
        if not len(found):
            return _unplayed(pool, known)[:BATCH]
        return found[first_apart(found, BATCH, lambda moves: moves.sum(1) >= _APART)]

    def _children(
        self, ranking: Sequence[Tried], pool: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """[n, P] children of presets that were played, the most promising first."""
        parents = np.stack([one.values for one in ranking[:_N_PARENTS]])
        children = self._breeding.children(parents, pool, N_CHILDREN)
        hoped_db = self._hoped_db(children, ranking[:_N_WITNESSES])
        return by_promise(children, hoped_db)[0]

    def _hoped_db(
        self, children: NDArray[np.float32], witnesses: Sequence[Tried]
    ) -> NDArray[np.float32]:
        """[n] fitness that may be hoped for by the ear, and by what it got wrong so far.

        The less is known of a child, the more is hoped for: Srinivas et al. 2010, "Gaussian
        process optimization in the bandit setting".
        """
        with one_thread(), torch.inference_mode():
            surprises = Surprises(
                torch.from_numpy(np.stack([one.values for one in witnesses])),
                torch.stack([one.surprise for one in witnesses]),
            )
            told = self._problem.predicted(children)
            surprise, doubt = surprises.at(torch.from_numpy(children))
            heard = told + surprise[:, :-1].view_as(told)
            expected = self._problem.aim.expected_db(heard) + surprise[:, -1]
            hoped: NDArray[np.float32] = (expected - _CURIOSITY_DB * doubt).numpy()
        return hoped


def _unplayed(presets: NDArray[np.float32], known: set[bytes]) -> NDArray[np.float32]:
    return presets[[preset.tobytes() not in known for preset in presets]]


def _total(fitness: Fitness) -> float:
    return fitness.total_db


def _rank(fitness: Fitness, start: Fitness | None) -> tuple[bool, float]:
    """The order of what was played: first all that is no worse than the start in any way."""
    return start is not None and not fitness.is_no_worse(start), fitness.total_db
