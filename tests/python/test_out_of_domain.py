import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile

from flow_synth import out_of_domain
from flow_synth.__main__ import main
from flow_synth.error import InputError
from flow_synth.out_of_domain import (
    ONSET_DB,
    PEAK,
    REFERENCE,
    SECONDS,
    MadeSounds,
    make_sounds,
)
from flow_synth.pitch import detect_pitch
from flow_synth.player import PACKAGES, GeneralMidi, Player, ZynAddSubFX
from flow_synth.sound_recipe import RECIPES, SoundRecipe
from flow_synth.sounds import FULL_SCALE, MANIFEST, Kind, Sounds
from flow_synth.synth import SAMPLE_RATE_HZ

linux = pytest.mark.skipif(sys.platform != "linux", reason="packaged for Linux only")

STEMS = (
    "000-acoustic-grand-piano",
    "056-trumpet",
    "101-fx-goblins",
    "zynaddsubfx-organ-0001-organ-1",
    "zynaddsubfx-strings-0038-fat-saw",
    "flite-slt-sings-aa",
    "flite-rms-speaks-1",
    "espeak-ng-f4-sings-i",
    "espeak-ng-fr-f5-speaks",
)
#: One or two of everything, so that tests take seconds.
SOME = tuple(recipe for recipe in RECIPES if recipe.stem in STEMS)

#: Sounds that are heard at another key than the one played, most of them an octave or two away,
#: or at none.
OTHERWISE_PITCHED = {
    *("009-glockenspiel", "016-drawbar-organ", "017-percussive-organ", "018-rock-organ"),
    *("031-guitar-harmonics", "047-timpani", "055-orchestra-hit"),
    *("086-lead-fifths", "097-fx-soundtrack"),
    *("zynaddsubfx-brass-0011-brazz-1", "zynaddsubfx-choir-and-voice-0001-ahh-choir-1"),
    *("zynaddsubfx-fantasy-0001-emptyness1", "zynaddsubfx-guitar-0001-dist-guitar-1"),
    *("zynaddsubfx-organ-0034-cathedral-organ2", "zynaddsubfx-synthpiano-0001-soft-piano-1"),
    "zynaddsubfx-synthpiano-0009-termollo3",
}

SCRIPT = f"""
import sys
from pathlib import Path
from flow_synth.out_of_domain import make_sounds
from flow_synth.sound_recipe import RECIPES
make_sounds(Path(sys.argv[1]), [recipe for recipe in RECIPES if recipe.stem in {STEMS!r}])
"""


def in_a_process(folder: Path) -> "subprocess.Popen[bytes]":
    """Makes SOME in a process of its own."""
    return subprocess.Popen([sys.executable, "-c", SCRIPT, str(folder)])


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> MadeSounds:
    return make_sounds(tmp_path_factory.mktemp("sounds"), SOME)


@pytest.fixture
def folder(made: MadeSounds, tmp_path: Path) -> Path:
    """A copy of finished sounds, to be damaged."""
    for name, bytes_ in content(made.folder).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(bytes_)
    return tmp_path


@linux
def test_every_sound_has_its_length_rate_level_and_onset(made: MadeSounds) -> None:
    assert made.made == len(SOME) == len(STEMS)
    assert Sounds.read(made.folder) == made.sounds
    for sound in made.sounds.sounds:
        info = soundfile.info(made.folder / sound.file)
        assert (info.samplerate, info.channels, info.subtype) == (44100, 1, "PCM_16")
        assert info.frames == 4 * 44100 == round(SECONDS * SAMPLE_RATE_HZ)
        level = np.abs(sound.samples(made.folder).astype(int))
        assert level.max() == PEAK * FULL_SCALE
        # Half a unit is how far a sample may be rounded.
        assert level[0] >= level.max() * 10 ** (ONSET_DB / 20) - 0.5


@linux
def test_played_and_sung_notes_are_heard_at_the_pitch_of_the_manifest(made: MadeSounds) -> None:
    check_pitch(made, [recipe for recipe in SOME if "speaks" not in recipe.stem])


