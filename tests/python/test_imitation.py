"""Presets played for targets: the same errors, whatever befalls the workers."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from clusters_for_tests import in_this_process, killed_after_notes
from datasets_for_tests import played_dataset, write_sounds
from ears_for_tests import SineEars
from numpy.typing import NDArray
from synths_for_tests import N_KNOBS, SineSynth, open_test_synth

from flow_synth import candidates, match_trial, metric, refinement, trial
from flow_synth.baseline import mean_preset, nearest_presets
from flow_synth.dataset import Dataset
from flow_synth.error import InputError
from flow_synth.evaluation import Evaluation, evaluate
from flow_synth.features import N_SAMPLES, LogMel
from flow_synth.fitness import Fitness
from flow_synth.fold import Split
from flow_synth.imitation import imitate
from flow_synth.metric import SOUND_MEASURES, Measure
from flow_synth.preset import Preset
from flow_synth.score import Method
from flow_synth.target import GroupName, Targets
from flow_synth.trial_stage import MatchPlan, SearchPlan
from flow_synth.workplace import Workplace

MSS, SC, LEVEL, PARAMETER_MSE = map(
    list(Measure).index, (Measure.MSS, Measure.SC, Measure.LEVEL, Measure.PARAMETER_MSE)
)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return played_dataset()


@pytest.fixture(scope="module")
def targets(dataset: Dataset) -> Targets:
    return Targets.of_rows(dataset, Split.TEST, 4, seed=0)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A cluster of one worker in this process."""
    with in_this_process(n_workers=1, threads_per_worker=1) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def workplace(address: str, tmp_path: Path) -> Workplace:
    return Workplace(tmp_path / "trials", open_test_synth, address)


def truth(targets: Targets) -> NDArray[np.float32]:
    assert targets.values is not None
    return targets.values


def test_the_measured_preset_is_the_one_that_was_proposed(
    dataset: Dataset, targets: Targets, workplace: Workplace
) -> None:
    wrong = 1 - truth(targets)
    proposals = np.stack([wrong, truth(targets), wrong], 1)
    recipe = dataset.manifest.recipe
    seen: list[tuple[int, int]] = []
    found = imitate(
        workplace,
        recipe,
        targets,
        {"three": proposals},
        progress=lambda done, total: seen.append((done, total)),
    )
    three = found.methods["three"]
    np.testing.assert_array_equal(three.values, truth(targets))
    assert (three.errors[:, PARAMETER_MSE] == 0).all()
    assert seen == [(done, 4) for done in (1, 2, 3, 4)]
    assert found.n_failed == 0


def test_choosing_among_sixteen_never_sounds_farther_than_the_nearest(
    dataset: Dataset, targets: Targets, workplace: Workplace
) -> None:
    sixteen = nearest_presets(dataset, targets.mel, targets.pitch, 16, 0)
    recipe = dataset.manifest.recipe
    found = imitate(workplace, recipe, targets, {"16": sixteen, "1": sixteen[:, :1]}).methods
    assert (found["16"].errors[:, MSS] <= found["1"].errors[:, MSS]).all()
    assert (found["16"].errors[:, MSS] < found["1"].errors[:, MSS]).any()


def test_the_level_counts_in_both_directions_and_for_the_timbre_not_at_all(
    dataset: Dataset, targets: Targets, workplace: Workplace
) -> None:
    values = truth(targets)
    # The sine synth's knobs are amplitudes.
    factors = {"half": np.float32(0.5), "more": 1 / values.max(1, keepdims=True)}
    proposals = {name: (values * factor)[:, None] for name, factor in factors.items()}
    found = imitate(workplace, dataset.manifest.recipe, targets, proposals).methods
    for name, factor in factors.items():
        expected = np.broadcast_to(np.abs(20 * np.log10(factor)), (len(values), 1))
        np.testing.assert_allclose(found[name].errors[:, LEVEL], expected[:, 0], atol=0.01)
        assert found[name].errors[:, MSS].max() < 0.05


def silence_errors(targets: Targets) -> NDArray[np.float64]:
    """[n, 4] by the functions of the metric alone."""
    silence = torch.zeros(1, N_SAMPLES)
    audio, mel = torch.from_numpy(targets.audio), torch.from_numpy(targets.mel)
    columns = [
        metric.multi_scale_spectral_distance(audio, silence),
        metric.spectral_convergence(mel, LogMel()(silence)),
        metric.log_mel_mse(mel, LogMel()(silence)),
        metric.level_difference_db(audio, silence).abs(),
    ]
    return torch.stack(columns, 1).double().numpy()


