"""Sweeps played by workers: the descriptors of what is played, whatever befalls the workers."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from clusters_for_tests import in_this_process, killed_after_notes
from datasets_for_tests import played_dataset
from numpy.typing import NDArray
from synths_for_tests import N_KNOBS, SineSynth, open_test_synth

from flow_synth.dataset import Dataset
from flow_synth.features import LogMel, Resampler
from flow_synth.fold import Split
from flow_synth.metric import multi_scale_spectral_distance
from flow_synth.preset import Preset
from flow_synth.sweep import Heard, HeardSound, Sweeps, play_sweeps, record_sweeps
from flow_synth.synth import SAMPLE_RATE_HZ, Note
from flow_synth.tag import AXES, describe
from flow_synth.target import Targets
from flow_synth.workplace import Workplace


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return played_dataset()


@pytest.fixture(scope="module")
def targets(dataset: Dataset) -> Targets:
    return Targets.of_rows(dataset, Split.TEST, 2, seed=0)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A cluster of one worker in this process."""
    with in_this_process(n_workers=1, threads_per_worker=1) as cluster:
        yield cluster.scheduler_address


def sweeps(n_steps: int = 4) -> list[Sweeps]:
    """For each of two targets two sweeps of the same first preset."""
    generator = np.random.default_rng(5)
    ways = generator.random((2, 2, n_steps, N_KNOBS), np.float32)
    ways[:, 1, 0] = ways[:, 0, 0]
    return [{"ways": way, "first": way[:1]} for way in ways]


def played(synth: str, folder: Path, address: str | None = None) -> list[HeardSound]:
    dataset = played_dataset(synth)
    targets = Targets.of_rows(dataset, Split.TEST, 2, seed=0)
    place = Workplace(folder, open_test_synth, address, workers=1)
    return play_sweeps(place, dataset.manifest.recipe, targets, sweeps())


def audio_of(presets: NDArray[np.float32], note: Note) -> torch.Tensor:
    """[n, 88200] by the synth itself."""
    sounds = np.stack([SineSynth().render(preset, note).mean(0) for preset in presets])
    with torch.inference_mode():
        resampled: torch.Tensor = Resampler()(torch.from_numpy(sounds), SAMPLE_RATE_HZ)
    return resampled


def assert_same(found: Heard, expected: Heard) -> None:
    np.testing.assert_array_equal(found.descriptors, expected.descriptors)
    np.testing.assert_array_equal(found.steps_db, expected.steps_db)


def test_what_is_heard_is_what_the_synth_plays_at_the_targets_note(
    dataset: Dataset, targets: Targets, address: str, tmp_path: Path
) -> None:
    place = Workplace(tmp_path / "sweeps", open_test_synth, address)
    found = play_sweeps(place, dataset.manifest.recipe, targets, sweeps())
    for index, (one, mine) in enumerate(zip(found, sweeps(), strict=True)):
        note = targets[index].note
        heard, way = one.sweeps["ways"], mine["ways"][1]
        audio = audio_of(way, note)
        expected = describe(audio, torch.full((len(way),), note.frequency_hz))
        np.testing.assert_allclose(heard.descriptors[1], expected, rtol=1e-4, atol=1e-5)
        steps_db = multi_scale_spectral_distance(audio[:-1], audio[1:])
        np.testing.assert_allclose(heard.steps_db[1], steps_db, rtol=1e-4)
        assert heard.descriptors.shape == (2, 4, len(AXES))
        assert heard.steps_db.shape == (2, 3)
        assert one.n_failed == 0
    with torch.inference_mode():
        recorded = record_sweeps(place, dataset.manifest.recipe, note, [way])
        np.testing.assert_allclose(recorded[0], LogMel()(audio), atol=1e-4)


def test_equal_presets_are_played_once_and_do_not_differ(address: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    found = played(f"log={log}", tmp_path / "sweeps", address)
    assert len(log.read_text().splitlines()) == 2 * (2 * 4 - 1)
    for one in found:
        ways, first = one.sweeps["ways"], one.sweeps["first"]
        np.testing.assert_array_equal(ways.descriptors[0, 0], ways.descriptors[1, 0])
        assert_same(Heard(ways.descriptors[:1], ways.steps_db[:1]), first)


def test_neighbours_that_are_equal_are_no_step_apart(
    dataset: Dataset, targets: Targets, address: str, tmp_path: Path
) -> None:
    still = np.full((1, 5, N_KNOBS), 0.5, np.float32)
    place = Workplace(tmp_path / "sweeps", open_test_synth, address)
    (found, _) = play_sweeps(place, dataset.manifest.recipe, targets, [{"still": still}] * 2)
    np.testing.assert_array_equal(found.sweeps["still"].steps_db, np.zeros((1, 4)))


@pytest.mark.slow
def test_a_crash_and_an_error_cost_only_their_notes_with_any_number_of_workers(
    dataset: Dataset, targets: Targets, address: str, tmp_path: Path
) -> None:
    (first, second), clean = sweeps(), Workplace(tmp_path / "clean", open_test_synth, address)
    expected = play_sweeps(clean, dataset.manifest.recipe, targets, [first, second])
    faulty = {"crash": first["ways"][0, 1], "nan": second["ways"][1, 3]}
    words = (f"{fault}={Preset('', values).identity}" for fault, values in faulty.items())
    harmed = played_dataset(" ".join(words))
    two = Workplace(tmp_path / "two", open_test_synth, workers=2)
    found = play_sweeps(two, harmed.manifest.recipe, targets, [first, second])
    assert [one.n_failed for one in found] == [1, 1]
    for one, whole, lost in zip(found, expected, ({(0, 1)}, {(1, 3)}), strict=True):
        heard, good = one.sweeps["ways"], whole.sweeps["ways"]
        for way, step in np.ndindex(2, 4):
            is_lost = (way, step) in lost
            assert np.isnan(heard.descriptors[way, step]).all() == is_lost
            if not is_lost:
                np.testing.assert_array_equal(
                    heard.descriptors[way, step], good.descriptors[way, step]
                )
        for way, step in np.ndindex(2, 3):
            is_lost = bool(lost & {(way, step), (way, step + 1)})
            assert np.isnan(heard.steps_db[way, step]) == is_lost


@pytest.mark.slow
def test_sweeps_killed_with_their_workers_resume_to_the_same_result(
    address: str, tmp_path: Path
) -> None:
    log, folder = tmp_path / "log", tmp_path / "killed"
    synth = f"slow log={log}"
    whole = played(synth, tmp_path / "whole", address)
    n_whole = len(log.read_text().splitlines())
    log.unlink()
    n_killed = killed_after_notes("test_sweep", f"played({synth!r}, {folder!r})", log)
    assert 5 <= n_killed < n_whole
    again = played(synth, folder, address)
    for one, other in zip(again, whole, strict=True):
        for name, heard in one.sweeps.items():
            assert_same(heard, other.sweeps[name])
    # What was being played is played again, and what the next sound is compared with.
    assert n_whole <= len(log.read_text().splitlines()) <= n_whole + 2
