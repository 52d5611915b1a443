"""A preset refined: children of good presets, screened by the ear, and the best of them played."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from flow_synth.breeding import Breeding
from flow_synth.candidates import Candidates, Ears, different, predicted
from flow_synth.features import one_thread
from flow_synth.fitness import Aim, Fitness
from flow_synth.lock import Locks
from flow_synth.parameter import ParameterTable
from flow_synth.synth import Note

#: Presets played at once: a number of its own, so that results depend on no number of workers.
BATCH = 8
#: Children that the ear hears for each that is played.
CHILDREN = 24
#: Parents are chosen among so many of the best.
_N_PARENTS = 16
#: Plays presets [k, P]: audio [1, 88200] and log-mel [1, 128, 87] of each, None if one fails.
Play = Callable[[NDArray[np.float32]], Sequence[tuple[Tensor, Tensor] | None]]


@dataclass(frozen=True, eq=False)
class Tried:
    """A preset that was played.

    Attributes:
        values: [P] unit values, stepped knobs on their steps.
        fitness: how near it comes.
        mel: [1, 128, 87] its log-mel in nats.
    """

    values: NDArray[np.float32]
    fitness: Fitness
    mel: Tensor


@dataclass(frozen=True, eq=False)
class Progress:
    """Where a refinement stands.

    Attributes:
        n_renders: presets played so far, those that failed among them.
        ranking: what was played, the nearest first; after the first batch, none is in front of the
            best of that batch whose convergence or level is worse than its.
    """

    n_renders: int
    ranking: tuple[Tried, ...]


class Refinement:
    """A search among the presets of a synth for those that come nearest to a target.

    Args:
        ears: tell how children would sound.
        table: of the synth's knobs.
        aim: the target.
        note: that is played.
        locks: knobs that stay.
        seed: of all random choices.
    """

    def __init__(
        self,
        ears: Ears,
        table: ParameterTable,
        aim: Aim,
        note: Note,
        locks: Locks,
        seed: int,
    ) -> None:
        self._ears = ears
        self._aim = aim
        self._note = note
        self._generator = np.random.default_rng([seed, 1])
        self._breeding = Breeding(table, locks, self._generator)

    def run(self, candidates: Candidates, n_candidates: int, play: Play) -> Iterator[Progress]:
        """Plays candidates, then children of the best, batch after batch and without an end.

        Args:
            candidates: all that were drawn.
            n_candidates: how many different ones of them to play first, as one batch.
            play: plays presets.

        Yields:
            Where the search stands after each batch; the caller stops when it likes.
        """
        chosen = candidates.values[different(candidates.values, n_candidates)]
        known: set[bytes] = set()
        tried: list[Tried] = []
        start: Fitness | None = None
        while True:
            known |= {preset.tobytes() for preset in chosen}
            tried += self._played(chosen, play)
            start = start or min((one.fitness for one in tried), key=_total, default=None)
            ranking = tuple(sorted(tried, key=lambda one: _rank(one.fitness, start)))
            yield Progress(len(known), ranking)
            chosen = self._children(ranking, candidates.values, known)

    def _played(self, presets: NDArray[np.float32], play: Play) -> list[Tried]:
        sounds = zip(presets, play(presets), strict=True)
        return [
            Tried(values, self._aim.measured(*sound), sound[1])
            for values, sound in sounds
            if sound is not None
        ]

    def _children(
        self, ranking: Sequence[Tried], pool: NDArray[np.float32], known: set[bytes]
    ) -> NDArray[np.float32]:
        """[at most BATCH, P] the most promising of many children that were not played before."""
        generator = self._generator
        if not ranking:
            return generator.permutation(pool)[:BATCH]
        parents = ranking[:_N_PARENTS]
        values = np.stack([parent.values for parent in parents])
        children, chosen = self._breeding.children(values, pool, BATCH * CHILDREN)
        expected = self._expected(parents, values, chosen, children)
        best: dict[bytes, NDArray[np.float32]] = {}
        for number in np.argsort(expected, kind="stable"):
            child = children[number]
            if child.tobytes() not in known:
                best.setdefault(child.tobytes(), child)
            if len(best) == BATCH:
                break
        return np.stack(list(best.values())) if best else generator.permutation(pool)[:BATCH]

    def _expected(
        self,
        parents: Sequence[Tried],
        values: NDArray[np.float32],
        chosen: NDArray[np.intp],
        children: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """[n] fitness that the ear expects of children, its error at their parents corrected."""
        with one_thread(), torch.inference_mode():
            error = torch.cat([parent.mel for parent in parents])
            error = error - predicted(self._ears, values, self._note)
            heard = predicted(self._ears, children, self._note) + error[torch.from_numpy(chosen)]
            expected: NDArray[np.float32] = self._aim.expected_db(heard).numpy()
        return expected


def _total(fitness: Fitness) -> float:
    return fitness.total_db


def _rank(fitness: Fitness, start: Fitness | None) -> tuple[bool, float]:
    """The order of what was played: first all that is no worse than the start in any way."""
    return start is not None and not fitness.is_no_worse(start), fitness.total_db
