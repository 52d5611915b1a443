"""The way of a sound through Pd: recorded, matched, and played."""

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from pd_for_tests import BLOCK_SAMPLES, RATE_HZ, Patch, Pd, block_ms

from flow_synth import _native

Array = NDArray[np.float32]

BLOCKING = "builtin @blocking 1 @smooth 0"
#: As Pd prints numbers.
DIGITS = 1e-5
N_HELD_BLOCKS = 2000
N_NOTE_BLOCKS = 3000
#: Of a file, so many frames are read at once.
PORTION_FRAMES = 4096


def blocks_of(samples: Array) -> int:
    """Blocks in which a sound goes by."""
    return -(-len(samples) // BLOCK_SAMPLES)


def test_a_recording_becomes_knobs_that_sound_as_python_plays_them(
    pd: Pd, native: _native.Model, samples: Array, sound: Path, tmp_path: Path
) -> None:
    n_heard = blocks_of(samples)
    n_begin, written = n_heard + 100, tmp_path / "played.wav"
    patch = Patch(
        end_ms=block_ms(n_begin + N_NOTE_BLOCKS),
        arguments=[BLOCKING],
        sound=sound,
        recorded=written,
    )
    patch.at(0.0, "in record 1")
    patch.at(block_ms(n_heard), "in match")
    patch.at(block_ms(n_begin), "in note 60 100")
    patch.at(block_ms(n_begin + N_HELD_BLOCKS), "in note 60 0")
    console = pd.run(patch, tmp_path)
    assert console.errors == []
    v, z = native.hear(samples, RATE_HZ)
    defaults, params = console.lists("params")
    assert np.abs(defaults - v).max() > 0.1
    np.testing.assert_allclose(params, v, atol=1e-4)
    np.testing.assert_allclose(console.lists("latent")[-1], z, atol=DIGITS, rtol=DIGITS)
    wanted = _native.render_builtin(
        v, 60.0, 100, N_HELD_BLOCKS * BLOCK_SAMPLES, N_NOTE_BLOCKS * BLOCK_SAMPLES
    )
    audio, rate_hz = soundfile.read(written, dtype="float32", always_2d=True)
    assert rate_hz == RATE_HZ
    begin = n_begin * BLOCK_SAMPLES
    assert not audio[:begin].any()
    found = audio[begin : begin + wanted.shape[1]].T
    assert np.abs(found - wanted).max() <= 1e-3 * np.abs(wanted).max()


def test_what_is_recorded_is_kept_until_it_is_matched_and_matched_again(
    pd: Pd, native: _native.Model, samples: Array, sound: Path, tmp_path: Path
) -> None:
    end = block_ms(blocks_of(samples))
    patch = Patch(end_ms=end + 400, arguments=[BLOCKING], sound=sound)
    patch.at(0.0, "in record 1")
    patch.at(end, "in record 0")
    patch.at(end + 100, "in match")
    patch.at(end + 200, "in mutate 1")
    patch.at(end + 300, "in match")
    console = pd.run(patch, tmp_path)
    assert console.errors == []
    _, matched, mutated, again = console.lists("params")
    v, _ = native.hear(samples, RATE_HZ)
    np.testing.assert_allclose(matched, v, atol=1e-4)
    assert np.abs(mutated - v).max() > 0.01
    np.testing.assert_allclose(again, matched, atol=1e-4)


def test_a_match_waits_for_the_engine(
    pd: Pd, native: _native.Model, samples: Array, sound: Path, tmp_path: Path
) -> None:
    """In real time the recording has ended before LibTorch is there, or after; it is heard."""
    end = block_ms(blocks_of(samples[: RATE_HZ // 2]))
    patch = Patch(end_ms=end + 3000, arguments=["builtin"], sound=sound)
    patch.at(0.0, "in record 1")
    patch.at(end, "in match")
    console = pd.run(patch, tmp_path, is_paced=True)
    assert console.errors == []
    v, _ = native.hear(samples[: blocks_of(samples[: RATE_HZ // 2]) * BLOCK_SAMPLES], RATE_HZ)
    np.testing.assert_allclose(console.lists("params")[-1], v, atol=1e-4)


def test_of_a_long_file_the_first_20_seconds_are_heard(
    pd: Pd, native: _native.Model, samples: Array, tmp_path: Path
) -> None:
    """And of one that was never finished, what there is, in whole portions or not."""
    quiet = 0.1 * np.resize(samples, 20 * RATE_HZ)
    long = np.concatenate((quiet, np.resize(samples, RATE_HZ)))
    portions = samples[: 16 * PORTION_FRAMES]
    assert np.abs(native.hear(long, RATE_HZ)[0] - native.hear(quiet, RATE_HZ)[0]).max() > 0.01
    files = {
        "long.wav": (long, quiet),
        "exact.wav": (quiet, quiet),
        "portions.wav": (portions, portions),
        "more.wav": (samples[: len(portions) + 1], samples[: len(portions) + 1]),
        "unfinished.wav": (portions, portions),
    }
    patch = Patch(end_ms=100.0 * (len(files) + 1), arguments=[BLOCKING])
    for index, (name, (audio, _)) in enumerate(files.items()):
        soundfile.write(tmp_path / name, audio, RATE_HZ, subtype="FLOAT")
        patch.at(100.0 * index + 50, f"in analyze {name}")
    content = (tmp_path / "unfinished.wav").read_bytes()
    begin = content.index(b"data") + 4
    (tmp_path / "unfinished.wav").write_bytes(
        content[:begin] + b"\xff\xff\xff\xff" + content[begin + 4 :]
    )
    console = pd.run(patch, tmp_path)
    assert console.errors == []
    _, *found = console.lists("params")
    for params, (name, (_, heard)) in zip(found, files.items(), strict=True):
        v, _ = native.hear(heard, RATE_HZ)
        np.testing.assert_allclose(params, v, atol=1e-4, err_msg=name)


def test_a_file_is_heard_as_what_it_holds(
    pd: Pd, native: _native.Model, samples: Array, tmp_path: Path
) -> None:
    mono = samples[:, None]
    files = {
        "short.wav": (mono, "PCM_16", 5e-3),
        "three.wav": (mono, "PCM_24", 1e-4),
        "long.wav": (mono, "PCM_32", 1e-4),
        "float.wav": (mono, "FLOAT", 1e-4),
        # One channel has twice of it and the other none.
        "stereo.wav": (np.hstack((2 * mono, 0 * mono)) / 2, "FLOAT", 1e-4),
    }
    patch = Patch(end_ms=100.0 * (len(files) + 1), arguments=[BLOCKING])
    for index, (name, (audio, subtype, _)) in enumerate(files.items()):
        soundfile.write(tmp_path / name, audio, RATE_HZ, subtype=subtype)
        patch.at(100.0 * index + 50, f"in analyze {name}")
    console = pd.run(patch, tmp_path)
    assert console.errors == []
    v, _ = native.hear(samples, RATE_HZ)
    half, _ = native.hear(samples / 2, RATE_HZ)
    _, *found = console.lists("params")
    for params, (name, (_, _, tolerance)) in zip(found, files.items(), strict=True):
        wanted = half if name == "stereo.wav" else v
        np.testing.assert_allclose(params, wanted, atol=tolerance, err_msg=name)
