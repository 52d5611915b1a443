"""What a worker does: renders notes one after another, each under a time limit, into a shard."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flow_synth.atomic_file import PARTIAL_SUFFIX
from flow_synth.dataset import Recipe, ShardRecord
from flow_synth.dataset_description import DatasetDescription
from flow_synth.error import InputError
from flow_synth.features import N_FRAMES, N_MELS, N_SAMPLES
from flow_synth.item import Item, items
from flow_synth.shard import Failure, Shard, write_shard
from flow_synth.synth import SynthError
from flow_synth.worker import OpenSynth, limited, opened, play


@dataclass(frozen=True)
class RenderJob:
    """What a worker needs to know beside the notes."""

    recipe: Recipe
    folder: Path
    open_synth: OpenSynth

    def shard_path(self, part: Sequence[Item]) -> Path:
        """The file that holds these notes."""
        number = part[0].index // self.recipe.description.shard_notes
        return self.folder / f"shard-{number:05d}.safetensors"

    def trace_path(self, item: Item) -> Path:
        """The file in which a note rendered alone leaves its stack if it hangs."""
        return self.folder / f".note-{item.index}{PARTIAL_SUFFIX}"

    def hung(self, item: Item) -> bool:
        """Whether a note rendered alone was ended by its time limit."""
        trace = self.trace_path(item)
        return trace.exists() and trace.stat().st_size > 0


@dataclass(frozen=True)
class Sound:
    """A rendered note: ``audio`` [88200] at 22050 Hz and its log-mel [128, 87]."""

    item: Item
    audio: NDArray[np.float16]
    mel: NDArray[np.float16]


@dataclass(frozen=True)
class FinishedShard:
    """A shard in the folder; ``rendered`` is 0 if it was there before."""

    record: ShardRecord
    failed: tuple[Failure, ...]
    rendered: int


def failure(item: Item, reason: str) -> Failure:
    """Names the preset of a note that could not be rendered."""
    preset = item.preset
    return Failure(index=item.index, identity=preset.identity, name=preset.name, reason=reason)


def list_items(
    description: DatasetDescription, open_synth: OpenSynth
) -> tuple[Recipe, list[Item]]:
    """Opens the synth and lists every note of a dataset.

    Raises:
        InputError: presets cannot be made, or the proposals are for other ones.
    """
    with limited(description.note_timeout_seconds, Path(os.devnull)):
        synth = opened(open_synth, description.synth)
    recipe = Recipe.of(description, synth)
    if description.proposals and description.proposals.origins != recipe.origins:
        raise InputError(
            f"{description.proposals.path} is of sounds of another synth, seed or draws; let "
            "'synth', 'seed' and 'draws' be those of the dataset that it was proposed for"
        )
    return recipe, items(description, synth)


def render_shard(job: RenderJob, part: Sequence[Item]) -> FinishedShard:
    """Renders the notes of a shard and writes it; keeps an intact one that is already there.

    Raises:
        InputError: the folder cannot be written.
    """
    kept = _kept(job.shard_path(part), job.recipe.digest)
    if kept:
        return kept
    nowhere = Path(os.devnull)
    return write_sounds(job, part, [_render_note(job, item, nowhere) for item in part])


def render_alone(job: RenderJob, item: Item) -> Sound | Failure:
    """Renders one note; should it hang, its trace file tells so."""
    sound = _render_note(job, item, job.trace_path(item))
    job.trace_path(item).unlink()
    return sound


def write_sounds(
    job: RenderJob, part: Sequence[Item], sounds: Sequence[Sound | Failure]
) -> FinishedShard:
    """Writes the shard of some notes.

    Raises:
        InputError: the folder cannot be written.
    """
    good = [sound for sound in sounds if isinstance(sound, Sound)]
    failed = tuple(sound for sound in sounds if isinstance(sound, Failure))
    rows = [sound.item for sound in good]
    n_knobs = len(job.recipe.table)
    arrays = {
        "index": np.array([item.index for item in rows], np.int64),
        "values": _stacked([item.preset.values for item in rows], np.float32, n_knobs),
        "pitch": np.array([item.note.pitch for item in rows], np.float32),
        "velocity": np.array([item.note.velocity for item in rows], np.uint8),
        "audio": _stacked([sound.audio for sound in good], np.float16, N_SAMPLES),
        "mel": _stacked([sound.mel for sound in good], np.float16, N_MELS, N_FRAMES),
    }
    path = job.shard_path(part)
    write_shard(path, arrays, job.recipe.digest, failed)
    return FinishedShard(ShardRecord.of(path, len(rows)), failed, rendered=len(part))


def _stacked(
    arrays: Sequence[NDArray[np.floating]], dtype: type[np.floating], *shape: int
) -> NDArray[np.floating]:
    """[n, *shape], also for n = 0."""
    return np.array(arrays, dtype).reshape(len(arrays), *shape)


def _kept(path: Path, recipe_digest: str) -> FinishedShard | None:
    try:
        shard = Shard.open(path)
    except InputError:
        return None
    if shard.header.recipe != recipe_digest or not shard.is_intact:
        return None
    record = ShardRecord.of(path, len(shard.arrays["index"]))
    return FinishedShard(record, shard.header.failed, rendered=0)


def _render_note(job: RenderJob, item: Item, trace: Path) -> Sound | Failure:
    try:
        audio, mel = play(job.open_synth, job.recipe, item.preset.values, item.note, trace)
    except SynthError as error:
        return failure(item, str(error))
    return Sound(item, audio[0].half().numpy(), mel[0].half().numpy())
