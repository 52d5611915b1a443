"""Datasets: descriptions, splits by family, shards, and reading rows back."""

import errno
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from synths_for_tests import N_KNOBS, N_PRESETS, SineSynth

from flow_synth.atomic_file import write_atomically
from flow_synth.dataset import (
    MANIFEST,
    REFERENCE_PITCH,
    Dataset,
    DatasetDescription,
    Item,
    Manifest,
    Recipe,
    ShardRecord,
    Source,
    Split,
    items,
    split_families,
)
from flow_synth.error import InputError
from flow_synth.preset import twin_pairs
from flow_synth.shard import Failure, Shard, write_shard

DESCRIPTION = DatasetDescription(synth="sine", draws=200, seed=7)


def same(left: Item, right: Item) -> bool:
    return (
        (left.index, left.note, left.source) == (right.index, right.note, right.source)
        and left.preset.name == right.preset.name
        and np.array_equal(left.preset.values, right.preset.values)
    )


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
            "audio": index[:, None].repeat(9, 1).astype(np.float16),
            "mel": -index[:, None, None].repeat(3, 1).repeat(4, 2).astype(np.float16),
        }
        write_shard(path, content, recipe.digest, ())
        shards.append(ShardRecord.of(path, len(part)))
    manifest = Manifest.of(recipe, planned, shards, ())
    write_atomically(folder / MANIFEST, manifest.model_dump_json().encode())
    return manifest


def test_the_bank_comes_first_and_then_the_draws() -> None:
    planned = items(DESCRIPTION, SineSynth())
    assert [item.index for item in planned] == list(range(N_PRESETS + DESCRIPTION.draws))
    assert [item.preset.name for item in planned[:N_PRESETS]] == [
        preset.name for preset in SineSynth().presets()
    ]
    assert [item.source for item in planned] == (
        [Source.FACTORY] * N_PRESETS + [Source.DRAW] * DESCRIPTION.draws
    )


def test_an_item_depends_on_seed_and_index_alone() -> None:
    planned = items(DESCRIPTION, SineSynth())
    fewer = items(DESCRIPTION.model_copy(update={"draws": 3}), SineSynth())
    assert all(map(same, fewer, planned))
    reseeded = items(DESCRIPTION.model_copy(update={"seed": 8}), SineSynth())
    assert not any(map(same, reseeded[N_PRESETS:], planned[N_PRESETS:]))


@pytest.mark.parametrize(
    ("share", "least", "most"), [(0.0, 0, 20), (0.5, 100, 140), (1.0, 204, 204)]
)
def test_the_share_of_notes_at_middle_c_is_the_one_asked_for(
    share: float, least: int, most: int
) -> None:
    # 204 notes: five standard deviations of a binomial at 1/2 are 36; at share 0 one of 25 pitches
    # is middle C by chance.
    update = {"reference_share": share, "lowest_pitch": 48, "highest_pitch": 72}
    planned = items(DESCRIPTION.model_copy(update=update), SineSynth())
    pitches = [item.note.pitch for item in planned]
    assert least <= pitches.count(REFERENCE_PITCH) <= most
    assert set(pitches) <= set(range(48, 73))
    if share == 0:
        assert {48, 72} <= set(pitches)
    assert {item.note.total_seconds for item in planned} == {4.0}


def test_a_description_is_read_from_toml(tmp_path: Path) -> None:
    path = tmp_path / "dataset.toml"
    path.write_text('synth = "sine"\ndraws = 200\nseed = 7\n')
    assert DatasetDescription.read(path) == DESCRIPTION


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("draws = 1\ndrawz = 2", "'drawz'"),
        ("seed = 1", "'draws'"),
        ("draws = -1", "'draws' is -1"),
        ("draws = 1\nlowest_pitch = 80\nhighest_pitch = 40", "lowest_pitch 80"),
        ("draws = 1\nreference_share = 1.5", "'reference_share' is 1.5"),
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


