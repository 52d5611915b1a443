"""Tags of a dataset: computed row by row, kept in a file, and counted by the command line."""

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from distributed import LocalCluster
from synths_for_tests import open_test_synth

from flow_synth import tag_file
from flow_synth.__main__ import main
from flow_synth.dataset import Dataset
from flow_synth.dataset_description import DatasetDescription, RandomPitch
from flow_synth.error import InputError
from flow_synth.rendering import render_dataset
from flow_synth.synth import Note
from flow_synth.tag import AXES, describe
from flow_synth.tag_file import TagFile

ROOT = Path(__file__).parents[2]
DESCRIPTION = DatasetDescription(synth="sine", draws=5, seed=3, random_pitch=RandomPitch())
#: The script's functions and classes, which no package holds.
CHECK = runpy.run_path(str(ROOT / "python" / "experiments" / "check_tags.py"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine notes of the sine synth at many pitches."""
    folder = tmp_path_factory.mktemp("tagged")
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0"
    ) as cluster:
        render_dataset(
            DESCRIPTION, folder, scheduler=cluster.scheduler_address, open_synth=open_test_synth
        )
    return folder


@pytest.fixture(scope="module")
def tagged(folder: Path) -> TagFile:
    return TagFile.of(Dataset.open(folder), lambda done, total: None)


def test_every_row_is_described_at_its_own_pitch(folder: Path, tagged: TagFile) -> None:
    dataset = Dataset.open(folder)
    for row, values in enumerate(tagged.descriptors):
        audio = torch.from_numpy(dataset.audio(np.array([row])))
        hz = Note(float(dataset.pitch[row])).frequency_hz
        np.testing.assert_array_equal(describe(audio, torch.tensor([hz]))[0].numpy(), values)


def test_rows_keep_their_order_however_they_are_shared_out(
    folder: Path, tagged: TagFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tag_file, "_CHUNK_ROWS", 2)
    counts: list[tuple[int, int]] = []
    again = TagFile.of(Dataset.open(folder), lambda done, total: counts.append((done, total)))
    assert again == tagged
    assert counts == [(2, 9), (4, 9), (6, 9), (8, 9), (9, 9)]


def test_every_row_is_counted_once_on_every_axis(tagged: TagFile) -> None:
    for count, side in zip(tagged.counts, tagged.tags.T, strict=True):
        assert (count.low, count.high) == ((side == -1).sum(), (side == 1).sum())
        assert count.low + count.untagged + count.high == len(tagged.rows)


def test_tags_survive_their_file(tagged: TagFile, tmp_path: Path) -> None:
    path = tmp_path / "tags.json"
    tagged.write(path)
    assert TagFile.read(path) == tagged


@pytest.mark.parametrize("content", [b"", b"{}", b"no json"])
def test_what_holds_no_tags_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "tags.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match="holds no tags"):
        TagFile.read(path)
    with pytest.raises(InputError, match="cannot be read"):
        TagFile.read(tmp_path / "missing.json")


def test_a_row_with_too_few_tags_is_refused(tagged: TagFile, tmp_path: Path) -> None:
    content = json.loads(tagged.model_dump_json())
    content["rows"][1]["tags"].pop()
    path = tmp_path / "tags.json"
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match="holds no tags"):
        TagFile.read(path)


def test_tags_stand_for_their_own_dataset_alone(folder: Path, tagged: TagFile) -> None:
    dataset = Dataset.open(folder)
    tagged.check_dataset(dataset)
    with pytest.raises(InputError, match="run 'flow-synth tags' on this dataset"):
        tagged.model_copy(update={"content": "another"}).check_dataset(dataset)


def test_the_command_writes_the_file_and_counts(
    folder: Path, tagged: TagFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "tags.json"
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["tags", str(folder), "--out", str(out), "--json"])
    printed = json.loads(capsys.readouterr().out)
    assert TagFile.read(out) == tagged
    assert printed["rows"] == len(tagged.rows)
    assert printed["counts"] == {
        axis.name: count.model_dump() for axis, count in zip(AXES, tagged.counts, strict=True)
    }
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["tags", str(folder), "--out", str(out)])
    table = capsys.readouterr().out
    assert all(axis.name in table for axis in AXES)


@pytest.mark.parametrize("out", ["tags.json", "nowhere/tags.json"])
def test_the_command_says_in_a_sentence_what_it_cannot_use(
    out: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        main(["tags", str(tmp_path / "missing"), "--out", str(tmp_path / out)])
    said = capsys.readouterr().err.strip()
    assert said.startswith("flow-synth: ")
    assert "missing" in said if out == "tags.json" else "cannot write" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("part", "complaint"),
    [
        ("manifest.json", "a part of the dataset itself"),
        ("shard-00000.safetensors", "is no name for tags"),
    ],
)
def test_the_command_does_not_write_over_its_dataset(
    folder: Path, part: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / part).read_bytes()
    with pytest.raises(SystemExit, match=r"^2$"):
        main(["tags", str(folder), "--out", str(folder / ".." / folder.name / part)])
    assert complaint in capsys.readouterr().err
    assert (folder / part).read_bytes() == before


def test_a_dataset_without_sounds_has_no_tags(folder: Path) -> None:
    whole = Dataset.open(folder)
    empty = Dataset.open(folder)
    empty.manifest = whole.manifest.model_copy(update={"rows": ()})
    with pytest.raises(InputError, match="no sounds to tag"):
        TagFile.of(empty, lambda done, total: None)


# Any: the types of a script that is run by its path are not known here.
def separation(values: list[float], high: list[int], low: list[int]) -> Any:  # noqa: ANN401
    rows = np.arange(len(values))
    return CHECK["separation"](
        np.array(values), np.isin(rows, high), np.isin(rows, low), rows.astype(np.int64)
    )


def test_groups_that_do_not_overlap_are_wholly_separated() -> None:
    for high, low, auc in (([3, 4, 5], [0, 1, 2], 1.0), ([0, 1, 2], [3, 4, 5], 0.0)):
        found = separation([0, 1, 2, 3, 4, 5], high, low)
        assert (found.auc, found.low, found.high) == (auc, auc, auc)


def test_ties_count_half_and_shared_or_unknown_presets_nothing() -> None:
    assert separation([1.0, 1.0, 1.0], [0], [1, 2]).auc == 0.5
    found = separation([0.0, 5.0, 1.0, float("nan"), 9.0], [1, 3, 4], [0, 2, 4])
    assert (found.n_high, found.n_low, found.auc) == (1, 2, 1.0)


def test_names_are_read_word_by_word() -> None:
    assert CHECK["words"]("SoftPad2 - FMBells!") == {"soft", "pad", "fm", "bells"}
    assert list(CHECK["members"](["Bass 1", "Bassoon", "SubBass"], "bass")) == [True, False, True]


def test_the_page_counts_what_the_file_counts(folder: Path, tagged: TagFile) -> None:
    bank = CHECK["TaggedBank"](Dataset.open(folder), tagged)
    table = CHECK["_count_table"](bank)
    for axis, count in zip(AXES, tagged.counts, strict=True):
        line = f"| {axis.low} / {axis.high} | {count.low} | {count.untagged} | {count.high} |"
        assert line in table


def test_the_documented_thresholds_are_those_in_force() -> None:
    page = (ROOT / "docs" / "semantic-tags.md").read_text("utf-8")
    assert CHECK["_axes_table"](AXES) in page