@pytest.mark.slow
def test_a_crash_a_hang_a_poisoned_instance_and_an_error_cost_only_themselves(
    dataset: Dataset, targets: Targets, workplace: Workplace, tmp_path: Path
) -> None:
    faulty = np.random.default_rng(7).random((4, N_KNOBS), np.float32)
    names = (Preset("", values).identity for values in faulty)
    faults = zip(("crash", "hang", "nan", "error"), names, strict=True)
    synth = " ".join(f"{fault}={identity}" for fault, identity in faults)
    # Opening and playing a sine takes milliseconds; the limit leaves room for a busy machine.
    recipe = dataset.manifest.recipe
    update = {"synth": synth, "note_timeout_seconds": 3.0}
    description = recipe.description.model_copy(update=update)
    harmed = recipe.model_copy(update={"description": description})
    true, wrong = truth(targets)[:, None], faulty[:, None]
    proposals = {"only": wrong, "both": np.concatenate([wrong, true], 1), "true": true}
    two = Workplace(tmp_path / "two", open_test_synth, workers=2)
    found = imitate(two, harmed, targets, proposals)
    sound = imitate(workplace, recipe, targets, {"true": true})
    for name in ("both", "true"):
        np.testing.assert_array_equal(found.methods[name].values, truth(targets))
        np.testing.assert_array_equal(found.methods[name].errors, sound.methods["true"].errors)
    assert (found.n_failed, sound.n_failed) == (4, 0)
    np.testing.assert_array_equal(found.methods["only"].values, faulty)
    silent = found.methods["only"].errors[:, : len(SOUND_MEASURES)]
    np.testing.assert_allclose(silent, silence_errors(targets), rtol=1e-6)
    lines = [line for path in two.folder.iterdir() for line in path.read_text().splitlines()]
    events = Counter(json.loads(line)["event"] for line in lines)
    # The crash and the hang are tried twice, the others once.
    assert events == {"started": 10, "measured": 4, "failed": 4}


def test_a_synth_that_crashes_when_it_is_opened_is_refused(
    dataset: Dataset, targets: Targets, tmp_path: Path
) -> None:
    recipe = dataset.manifest.recipe
    description = recipe.description.model_copy(update={"synth": "crash-when-opened"})
    crashing = recipe.model_copy(update={"description": description})
    one = Workplace(tmp_path / "one", open_test_synth, workers=1)
    with pytest.raises(InputError, match="'crash-when-opened' crashes when it is opened"):
        imitate(one, crashing, targets, {"true": truth(targets)[:, None]})


def test_another_version_of_the_synth_is_refused(
    dataset: Dataset, targets: Targets, workplace: Workplace
) -> None:
    newer = dataset.manifest.recipe.model_copy(update={"synth_version": "2"})
    with pytest.raises(InputError, match="version 1 of synth 'sine' instead of 2"):
        imitate(workplace, newer, targets, {"true": truth(targets)[:, None]})


def score(synth: str, folder: Path, scheduler: str | None = None) -> Evaluation:
    """Baselines on two targets, by one worker."""
    dataset = played_dataset(synth)
    targets = Targets.of_rows(dataset, Split.TEST, 2, seed=0)
    return evaluate(dataset, targets, Workplace(folder, open_test_synth, scheduler, workers=1))


@pytest.mark.slow
def test_an_evaluation_killed_with_its_workers_resumes_to_the_same_result(
    address: str, tmp_path: Path
) -> None:
    log, folder = tmp_path / "log", tmp_path / "killed"
    synth = f"log={log}"
    whole = score(synth, tmp_path / "whole", address)
    n_whole = len(log.read_text().splitlines())
    log.unlink()
    n_killed = killed_after_notes("test_imitation", f"score({synth!r}, {folder!r})", log)
    assert 5 <= n_killed < n_whole
    assert score(synth, folder, address) == whole
    # The preset that was being played when the job was killed is played again, and no other.
    assert n_whole <= len(log.read_text().splitlines()) <= n_whole + 1


def test_a_search_is_taken_up_where_its_journal_ends(
    dataset: Dataset,
    address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trial, "BUDGETS", (10, 25))
    log = tmp_path / "log"
    targets = Targets.of_rows(dataset, Split.TEST, 2, seed=0)
    recipe = dataset.manifest.recipe
    description = recipe.description.model_copy(update={"synth": f"log={log}"})
    logged = recipe.model_copy(update={"description": description})
    plan = SearchPlan(mean_preset(dataset, 1)[0, 0], seed=4)
    true = {"true": truth(targets)[:, None]}
    place = Workplace(tmp_path / "trials", open_test_synth, address)
    first = imitate(place, logged, targets, true, plan)
    n_first = len(log.read_text().splitlines())
    # Every preset of the search is a different one, and so is the true one.
    assert n_first == 2 * (25 + 1)
    assert (np.diff(first.progress_db) <= 0).all()
    for budget in (10, 25):
        nearest = first.methods[f"cma{budget}"].errors[:, MSS]
        np.testing.assert_array_equal(nearest, first.progress_db[:, budget - 1])
    cut = sorted(place.folder.iterdir())[0]
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    again = imitate(place, logged, targets, true, plan)
    np.testing.assert_array_equal(again.progress_db, first.progress_db)
    assert n_first < len(log.read_text().splitlines()) <= n_first + 14
    few = Targets.of_rows(dataset, Split.TEST, 1, seed=0)
    elsewhere = Workplace(tmp_path / "elsewhere", open_test_synth, address)
    alone = imitate(elsewhere, recipe, few, {"true": truth(few)[:, None]}, plan)
    # What is found for a target depends on no other target.
    assert set(alone.progress_db[:, -1]) <= set(first.progress_db[:, -1])


