"""Presets: their files and their identity."""

import json
from pathlib import Path

import numpy as np
import pytest

from flow_synth.error import InputError
from flow_synth.preset import Preset, read_preset, write_preset
from flow_synth.synths.builtin import builtin_table

TABLE = builtin_table()


def written(folder: Path) -> tuple[Path, Preset]:
    values = TABLE.snap(np.random.default_rng(0).random(len(TABLE)))
    preset = Preset("Näme", values, "bass", ("dark", "wet"))
    path = folder / "a.preset.json"
    write_preset(path, preset, TABLE, "builtin")
    return path, preset


def test_a_preset_file_round_trips(tmp_path: Path) -> None:
    path, preset = written(tmp_path)
    read = read_preset(path, TABLE, "builtin")
    np.testing.assert_allclose(read.values, preset.values, atol=1e-6)
    assert (read.name, read.category, read.tags) == (preset.name, preset.category, preset.tags)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"format": "song"}, "not a preset file"),
        ({"version": 2}, "version 2"),
        ({"synth": "other"}, "preset of synth 'other'"),
        ({"parameters": [1, 2]}, "must map knob names"),
        ({"parameters": {"filter_cutoff": [1]}}, "must map knob names"),
        ({"parameters": {"filter_cutoff": -5}}, "40 to 16000 Hz"),
        ({"parameters": {"volume": 1}}, "unknown parameter 'volume'"),
    ],
)
def test_a_wrong_preset_file_is_refused(
    tmp_path: Path, change: dict[str, object], part: str
) -> None:
    path, _ = written(tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InputError, match=part):
        read_preset(path, TABLE, "builtin")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"[1, 2]",
        b'{"format": ',
        b"[" * 100_000,
        b'{"version": ' + b"1" * 5000 + b"}",
    ],
    ids=["empty", "bytes", "list", "cut off", "deep", "digits"],
)
def test_what_is_no_preset_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a preset file"):
        read_preset(path, TABLE, "builtin")


@pytest.mark.parametrize("key", ["format", "version", "synth", "parameters"])
@pytest.mark.parametrize("depth", [10, 500, 700, 800, 900, 1000])
def test_what_json_can_just_read_is_refused_in_a_short_sentence(
    tmp_path: Path, key: str, depth: int
) -> None:
    path, _ = written(tmp_path)
    content = json.dumps(json.loads(path.read_text()) | {key: "here"})
    path.write_text(content.replace('"here"', "[" * depth + "]" * depth))
    check_refused_shortly(path)


def test_thousands_of_digits_are_refused_in_a_short_sentence(tmp_path: Path) -> None:
    path, _ = written(tmp_path)
    content = json.loads(path.read_text()) | {"parameters": {"filter_cutoff": 10**4000}}
    path.write_text(json.dumps(content))
    check_refused_shortly(path)


def check_refused_shortly(path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_preset(path, TABLE, "builtin")
    assert len(str(caught.value).replace(str(path), "")) < 150


def test_identity_is_of_the_knobs_alone() -> None:
    values = np.full(3, 0.5, np.float32)
    assert Preset("a", values).identity == Preset("b", values, "bass").identity
    assert Preset("a", values).identity != Preset("a", values + np.float32(1e-6)).identity
