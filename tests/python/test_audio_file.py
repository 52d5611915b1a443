"""Reading and writing sound files: what works, what is refused, and what is left on the disk."""

import contextlib
import re
import struct
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from flow_synth.audio_file import (
    FRAME_SECONDS,
    MAXIMUM_SECONDS,
    SILENCE_DB,
    read_audio,
    read_samples,
    write_audio,
)
from flow_synth.error import InputError

RATE_HZ = 44100


def tone(seconds: float, rate_hz: int = RATE_HZ, amplitude: float = 0.5) -> NDArray[np.float64]:
    """A 440 Hz cosine: at full level from its first sample on."""
    return amplitude * np.cos(2 * np.pi * 440 * np.arange(round(seconds * rate_hz)) / rate_hz)


def silence(seconds: float, rate_hz: int = RATE_HZ) -> NDArray[np.float64]:
    return np.zeros(round(seconds * rate_hz))


@pytest.mark.parametrize(
    ("name", "subtype", "rate_hz", "tolerance"),
    [
        ("a.wav", "PCM_U8", 44100, 1 / 128),
        ("a.wav", "PCM_16", 8000, 1 / 32768),
        ("a.wav", "PCM_24", 96000, 2.0**-23),
        ("a.wav", "FLOAT", 192000, 1e-7),
        ("a.wav", "DOUBLE", 48000, 1e-7),
        ("a.flac", "PCM_16", 44100, 1 / 32768),
        ("a.flac", "PCM_24", 96000, 2.0**-23),
        ("a.aiff", "PCM_16", 22050, 1 / 32768),
        ("a.caf", "PCM_16", 44100, 1 / 32768),
    ],
)
def test_lossless_formats_give_the_samples(
    tmp_path: Path, name: str, subtype: str, rate_hz: int, tolerance: float
) -> None:
    path = tmp_path / name
    soundfile.write(path, tone(1, rate_hz), rate_hz, subtype=subtype)
    audio = read_audio(path)
    assert (audio.sample_rate_hz, audio.channels) == (rate_hz, 1)
    assert audio.samples.dtype == np.float32
    np.testing.assert_allclose(audio.samples, tone(1, rate_hz), atol=tolerance)


