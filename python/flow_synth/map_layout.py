"""Where sounds lie on a map, so that neighbours sound alike."""

from itertools import count

import numpy as np
from numpy.typing import NDArray
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

#: Places are multiples of one in so many, from 0 to 1.
GRID = 1000
#: So much of the map stays free at every edge.
MARGIN = 0.02

_N_COMPONENTS = 50
#: As many neighbours, about, hold a sound in its place.
_PERPLEXITY = 30
#: Fewer sounds than this lie as their two first principal components do.
_FEWEST = 10
#: Width of the layout that t-SNE starts from.
_START = 1e-4

Places = NDArray[np.int64]


def layout(points: NDArray[np.floating], seed: int) -> NDArray[np.float64]:
    """Lays points out in the plane: t-SNE of their principal components, starting from the first.

    Van der Maaten and Hinton 2008, "Visualizing data using t-SNE"; the start is that of Kobak and
    Berens 2019, "The art of using t-SNE for single-cell transcriptomics". On one machine, with the
    same versions of the libraries, equal points give equal places.

    Args:
        points: [n, F] of n sounds.
        seed: of t-SNE.

    Returns:
        [n, 2] multiples of 1 / GRID from MARGIN to 1 - MARGIN, no two alike.
    """
    # Threads add up in any order, and a rounding error grows to another map.
    with threadpool_limits(limits=1):
        components = principal_components(points.astype(np.float64), _N_COMPONENTS)
        flat = components[:, :2]
        if len(points) >= _FEWEST:
            flat = TSNE(
                perplexity=min(_PERPLEXITY, (len(points) - 1) / 3),
                init=(_START * flat / max(float(flat[:, 0].std()), _START)).astype(np.float32),
                random_state=seed,
            ).fit_transform(components)
    return _apart(_on_grid(flat)) / GRID


def principal_components(points: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """[N, F] -> [N, max(2, at most n)], each with its largest weight above zero."""
    centred = points - points.mean(0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    directions = directions[:n]
    largest = np.abs(directions).argmax(1)
    directions *= np.sign(directions[np.arange(len(directions)), largest])[:, None]
    found = centred @ directions.T
    return np.pad(found, ((0, 0), (0, max(0, 2 - found.shape[1]))))


def _on_grid(flat: NDArray[np.floating]) -> Places:
    """[n, 2] -> whole numbers of steps of the grid, filling it up to its margin."""
    low, size = flat.min(0), np.ptp(flat, axis=0)
    share = np.divide(flat - low, size, out=np.full(flat.shape, 0.5), where=size > 0)
    places: Places = np.rint(GRID * (MARGIN + (1 - 2 * MARGIN) * share)).astype(np.int64)
    return places


def _apart(places: Places) -> Places:
    """Moves what lies where an earlier one does to the nearest place that is free."""
    taken = set[tuple[int, int]]()
    apart = places.copy()
    for index, (x, y) in enumerate(places.tolist()):
        place = (x, y) if (x, y) not in taken else _nearest_free(x, y, taken)
        taken.add(place)
        apart[index] = place
    return apart


def _nearest_free(x: int, y: int, taken: set[tuple[int, int]]) -> tuple[int, int]:
    edge = round(GRID * MARGIN)
    inside = range(edge, GRID - edge + 1)
    for reach in count(1):
        steps = range(-reach, reach + 1)
        free = [
            (across**2 + up**2, x + across, y + up)
            for across in steps
            for up in steps
            if x + across in inside and y + up in inside and (x + across, y + up) not in taken
        ]
        if free:
            return min(free)[1:]
    raise AssertionError("a map has more places than presets")
