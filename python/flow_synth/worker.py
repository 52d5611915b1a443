"""In a worker process: the synth, opened once, and its notes, each under a time limit."""

import faulthandler
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import torch
from distributed import get_worker
from numpy.typing import NDArray
from torch import Tensor

from flow_synth.atomic_file import cannot_write
from flow_synth.dataset import Recipe
from flow_synth.dataset_description import DatasetDescription
from flow_synth.error import InputError
from flow_synth.features import LogMel, Resampler, one_thread
from flow_synth.synth import SAMPLE_RATE_HZ, Note, Synth, SynthError

#: Opens the synth of a description; workers import it by its name.
OpenSynth = Callable[[str], Synth]
#: Audio [1, 88200] at 22050 Hz and its log-mel [1, 128, 87].
Sound = tuple[Tensor, Tensor]


def play(
    open_synth: OpenSynth, recipe: Recipe, values: NDArray[np.float32], note: Note, trace: Path
) -> Sound:
    """Plays one note; ends this process if that takes longer than the recipe allows.

    Args:
        open_synth: opens the recipe's synth, once for all notes of this process.
        recipe: names the synth, its version and the time limit.
        values: [P] unit preset.
        note: what is played.
        trace: file for the stack of a note that hangs.

    Returns:
        [1, 88200] mono audio at 22050 Hz and its log-mel [1, 128, 87].

    Raises:
        SynthError: the preset failed; the next note is played by a new synth.
        InputError: the synth cannot be opened, or is of another version than the recipe's.
    """
    return heard(render(open_synth, recipe, values, note, trace))


def heard(audio: NDArray[np.float32]) -> Sound:
    """[2, samples] at 44100 Hz -> [1, 88200] mono at 22050 Hz, and its log-mel [1, 128, 87]."""
    mono = torch.from_numpy(audio.mean(0, dtype=np.float32))[None]
    resampler, log_mel = _features()
    with one_thread(), torch.inference_mode():
        resampled = resampler(mono, SAMPLE_RATE_HZ)
        return resampled, log_mel(resampled)


def render(
    open_synth: OpenSynth, recipe: Recipe, values: NDArray[np.float32], note: Note, trace: Path
) -> NDArray[np.float32]:
    """What :func:`play` plays, as musicians hear it: [2, samples] at 44100 Hz."""
    try:
        with limited(recipe.description.note_timeout_seconds, trace):
            return played(ready_synth(open_synth, recipe), values, note)
    except SynthError:
        # A sound that is not finite can poison an instance: every later one would be bad, too.
        opened.cache_clear()
        raise


def ready_synth(open_synth: OpenSynth, recipe: Recipe) -> Synth:
    """The synth of a recipe, opened once for all notes of this process.

    Raises:
        InputError: it cannot be opened, or is of another version than the recipe's.
    """
    synth = opened(open_synth, recipe.description.synth)
    if synth.version != recipe.synth_version:
        raise InputError(
            f"a worker has version {synth.version} of synth {synth.identity!r} instead of "
            f"{recipe.synth_version}; install the same version on every machine"
        )
    return synth


def played(synth: Synth, values: NDArray[np.float32], note: Note) -> NDArray[np.float32]:
    """[2, samples] of a note; whatever goes wrong in the synth is a failure of its preset.

    Raises:
        SynthError: it went wrong, or the sound is not finite.
        InputError: the synth cannot read or write a file of its own.
    """
    try:
        audio = synth.render(values, note)
        is_finite = bool(np.isfinite(audio).all())
    except (InputError, SynthError):
        raise
    except OSError as error:
        # A full disk, say: the next preset would fare no better.
        raise InputError(
            f"synth {synth.identity!r} cannot read or write a file of its own ({error}); mend "
            "that and run the same command again"
        ) from error
    except Exception as error:
        raise SynthError(f"{type(error).__name__}: {error}") from error
    if not is_finite:
        raise SynthError("the sound is not finite")
    return audio


def cannot_open(description: DatasetDescription) -> InputError:
    """What to tell a user whose synth ends a process that opens it."""
    return InputError(
        f"synth {description.synth!r} crashes when it is opened, or takes longer than "
        f"{description.note_timeout_seconds:g} s; check that it runs without a screen"
    )


@contextmanager
def limited(seconds: float, trace: Path) -> Iterator[None]:
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
def opened(open_synth: OpenSynth, description: str) -> Synth:
    """The worker's synth, opened once for all its notes."""
    n_threads = get_worker().state.nthreads
    if n_threads != 1:
        raise InputError(
            f"a worker has {n_threads} threads, but a synth belongs to one; "
            "start every 'dask worker' with '--nthreads 1'"
        )
    return open_synth(description)


@cache
def _features() -> tuple[Resampler, LogMel]:
    return Resampler(), LogMel()
