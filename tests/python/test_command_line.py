import json
import os
import resource
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from commands_for_tests import RATE_HZ, Run, a_tone, write_tone
from models_for_tests import write_tiny_model
from numpy.typing import NDArray
from synths_for_tests import SineSynth

from flow_synth import results_page
from flow_synth.match_files import FORMAT, SUFFIXES, output_names
from flow_synth.model_file import FORMAT_VERSION
from flow_synth.parameter import ParameterTable
from flow_synth.preset import Preset, write_preset
from flow_synth.synths.builtin import builtin_table
from flow_synth.terminal import print_scores


def test_help_and_a_wrong_option_leave_as_shells_expect() -> None:
    command = [sys.executable, "-m", "flow_synth"]
    assert "match" in subprocess.run([*command, "--help"], capture_output=True, text=True).stdout
    wrong = subprocess.run([*command, "match", "--wrong"], capture_output=True, text=True)
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr


def test_a_match_leaves_its_four_files_and_says_where(
    run: Run, model: Path, tmp_path: Path
) -> None:
    sound, out = write_tone(tmp_path / "tone.wav"), tmp_path / "new" / "out"
    outcome = run("match", sound, "--model", model, "--out", out)
    assert outcome.code == 0
    assert {file.name for file in out.iterdir()} == {f"tone{suffix}" for suffix in SUFFIXES}
    assert str(out / "tone.wav") in outcome.out

    audio, rate_hz = soundfile.read(out / "tone.wav")
    assert (audio.shape, rate_hz) == ((4 * 44100, 2), 44100)
    figures = json.loads((out / "tone.json").read_text())
    assert figures["input"] == str(sound)
    assert figures["note"]["frequency_hz"] == pytest.approx(220, rel=0.003)
    assert set(figures["measures"]) == {"sc", "log_mel_mse", "mss_db", "level_db"}
    assert all(np.isfinite(value) for value in figures["measures"].values())
    assert all((out / name).is_file() for name in figures["files"].values())
    preset = json.loads((out / "tone.preset.json").read_text())
    assert preset["parameters"] == figures["parameters"]


def test_json_is_all_that_goes_to_standard_output(run: Run, model: Path, tmp_path: Path) -> None:
    sound, missing = write_tone(tmp_path / "tone.wav"), tmp_path / "missing.wav"
    outcome = run("match", sound, missing, "--model", model, "--out", tmp_path / "out", "--json")
    assert outcome.code == 2
    result = json.loads(outcome.out)
    assert [found["input"] for found in result["matches"]] == [str(sound)]
    assert [refused["input"] for refused in result["refused"]] == [str(missing)]
    written = json.loads((tmp_path / "out" / "tone.json").read_text())
    assert result["matches"][0] == written


def test_no_file_of_the_user_is_overwritten_and_earlier_matches_are(
    run: Run, model: Path, tmp_path: Path
) -> None:
    song, other = tmp_path / "song.flac", tmp_path / "song.wav"
    write_tone(song)
    other.write_bytes(b"another song")
    (tmp_path / "data.json").write_text('{"format": "mine"}')
    write_tone(tmp_path / "data.aiff")
    for _ in range(2):
        outcome = run("match", song, tmp_path / "data.aiff", "--model", model, "--out", tmp_path)
        assert outcome.code == 0
        assert other.read_bytes() == b"another song"
        assert (tmp_path / "data.json").read_text() == '{"format": "mine"}'
        assert {path.name for path in tmp_path.iterdir()} == {
            *("song.flac", "song.wav", "data.json", "data.aiff"),
            *(f"{name}-2{suffix}" for name in ("song", "data") for suffix in SUFFIXES),
        }


@pytest.mark.parametrize("content", ["", "[1]", "[" * 100_000, "1" * 5000, '{"format": "x"}'])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_name_is_taken_unless_its_figures_are_those_of_a_match(
    tmp_path: Path, suffix: str, content: str
) -> None:
    (tmp_path / f"a{suffix}").write_text(content)
    assert output_names([Path("a.ogg")], tmp_path) == ["a-2"]
    (tmp_path / "a.json").write_text(json.dumps({"format": FORMAT}))
    assert output_names([Path("a.ogg")], tmp_path) == ["a"]


