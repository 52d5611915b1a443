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
    """Deals whole families into ten folds of equally many.

    Families are counted and not their members: near-duplicates of one sound are hardly more than
    one observation.

    Args:
        labels: [N] family of every member.
        seed: decides which families go where.

    Returns:
        [N] fold of every member, 0 to 9.
    """
    names, member_of = np.unique(labels, return_inverse=True)
    order = np.random.default_rng([seed, _STREAM]).permutation(len(names))
    folds = np.empty(len(names), np.int64)
    # The fold in which the middle of a family's place lies.
    folds[order] = (2 * np.arange(len(names)) + 1) * N_FOLDS // (2 * len(names))
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
