"""The core's fast path for Python: nothing copied, no LibTorch."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from flow_synth import _native
from flow_synth.audio_file import read_audio
from flow_synth.error import InputError
from flow_synth.library import model_path

EXAMPLES = Path(__file__).parents[2] / "examples"
GOLDEN = Path(__file__).parents[1] / "golden"
RATE_HZ = 44100

Array = NDArray[np.float32]


@pytest.fixture(scope="module")
def flow() -> _native.Flow:
    return _native.Flow.load(GOLDEN / "golden-4.flow.ts")


@pytest.fixture(scope="module")
def model() -> _native.Model:
    return _native.Model.load(GOLDEN / "golden-4.flow.ts")


def test_a_flow_maps_as_its_model_does(flow: _native.Flow, model: _native.Model) -> None:
    assert flow.kernel == model.kernel
    assert flow.n_weight_bytes > 0
    z = np.random.default_rng(0).standard_normal((20, flow.n_dimensions), np.float32)
    v, back = np.empty_like(z), np.empty_like(z)
    for index in range(len(z)):
        flow.decode(z[index], v[index])
        flow.invert(v[index], back[index])
    np.testing.assert_array_equal(v, model.decode(z))
    np.testing.assert_array_equal(back, model.invert(v))


def test_one_array_may_be_both(flow: _native.Flow, model: _native.Model) -> None:
    z = np.linspace(-1, 1, flow.n_dimensions, dtype=np.float32)
    v = z.copy()
    flow.decode(v, v)
    np.testing.assert_array_equal(v, model.decode(z[None])[0])


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros(8),
        np.zeros(7, np.float32),
        np.zeros(16, np.float32)[::2],
        np.zeros(8, np.int32),
    ],
)
def test_what_would_have_to_be_copied_is_refused(flow: _native.Flow, wrong: Array) -> None:
    right = np.zeros(8, np.float32)
    with pytest.raises(ValueError, match="z must be a contiguous array of 8 float32 numbers"):
        flow.decode(wrong, right)
    with pytest.raises(ValueError, match="z must be"):
        flow.invert(right, wrong)


def test_what_cannot_be_written_is_refused(flow: _native.Flow) -> None:
    z, v = np.zeros(8, np.float32), np.zeros(8, np.float32)
    z.flags.writeable = False
    flow.decode(z, v)
    with pytest.raises(ValueError, match="z must be writeable"):
        flow.invert(v, z)


@pytest.mark.parametrize("load", [_native.Flow.load, _native.Controller().load])
def test_no_model_is_refused(load: object, tmp_path: Path) -> None:
    assert callable(load)
    path = tmp_path / "none.flow.ts"
    with pytest.raises(InputError, match="cannot be read"):
        load(path)
    path.write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"none\.flow\.ts: "):
        load(path)


def test_a_map_that_only_libtorch_runs_is_no_flow() -> None:
    with pytest.raises(InputError, match="only LibTorch runs the map of this model; use Model"):
        _native.Flow.load(GOLDEN / "golden-2-one-way.flow.ts")


def played(controller: _native.Controller, sound: Array, block: int = 256) -> Array:
    """What comes out while a sound goes in, [2, N]."""
    audio = np.zeros((2, len(sound)), np.float32)
    for begin in range(0, len(sound), block):
        part = slice(begin, begin + block)
        controller.process(sound[part], audio[0, part], audio[1, part])
    return audio


def test_a_recording_becomes_knobs_that_are_heard() -> None:
    """As a host does it, from the input to the sound of the built-in voice."""
    sound = read_audio(next(EXAMPLES.glob("*.flac")))
    controller = _native.Controller()
    controller.prepare(sound.sample_rate_hz)
    controller.set_listened(True)
    with model_path("builtin") as path:
        controller.load(path)
        model = _native.Model.load(path)
    before = played(controller, np.zeros(64, np.float32))
    assert not before.any()
    controller.take_point()
    controller.start_recording()
    played(controller, sound.samples)
    controller.stop_recording()
    played(controller, np.zeros(1, np.float32))
    taken = controller.take_recording()
    assert taken is not None
    number, rate_hz, audio = taken
    assert rate_hz == sound.sample_rate_hz
    kept = min(len(sound.samples), 6 * rate_hz)
    np.testing.assert_array_equal(audio, sound.samples[-kept:])
    v, z = model.hear(audio, rate_hz)
    controller.deliver(number, z, v)
    controller.note(60, 100)
    heard = played(controller, np.zeros(rate_hz, np.float32))
    assert np.abs(heard).max() > 1e-3
    point = controller.take_point()
    assert point is not None
    np.testing.assert_allclose(point[0], v, atol=2e-5)
    np.testing.assert_array_equal(point[1], z)
    assert point[2]
    assert controller.n_late == 0
    assert controller.latency_samples == round(0.01 * rate_hz)


def test_what_a_controller_refuses_is_an_error() -> None:
    controller = _native.Controller()
    with pytest.raises(InputError, match="there is no model yet; load one"):
        controller.set_point(np.zeros(3))
    with pytest.raises(InputError, match="cannot be played"):
        controller.note(200, 100)
    with pytest.raises(InputError, match="7000 Hz cannot be used"):
        controller.prepare(7000)
    five = np.zeros(5, np.float32)
    with pytest.raises(ValueError, match="right must be a contiguous array of 5 float32"):
        controller.process(five, five, np.zeros(5))  # type: ignore[arg-type]  # That is the point.
