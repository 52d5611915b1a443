"""Hosts find the pitch that Python finds."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from flow_synth import _native
from flow_synth.audio_file import read_audio
from flow_synth.library import model_path
from flow_synth.pitch import detect_pitch
from flow_synth.synths.builtin import builtin_table

EXAMPLES = Path(__file__).parents[2] / "examples"
RATE_HZ = 44100
N_SOUNDS = 40
SAME_SEMITONES = 0.5
#: The share of a sound that has this pitch.
PLAIN = 0.5


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.flac")), ids=lambda path: path.stem)
def test_of_the_examples(path: Path) -> None:
    audio = read_audio(path)
    wanted = detect_pitch(audio.samples, audio.sample_rate_hz)
    found = _native.detect_pitch(audio.samples, audio.sample_rate_hz)
    assert wanted
    assert found == pytest.approx(wanted.note, abs=SAME_SEMITONES)


def mono(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    mean: NDArray[np.float32] = sound.mean(0)
    return mean


def played(native: _native.Model, number: int) -> NDArray[np.float32]:
    """A preset of the built-in synth as its model's training sounds are spread, at some pitch."""
    generator = np.random.default_rng(number)
    latent = native.info()["latent"]
    mean, deviation = (
        np.array([each[name] for each in latent]) for name in ("mean", "standard_deviation")
    )
    z = mean + deviation * generator.standard_normal(len(latent))
    values = builtin_table().snap(native.decode(z[None])[0])
    pitch = generator.uniform(33, 88)
    return mono(_native.render_builtin(values, pitch, 100, RATE_HZ, RATE_HZ + RATE_HZ // 2))


def test_of_nearly_all_sounds_of_the_synth_whose_pitch_is_plain() -> None:
    """Where they differ, it is by octaves: an oscillator of the synth plays one below the note."""
    with model_path("builtin") as path:
        native = _native.Model.load(path)
    same = []
    for number in range(N_SOUNDS):
        sound = played(native, number)
        wanted = detect_pitch(sound, RATE_HZ)
        found = _native.detect_pitch(sound, RATE_HZ)
        if wanted and wanted.confidence > PLAIN:
            same.append(found is not None and abs(found - wanted.note) < SAME_SEMITONES)
    assert len(same) > N_SOUNDS / 2
    assert np.mean(same) >= 0.9


def test_noise_and_silence_have_none() -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(RATE_HZ, np.float32)
    for sound in (noise, np.zeros(RATE_HZ, np.float32), np.zeros(0, np.float32)):
        assert _native.detect_pitch(sound, RATE_HZ) is None
