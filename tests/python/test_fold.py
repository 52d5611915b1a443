"""Folds: no family is parted, their sizes are even, and ten rotations test every fold once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from flow_synth.fold import N_FOLDS, Split, deal_families, split_of

labels_of_rows = st.lists(st.integers(0, 30), max_size=200).map(
    lambda labels: np.array(labels, np.int64)
)
seeds = st.integers(0, 2**31)


@given(labels_of_rows, seeds)
def test_no_family_is_in_two_folds(labels: NDArray[np.int64], seed: int) -> None:
    folds = deal_families(labels, seed)
    assert len(folds) == len(labels)
    assert len(set(zip(labels.tolist(), folds.tolist(), strict=True))) == len(set(labels.tolist()))
    np.testing.assert_array_equal(folds, deal_families(labels, seed))


@given(labels_of_rows, seeds)
def test_all_folds_have_equally_many_families(labels: NDArray[np.int64], seed: int) -> None:
    _, firsts = np.unique(labels, return_index=True)
    folds = deal_families(labels, seed)[firsts]
    sizes = np.bincount(folds, minlength=N_FOLDS)
    assert len(sizes) == N_FOLDS
    # A fold ends where a family's middle passes its share: within one family at either end.
    assert np.abs(sizes - len(firsts) / N_FOLDS).max() <= 1


def test_another_seed_deals_other_families() -> None:
    labels = np.arange(100)
    assert (deal_families(labels, 0) != deal_families(labels, 1)).any()


def test_the_name_of_a_family_does_not_matter() -> None:
    labels = np.random.default_rng(0).integers(0, 40, 300)
    np.testing.assert_array_equal(deal_families(labels, 5), deal_families(labels * 7 + 3, 5))


def test_every_rotation_is_80_10_10_and_every_fold_is_tested_once() -> None:
    tested, validated = [], []
    for rotation in range(N_FOLDS):
        splits = [split_of(fold, rotation) for fold in range(N_FOLDS)]
        assert sorted(splits) == sorted([Split.TRAIN] * 8 + [Split.VALIDATION, Split.TEST])
        tested.append(splits.index(Split.TEST))
        validated.append(splits.index(Split.VALIDATION))
    assert sorted(tested) == sorted(validated) == list(range(N_FOLDS))
    assert [split_of(fold) for fold in (7, 8, 9)] == [Split.TRAIN, Split.VALIDATION, Split.TEST]
