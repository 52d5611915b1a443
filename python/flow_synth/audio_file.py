"""Sounds as they come from musicians, and sounds given back to them."""

import contextlib
import io
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import ArrayLike, NDArray

from flow_synth.atomic_file import write_atomically
from flow_synth.error import InputError
from flow_synth.features import MAXIMUM_RATE_HZ, MINIMUM_RATE_HZ

#: Nothing above this level is silence.
SILENCE_DB = -60.0
#: The sound begins where a frame of FRAME_SECONDS comes this close to the loudest frame. Frames,
#: not samples, so that a click before the sound is not taken for it.
ONSET_DB = -40.0
FRAME_SECONDS = 0.005
#: The onset is sought in this much after the end of the silence; a model hears 4 s of it.
LISTEN_SECONDS = 20.0
#: At most this much is returned, from the onset on.
MAXIMUM_SECONDS = 10.0
MINIMUM_SECONDS = 0.02

#: When the mean of all channels is this far below the loudest channel, they cancel each other.
CANCELLATION_DB = -10.0
#: Samples of integer files stored as floating point reach 2^31; beyond that no sound is meant.
LARGEST_SAMPLE = 2.0**31

_BLOCK_SAMPLES = 2**18
#: Encoders of MP3 and Ogg count their own delay in or not, so their lengths are not exact.
_LENGTH_TOLERANCE_SECONDS = 0.1
#: Some programs count the header in the size that they write.
_SIZE_TOLERANCE_BYTES = 64
#: RIFF and AIFF sizes from here on are what programs write that cannot seek back in a pipe.
_STREAMED_BYTES = 0x7FFF0000


@dataclass(frozen=True, eq=False)
class Audio:
    """The beginning of a recording, silence removed.

    Attributes:
        samples: [N] float32, mono, from FRAME_SECONDS before the onset, MAXIMUM_SECONDS at most;
            full scale is 1.
        sample_rate_hz: as recorded.
        trimmed_seconds: silence before ``samples``.
        channels: as recorded; folded to their mean, or to the loudest one if they cancel.
    """

    samples: NDArray[np.float32]
    sample_rate_hz: int
    trimmed_seconds: float
    channels: int

    @property
    def seconds(self) -> float:
        """Length of ``samples``."""
        return len(self.samples) / self.sample_rate_hz


def read_audio(path: Path) -> Audio:
    """Reads the beginning of a WAV, FLAC, AIFF, OGG or MP3 file of any length.

    Raises:
        InputError: the file is missing, no audio, cut off, damaged, silent, shorter than
            MINIMUM_SECONDS, at an unsupported rate, or has samples that are no sound.
    """
    _check_complete(path)
    with _open(path) as file:
        rate_hz, channels = file.samplerate, file.channels
    try:
        return _read(_Recording(str(path), rate_hz, channels, partial(_file_blocks, path)))
    except soundfile.LibsndfileError as error:
        raise InputError(f"{path} is damaged; copy or export it again") from error


def read_samples(samples: ArrayLike, sample_rate_hz: float) -> Audio:
    """What :func:`read_audio` gives for a file with these samples.

    Args:
        samples: [N] or [channels, N] floats, full scale 1.
        sample_rate_hz: samples a second, a whole number.

    Raises:
        InputError: they are integers, not of this shape, or refused as those of a file are.
    """
    array = np.asarray(samples)
    if array.dtype.kind != "f":
        raise InputError(
            f"the samples are {array.dtype} numbers; give floats, full scale 1: divide integers "
            "by their full scale, which is 32768 for 16 bits"
        )
    if array.ndim not in (1, 2) or not array.size:
        raise InputError(
            f"samples of shape {list(array.shape)} are not a sound; give [N] or [channels, N]"
        )
    channels = np.atleast_2d(array)
    if len(channels) > channels.shape[1]:
        raise InputError(
            f"samples of shape {list(array.shape)} have more channels than samples; give "
            "[channels, samples]"
        )
    return _read(
        _Recording("the sound", sample_rate_hz, len(channels), lambda: _array_blocks(channels.T))
    )


