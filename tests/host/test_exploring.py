"""Moving through the audio space by messages, compared with Python."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pd_for_tests import Console, Patch, Pd

from flow_synth import _native
from flow_synth.model_file import ModelDescription, read_model_file

Array = NDArray[np.float32]

STEP_MS = 20.0
#: As Pd prints numbers.
ATOL, RTOL = 1e-5, 1e-5


@pytest.fixture(scope="module")
def description(builtin: Path) -> ModelDescription:
    return read_model_file(builtin).description


def text(numbers: Array) -> str:
    return " ".join(f"{number:.9g}" for number in numbers)


def told(pd: Pd, place: Path, messages: Sequence[str], model: str = "builtin") -> Console:
    """Messages one after the other, each with time to answer."""
    patch = Patch(
        end_ms=STEP_MS * (len(messages) + 2), arguments=[f"{model} @blocking 1 @smooth 0"]
    )
    for number, message in enumerate(messages, 1):
        patch.at(STEP_MS * number, f"in {message}")
    return pd.run(patch, place)


def moved(pd: Pd, place: Path, messages: Sequence[str]) -> list[tuple[Array, Array]]:
    """The places that messages lead to, z and knobs; the first is where a model begins."""
    console = told(pd, place, messages)
    assert console.errors == []
    return list(zip(console.lists("latent"), console.lists("params"), strict=True))


def assert_close(found: Array, wanted: Array) -> None:
    np.testing.assert_allclose(found, wanted, atol=ATOL, rtol=RTOL)


def random_z(native: _native.Model, seed: int = 0) -> Array:
    n = len(native.info()["latent"])
    return np.random.default_rng(seed).standard_normal(n, np.float32)


def test_a_point_becomes_knobs(pd: Pd, native: _native.Model, tmp_path: Path) -> None:
    points = [random_z(native, seed) for seed in range(5)]
    _, *places = moved(pd, tmp_path, [f"z {text(z)}" for z in points])
    for (latent, params), z in zip(places, points, strict=True):
        assert_close(latent, z)
        assert_close(params, native.decode(z[None])[0])


def test_a_preset_is_located(pd: Pd, native: _native.Model, tmp_path: Path) -> None:
    presets = [native.decode(random_z(native, seed)[None])[0] for seed in range(5)]
    _, *places = moved(pd, tmp_path, [f"params {text(v)}" for v in presets])
    for (latent, params), v in zip(places, presets, strict=True):
        np.testing.assert_allclose(latent, native.invert(v[None])[0], atol=2e-5, rtol=RTOL)
        np.testing.assert_allclose(params, v, atol=2e-5)


def test_controls_are_absolute_and_combine(
    pd: Pd, native: _native.Model, description: ModelDescription, tmp_path: Path
) -> None:
    z = random_z(native)
    axis = description.semantic_axes[1]
    strongest = description.order[0]
    dimension = description.latent[strongest]
    messages = [
        f"z {text(z)}",
        "macro 1 0.25",
        "macro 1 0.75",
        f"semantic {axis.name} 2",
        f"semantic {axis.name} -3",
        f"semantic {axis.name} -3",
        f"semantic {axis.name} 0",
    ]
    _, begun, low, high, *slid, back = (latent for latent, _ in moved(pd, tmp_path, messages))
    assert_close(begun, z)
    for latent, share in ((low, 0.25), (high, 0.75)):
        wanted = z.copy()
        wanted[strongest] = dimension.minimum + share * (dimension.maximum - dimension.minimum)
        assert_close(latent, wanted)
    for latent, position in zip(slid, (2, -3, -3), strict=True):
        assert_close(latent, high + position * np.array(axis.direction, np.float32))
    assert_close(back, high)


def test_places_are_kept_and_mixed(pd: Pd, native: _native.Model, tmp_path: Path) -> None:
    one, other = random_z(native, 1), random_z(native, 2)
    messages = [
        f"z {text(one)}",
        "store 1",
        f"z {text(other)}",
        "store 128",
        "recall 1",
        "interpolate 1 128 0.25",
        "interpolate 1 128 1",
    ]
    _, _, _, recalled, mixed, end = moved(pd, tmp_path, messages)
    assert_close(recalled[0], one)
    assert_close(mixed[0], 0.75 * one + 0.25 * other)
    assert_close(mixed[1], native.decode(mixed[0][None])[0])
    assert_close(end[0], other)


def test_a_mutation_is_as_large_as_asked_and_repeats(
    pd: Pd, description: ModelDescription, tmp_path: Path
) -> None:
    deviations = np.array([each.standard_deviation for each in description.latent], np.float32)
    messages = ["mutate 0", "mutate 0.1", "mutate 1", "mutate 1"]
    places = [latent for latent, _ in moved(pd, tmp_path, messages)]
    steps = np.diff(np.stack(places), axis=0) / deviations
    assert np.abs(steps[0]).max() <= ATOL
    spreads = np.sqrt((steps**2).mean(1))
    assert spreads[1] == pytest.approx(0.1, rel=0.4)
    assert spreads[2] == pytest.approx(1.0, rel=0.4)
    assert np.abs(steps[2] - steps[3]).max() > 0.5
    for again, (latent, _) in zip(places, moved(pd, tmp_path, messages), strict=True):
        np.testing.assert_array_equal(again, latent)


def test_a_locked_knob_stays_whatever_moves(
    pd: Pd, native: _native.Model, description: ModelDescription, tmp_path: Path
) -> None:
    knob, name = 7, description.parameters.names[7]
    z, other = random_z(native, 1), random_z(native, 2)
    messages = [
        f"z {text(z)}",
        f"lock {name} 1",
        f"z {text(other)}",
        f"params {text(np.full(len(z), 0.5, np.float32))}",
        f"lock {name} 0",
        f"z {text(other)}",
    ]
    _, begun, locked, moved_on, located, freed, free = moved(pd, tmp_path, messages)
    value = begun[1][knob]
    for _, params in (locked, moved_on, located):
        assert params[knob] == value
    wanted = native.decode(other[None])[0]
    assert abs(wanted[knob] - value) > 0.01
    assert_close(np.delete(moved_on[1], knob), np.delete(wanted, knob))
    assert freed[1][knob] == pytest.approx(0.5, abs=2e-5)
    assert_close(free[1], wanted)


def test_a_curve_is_where_a_macro_knob_would_lead(
    pd: Pd, native: _native.Model, tmp_path: Path
) -> None:
    positions = (0.0, 0.25, 0.5, 0.75, 1.0)
    messages = [
        f"z {text(random_z(native))}",
        "curve 2 5",
        *(f"macro 2 {position}" for position in positions),
    ]
    console = told(pd, tmp_path, messages)
    assert console.errors == []
    lines = [np.array(line.split(), np.float32) for line in console.info("curve")]
    assert [tuple(line[:2]) for line in lines] == [(2, position) for position in positions]
    _, _, *turned = console.lists("params")
    assert len(turned) == len(positions)
    for line, params in zip(lines, turned, strict=True):
        assert_close(line[2:], params)


def test_what_is_asked_for_is_told(
    pd: Pd, builtin: Path, description: ModelDescription, tmp_path: Path
) -> None:
    messages = ["smooth 30", "store 5", "note 60 100", "dump", "late", "latency", "reset"]
    console = told(pd, tmp_path, messages)
    assert console.errors == []
    assert console.info("smooth") == ["30"]
    assert console.info("late") == ["0", "0"]
    assert console.info("latency") == ["441", "441"]
    assert console.info("engine") == ["ready"]
    assert console.info("slot") == ["5"]
    assert Path(console.info("model")[0]).name == builtin.name
    knobs = [line.split() for line in console.info("knob")]
    assert [name for name, *_ in knobs] == list(description.parameters.names)
    table = description.parameters
    humans = [float(human) for _, _, human, *_ in knobs]
    defaults = [
        parameter.to_human(unit)
        for parameter, unit in zip(table.parameters(), table.defaults, strict=True)
    ]
    np.testing.assert_allclose(humans, defaults, rtol=1e-4, atol=1e-4)
    assert len(console.info("macro")) == len(description.latent)
    names = [line.split()[0] for line in console.info("semantic")]
    assert names == [axis.name for axis in description.semantic_axes]
    # The model, and dump, and reset.
    assert len(console.lists("params")) == 3
