import pytest
import torch
import zuko
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.distributions import AffineTransform

from flow_synth.flow import (
    Boundary,
    InverseAutoregressiveFlow,
    Made,
    dequantise,
)


def shaken(flow: InverseAutoregressiveFlow, amount: float) -> InverseAutoregressiveFlow:
    """The flow with its weights moved away from the start, where it is nearly the identity."""
    with torch.no_grad():
        for parameter in flow.parameters():
            parameter.add_(amount * torch.randn_like(parameter))
    return flow.eval()


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("n_dimensions", [1, 2, 5, 8])
@pytest.mark.parametrize("n_context", [0, 3])
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_log_determinant_is_that_of_the_autograd_jacobian(
    n_dimensions: int, n_context: int, mode: str
) -> None:
    flow = shaken(InverseAutoregressiveFlow(n_dimensions, 4, 32, n_context).double(), 0.2)
    flow.train(mode == "train")
    x = torch.randn(1, n_dimensions, dtype=torch.float64)
    context = torch.randn(1, n_context, dtype=torch.float64) if n_context else None
    y, log_det = flow(x, context)

    def forward(value: Tensor) -> Tensor:
        y: Tensor = flow(value[None], context)[0][0]
        return y

    def inverse(value: Tensor) -> Tensor:
        x: Tensor = flow.inverse(value[None], context)[0][0]
        return x

    jacobian = torch.autograd.functional.jacobian(forward, x[0])
    torch.testing.assert_close(log_det[0], jacobian.slogdet().logabsdet)
    assert abs(float(log_det.detach())) > 1e-3 or n_dimensions == 1
    back, inverse_log_det = flow.inverse(y, context)
    jacobian = torch.autograd.functional.jacobian(inverse, y[0].detach())
    torch.testing.assert_close(inverse_log_det[0], jacobian.slogdet().logabsdet)
    torch.testing.assert_close(inverse_log_det, -log_det)
    torch.testing.assert_close(back, x)


# Each of 16 layers multiplies an error by at most e, usually by about 1: float32 leaves 1e-5.
@pytest.mark.parametrize("amount", [0.0, 0.05])
@pytest.mark.parametrize("n_context", [0, 16])
def test_inverse_at_the_shipped_size(amount: float, n_context: int) -> None:
    flow = shaken(InverseAutoregressiveFlow(40, 16, 128, n_context), amount)
    x = torch.randn(64, 40)
    context = torch.randn(64, n_context) if n_context else None
    with torch.no_grad():
        y, log_det = flow(x, context)
        back, inverse_log_det = flow.inverse(y, context)
        again, _ = flow(flow.inverse(x, context)[0], context)
    assert (back - x).abs().max() <= 1e-5
    assert (again - x).abs().max() <= 1e-5
    assert (log_det + inverse_log_det).abs().max() <= 1e-4
    assert (y - x).abs().max() > (0.1 if amount else 0.0)


@pytest.mark.parametrize(("n_dimensions", "n_hidden"), [(1, 4), (2, 3), (5, 32), (40, 128)])
@pytest.mark.parametrize("n_context", [0, 2])
def test_output_depends_on_exactly_the_inputs_before_it(
    n_dimensions: int, n_hidden: int, n_context: int
) -> None:
    made = Made(n_dimensions, n_hidden, n_context).double()
    x = torch.randn(n_dimensions, dtype=torch.float64)
    context = torch.randn(n_context, dtype=torch.float64) if n_context else None
    shift, log_scale = torch.autograd.functional.jacobian(lambda value: made(value, context), x)
    below = torch.ones(n_dimensions, n_dimensions).tril(-1).bool()
    assert (shift[~below] == 0).all()
    assert (log_scale[~below] == 0).all()
    if n_hidden >= n_dimensions:
        assert (shift[below] != 0).all()
        assert (log_scale[below] != 0).all()


def test_context_reaches_every_output() -> None:
    made = Made(5, 32, 3).double()
    x, context = torch.randn(5).double(), torch.randn(3).double()
    for jacobian in torch.autograd.functional.jacobian(lambda value: made(x, value), context):
        assert (jacobian != 0).all()


