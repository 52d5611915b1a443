"""Flow Synth from a recording to a saved preset: its script, and the real `flow_synth~`."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from max_for_tests import BLOCK, ENGINE, EXTERNAL, PLAYER, RATE_HZ, SHIPPED, Array

from flow_synth import _native
from flow_synth.audio_file import read_audio

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).parent / "javascript" / "end_to_end.js"
#: The host prints nine digits, and the map's two ways agree to this.
ALIKE = 1e-4
#: Similarities come from a network of many layers.
PERCENT = 1e-2
NOTE, VELOCITY = 48.0, 100
MACRO = 0.9
#: Of a curve.
N_POINTS = 33
#: Of the candidates, which one is listened to.
CHOSEN = 2


@dataclass(frozen=True)
class Played:
    """What came of it all."""

    steps: dict[str, Any]
    left: Array
    right: Array

    def units(self, step: str) -> Array:
        """Where the knobs were in the end of a step."""
        return np.array(self.steps[step]["units"], np.float32)


@pytest.fixture(scope="module")
def samples() -> Array:
    """The recorded sound, mono."""
    return read_audio(ROOT / "examples" / "trumpet.flac").samples


@pytest.fixture(scope="module")
def native() -> _native.Model:
    """The model as Python runs it."""
    return _native.Model.load(SHIPPED / "builtin.flow.ts")


@pytest.fixture(scope="module")
def played(samples: Array, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Everything that a musician does, done once."""
    if EXTERNAL is None or not PLAYER.is_file():
        # CI's Linux must have it.
        assert not (os.environ.get("CI") and sys.platform == "linux"), "first run: make max"
        pytest.skip("first run: make max")
    out = tmp_path_factory.mktemp("played")
    sound = out / "sound.f64"
    n_samples = -(-len(samples) // BLOCK) * BLOCK
    np.pad(samples, (0, n_samples - len(samples))).astype(np.float64).tofile(sound)
    ended = subprocess.run(
        ["node", SCRIPT, PLAYER, EXTERNAL, SHIPPED, sound, out],
        env={**os.environ, "FLOW_SYNTH_ENGINE": str(ENGINE)},
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert ended.returncode == 0, ended.stderr + ended.stdout
    result = json.loads((out / "steps.json").read_text())
    assert result["breaches"] == []
    assert result["console"] == []
    assert result["script"] == []
    left, right = np.fromfile(out / "audio.f64").astype(np.float32).reshape(2, -1)
    return Played(result["steps"], left, right)


def turned(native: _native.Model, units: Array, position: float) -> Array:
    """Where the strongest macro knob leads from somewhere."""
    described = native.info()
    strongest = described["order"][0]
    dimension = described["latent"][strongest]
    z = native.invert(units[None])
    width = dimension["maximum"] - dimension["minimum"]
    z[0, strongest] = dimension["minimum"] + position * width
    return native.decode(z).reshape(-1)


def test_what_is_recorded_is_matched_as_python_matches_it(
    played: Played, native: _native.Model, samples: Array
) -> None:
    v, _ = native.hear(samples, RATE_HZ)
    assert np.abs(played.units("begin") - v).max() > 0.1
    np.testing.assert_allclose(played.units("match"), v, atol=ALIKE)
    assert played.steps["match"]["said"][:3] == ["record", "record", "match"]
    assert "candidates" in played.steps["match"]["said"]


def test_candidates_are_those_of_python_in_the_same_order(
    played: Played, native: _native.Model, samples: Array
) -> None:
    rows = played.steps["candidates"]["rows"]
    numbers, similarities = zip(*rows, strict=True)
    assert numbers == tuple(range(1, len(rows) + 1))
    assert list(similarities) == sorted(similarities, reverse=True)
    free = np.full(len(played.units("begin")), np.nan, np.float32)
    presets, wanted = native.candidates(samples, RATE_HZ, free, len(rows))
    np.testing.assert_allclose(similarities, wanted, atol=PERCENT)
    np.testing.assert_allclose(played.units("candidate"), presets[CHOSEN - 1], atol=ALIKE)


def test_a_macro_knob_moves_what_python_moves(played: Played, native: _native.Model) -> None:
    wanted = turned(native, played.units("candidate"), MACRO)
    np.testing.assert_allclose(played.units("macro"), wanted, atol=ALIKE)


def test_a_curve_says_where_a_macro_knob_would_lead(played: Played, native: _native.Model) -> None:
    for position, *units in played.steps["curve"]["points"]:
        wanted = turned(native, played.units("map"), position)
        np.testing.assert_allclose(np.array(units), wanted, atol=ALIKE)
    positions = [point[0] for point in played.steps["curve"]["points"]]
    np.testing.assert_allclose(positions, np.linspace(0, 1, N_POINTS), atol=1e-6)


def test_a_preset_of_the_map_is_heard(played: Played) -> None:
    first = json.loads((SHIPPED / "builtin.map.json").read_text("utf-8"))["presets"][0]
    np.testing.assert_allclose(played.units("map"), np.array(first["units"]) / 10000, atol=ALIKE)


def test_a_saved_preset_comes_back_and_is_undone_and_redone(played: Played) -> None:
    saved, elsewhere = played.units("save"), played.units("mutate")
    np.testing.assert_array_equal(saved, played.units("macro"))
    assert np.abs(elsewhere - saved).max() > 0.05
    np.testing.assert_allclose(played.units("recall"), saved, atol=ALIKE)
    np.testing.assert_allclose(played.units("undo"), elsewhere, atol=ALIKE)
    np.testing.assert_allclose(played.units("redo"), saved, atol=ALIKE)


def test_a_set_that_is_opened_again_sounds_as_before(played: Played) -> None:
    np.testing.assert_allclose(played.units("reopened"), played.units("end"), atol=ALIKE)


def test_the_voice_sounds_as_python_renders_it(played: Played) -> None:
    n_samples = len(played.left)
    wanted = _native.render_builtin(played.units("save"), NOTE, VELOCITY, n_samples, n_samples)
    peak = np.abs(wanted).max()
    assert peak > 0.01
    found = np.stack([played.left, played.right])
    assert np.abs(found - wanted).max() <= 1e-3 * peak
