"""Results read back: known errors give known means, spreads and intervals."""

from pathlib import Path

import numpy as np
import pytest
from evaluations_for_tests import write_result

from flow_synth.cost import COST, Cost
from flow_synth.error import InputError
from flow_synth.metric import Measure
from flow_synth.results import Results, Row, Statistic, TargetSet
from flow_synth.score import Method

SC = Measure.SC


def row_of(folder: Path, runs: dict[str, np.ndarray], members: int = 1) -> Row:
    """The row of model ``mlp`` whose runs have these errors."""
    for name, errors in runs.items():
        write_result(
            folder / "amsynth-32" / f"mlp-{name}", {Method.MODEL: {SC: errors}}, members=members
        )
    (table,) = Results.read(folder).tables
    return table.models["mlp"]


def test_spreads_over_targets_rotations_and_seeds_are_told_apart(tmp_path: Path) -> None:
    element = np.tile([-1.0, 1.0], 50)  # Standard deviation 1, but for 100/99.
    row = row_of(
        tmp_path,
        {"r0-s0": element + 4, "r0-s1": element + 6, "r1-s0": element + 8, "r1-s1": element + 10},
    )
    found = row.summary(SC)
    assert found.value == pytest.approx(7)
    assert found.element == pytest.approx(np.sqrt(100 / 99))
    assert found.fold == pytest.approx(np.std([5, 9], ddof=1))
    assert found.seed == pytest.approx(np.std([4, 6], ddof=1))


def test_a_single_run_has_no_spread_over_rotations_or_seeds(tmp_path: Path) -> None:
    found = row_of(tmp_path, {"r3-s1": np.arange(5.0)}).summary(SC)
    assert (found.fold, found.seed) == (None, None)
    assert found.element == pytest.approx(np.std(np.arange(5), ddof=1))


def test_the_interval_narrows_with_targets_and_not_with_seeds_or_twins(tmp_path: Path) -> None:
    errors = np.random.default_rng(0).gamma(2.0, size=400).round(3)
    one = row_of(tmp_path / "one", {"r0-s0": errors}).summary(SC)
    seeds = row_of(tmp_path / "seeds", {"r0-s0": errors, "r0-s1": errors}).summary(SC)
    twins = row_of(tmp_path / "twins", {"r0-s0": np.repeat(errors, 2)}, members=2).summary(SC)
    few = row_of(tmp_path / "few", {"r0-s0": errors[:100]}).summary(SC)
    assert (seeds.low, seeds.high) == (one.low, one.high)
    np.testing.assert_allclose((twins.low, twins.high), (one.low, one.high), rtol=1e-12)
    # The normal law; ends of 2000 resamples scatter by 0.06 standard errors.
    standard_error = errors.std() / 20
    np.testing.assert_allclose(
        [one.low - one.value, one.high - one.value],
        [-1.96 * standard_error, 1.96 * standard_error],
        atol=0.2 * standard_error,
    )
    assert 1.5 < (few.high - few.low) / (one.high - one.low) < 2.7  # Two, but for their draw.


def test_the_median_and_its_interval_are_those_of_order_statistics(tmp_path: Path) -> None:
    errors = np.random.default_rng(1).permutation(401) / 100.0
    found = row_of(tmp_path, {"r0-s0": errors}).summary(SC, Statistic.MEDIAN)
    assert found.value == 2.0
    assert found.element is None
    # Ranks 201 -+ 1.96 sqrt(401) / 2 of the binomial law; 2000 resamples scatter by a rank or two.
    np.testing.assert_allclose([found.low, found.high], [1.81, 2.20], atol=0.03)


def test_the_median_counts_families_and_not_their_members(tmp_path: Path) -> None:
    errors = np.random.default_rng(1).permutation(401) / 100.0
    alone = row_of(tmp_path / "a", {"r0-s0": errors}).summary(SC, Statistic.MEDIAN)
    doubled = row_of(tmp_path / "b", {"r0-s0": np.repeat(errors, 2)}, members=2)
    assert doubled.summary(SC, Statistic.MEDIAN) == alone


def test_sounds_out_of_domain_are_the_same_in_every_rotation(tmp_path: Path) -> None:
    for rotation in (0, 1):
        write_result(
            tmp_path / "amsynth-32" / f"mlp-r{rotation}-s0",
            {Method.MODEL: {SC: np.arange(10.0) + rotation}},
            kind=TargetSet.OUT_OF_DOMAIN,
        )
    (table,) = Results.read(tmp_path).tables
    row = table.models["mlp"]
    assert table.targets is TargetSet.OUT_OF_DOMAIN
    assert len(row.families) == 20
    assert len(set(row.families.values())) == 10
    assert row.summary(SC).value == 5.0


def test_sounds_that_are_the_same_count_each(tmp_path: Path) -> None:
    place = tmp_path / "amsynth-32" / "mlp-r0-s0"
    write_result(place, {Method.MODEL: {SC: np.array([1.0, 2.0, 6.0])}})
    text = (place / "test.json").read_text()
    (place / "test.json").write_text(text.replace(f"{1:016x}", f"{0:016x}"))
    (table,) = Results.read(tmp_path).tables
    assert table.models["mlp"].summary(SC).value == 3.0


def test_tables_have_models_baselines_and_costs_in_their_places(tmp_path: Path) -> None:
    for dataset in ("amsynth-16", "amsynth-32"):
        for name in ("cnn-r0-s0", "flow_post-r0-s0", "flow_post-r0-s1"):
            write_result(tmp_path / dataset / name, {Method.MODEL: {SC: np.arange(4.0)}})
            cost = Cost(run=name, parameters={"encoder": 3}, epochs=2)
            cost.write(tmp_path / dataset / name / COST)
        write_result(tmp_path / dataset / "baselines-r0", {Method.NN1: {SC: np.arange(4.0)}})
    results = Results.read(tmp_path)
    assert [(t.dataset, t.targets) for t in results.tables] == [
        ("amsynth-16", TargetSet.TEST),
        ("amsynth-32", TargetSet.TEST),
    ]
    table = results.table("amsynth-16", TargetSet.TEST)
    assert table is not None
    assert results.table("amsynth-16", TargetSet.OUT_OF_DOMAIN) is None
    assert list(table.models) == ["cnn", "flow_post"]
    assert list(table.baselines) == [Method.NN1]
    assert table.models["flow_post"].seeds == (0, 1)
    assert {key: len(found) for key, found in results.costs.items()} == {
        (dataset, model): n
        for dataset in ("amsynth-16", "amsynth-32")
        for model, n in (("cnn", 1), ("flow_post", 2))
    }


def test_runs_on_different_targets_are_not_mixed(tmp_path: Path) -> None:
    write_result(tmp_path / "amsynth-32" / "mlp-r0-s0", {Method.MODEL: {SC: np.arange(4.0)}})
    write_result(tmp_path / "amsynth-32" / "mlp-r0-s1", {Method.MODEL: {SC: np.arange(5.0)}})
    with pytest.raises(InputError, match=r"amsynth-32/mlp were measured on different targets"):
        Results.read(tmp_path)


def test_what_is_no_result_of_a_grid_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no results"):
        Results.read(tmp_path)
    place = tmp_path / "amsynth-32" / "mlp-r1-s0"
    write_result(place, {Method.MODEL: {SC: np.arange(4.0)}})
    moved = place.rename(place.with_name("mlp-r0-s0"))
    with pytest.raises(InputError, match="errors in rotation 0"):
        Results.read(tmp_path)
    moved.rename(place.with_name("mlp"))
    with pytest.raises(InputError, match="is not named as a run is"):
        Results.read(tmp_path)
