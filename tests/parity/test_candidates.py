"""Hosts draw, rank and choose candidates as Python does."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from flow_synth import _native
from flow_synth.audio_file import read_audio
from flow_synth.candidates import N_DRAWS, TEMPERATURE, different
from flow_synth.error import InputError
from flow_synth.export import Model
from flow_synth.fitness import Aim
from flow_synth.library import model_path, shipped_models
from flow_synth.matching import hear
from flow_synth.problem import predicted
from flow_synth.synth import Note

Array = NDArray[np.float32]

ROOT = Path(__file__).parents[2]
COUNT = 8
DB_TOLERANCE = 1e-3


def random_bits(seed: int) -> Iterator[int]:
    """SplitMix64, as ``split_mix.h`` has it."""
    mask = (1 << 64) - 1
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & mask
        bits = ((seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9) & mask
        bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & mask
        yield bits ^ (bits >> 31)


def shares_of(n_knobs: int) -> torch.Tensor:
    bits = random_bits(1)
    numbers = [(next(bits) >> 40) / 2**24 for _ in range(N_DRAWS * n_knobs)]
    return torch.tensor(numbers).reshape(N_DRAWS, n_knobs)


class Both:
    """A model as Python runs it and as hosts do, and one sound."""

    def __init__(self, name: str, sound: str) -> None:
        audio = read_audio(ROOT / "examples" / f"{sound}.flac")
        self.samples, self.rate_hz = audio.samples, audio.sample_rate_hz
        with model_path(name) as path:
            self.python = Model.load(path)
            self.native = _native.Model.load(path)
        self.table = self.python.description.parameters
        target = hear(self.python, self.samples, self.rate_hz)
        self.mel = self.python.features(target)
        hears_level = self.python.description.normalisation.hears_level
        self.aim = Aim(target, self.mel, hears_level=hears_level, at_equal_loudness=True)
        pitch = _native.detect_pitch(target[0].numpy(), self.rate_hz // 2)
        assert pitch
        self.note = Note(pitch)

    def candidates(self, count: int = COUNT, held: Array | None = None) -> tuple[Array, Array]:
        free = np.full(len(self.table), np.nan, np.float32)
        return self.native.candidates(
            self.samples, self.rate_hz, free if held is None else held, count
        )

    def expected_db(self, values: Array) -> Array:
        mels: Array = self.aim.expected_db(predicted(self.python, values, self.note)).numpy()
        return mels

    def answer(self) -> Array:
        answer: Array = self.table.snap(self.python.answer(self.mel).numpy())[0]
        return answer

    def ranked(self) -> tuple[Array, Array]:
        """All candidates of Python's for the same random numbers, the best first."""
        shares = shares_of(len(self.table))
        drawn = self.python.sample(self.mel, shares, TEMPERATURE).numpy()
        values = np.unique(np.vstack((self.answer()[None], self.table.snap(drawn))), axis=0)
        expected = self.expected_db(values)
        order = expected.argsort(kind="stable")
        return values[order], expected[order]


@pytest.fixture(scope="module", params=shipped_models())
def both(request: pytest.FixtureRequest) -> Both:
    return Both(request.param, "trumpet")


def decibels(similarities_percent: Array) -> Array:
    """How far sounds of some similarity are from the target."""
    return -6 * np.log2(similarities_percent / 100)


def test_the_ear_expects_what_python_expects(both: Both) -> None:
    values, similarities = both.candidates(64)
    assert values.shape == (64, len(both.table))
    found, wanted = decibels(similarities), both.expected_db(values)
    np.testing.assert_allclose(found, wanted, atol=DB_TOLERANCE)


def test_the_same_are_chosen_the_best_first(both: Both) -> None:
    values, similarities = both.candidates()
    assert (np.diff(similarities) <= 0).all()
    ranked, expected = both.ranked()
    wanted = ranked[different(ranked, COUNT)]
    if not (wanted == both.answer()).all(1).any():
        wanted[-1] = both.answer()
    wanted = wanted[both.expected_db(wanted).argsort(kind="stable")]
    np.testing.assert_allclose(values, wanted, atol=1e-4)
    assert decibels(similarities)[0] == pytest.approx(expected[0], abs=DB_TOLERANCE)


def test_the_answer_in_one_pass_is_among_them(both: Both) -> None:
    values, _ = both.candidates(2)
    assert np.isclose(values, both.answer(), atol=1e-4).all(1).any()


def test_the_same_sound_gives_the_same(both: Both) -> None:
    for one, other in zip(both.candidates(), both.candidates(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_held_knobs_stay(both: Both) -> None:
    held = np.full(len(both.table), np.nan, np.float32)
    held[[1, 5]] = both.table.defaults[[1, 5]]
    values, similarities = both.candidates(held=held)
    assert (values[:, [1, 5]] == held[[1, 5]]).all()
    np.testing.assert_allclose(decibels(similarities), both.expected_db(values), atol=DB_TOLERANCE)


def test_what_cannot_be_is_refused(both: Both) -> None:
    free = np.full(len(both.table), np.nan, np.float32)
    with pytest.raises(InputError, match="the recording is silent"):
        both.native.candidates(np.zeros(1000, np.float32), 44100, free, COUNT)
    with pytest.raises(InputError, match="1 held knobs cannot be used; give"):
        both.native.candidates(both.samples, both.rate_hz, free[:1], COUNT)


@pytest.mark.parametrize("name", ["golden-2", "golden-2-one-way"])
def test_a_model_that_draws_none_says_so(name: str) -> None:
    native = _native.Model.load(ROOT / "tests" / "golden" / f"{name}.flow.ts")
    noise = 0.1 * np.random.default_rng(0).standard_normal(44100, np.float32)
    free = np.full(len(native.info()["latent"]), np.nan, np.float32)
    with pytest.raises(InputError, match="this model has no candidates: its family is"):
        native.candidates(noise, 44100, free, COUNT)
