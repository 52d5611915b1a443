"""Datasets: descriptions, shards, and reading rows back."""

import errno
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from synths_for_tests import N_KNOBS, SineSynth

from flow_synth.atomic_file import write_atomically
from flow_synth.dataset import MANIFEST, Dataset, Manifest, Recipe, ShardRecord
from flow_synth.dataset_description import Augmentation, DatasetDescription, RandomPitch
from flow_synth.error import InputError
from flow_synth.fold import N_FOLDS, Split
from flow_synth.item import Item, items
from flow_synth.shard import Failure, Shard, write_shard

DESCRIPTION = DatasetDescription(
    synth="sine",
    draws=200,
    seed=7,
    random_pitch=RandomPitch(),
    velocities=(50, 100),
    augmentation=Augmentation(crossover=30, uniform=20, folds=tuple(range(N_FOLDS))),
)
DESCRIPTION_TEXT = """
synth = "sine"
draws = 200
seed = 7
velocities = [50, 100]

[random_pitch]

[augmentation]
crossover = 30
uniform = 20
folds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
"""


def write_dataset(folder: Path, planned: list[Item], rows_per_shard: int = 7) -> Manifest:
    """Audio and mel hold each item's index, so that a row can be told from every other."""
    recipe = Recipe.of(DESCRIPTION, SineSynth())
    shards: list[ShardRecord] = []
    for start in range(0, len(planned), rows_per_shard):
        part = planned[start : start + rows_per_shard]
        index = np.array([item.index for item in part])
        path = folder / f"shard-{len(shards):05d}.safetensors"
        content = {
            "index": index,
            "values": np.stack([item.preset.values for item in part]),
            "pitch": np.array([item.note.pitch for item in part], np.float32),
            "velocity": np.array([item.note.velocity for item in part], np.uint8),
            "audio": index[:, None].repeat(9, 1).astype(np.float16),
            "mel": -index[:, None, None].repeat(3, 1).repeat(4, 2).astype(np.float16),
        }
        write_shard(path, content, recipe.digest, ())
        shards.append(ShardRecord.of(path, len(part)))
    manifest = Manifest.of(recipe, planned, shards, ())
    write_atomically(folder / MANIFEST, manifest.model_dump_json().encode())
    return manifest


