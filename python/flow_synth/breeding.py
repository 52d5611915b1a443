"""Children of presets: crossed with others, and moved a little."""

import numpy as np
from numpy.typing import NDArray

from flow_synth.lock import Locks
from flow_synth.parameter import ParameterTable

#: A child takes this share of its knobs, at least and at most, from a second preset ...
_CROSSOVER = (0.05, 0.5)
#: ... and so many of them, on average, move by this much of their range, at least and at most.
_MOVED_KNOBS = 2.0
_STEPS = np.geomspace(0.01, 0.2, 16)


class Breeding:
    """Makes children of good presets.

    Args:
        table: of the synth's knobs.
        locks: knobs that stay.
        generator: of all random choices.
    """

    def __init__(
        self, table: ParameterTable, locks: Locks, generator: np.random.Generator
    ) -> None:
        self._table = table
        self._locks = locks
        self._generator = generator

    def children(
        self, parents: NDArray[np.float32], pool: NDArray[np.float32], count: int
    ) -> NDArray[np.float32]:
        """Children.

        Args:
            parents: [N, P] unit presets, the best first: those have the most children.
            pool: [M, P] others that a child may take knobs from; half of them take from parents.
            count: of the children.

        Returns:
            [count, P] unit values, stepped knobs on their steps.
        """
        generator, shape = self._generator, (count, parents.shape[1])
        first, second = generator.integers(len(parents), size=(2, count))
        chosen = np.minimum(first, second)
        others = np.where(
            generator.random((count, 1)) < 0.5,
            parents[generator.integers(len(parents), size=count)],
            pool[generator.integers(len(pool), size=count)],
        )
        share = generator.uniform(*_CROSSOVER, (count, 1))
        crossed = np.where(generator.random(shape) < share, others, parents[chosen])
        size = _STEPS[generator.integers(len(_STEPS), size=(count, 1))]
        is_moved = generator.random(shape) < _MOVED_KNOBS / shape[1]
        moved = crossed + is_moved * size * generator.standard_normal(shape)
        return self._table.snap(self._locks.held(np.clip(moved, 0, 1).astype(np.float32)))
