"""Sounds to imitate: held-out notes of a dataset, or a folder of sounds that no preset made."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from flow_synth.dataset import Dataset
from flow_synth.dataset_description import REFERENCE_PITCH
from flow_synth.error import InputError
from flow_synth.features import DURATION_SECONDS, LogMel, Resampler, fit_duration, one_thread
from flow_synth.fold import Split
from flow_synth.sounds import FULL_SCALE, Kind, Sound, Sounds
from flow_synth.synth import SAMPLE_RATE_HZ, Note

#: A row whose samples never exceed this is too quiet to say anything.
MINIMUM_PEAK = 0.02
#: So that no large family of near-duplicates decides a result: at middle C, and elsewhere.
TARGETS_PER_FAMILY = 2


class GroupName(StrEnum):
    """Which targets a table is about."""

    ALL = "all"
    REFERENCE = "reference"
    OTHER = "other"
    INSTRUMENT = "instrument"
    VOICE = "voice"
    SYNTH = "synth"


@dataclass(frozen=True, eq=False)
class Target:
    """One sound and the note with which a synth is to imitate it.

    Attributes:
        audio: [88200] mono at 22050 Hz.
        mel: [128, 87] log-mel in nats.
        note: what the synth plays.
    """

    audio: NDArray[np.float32]
    mel: NDArray[np.float32]
    note: Note

    @property
    def sound(self) -> tuple[Tensor, Tensor]:
        """Audio [1, 88200] and log-mel [1, 128, 87]."""
        return torch.from_numpy(self.audio)[None], torch.from_numpy(self.mel)[None]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all of it, in hexadecimal digits."""
        content = hashlib.sha256(repr(self.note).encode())
        for array in (self.audio, self.mel):
            content.update(np.ascontiguousarray(array, "<f4").data)
        return content.hexdigest()


@dataclass(frozen=True, eq=False)
class Targets:
    """n sounds to imitate.

    Attributes:
        split: of the dataset that the sounds are from; None for a folder of sounds.
        sounds: SHA-256 of what a folder's manifest says of its sounds; None for rows of a dataset.
        audio: [n, 88200] mono at 22050 Hz.
        mel: [n, 128, 87] log-mels in nats.
        pitch: [n] MIDI note numbers.
        velocity: [n] MIDI velocities.
        values: [n, P] true presets; None where there is none.
        families: [n] labels; sounds of one family are no independent observations.
        groups: [n] members of every named group; the first is all.
    """

    split: Split | None
    sounds: str | None
    audio: NDArray[np.float32]
    mel: NDArray[np.float32]
    pitch: NDArray[np.floating]
    velocity: NDArray[np.integer]
    values: NDArray[np.float32] | None
    families: NDArray[np.int64]
    groups: Mapping[GroupName, NDArray[np.bool_]]

    @classmethod
    def of_rows(cls, dataset: Dataset, split: Split, n_targets: int, seed: int) -> Self:
        """Rows of a split of a dataset; see :func:`choose_rows`.

        Raises:
            InputError: not one row of the split is fit.
        """
        rows = choose_rows(dataset, split, n_targets, seed)
        pitch = dataset.pitch[rows]
        is_reference = pitch == REFERENCE_PITCH
        parts = {GroupName.REFERENCE: is_reference, GroupName.OTHER: ~is_reference}
        return cls(
            split=split,
            sounds=None,
            audio=dataset.audio(rows),
            # The stored log-mel was taken before the audio was rounded to 16 bits.
            mel=dataset.mel(rows),
            pitch=pitch,
            velocity=dataset.velocity[rows],
            values=dataset.values[rows],
            families=dataset.families[rows],
            groups=_groups(len(rows), parts),
        )

    @classmethod
    def of_folder(cls, folder: Path, n_targets: int, seed: int) -> Self:
        """Sounds of a folder with a manifest, at most ``n_targets`` of them drawn at random.

        Targets of a smaller number and the same seed are among those of a larger one.

        Raises:
            InputError: the folder has no manifest or no sound, or a sound is not the one that the
                manifest names, or cannot be read.
        """
        found = Sounds.read(folder).sounds
        order = np.random.default_rng(seed).permutation(len(found))
        chosen = [found[index] for index in np.sort(order[:n_targets])]
        if not chosen:
            raise InputError(
                f"{folder} has no sound to imitate; give a folder with sounds, and ask for at "
                "least 1 target"
            )
        audio, mel = _heard(folder, chosen)
        kinds = np.array([sound.kind for sound in chosen])
        content = "".join(sound.model_dump_json() for sound in found)
        return cls(
            split=None,
            sounds=hashlib.sha256(content.encode()).hexdigest(),
            audio=audio,
            mel=mel,
            pitch=np.array([sound.pitch for sound in chosen]),
            velocity=np.full(len(chosen), Note().velocity),
            values=None,
            families=_speakers(chosen),
            groups=_groups(len(chosen), {GroupName(kind): kinds == kind for kind in Kind}),
        )

    def __len__(self) -> int:
        return len(self.audio)

    def __getitem__(self, index: int) -> Target:
        pitch, velocity = float(self.pitch[index]), int(self.velocity[index])
        note = Note(pitch, velocity, total_seconds=DURATION_SECONDS)
        return Target(self.audio[index], self.mel[index], note)