def test_a_search_survives_a_synth_that_always_fails(
    dataset: Dataset, targets: Targets, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "BUDGETS", (20,))
    monkeypatch.setattr(SineSynth, "render", lambda *_: np.full((2, 4 * 44100), np.nan))
    recipe = dataset.manifest.recipe
    plan = SearchPlan(np.full(N_KNOBS, 0.5), seed=0)
    true = {"true": truth(targets)[:, None]}
    found = imitate(workplace, recipe, targets, true, plan)
    assert (found.progress_db == metric.RANGE_DB).all()
    assert found.n_failed == 4 * 21
    for method in found.methods.values():
        silent = method.errors[:, : len(SOUND_MEASURES)]
        np.testing.assert_allclose(silent, silence_errors(targets), rtol=1e-6)


@pytest.mark.slow
def test_a_match_s_candidates_are_played_and_refined(
    dataset: Dataset, targets: Targets, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match_trial, "_opened", lambda _: SineEars())
    monkeypatch.setattr(match_trial, "REFINED", (24, 40))
    # An ear that plays what it hears takes its time.
    monkeypatch.setattr(candidates, "N_DRAWS", 24)
    monkeypatch.setattr(candidates, "_N_GENERATIONS", 1)
    monkeypatch.setattr(candidates, "_N_CHILDREN", 8)
    monkeypatch.setattr(refinement, "N_CHILDREN", 16)
    matching = MatchPlan(Path("model"), seed=0)
    proposals = {"truth": truth(targets)[:, None]}
    recipe = dataset.manifest.recipe
    found = imitate(workplace, recipe, targets, proposals, matching=matching)
    errors = {name: one.errors for name, one in found.methods.items()}
    assert set(errors) == {
        *("truth", "ranked", "best4", "best8", "best16", "refined24", "refined40")
    }
    totals = {name: total_db(found) for name, found in errors.items()}
    order = ("ranked", "best4", "best8", "best16", "refined24", "refined40", "truth")
    for worse, better in pairwise(order):
        assert (totals[better] <= totals[worse] + 1e-6).all()
    assert (totals["refined40"] < totals["best16"]).any()
    for column in (SC, LEVEL):
        # In neither is any target worse than where it began.
        assert (errors["refined40"] <= errors["best16"])[:, column].all()
    assert [match.points[:, 0].tolist() for match in found.matches] == [[8, 16, 24, 32, 40]] * 4
    for match in found.matches:
        assert (np.diff(match.points[:, 1]) > 0).all()
    # Journals hold what was measured: the same again, and nothing that fails is blamed.
    again = imitate(workplace, recipe, targets, proposals, matching=matching)
    for name, one in again.methods.items():
        np.testing.assert_allclose(one.errors, errors[name], rtol=1e-6)
    assert again.n_failed == 0


def total_db(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """[n] fitness of errors [n, 4 or more]."""
    return np.array([Fitness(row[MSS], row[SC], row[LEVEL]).total_db for row in errors.tolist()])


def test_a_sound_of_the_synth_itself_is_found_out_of_domain(
    dataset: Dataset, workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "BUDGETS", (50,))
    rows = dataset.rows(Split.TRAIN)[:1]
    folder = write_sounds(tmp_path, dataset.values[rows], dataset.pitch[rows].tolist())
    targets = Targets.of_folder(folder, 1, seed=0)
    result = evaluate(dataset, targets, workplace, search=True)
    assert (result.split, result.model_run, result.knobs) == (None, None, ())
    assert list(result.groups) == [GroupName.ALL]
    scores = result.groups[GroupName.ALL].scores
    baselines = (Method.NN16, Method.NN1, Method.MEDIAN, Method.MEAN, Method.RANDOM)
    assert tuple(scores) == (*baselines, Method.CMA50)
    assert all(tuple(measured) == SOUND_MEASURES for measured in scores.values())
    mss = {method: measured[Measure.MSS].mean for method, measured in scores.items()}
    # FLAC has 16 bits, and the dataset heard the preset at another velocity.
    assert mss[Method.NN1] < 0.1
    assert mss[Method.CMA50] < mss[Method.MEAN]
    assert [point.renders for point in result.search] == [10, 20, 30, 40, 50]
    assert result.search[-1].mss_db == scores[Method.CMA50][Measure.MSS]


def test_a_workplace_is_cleared_of_journals_alone(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "trials", open_test_synth)
    place.clear()
    place.folder.mkdir()
    (place.folder / "a.jsonl").touch()
    (place.folder / "mine.txt").touch()
    place.clear()
    assert [path.name for path in place.folder.iterdir()] == ["mine.txt"]
    (place.folder / "mine.txt").unlink()
    place.clear()
    assert not place.folder.exists()
