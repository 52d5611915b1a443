"""Presets proposed for a sound without a model: what any model must beat.

Every function returns proposals [n, k, P]: for each of n targets, k unit presets, best first.
All draw on the training split, so they know exactly what the model was trained on.
"""

import numpy as np
import torch
from numpy.typing import NDArray

from flow_synth.dataset import CHUNK_ROWS, Dataset
from flow_synth.encoder import Normalisation
from flow_synth.fold import Split

Proposals = NDArray[np.float32]

#: More than any two sounds are apart: sqrt(128 * 87) * 80 dB = 972 nats.
_BEYOND_ALL = 1e4


def random_presets(dataset: Dataset, n_targets: int, seed: int) -> Proposals:
    """A training preset drawn at random for each target."""
    rows = np.random.default_rng(seed).choice(dataset.rows(Split.TRAIN), n_targets)
    proposals: Proposals = dataset.values[rows][:, None]
    return proposals


def mean_preset(dataset: Dataset, n_targets: int) -> Proposals:
    """The mean of every knob over the training presets, stepped knobs on their nearest step."""
    return _constant(dataset, dataset.values[dataset.rows(Split.TRAIN)].mean(0), n_targets)


def median_preset(dataset: Dataset, n_targets: int) -> Proposals:
    """The median of every knob over the training presets, stepped knobs on their nearest step."""
    return _constant(dataset, np.median(dataset.values[dataset.rows(Split.TRAIN)], 0), n_targets)


def nearest_presets(
    dataset: Dataset,
    mel: NDArray[np.float32],
    pitch: NDArray[np.floating],
    n_neighbours: int,
    pitch_range_semitones: float,
) -> Proposals:
    """The presets of the training rows that sound most like the targets.

    The distance is Euclidean between log-mels as the model hears them: in nats below each sound's
    own peak, no lower than 80 dB. Rows within the pitch range come first, whatever their distance;
    further ones follow only if those are too few.

    Args:
        dataset: whose training split is searched, every row of it.
        mel: [n, 128, 87] log-mels of the targets in nats.
        pitch: [n] MIDI note numbers of the targets.
        n_neighbours: k, at most the number of training rows.
        pitch_range_semitones: how far a neighbour's note may lie from the target's.
    """
    rows = dataset.rows(Split.TRAIN)
    distance = _distances(dataset, mel, rows)
    is_far = np.abs(dataset.pitch[rows] - pitch[:, None]) > pitch_range_semitones
    distance += _BEYOND_ALL * torch.from_numpy(is_far)
    nearest = distance.topk(min(n_neighbours, len(rows)), largest=False).indices
    proposals: Proposals = dataset.values[rows[nearest.numpy()]]
    return proposals


def _distances(dataset: Dataset, mel: NDArray[np.float32], rows: NDArray[np.intp]) -> torch.Tensor:
    """[n, rows] distances between the targets and rows of the dataset."""
    relative = Normalisation().clipped
    targets = relative(torch.from_numpy(mel)).flatten(1)
    parts = [
        torch.cdist(targets, relative(torch.from_numpy(dataset.mel(part))).flatten(1))
        for part in np.split(rows, range(CHUNK_ROWS, len(rows), CHUNK_ROWS))
    ]
    return torch.cat(parts, 1)


def _constant(dataset: Dataset, values: NDArray[np.floating], n_targets: int) -> Proposals:
    return np.tile(dataset.table.snap(values), (n_targets, 1, 1))