def choose_rows(dataset: Dataset, split: Split, n_targets: int, seed: int) -> NDArray[np.intp]:
    """Rows of a split drawn at random: audible ones, no more than two of a family.

    At middle C, that is, where sounds are compared, and as many at all other pitches.

    Rows of a smaller number and the same seed are among those of a larger one.

    Returns:
        At most ``n_targets`` row numbers, ascending; fewer if the split has no more.

    Raises:
        InputError: not one row of the split is fit.
    """
    families, is_reference = dataset.families, dataset.pitch == REFERENCE_PITCH
    taken: Counter[tuple[int, bool]] = Counter()
    chosen: list[int] = []
    for row in np.random.default_rng(seed).permutation(dataset.rows(split)).tolist():
        kind = int(families[row]), bool(is_reference[row])
        if len(chosen) == n_targets:
            break
        if taken[kind] < TARGETS_PER_FAMILY and _peak(dataset, row) > MINIMUM_PEAK:
            taken[kind] += 1
            chosen.append(row)
    if not chosen:
        raise InputError(
            f"{dataset.folder} has no audible {split} row to evaluate; render at least 50 presets "
            "and ask for at least 1 target"
        )
    return np.sort(np.array(chosen, np.intp))


def _peak(dataset: Dataset, row: int) -> float:
    return float(np.abs(dataset.audio(np.array([row]))).max())


def _groups(
    n_targets: int, parts: Mapping[GroupName, NDArray[np.bool_]]
) -> dict[GroupName, NDArray[np.bool_]]:
    """All targets, and the parts that are neither empty nor all of them again."""
    found = {name: mine for name, mine in parts.items() if mine.any() and not mine.all()}
    return {GroupName.ALL: np.full(n_targets, True), **found}


def _speakers(sounds: list[Sound]) -> NDArray[np.int64]:
    """[n] families: what one voice says or sings, or what one program plays."""
    names = [sound.source.partition(",")[0] for sound in sounds]
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _heard(folder: Path, sounds: list[Sound]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """[n, 88200] audio at 22050 Hz and [n, 128, 87] log-mels of files."""
    resample, analyse = Resampler(), LogMel()
    audio = []
    with one_thread(), torch.inference_mode():
        for sound in sounds:
            samples = np.float32(sound.samples(folder)) / FULL_SCALE
            mono = torch.from_numpy(samples)[None]
            audio.append(fit_duration(resample(mono, SAMPLE_RATE_HZ)))
        mel = [analyse(sound) for sound in audio]
    return torch.cat(audio).numpy(), torch.cat(mel).numpy()
