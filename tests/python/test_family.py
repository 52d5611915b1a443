"""Families of near-duplicates: twins by knobs, twins of twins, and families known beforehand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from flow_synth.family import TWIN_DISTANCE, families, joined, sound_twins, twin_knobs, twin_pairs

points = st.integers(1, 40).flatmap(
    lambda n_knobs: arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 30), st.just(n_knobs)),
        elements=st.sampled_from([0.0, 0.05, 0.3, 0.9]).map(np.float32),
    )
)


@pytest.mark.parametrize(
    ("n_knobs", "limit"), [(1, 1), (6, 1), (12, 2), (16, 2), (32, 5), (40, 5), (64, 5)]
)
def test_small_synths_need_fewer_knobs_to_differ(n_knobs: int, limit: int) -> None:
    assert twin_knobs(n_knobs) == limit


@given(points)
def test_twins_are_found_as_their_definition_says(values: NDArray[np.float32]) -> None:
    moved = (np.abs(values[:, None] - values[None]) > TWIN_DISTANCE).sum(-1)
    limit = twin_knobs(values.shape[1])
    pairs = list(twin_pairs(values, values))
    assert [row for row, _ in pairs] == list(range(len(values)))
    for row, twins in pairs:
        np.testing.assert_array_equal(twins, np.flatnonzero(moved[row] < limit))


def test_twins_are_found_beyond_one_block_of_rows() -> None:
    values = np.random.default_rng(0).random((2500, 8), np.float32)
    values[2400] = values[3]
    values[1100] = values[1099]
    assert {(row, int(twin)) for row, found in twin_pairs(values, values) for twin in found} >= {
        (2400, 3),
        (3, 2400),
        (1100, 1099),
    }
    labels = families(values)
    assert labels[2400] == labels[3]
    assert labels[1100] == labels[1099]


def same(labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.equal(labels[:, None], labels[None])


@given(points, st.data())
def test_families_do_not_depend_on_order(values: NDArray[np.float32], data: st.DataObject) -> None:
    known = data.draw(st.lists(st.sampled_from(["", "", "a", "b"]), min_size=len(values)))
    known = known[: len(values)]
    labels = families(values, known)
    for row, twins in twin_pairs(values, values):
        assert (labels[twins] == labels[row]).all()
    for name in {"a", "b"} & set(known):
        assert len({labels[row] for row, other in enumerate(known) if other == name}) == 1
    assert all(label == np.flatnonzero(labels == label)[0] for label in labels)
    order = np.random.default_rng(len(values)).permutation(len(values))
    shuffled = families(values[order], [known[row] for row in order])
    np.testing.assert_array_equal(same(shuffled), same(labels)[np.ix_(order, order)])


def test_a_chain_of_twins_is_one_family() -> None:
    chain = np.zeros((4, 30), np.float32)
    for link in range(4):
        chain[link, : 4 * link] = 1.0
    stranger = np.ones((1, 30), np.float32)
    assert families(np.concatenate((chain, stranger))).tolist() == [0, 0, 0, 0, 4]


def test_a_known_family_joins_the_families_of_its_members() -> None:
    values = np.eye(6, 6, dtype=np.float32)[[0, 0, 1, 1, 2, 3]]
    assert families(values).tolist() == [0, 0, 2, 2, 4, 5]
    assert families(values, ["", "x", "x", "", "", ""]).tolist() == [0, 0, 0, 0, 4, 5]


@given(
    arrays.arrays(np.float32, (12, 3, 2), elements=st.floats(-4, 0, width=32)),
    st.floats(0.1, 3.0),
)
def test_sounds_are_alike_as_their_definition_says(
    mel: NDArray[np.float32], distance_nat: float
) -> None:
    distance = np.sqrt(np.square(mel[:, None].astype(float) - mel[None]).mean((-1, -2)))
    for row, twins in sound_twins(mel, distance_nat):
        # On the very border rounding decides.
        surely = np.flatnonzero(distance[row, :row] < distance_nat - 1e-3)
        perhaps = np.flatnonzero(distance[row, :row] < distance_nat + 1e-3)
        assert set(surely) <= set(twins.tolist()) <= set(perhaps)


def test_what_is_80_db_below_the_peak_does_not_make_sounds_differ() -> None:
    mel = np.zeros((2, 4, 4), np.float32)
    mel[0, 1:] = -10.0
    mel[1, 1:] = -11.0
    assert [twins.tolist() for _, twins in sound_twins(mel, 0.1)] == [[], [0]]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_members_are_joined_exactly_when_links_lead_from_one_to_the_other(
    links: list[tuple[int, int]],
) -> None:
    labels = joined(10, ((one, np.array([other])) for one, other in links))
    reach = np.eye(10, dtype=bool)
    for one, other in links:
        reach[one, other] = reach[other, one] = True
    for _ in range(10):
        reach = reach @ reach
    np.testing.assert_array_equal(same(labels), reach)