def write_audio(path: Path, samples: NDArray[np.float32], sample_rate_hz: int) -> None:
    """Writes a WAV file of 32-bit floats, which no level can clip; whole or not at all.

    Args:
        path: ends in ``.wav``.
        samples: [C, N], full scale is 1.
        sample_rate_hz: samples a second.

    Raises:
        InputError: the file cannot be written.
    """
    write_atomically(path, wav(samples, sample_rate_hz))


def wav(samples: NDArray[np.float32], sample_rate_hz: int, subtype: str = "FLOAT") -> bytes:
    """The content of a WAV file, of 32-bit floats unless told; see :func:`write_audio`."""
    content = io.BytesIO()
    soundfile.write(content, samples.T, sample_rate_hz, subtype=subtype, format="WAV")
    return content.getvalue()


@dataclass(frozen=True, eq=False)
class _Recording:
    """Something to listen to: its name in sentences, and [N, C] blocks from its beginning on."""

    name: str
    sample_rate_hz: float
    channels: int
    blocks: Callable[[], Iterator[NDArray[np.floating]]]


def _read(recording: _Recording) -> Audio:
    rate_hz = _whole_rate(recording)
    heard = _listen(recording, np.full(recording.channels, 1 / recording.channels, np.float32))
    if _decibels(heard.mono_power) < _decibels(heard.channel_powers.max()) + CANCELLATION_DB:
        loudest = np.arange(recording.channels) == heard.channel_powers.argmax()
        heard = _listen(recording, loudest.astype(np.float32))
    start = _onset(heard.mono, rate_hz)
    samples = heard.mono[start : start + round(MAXIMUM_SECONDS * rate_hz)]
    if len(samples) < MINIMUM_SECONDS * rate_hz:
        raise InputError(
            f"{recording.name} has {len(samples) / rate_hz * 1000:.3g} ms of sound; give at least "
            f"{MINIMUM_SECONDS * 1000:g} ms"
        )
    trimmed_seconds = (heard.first + start) / rate_hz
    return Audio(samples, rate_hz, trimmed_seconds, recording.channels)


@dataclass(frozen=True, eq=False)
class _Heard:
    """What follows the silence: mono samples [N], the first one's place in the file, powers."""

    mono: NDArray[np.float32]
    first: int
    mono_power: float
    channel_powers: NDArray[np.float64]


def _listen(recording: _Recording, weights: NDArray[np.float32]) -> _Heard:
    """Skips silence and folds LISTEN_SECONDS of what follows; never more than that in memory."""
    wanted = round(LISTEN_SECONDS * recording.sample_rate_hz)
    loudest = 0.0
    mono: list[NDArray[np.float32]] = []
    powers = np.zeros(recording.channels)
    first = 0
    for block in map(partial(_checked, recording.name), recording.blocks()):
        loudest = max(loudest, float(np.abs(block).max()))
        if _decibels(loudest**2) < SILENCE_DB:
            # The last silent block is kept: a slow attack may begin in it.
            first += sum(map(len, mono))
            mono = [block @ weights]
            continue
        powers += np.square(block, dtype=np.float64).sum(0)
        mono.append(block @ weights)
        if sum(map(len, mono)) >= wanted:
            break
    if _decibels(loudest**2) < SILENCE_DB:
        loudest_is = f"at {_decibels(loudest**2):.0f} dB of full scale" if loudest else "zero"
        raise InputError(
            f"{recording.name} is silent, its loudest sample is {loudest_is}; give a sound above "
            f"{SILENCE_DB:g} dB of full scale"
        )
    joined = np.concatenate(mono)
    return _Heard(joined, first, float(np.square(joined, dtype=np.float64).sum()), powers)


