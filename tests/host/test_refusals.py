"""What cannot be done is said in one sentence, and what sounds goes on sounding."""

import os
import re
import struct
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pd_for_tests import RATE_HZ, Console, Patch, Pd

from flow_synth.flow_blob import BLOB_VERSION, MAGIC
from flow_synth.model_file import BLOB_ENTRY

BLOCKING = "builtin @blocking 1 @smooth 0"
STEP_MS = 20.0
FORTY = " ".join(["0.5"] * 40)
THREE_GIGABYTES = 3 << 30
#: Above what Pd and LibTorch need, and below what a header can claim.
TWO_GIGABYTES = 2 << 30

#: A message, and what its sentence begins with.
WRONG = {
    "bang": "there is no message 'bang'; say one of load, model, reload, z, ",
    "nonsense 1 2": "there is no message 'nonsense'; say one of load, ",
    "1 2 3": "there is no message 'list'; say one of ",
    "z": "'z' is not understood; say it like 'z 0.5 -1 ..., one number each dimension'",
    "z 1 2": "a point of 2 numbers cannot be used; give 40",
    "z 1 two": "'z 1 two' is not understood; say it like",
    f"z {FORTY} 1": "a point of 41 numbers cannot be used; give 40",
    "z 1e40 " + FORTY[4:]: "a point has a number that is not finite; give finite ones",
    "params 2 " + FORTY[4:]: "a preset has a value beyond its knob's ends; give 0 to 1",
    "params 0.5": "a preset of 1 numbers cannot be used; give 40",
    "macro": "'macro' is not understood; say it like 'macro 1 0.5'",
    "macro 1": "'macro 1' is not understood",
    "macro 1.5 0": "'macro 1.5 0' is not understood",
    "macro 0 0": "there is no macro knob 0; give 1 to 40",
    "macro 41 0": "there is no macro knob 41; give 1 to 40",
    "macro 1 1.5": "a position of 1.5 cannot be used; give 0 to 1",
    "macro 1e30 0": "'macro 1e+30 0' is not understood",
    "semantic": "'semantic' is not understood; say it like 'semantic brightness 1.5'",
    "semantic nice 1": "there is no slider 'nice'; give one of brightness, ",
    "semantic brightness 4": "a position of 4 cannot be used; give -3 to 3",
    "semantic 1 brightness": "'semantic 1 brightness' is not understood",
    "record 2": "'record 2' is not understood; say it like 'record 1'",
    "record on": "'record on' is not understood; say it like 'record 1'",
    "match": "nothing has been recorded; say 'record 1', play a sound, and then 'match'",
    "match 1": "'match 1' is not understood; say it like 'match'",
    "candidates": "'candidates' is not understood; say it like 'candidates 8'",
    "candidates 0": "there are no 0 candidates at once; give 1 to 64",
    "candidates 65": "there are no 65 candidates at once; give 1 to 64",
    "candidates all": "'candidates all' is not understood; say it like 'candidates 8'",
    "candidates 8": "nothing has been heard yet; match or analyze a sound first",
    "candidate 1": "there are no candidates; match a sound, and then say 'candidates 8'",
    "candidate best": "'candidate best' is not understood; say it like 'candidate 1'",
    "curve 99 9": "there is no macro knob 99; give 1 to 40",
    "curve 1 1": "a count of 1 cannot be used; give 2 to 64",
    "curve 1 65": "a count of 65 cannot be used; give 2 to 64",
    "curve 1": "'curve 1' is not understood; say it like 'curve 1 9'",
    "store 0": "there is no slot 0; give 1 to 128",
    "store 129": "there is no slot 129; give 1 to 128",
    "store here": "'store here' is not understood; say it like 'store 1'",
    "recall 3": "nothing is stored in slot 3; store something there first",
    "interpolate 1 2": "'interpolate 1 2' is not understood",
    "interpolate 1 2 0.5": "nothing is stored in slot 1; store something there first",
    "mutate -1": "an amount of -1 cannot be used; give 0 to 1",
    "mutate much": "'mutate much' is not understood",
    "lock nothing 1": "there is no knob 'nothing'; give one of ",
    "lock filter_cutoff": "'lock filter_cutoff' is not understood",
    "note 200 100": "note 200.000000 of velocity 100 cannot be played; give both from 0 to 127",
    "note 60 1000": "note 60.000000 of velocity 1000 cannot be played",
    "note 60": "'note 60' is not understood; say it like 'note 60 100'",
    "smooth -1": "a glide of -0.001000 s cannot be made; give 0 to 10 s",
    "voice 3": "'voice 3' is not understood; say it like 'voice 1'",
    "late 3": "'late' can only be read; say it alone",
    "load a b": "'load a b' is not understood; say it like 'load builtin'",
    "load 3": "'load 3' is not understood; say it like 'load builtin'",
    "analyze": "'analyze' is not understood; say it like 'analyze sound.wav'",
    "dump 1": "'dump 1' is not understood; say it like 'dump'",
}