@given(
    st.lists(st.integers(0, 30), max_size=200).map(lambda labels: np.array(labels, np.int64)),
    st.integers(0, 2**31),
)
def test_no_family_has_rows_in_two_splits(labels: NDArray[np.int64], seed: int) -> None:
    splits = split_families(labels, seed)
    assert len(splits) == len(labels)
    assert len(set(zip(labels.tolist(), splits, strict=True))) == len(set(labels.tolist()))
    assert splits == split_families(labels, seed)


@given(st.integers(1, 500), st.integers(0, 2**31))
def test_without_twins_the_splits_are_80_10_and_10_percent(n_rows: int, seed: int) -> None:
    splits = split_families(np.arange(n_rows), seed)
    # A split ends where a row's middle passes its share: within one row at either end.
    for split, share in [(Split.TRAIN, 0.8), (Split.VALIDATION, 0.1), (Split.TEST, 0.1)]:
        assert abs(splits.count(split) - share * n_rows) <= 1


def test_another_seed_deals_other_families() -> None:
    assert split_families(np.arange(100), 0) != split_families(np.arange(100), 1)


def test_no_twins_are_in_two_splits() -> None:
    # Few knobs far from their rest: many draws are twins, or twins of twins, of one another.
    generator = np.random.default_rng(0)
    centres = generator.random((40, 30), dtype=np.float32)
    values = centres[generator.integers(0, 40, 300)]
    moved = generator.random(values.shape) < 0.05
    values[moved] = generator.random(int(moved.sum()), dtype=np.float32)
    planned = items(DESCRIPTION.model_copy(update={"draws": 296}), SineSynth())
    presets = [
        Item(item.index, type(item.preset)(item.preset.name, value), item.note, item.source)
        for item, value in zip(planned, values, strict=True)
    ]
    rows = Manifest.of(Recipe.of(DESCRIPTION, SineSynth()), presets, (), ()).rows
    pairs = [(one, int(other)) for one, twins in twin_pairs(values, values) for other in twins]
    assert len(pairs) > 2 * len(rows)
    assert all(rows[one].split is rows[other].split for one, other in pairs)
    assert all(rows[one].family == rows[other].family for one, other in pairs)
    assert {row.split for row in rows} == set(Split)


def test_failed_presets_have_no_row() -> None:
    planned = items(DESCRIPTION, SineSynth())
    failed = Failure(index=5, identity="x", name="y", reason="z")
    manifest = Manifest.of(Recipe.of(DESCRIPTION, SineSynth()), planned, (), [failed])
    assert [row.index for row in manifest.rows] == [*range(5), *range(6, len(planned))]
    assert manifest.failed == (failed,)


def test_every_setting_changes_the_recipe() -> None:
    digest = Recipe.of(DESCRIPTION, SineSynth()).digest
    for key, value in {"seed": 8, "draws": 201, "velocity": 90, "note_timeout_seconds": 9}.items():
        other = DESCRIPTION.model_copy(update={key: value})
        assert Recipe.of(other, SineSynth()).digest != digest
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
    assert dataset.values.shape[1] == len(dataset.table) == N_KNOBS
    rows = np.random.default_rng(0).permutation(len(dataset))[:50]
    np.testing.assert_array_equal(dataset.audio(rows), np.tile(rows, (9, 1)).T)
    np.testing.assert_array_equal(dataset.mel(rows)[:, 2, 3], -rows)
    assert dataset.mel(np.arange(0)).shape == (0, 3, 4)
    joined = np.concatenate([dataset.rows(split) for split in Split])
    np.testing.assert_array_equal(np.sort(joined), np.arange(len(dataset)))
    assert dataset.families.tolist() == [row.family for row in manifest.rows]


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
    shard.write_bytes((tmp_path / "shard-00029.safetensors").read_bytes())
    with pytest.raises(InputError, match="1 rows instead of 7"):
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


@pytest.mark.parametrize("change", [{"version": 2}, {"format": "x"}, {"rows": 1}, {"other": 1}])
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
