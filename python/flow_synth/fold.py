"""Folds: whole families of near-duplicates, and which of them a training run may learn from."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

N_FOLDS = 10

#: Apart from the presets' own numbers, so that the folds' randomness is nobody else's.
_STREAM = 2**32


class Split(StrEnum):
    """What a row may be used for; no family of near-duplicates has rows in two of them."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


def deal_families(labels: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Deals whole families into ten folds, as equal in members as families allow.

    Args:
        labels: [N] family of every member.
        seed: decides which families go where.

    Returns:
        [N] fold of every member, 0 to 9.
    """
    names, member_of, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    order = np.random.default_rng([seed, _STREAM]).permutation(len(names))
    ends = np.cumsum(sizes[order])
    middles = (ends - sizes[order] / 2) / max(len(labels), 1)
    folds = np.empty(len(names), np.int64)
    folds[order] = np.searchsorted(np.arange(1, N_FOLDS + 1) / N_FOLDS, middles, side="right")
    return folds[member_of]


def split_of(fold: int, rotation: int = 0) -> Split:
    """80/10/10: eight folds to train on, one to validate, one to test.

    Every step of ``rotation``, 0 to 9, moves the last two by one fold, so that ten rotations test
    every fold once.
    """
    match (fold - rotation) % N_FOLDS:
        case 8:
            return Split.VALIDATION
        case 9:
            return Split.TEST
    return Split.TRAIN
