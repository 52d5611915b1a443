"""The rational-quadratic spline as a function: rising, smooth, invertible, and Zuko's."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from zuko.transforms import MonotonicRQSTransform

from flow_synth.spline import BOUND, LOG_RANGE, N_BINS, Knots, knots_of, spline, spline_inverse

N_PARAMETERS = 3 * N_BINS - 1


def some_parameters(seed: int, scale: float) -> Tensor:
    """Parameters of one spline, [3 K - 1] in float64."""
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(N_PARAMETERS, generator=generator, dtype=torch.float64)


#: Anything a network may say; 30 leaves every bin and slope at one end of its range or the other.
PARAMETERS = st.builds(
    some_parameters, st.integers(0, 2**32 - 1), st.sampled_from([0.01, 0.3, 3.0, 30.0])
)

#: Values inside the spline's domain, at its ends and beyond them.
VALUES = st.lists(
    st.floats(-1.5 * BOUND, 1.5 * BOUND) | st.sampled_from([-BOUND, 0.0, BOUND]),
    min_size=2,
    max_size=30,
)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    """Waking a second thread costs more than these small tensors."""
    torch.set_num_threads(1)


def knots_for(parameters: Tensor, n_values: int) -> Knots:
    """The same spline for each of some values."""
    return knots_of(parameters.expand(n_values, -1))


def test_zeros_give_the_identity() -> None:
    x = torch.linspace(-12, 12, 101, dtype=torch.float64)
    y, log_slope = spline(x, knots_for(torch.zeros(N_PARAMETERS).double(), 101))
    torch.testing.assert_close(y, x)
    torch.testing.assert_close(log_slope, torch.zeros_like(x))


@given(PARAMETERS, st.floats(0.5, 20), st.floats(0.1, 5))
def test_knots_rise_from_end_to_end_with_slopes_in_their_range(
    parameters: Tensor, bound: float, log_range: float
) -> None:
    knots = knots_of(parameters, bound, log_range)
    for places in (knots.x, knots.y):
        sizes = places.diff()
        assert (sizes > 0).all()
        assert sizes.max() / sizes.min() <= torch.e**log_range * (1 + 1e-9)
        assert places[[0, -1]].tolist() == [-bound, bound]
    assert (knots.slope.log().abs() <= log_range * (1 + 1e-9)).all()
    assert knots.slope[[0, -1]].tolist() == [1, 1]


@given(PARAMETERS, VALUES)
def test_it_rises(parameters: Tensor, values: list[float]) -> None:
    x = torch.tensor(values, dtype=torch.float64).sort().values
    y, log_slope = spline(x, knots_for(parameters, len(x)))
    assert torch.isfinite(log_slope).all()
    assert (y.diff() >= -1e-14 * BOUND).all()
    apart = x.diff() > 1e-6
    assert (y.diff()[apart] > 0).all()


@given(PARAMETERS, VALUES)
def test_the_log_slope_is_autograd_s_in_both_directions(
    parameters: Tensor, values: list[float]
) -> None:
    knots = knots_for(parameters, len(values))
    x = torch.tensor(values, dtype=torch.float64, requires_grad=True)
    for function in (spline, spline_inverse):
        y, log_slope = function(x, knots)
        (slope,) = torch.autograd.grad(y.sum(), x)
        torch.testing.assert_close(slope.log(), log_slope.detach(), rtol=1e-6, atol=1e-6)


# The slope is at least about exp(-3 LOG_RANGE), where rounding of y counts for so much more in x.
@given(PARAMETERS, VALUES)
def test_the_inverse_undoes_it(parameters: Tensor, values: list[float]) -> None:
    knots = knots_for(parameters, len(values))
    x = torch.tensor(values, dtype=torch.float64)
    y, log_slope = spline(x, knots)
    back, inverse_log_slope = spline_inverse(y, knots)
    tolerance = 1e-14 * BOUND * torch.exp(3 * torch.tensor(LOG_RANGE))
    assert (back - x).abs().max() <= tolerance
    torch.testing.assert_close(inverse_log_slope, -log_slope, rtol=0, atol=1e-6)
    again, _ = spline(spline_inverse(x, knots)[0], knots)
    assert (again - x).abs().max() <= tolerance


@given(PARAMETERS)
def test_it_goes_through_its_knots_with_their_slopes_from_both_sides(
    parameters: Tensor,
) -> None:
    knots = knots_of(parameters)
    repeated = knots_for(parameters, N_BINS + 1)
    for side in (-1e-10, 1e-10):
        y, log_slope = spline(knots.x + side, repeated)
        torch.testing.assert_close(y, knots.y, rtol=0, atol=1e-7)
        torch.testing.assert_close(log_slope, knots.slope.log(), rtol=0, atol=1e-5)


@given(PARAMETERS, st.floats(BOUND, 1e6))
def test_it_is_the_identity_from_its_ends_on(parameters: Tensor, distance: float) -> None:
    x = torch.tensor([-distance, distance], dtype=torch.float64)
    for function in (spline, spline_inverse):
        y, log_slope = function(x, knots_for(parameters, 2))
        assert torch.equal(y, x)
        assert torch.equal(log_slope, torch.zeros_like(x))


@given(PARAMETERS, VALUES)
def test_gradients_are_finite_in_float32(parameters: Tensor, values: list[float]) -> None:
    raw = parameters.float().requires_grad_()
    x = torch.tensor(values, requires_grad=True)
    for function in (spline, spline_inverse):
        y, log_slope = function(x, knots_of(raw.expand(len(values), -1)))
        for gradient in torch.autograd.grad(y.sum() + log_slope.sum(), (raw, x)):
            assert torch.isfinite(gradient).all()


@pytest.mark.parametrize("scale", [0.3, 3.0])
def test_agrees_with_zuko(scale: float) -> None:
    """Zuko draws its own parameters into another range; its knots are taken as they are."""
    widths, heights, slopes = (
        (scale * torch.randn(500, n)).double() for n in (N_BINS, N_BINS, N_BINS - 1)
    )
    reference = MonotonicRQSTransform(widths, heights, slopes, bound=BOUND)
    knots = Knots(reference.horizontal, reference.vertical, reference.derivatives)
    x = 6 * torch.randn(500, dtype=torch.float64)
    y, log_slope = spline(x, knots)
    zuko_y, zuko_log_slope = reference.call_and_ladj(x)
    assert (x.abs() > BOUND).any()
    torch.testing.assert_close(y, zuko_y)
    torch.testing.assert_close(log_slope, zuko_log_slope)
    torch.testing.assert_close(spline_inverse(y, knots)[0], reference.inv(zuko_y))


# Knots as networks make them: most slopes within a factor of two or three of 1. Processors differ
# in how they round: of the inverse, 4.1 was the most that one of them gave.
def test_float32_loses_no_more_than_a_few_roundings_of_y() -> None:
    raw = 0.7 * torch.randn(20_000, N_PARAMETERS)
    x = torch.randn(20_000)
    knots = knots_of(raw)
    exact = Knots(*(tensor.double() for tensor in knots))
    y, _ = spline(x, knots)
    x_of_y, inverse_log_slope = spline_inverse(y, knots)

    def rounding(error: Tensor) -> float:
        return float(error.abs().max()) / (torch.finfo(torch.float32).eps * BOUND)

    assert rounding(y - spline(x.double(), exact)[0]) < 4
    inverse_error = x_of_y - spline_inverse(y.double(), exact)[0]
    assert rounding(inverse_error * torch.exp(-inverse_log_slope)) < 5
