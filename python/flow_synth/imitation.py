"""Held-out notes, and how near the presets proposed for them come when the synth plays them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from flow_synth import metric
from flow_synth.baseline import Proposals
from flow_synth.dataset import Dataset
from flow_synth.error import InputError
from flow_synth.features import DURATION_SECONDS, LogMel, Resampler, one_thread
from flow_synth.fold import Split
from flow_synth.synth import SAMPLE_RATE_HZ, Note, Synth

#: A target whose samples never exceed this is too quiet to say anything.
MINIMUM_PEAK = 0.02
#: So that no large family of near-duplicates decides a result.
TARGETS_PER_FAMILY = 2

Progress = Callable[[int, int], None]
Name = TypeVar("Name", bound=str)


class Measure(StrEnum):
    """How far an imitation is from its target; see :mod:`flow_synth.metric`."""

    MSS = "mss_db"
    SC = "sc"
    LOG_MEL_MSE = "log_mel_mse"
    LEVEL = "level_db"
    MSE_N = "mse_n"
    PARAMETER_MSE = "parameter_mse"


_RANKING = list(Measure).index(Measure.MSS)


@dataclass(frozen=True, eq=False)
class Imitations:
    """What became of one method's proposals.

    Attributes:
        values: [n, P] unit preset of every imitation, stepped knobs on their steps.
        errors: [n, 6] its measures, in the order of :class:`Measure`.
    """

    values: NDArray[np.float32]
    errors: NDArray[np.float64]


def choose_targets(dataset: Dataset, split: Split, n_targets: int, seed: int) -> NDArray[np.intp]:
    """Rows of a split drawn at random: audible ones, no more than two of a family.

    Returns:
        At most ``n_targets`` row numbers, ascending; fewer if the split has no more.

    Raises:
        InputError: not one row of the split is fit.
    """
    families = dataset.families
    taken: dict[int, int] = {}
    chosen: list[int] = []
    for row in np.random.default_rng(seed).permutation(dataset.rows(split)).tolist():
        family = int(families[row])
        if len(chosen) == n_targets:
            break
        if taken.get(family, 0) < TARGETS_PER_FAMILY and _peak(dataset, row) > MINIMUM_PEAK:
            taken[family] = taken.get(family, 0) + 1
            chosen.append(row)
    if not chosen:
        raise InputError(
            f"{dataset.folder} has no audible {split} row to evaluate; render at least 50 presets "
            "and ask for at least 1 target"
        )
    return np.sort(np.array(chosen, np.intp))


def imitate(
    synth: Synth,
    dataset: Dataset,
    rows: NDArray[np.intp],
    proposals: Mapping[Name, Proposals],
    progress: Progress | None = None,
) -> dict[Name, Imitations]:
    """Plays every proposal at its target's pitch, and measures the best of each method.

    Of several proposals the one of the smallest multi-scale distance (MSS) counts.

    Args:
        synth: the synth of the dataset.
        dataset: with the targets' sounds.
        rows: [n] numbers of the targets.
        proposals: [n, k, P] unit presets by method.
        progress: is called with the number of targets done and their total.

    Returns:
        Imitations by method.

    Raises:
        SynthError: the synth cannot play a proposal.
    """
    names = list(proposals)
    candidates = np.concatenate([dataset.table.snap(proposals[name]) for name in names], 1)
    ends = np.cumsum([proposals[name].shape[1] for name in names])
    owned = dict(zip(names, np.split(np.arange(ends[-1]), ends[:-1]), strict=True))
    chosen = np.empty((len(rows), len(names)), np.intp)
    errors = np.empty((len(rows), len(names), len(Measure)))
    stage = _Stage(synth, dataset)
    with one_thread(), torch.inference_mode():
        for index, row in enumerate(rows.tolist()):
            found = stage.errors(row, candidates[index])
            for column, own in enumerate(owned.values()):
                best = own[found[own, _RANKING].argmin()]
                chosen[index, column], errors[index, column] = best, found[best]
            if progress:
                progress(index + 1, len(rows))
    every = np.arange(len(rows))
    return {
        name: Imitations(candidates[every, chosen[:, column]], errors[:, column])
        for column, name in enumerate(names)
    }


class _Stage:
    """Where presets are played and compared with a target."""

    def __init__(self, synth: Synth, dataset: Dataset) -> None:
        self._synth = synth
        self._dataset = dataset
        self._resample = Resampler()
        self._analyse = LogMel()
        self._mss = metric.Mss()

    def errors(self, row: int, candidates: NDArray[np.float32]) -> NDArray[np.float64]:
        """[k, 6] measures of presets [k, P] against a row; each different one is played once."""
        presets, place = np.unique(candidates, axis=0, return_inverse=True)
        audio = self._play(presets, row)
        rows = np.array([row])
        values = torch.from_numpy(self._dataset.values[rows])
        # The stored log-mel was taken before the audio was rounded to 16 bits.
        mel = torch.from_numpy(self._dataset.mel(rows))
        target = torch.from_numpy(self._dataset.audio(rows))
        imitation = self._analyse(audio)
        unit = torch.from_numpy(presets)
        measures = {
            Measure.MSS: self._mss.distance(self._mss.analyse(target), self._mss.analyse(audio)),
            Measure.SC: metric.spectral_convergence(mel, imitation),
            Measure.LOG_MEL_MSE: metric.log_mel_mse(mel, imitation),
            Measure.LEVEL: metric.level_difference_db(target, audio).abs(),
            Measure.MSE_N: metric.normalised_parameter_error(values, unit),
            Measure.PARAMETER_MSE: metric.parameter_mse(values, unit),
        }
        stacked = torch.stack([measures[measure].double() for measure in Measure], 1)
        return stacked.numpy()[place.reshape(-1)]

    def _play(self, presets: NDArray[np.float32], row: int) -> Tensor:
        """[k, 88200] mono sounds at 22050 Hz, of the note of a row."""
        pitch, velocity = float(self._dataset.pitch[row]), int(self._dataset.velocity[row])
        note = Note(pitch, velocity, total_seconds=DURATION_SECONDS)
        sounds = [self._synth.render(preset, note).mean(0) for preset in presets]
        audio: Tensor = self._resample(torch.from_numpy(np.stack(sounds)), SAMPLE_RATE_HZ)
        return audio


def _peak(dataset: Dataset, row: int) -> float:
    return float(np.abs(dataset.audio(np.array([row]))).max())