def told(
    pd: Pd, place: Path, messages: Sequence[str], *, arguments: str = BLOCKING, **more: Path
) -> Console:
    """Messages while a note sounds, each with time to answer."""
    patch = Patch(
        end_ms=STEP_MS * (len(messages) + 10),
        arguments=[arguments],
        recorded=more.get("recorded"),
    )
    patch.at(STEP_MS, "in note 60 100")
    for number, message in enumerate(messages, 2):
        patch.at(STEP_MS * number, f"in {message}")
    return pd.run(patch, place)


def test_every_wrong_message_has_one_sentence_and_no_sound_changes(pd: Pd, tmp_path: Path) -> None:
    disturbed, quiet = tmp_path / "disturbed.wav", tmp_path / "quiet.wav"
    console = told(pd, tmp_path, list(WRONG), recorded=disturbed)
    assert len(console.lists("params")) == 1
    for sentence, (message, wanted) in zip(console.errors, WRONG.items(), strict=True):
        assert sentence.startswith(wanted), message
    told(pd, tmp_path, ["info"] * len(WRONG), recorded=quiet)
    audio, undisturbed = (soundfile.read(path)[0] for path in (disturbed, quiet))
    assert np.abs(undisturbed).max() > 1e-3
    np.testing.assert_array_equal(audio, undisturbed)


