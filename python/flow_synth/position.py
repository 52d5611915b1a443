"""Where sounds stand on the semantic axes, in units that are alike for all of them."""

import math

import numpy as np
import torch
from numpy.typing import NDArray

#: The furthest position; the sounds beyond are fewer than one in 370.
FURTHEST = 3.0


def positions(descriptors: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.float32]:
    """Normal scores: the quantile of a descriptor among known sounds, as that of N(0, 1).

    Half of the sounds lie below 0 and a sixth below -1, whatever the descriptor's scale.
    Van der Waerden 1952, "Order tests for the two-sample problem and their power".

    Args:
        descriptors: [N, A]; NaN where one says nothing.
        known: [M, A] of the training sounds; equal ones share their middle rank.

    Returns:
        [N, A] in [-FURTHEST, FURTHEST]; NaN where the descriptor is.
    """
    columns = [
        _scores(column, others[~np.isnan(others)])
        for column, others in zip(descriptors.T, known.T, strict=True)
    ]
    return np.stack(columns, axis=1)


def _scores(column: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.float32]:
    if not len(known):
        return np.full(len(column), np.nan, np.float32)
    values, counts = np.unique(known, return_counts=True)
    shares = (np.cumsum(counts) - counts / 2) / len(known)
    quantiles = np.interp(column, values, shares)
    scores: NDArray[np.float32] = torch.special.ndtri(torch.from_numpy(quantiles)).numpy()
    clipped = np.clip(scores, -FURTHEST, FURTHEST).astype(np.float32)
    return np.where(np.isnan(column), np.float32(math.nan), clipped)
