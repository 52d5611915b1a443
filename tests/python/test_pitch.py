"""Pitch detection on synthesised harmonics, sampled instruments and a voice.

`make test` installs FluidSynth, its soundfont and espeak-ng, so on Linux nothing here is skipped.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from flow_synth.audio_file import read_audio
from flow_synth.pitch import detect_pitch
from flow_synth.synth import SAMPLE_RATE_HZ
from flow_synth.synths.midi import MidiEvent, midi_file, note_off, note_on

linux = pytest.mark.skipif(sys.platform != "linux", reason="packaged for Linux only")

SOUNDFONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
EXAMPLES = Path(__file__).parents[2] / "examples"

#: General MIDI programs, from 0, whose sound does not have the written pitch: glockenspiel, music
#: box, xylophone and tubular bells (inharmonic), organs with 16' stops (an octave below), guitar
#: harmonics (above), timpani (no fundamental) and the orchestra hit (a chord).
OTHERWISE_PITCHED = {9, 10, 13, 14, 16, 17, 18, 19, 31, 47, 55}


def frequency_hz(note: float) -> float:
    return float(440 * 2 ** ((note - 69) / 12))


def harmonics(
    note: float, rate_hz: int = 44100, seconds: float = 1.0, tilt: float = 1.0, first: int = 1
) -> NDArray[np.float32]:
    """Partials ``first`` to 20 that fall as 1 / k ** tilt, in random phases."""
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    phases = np.random.default_rng(0).uniform(0, 2 * np.pi, 21)
    partials = [
        np.cos(2 * np.pi * k * frequency_hz(note) * times + phases[k]) / k**tilt
        for k in range(first, 21)
        if k * frequency_hz(note) < 0.45 * rate_hz
    ]
    return np.asarray(0.1 * np.sum(partials, axis=0), np.float32)


def heard(samples: NDArray[np.float32], rate_hz: int = 44100) -> float:
    """The note; there must be one."""
    pitch = detect_pitch(samples, rate_hz)
    assert pitch is not None
    assert 0 < pitch.confidence <= 1
    return pitch.note


@settings(max_examples=60)
@given(
    note=st.floats(22, 107),
    tilt=st.floats(0, 2),
    rate_hz=st.sampled_from([22050, 44100, 96000]),
)
def test_harmonic_sounds_have_their_pitch(note: float, tilt: float, rate_hz: int) -> None:
    samples = harmonics(note, rate_hz, seconds=0.3, tilt=tilt)
    # Five cents: a listener hears no difference, and MIDI synths round to a hundred.
    assert heard(samples, rate_hz) == pytest.approx(note, abs=0.05)


@settings(max_examples=30)
@given(note=st.floats(30, 75))
def test_a_missing_fundamental_is_heard(note: float) -> None:
    assert heard(harmonics(note, first=2)) == pytest.approx(note, abs=0.05)


@settings(max_examples=30)
@given(note=st.floats(36, 96), gain_db=st.floats(-60, 60))
def test_level_does_not_matter(note: float, gain_db: float) -> None:
    samples = harmonics(note, seconds=0.3)
    louder = samples * np.float32(10 ** (gain_db / 20))
    assert heard(louder) == pytest.approx(heard(samples), abs=1e-3)


@pytest.mark.parametrize("snr_db", [20, 10])
@pytest.mark.parametrize("note", [33.0, 57.3, 81.0])
def test_noise_around_a_note_does_not_hide_it(note: float, snr_db: int) -> None:
    samples = harmonics(note)
    noise = np.random.default_rng(0).normal(0, samples.std() * 10 ** (-snr_db / 20), len(samples))
    assert heard(samples + noise.astype(np.float32)) == pytest.approx(note, abs=0.1)


def test_vibrato_is_heard_at_its_centre() -> None:
    times = np.arange(2 * 44100) / 44100
    # Half a semitone either way, six times a second.
    notes = 60 + 0.5 * np.sin(2 * np.pi * 6 * times)
    phase = 2 * np.pi * np.cumsum(440 * 2 ** ((notes - 69) / 12)) / 44100
    samples = np.sum([np.sin(k * phase) / k for k in range(1, 8)], axis=0)
    assert heard(samples.astype(np.float32)) == pytest.approx(60, abs=0.15)


def test_the_longest_of_several_notes_is_heard() -> None:
    notes = [harmonics(note, seconds=seconds) for note, seconds in ((60, 0.3), (67, 1), (55, 0.4))]
    assert heard(np.concatenate(notes)) == pytest.approx(67, abs=0.05)


@pytest.mark.parametrize("seed", range(4))
def test_noise_has_no_pitch(seed: int) -> None:
    generator = np.random.default_rng(seed)
    white = generator.normal(0, 0.1, 2 * 44100).astype(np.float32)
    decay = np.exp(-np.arange(len(white)) / 4410).astype(np.float32)
    brown = np.cumsum(white)
    for samples in (white, white * decay, brown - brown.mean()):
        assert detect_pitch(samples, 44100) is None


@pytest.mark.parametrize("n_samples", [0, 1, 10, 44100])
def test_silence_has_no_pitch(n_samples: int) -> None:
    assert detect_pitch(np.zeros(n_samples, np.float32), 44100) is None


@pytest.mark.parametrize("n_samples", [1, 2, 10, 30, 60, 100, 300, 1000, 3000])
@pytest.mark.parametrize("rate_hz", [8000, 192000])
def test_a_short_sound_has_its_pitch_or_none(n_samples: int, rate_hz: int) -> None:
    pitch = detect_pitch(harmonics(69, rate_hz)[:n_samples], rate_hz)
    assert pitch is None or pitch.note == pytest.approx(69, abs=0.1)


def test_twenty_milliseconds_are_enough_for_high_notes() -> None:
    assert heard(harmonics(72, seconds=0.02)) == pytest.approx(72, abs=0.1)


def played(
    folder: Path, notes: list[tuple[int, int]], seconds: float
) -> list[NDArray[np.float32]]:
    """FluidSynth's recordings of (program, key) pairs."""
    length = round(seconds * SAMPLE_RATE_HZ)
    events = []
    for index, (program, key) in enumerate(notes):
        start = index * length
        events += [
            MidiEvent(start, bytes([0xC0, program])),
            note_on(start, key, 100),
            note_off(start + length * 3 // 4, key),
            MidiEvent(start + length - 1, bytes([0xB0, 120, 0])),
        ]
    (folder / "notes.mid").write_bytes(midi_file(events))
    command = ["fluidsynth", "-q", "-n", "-i", "-R", "0", "-C", "0", "-r", str(SAMPLE_RATE_HZ)]
    command += ["-F", str(folder / "notes.wav"), SOUNDFONT, str(folder / "notes.mid")]
    subprocess.run(command, check=True)
    audio, _ = soundfile.read(folder / "notes.wav", dtype="float32")
    mono = audio.mean(1, dtype=np.float32)
    return [mono[index * length : (index + 1) * length] for index in range(len(notes))]


@linux
def test_instruments_are_heard_at_the_key_that_was_played(tmp_path: Path) -> None:
    programs = [program for program in range(80) if program not in OTHERWISE_PITCHED]
    notes = [(program, key) for program in programs for key in (45, 60, 75)]
    recordings = played(tmp_path, notes, seconds=0.6)
    wrong = []
    for (program, key), samples in zip(notes, recordings, strict=True):
        # The double bass samples end below key 75.
        if np.abs(samples).max() < 1e-3:
            continue
        pitch = detect_pitch(samples, SAMPLE_RATE_HZ)
        if pitch is None or abs(pitch.note - key) > 0.5:
            wrong.append((program, key, pitch))
    assert len(wrong) <= 0.02 * len(notes), wrong


@pytest.mark.parametrize(
    ("name", "key", "silence_seconds"),
    [
        ("bass", 33, 0.2),
        ("cello", 50, 0.2),
        ("electric_piano", 64, 0.2),
        ("trumpet", 67, 0.2),
        ("voice", 80, 0.0),
    ],
)
def test_the_examples_have_the_pitch_their_page_says(
    name: str, key: int, silence_seconds: float
) -> None:
    audio = read_audio(EXAMPLES / f"{name}.flac")
    assert audio.trimmed_seconds == pytest.approx(silence_seconds, abs=0.011)
    assert heard(audio.samples, audio.sample_rate_hz) == pytest.approx(key, abs=0.5)


def spoken(path: Path, base_pitch: int) -> tuple[NDArray[np.float32], int]:
    """espeak-ng's default voice, whose pitch moves between 82 and 118 Hz at base pitch 50."""
    command = [
        "espeak-ng",
        "-v",
        "en",
        "-p",
        str(base_pitch),
        "-w",
        str(path),
        "We were away a year ago",
    ]
    subprocess.run(command, check=True)
    audio = read_audio(path)
    return audio.samples, audio.sample_rate_hz


@linux
def test_a_voice_is_heard_in_its_range_and_follows_it(tmp_path: Path) -> None:
    notes = [heard(*spoken(tmp_path / "a.wav", base_pitch)) for base_pitch in (20, 50, 80)]
    assert notes == sorted(notes)
    assert 82 <= frequency_hz(notes[1]) <= 118


@linux
@pytest.mark.parametrize("ratio", [0.75, 1.25, 1.5])
def test_a_voice_played_faster_is_higher_by_as_much(tmp_path: Path, ratio: float) -> None:
    samples, rate_hz = spoken(tmp_path / "a.wav", 50)
    faster = heard(samples, round(rate_hz * ratio))
    # Speech glides, so that other frames are at its centre.
    assert faster - heard(samples, rate_hz) == pytest.approx(12 * np.log2(ratio), abs=1)
