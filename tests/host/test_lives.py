"""Objects and models that come and go while sound goes on."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from pd_for_tests import ENGINE_MS, RATE_HZ, Patch, Pd, block_ms

from flow_synth import _native

GOLDEN = Path(__file__).parents[1] / "golden" / "golden-4.flow.ts"
N_OBJECTS = 16
LOST = "what was to be matched is lost, since {}; record a sound, and then say 'match'"


def roughness(audio: NDArray[np.float32]) -> float:
    """The largest step between the differences of neighbours."""
    return float(np.abs(np.diff(audio, 2, axis=0)).max())


@pytest.mark.parametrize("other", [GOLDEN, Path("builtin")])
def test_a_model_is_swapped_without_a_click(pd: Pd, other: Path, tmp_path: Path) -> None:
    written = tmp_path / "played.wav"
    swaps = [500.0 + 200 * number for number in range(6)]
    patch = Patch(end_ms=2000.0, arguments=["builtin @blocking 1"], recorded=written)
    patch.at(100.0, "in note 40 100")
    for number, ms in enumerate(swaps):
        patch.at(ms, f"in load {builtin_or(other, number)}", "in note 40 100")
    console = pd.run(patch, tmp_path)
    assert console.errors == []
    assert len(console.info("loaded")) == len(swaps) + 1
    audio, rate_hz = soundfile.read(written, dtype="float32")
    steady = audio[round(0.15 * rate_hz) : round(0.5 * rate_hz)]
    for ms in swaps:
        begin = round(ms * rate_hz / 1000) - 200
        assert roughness(audio[begin : begin + 4000]) <= 1.5 * roughness(steady)


def builtin_or(other: Path, number: int) -> str:
    """Other models and the built-in synth's in turn."""
    return str(other) if number % 2 == 0 else "builtin"


def test_models_are_swapped_in_real_time(pd: Pd, tmp_path: Path) -> None:
    """The loader has no time for all: the last counts, and answers are its own."""
    patch = Patch(end_ms=ENGINE_MS, arguments=["builtin"])
    patch.at(10.0, "in note 60 100")
    for number in range(40):
        patch.at(
            100.0 + 20 * number,
            f"in load {builtin_or(GOLDEN, number)}",
            "in record 1",
            "in macro 1 0.3",
            "in mutate 0.1",
        )
        patch.at(110.0 + 20 * number, "in match")
    patch.at(ENGINE_MS - 100.0, "in info")
    console = pd.run(patch, tmp_path, is_paced=True)
    assert set(console.errors) <= {
        "the recording is silent; record a sound",
        "there is no model yet; load one",
        LOST.format("a new recording has begun"),
        LOST.format("another model was loaded"),
    }
    assert console.info("engine") == ["ready"]
    assert console.info("loaded")[-1].endswith("/builtin.flow.ts")


def test_a_wrong_file_while_the_engine_opens_does_not_stop_it(pd: Pd, tmp_path: Path) -> None:
    patch = Patch(end_ms=ENGINE_MS, arguments=["builtin"])
    info, loaded = patch.add("obj", "r info"), patch.add("obj", "route loaded")
    wrong = patch.add("msg", "\\; in load /nowhere/at/all")
    patch.wire(info, 0, loaded)
    patch.wire(loaded, 0, wrong)
    patch.at(ENGINE_MS - 100.0, "in info")
    console = pd.run(patch, tmp_path, is_paced=True)
    (sentence,) = console.errors
    assert sentence.startswith("/nowhere/at/all cannot be read")
    assert console.info("engine") == ["ready"]


def test_many_objects_play_at_once(
    pd: Pd, native: _native.Model, sound: Path, tmp_path: Path
) -> None:
    written = tmp_path / "played.wav"
    patch = Patch(
        end_ms=1500.0,
        arguments=["builtin @blocking 1"] * N_OBJECTS,
        sound=sound,
        recorded=written,
        n_recorded=N_OBJECTS,
    )
    for number in range(N_OBJECTS):
        receiver = f"in{number}" if number else "in"
        patch.at(100.0 + number, f"{receiver} record 1", f"{receiver} note {40 + number} 100")
        patch.at(1000.0 + number, f"{receiver} macro 1 {number / N_OBJECTS}")
    patch.at(1200.0, "in match")
    console = pd.run(patch, tmp_path, seconds=120)
    assert console.errors == []
    firsts = []
    for number in range(N_OBJECTS):
        lists = console.lists(f"latent{number}" if number else "latent")
        assert len(lists) == (3 if number == 0 else 2)
        firsts.append(lists[1])
    assert len(np.unique(np.stack(firsts), axis=0)) == N_OBJECTS
    assert len(native.info()["latent"]) == firsts[0].size
    tracks = soundfile.read(written, dtype="float32")[0].T.reshape(N_OBJECTS, 2, -1)
    assert np.isfinite(tracks).all()
    assert not tracks[..., : round(0.09 * RATE_HZ)].any()
    # Each plays its own note, in both channels.
    assert np.abs(tracks).max(-1).min() > 1e-3
    assert len(np.unique(tracks[:, 0], axis=0)) == N_OBJECTS