@pytest.mark.parametrize("name", ["a.ogg", "a.mp3"])
@pytest.mark.parametrize("rate_hz", [16000, 44100, 48000])
def test_lossy_formats_give_the_sound(tmp_path: Path, name: str, rate_hz: int) -> None:
    soundfile.write(tmp_path / name, np.stack([tone(1, rate_hz)] * 2, 1), rate_hz)
    audio = read_audio(tmp_path / name)
    assert audio.seconds == pytest.approx(1, abs=0.1)
    middle = audio.samples[rate_hz // 4 : rate_hz // 4 + rate_hz // 2].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert spectrum.argmax() * rate_hz / len(middle) == pytest.approx(440, abs=2)
    assert np.sqrt(2) * middle.std() == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize(("name", "subtype"), [("a.wav", "GSM610"), ("a.au", "G721_32")])
def test_codecs_that_cannot_seek_are_read(tmp_path: Path, name: str, subtype: str) -> None:
    soundfile.write(tmp_path / name, tone(1, 8000), 8000, subtype=subtype)
    with soundfile.SoundFile(tmp_path / name) as file:
        assert not file.seekable()
    # Their predictors first have to learn the sound.
    heard = read_audio(tmp_path / name).samples[800:8000]
    np.testing.assert_allclose(heard, tone(1, 8000)[800:], atol=0.1)


@pytest.mark.parametrize("channels", [1, 2, 7])
def test_equal_channels_fold_to_one_of_them(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.stack([tone(0.5)] * channels, 1), RATE_HZ, subtype="FLOAT")
    audio = read_audio(path)
    assert audio.channels == channels
    np.testing.assert_allclose(audio.samples, tone(0.5), atol=1e-6)


def test_different_channels_fold_to_their_mean(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    other = np.random.default_rng(0).normal(0, 0.3, len(tone(0.5)))
    soundfile.write(path, np.stack([tone(0.5), other], 1), RATE_HZ, subtype="FLOAT")
    np.testing.assert_allclose(read_audio(path).samples, (tone(0.5) + other) / 2, atol=1e-6)


@pytest.mark.parametrize("balance", [1.0, 0.8])
def test_channels_that_cancel_do_not_fold_to_silence(tmp_path: Path, balance: float) -> None:
    path = tmp_path / "a.wav"
    stereo = np.stack([-balance * tone(0.5), tone(0.5)], 1)
    soundfile.write(path, stereo, RATE_HZ, subtype="FLOAT")
    loudest = 0 if balance == 1 else 1
    np.testing.assert_allclose(read_audio(path).samples, stereo[:, loudest], atol=1e-6)


@pytest.mark.parametrize("seconds", [0.0, 0.004, 0.5, 3.21, 40.0])
@pytest.mark.parametrize("hiss_db", [-200.0, -75.0])
def test_silence_before_the_sound_is_trimmed(
    tmp_path: Path, seconds: float, hiss_db: float
) -> None:
    path = tmp_path / "a.wav"
    sound = np.concatenate([silence(seconds, 16000), tone(1, 16000)])
    sound += np.random.default_rng(0).normal(0, 10 ** (hiss_db / 20), len(sound))
    soundfile.write(path, sound, 16000, subtype="FLOAT")
    audio = read_audio(path)
    # The onset is found to a frame, and one frame before it is kept.
    assert seconds - 2 * FRAME_SECONDS <= audio.trimmed_seconds <= max(0, seconds - FRAME_SECONDS)
    start = round(audio.trimmed_seconds * 16000)
    np.testing.assert_allclose(audio.samples, sound[start:], atol=1e-6)


def test_a_click_before_the_sound_is_not_the_sound(tmp_path: Path) -> None:
    sound = np.concatenate([silence(1), tone(1)])
    sound[RATE_HZ // 4] = 0.05
    soundfile.write(tmp_path / "a.wav", sound, RATE_HZ)
    assert read_audio(tmp_path / "a.wav").trimmed_seconds == pytest.approx(1, abs=0.011)


def test_a_quiet_recording_keeps_its_slow_attack(tmp_path: Path) -> None:
    ramp = np.linspace(0, 1, RATE_HZ) * tone(1, amplitude=0.01)
    soundfile.write(tmp_path / "a.wav", np.concatenate([silence(9), ramp]), RATE_HZ, "FLOAT")
    # The ramp passes -40 dB of its end after 10 ms.
    assert read_audio(tmp_path / "a.wav").trimmed_seconds == pytest.approx(9.01, abs=0.011)


def test_level_does_not_move_the_onset(tmp_path: Path) -> None:
    trimmed = set()
    for amplitude in (0.002, 0.1, 1.0, 30000.0):
        sound = np.concatenate([silence(0.3), tone(1, amplitude=amplitude)])
        soundfile.write(tmp_path / "a.wav", sound, RATE_HZ, subtype="FLOAT")
        audio = read_audio(tmp_path / "a.wav")
        assert np.abs(audio.samples).max() == pytest.approx(amplitude, rel=1e-6)
        trimmed.add(audio.trimmed_seconds)
    assert len(trimmed) == 1


def two_hours(path: Path, at_seconds: float) -> Path:
    """A second of tone in two hours of silence; a sparse file, so that it takes no room."""
    rate_hz, n_bytes = 16000, 2 * 7200 * 16000
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate_hz, 2 * rate_hz, 2, 16)
    header = struct.pack("<4sI4s", b"RIFF", 36 + n_bytes, b"WAVE") + form
    header += struct.pack("<4sI", b"data", n_bytes)
    with path.open("wb") as file:
        file.write(header)
        file.seek(len(header) + 2 * round(at_seconds * rate_hz))
        file.write((32767 * tone(1, rate_hz)).astype("<i2").tobytes())
        file.truncate(len(header) + n_bytes)
    return path


@pytest.mark.parametrize("at_seconds", [0.0, 1800.0, 7198.0])
def test_a_two_hour_file_is_never_in_memory(tmp_path: Path, at_seconds: float) -> None:
    path = two_hours(tmp_path / "a.wav", at_seconds)
    tracemalloc.start()
    audio = read_audio(path)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert audio.trimmed_seconds == pytest.approx(at_seconds, abs=0.01)
    onset = round((at_seconds - audio.trimmed_seconds) * 16000)
    heard = audio.samples[onset : onset + 16000]
    np.testing.assert_allclose(heard, tone(1, 16000), atol=1e-4)
    assert audio.seconds <= MAXIMUM_SECONDS
    # The file has 230 MB; LISTEN_SECONDS of it in double precision have 2.6 MB.
    assert peak_bytes < 20e6


@pytest.mark.parametrize("declared", [0xFFFFFFFF, 0x7FFFFFFF])
def test_a_file_written_into_a_pipe_is_whole(tmp_path: Path, declared: int) -> None:
    """Programs that cannot seek back leave the largest sizes in the header."""
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(1), RATE_HZ)
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = struct.pack("<I", declared)
    path.write_bytes(content)
    assert read_audio(path).seconds == pytest.approx(1)


def refused(path: Path) -> str:
    """The one sentence of a refusal."""
    with pytest.raises(InputError) as caught:
        read_audio(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


@pytest.mark.parametrize(
    ("sound", "rate_hz", "message"),
    [
        (np.zeros(RATE_HZ), RATE_HZ, "is silent, its loudest sample is zero; give a sound"),
        (tone(1, amplitude=10 ** ((SILENCE_DB - 1) / 20)), RATE_HZ, "is silent, .* at -61 dB"),
        (np.zeros(0), RATE_HZ, "holds no samples"),
        (np.ones(1), RATE_HZ, r"has 0\.0227 ms of sound; give at least 20 ms"),
        (tone(0.0199), RATE_HZ, r"has 19\.9 ms of sound"),
        (np.concatenate([silence(1), tone(0.005)]), RATE_HZ, r"ms of sound"),
        (np.array([*tone(1), np.nan]), RATE_HZ, "not numbers"),
        (np.array([*tone(1), -np.inf]), RATE_HZ, "not numbers"),
        (np.array([*tone(1), 1e30]), RATE_HZ, r"a sample of 1e\+30, full scale is 1"),
        (
            tone(1, 7999),
            7999,
            "has 7999 samples a second; give one with a whole number from 8000 to 192000",
        ),
        (tone(1, 192001), 192001, "has 192001 samples a second"),
    ],
)
def test_sounds_that_cannot_be_used_are_refused(
    tmp_path: Path, sound: NDArray[np.float64], rate_hz: int, message: str
) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, sound, rate_hz, subtype="FLOAT")
    assert re.search(message, refused(path))
    if "no samples" not in message:
        with pytest.raises(InputError, match=f"^the sound .*{message}"):
            read_samples(sound, rate_hz)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("rate_hz", [44100, 44100.0, np.float32(44100), np.int32(44100)])
def test_samples_are_heard_as_their_file_is(
    tmp_path: Path, dtype: type[np.floating], rate_hz: float
) -> None:
    """Silence, cancelling channels and all."""
    generator = np.random.default_rng(0)
    sound = np.concatenate([silence(3), tone(12)]).astype(dtype)
    stereo = np.stack([sound, -0.9 * sound + generator.normal(0, 1e-4, len(sound))]).astype(dtype)
    for samples in (sound, stereo):
        soundfile.write(tmp_path / "a.wav", samples.T.astype(np.float64), 44100, "DOUBLE")
        of_file, of_samples = read_audio(tmp_path / "a.wav"), read_samples(samples, rate_hz)
        np.testing.assert_array_equal(of_samples.samples, of_file.samples)
        assert of_samples.samples.dtype == np.float32
        assert of_samples.trimmed_seconds == of_file.trimmed_seconds > 2.9
        assert of_samples.channels == of_file.channels
        assert isinstance(of_samples.sample_rate_hz, int)


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.stack([tone(1), tone(1)], 1), r"\[44100, 2\] .*; give \[channels, samples\]"),
        ((32767 * tone(1)).astype(np.int16), "int16 numbers; give floats, .* 32768 for 16 bits"),
        ([0, 1, 0, -1] * 1000, "int64 numbers; give floats"),
        (np.ones(1000, np.bool_), "bool numbers"),
        (np.ones(1000, np.complex64), "complex64 numbers"),
        (np.zeros((2, 0)), r"shape \[2, 0\] are not a sound"),
        (np.zeros((0, 9)), r"shape \[0, 9\] are not a sound"),
        (np.float64(1), r"shape \[\] are not a sound"),
        (np.full(1000, 1e300), r"a sample of 1e\+300"),
    ],
)
def test_arrays_that_are_no_sound_are_refused(samples: ArrayLike, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_samples(samples, RATE_HZ)


@pytest.mark.parametrize("rate_hz", [44100.5, np.nan, np.inf, 0, -44100])
def test_rates_that_are_none_are_refused(rate_hz: float) -> None:
    with pytest.raises(InputError, match=f"{rate_hz} samples a second; give one with a whole"):
        read_samples(tone(1), rate_hz)


def test_twenty_milliseconds_are_enough(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(0.02), RATE_HZ)
    assert read_audio(tmp_path / "a.wav").seconds == pytest.approx(0.02)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".aiff", ".ogg", ".mp3", ".au", ".raw", ""])