def check_pitch(made: MadeSounds, recipes: list[SoundRecipe]) -> None:
    sounds = {sound.file: sound for sound in made.sounds.sounds}
    cents = []
    for recipe in recipes:
        sound = sounds[str(recipe.file)]
        samples = (sound.samples(made.folder) / FULL_SCALE).astype(np.float32)
        pitch = detect_pitch(samples, SAMPLE_RATE_HZ)
        assert pitch is not None, sound.file
        cents.append(100 * (pitch.note - sound.pitch))
        # Half a semitone: beyond it, another key would be nearer.
        assert abs(cents[-1]) < 50, (sound.file, pitch)
    assert abs(np.mean(cents)) < 10


@linux
def test_two_processes_make_the_same_files(made: MadeSounds, tmp_path: Path) -> None:
    assert in_a_process(tmp_path).wait() == 0
    assert content(tmp_path) == content(made.folder)


@linux
def test_a_killed_job_goes_on_where_it_was(made: MadeSounds, tmp_path: Path) -> None:
    process = in_a_process(tmp_path)
    while len(list(tmp_path.rglob("*.flac"))) < 2:
        assert process.poll() is None, "all was made before it could be killed"
        time.sleep(0.005)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert not (tmp_path / MANIFEST).exists()
    kept = content(tmp_path)
    # What a job leaves that is killed while it writes.
    (tmp_path / "voices" / ".sound.flac.1.partial").write_bytes(b"half a sound")
    resumed = make_sounds(tmp_path, SOME)
    assert resumed.made == len(SOME) - sum(name.endswith(".flac") for name in kept)
    assert content(tmp_path) == content(made.folder)


@linux
@pytest.mark.parametrize("damage", ["cut", "gone", "replaced"])
def test_only_what_is_damaged_is_made_again(made: MadeSounds, folder: Path, damage: str) -> None:
    path, other = (folder / recipe.file for recipe in SOME[:2])
    match damage:
        case "cut":
            path.write_bytes(path.read_bytes()[:5000])
        case "gone":
            path.unlink()
        case "replaced":
            path.write_bytes(other.read_bytes())
    untouched = other.stat().st_mtime_ns
    assert make_sounds(folder, SOME).made == 1
    assert other.stat().st_mtime_ns == untouched
    assert content(folder) == content(made.folder)


@linux
def test_what_another_recipe_or_package_made_is_made_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(SOME[0], player=GeneralMidi(1))
    assert make_sounds(folder, (other, *SOME[1:])).made == 1
    monkeypatch.setattr(out_of_domain, "version", lambda package: "0")
    assert make_sounds(folder, SOME[:2]).made == 2


def alike_everywhere(recipes: Sequence[SoundRecipe]) -> set[str]:
    """Files that every processor makes alike; ZynAddSubFX chooses its Fourier transforms by it."""
    return {str(each.file) for each in recipes if not isinstance(each.player, ZynAddSubFX)}


