"""Preset files that the devices write are those that Python writes and reads."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from flow_synth.library import model_path
from flow_synth.model_file import read_model_file
from flow_synth.parameter import ParameterTable
from flow_synth.preset import Preset, preset_text, read_preset
from flow_synth.synths.amsynth_bank import read_bank, write_bank

SCRIPTS = Path(__file__).parents[2] / "m4l_device" / "javascript"
WRITE = """
const { presetFile } = require("preset_file.js");
const { synth, name, knobs } = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(presetFile(synth, name, knobs).text);
"""
NAME = "Gläserner Anker 2"


def table_of(model: str) -> ParameterTable:
    """The knobs of a shipped model."""
    with model_path(model) as path:
        return read_model_file(path).description.parameters


def written(synth: str, table: ParameterTable, units: NDArray[np.float32]) -> str:
    """What the device writes of knobs as `flow_synth~` tells it of them."""
    knobs = []
    for knob, unit in zip(table.parameters(), units, strict=True):
        human = knob.to_human(float(unit))
        choice = knob.choices[round(human)] if knob.choices else ""
        knobs.append({"name": knob.name, "human": human, "choice": choice})
    return subprocess.run(
        ["node", "-e", WRITE],
        env={**os.environ, "NODE_PATH": str(SCRIPTS)},
        input=json.dumps({"synth": synth, "name": NAME, "knobs": knobs}),
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    ).stdout


@pytest.fixture
def generator() -> np.random.Generator:
    """Random knobs, the same in every run."""
    return np.random.default_rng(8)


def test_a_preset_of_the_builtin_synth_is_read_as_it_was(
    generator: np.random.Generator, tmp_path: Path
) -> None:
    table = table_of("builtin")
    for number in range(5):
        units = generator.random(len(table), np.float32)
        path = tmp_path / f"{number}.json"
        path.write_text(written("builtin", table, units), encoding="utf-8")
        preset = read_preset(path, table, "builtin")
        assert preset.name == NAME
        wanted = table.from_human(table.to_human(units))
        np.testing.assert_allclose(preset.values, wanted, atol=1e-6)
        content = json.loads(preset_text(Preset(NAME, units), table, "builtin"))
        assert json.loads(path.read_text("utf-8")) == content


def test_a_bank_of_amsynth_is_what_python_writes(
    generator: np.random.Generator, tmp_path: Path
) -> None:
    table = table_of("amsynth-32")
    for number in range(5):
        units = generator.random(len(table), np.float32)
        units[:4] = 0.0, 1.0, 1e-5, 1e-7
        path = tmp_path / f"{number}.bank"
        write_bank(path, [Preset(NAME, units)], table)
        assert written("amsynth-32", table, units) == path.read_text("utf-8")
        assert [preset.name for preset in read_bank(path, table)] == [NAME]