@pytest.mark.parametrize("is_blocking", [False, True])
def test_an_object_may_go_at_any_time(
    pd: Pd, sound: Path, is_blocking: bool, tmp_path: Path
) -> None:
    """Deleted while it loads, records, hears and plays."""
    patch = Patch(end_ms=2500.0, arguments=["builtin"], sound=sound)
    subpatch = "pd-sub"
    patch.restore("sub")
    waits = [1, 5, 20, 50, 100, 150, 200, 300, 400, 600]
    begin = 100.0
    for wait in waits:
        patch.at(
            begin,
            f"{subpatch} obj 10 10 r sub-in",
            f"{subpatch} obj 10 50 flow_synth~ builtin @blocking {int(is_blocking)}",
            f"{subpatch} obj 10 90 dac~",
            f"{subpatch} obj 10 90 noise~",
            f"{subpatch} connect 0 0 1 0",
            f"{subpatch} connect 1 0 2 0",
            f"{subpatch} connect 3 0 1 0",
            "sub-in note 50 100",
            "sub-in record 1",
        )
        patch.at(begin + 0.9 * wait, "sub-in match", f"sub-in analyze {sound}")
        patch.at(begin + wait, f"{subpatch} clear")
        begin += wait + 20.0
    assert begin < patch.end_ms - 100
    patch.at(begin, "in info")
    console = pd.run(patch, tmp_path, is_paced=True, seconds=120)
    assert len(console.info("engine")) == 1
    assert set(console.errors) <= {
        "the recording is silent; record a sound",
        "there is no model yet; load one",
    }


@pytest.mark.parametrize("ms", [1.0, 50.0, 200.0, 400.0, 700.0])
def test_pd_may_end_at_any_time(pd: Pd, sound: Path, ms: float, tmp_path: Path) -> None:
    """While LibTorch is opened, loads or hears."""
    patch = Patch(end_ms=ms, arguments=["builtin"] * 3, sound=sound)
    patch.at(0.0, "in record 1")
    patch.at(max(0.0, ms - 10), "in match")
    pd.run(patch, tmp_path, is_paced=True)


@pytest.mark.slow
def test_pd_does_not_wait_for_ever_for_what_loads(bare_pd: Pd, tmp_path: Path) -> None:
    source, engine = tmp_path / "engine.c", tmp_path / "libflow_synth_engine.so"
    source.write_text("#include <unistd.h>\nint fs_abi_version(void) { sleep(1000); return 0; }\n")
    subprocess.run(["c++", "-shared", "-fPIC", "-x", "c", source, "-o", engine], check=True)
    pd = Pd(bare_pd.folder, {"FLOW_SYNTH_ENGINE": str(engine)})
    console = pd.run(Patch(end_ms=500.0, arguments=["builtin"]), tmp_path, is_paced=True)
    assert len(console.info("loaded")) == 1


def test_a_patch_may_be_closed_while_it_hears(pd: Pd, sound: Path, tmp_path: Path) -> None:
    patch = Patch(end_ms=2000.0, arguments=["builtin"], sound=sound)
    patch.at(0.0, "in record 1")
    patch.at(1000.0, "in match")
    inner, outer = tmp_path / "inner.pd", tmp_path / "outer.pd"
    inner.write_text(patch.build())
    other = Patch(end_ms=1500.0, arguments=[])
    # Sooner than any answer could have come out.
    other.at(1002.0, "pd-inner.pd menuclose 1")
    outer.write_text(other.build())
    console = pd.open(inner, "-open", str(outer), is_paced=True)
    assert console.errors == []
    assert len(console.lists("params")) == 1  # Of the model: the answer is lost.


def test_a_flood_of_points_is_survived(pd: Pd, native: _native.Model, tmp_path: Path) -> None:
    """100,000 a second, and as many wrong ones; the last counts."""
    written = tmp_path / "played.wav"
    patch = Patch(end_ms=1500.0, arguments=["builtin @blocking 1"], recorded=written)
    patch.at(100.0, "in note 60 100")
    n = len(native.info()["latent"])
    flood = patch.add("obj", "metro 0.01")
    points = [" ".join([number] * n) for number in ("0.25", "-0.25")]
    for point in points:
        text = patch.add("msg", f"\\; in z {point} \\; in z 1 \\; in macro 1 nothing")
        patch.wire(flood, 0, text)
    start = patch.add("obj", "r flood")
    patch.wire(start, 0, flood)
    patch.at(200.0, "flood 1")
    patch.at(1200.0, "flood 0")
    patch.at(1300.0, f"in z {points[0]}")
    console = pd.run(patch, tmp_path, seconds=120)
    assert 2 <= len(set(console.errors)) <= 3
    assert len(console.errors) < 200
    wanted = native.decode(np.full((1, n), 0.25, np.float32))[0]
    lists = console.lists("params")
    assert len(lists) < 1200
    np.testing.assert_allclose(lists[-1], wanted, atol=1e-5)
    audio, rate_hz = soundfile.read(written, dtype="float32")
    assert np.isfinite(audio).all()
    steady = audio[round(0.12 * rate_hz) : round(0.2 * rate_hz)]
    assert np.abs(audio).max() <= 2 * np.abs(steady).max()


def test_what_comes_back_does_not_stop_pd(pd: Pd, tmp_path: Path) -> None:
    """A patch in which the object's knobs are sent to itself."""
    patch = Patch(end_ms=block_ms(700), arguments=["builtin @blocking 1"])
    text = patch.build()
    # The object is the second box; what it sends becomes a message to itself.
    lines = text.splitlines()
    n_boxes = sum(line.startswith("#X") and " connect " not in line for line in lines)
    lines += [
        "#X obj 10 10 list prepend params;",
        "#X obj 10 10 list trim;",
        f"#X connect 1 2 {n_boxes} 0;",
        f"#X connect {n_boxes} 0 {n_boxes + 1} 0;",
        f"#X connect {n_boxes + 1} 0 1 0;",
    ]
    path = tmp_path / "patch.pd"
    path.write_text("\n".join(lines) + "\n")
    console = pd.open(path)
    assert console.errors == []
    assert 2 <= len(console.lists("params")) <= 1100