@linux
def test_the_command_compares_with_the_reference_and_says_why_sounds_differ(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = replace(SOME[0], player=GeneralMidi(1))
    recipes = (other, *SOME[1:])
    monkeypatch.setattr(out_of_domain, "make_sounds", partial(make_sounds, recipes=recipes))
    with pytest.raises(SystemExit) as left:
        main(["out-of-domain", "--out", str(folder), "--json"])
    assert left.value.code in (0, None)
    result = json.loads(capsys.readouterr().out)
    assert result["made"] == 1
    assert result["sounds"] == {"instrument": 2, "voice": 4, "synth": 3}
    assert str(other.file) in result["differing"]
    assert f"{len(result['differing'])} of {len(SOME)} sounds differ" in result["remark"]
    reference = Sounds.model_validate_json(REFERENCE.read_bytes())
    if result["packages"] == reference.packages:
        assert alike_everywhere(SOME).intersection(result["differing"]) == {str(other.file)}


def test_the_reference_is_of_these_recipes() -> None:
    reference = Sounds.model_validate_json(REFERENCE.read_bytes())
    assert [(sound.file, sound.name, sound.kind, sound.source) for sound in reference.sounds] == [
        (str(recipe.file), recipe.name, recipe.kind, recipe.player.source) for recipe in RECIPES
    ]
    assert len({recipe.file for recipe in RECIPES}) == len(RECIPES)
    assert set(PACKAGES) < set(reference.packages)


def test_no_two_sounds_of_the_reference_are_the_same() -> None:
    reference = Sounds.model_validate_json(REFERENCE.read_bytes())
    assert len({sound.sha256 for sound in reference.sounds}) == len(RECIPES)


@linux
def test_of_each_of_zynaddsubfxs_banks_the_first_middle_and_last_repeatable_are_taken() -> None:
    from flow_synth.synths.zynaddsubfx import BANKS, read_instrument, uses_padsynth

    players = [recipe.player for recipe in RECIPES]
    chosen = [each.instrument for each in players if isinstance(each, ZynAddSubFX)]
    expected = []
    for bank in sorted({name.partition("/")[0] for name in chosen}):
        files = sorted((BANKS / bank).glob("*.xiz"))
        names = [
            f"{bank}/{file.stem}" for file in files if not uses_padsynth(read_instrument(file))
        ]
        expected += [names[0], names[len(names) // 2], names[-1]]
    assert chosen == expected


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        ("", ["espeak-ng", "flite", "fluidsynth"]),
        (None, ["fluid-soundfont-gm"]),
    ],
)
@linux
def test_missing_packages_are_named_in_one_line_to_install_them(
    path: str | None,
    missing: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if path is None:
        monkeypatch.setitem(PACKAGES, "fluid-soundfont-gm", str(tmp_path / "missing.sf2"))
    else:
        monkeypatch.setenv("PATH", path)
    with pytest.raises(SystemExit) as left:
        main(["out-of-domain", "--out", str(tmp_path / "out")])
    assert left.value.code == 2
    (sentence,) = capsys.readouterr().err.strip().splitlines()
    assert sentence.endswith(f"apt-get install --no-install-recommends {' '.join(missing)}")
    assert not (tmp_path / "out").exists()


@linux
@pytest.mark.parametrize(
    ("player", "why"),
    [
        # FluidR3's double bass has no samples for middle C.
        (GeneralMidi(43), "silent"),
        (ZynAddSubFX("Bass/none"), "No such file"),
    ],
)
def test_a_program_that_gives_no_sound_is_named(tmp_path: Path, player: Player, why: str) -> None:
    recipe = SoundRecipe("sound", "Sound", Kind.VOICE, player, pitch=None)
    with pytest.raises(InputError) as refused:
        make_sounds(tmp_path, [recipe])
    assert player.source in str(refused.value)
    assert why in str(refused.value)
    assert not (tmp_path / MANIFEST).exists()


@linux
def test_the_folder_of_a_dataset_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"format": "flow-synth dataset"}')
    with pytest.raises(InputError, match=r"manifest\.json belongs to something else"):
        make_sounds(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [MANIFEST]


def test_a_folder_that_cannot_be_written_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as left:
        main(["out-of-domain", "--out", str(tmp_path / "file" / "out")])
    assert left.value.code == 2
    (sentence,) = capsys.readouterr().err.strip().splitlines()
    assert str(tmp_path / "file" / "out") in sentence
    assert "choose another folder" in sentence


@linux
@pytest.mark.slow
def test_the_whole_set_is_in_tune_but_for_those_named(tmp_path: Path) -> None:
    made = make_sounds(tmp_path)
    played = [recipe for recipe in RECIPES if "speaks" not in recipe.stem]
    check_pitch(made, [recipe for recipe in played if recipe.stem not in OTHERWISE_PITCHED])
    reference = Sounds.model_validate_json(REFERENCE.read_bytes())
    if made.sounds.packages == reference.packages and os.uname().machine == "x86_64":
        assert not alike_everywhere(RECIPES).intersection(made.differing)