@pytest.mark.parametrize("content", [b"a", b"hello world" * 1000, bytes(range(256)) * 100])
def test_what_is_no_sound_is_refused(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    assert "is not a sound file or is damaged" in refused(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "none.wav")
    assert "is a folder" in refused(tmp_path)
    (tmp_path / "empty.wav").touch()
    assert "is empty" in refused(tmp_path / "empty.wav")
    assert "is no file" in refused(Path("/dev/zero"))
    assert "cannot be read (File name too long)" in refused(tmp_path / ("a" * 300))
    (tmp_path / "loop.wav").symlink_to("loop.wav")
    assert "is no file" in refused(tmp_path / "loop.wav")


@pytest.mark.parametrize("share", [0.5, 0.03])
@pytest.mark.parametrize("name", ["a.wav", "a.aiff", "a.flac", "a.ogg", "a.mp3"])
def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, name: str, share: float) -> None:
    path = tmp_path / name
    soundfile.write(path, tone(3), RATE_HZ)
    content = path.read_bytes()
    path.write_bytes(content[: round(share * len(content))])
    message = refused(path)
    assert any(word in message for word in ("damaged", "header", "cut off"))


@pytest.fixture(scope="module")
def small_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A short sound in every format."""
    folder = tmp_path_factory.mktemp("small")
    names = ["a.wav", "a.aiff", "a.flac", "a.ogg", "a.mp3"]
    for name in names:
        soundfile.write(folder / name, tone(0.3, 16000), 16000)
    return {name: (folder / name).read_bytes() for name in names}


@given(data=st.data(), name=st.sampled_from(["a.wav", "a.aiff", "a.flac", "a.ogg", "a.mp3"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_whatever_befalls_a_file_it_is_read_or_refused(
    small_files: dict[str, bytes], tmp_path: Path, data: st.DataObject, name: str
) -> None:
    content = bytearray(small_files[name])
    for _ in range(data.draw(st.integers(1, 4))):
        # Half of the damage hits the header.
        last = data.draw(st.sampled_from([64, len(content)])) - 1
        content[data.draw(st.integers(0, last))] = data.draw(st.integers(0, 255))
    path = tmp_path / name
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    audio = None
    with contextlib.suppress(InputError):
        audio = read_audio(path)
    if audio:
        assert np.isfinite(audio.samples).all()
        assert 0.02 <= audio.seconds <= MAXIMUM_SECONDS


def test_written_audio_is_read_back_exactly(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    samples = np.random.default_rng(0).normal(0, 3, (2, 5000)).astype(np.float32)
    write_audio(path, samples, 48000)
    read, rate_hz = soundfile.read(path, dtype="float32")
    assert rate_hz == 48000
    np.testing.assert_array_equal(read.T, samples)
    assert list(tmp_path.iterdir()) == [path]


def test_audio_that_cannot_be_written_is_an_input_error(tmp_path: Path) -> None:
    for path in (tmp_path / "none" / "a.wav", Path("/proc/a.wav")):
        with pytest.raises(InputError, match=f"cannot write {path}"):
            write_audio(path, np.zeros((1, 100), np.float32), RATE_HZ)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    import resource

    path = tmp_path / "a.wav"
    write_audio(path, np.ones((1, 100), np.float32), RATE_HZ)
    before = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with pytest.raises(InputError, match="make room"):
            write_audio(path, np.zeros((2, 50000), np.float32), RATE_HZ)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
