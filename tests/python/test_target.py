"""Which sounds are imitated."""

from pathlib import Path

import numpy as np
import pytest
import torch
from datasets_for_tests import N_TEST, played_dataset, unheard_dataset, write_sounds

from flow_synth.dataset import Dataset
from flow_synth.error import InputError
from flow_synth.features import N_SAMPLES, SAMPLE_RATE_HZ, LogMel
from flow_synth.fold import Split
from flow_synth.out_of_domain import REFERENCE
from flow_synth.sounds import MANIFEST, Kind, Sounds
from flow_synth.synth import Note
from flow_synth.target import MINIMUM_PEAK, GroupName, Targets, _speakers, choose_rows


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return played_dataset()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six tones with their manifest, two of each kind."""
    return write_tones(tmp_path)


def write_tones(folder: Path, **changes: object) -> Path:
    presets = np.tile(np.eye(3, 6, dtype=np.float32), (2, 1))
    return write_sounds(folder, presets, [55.0 + number for number in range(6)], **changes)


def test_targets_are_of_the_split_and_at_most_two_a_family_at_middle_c_or_elsewhere() -> None:
    splits = [Split.TRAIN, Split.TEST, Split.TEST, Split.TEST, Split.VALIDATION] * 20
    families = [index // 10 for index in range(100)]
    data = unheard_dataset(splits, families)
    rows = choose_rows(data, Split.TEST, 100, seed=0)
    assert set(rows) <= set(data.rows(Split.TEST))
    assert len(set(rows.tolist())) == len(rows)
    is_reference = data.pitch == 60
    for kind in (is_reference, ~is_reference):
        there = np.bincount(data.families[data.rows(Split.TEST)], kind[data.rows(Split.TEST)])
        chosen = np.bincount(data.families[rows], kind[rows])
        np.testing.assert_array_equal(chosen, np.minimum(there, 2))
    assert (np.diff(rows) > 0).all()


def test_targets_follow_from_the_seed() -> None:
    data = unheard_dataset([Split.TEST] * 60, list(range(60)))
    first, again, other = (choose_rows(data, Split.TEST, 20, seed) for seed in (1, 1, 2))
    assert len(first) == 20
    np.testing.assert_array_equal(first, again)
    assert set(first) != set(other)


def test_a_quiet_row_is_no_target() -> None:
    peaks = np.array([MINIMUM_PEAK / 2, MINIMUM_PEAK * 2] * 4)
    data = unheard_dataset([Split.TEST] * 8, list(range(8)), peaks)
    assert choose_rows(data, Split.TEST, 8, seed=0).tolist() == [1, 3, 5, 7]


@pytest.mark.parametrize(("split", "n_targets"), [(Split.TEST, 10), (Split.TRAIN, 0)])
def test_an_evaluation_without_targets_is_refused(split: Split, n_targets: int) -> None:
    data = unheard_dataset([Split.TRAIN] * 3, [0, 1, 2])
    with pytest.raises(InputError, match=f"no audible {split} row"):
        choose_rows(data, split, n_targets, seed=0)


def test_targets_of_a_smaller_number_are_among_those_of_a_larger_one(
    folder: Path,
) -> None:
    data = unheard_dataset([Split.TEST] * 60, [index // 3 for index in range(60)])
    few, many = (set(choose_rows(data, Split.TEST, n, seed=5)) for n in (7, 25))
    assert few < many
    some, more = (Targets.of_folder(folder, n, seed=5).pitch for n in (2, 4))
    assert set(some) < set(more)


def test_rows_of_a_dataset_become_targets_as_they_were_rendered(dataset: Dataset) -> None:
    targets = Targets.of_rows(dataset, Split.TEST, N_TEST, seed=0)
    rows = dataset.rows(Split.TEST)
    assert len(targets) == N_TEST
    assert targets.values is not None
    for index, row in enumerate(rows):
        target, lone = targets[index], np.array([row])
        assert (target.note.pitch, target.note.velocity) == (
            dataset.pitch[row],
            dataset.velocity[row],
        )
        np.testing.assert_array_equal(target.audio, dataset.audio(lone)[0])
        np.testing.assert_array_equal(target.mel, dataset.mel(lone)[0])
        np.testing.assert_array_equal(targets.values[index], dataset.values[row])
    assert len({targets[index].digest for index in range(N_TEST)}) == N_TEST


def test_a_group_is_neither_empty_nor_everything_again(dataset: Dataset, folder: Path) -> None:
    mixed = Targets.of_rows(dataset, Split.TEST, N_TEST, seed=0).groups
    assert list(mixed) == [GroupName.ALL, GroupName.REFERENCE, GroupName.OTHER]
    np.testing.assert_array_equal(mixed[GroupName.REFERENCE], ~mixed[GroupName.OTHER])
    assert mixed[GroupName.ALL].all()
    lone = Targets.of_rows(dataset, Split.TEST, 1, seed=0).groups
    assert list(lone) == [GroupName.ALL]
    kinds = Targets.of_folder(folder, 6, seed=0).groups
    assert list(kinds) == [GroupName.ALL, *Kind]
    members = np.stack([kinds[GroupName(kind)] for kind in Kind])
    assert members.sum(0).tolist() == [1] * 6


def test_sounds_of_a_folder_become_targets_without_presets(folder: Path) -> None:
    targets = Targets.of_folder(folder, 10, seed=0)
    assert targets.values is None
    assert targets.pitch.tolist() == [55, 56, 57, 58, 59, 60]
    assert targets.audio.shape == (6, N_SAMPLES)
    for index, audio in enumerate(targets.audio):
        np.testing.assert_allclose(
            targets.mel[index], LogMel()(torch.from_numpy(audio)[None])[0], atol=1e-5
        )
        spectrum = np.abs(np.fft.rfft(audio[:SAMPLE_RATE_HZ]))
        expected = Note(55.0 + index).frequency_hz * (index % 3 + 1)
        assert spectrum.argmax() == pytest.approx(expected, abs=1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sha256": "0" * 64}, "0-instrument.flac is not as it was made, by its checksum"),
        ({"file": "missing.flac"}, "missing.flac is missing"),
        ({"pitch": 128}, "manifest.json is damaged"),
        ({"kind": "noise"}, "manifest.json is damaged"),
    ],
)
def test_a_folder_that_is_not_as_its_manifest_says_is_refused(
    tmp_path: Path, changes: dict[str, object], sentence: str
) -> None:
    folder = write_tones(tmp_path, **changes)
    with pytest.raises(InputError, match=sentence):
        Targets.of_folder(folder, 6, seed=0)


def test_a_folder_without_manifest_or_without_sounds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no finished folder of sounds"):
        Targets.of_folder(tmp_path, 6, seed=0)
    (tmp_path / MANIFEST).write_text(Sounds(packages={}, sounds=()).model_dump_json())
    with pytest.raises(InputError, match="has no sound to imitate"):
        Targets.of_folder(tmp_path, 6, seed=0)


def test_what_one_voice_says_and_sings_is_one_family() -> None:
    sounds = Sounds.model_validate_json(REFERENCE.read_bytes()).sounds
    families: dict[int, list[str]] = {}
    for family, sound in zip(_speakers(list(sounds)).tolist(), sounds, strict=True):
        families.setdefault(family, []).append(sound.source)
    members = sorted(map(len, families.values()))
    # Flite's awb, kal16 and slt sing five vowels and speak three sentences.
    assert members[-3:] == [8, 8, 8]
    assert all(
        len(sources) == 1 or sources[0].startswith(("flite: voice", "espeak-ng: voice"))
        for sources in families.values()
    )
