"""Baselines, scores, their intervals and their page."""

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clusters_for_tests import in_this_process
from datasets_for_tests import N_TEST, N_TRAIN, played_dataset, unheard_dataset
from numpy.typing import NDArray
from synths_for_tests import N_KNOBS, open_test_synth

from flow_synth.baseline import mean_preset, median_preset, nearest_presets, random_presets
from flow_synth.dataset import Dataset
from flow_synth.error import InputError
from flow_synth.evaluation import Evaluation, evaluate
from flow_synth.fold import Split
from flow_synth.library import model_path, shipped_models
from flow_synth.metric import Measure
from flow_synth.model_file import read_model_file
from flow_synth.score import RIVALS, Method, family_interval
from flow_synth.score_page import MEASURES, main, markdown_page, markdown_table
from flow_synth.target import GroupName, Targets
from flow_synth.workplace import Workplace

DOCS = Path(__file__).parents[2] / "docs"

GOLDEN = read_model_file(Path(__file__).parents[1] / "golden" / "golden-2.flow.ts").description
BASELINES = (Method.NN16, Method.NN1, Method.MEDIAN, Method.MEAN, Method.RANDOM, Method.TRUTH)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return played_dataset()


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """One worker in this process, and one folder: each preset is played once for all tests."""
    with in_this_process(n_workers=1, threads_per_worker=1) as cluster:
        folder = tmp_path_factory.mktemp("trials")
        yield Workplace(folder, open_test_synth, cluster.scheduler_address)