def as_zuko(flow: InverseAutoregressiveFlow, n_dimensions: int) -> zuko.transforms.Transform:
    """The same flow from Zuko's transforms: its chain, inverse and log-determinants are Zuko's."""

    def univariate(made: Made) -> zuko.transforms.AutoregressiveTransform:
        def meta(x: Tensor) -> zuko.transforms.DependentTransform:
            shift, raw = made(x)
            affine = AffineTransform(shift, torch.tanh(raw).exp())
            return zuko.transforms.DependentTransform(affine, 1)

        return zuko.transforms.AutoregressiveTransform(meta, passes=n_dimensions)

    transforms: list[zuko.transforms.Transform] = []
    for layer in flow.layers:
        if transforms:
            order = torch.arange(n_dimensions - 1, -1, -1)
            transforms.append(zuko.transforms.PermutationTransform(order))
        transforms.append(univariate(layer.get_submodule("made")))  # type: ignore[arg-type]
    return zuko.transforms.ComposedTransform(*transforms)


def test_agrees_with_zuko() -> None:
    flow = shaken(InverseAutoregressiveFlow(6, 4, 32).double(), 0.2)
    reference = as_zuko(flow, 6)
    x = torch.randn(20, 6, dtype=torch.float64)
    with torch.no_grad():
        y, log_det = flow(x)
        zuko_y, zuko_log_det = reference.call_and_ladj(x)
        torch.testing.assert_close(y, zuko_y)
        torch.testing.assert_close(log_det, zuko_log_det)
        torch.testing.assert_close(flow.inverse(x)[0], reference.inv(x))


def test_density_integrates_to_one() -> None:
    """Change of variables: the pushed-forward density, summed over a fine grid of the plane."""
    flow = shaken(InverseAutoregressiveFlow(2, 3, 16).double(), 0.1)
    axis = torch.linspace(-15, 15, 301, dtype=torch.float64)
    grid = torch.cartesian_prod(axis, axis)
    with torch.no_grad():
        x, log_det = flow.inverse(grid)
    normal = torch.distributions.Normal(0.0, 1.0)
    density = (normal.log_prob(x).sum(-1) + log_det).exp()
    assert float(density.sum() * (axis[1] - axis[0]) ** 2) == pytest.approx(1, abs=1e-3)


def test_every_parameter_gets_a_gradient() -> None:
    flow = InverseAutoregressiveFlow(5, 4, 32, 3)
    y, log_det = flow(torch.randn(8, 5), torch.randn(8, 3))
    (y.square().sum() + log_det.square().sum()).backward()
    for name, parameter in flow.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name


def test_context_broadcasts_over_draws() -> None:
    flow = shaken(InverseAutoregressiveFlow(4, 2, 16, 3), 0.2)
    x, context = torch.randn(7, 2, 4), torch.randn(2, 3)
    together = flow(x, context)
    apart = [flow(draw, context) for draw in x]
    torch.testing.assert_close(together[0], torch.stack([y for y, _ in apart]))
    torch.testing.assert_close(together[1], torch.stack([log_det for _, log_det in apart]))


def test_saved_weights_hold_every_mask() -> None:
    flow = shaken(InverseAutoregressiveFlow(5, 3, 16), 0.2)
    names = {name.rsplit(".", 1)[-1] for name in flow.state_dict()}
    assert names == {"weight", "bias", "mask", "columns"}
    other = InverseAutoregressiveFlow(5, 3, 16)
    for name, buffer in other.named_buffers():
        if name.endswith("mask"):
            buffer.zero_()
    other.load_state_dict(flow.state_dict())
    x = torch.randn(4, 5)
    assert torch.equal(other(x)[0], flow(x)[0])


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


@given(st.integers(2, 12), st.integers(0, 2**31))
def test_dequantised_knobs_snap_back(n_values: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    steps = torch.randint(n_values, (50, 1), generator=generator)
    continuous = torch.rand(50, 1, generator=generator)
    values = torch.cat((steps / (n_values - 1), continuous), 1)
    spread = dequantise(values, torch.tensor([n_values, 0]), generator)
    assert (spread >= 0).all()
    assert (spread <= 1).all()
    assert torch.equal(spread[:, 1], continuous[:, 0])
    back = torch.floor(spread[:, 0] * (n_values - 1) + 0.5)
    # A draw on the very edge of a step may round to its neighbour in float32.
    assert (back == steps[:, 0]).float().mean() >= 0.98


def test_dequantised_knobs_fill_their_step() -> None:
    generator = torch.Generator().manual_seed(0)
    spread = dequantise(torch.full((20000, 1), 0.5), torch.tensor([5]), generator)
    distances = torch.distributions.Uniform(0.375, 0.625).cdf(spread[:, 0]).sort().values
    expected = torch.linspace(0, 1, 20000)
    assert (distances - expected).abs().max() < 1.63 / 20000**0.5  # Kolmogorov-Smirnov, 1 %