def test_a_description_is_read_from_toml(tmp_path: Path) -> None:
    path = tmp_path / "dataset.toml"
    path.write_text(DESCRIPTION_TEXT)
    assert DatasetDescription.read(path) == DESCRIPTION


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("draws = 1\ndrawz = 2", "'drawz'"),
        ("draws = -1", "'draws' is -1"),
        ("pitches = [60, 128]", "'pitches.1' is 128"),
        ("pitches = []", "'pitches'"),
        ("pitches = [60, 48, 60]", "pitches .60, 48, 60. has a number twice"),
        ("velocities = [0]", "'velocities.0' is 0"),
        ("pitches = [36, 48]\n[random_pitch]", "pitches and random_pitch exclude each other"),
        ("[random_pitch]\nlowest = 80\nhighest = 40", "lowest 80"),
        ("[random_pitch]\nreference_share = 1.5", "'random_pitch.reference_share' is 1.5"),
        ("note_timeout_seconds = 1e300", "'note_timeout_seconds' is 1e.300"),
        ("[augmentation]\nsmall = -1", "'augmentation.small' is -1"),
        ("[augmentation]\nfolds = [10]", "'augmentation.folds.0' is 10"),
        ("[augmentation]\nfolds = []", "'augmentation.folds'"),
        ("[augmentation]\ntiny = 3", "'augmentation.tiny'"),
        ("draws = 1\nshard_notes = 0", "'shard_notes' is 0"),
        ("draws = ", "cannot read"),
    ],
)
def test_a_bad_description_is_refused_by_name(tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "dataset.toml"
    path.write_text(content)
    with pytest.raises(InputError, match=named) as raised:
        DatasetDescription.read(path)
    assert "\n" not in str(raised.value)


def test_a_missing_description_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        DatasetDescription.read(tmp_path / "nowhere.toml")


def test_failed_presets_have_no_row() -> None:
    planned = items(DESCRIPTION, SineSynth())
    failed = Failure(index=5, identity="x", name="y", reason="z")
    manifest = Manifest.of(Recipe.of(DESCRIPTION, SineSynth()), planned, (), [failed])
    assert [row.index for row in manifest.rows] == [*range(5), *range(6, len(planned))]
    assert manifest.failed == (failed,)


def test_every_setting_changes_the_recipe() -> None:
    digest = Recipe.of(DESCRIPTION, SineSynth()).digest
    changes = {
        "seed": 8,
        "draws": 201,
        "velocities": (50,),
        "random_pitch": None,
        "augmentation": Augmentation(),
        "note_timeout_seconds": 9,
    }
    for key, value in changes.items():
        other = DESCRIPTION.model_copy(update={key: value})
        assert Recipe.of(other, SineSynth()).digest != digest
    joined = SineSynth()
    bank = [replace(preset, family="a") for preset in joined.presets()]
    # The same synth, but for what it knows of its bank.
    joined.presets = lambda: bank  # type: ignore[method-assign]
    assert Recipe.of(DESCRIPTION, joined).digest != digest
    newer = SineSynth()
    newer.version = "2"
    assert Recipe.of(DESCRIPTION, newer).digest != digest


def test_rows_are_read_back_in_any_order(tmp_path: Path) -> None:
    planned = items(DESCRIPTION, SineSynth())
    manifest = write_dataset(tmp_path, planned)
    dataset = Dataset.open(tmp_path)
    assert dataset.manifest == manifest
    assert len(dataset) == len(planned)
    np.testing.assert_array_equal(dataset.values, [item.preset.values for item in planned])
    np.testing.assert_array_equal(dataset.pitch, [item.note.pitch for item in planned])
    np.testing.assert_array_equal(dataset.velocity, [item.note.velocity for item in planned])
    assert dataset.sources.tolist() == [item.source.value for item in planned]
    assert dataset.values.shape[1] == len(dataset.table) == N_KNOBS
    rows = np.random.default_rng(0).permutation(len(dataset))[:50]
    np.testing.assert_array_equal(dataset.audio(rows), np.tile(rows, (9, 1)).T)
    np.testing.assert_array_equal(dataset.mel(rows)[:, 2, 3], -rows)
    assert dataset.mel(np.arange(0)).shape == (0, 3, 4)
    assert dataset.families.tolist() == [row.family for row in manifest.rows]


def test_every_rotation_holds_out_originals_alone_and_tests_each_once(tmp_path: Path) -> None:
    planned = items(DESCRIPTION, SineSynth())
    write_dataset(tmp_path, planned)
    tested: list[int] = []
    for rotation in range(N_FOLDS):
        dataset = Dataset.open(tmp_path, rotation)
        parts = {split: dataset.rows(split).tolist() for split in Split}
        assert not set(parts[Split.TEST]) & set(parts[Split.VALIDATION])
        held_out = {*parts[Split.TEST], *parts[Split.VALIDATION]}
        assert all(planned[row].source.is_original for row in held_out)
        families = {planned[row].family for row in held_out}
        assert not families & {planned[row].family for row in parts[Split.TRAIN]}
        assert len(parts[Split.TRAIN]) > 0.6 * len(planned)
        tested += parts[Split.TEST]
    assert sorted(tested) == [item.index for item in planned if item.source.is_original]


def test_a_dataset_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a finished dataset"):
        Dataset.open(tmp_path)
    write_dataset(tmp_path, items(DESCRIPTION, SineSynth()))
    shard = tmp_path / "shard-00003.safetensors"
    content = shard.read_bytes()
    shard.unlink()
    with pytest.raises(InputError, match="shard-00003"):
        Dataset.open(tmp_path)
    shard.write_bytes(content[:-1])
    with pytest.raises(InputError, match="shard-00003"):
        Dataset.open(tmp_path)
    shard.write_bytes((tmp_path / "shard-00072.safetensors").read_bytes())
    with pytest.raises(InputError, match="4 rows instead of 7"):
        Dataset.open(tmp_path)


def test_a_manifest_that_does_not_fit_its_shards_is_refused(tmp_path: Path) -> None:
    manifest = write_dataset(tmp_path, items(DESCRIPTION, SineSynth()))
    fewer = manifest.model_copy(update={"rows": manifest.rows[:-1]})
    (tmp_path / MANIFEST).write_text(fewer.model_dump_json())
    n_rows = len(manifest.rows)
    with pytest.raises(InputError, match=f"{n_rows - 1} rows of shards that hold {n_rows}"):
        Dataset.open(tmp_path)


def test_a_dataset_is_verified_by_the_checksums_of_its_shards(tmp_path: Path) -> None:
    write_dataset(tmp_path, items(DESCRIPTION, SineSynth()))
    Dataset.open(tmp_path).verify()
    shard = tmp_path / "shard-00017.safetensors"
    content = bytearray(shard.read_bytes())
    content[-1] ^= 1
    shard.write_bytes(content)
    with pytest.raises(InputError, match=r"shard-00017\.safetensors .* checksum"):
        Dataset.open(tmp_path).verify()


@pytest.mark.parametrize(
    "change", [{"version": 1}, {"version": 3}, {"format": "x"}, {"rows": 1}, {"other": 1}]
)
def test_another_format_of_manifest_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    write_dataset(tmp_path, items(DESCRIPTION, SineSynth()))
    path = tmp_path / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InputError, match=r"manifest\.json is damaged or of another format"):
        Dataset.open(tmp_path)


