"""Other presets for the sound heard last, compared with Python."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pd_for_tests import RATE_HZ, Console, Patch, Pd

from flow_synth import _native
from flow_synth.model_file import ModelDescription, read_model_file

Array = NDArray[np.float32]

ROOT = Path(__file__).parents[2]
STEP_MS = 20.0
#: As Pd prints numbers, and as places are located.
ATOL = 1e-4


def told(pd: Pd, place: Path, messages: Sequence[str], *, sound: Path | None = None) -> Console:
    """Messages one after the other, waited for; what is recorded begins at once."""
    patch = Patch(
        end_ms=STEP_MS * (len(messages) + 2), arguments=["builtin @blocking 1 @smooth 0"]
    )
    patch.sound = sound
    for number, message in enumerate(messages, 1):
        patch.at(STEP_MS * number, f"in {message}")
    return pd.run(patch, place)


def listed(console: Console) -> list[float]:
    """How similar the candidates are, one after the other."""
    lines = [line.split() for line in console.info("candidate")]
    assert [int(number) for number, _ in lines] == list(range(1, len(lines) + 1))
    return [float(percent) for _, percent in lines]


@pytest.fixture(scope="module")
def description(builtin: Path) -> ModelDescription:
    return read_model_file(builtin).description


@pytest.fixture(scope="module")
def wanted(native: _native.Model, samples: Array) -> tuple[Array, Array]:
    free = np.full(len(native.info()["latent"]), np.nan, np.float32)
    return native.candidates(samples, RATE_HZ, free, 8)


def test_they_are_listed_and_gone_to(
    pd: Pd, sound: Path, wanted: tuple[Array, Array], tmp_path: Path
) -> None:
    messages = [f"analyze {sound}", "candidates 8", *(f"candidate {n}" for n in range(1, 9))]
    console = told(pd, tmp_path, messages)
    assert console.errors == []
    assert console.info("candidates") == ["8"]
    np.testing.assert_allclose(listed(console), wanted[1], rtol=1e-4)
    _, _, *places = console.lists("params")
    np.testing.assert_allclose(places, wanted[0], atol=ATOL)
    assert len(console.lists("latent")) == len(places) + 2


def test_a_search_for_fewer_lists_the_best_of_its_own(pd: Pd, sound: Path, tmp_path: Path) -> None:
    messages = [f"analyze {sound}", "candidates 8", "candidates 1", "candidate 2", "candidate 1"]
    console = told(pd, tmp_path, messages)
    assert console.errors == ["there is no candidate 2; give 1 to 1"]
    assert console.info("candidates") == ["8", "1"]
    assert len(console.lists("params")) == 3


def test_they_wait_for_the_match_that_was_asked_for(pd: Pd, sound: Path, tmp_path: Path) -> None:
    """`match` is heard once audio goes on, and `candidates` after it, though said at once."""
    patch = Patch(end_ms=4000.0, arguments=["builtin @smooth 0"], sound=sound)
    patch.at(500.0, "in record 1")
    patch.at(2000.0, "in match", "in candidates 3")
    console = pd.run(patch, tmp_path, is_paced=True)
    assert console.errors == []
    assert console.info("candidates") == ["3"]
    assert len(console.lists("params")) == 2


def test_locked_knobs_stay(
    pd: Pd, sound: Path, description: ModelDescription, tmp_path: Path
) -> None:
    """And presets are sought with which they stay."""
    messages = [
        f"analyze {sound}",
        "lock filter_cutoff 1",
        "candidates 3",
        "candidate 1",
        "candidate 2",
        "lock filter_cutoff 0",
        "candidate 3",
    ]
    console = told(pd, tmp_path, messages)
    assert console.errors == []
    knob = description.parameters.names.index("filter_cutoff")
    _, analyzed, *held, free = console.lists("params")
    assert len(held) == 4  # Locking and freeing it are told, too.
    assert {params[knob] for params in held} == {analyzed[knob]}
    assert free[knob] == pytest.approx(analyzed[knob], abs=ATOL)


def test_another_model_has_none_until_it_is_asked(
    pd: Pd, sound: Path, native: _native.Model, tmp_path: Path
) -> None:
    """The sound heard last stays, whichever model hears it."""
    shipped = ROOT / "python" / "flow_synth" / "shipped" / "amsynth-32.flow.ts"
    messages = [
        f"analyze {sound}",
        "candidates 4",
        f"load {shipped}",
        "candidate 1",
        "candidates 4",
        "candidate 1",
    ]
    console = told(pd, tmp_path, messages)
    assert console.errors == [
        "there are no candidates; match a sound, and then say 'candidates 8'"
    ]
    assert console.info("candidates") == ["4", "4"]
    *_, last = console.lists("params")
    assert len(last) == len(_native.Model.load(shipped).info()["latent"])
    assert len(last) != len(native.info()["latent"])


def test_a_model_that_draws_none_says_so(pd: Pd, sound: Path, tmp_path: Path) -> None:
    golden = ROOT / "tests" / "golden" / "golden-2.flow.ts"
    messages = [f"load {golden}", f"analyze {sound}", "candidates 8", "candidate 1"]
    console = told(pd, tmp_path, messages)
    family = _native.Model.load(golden).info()["family"]
    assert console.errors == [
        f"this model has no candidates: its family is '{family}'; use a flow_class model",
        "there are no candidates; match a sound, and then say 'candidates 8'",
    ]
    assert console.info("candidates") == []


def test_without_the_engine_it_says_what_is_missing(bare_pd: Pd, tmp_path: Path) -> None:
    console = told(bare_pd, tmp_path, ["candidates 8", "candidate 1"])
    (sentence,) = set(console.errors)
    assert sentence.startswith("match and analyze need the engine")
