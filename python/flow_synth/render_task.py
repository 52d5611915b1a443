"""What a worker does: renders notes one after another, each under a time limit, into a shard."""

import atexit
import faulthandler
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import torch
from distributed import get_worker
from numpy.typing import NDArray

from flow_synth.atomic_file import PARTIAL_SUFFIX, cannot_write
from flow_synth.dataset import Recipe, ShardRecord
from flow_synth.dataset_description import DatasetDescription
from flow_synth.error import InputError
from flow_synth.features import N_FRAMES, N_MELS, N_SAMPLES, LogMel, Resampler, one_thread
from flow_synth.item import Item, items
from flow_synth.shard import Failure, Shard, write_shard
from flow_synth.synth import SAMPLE_RATE_HZ, Synth, SynthError

#: Opens the synth of a description; workers import it by its name.
OpenSynth = Callable[[str], Synth]


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
    """Opens the synth and lists every note of a dataset."""
    with _limited(description.note_timeout_seconds, Path(os.devnull)):
        synth = _opened(open_synth, description.synth)
    return Recipe.of(description, synth), items(description, synth)


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
    description = job.recipe.description
    try:
        with _limited(description.note_timeout_seconds, trace):
            synth = _opened(job.open_synth, description.synth)
            if synth.version != job.recipe.synth_version:
                raise InputError(
                    f"a worker has version {synth.version} of synth {synth.identity!r} instead of "
                    f"{job.recipe.synth_version}; install the same version on every machine"
                )
            audio = _played(synth, item)
    except SynthError as error:
        # A sound that is not finite can poison an instance: every later one would be bad, too.
        _opened.cache_clear()
        return failure(item, str(error))
    mono = torch.from_numpy(audio.mean(0, dtype=np.float32))[None]
    resampler, log_mel = _features()
    with one_thread(), torch.inference_mode():
        resampled = resampler(mono, SAMPLE_RATE_HZ)
        mel = log_mel(resampled)
    return Sound(item, resampled[0].half().numpy(), mel[0].half().numpy())


def _played(synth: Synth, item: Item) -> NDArray[np.float32]:
    """[2, samples] of a note; whatever goes wrong in the synth is a failure of its preset."""
    try:
        audio = synth.render(item.preset.values, item.note)
        is_finite = bool(np.isfinite(audio).all())
    except (InputError, SynthError):
        raise
    except Exception as error:
        raise SynthError(f"{type(error).__name__}: {error}") from error
    if not is_finite:
        raise SynthError("the sound is not finite")
    return audio


@contextmanager
def _limited(seconds: float, trace: Path) -> Iterator[None]:
    """Ends this process if the body takes too long, with its stack in the file ``trace``."""
    try:
        file = trace.open("wb")
    except OSError as error:
        raise cannot_write(trace, error) from error
    with file:
        faulthandler.dump_traceback_later(seconds, exit=True, file=file)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


@lru_cache(maxsize=1)
def _opened(open_synth: OpenSynth, description: str) -> Synth:
    """The worker's synth, opened once for all its notes."""
    n_threads = get_worker().state.nthreads
    if n_threads != 1:
        raise InputError(
            f"a worker has {n_threads} threads, but a synth belongs to one; "
            "start every 'dask worker' with '--nthreads 1'"
        )
    # An engine that is still open when the interpreter ends complains to the terminal.
    atexit.register(_opened.cache_clear)
    return open_synth(description)


@cache
def _features() -> tuple[Resampler, LogMel]:
    return Resampler(), LogMel()
