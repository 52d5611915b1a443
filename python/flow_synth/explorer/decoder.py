"""Uploaded sound files, read in a process of their own that may crash, hang or eat its memory."""

import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from asyncio import Semaphore
from collections.abc import Callable
from functools import partial
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path

import anyio
import numpy as np
import soundfile

from flow_synth.audio_file import SILENCE_DB, Audio, read_audio
from flow_synth.error import InputError

#: Reads a file; the process imports it by its name.
Read = Callable[[Path], Audio]

DECODING_SECONDS = 10.0
#: So much may a file take beyond what the process has before it reads.
MEMORY_BYTES = 2**30
#: Kilobytes can hold hours of silence, and hundreds of channels. So many samples of all channels
#: may be silent before a sound begins: 7 min 33 s of mono at 44100 Hz, half of it in stereo.
MOST_SILENT_SAMPLES = 20_000_000
MOST_CHANNELS = 16

#: Files that are read at once.
_AT_ONCE = 2
_LOOK_SECONDS = 0.01
_N_STARTS = 100
_BLOCK_SAMPLES = 2**18
_SOUND, _AUDIO, _REFUSAL = "sound", "audio.npz", "refusal.txt"

# One that has imported everything is forked in no time; libraries of other systems do not like it.
_CAN_FORK = sys.platform == "linux"
_PROCESSES = (
    multiprocessing.get_context("forkserver")
    if _CAN_FORK
    else multiprocessing.get_context("spawn")
)


def read_sound(path: Path) -> Audio:
    """What :func:`flow_synth.audio_file.read_audio` gives, if that does not take long.

    Raises:
        InputError: it would take long, or the file is refused.
    """
    # What cannot be opened, or read so far, is named below.
    with contextlib.suppress(soundfile.LibsndfileError, TypeError):
        _check_beginning(path)
    return read_audio(path)


def _check_beginning(path: Path) -> None:
    with soundfile.SoundFile(path) as file:
        if file.channels > MOST_CHANNELS:
            raise InputError(
                f"{path} has {file.channels} channels; give a sound with at most {MOST_CHANNELS}"
            )
        n_frames = 0
        while len(block := file.read(_BLOCK_SAMPLES // file.channels, "float32", always_2d=True)):
            # What is no number is no silence.
            if not np.abs(block).max() < 10 ** (SILENCE_DB / 20):
                return
            n_frames += len(block)
            if n_frames * file.channels > MOST_SILENT_SAMPLES:
                raise InputError(
                    f"{path} is silent for its first {n_frames / file.samplerate:.0f} s, and is "
                    "read no further; give it without the silence before its sound"
                )


class Decoder:
    """Reads what may be anything.

    Args:
        read: reads a file.
        seconds: after which a file is given up.
    """

    def __init__(self, read: Read = read_sound, seconds: float = DECODING_SECONDS) -> None:
        self._read = read
        self._seconds = seconds
        self._turns = Semaphore(_AT_ONCE)
        if _CAN_FORK:
            _PROCESSES.set_forkserver_preload(["__main__", __name__])
            forkserver.ensure_running()

    async def decode(self, content: bytes, name: str) -> Audio:
        """What :func:`flow_synth.audio_file.read_audio` gives for a file of this content.

        Args:
            content: of the file.
            name: by which sentences call it.

        Raises:
            InputError: the file is refused, or ends its process, or takes too long.
        """
        async with self._turns:
            with tempfile.TemporaryDirectory(prefix="flow-synth-") as folder:
                place = Path(folder)
                await anyio.to_thread.run_sync((place / _SOUND).write_bytes, content)
                await self._run(place, name)
                return _result(place, name)

    async def _run(self, place: Path, name: str) -> None:
        process = _PROCESSES.Process(target=_decode_into, args=(self._read, place), daemon=True)
        # The first one waits for what all of them are forked from.
        await anyio.to_thread.run_sync(_start, process)
        try:
            with anyio.move_on_after(self._seconds) as limit:
                while process.is_alive():
                    await anyio.sleep(_LOOK_SECONDS)
        finally:
            process.kill()
            process.join()
        if limit.cancelled_caught:
            raise InputError(
                f"{name} takes longer than {self._seconds:g} s to read; give a shorter sound, or "
                "export it again"
            )
        is_answered = any((place / answer).exists() for answer in (_AUDIO, _REFUSAL))
        if process.exitcode or not is_answered:
            raise InputError(
                f"{name} ends the process that reads it; export it again, as WAV or FLAC"
            )


def _start(process: BaseProcess) -> None:
    # What processes are forked from may have been ended; it begins anew as soon as it is gone.
    for _ in range(_N_STARTS):
        with contextlib.suppress(EOFError, OSError):
            process.start()
            return
        time.sleep(_LOOK_SECONDS)
    process.start()


def _result(place: Path, name: str) -> Audio:
    refusal = place / _REFUSAL
    if refusal.exists():
        raise InputError(refusal.read_text("utf-8").replace(str(place / _SOUND), name))
    with np.load(place / _AUDIO) as found:
        return Audio(
            found["samples"],
            int(found["sample_rate_hz"]),
            float(found["trimmed_seconds"]),
            int(found["channels"]),
        )


def _decode_into(read: Read, place: Path) -> None:
    """In the process: leaves the audio in the folder, or why there is none.

    Files, because a process that dies while it writes into a pipe leaves its reader waiting.
    """
    # Ctrl-C reaches all processes of a terminal; what it ends is for the first of them to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _silence_libraries()
    _limit_memory()
    refuse = partial((place / _REFUSAL).write_text, encoding="utf-8")
    try:
        audio = read(place / _SOUND)
    except InputError as error:
        refuse(str(error))
    except MemoryError:
        refuse(f"{place / _SOUND} takes more memory than a sound should; export it again")
    else:
        np.savez(
            place / _AUDIO,
            samples=audio.samples,
            sample_rate_hz=audio.sample_rate_hz,
            trimmed_seconds=audio.trimmed_seconds,
            channels=audio.channels,
        )


def _silence_libraries() -> None:
    """Lets Python alone write to the terminal: a damaged file has libraries write pages."""
    sys.stderr = os.fdopen(os.dup(2), "w")
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 2)


def _limit_memory() -> None:
    """Where the system tells how much a process has, and holds it to a limit."""
    if sys.platform != "linux":
        return
    import resource

    used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_BYTES, used + MEMORY_BYTES))
    # A file that crashes its reader shall not fill the disk with what the reader looked like.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
