"""What training meets: the order of the examples, and mixtures of sources."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flow_synth.examples import epoch_order
from flow_synth.item import Source


def test_every_epoch_visits_every_example_in_an_order_of_its_own() -> None:
    sources = np.repeat(["factory", "draw"], [30, 70])
    orders = [epoch_order(sources, {}, 7, epoch) for epoch in range(3)]
    for order in orders:
        assert sorted(order.tolist()) == list(range(100))
    assert len({tuple(order.tolist()) for order in orders}) == 3
    assert (epoch_order(sources, {}, 7, 1) == orders[1]).all()
    assert (epoch_order(sources, {}, 8, 1) != orders[1]).any()


@given(
    st.dictionaries(st.sampled_from(Source), st.integers(1, 40), min_size=1),
    st.integers(0, 100),
    st.data(),
)
def test_a_mixture_meets_each_source_in_its_share_and_its_examples_in_turn(
    sizes: dict[Source, int], seed: int, data: st.DataObject
) -> None:
    sources = np.repeat([source.value for source in sizes], list(sizes.values()))
    weights = data.draw(
        st.dictionaries(st.sampled_from(list(sizes)), st.floats(0.1, 1), min_size=1)
    )
    mixture = {source: weight / sum(weights.values()) for source, weight in weights.items()}
    total = sum(sizes[source] for source in mixture)
    visits = np.zeros(len(sources), np.int64)
    for epoch in range(4):
        order = epoch_order(sources, mixture, seed, epoch)
        np.testing.assert_array_equal(order, epoch_order(sources, mixture, seed, epoch))
        visits += np.bincount(order, minlength=len(sources))
        for source, share in mixture.items():
            mine = visits[sources == source.value]
            assert mine.sum() == (epoch + 1) * max(round(share * total), 1)
            assert mine.max() - mine.min() <= 1
    assert not visits[~np.isin(sources, [source.value for source in mixture])].any()
