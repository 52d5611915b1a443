"""CMA-ES: a preset sought by playing, hearing and trying again."""

from collections.abc import Callable

import numpy as np
from cmaes import CMA
from numpy.typing import NDArray

#: Numbers of renders after which the best preset so far is scored.
BUDGETS = (50, 100, 200, 400)
#: Of the first generation, in unit space.
SIGMA = 0.3


def search_name(budget: int) -> str:
    """What the best preset after so many renders is called among the methods."""
    return f"cma{budget}"


def search(
    distance: Callable[[NDArray[np.float32]], float],
    start: NDArray[np.floating],
    n_renders: int,
    seed: int,
) -> NDArray[np.float32]:
    """Presets in the order in which CMA-ES tries them, of smaller and smaller distance.

    Hansen 2016, "The CMA evolution strategy: a tutorial", with its default population, within the
    bounds of unit space, as the package ``cmaes`` has it. Its rules for stopping early are left
    out: they are meant for far more than 400 renders.

    Args:
        distance: of a unit preset [P] from the target; finite.
        start: [P] unit preset, mean of the first generation.
        n_renders: calls of ``distance``.
        seed: the same seed and distances give the same presets.

    Returns:
        [n_renders, P].
    """
    bounds = np.tile([0.0, 1.0], (len(start), 1))
    optimizer = CMA(mean=start.astype(np.float64), sigma=SIGMA, bounds=bounds, seed=seed)
    tried: list[NDArray[np.float32]] = []
    generation: list[tuple[NDArray[np.float64], float]] = []
    while len(tried) < n_renders:
        point = optimizer.ask()
        tried.append(point.astype(np.float32))
        generation.append((point, distance(tried[-1])))
        if len(generation) == optimizer.population_size:
            optimizer.tell(generation)
            generation = []
    return np.stack(tried)
