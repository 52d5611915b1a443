import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from flow_synth.error import InputError
from flow_synth.sounds import MANIFEST, Kind, Sound, Sounds, checksum, read_flac
from flow_synth.synth import SAMPLE_RATE_HZ


def write(folder: Path, name: str, samples: np.ndarray) -> Sound:
    file = f"{name}.flac"
    soundfile.write(folder / file, samples, SAMPLE_RATE_HZ, subtype="PCM_16")
    return Sound(
        file=file,
        name=name,
        kind=Kind.SYNTH,
        source="a test",
        pitch=60.0,
        sha256=checksum(samples),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sounds of noise with their manifest."""
    generator = np.random.default_rng(0)
    sounds = [
        write(tmp_path, name, generator.integers(-(2**14), 2**14, 4410).astype(np.int16))
        for name in ("first", "second")
    ]
    manifest = Sounds(packages={}, sounds=tuple(sounds))
    (tmp_path / MANIFEST).write_text(manifest.model_dump_json())
    return tmp_path


def test_a_folder_is_read_back_as_it_was_written(folder: Path) -> None:
    sounds = Sounds.read(folder)
    assert [sound.name for sound in sounds.sounds] == ["first", "second"]
    for sound in sounds.sounds:
        expected, _ = soundfile.read(folder / sound.file, dtype="int16")
        assert np.array_equal(sound.samples(folder), expected)


@given(samples=arrays.arrays(np.int16, st.integers(1, 50)), data=st.data())
def test_the_checksum_changes_with_every_bit(samples: np.ndarray, data: st.DataObject) -> None:
    changed = samples.copy()
    changed[data.draw(st.integers(0, len(samples) - 1))] ^= np.int16(
        1 << data.draw(st.integers(0, 14))
    )
    assert checksum(changed) != checksum(samples)
    assert checksum(samples.astype(">i2")) == checksum(samples)


def test_the_checksum_does_not_depend_on_how_the_encoder_packs(folder: Path) -> None:
    sound = Sounds.read(folder).sounds[0]
    path = folder / sound.file
    packed = path.read_bytes()
    soundfile.write(path, sound.samples(folder), SAMPLE_RATE_HZ, "PCM_16", compression_level=0)
    assert path.read_bytes() != packed
    assert Sounds.read(folder).sounds[0] == sound


def no_manifest(folder: Path) -> Path:
    (folder / MANIFEST).unlink()
    return folder


def half_a_manifest(folder: Path) -> Path:
    content = (folder / MANIFEST).read_bytes()
    (folder / MANIFEST).write_bytes(content[: len(content) // 2])
    return folder / MANIFEST


def another_version(folder: Path) -> Path:
    content = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**content, "version": 2}))
    return folder / MANIFEST


def a_missing_file(folder: Path) -> Path:
    (folder / "second.flac").unlink()
    return folder / "second.flac"


def a_truncated_file(folder: Path) -> Path:
    path = folder / "second.flac"
    path.write_bytes(path.read_bytes()[:-1000])
    return path


def another_sound(folder: Path) -> Path:
    (folder / "second.flac").write_bytes((folder / "first.flac").read_bytes())
    return folder / "second.flac"


def another_rate(folder: Path) -> Path:
    samples, _ = soundfile.read(folder / "second.flac", dtype="int16")
    soundfile.write(folder / "second.flac", samples, 48000, subtype="PCM_16")
    return folder / "second.flac"


@pytest.mark.parametrize(
    "damage",
    [
        no_manifest,
        half_a_manifest,
        another_version,
        a_missing_file,
        a_truncated_file,
        another_sound,
        another_rate,
    ],
)
def test_a_damaged_folder_is_refused_in_one_sentence(
    folder: Path, damage: Callable[[Path], Path]
) -> None:
    named = damage(folder)
    with pytest.raises(InputError) as refused:
        Sounds.read(folder)
    sentence = str(refused.value)
    assert str(named) in sentence
    assert "flow-synth out-of-domain" in sentence
    assert "\n" not in sentence


def test_what_is_no_mono_sound_of_our_rate_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "sound.flac"
    soundfile.write(path, np.zeros((100, 2), np.int16), SAMPLE_RATE_HZ)
    assert read_flac(path) is None
    path.write_text("this is no sound")
    assert read_flac(path) is None
