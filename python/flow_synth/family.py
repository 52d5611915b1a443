"""Families of near-duplicates, which no split of a dataset may part."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

#: Two presets are twins when fewer than this many of their knobs, and fewer than a sixth of them
#: (rounded down), differ by more than TWIN_DISTANCE.
TWIN_KNOBS = 5
TWIN_SHARE = 6
TWIN_DISTANCE = 0.1

#: What lies further than this below a sound's own maximum does not count when sounds are compared.
SOUND_RANGE_DB = 80.0

#: Most pairs differ in enough of their first knobs already; only the others are looked at whole.
_FIRST_KNOBS = 16

#: Rows that are compared with all others at once.
_BLOCK_ROWS = 32
#: Rows whose twins are sought at once among all rows before them.
_CHUNK_ROWS = 1024

#: A member and others of its family.
Link = tuple[int, NDArray[np.intp]]


def twin_knobs(n_knobs: int) -> int:
    """How many knobs must differ for two presets of ``n_knobs`` to be no twins."""
    return min(TWIN_KNOBS, max(n_knobs // TWIN_SHARE, 1))


def twin_pairs(left: NDArray[np.float32], right: NDArray[np.float32]) -> Iterator[Link]:
    """For every row of ``left`` [N, P] the indices of its twins in ``right`` [M, P], ascending."""
    limit = twin_knobs(left.shape[1])
    knobs = np.ascontiguousarray(right.T)
    for start in range(0, len(left), _BLOCK_ROWS):
        block = left[start : start + _BLOCK_ROWS]
        moved = np.zeros((len(block), len(right)), np.uint8)
        for column, knob in enumerate(knobs[:_FIRST_KNOBS]):
            moved += np.abs(block[:, column, None] - knob) > TWIN_DISTANCE
        near, twins = np.nonzero(moved < limit)
        others = np.abs(block[near, _FIRST_KNOBS:] - right[twins, _FIRST_KNOBS:]) > TWIN_DISTANCE
        is_twin = moved[near, twins] + np.count_nonzero(others, axis=1) < limit
        near, twins = near[is_twin], twins[is_twin]
        ends = np.searchsorted(near, np.arange(len(block) + 1))
        for offset in range(len(block)):
            yield start + offset, twins[ends[offset] : ends[offset + 1]]


def sound_twins(mel: NDArray[np.float32], distance_nat: float) -> Iterator[Link]:
    """For every sound those before it that sound alike, level included.

    Args:
        mel: [N, bands, frames] log-mels in nats.
        distance_nat: two sounds are alike when their log-mels, each no lower than 80 dB below its
            own maximum, differ by less than this in the root mean square over bins.
    """
    floor = mel.max((1, 2), keepdims=True) - SOUND_RANGE_DB * math.log(10.0) / 20.0
    points = np.maximum(mel, floor).reshape(len(mel), -1)
    # Distances are differences of squares: around the mean those are small.
    points -= points.mean(0)
    squares = np.square(points).sum(1)
    limit = distance_nat**2 * points.shape[1]
    for start in range(0, len(points), _CHUNK_ROWS):
        stop = start + _CHUNK_ROWS
        products = points[start:stop] @ points[:stop].T
        apart = squares[start:stop, None] + squares[:stop] - 2.0 * products
        for offset, row in enumerate(apart):
            yield start + offset, np.flatnonzero(row[: start + offset] < limit)


def families(values: NDArray[np.float32], known: Sequence[str] = ()) -> NDArray[np.int64]:
    """Joins twins, and twins of twins, into families.

    Args:
        values: [N, P] unit values.
        known: [N] names of families known beforehand, if any; an empty one says nothing.

    Returns:
        [N] family labels; a family is named by the index of its first member.
    """
    return joined(len(values), chain(_named_alike(known), _twins_before(values)))


def joined(n_members: int, links: Iterable[Link]) -> NDArray[np.int64]:
    """The families of ``n_members`` when each link joins one member with others.

    Returns:
        [n_members] labels; a family is named by the index of its first member.
    """
    parent = np.arange(n_members)

    def root(member: int) -> int:
        while parent[member] != member:
            parent[member] = parent[parent[member]]
            member = int(parent[member])
        return member

    for member, others in links:
        for other in others.tolist():
            one, two = root(member), root(other)
            parent[max(one, two)] = min(one, two)
    return np.array([root(member) for member in range(n_members)], np.int64)


def _twins_before(values: NDArray[np.float32]) -> Iterator[Link]:
    """The twins of every row among the rows up to its chunk: each pair at least once."""
    for start in range(0, len(values), _CHUNK_ROWS):
        stop = start + _CHUNK_ROWS
        for offset, twins in twin_pairs(values[start:stop], values[:stop]):
            yield start + offset, twins


def _named_alike(known: Sequence[str]) -> Iterator[Link]:
    first: dict[str, int] = {}
    for index, name in enumerate(known):
        if name:
            yield first.setdefault(name, index), np.array([index])