def test_a_folder_in_the_way_leaves_no_part_of_a_match(
    run: Run, model: Path, tmp_path: Path
) -> None:
    good, out = write_tone(tmp_path / "good.wav"), tmp_path / "out"
    (out / "good.png").mkdir(parents=True)
    outcome = run("match", good, "--model", model, "--out", out)
    assert outcome.code == 2
    (sentence,) = outcome.sentences
    assert str(out / "good.png") in sentence
    assert [path.name for path in out.iterdir()] == ["good.png"]


def test_a_match_removes_what_a_killed_one_left(run: Run, model: Path, tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\n"
        "from flow_synth.__main__ import main\n"
        "os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)\n"
        "main(sys.argv[1:])\n"
    )
    sound, out = write_tone(tmp_path / "tone.wav"), tmp_path / "out"
    arguments = ["match", str(sound), "--model", str(model), "--out", str(out)]
    killed = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert all(path.is_dir() for path in out.iterdir())
    assert list(out.iterdir())
    assert run(*arguments).code == 0
    assert {path.name for path in out.iterdir()} == {f"tone{suffix}" for suffix in SUFFIXES}


def wav(
    samples: NDArray[np.floating], subtype: str, rate_hz: int = RATE_HZ
) -> Callable[[Path], object]:
    return lambda path: soundfile.write(path, samples, rate_hz, subtype=subtype, format="WAV")


def truncated(path: Path) -> None:
    soundfile.write(path, a_tone(), RATE_HZ, format="FLAC")
    path.write_bytes(path.read_bytes()[:-2000])


def two_hours(path: Path) -> None:
    """A second of sound and two hours of a hole in the file, which takes no disk space."""
    soundfile.write(path, a_tone(rate_hz=8000), 8000, subtype="PCM_16")
    size = 2 * 7200 * 8000
    content = bytearray(path.read_bytes())
    content[4:8] = (size + 36).to_bytes(4, "little")
    content[40:44] = size.to_bytes(4, "little")
    path.write_bytes(content)
    with path.open("r+b") as file:
        file.truncate(size + 44)


REFUSED: dict[str, Callable[[Path], object]] = {
    "missing.wav": Path.exists,
    "empty.wav": Path.touch,
    "truncated.flac": truncated,
    "text.wav": lambda path: path.write_text("this is no sound\n" * 1000),
    "silent.wav": wav(np.zeros(RATE_HZ), "PCM_16"),
    "one_sample.wav": wav(np.full(1, 0.5), "PCM_16"),
    "nan.wav": wav(np.full(RATE_HZ, np.nan, np.float32), "FLOAT"),
    "folder.wav": Path.mkdir,
    "loop.wav": lambda path: path.symlink_to(path),
    "long" * 75 + ".wav": lambda path: None,
}
ACCEPTED: dict[str, Callable[[Path], object]] = {
    "two_hours.wav": two_hours,
    "8_bit.wav": wav(a_tone(), "PCM_U8"),
    "96_khz.wav": wav(a_tone(rate_hz=96000), "PCM_24", 96000),
    "7_channels.wav": wav(np.stack([a_tone()] * 7, 1), "PCM_16"),
}


def test_one_bad_sound_does_not_stop_the_others(run: Run, model: Path, tmp_path: Path) -> None:
    for name, write in {**REFUSED, **ACCEPTED}.items():
        write(tmp_path / name)
    # A bad one first, a good one last.
    sounds = [tmp_path / name for name in (*REFUSED, *ACCEPTED)]
    out = tmp_path / "out"
    outcome = run("match", *sounds, "--model", model, "--out", out)
    assert outcome.code == 2
    assert "Traceback" not in outcome.err
    assert len(outcome.sentences) == len(REFUSED)
    for name, sentence in zip(REFUSED, outcome.sentences, strict=True):
        assert str(tmp_path / name) in sentence
        # What is wrong; what to do.
        assert ";" in sentence
    stems = [Path(name).stem for name in ACCEPTED]
    assert sorted(f.name for f in out.iterdir()) == sorted(
        f"{stem}{suffix}" for stem in stems for suffix in SUFFIXES
    )