@pytest.fixture(scope="module")
def bad_files(builtin: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Files that are no models, and what is said of each after its path."""
    folder = tmp_path_factory.mktemp("bad")
    content = builtin.read_bytes()
    (folder / "folder.flow.ts").mkdir()
    (folder / "empty.flow.ts").write_bytes(b"")
    (folder / "noise.flow.ts").write_bytes(b"noise" * 1000)
    (folder / "cut.flow.ts").write_bytes(content[: len(content) // 2])
    changed = bytearray(content)
    changed[len(changed) // 3] ^= 1
    (folder / "changed.flow.ts").write_bytes(changed)
    with (folder / "huge.flow.ts").open("wb") as file:
        file.truncate(THREE_GIGABYTES)
    with (
        zipfile.ZipFile(builtin) as source,
        zipfile.ZipFile(folder / "newer.flow.ts", "w") as archive,
    ):
        for name in source.namelist():
            newer = MAGIC + (BLOB_VERSION + 1).to_bytes(4, "little") + bytes(100)
            archive.writestr(name, newer if name.endswith(BLOB_ENTRY) else source.read(name))
    os.mkfifo(folder / "pipe.flow.ts")
    said = {
        "missing": "cannot be read (No such file or directory); give a model file",
        "folder": "cannot be read (Is a directory); give a model file",
        "empty": "it is not a whole archive",
        "noise": "it is not a whole archive",
        "cut": "it is not a whole archive",
        "changed": "checksum",
        "newer": f"has format version {BLOB_VERSION + 1} and this program reads version",
        "huge": f"cannot be read (no model has {THREE_GIGABYTES} bytes); give a model file",
        "pipe": "cannot be read (",
    }
    return {str(folder / f"{name}.flow.ts"): text for name, text in said.items()}


def test_what_is_no_model_is_said_and_the_one_before_plays_on(
    pd: Pd, bad_files: dict[str, str], tmp_path: Path
) -> None:
    disturbed, quiet = tmp_path / "disturbed.wav", tmp_path / "quiet.wav"
    messages = [f"load {path}" for path in bad_files]
    console = told(pd, tmp_path, [*messages, "dump"], recorded=disturbed)
    for sentence, (path, text) in zip(console.errors, bad_files.items(), strict=True):
        assert sentence.startswith(path)
        assert text in sentence
    assert console.info("engine") == ["ready"]
    assert console.info("model")[0].endswith("/builtin.flow.ts")
    told(pd, tmp_path, ["info"] * (len(messages) + 1), recorded=quiet)
    audio, undisturbed = (soundfile.read(path)[0] for path in (disturbed, quiet))
    assert np.abs(undisturbed).max() > 1e-3
    np.testing.assert_array_equal(audio, undisturbed)


def test_a_first_model_that_is_none_leaves_an_object(
    pd: Pd, bad_files: dict[str, str], tmp_path: Path
) -> None:
    path = next(path for path in bad_files if "changed" in path)
    console = told(
        pd, tmp_path, ["match", "z 1", "info", "load builtin"], arguments=f"{path} @blocking 1"
    )
    first, *others = console.errors
    assert first.startswith(path)
    assert others == ["there is no model yet; load one"]
    assert console.info("engine") == ["none"]
    assert len(console.lists("params")) == 1


def test_wrong_arguments_leave_an_object(pd: Pd, tmp_path: Path) -> None:
    console = told(
        pd,
        tmp_path,
        ["info"],
        arguments="builtin more @smooth x @smooth @colour 1 @late 3 @voice 0",
    )
    assert [re.split("[;(]", sentence)[0].strip() for sentence in console.errors] == [
        "'smooth x' is not understood",
        "'@smooth' has no value",
        "there is no attribute '@colour'",
        "'late' can only be read",
        "'load builtin more' is not understood",
    ]
    assert console.info("voice") == ["0"]


def test_an_object_without_a_model_is_silent_and_says_so(pd: Pd, tmp_path: Path) -> None:
    written = tmp_path / "played.wav"
    console = told(pd, tmp_path, ["macro 1 0.5", "reload", "dump"], arguments="", recorded=written)
    assert console.errors == [
        "there is no model yet; load one",
        "there is no model to load again; say 'load' and a file",
    ]
    assert console.lists("params") == []
    assert not soundfile.read(written)[0].any()


def test_silence_is_no_sound(pd: Pd, tmp_path: Path) -> None:
    console = told(pd, tmp_path, ["record 1", "match", "info"])
    assert console.errors == ["the recording is silent; record a sound"]
    assert len(console.lists("params")) == 1


def test_what_is_no_sound_file_is_said(pd: Pd, tmp_path: Path) -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(RATE_HZ).astype(np.float32)
    soundfile.write(tmp_path / "byte.wav", noise, RATE_HZ, subtype="PCM_U8")
    soundfile.write(tmp_path / "fast.wav", noise, 384000)
    soundfile.write(tmp_path / "silent.wav", np.zeros(RATE_HZ), RATE_HZ)
    broken = noise.copy()
    broken[100] = np.nan
    soundfile.write(tmp_path / "nan.wav", broken, RATE_HZ, subtype="FLOAT")
    (tmp_path / "text.wav").write_text("no sound")
    (tmp_path / "head.wav").write_bytes((tmp_path / "fast.wav").read_bytes()[:40])
    (tmp_path / "folder.wav").mkdir()
    with (tmp_path / "huge.wav").open("wb") as file:
        file.truncate(THREE_GIGABYTES)
    with (tmp_path / "zeros.wav").open("wb") as file:
        file.write(b"RIFF\xff\xff\xff\xffWAVE")
        file.truncate(THREE_GIGABYTES)
    (tmp_path / "boast.wav").write_bytes(wav_header(256, 192000, 32))
    os.mkfifo(tmp_path / "pipe.wav")
    wanted = {
        "missing": "cannot be heard (No such file or directory); give a WAV file",
        "folder": "cannot be heard (it is no file)",
        "text": "cannot be heard (it is no WAV file)",
        "huge": "cannot be heard (it is no WAV file)",
        "head": "cannot be heard (it has no samples)",
        "zeros": "cannot be heard (it has no samples)",
        "boast": "cannot be heard (it has no samples)",
        "pipe": "cannot be heard (it is no file)",
        "byte": "cannot be heard (its samples are of a kind that is not read)",
        "fast": "cannot be heard (its rate is 384000 Hz, not 8000 to 192000)",
        "silent": "the recording is silent; record a sound",
        "nan": "the recording has samples that are no numbers",
    }
    limited = Pd(pd.folder, most_bytes=TWO_GIGABYTES)
    console = told(limited, tmp_path, [f"analyze {name}.wav" for name in wanted])
    for sentence, text in zip(console.errors, wanted.values(), strict=True):
        assert text in sentence
    assert len(console.lists("params")) == 1


def wav_header(n_channels: int, rate_hz: int, n_bits: int) -> bytes:
    """Of a file that claims to hold as much as a file can."""
    n_bytes = n_channels * n_bits // 8
    form = struct.pack(
        "<HHIIHH", 1, n_channels, rate_hz, rate_hz * n_bytes % 2**32, n_bytes, n_bits
    )
    most = b"\xff\xff\xff\xff"
    return b"RIFF" + most + b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + most


def test_without_the_engine_all_works_but_hearing(bare_pd: Pd, tmp_path: Path) -> None:
    written = tmp_path / "played.wav"
    messages = ["macro 1 0.9", "record 1", "match", "analyze sound.wav", "info"]
    soundfile.write(tmp_path / "sound.wav", np.ones(1000), RATE_HZ)
    console = told(bare_pd, tmp_path, messages, recorded=written)
    sentence = (
        "match and analyze need the engine, and there is no libflow_synth_engine.so in "
        f"{bare_pd.folder}; put it there, or name it in FLOW_SYNTH_ENGINE"
    )
    # One when the model is loaded; what is said again at once is said once.
    assert set(console.errors) == {sentence}
    assert console.info("engine") == ["missing"]
    assert len(console.lists("params")) == 2
    assert np.abs(soundfile.read(written)[0]).max() > 1e-3


def test_an_engine_that_is_none_is_said(bare_pd: Pd, builtin: Path, tmp_path: Path) -> None:
    no_library = tmp_path / "libflow_synth_engine.so"
    no_library.write_text("no library")
    for path, text in (
        (no_library, f"since the engine {no_library} cannot be opened ("),
        (Path("/nowhere/engine.so"), "cannot be opened (/nowhere/engine.so: "),
        (Path("libc.so.6"), "the engine libc.so.6 is of another version than the object"),
    ):
        other = Pd(bare_pd.folder, {"FLOW_SYNTH_ENGINE": str(path)})
        console = told(other, tmp_path, ["info"])
        (sentence,) = console.errors
        assert text in sentence
        assert console.info("engine") == ["missing"]


def test_an_engine_of_another_version_is_the_culprit_for_every_object(
    bare_pd: Pd, tmp_path: Path
) -> None:
    """Though its LibTorch is in the process since the first of them."""
    torch, engine = tmp_path / "libtorch_cpu.so", tmp_path / "libflow_synth_engine.so"
    compiled = ("c++", "-shared", "-fPIC", "-Wl,--no-as-needed", "-Wl,-rpath,$ORIGIN", "-x", "c")
    subprocess.run([*compiled, "/dev/null", "-o", torch], check=True)
    source = tmp_path / "engine.c"
    source.write_text("int fs_abi_version(void) { return 1; }\n")
    subprocess.run([*compiled, source, "-x", "none", torch, "-o", engine], check=True)
    pd = Pd(bare_pd.folder, {"FLOW_SYNTH_ENGINE": str(engine)})
    console = pd.run(Patch(end_ms=100.0, arguments=[BLOCKING] * 3), tmp_path)
    sentence = f"the engine {engine} is of another version than the object; install both anew"
    assert console.errors == [sentence] * 3


def test_a_second_libtorch_is_not_opened(bare_pd: Pd, pd_folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "libtorch_cpu.so"
    subprocess.run(["c++", "-shared", "-x", "c", "/dev/null", "-o", other], check=True)
    engine = pd_folder / "libflow_synth_engine.so"
    pd = Pd(bare_pd.folder, {"FLOW_SYNTH_ENGINE": str(engine)}, preloaded=other)
    console = told(pd, tmp_path, ["match", "info"])
    assert set(console.errors) == {
        f"match and analyze are off, since this process has a LibTorch already, {other}; "
        "remove the plug-in or object that brought it, and start again"
    }