def _file_blocks(path: Path) -> Iterator[NDArray[np.float32]]:
    """Blocks to the end of the file, which is checked to be complete."""
    total = 0
    # Opened every time, as the codecs of some telephones cannot go back to the beginning.
    with _open(path) as file:
        length = max(1, _BLOCK_SAMPLES // file.channels)
        while len(block := file.read(length, dtype="float32", always_2d=True)):
            total += len(block)
            yield block
        expected = file.frames - _LENGTH_TOLERANCE_SECONDS * file.samplerate
    if total == 0:
        raise InputError(f"{path} holds no samples, or was cut off; give a complete sound file")
    if total < expected:
        raise _cut_off(path)


def _array_blocks(samples: NDArray[np.floating]) -> Iterator[NDArray[np.floating]]:
    length = max(1, _BLOCK_SAMPLES // samples.shape[1])
    for start in range(0, len(samples), length):
        yield samples[start : start + length]


def _checked(name: str, block: NDArray[np.floating]) -> NDArray[np.float32]:
    """A block in single precision, which LARGEST_SAMPLE does not exceed."""
    if not np.isfinite(block).all():
        raise InputError(
            f"{name} holds samples that are not numbers (NaN or infinity); give one without them"
        )
    if (peak := float(np.abs(block).max())) > LARGEST_SAMPLE:
        raise InputError(
            f"{name} holds a sample of {peak:.3g}, full scale is 1; scale it, or export it again"
        )
    return block.astype(np.float32, copy=False)


def _onset(mono: NDArray[np.float32], sample_rate_hz: int) -> int:
    """First sample to keep: one frame before the first loud one."""
    length = round(FRAME_SECONDS * sample_rate_hz)
    padded = np.pad(mono.astype(np.float64), (0, -len(mono) % length))
    powers = np.square(padded).reshape(-1, length).mean(1)
    loud = powers >= powers.max() * 10 ** (ONSET_DB / 10)
    return max(0, int(loud.argmax()) - 1) * length


def _check_complete(path: Path) -> None:
    """Refuses what is no file, and WAV and AIFF files shorter than their headers say.

    libsndfile plays the rest of a file that was cut off without a word.
    """
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder; give sound files")
        if not path.is_file():
            raise InputError(f"{path} does not exist or is no file; give the path of a sound file")
        with path.open("rb") as file:
            head = file.read(8)
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); give another file") from error
    if size == 0:
        raise InputError(f"{path} is empty; give a sound file")
    order = {b"RIFF": "<I", b"FORM": ">I"}.get(head[:4])
    if order and len(head) == 8:
        (declared,) = struct.unpack(order, head[4:])
        missing = declared + len(head) - size
        if missing > _SIZE_TOLERANCE_BYTES and declared < _STREAMED_BYTES:
            raise _cut_off(path)


def _open(path: Path) -> soundfile.SoundFile:
    # A TypeError is how soundfile says that the name stands for samples without a header.
    with contextlib.suppress(soundfile.LibsndfileError, TypeError):
        file = soundfile.SoundFile(path)
        if file.format != "RAW":
            return file
    raise InputError(
        f"{path} is not a sound file or is damaged; give a whole WAV, FLAC, AIFF, OGG or MP3 file"
    )


def _whole_rate(recording: _Recording) -> int:
    rate_hz = recording.sample_rate_hz
    if not MINIMUM_RATE_HZ <= rate_hz <= MAXIMUM_RATE_HZ or rate_hz != int(rate_hz):
        raise InputError(
            f"{recording.name} has {rate_hz} samples a second; give one with a whole number "
            f"from {MINIMUM_RATE_HZ} to {MAXIMUM_RATE_HZ}"
        )
    return int(rate_hz)


def _decibels(power: float) -> float:
    return 10 * float(np.log10(max(power, 1e-30)))


def _cut_off(path: Path) -> InputError:
    return InputError(f"{path} is shorter than its header says; copy or export it again")