def test_a_name_that_is_no_text_is_refused_and_a_strange_one_is_not(
    run: Run, model: Path, tmp_path: Path
) -> None:
    strange = write_tone(tmp_path / "[bold]$x_$ 録音.wav")
    bad = os.fsdecode(bytes(tmp_path) + b"/\xff.wav")
    Path(bad).write_bytes(strange.read_bytes())
    outcome = run("match", bad, strange, "--model", model, "--out", tmp_path / "out")
    assert outcome.code == 2
    (sentence,) = outcome.sentences
    assert "rename" in sentence
    assert strange.name in outcome.out
    assert len(list((tmp_path / "out").iterdir())) == len(SUFFIXES)


def truncate_model(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flip_a_bit(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :]


def in_text(content: bytes) -> bytes:
    return b"not a model\n" * (len(content) // 100)


@pytest.mark.parametrize("damage", [truncate_model, flip_a_bit, in_text])
def test_a_damaged_model_is_refused(
    run: Run, model: Path, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    damaged = tmp_path / "damaged.flow.ts"
    damaged.write_bytes(damage(model.read_bytes()))
    check_refused(run, damaged, tmp_path)


def test_a_newer_model_is_refused(run: Run, model: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.flow.ts"
    version = f'"format_version": {FORMAT_VERSION}'.encode()
    with zipfile.ZipFile(model) as old, zipfile.ZipFile(newer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("flow_synth.json"):
                assert version in content
                content = content.replace(version, b'"format_version": 99')
            new.writestr(name, content)
    assert "99" in check_refused(run, newer, tmp_path)


def test_a_missing_model_is_refused(run: Run, tmp_path: Path) -> None:
    check_refused(run, tmp_path / "missing.flow.ts", tmp_path)


def check_refused(run: Run, model: Path, folder: Path) -> str:
    outcome = run(
        "match", write_tone(folder / "tone.wav"), "--model", model, "--out", folder / "out"
    )
    assert outcome.code == 2
    assert "Traceback" not in outcome.err
    (sentence,) = outcome.sentences
    assert str(model) in sentence
    assert not (folder / "out").exists()
    return sentence


def test_a_folder_that_cannot_be_made_is_refused(run: Run, model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    out = tmp_path / "file" / "out"
    outcome = run("match", write_tone(tmp_path / "tone.wav"), "--model", model, "--out", out)
    assert outcome.code == 2
    (sentence,) = outcome.sentences
    assert str(out) in sentence


def test_a_folder_that_cannot_be_written_is_refused(run: Run, model: Path, tmp_path: Path) -> None:
    """Nobody can make files in /proc/sys, not even root, whom permissions do not stop."""
    out = Path("/proc/sys")
    outcome = run("match", write_tone(tmp_path / "tone.wav"), "--model", model, "--out", out)
    assert outcome.code == 2
    (sentence,) = outcome.sentences
    assert str(out) in sentence


@pytest.mark.parametrize("limit_bytes", [100, 100_000])
def test_a_disk_that_fills_leaves_nothing_half_written(
    run: Run, model: Path, tmp_path: Path, limit_bytes: int
) -> None:
    """Files may not grow beyond a limit, which stops the preset or the sound."""
    sound, out = write_tone(tmp_path / "tone.wav"), tmp_path / "out"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, hard))
    try:
        outcome = run("match", sound, "--model", model, "--out", out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert outcome.code == 2
    (sentence,) = outcome.sentences
    assert "make room" in sentence
    name = "tone.preset.json" if limit_bytes == 100 else "tone.wav"
    assert f"cannot write {out / name} (" in sentence
    assert list(out.iterdir()) == []


def test_sounds_of_one_name_do_not_overwrite_each_other_or_their_inputs(tmp_path: Path) -> None:
    sounds = [tmp_path / name for name in ("a/x.wav", "b/x.flac", "b/X.mp3", "x.wav", "x-2.aiff")]
    names = output_names(sounds, tmp_path)
    files = [f"{name}{suffix}".casefold() for name in names for suffix in SUFFIXES]
    assert len(set(files)) == len(files)
    # x.wav in the output folder is itself a sound to match.
    assert "x.wav" not in files
    presets = [tmp_path / "voice.preset.wav", tmp_path / "voice.wav"]
    assert output_names(presets, tmp_path / "out") == ["voice.preset", "voice-2"]


def test_a_matched_preset_can_be_played(run: Run, tmp_path: Path) -> None:
    preset, out = tmp_path / "a.preset.json", tmp_path / "a.wav"
    table = builtin_table()
    write_preset(preset, Preset("a", table.defaults), table, "builtin")
    assert run("play", preset, "--out", out, "--note", 57).code == 0
    audio, rate_hz = soundfile.read(out)
    spectrum = np.abs(np.fft.rfft(audio[:rate_hz].mean(1)))
    assert spectrum[:300].argmax() == pytest.approx(220, abs=1)


def test_a_sound_is_not_played_into_its_preset_nor_into_another_kind_of_file(
    run: Run, tmp_path: Path
) -> None:
    table = builtin_table()
    for name in ("a.preset.json", "b.wav"):
        preset = tmp_path / name
        write_preset(preset, Preset("a", table.defaults), table, "builtin")
        before = preset.read_bytes()
        outcome = run("play", preset, "--out", tmp_path / "x" / ".." / name)
        assert outcome.code == 2
        (sentence,) = outcome.sentences
        assert "give another name" in sentence or "let it end in '.wav'" in sentence
        assert preset.read_bytes() == before
    assert run("play", preset, "--out", tmp_path / "a.mp3").code == 2
    assert {path.name for path in tmp_path.iterdir()} == {"a.preset.json", "b.wav"}
    assert run("play", preset, "--out", tmp_path / "A.WAV").code == 0


@pytest.mark.parametrize(
    ("knob", "value"), [("no_such_knob", 0.5), ("filter_cutoff", 1e6), ("filter_mode", "sideways")]
)
def test_a_preset_with_wrong_knobs_is_refused(
    run: Run, tmp_path: Path, knob: str, value: float | str
) -> None:
    preset, out = tmp_path / "a.preset.json", tmp_path / "a.wav"
    table = builtin_table()
    write_preset(preset, Preset("a", table.defaults), table, "builtin")
    content = json.loads(preset.read_text())
    content["parameters"][knob] = value
    preset.write_text(json.dumps(content))
    outcome = run("play", preset, "--out", out)
    assert outcome.code == 2
    (sentence,) = outcome.sentences
    assert knob in sentence
    assert not out.exists()


@pytest.mark.parametrize(
    "command",
    [
        "render {missing} --out {out}",
        "train {missing} --out {out}",
        "export {missing} --out {out}.flow.ts",
        "evaluate {missing} --dataset {missing} --out {out}.json",
        "evaluate --baselines --dataset {missing} --out {out}.json",
        "info {missing}",
        "play {missing} --out {out}.wav",
        "bench missing",
    ],
)
def test_what_is_missing_is_named(run: Run, tmp_path: Path, command: str) -> None:
    missing, out = tmp_path / "missing", tmp_path / "out"
    outcome = run(*command.format(missing=missing, out=out).split())
    assert outcome.code == 2
    (sentence,) = outcome.sentences
    assert "missing" in sentence
    assert list(tmp_path.iterdir()) == []


def test_info_tells_what_is_in_a_model(run: Run, model: Path) -> None:
    outcome = run("info", model, "--json")
    assert outcome.code == 0
    assert json.loads(outcome.out)["training_run"] == "tiny"
    shown = run("info", model).out
    assert "Filter cutoff" in shown
    assert "epochs" in shown
    assert "family flow_post, can encode, decode, invert, reconstruct" in shown


def test_names_in_a_model_are_shown_as_they_are(run: Run, tmp_path: Path) -> None:
    synth, label = SineSynth(), "Mix [/wet] :star: [bold]"
    first, *others = synth.table.parameters()
    synth.table = ParameterTable((first.model_copy(update={"label": label}), *others))
    write_tiny_model(tmp_path / "strange.flow.ts", synth)
    assert label in run("info", tmp_path / "strange.flow.ts").out


def test_names_of_scores_are_shown_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_scores({"[/a]": {"[red]:star:": 0.5}})
    shown = capsys.readouterr().out
    assert "[/a]" in shown
    assert "[red]:star:" in shown


def test_where_no_scores_can_be_written_nothing_is_evaluated(run: Run, tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    missing = tmp_path / "missing"
    for out in (tmp_path / "nowhere" / "scores.json", tmp_path / "folder.json"):
        outcome = run("evaluate", missing, "--dataset", missing, "--out", out)
        assert outcome.code == 2
        (sentence,) = outcome.sentences
        assert f"cannot write {out}" in sentence


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--out scores.json", "no model is to be scored; name one, or give --baselines"),
        ("builtin --baselines --out scores.json", "--baselines scores no model, but builtin is"),
        ("builtin --sounds x --validation --out scores.json", "x has no validation notes"),
        ("--baselines --matching --out scores.json", "--matching scores a model's candidates"),
        ("--baselines --out scores.png", "scores.png is no name for scores"),
    ],
)
def test_an_evaluation_of_nothing_or_of_two_things_is_refused(
    run: Run, arguments: str, sentence: str
) -> None:
    outcome = run("evaluate", *arguments.split(), "--dataset", "missing")
    assert outcome.code == 2
    assert sentence in outcome.sentences[0]


@pytest.mark.parametrize("what", ["flow-synth sounds", "flow-synth dataset", None])
def test_an_evaluation_does_not_write_over_something_else(
    run: Run, tmp_path: Path, what: str | None
) -> None:
    out = tmp_path / "manifest.json"
    out.write_text(json.dumps({"format": what}))
    before = out.read_bytes()
    outcome = run("evaluate", "--baselines", "--dataset", tmp_path, "--out", out)
    assert outcome.code == 2
    assert "belongs to something else" in outcome.sentences[0]
    assert out.read_bytes() == before


@pytest.mark.parametrize("arguments", [(), ("tiny.toml", "--grid", "grid.toml")])
def test_training_needs_one_experiment_or_one_grid(
    run: Run, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    outcome = run("train", *arguments, "--out", tmp_path / "runs")
    assert outcome.code == 2
    assert outcome.sentences == [
        "flow-synth: give an experiment's description, or --grid and that of a grid"
    ]
    assert not (tmp_path / "runs").exists()


def write_grid(folder: Path, dataset: str, n_experiments: int, n_rotations: int) -> Path:
    """A grid of smoke runs."""
    base = Path(__file__).parents[2] / "python" / "experiments" / "tiny.toml"
    names = [f"tiny{number}.toml" for number in range(n_experiments)]
    for number, name in enumerate(names):
        lines = (f"base = '{base}'", f"dataset = '{dataset}'", "epochs = 1", "[model]")
        (folder / name).write_text("\n".join((*lines, f"n_context = {8 + number}", "")))
    grid = folder / "grid.toml"
    grid.write_text(f"experiments = {names}\nrotations = {[*range(n_rotations)]}\n")
    return grid


def test_runs_of_a_grid_that_fail_are_named_at_its_end(run: Run, tmp_path: Path) -> None:
    grid, runs = write_grid(tmp_path, "missing", 1, 1), tmp_path / "runs"
    outcome = run("train", "--grid", grid, "--out", runs, "--jobs", 2, "--json")
    assert outcome.code == 2
    assert json.loads(outcome.out)["trained"] == []
    (sentence,) = outcome.sentences
    assert sentence.startswith("flow-synth: missing/tiny0-r0-s0 failed: ")
    assert "missing is not a finished dataset" in sentence
    outcome = run("evaluate-grid", grid, "--runs", runs, "--out", tmp_path / "results")
    assert outcome.code == 2
    assert outcome.sentences == [
        "flow-synth: missing/tiny0-r0-s0 is not trained to its end; "
        "run 'flow-synth train --grid' again"
    ]


@pytest.mark.slow
def test_from_a_grid_to_its_page_by_commands_alone(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    description, runs, out = tmp_path / "dataset.toml", tmp_path / "runs", tmp_path / "results"
    description.write_text("draws = 40\n")
    grid = write_grid(tmp_path, "data", 2, 2)
    for arguments in (
        ("render", description, "--out", tmp_path / "data", "--workers", 2),
        ("train", "--grid", grid, "--out", runs),
        ("evaluate-grid", grid, "--runs", runs, "--out", out, "--targets", 4),
    ):
        outcome = run(*arguments, "--json")
        assert outcome.code == 0, outcome.err
        json.loads(outcome.out)
    again = json.loads(run("train", "--grid", grid, "--out", runs, "--json").out)
    assert (again["trained"], len(again["skipped"])) == ([], 4)
    again = run("evaluate-grid", grid, "--runs", runs, "--out", out, "--targets", 4, "--json")
    assert json.loads(again.out)["evaluated"] == []
    assert len(list(out.glob("*/*/test.json"))) == 4 + 2
    page = tmp_path / "results.md"
    monkeypatch.setattr("sys.argv", ["results_page", str(page), str(out)])
    results_page.main()
    text = page.read_text(encoding="utf-8")
    assert "| tiny1 | " in text
    assert "| data | tiny0 | 2 | " in text


@pytest.mark.slow
def test_from_a_dataset_to_a_match_by_commands_alone(run: Run, tmp_path: Path) -> None:
    dataset, data, trained = tmp_path / "dataset.toml", tmp_path / "data", tmp_path / "run"
    scores, model, out = tmp_path / "scores.json", tmp_path / "tiny.flow.ts", tmp_path / "out"
    baselines = tmp_path / "baselines.json"
    proposals, proposed = tmp_path / "proposals.json", tmp_path / "proposed.toml"
    dataset.write_text("draws = 20\n")
    proposed.write_text("draws = 20\nproposals = 'proposals.json'\n")
    experiment = tmp_path / "experiment.toml"
    base = Path(__file__).parents[2] / "python" / "experiments" / "tiny.toml"
    experiment.write_text(f"base = '{base}'\ndataset = 'data'\n")
    for arguments in (
        ("render", dataset, "--out", data, "--workers", 2),
        ("train", experiment, "--out", trained),
        ("export", trained, "--out", model),
        ("evaluate", model, "--dataset", data, "--targets", 4, "--out", scores),
        ("evaluate", "--baselines", "--validation", "--dataset", data, "--out", baselines),
        ("export", trained, "--evaluation", scores, "--out", model),
        ("match", write_tone(tmp_path / "tone.wav"), "--model", model, "--out", out),
        ("propose", model, "--dataset", data, "--count", 5, "--out", proposals),
        ("render", proposed, "--out", tmp_path / "proposed", "--workers", 2),
    ):
        outcome = run(*arguments, "--json")
        assert outcome.code == 0, outcome.err
        said = json.loads(outcome.out)
    assert 1 <= said["rows"] <= 5
    assert (out / "tone.wav").is_file()
    chosen_by = json.loads(baselines.read_text())
    assert (chosen_by["model_run"], chosen_by["split"]) == (None, "validation")
    assert baselines.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    assert not list(tmp_path.glob("*.trials"))
    described = json.loads(run("info", model, "--json").out)
    assert described["scores"]["model"]["mss_db_mean"] > 0
    assert "nn16" in run("info", model).out

    other = tmp_path / "other.json"
    other.write_text(scores.read_text().replace(described["training_run"], "another"))
    outcome = run("export", trained, "--evaluation", other, "--out", tmp_path / "b.flow.ts")
    assert outcome.code == 2
    assert "of training run another and not of" in outcome.sentences[0]
    assert not (tmp_path / "b.flow.ts").exists()
