"""Candidates and refinement by the command line."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from commands_for_tests import Run, write_tone
from models_for_tests import write_tiny_model

from flow_synth.match_files import SUFFIXES
from flow_synth.models import Family
from flow_synth.synths import open_synth
from flow_synth.synths.builtin import builtin_table


@pytest.fixture(scope="module")
def hearing_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that draws candidates."""
    path = tmp_path_factory.mktemp("model") / "hearing.flow.ts"
    write_tiny_model(path, open_synth("builtin"), Family.FLOW_CLASS)
    return path


@pytest.mark.slow
def test_candidates_are_different_presets_with_their_sounds(
    run: Run, hearing_model: Path, tmp_path: Path
) -> None:
    sound, out = write_tone(tmp_path / "tone.wav"), tmp_path / "out"
    knob = builtin_table()[0]
    lock = f"{knob.name}={knob.minimum}"
    asked = ("match", sound, "--model", hearing_model, "--out", out, "--lock", lock)
    outcome = run(*asked, "--candidates", 3, "--refine", 24, "--json")
    assert outcome.code == 0
    assert {file.name for file in out.iterdir()} == {
        *(f"tone{suffix}" for suffix in SUFFIXES),
        *(
            f"tone.candidate-{number}{suffix}"
            for number in (2, 3)
            for suffix in (".preset.json", ".wav")
        ),
    }
    (figures,) = json.loads(outcome.out)["matches"]
    presets = [figures["parameters"], *(other["parameters"] for other in figures["others"])]
    for number, preset in enumerate(presets, 1):
        stem = f"tone.candidate-{number}" if number > 1 else "tone"
        assert json.loads((out / f"{stem}.preset.json").read_text())["parameters"] == preset
        assert preset[knob.name] == knob.minimum
    assert len({json.dumps(preset) for preset in presets}) == 3
    for low, high in figures["intervals"].values():
        assert low <= high if isinstance(low, float) else isinstance(high, str)

    assert run(*asked, "--candidates", 2).code == 0
    assert not (out / "tone.candidate-3.wav").exists()
    assert (out / "tone.candidate-2.wav").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--refine", "10m"), "a refinement of '10m' cannot be made; give seconds"),
        (("--refine", "-1s"), "a refinement of '-1s' cannot be made"),
        (("--refine", "0"), "a refinement of '0' cannot be made"),
        (("--lock", "cutof"), "unknown parameter 'cutof'; known are: "),
        (("--candidates", "2"), "this model has no candidates: its family is 'flow_post'"),
        (("--refine", "5s"), "this model has no candidates: its family is 'flow_post'"),
    ],
)
def test_what_cannot_be_asked_of_a_match_is_said_before_anything_is_done(
    run: Run, model: Path, tmp_path: Path, options: tuple[str, str], sentence: str
) -> None:
    sound, out = write_tone(tmp_path / "tone.wav"), tmp_path / "out"
    outcome = run("match", sound, "--model", model, "--out", out, *options)
    assert outcome.code == 2
    assert outcome.sentences == [line for line in outcome.sentences if sentence in line]
    assert len(outcome.sentences) == 1
    assert not list(tmp_path.glob("out/*"))


@pytest.mark.slow
def test_candidates_overwrite_neither_inputs_nor_each_other(
    run: Run, hearing_model: Path, tmp_path: Path
) -> None:
    """Sounds whose names are those of candidates, in the folder of the results."""
    first = write_tone(tmp_path / "a.wav")
    second = write_tone(tmp_path / "a.candidate-2.wav")
    before = second.read_bytes()
    asked = ("match", first, second, "--model", hearing_model, "--out", tmp_path)
    for _ in range(2):
        assert run(*asked, "--candidates", 2).code == 0
        assert second.read_bytes() == before
    made = {path.name for path in tmp_path.iterdir()} - {first.name, second.name}
    stems = ("a-2", "a.candidate-2-2")
    assert made == {
        *(f"{stem}{suffix}" for stem in stems for suffix in SUFFIXES),
        *(f"{stem}.candidate-2{end}" for stem in stems for end in (".preset.json", ".wav")),
    }
    assert run(*asked).code == 0
    assert second.read_bytes() == before
    assert not (tmp_path / "a-2.candidate-2.wav").exists()


@pytest.mark.slow
def test_ctrl_c_ends_the_search_and_what_was_found_counts(
    hearing_model: Path, tmp_path: Path
) -> None:
    """As a terminal sends it: to the program and to all of its workers."""
    sound, out = write_tone(tmp_path / "tone.wav"), tmp_path / "out"
    command = ["match", sound, "--model", hearing_model, "--out", out, "--refine", "3000s"]
    program = [sys.executable, "-m", "flow_synth", *map(str, command)]
    with subprocess.Popen(program, start_new_session=True, stderr=subprocess.PIPE) as process:
        while len(list(workers_of(process.pid))) < 2:
            assert process.poll() is None
            time.sleep(0.1)
        time.sleep(10)  # In the midst of the search, on any machine; before it would do, too.
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(120) == 0
    assert {file.name for file in out.iterdir()} == {f"tone{suffix}" for suffix in SUFFIXES}


def workers_of(pid: int) -> Iterator[int]:
    """Processes that another one started."""
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            if f"\nPPid:\t{pid}\n" in status.read_text():
                yield int(status.parent.name)
