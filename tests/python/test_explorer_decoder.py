"""Sound files from anybody, in a process that they may ruin."""

import io
import os
import signal
import sys
import time
from multiprocessing import forkserver
from pathlib import Path

import anyio
import numpy as np
import pytest
import soundfile
from commands_for_tests import RATE_HZ, a_tone, write_tone
from decoders_for_tests import crashes, eats_memory, hangs, leaves
from numpy.typing import NDArray

from flow_synth.audio_file import Audio, read_audio
from flow_synth.error import InputError
from flow_synth.explorer.decoder import MOST_CHANNELS, MOST_SILENT_SAMPLES, Decoder, Read

#: On a busy machine a process may take long to begin.
SECONDS = 60.0


def decoded(content: bytes, name: str = "tone.wav", decoder: Decoder | None = None) -> Audio:
    return anyio.run((decoder or Decoder(seconds=SECONDS)).decode, content, name)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3", ".aiff"])
def test_every_kind_of_file_is_read_as_from_disk(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"tone{suffix}"
    silence = np.zeros(RATE_HZ // 2, np.float32)
    soundfile.write(path, np.concatenate((silence, a_tone())), RATE_HZ)
    expected, found = read_audio(path), decoded(path.read_bytes(), path.name)
    np.testing.assert_array_equal(found.samples, expected.samples)
    assert found.sample_rate_hz == expected.sample_rate_hz
    assert found.trimmed_seconds == expected.trimmed_seconds
    assert found.channels == expected.channels


def test_what_is_no_sound_is_refused_by_the_name_it_was_sent_under(tmp_path: Path) -> None:
    whole = write_tone(tmp_path / "tone.wav").read_bytes()
    for content, reason in (
        (b"no sound", "is not a sound file"),
        (whole[: len(whole) // 2], "is shorter than its header says"),
        (b"RIFF" + bytes(100), "is not a sound file"),
    ):
        with pytest.raises(InputError, match=f"^my voice.wav {reason}"):
            decoded(content, "my voice.wav")


def flac(*parts: NDArray[np.float32]) -> bytes:
    content = io.BytesIO()
    with soundfile.SoundFile(content, "w", RATE_HZ, 1, format="FLAC") as file:
        for part in parts:
            file.write(part)
    return content.getvalue()


def test_no_more_than_minutes_of_silence_are_read() -> None:
    minute = np.zeros(60 * RATE_HZ, np.float32)
    minutes = MOST_SILENT_SAMPLES // len(minute)
    late = decoded(flac(*[minute] * minutes, a_tone()))
    assert late.trimmed_seconds == pytest.approx(60 * minutes, abs=0.1)
    with pytest.raises(InputError, match=r"^tone.wav is silent for its first (\d+) s") as refused:
        decoded(flac(*[minute] * (2 * minutes), a_tone()))
    read_seconds = int(str(refused.value).split()[6])
    assert read_seconds == pytest.approx(MOST_SILENT_SAMPLES / RATE_HZ, abs=10)


def test_a_sound_has_not_hundreds_of_channels() -> None:
    for channels in (MOST_CHANNELS, MOST_CHANNELS + 1):
        content = io.BytesIO()
        samples = np.tile(a_tone()[:, None], channels)
        soundfile.write(content, samples, RATE_HZ, format="WAV")
        if channels <= MOST_CHANNELS:
            assert decoded(content.getvalue()).channels == channels
        else:
            with pytest.raises(InputError, match=r"^tone.wav has 17 channels; give a sound with"):
                decoded(content.getvalue())


@pytest.mark.parametrize(
    ("read", "reason"),
    [
        (crashes, "ends the process that reads it"),
        (leaves, "ends the process that reads it"),
        (eats_memory, "takes more memory"),
    ],
)
def test_a_file_that_ruins_its_process_is_refused(read: Read, reason: str) -> None:
    with pytest.raises(InputError, match=f"tone.wav {reason}"):
        decoded(b"x", decoder=Decoder(read, SECONDS))


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
def test_what_processes_are_forked_from_may_be_ended(tmp_path: Path) -> None:
    content = write_tone(tmp_path / "tone.wav").read_bytes()
    expected = decoded(content).samples
    # Nothing public tells which process it is.
    os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(decoded(content).samples, expected)


def test_a_file_that_hangs_is_given_up() -> None:
    begun = time.monotonic()
    with pytest.raises(InputError, match=r"tone.wav takes longer than 0.5 s to read"):
        decoded(b"x", decoder=Decoder(hangs, 0.5))
    assert time.monotonic() - begun < SECONDS


def test_files_that_hang_do_not_hold_up_more_than_their_turns() -> None:
    async def all_of_them() -> int:
        decoder, refused = Decoder(hangs, 0.5), 0

        async def one() -> None:
            nonlocal refused
            with pytest.raises(InputError, match="takes longer"):
                await decoder.decode(b"x", "tone.wav")
            refused += 1

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(one)
        return refused

    assert anyio.run(all_of_them) == 5
