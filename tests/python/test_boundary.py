import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from flow_synth.boundary import CONTINUOUS_WIDTH, STEP_WIDTH, Boundary, dequantise, unsnap
from flow_synth.synths.builtin import builtin_table


@given(st.lists(st.floats(0, 1, width=32), min_size=3, max_size=3))
def test_boundary_keeps_every_knob_invertible(knobs: list[float]) -> None:
    boundary = Boundary(3)
    boundary.fit(torch.rand(100, 3))
    v = torch.tensor([knobs])
    y = boundary(v)
    assert torch.isfinite(y).all()
    torch.testing.assert_close(boundary.inverse(y), v, rtol=0, atol=2e-6)


def test_boundary_standardises_and_clamps() -> None:
    boundary = Boundary(3)
    values = torch.rand(1000, 3)
    values[:, 2] = 0.5  # a knob that never moves
    boundary.fit(values)
    y = boundary(values)
    torch.testing.assert_close(y.mean(0), torch.zeros(3), rtol=0, atol=1e-5)
    torch.testing.assert_close(y.std(0, correction=0), torch.tensor([1.0, 1.0, 0.0]))
    assert torch.equal(boundary.inverse(torch.full((1, 3), 100.0)), torch.ones(1, 3))
    assert torch.equal(boundary.inverse(torch.full((1, 3), -100.0)), torch.zeros(1, 3))


@given(st.integers(2, 200), st.integers(0, 2**31))
def test_spread_knobs_snap_back_and_stay_invertible(n_values: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    steps = torch.randint(n_values, (50, 1), generator=generator)
    steps[:2, 0] = torch.tensor([0, n_values - 1])
    continuous = torch.rand(50, 1, generator=generator)
    values = torch.cat((steps / (n_values - 1), continuous), 1)
    noise = torch.rand(50, 2, generator=generator)
    noise[:2] = torch.tensor([[0.0], [1 - 2**-24]])
    spread = dequantise(values, torch.tensor([n_values, 0]), noise)
    assert (spread[:, 1] - continuous[:, 0]).abs().max() <= CONTINUOUS_WIDTH / 2 + 1e-7
    back = torch.floor(spread[:, 0] * (n_values - 1) + 0.5)
    # A draw on the very edge of a step may round to its neighbour in float32.
    assert (back == steps[:, 0]).float().mean() >= 0.95
    boundary = Boundary(2)
    assert torch.isfinite(boundary(spread)).all()
    torch.testing.assert_close(boundary.inverse(boundary(spread)), spread.clamp(0, 1))


@pytest.mark.parametrize(
    ("value", "n_values", "width"),
    [(0.5, 5, STEP_WIDTH), (1.0, 2, STEP_WIDTH), (0.5, 101, 0.01), (0.0, 0, CONTINUOUS_WIDTH)],
)
def test_a_value_lies_in_the_midst_of_what_it_is_spread_over(
    value: float, n_values: int, width: float
) -> None:
    noise = torch.rand(20000, 1, generator=torch.Generator().manual_seed(0))
    spread = dequantise(torch.full((20000, 1), value), torch.tensor([n_values]), noise)
    expected = torch.linspace(value - width / 2, value + width / 2, 20000)
    found = spread[:, 0].sort().values
    # Kolmogorov-Smirnov, 1 %
    assert (found - expected).abs().max() < 1.63 / 20000**0.5 * width + 1e-6


def test_unsnapped_knobs_are_the_synths_same_preset_wherever_they_are() -> None:
    table = builtin_table()
    n_values = torch.tensor([knob.n_values for knob in table.parameters()])
    stepped = n_values > 1
    generator = torch.Generator().manual_seed(0)
    values = torch.from_numpy(table.snap(torch.rand(500, len(table), generator=generator).numpy()))
    noise = torch.rand(values.shape, generator=generator)
    moved = unsnap(values, n_values, noise)
    assert ((moved >= 0) & (moved <= 1)).all()
    snapped = torch.from_numpy(table.snap(moved.numpy()))
    # A draw on the very edge of a step may round to its neighbour in float32.
    same = (snapped - values)[:, stepped].abs() < 1e-6
    assert same.float().mean() > 0.999
    assert (moved - values)[:, ~stepped].abs().max() <= CONTINUOUS_WIDTH / 2 + 1e-7
    # Together, the reaches of all steps leave no gap.
    two = torch.tensor([2])
    ends = [unsnap(torch.tensor([end]), two, torch.tensor([1 - end])) for end in (0.0, 1.0)]
    torch.testing.assert_close(ends[0], ends[1])
