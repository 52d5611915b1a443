"""What training meets: the order of the examples, mixtures of sources, a floor of noise."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from flow_synth.examples import add_noise_floor, epoch_order
from flow_synth.experiment import NoiseRange
from flow_synth.features import N_FRAMES, N_MELS
from flow_synth.item import Source


def test_noise_floor_raises_what_lies_below_it() -> None:
    mel = -12 * torch.rand(64, N_MELS, N_FRAMES)
    torch.manual_seed(0)
    noisy = add_noise_floor(mel, NoiseRange(lowest_db=-60, highest_db=-60, share=0.5))
    touched = (noisy != mel).flatten(1).any(1)
    assert 16 < int(touched.sum()) < 48
    assert torch.equal(noisy[~touched], mel[~touched])
    peak = mel.exp().amax((1, 2), keepdim=True)
    expected = (mel.exp() + 1e-3 * peak).log()
    torch.testing.assert_close(noisy[touched], expected[touched], rtol=0, atol=1e-4)


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
