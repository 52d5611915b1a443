"""Sweeps: presets played one after the other, and how the sound changes from each to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from os import devnull
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from flow_synth import metric
from flow_synth.cluster import Progress
from flow_synth.dataset import Recipe
from flow_synth.features import LOG_FLOOR, MEL_SHAPE, one_thread
from flow_synth.journal import Errors, Journal
from flow_synth.preset import Preset
from flow_synth.synth import Note, SynthError
from flow_synth.tag import AXES, describe
from flow_synth.target import Targets
from flow_synth.trial_stage import TrialJob
from flow_synth.worker import play
from flow_synth.workplace import Workplace

#: Sounds that a worker remembers to compare the next ones with: 16 MB.
_KEPT_SOUNDS = 64

#: [W, S, P] unit presets of W sweeps of S steps, by what is swept.
Sweeps = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class Heard:
    """What was measured along sweeps.

    Attributes:
        descriptors: [..., S, 7] in the order and the units of :data:`flow_synth.tag.AXES`; NaN
            where one says nothing of a sound, or the preset could not be played.
        steps_db: [..., S - 1] MSS between neighbours; NaN where one could not be played.
    """

    descriptors: NDArray[np.float64]
    steps_db: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HeardSound:
    """The sweeps of one sound by name, and how many of its presets could not be played."""

    sweeps: Mapping[str, Heard]
    n_failed: int


def play_sweeps(
    workplace: Workplace,
    recipe: Recipe,
    targets: Targets,
    sweeps: Sequence[Sweeps],
    progress: Progress | None = None,
) -> list[HeardSound]:
    """Plays the sweeps of every target with its note; equal presets of a target are played once.

    A preset that the synth cannot play, or that ends or hangs its process twice, is NaN in its
    place. Run again after it was killed, it plays only what was not played before.

    Args:
        workplace: the workers.
        recipe: of the dataset; its synth plays.
        targets: n sounds.
        sweeps: of each target; stepped knobs on their steps.
        progress: is called with the number of targets done and their total.

    Returns:
        For each target, what was heard of its sweeps: [W, S, 7] and [W, S - 1] each.

    Raises:
        InputError: for the reasons of :meth:`Workplace.run`.
    """
    job = workplace.job(recipe)
    arguments = [
        (job.journal_path(targets[index]), targets[index].note, mine)
        for index, mine in enumerate(sweeps)
    ]
    return workplace.run(job, hear_sweeps, arguments, progress)


def record_sweeps(
    workplace: Workplace,
    recipe: Recipe,
    note: Note,
    sweeps: Sequence[NDArray[np.float32]],
) -> list[NDArray[np.float32]]:
    """[S, 128, 87] log-mels of some sweeps [S, P]; of silence where a preset cannot be played.

    Raises:
        InputError: for the reasons of :meth:`Workplace.run`, or a preset ends its process.
    """
    return workplace.run(workplace.job(recipe), record_sweep, [(note, each) for each in sweeps])


def hear_sweeps(job: TrialJob, journal: Path, note: Note, sweeps: Sweeps) -> HeardSound:
    """What a worker does for one target.

    Raises:
        InputError: the synth cannot be opened, or the journal cannot be written.
    """
    with Journal(journal, job.run) as kept:
        stage = _Stage(job, note, kept)
        heard = {name: stage.hear_all(values) for name, values in sweeps.items()}
    return HeardSound(heard, stage.n_failed)


def record_sweep(job: TrialJob, note: Note, presets: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a worker does for a picture."""
    silence = torch.full((1, *MEL_SHAPE), float(np.log(LOG_FLOOR)))
    sounds = [_sound(job, note, preset) for preset in presets]
    return torch.cat([silence if sound is None else sound[1] for sound in sounds]).numpy()


def _sound(job: TrialJob, note: Note, values: NDArray[np.float32]) -> tuple[Tensor, Tensor] | None:
    """Audio [1, 88200] and log-mel [1, 128, 87] of a preset, or None if the synth refuses it."""
    try:
        return play(job.open_synth, job.recipe, values, note, Path(devnull))
    except SynthError:
        return None


@dataclass(frozen=True, eq=False)
class _Described:
    """A sound's descriptors [7], and its point [1, F] of the multi-scale distance."""

    descriptors: Errors
    point: Tensor


class _Stage:
    """Where the presets of one target are played, each different one once."""

    def __init__(self, job: TrialJob, note: Note, journal: Journal) -> None:
        self._journal = journal
        self._failed: set[str] = set()

        @lru_cache(_KEPT_SOUNDS)
        def sound(content: bytes) -> _Described | None:
            found = _sound(job, note, np.frombuffer(content, np.float32).copy())
            return None if found is None else _described(found[0], note)

        self._sound = sound

    @property
    def n_failed(self) -> int:
        """Different presets that could not be played."""
        return len(self._failed)

    def hear_all(self, sweeps: NDArray[np.float32]) -> Heard:
        """[W, S, P] -> [W, S, 7] and [W, S - 1]."""
        heard = [self._hear(sweep) for sweep in sweeps]
        return Heard(
            np.stack([one.descriptors for one in heard]), np.stack([one.steps_db for one in heard])
        )

    def _hear(self, sweep: NDArray[np.float32]) -> Heard:
        descriptors, steps_db = [self._describe(sweep[0])], []
        for former, latter in pairwise(sweep):
            descriptors.append(self._describe(latter))
            steps_db.append(self._distance_db(former, latter))
        return Heard(np.array(descriptors), np.array(steps_db))

    def _describe(self, preset: NDArray[np.float32]) -> Errors:
        identity = Preset("", preset).identity
        found = self._journal.once(identity, lambda: self._descriptors(preset))
        if found is None:
            self._failed.add(identity)
            return (np.nan,) * len(AXES)
        return found

    def _distance_db(self, former: NDArray[np.float32], latter: NDArray[np.float32]) -> float:
        names = [Preset("", preset).identity for preset in (former, latter)]
        if self._failed.intersection(names):
            return np.nan
        if names[0] == names[1]:
            return 0.0
        found = self._journal.once(" ".join(names), lambda: self._mss_db(former, latter))
        return np.nan if found is None else found[0]

    def _descriptors(self, preset: NDArray[np.float32]) -> Errors | None:
        sound = self._sound(preset.tobytes())
        return None if sound is None else sound.descriptors

    def _mss_db(self, former: NDArray[np.float32], latter: NDArray[np.float32]) -> Errors | None:
        sounds = self._sound(former.tobytes()), self._sound(latter.tobytes())
        if sounds[0] is None or sounds[1] is None:
            return None
        with one_thread(), torch.inference_mode():
            return (float(metric.mss().distance(sounds[0].point, sounds[1].point)),)


def _described(audio: Tensor, note: Note) -> _Described:
    with one_thread(), torch.inference_mode():
        (descriptors,) = describe(audio, torch.tensor([note.frequency_hz])).tolist()
        return _Described(tuple(descriptors), metric.mss().analyse(audio))