CONTENT = st.integers(0, 5).flatmap(
    lambda n: st.fixed_dictionaries(
        {
            "index": arrays(np.int64, n),
            "values": arrays(np.float32, (n, 3)),
            "velocity": arrays(np.uint8, n),
            "mel": arrays(np.float16, (n, 2, 3)),
        }
    )
)
FAILURES = st.lists(
    st.builds(Failure, index=st.integers(0), identity=st.text(), name=st.text(), reason=st.text()),
    max_size=3,
).map(tuple)


def is_same(left: Mapping[str, NDArray[Any]], right: Mapping[str, NDArray[Any]]) -> bool:
    """Bit for bit, so that NaN equals itself."""
    return set(left) == set(right) and all(
        (left[name].dtype, left[name].shape, left[name].tobytes())
        == (right[name].dtype, right[name].shape, right[name].tobytes())
        for name in left
    )


@pytest.fixture(scope="module")
def shard_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shard") / "shard.safetensors"


@given(content=CONTENT, failed=FAILURES)
@settings(max_examples=30)
def test_a_shard_gives_back_what_was_written(
    shard_path: Path, content: dict[str, NDArray[Any]], failed: tuple[Failure, ...]
) -> None:
    write_shard(shard_path, content, "recipe", failed)
    first = shard_path.read_bytes()
    write_shard(shard_path, content, "recipe", failed)
    assert shard_path.read_bytes() == first
    shard = Shard.open(shard_path)
    assert (shard.header.recipe, shard.header.failed) == ("recipe", failed)
    assert shard.is_intact
    assert is_same(shard.arrays, content)
    assert is_same(safetensors.numpy.load_file(shard_path), content)


SMALL: dict[str, NDArray[Any]] = {"index": np.arange(6), "mel": np.ones((6, 5), np.float16)}
SMALL_FAILURES = (Failure(index=1, identity="ab", name="Bass", reason="took longer than 30 s"),)


@given(place=st.integers(0), flipped=st.integers(1, 255))
@settings(max_examples=200)
def test_damage_to_a_shard_is_noticed(shard_path: Path, place: int, flipped: int) -> None:
    write_shard(shard_path, SMALL, "recipe", SMALL_FAILURES)
    content = bytearray(shard_path.read_bytes())
    content[place % len(content)] ^= flipped
    shard_path.write_bytes(content)
    try:
        shard = Shard.open(shard_path)
    except InputError:
        return
    # What is left is harmless: white space between the header and the arrays.
    if shard.is_intact and shard.header.recipe == "recipe":
        assert is_same(shard.arrays, SMALL)
        assert shard.header.failed == SMALL_FAILURES


@given(length=st.integers(0))
def test_a_truncated_shard_is_refused(shard_path: Path, length: int) -> None:
    write_shard(shard_path, SMALL, "recipe", SMALL_FAILURES)
    content = shard_path.read_bytes()
    shard_path.write_bytes(content[: length % len(content)])
    with pytest.raises(InputError, match="missing or damaged"):
        Shard.open(shard_path)


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EACCES])
def test_a_file_that_cannot_be_written_is_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(fault, os.strerror(fault))

    path = tmp_path / "file"
    write_atomically(path, b"before")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(InputError, match=os.strerror(fault)):
        write_atomically(path, b"after")
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
    assert path.read_bytes() == b"before"


def test_a_folder_that_does_not_exist_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file or directory"):
        write_atomically(tmp_path / "nowhere" / "file", b"")