class Oracle:
    """Remembers every sound; z is the preset, of which it tells the first ``n_known`` knobs."""

    synth, synth_version = "sine", "1"

    def __init__(self, dataset: Dataset, n_known: int = N_KNOBS) -> None:
        sounds = dataset.mel(np.arange(len(dataset)))
        self._row_of = {sound.tobytes(): row for row, sound in enumerate(sounds)}
        self._values = dataset.values
        self._guess = mean_preset(dataset, 1)[0, 0]
        self._n_known = n_known

    def info(self) -> dict[str, Any]:
        described = GOLDEN.model_dump(mode="json")
        about = {"training_run": "run", "synth": self.synth, "synth_version": self.synth_version}
        return described | about

    def encode(self, mel: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._values[[self._row_of[sound.tobytes()] for sound in mel]]

    def decode(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.where(np.arange(z.shape[1]) < self._n_known, z, self._guess)


Evaluate = Callable[[int], Evaluation]


@pytest.fixture(scope="module")
def evaluated(dataset: Dataset, workplace: Workplace) -> Evaluate:
    """Scores a model that knows so many knobs."""
    targets = Targets.of_rows(dataset, Split.TEST, N_TEST, seed=3)

    def evaluated(n_known: int) -> Evaluation:
        model = Oracle(dataset, n_known)
        return evaluate(dataset, targets, workplace, model=model, seed=3)

    return evaluated


@pytest.fixture(scope="module")
def perfect(evaluated: Evaluate) -> Evaluation:
    """The scores of a model that knows every knob."""
    return evaluated(N_KNOBS)


@pytest.fixture(scope="module")
def partial(evaluated: Evaluate) -> Evaluation:
    """The scores of a model that knows the first two knobs and has no idea of the others."""
    return evaluated(2)


@pytest.fixture(scope="module")
def ignorant(evaluated: Evaluate) -> Evaluation:
    """The scores of a model that always answers with the mean preset."""
    return evaluated(0)


def test_the_true_preset_scores_nothing_but_the_rounding_of_the_dataset(
    perfect: Evaluation,
) -> None:
    truth = perfect.groups[GroupName.ALL].scores[Method.TRUTH]
    assert truth[Measure.PARAMETER_MSE].mean == truth[Measure.MSE_N].mean == 0
    # Audio and log-mel are stored with 11 significant bits: 2^-8 nats at a log-mel of -8 to -16.
    assert truth[Measure.LOG_MEL_MSE].mean < 2**-16
    assert truth[Measure.SC].mean < 2**-8
    assert truth[Measure.LEVEL].mean < 0.01
    assert truth[Measure.MSS].mean < 0.05


def test_a_perfect_model_scores_like_the_truth_and_wins_everywhere(perfect: Evaluation) -> None:
    for group in perfect.groups.values():
        assert group.scores[Method.MODEL] == group.scores[Method.TRUTH]
        for rival in RIVALS:
            for measure in (Measure.MSS, Measure.LOG_MEL_MSE, Measure.PARAMETER_MSE):
                difference = group.differences[rival][measure]
                assert difference.wins == 1
                assert difference.high < 0


def test_a_difference_is_the_difference_of_the_means(partial: Evaluation) -> None:
    for group in partial.groups.values():
        for rival, differences in group.differences.items():
            for measure, difference in differences.items():
                model = group.scores[Method.MODEL][measure].mean
                assert difference.mean == pytest.approx(
                    model - group.scores[rival][measure].mean, abs=1e-9
                )
                assert difference.low <= difference.mean <= difference.high


def test_a_model_that_knows_nothing_scores_like_the_mean_preset(ignorant: Evaluation) -> None:
    group = ignorant.groups[GroupName.ALL]
    assert group.scores[Method.MODEL] == group.scores[Method.MEAN]
    for difference in group.differences[Method.MEAN].values():
        assert (difference.mean, difference.low, difference.high, difference.wins) == (0, 0, 0, 0)


def test_knobs_that_the_model_knows_are_told_from_those_it_does_not(partial: Evaluation) -> None:
    assert [knob.is_heard for knob in partial.knobs] == [True] * 2 + [False] * (N_KNOBS - 2)
    assert [knob.model for knob in partial.knobs[:2]] == [0, 0]
    for knob in partial.knobs[2:]:
        assert knob.model == knob.mean > 0


def test_knob_errors_add_up_to_the_parameter_error(partial: Evaluation) -> None:
    scores = partial.groups[GroupName.ALL].scores
    for method, name in ((Method.MODEL, "model"), (Method.NN1, "nn1"), (Method.MEAN, "mean")):
        squares = [getattr(knob, name) ** 2 for knob in partial.knobs]
        assert np.mean(squares) == pytest.approx(scores[method][Measure.PARAMETER_MSE].mean)


def test_the_two_groups_make_up_the_whole(partial: Evaluation) -> None:
    whole, reference, other = partial.groups.values()
    assert whole.n_targets == N_TEST == reference.n_targets + other.n_targets
    assert whole.n_families == N_TEST // 2
    for method in whole.scores:
        for measure in Measure:
            total = sum(
                group.n_targets * group.scores[method][measure].mean
                for group in (reference, other)
            )
            assert whole.scores[method][measure].mean == pytest.approx(total / N_TEST)


def test_an_evaluation_names_what_it_depends_on(partial: Evaluation, dataset: Dataset) -> None:
    recipe = dataset.manifest.recipe
    assert (partial.model_run, partial.dataset) == ("run", recipe.digest)
    assert (partial.synth, partial.synth_version) == ("sine", "1")
    assert (partial.split, partial.seed) == (Split.TEST, 3)
    assert (partial.n_training_rows, partial.n_neighbours) == (N_TRAIN, 16)


def test_an_evaluation_survives_its_file(partial: Evaluation, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    partial.write(path)
    assert Evaluation.read(path) == partial


def test_the_same_evaluation_writes_the_same_bytes(
    evaluated: Evaluate, partial: Evaluation
) -> None:
    assert evaluated(2).model_dump_json() == partial.model_dump_json()


def test_the_scores_for_the_model_file_are_those_of_all_targets(partial: Evaluation) -> None:
    scores = partial.groups[GroupName.ALL].scores
    assert tuple(partial.scores) == (Method.MODEL, *BASELINES)
    assert partial.scores["nn1"]["sc_median"] == scores[Method.NN1][Measure.SC].median
    assert partial.scores["model"]["mss_db_mean"] == scores[Method.MODEL][Measure.MSS].mean


@pytest.mark.parametrize("content", [b"", b"{}", b'{"format": "flow-synth dataset"}'])
def test_what_is_no_evaluation_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    with pytest.raises(InputError, match="cannot be read"):
        Evaluation.read(path)
    path.write_bytes(content)
    with pytest.raises(InputError, match="no evaluation"):
        Evaluation.read(path)


@pytest.mark.parametrize(("synth", "version"), [("sine", "2"), ("saw", "1")])
def test_a_model_of_another_synth_than_the_dataset_s_is_refused(
    dataset: Dataset, workplace: Workplace, synth: str, version: str
) -> None:
    targets = Targets.of_rows(dataset, Split.TEST, 1, seed=0)
    model = Oracle(dataset)
    model.synth, model.synth_version = synth, version
    with pytest.raises(InputError, match=f"by synth sine 1 and the model is of {synth} {version}"):
        evaluate(dataset, targets, workplace, model=model)


def test_an_evaluation_stands_for_its_own_run_alone(partial: Evaluation) -> None:
    partial.check_run("run")
    with pytest.raises(InputError, match="of training run run and not of training run another"):
        partial.check_run("another")
    elsewhere = partial.model_copy(update={"sounds": "0" * 64, "split": None})
    with pytest.raises(InputError, match="of sounds that the synth did not make"):
        elsewhere.check_run("run")
    chosen_by = partial.model_copy(update={"split": Split.VALIDATION})
    with pytest.raises(InputError, match="of validation notes"):
        chosen_by.check_run("run")
    alone = partial.model_copy(update={"model_run": None})
    with pytest.raises(InputError, match="of no model and not of training run run"):
        alone.check_run("run")


def test_a_model_of_other_knobs_is_refused(dataset: Dataset, workplace: Workplace) -> None:
    class Narrow(Oracle):
        def decode(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
            return z[:, 1:]

    targets = Targets.of_rows(dataset, Split.TEST, 1, seed=0)
    with pytest.raises(InputError, match=f"{N_KNOBS - 1} knobs and the dataset {N_KNOBS}"):
        evaluate(dataset, targets, workplace, model=Narrow(dataset))


def test_neighbours_are_those_of_an_exhaustive_search() -> None:
    data = unheard_dataset([Split.TRAIN] * 50 + [Split.TEST] * 5, list(range(55)))
    test = data.rows(Split.TEST)
    found = nearest_presets(data, data.mel(test), data.pitch[test], 7, math.inf)
    deepest = -80 / 20 * math.log(10)
    below_peak = [
        np.maximum(mel - mel.max(), deepest) for mel in data.mel(np.arange(55)).astype(np.float64)
    ]
    for target, presets in zip(test, found, strict=True):
        distances = [np.linalg.norm(below_peak[target] - below_peak[row]) for row in range(50)]
        np.testing.assert_array_equal(presets, data.values[np.argsort(distances)[:7]])


def test_a_training_sound_is_its_own_neighbour_at_any_level() -> None:
    data = unheard_dataset([Split.TRAIN] * 20, list(range(20)))
    rows = data.rows(Split.TRAIN)
    quieter = data.mel(rows) - np.float32(1)
    found = nearest_presets(data, quieter, data.pitch, 1, math.inf)
    np.testing.assert_array_equal(found[:, 0], data.values)


@pytest.mark.parametrize("pitch_range", [0, 1])
def test_neighbours_within_the_pitch_range_come_first(pitch_range: int) -> None:
    data = unheard_dataset([Split.TRAIN] * 60, list(range(60)))
    mel, pitch = data.mel(np.arange(10)), data.pitch[:10]
    everything = nearest_presets(data, mel, pitch, 100, math.inf)
    found = nearest_presets(data, mel, pitch, 100, pitch_range)
    row_of = {value.tobytes(): row for row, value in enumerate(data.values)}
    for index in range(10):
        order = [row_of[preset.tobytes()] for preset in everything[index]]
        near = [row for row in order if abs(data.pitch[row] - pitch[index]) <= pitch_range]
        far = [row for row in order if row not in near]
        assert near
        assert far
        assert [row_of[preset.tobytes()] for preset in found[index]] == near + far


def test_baselines_know_the_training_split_alone() -> None:
    splits = [Split.TRAIN, Split.TEST, Split.VALIDATION] * 20
    data = unheard_dataset(splits, list(range(60)))
    train = data.values[data.rows(Split.TRAIN)]
    known = {preset.tobytes() for preset in train}
    neighbours = nearest_presets(data, data.mel(np.arange(60)), data.pitch, 100, math.inf)
    drawn = random_presets(data, 500, seed=0)
    assert {preset.tobytes() for preset in neighbours.reshape(-1, N_KNOBS)} == known
    assert {preset.tobytes() for preset in drawn[:, 0]} == known
    np.testing.assert_allclose(mean_preset(data, 2)[1, 0], train.mean(0), atol=1e-6)
    np.testing.assert_allclose(median_preset(data, 2)[1, 0], np.median(train, 0), atol=1e-6)


def test_the_interval_of_lone_presets_is_that_of_the_normal_law() -> None:
    errors = np.random.default_rng(0).gamma(2.0, size=(1000, 3))
    low, high = family_interval(errors, np.arange(1000), seed=0)
    standard_error = errors.std(0) / math.sqrt(1000)
    # Ends of 2000 resamples scatter by 0.06 standard errors.
    np.testing.assert_allclose((low - errors.mean(0)) / standard_error, -1.96, atol=0.2)
    np.testing.assert_allclose((high - errors.mean(0)) / standard_error, 1.96, atol=0.2)


def test_twins_do_not_narrow_an_interval() -> None:
    errors = np.random.default_rng(0).normal(size=(40, 2))
    alone = family_interval(errors, np.arange(40), seed=3)
    doubled = family_interval(np.repeat(errors, 2, 0), np.repeat(np.arange(40), 2), seed=3)
    np.testing.assert_allclose(doubled, alone, atol=1e-12)


def test_the_interval_of_a_constant_is_that_constant() -> None:
    low, high = family_interval(np.full((9, 1), 2.5), np.array([1, 1, 1, 2, 2, 3, 4, 4, 9]), 0)
    np.testing.assert_allclose([low, high], 2.5, atol=1e-12)


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_table_shows_every_score(partial: Evaluation) -> None:
    tables = [part for part in markdown_table(partial).split("\n\n") if part.startswith("|")]
    assert len(tables) == len(partial.groups)
    for table, group in zip(tables, partial.groups.values(), strict=True):
        header, _, *rows = map(cells, table.splitlines())
        assert header == ["", *MEASURES.values()]
        for row, method in zip(rows, group.scores, strict=True):
            for cell, measure in zip(row[1:], MEASURES, strict=True):
                score = group.scores[method][measure]
                shown = [float(number) for number in re.findall(r"[-+.\de]+", cell)]
                # Three digits.
                expected = [score.mean, score.low, score.high, score.median]
                np.testing.assert_allclose(shown, expected, rtol=5e-3)


def test_the_page_claims_no_more_than_the_intervals(
    perfect: Evaluation, partial: Evaluation, ignorant: Evaluation
) -> None:
    assert (
        "- parameter MSE: the model is nearer than the nearest neighbour (NN1) ("
        in markdown_page(perfect)
    )
    undecided = "- SC: the model and the mean preset cannot be told apart (+0 [+0, +0])."
    assert undecided in markdown_page(ignorant)
    worse = perfect.groups[GroupName.ALL].differences[Method.NN1][Measure.MSS]
    turned = worse.model_copy(
        update={"mean": -worse.mean, "low": -worse.high, "high": -worse.low, "wins": 0.0}
    )
    group = partial.groups[GroupName.ALL]
    differences = {**group.differences, Method.NN1: {m: turned for m in Measure}}
    lost = partial.model_copy(
        update={"groups": {GroupName.ALL: group.model_copy(update={"differences": differences})}}
    )
    assert "- MSS, dB: the nearest neighbour (NN1) is nearer than the model (" in markdown_page(
        lost
    )


def test_the_page_says_which_knobs_are_heard(partial: Evaluation) -> None:
    lines = markdown_page(partial).splitlines()
    heard = [cells(line)[0] for line in lines if line.endswith("| heard |")]
    assert heard == [knob.label for knob in partial.knobs[:2]]
    assert f"- The model hears 2 of {N_KNOBS} knobs." in lines


def test_the_page_is_written_from_the_result_alone(
    partial: Evaluation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, page = tmp_path / "result.json", tmp_path / "page.md"
    partial.write(result)
    monkeypatch.setattr("sys.argv", ["score_page", str(result), str(page)])
    main()
    assert page.read_text(encoding="utf-8") == markdown_page(partial)


@pytest.mark.parametrize("name", shipped_models())
def test_the_page_of_a_shipped_model_is_that_of_its_result(name: str) -> None:
    result = Evaluation.read(DOCS / f"{name}-model.json")
    page = (DOCS / f"{name}-model.md").read_text(encoding="utf-8")
    assert page == markdown_page(result)


@pytest.mark.parametrize("name", shipped_models())
def test_a_shipped_model_carries_the_scores_of_its_page(name: str) -> None:
    result = Evaluation.read(DOCS / f"{name}-model.json")
    with model_path(name) as path:
        description = read_model_file(path).description
    assert description.training_run == result.model_run
    assert description.synth_version == result.synth_version
    assert description.scores == result.scores
