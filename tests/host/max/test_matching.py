"""What Max hears is what Python hears."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from max_for_tests import BLOCK, LATENT, PARAMS, RATE_HZ, Array, lists, play

from flow_synth import _native


@pytest.fixture
def raw(samples: Array, tmp_path: Path) -> Path:
    """The recorded sound as whole blocks of Max's samples."""
    path = tmp_path / "sound.f64"
    n_samples = -(-len(samples) // BLOCK) * BLOCK
    np.pad(samples, (0, n_samples - len(samples))).astype(np.float64).tofile(path)
    return path


def check_match(said: list[str], native: _native.Model, samples: Array) -> None:
    assert not [line for line in said if line.startswith("console")]
    v, z = native.hear(samples, RATE_HZ)
    defaults, params = lists(said, PARAMS)
    assert np.abs(defaults - v).max() > 0.1
    np.testing.assert_allclose(params, v, atol=1e-4)
    np.testing.assert_allclose(lists(said, LATENT)[-1], z, atol=1e-4)


def test_what_is_recorded_is_matched_as_python_matches_it(
    native: _native.Model, samples: Array, raw: Path
) -> None:
    silence = raw.with_suffix(".silence")
    np.zeros(BLOCK * 100).tofile(silence)
    said = play(
        "create flow_synth~ builtin",
        "wait loaded",
        "ready",
        f"dsp {RATE_HZ} {BLOCK}",
        "send record 1",
        f"play {raw}",
        "send match",
        f"play {silence}",
        "run 0.3",
        f"play {silence}",
        "wait list",
    )
    check_match(said, native, samples)


def test_a_file_is_matched_as_python_matches_it(
    native: _native.Model, samples: Array, sound: Path
) -> None:
    said = play(
        "create flow_synth~ builtin @blocking 1", "wait loaded", f"send analyze {sound}", "run 0.1"
    )
    check_match(said, native, samples)


def test_candidates_are_those_of_python(
    native: _native.Model, samples: Array, sound: Path
) -> None:
    said = play(
        "create flow_synth~ builtin @blocking 1",
        "wait loaded",
        f"send analyze {sound}",
        "run 0.1",
        "send candidates 4",
        "run 0.1",
        *(line for n in range(1, 5) for line in (f"send candidate {n}", "run 0.1")),
    )
    assert not [line for line in said if line.startswith("console")]
    free = np.full(len(native.info()["latent"]), np.nan, np.float32)
    wanted, similarities = native.candidates(samples, RATE_HZ, free, 4)
    assert "4 candidates 4" in said
    told = [line.split() for line in said if line.startswith("4 candidate ")]
    assert [line[2] for line in told] == ["1", "2", "3", "4"]
    np.testing.assert_allclose([float(line[3]) for line in told], similarities, rtol=1e-4)
    np.testing.assert_allclose(lists(said, PARAMS)[-4:], wanted, atol=1e-4)


def test_candidates_need_a_sound(sound: Path) -> None:
    said = play(
        "create flow_synth~ builtin @blocking 1",
        "wait loaded",
        "send candidates 8",
        "run 0.1",
        "send candidate 1",
        "run 0.1",
        f"send analyze {sound}",
        "run 0.1",
        "send candidate 1",
        "run 0.1",
    )
    complaints = [line for line in said if line.startswith("console")]
    assert len(complaints) == 2
    assert "nothing has been heard yet; match or analyze a sound first" in complaints[0]
    assert "there are no candidates; match a sound" in complaints[1]


def test_an_object_may_go_while_it_matches(raw: Path, sound: Path) -> None:
    begin = ["create flow_synth~ builtin", "wait loaded", "ready", f"dsp {RATE_HZ} {BLOCK}"]
    play(*begin, "send record 1", f"play {raw}", "send match", f"play {raw}")
    play(*begin, f"send analyze {sound}")
    play(*begin[:1])


def test_a_match_without_a_recording_is_refused() -> None:
    said = play("create flow_synth~ builtin", "wait loaded", "ready", "send match", "run 0.1")
    complaints = [line for line in said if line.startswith("console")]
    assert len(complaints) == 1
    assert "nothing has been recorded" in complaints[0]


def test_sounds_that_are_none_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    soundfile.write(path, np.zeros(RATE_HZ), RATE_HZ)
    wrongs = (path, tmp_path / "nowhere.wav", tmp_path)
    tried = [line for wrong in wrongs for line in (f"send analyze {wrong}", "run 0.2")]
    said = play("create flow_synth~ builtin @blocking 1", "wait loaded", *tried)
    assert len([line for line in said if line.startswith("console")]) == len(wrongs)
