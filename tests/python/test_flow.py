"""Chains of every kind: inverse, log-determinant and all that was once wrong elsewhere.

Tests that say "original" would have caught an error of the only public implementation of the
paper, https://github.com/acids-ircam/flow_synthesizer.
"""

from typing import Any

import pytest
import torch
from flows_for_tests import KINDS, new_flow, shaken
from torch import Tensor, nn
from torch.distributions import AffineTransform
from zuko.transforms import (
    AutoregressiveTransform,
    ComposedTransform,
    CouplingTransform,
    DependentTransform,
    MonotonicRQSTransform,
    PermutationTransform,
)

from flow_synth.autoregressive import AffineAutoregressive
from flow_synth.coupling import AffineCoupling, SplineCoupling
from flow_synth.flow import Chain, Flow, FlowKind, Inverted
from flow_synth.spline import knots_of

AFFINE_KINDS = [kind for kind in KINDS if kind != FlowKind.SPLINE]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    """Waking a second thread costs more than these small products."""
    torch.set_num_threads(1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_dimensions", [1, 2, 5, 8])
@pytest.mark.parametrize("n_context", [0, 3])
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_log_determinant_is_that_of_the_autograd_jacobian(
    kind: str, n_dimensions: int, n_context: int, mode: str
) -> None:
    flow = shaken(new_flow(kind, n_dimensions, 4, 32, n_context).double(), 0.2)
    flow.train(mode == "train")
    x = torch.randn(1, n_dimensions, dtype=torch.float64)
    context = torch.randn(1, n_context, dtype=torch.float64) if n_context else None
    y, log_det = flow(x, context)

    def forward(value: Tensor) -> Tensor:
        y: Tensor = flow(value[None], context)[0][0]
        return y

    def inverse(value: Tensor) -> Tensor:
        return flow.inverse(value[None], context)[0][0]

    jacobian = torch.autograd.functional.jacobian(forward, x[0])
    torch.testing.assert_close(log_det[0], jacobian.slogdet().logabsdet)
    assert abs(float(log_det.detach())) > 1e-3
    back, inverse_log_det = flow.inverse(y, context)
    jacobian = torch.autograd.functional.jacobian(inverse, y[0].detach())
    torch.testing.assert_close(inverse_log_det[0], jacobian.slogdet().logabsdet)
    torch.testing.assert_close(inverse_log_det, -log_det)
    torch.testing.assert_close(back, x)


# Each of 16 layers multiplies an error by at most e, usually by about 1: float32 leaves 1e-5. A
# spline also rounds on its way from knot to knot. The same shake bends a dense network more than a
# masked one, and a spline more than a line.
@pytest.mark.parametrize(
    ("kind", "amount", "float32_error"),
    [
        (FlowKind.IAF, 0.05, 1e-5),
        (FlowKind.MAF, 0.05, 1e-5),
        (FlowKind.COUPLING, 0.03, 1e-5),
        (FlowKind.SPLINE, 0.02, 3e-5),
        ("stochastic", 0.05, 1e-5),
    ],
)
@pytest.mark.parametrize("is_shaken", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_inverse_at_the_shipped_size(
    kind: str, amount: float, float32_error: float, is_shaken: bool, dtype: torch.dtype
) -> None:
    n_context = 16 if is_shaken else 0
    tolerance = float32_error if dtype == torch.float32 else 1e-12
    flow = shaken(new_flow(kind, 40, 16, 128, n_context), amount * is_shaken).to(dtype)
    x = torch.randn(64, 40, dtype=dtype)
    context = torch.randn(64, n_context, dtype=dtype) if n_context else None
    with torch.no_grad():
        y, log_det = flow(x, context)
        back, inverse_log_det = flow.inverse(y, context)
        again, _ = flow(flow.inverse(x, context)[0], context)
    assert (back - x).abs().max() <= tolerance
    assert (again - x).abs().max() <= tolerance
    assert (log_det + inverse_log_det).abs().max() <= 10 * tolerance
    assert (y - x.flip(-1)).abs().max() > (0.1 if is_shaken else 0.0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_flow_is_nearly_the_identity_but_for_its_reversals(kind: str) -> None:
    x = torch.randn(64, 40)
    for n_layers in (1, 2):
        y, log_det = new_flow(kind, 40, n_layers, 128)(x)
        expected = x.flip(-1) if n_layers == 2 else x
        assert (y - expected).abs().max() < 1
        assert (y - expected).square().mean().sqrt() < 0.1
        assert log_det.abs().max() < 3


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_dimensions", [2, 5])
def test_two_layers_move_every_dimension(kind: str, n_dimensions: int) -> None:
    flow = shaken(new_flow(kind, n_dimensions, 2, 16), 0.2)
    x = torch.randn(8, n_dimensions)
    assert ((flow(x)[0] - x.flip(-1)).abs().amax(0) > 1e-3).all()


# Zuko is not typed.
def as_zuko(layer: nn.Module, n_dimensions: int) -> Any:  # noqa: ANN401  # zuko is untyped
    """The same layer from Zuko's transforms: its inverse and log-determinant are Zuko's."""
    match layer:
        case Inverted():
            return as_zuko(layer.layer, n_dimensions).inv
        case AffineAutoregressive():
            made = layer.made
            return AutoregressiveTransform(lambda x: affine(made(x)), passes=n_dimensions)
        case AffineCoupling() | SplineCoupling():
            is_kept = torch.arange(n_dimensions) < n_dimensions // 2
            univariate = affine if isinstance(layer, AffineCoupling) else rational_quadratic
            return CouplingTransform(lambda kept: univariate(layer.parameters_of(kept)), is_kept)
    raise AssertionError(layer)


def affine(parameters: Tensor) -> Any:  # noqa: ANN401  # zuko is untyped
    shift, raw = parameters.chunk(2, -1)
    return DependentTransform(AffineTransform(shift, torch.tanh(raw).exp()), 1)


def rational_quadratic(parameters: Tensor) -> Any:  # noqa: ANN401
    knots = knots_of(parameters.unflatten(-1, (-1, SplineCoupling.n_parameters)))
    spline = MonotonicRQSTransform(torch.zeros(1), torch.zeros(1), torch.zeros(0))
    spline.horizontal, spline.vertical, spline.derivatives = knots
    return DependentTransform(spline, 1)


@pytest.mark.parametrize("kind", FlowKind)
@pytest.mark.parametrize("n_dimensions", [5, 6])
def test_agrees_with_zuko(kind: FlowKind, n_dimensions: int) -> None:
    flow = shaken(new_flow(kind, n_dimensions, 4, 32).double(), 0.2)
    order = torch.arange(n_dimensions - 1, -1, -1)
    transforms: list[Any] = []
    for layer in flow.layers:
        transforms += [PermutationTransform(order)] if transforms else []
        transforms.append(as_zuko(layer, n_dimensions))
    reference = ComposedTransform(*transforms)
    x = torch.randn(20, n_dimensions, dtype=torch.float64)
    with torch.no_grad():
        y, log_det = flow(x)
        zuko_y, zuko_log_det = reference.call_and_ladj(x)
        torch.testing.assert_close(y, zuko_y)
        torch.testing.assert_close(log_det, zuko_log_det)
        torch.testing.assert_close(flow.inverse(x)[0], reference.inv(x))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_context", [0, 2])
def test_density_integrates_to_one(kind: str, n_context: int) -> None:
    """Change of variables: the pushed-forward density, summed over a fine grid of the plane."""
    flow = shaken(new_flow(kind, 2, 3, 16, n_context).double(), 0.1)
    axis = torch.linspace(-15, 15, 301, dtype=torch.float64)
    grid = torch.cartesian_prod(axis, axis)
    context = torch.randn(n_context, dtype=torch.float64) if n_context else None
    with torch.no_grad():
        x, log_det = flow.inverse(grid, context)
    normal = torch.distributions.Normal(0.0, 1.0)
    density = (normal.log_prob(x).sum(-1) + log_det).exp()
    assert float(density.sum() * (axis[1] - axis[0]) ** 2) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("direction", ["forward", "inverse"])
def test_every_parameter_gets_a_gradient(kind: str, direction: str) -> None:
    flow = new_flow(kind, 5, 4, 32, 3)
    y, log_det = getattr(flow, direction)(torch.randn(8, 5), torch.randn(8, 3))
    (y.square().sum() + log_det.square().sum()).backward()
    for name, parameter in flow.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.abs().max() > 0, name


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("direction", ["forward", "inverse"])
@pytest.mark.parametrize("n_dimensions", [1, 4])
def test_context_broadcasts_over_draws(kind: str, direction: str, n_dimensions: int) -> None:
    flow = shaken(new_flow(kind, n_dimensions, 2, 16, 3), 0.2)
    run = getattr(flow, direction)
    x, context = torch.randn(7, 2, n_dimensions), torch.randn(2, 3)
    together = run(x, context)
    apart = [run(draw, context) for draw in x]
    torch.testing.assert_close(together[0], torch.stack([y for y, _ in apart]))
    torch.testing.assert_close(together[1], torch.stack([log_det for _, log_det in apart]))
    other = run(x, context + 1)[0]
    assert ((other - together[0]).abs().amax((0, 1)) > 1e-4).all()


class Exported(nn.Module):
    """Both directions of a flow, as a model file carries them."""

    def __init__(self, flow: Chain) -> None:
        super().__init__()
        self.flow = flow

    def forward(self, x: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        y, log_det = self.flow(x, context)
        return y, log_det

    @torch.jit.export
    def inverse(self, y: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        return self.flow.inverse(y, context)


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_context", [0, 3])
def test_scripted_equals_eager(kind: str, n_context: int) -> None:
    flow = shaken(new_flow(kind, 5, 3, 16, n_context), 0.1)
    scripted = torch.jit.script(Exported(flow))
    for n in (1, 7, 7):  # the profiling executor rewrites the graph after its first calls
        x = torch.randn(n, 5)
        context = torch.randn(n, n_context) if n_context else None
        torch.testing.assert_close(scripted(x, context), flow(x, context))
        torch.testing.assert_close(scripted.inverse(x, context), flow.inverse(x, context))


@pytest.mark.parametrize("kind", KINDS)
def test_the_inverse_does_not_skip_the_first_layer_as_in_the_original(kind: str) -> None:
    flow = shaken(new_flow(kind, 4, 3, 16).double(), 0.2)
    x = torch.randn(6, 4, dtype=torch.float64)
    rest = Chain(list(flow.layers)[1:])
    y, _ = flow(x)
    after_first = flow.layers[0](x)[0].flip(-1)
    torch.testing.assert_close(rest.inverse(y)[0], after_first)
    torch.testing.assert_close(flow.inverse(y)[0], x)
    assert (after_first.flip(-1) - x).abs().max() > 0.01


@pytest.mark.parametrize("kind", AFFINE_KINDS)
def test_a_layer_multiplies_by_its_scale_and_does_not_add_it_as_in_the_original(kind: str) -> None:
    flow = shaken(new_flow(kind, 1, 1, 8, 2).double(), 0.5)
    context = torch.randn(2, dtype=torch.float64)
    x = torch.tensor([[0.0], [1.0], [3.0]], dtype=torch.float64)
    for run, sign in ((flow, 1), (flow.inverse, -1)):
        y, log_det = run(x, context)
        slope = torch.exp(sign * flow(x, context)[1][0])
        assert abs(float(slope.detach()) - 1) > 0.01
        torch.testing.assert_close(torch.exp(log_det), slope.expand(3))
        torch.testing.assert_close(y[1] - y[0], slope[None])
        torch.testing.assert_close(y[2] - y[0], 3 * slope[None])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_a_log_determinant_is_an_example_s_own_and_not_the_batch_s_as_in_the_original(
    kind: str, mode: str
) -> None:
    flow = shaken(new_flow(kind, 5, 4, 16).double(), 0.2).train(mode == "train")
    x = torch.randn(6, 5, dtype=torch.float64)
    together = flow(x)[1]
    alone = torch.cat([flow(row[None])[1] for row in x])
    assert together.shape == (6,)
    torch.testing.assert_close(together, alone)
    torch.testing.assert_close(flow(3 * x + 1)[1][:0], together[:0])
    torch.testing.assert_close(flow(torch.cat((x, 3 * x + 1)))[1][:6], alone)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_one_layer_can_halve_and_double_a_dimension_unlike_the_original_s(
    kind: str, factor: float
) -> None:
    flow = new_flow(kind, 1, 1, 8)
    optimiser = torch.optim.Adam(flow.parameters(), 0.03)
    x = torch.linspace(-2, 2, 41)[:, None]
    for _ in range(120):
        loss = (flow(x)[0] - factor * x).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert (flow(x)[0] - factor * x).abs().max() < 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_saved_weights_hold_masks_and_orders_unlike_the_original_s(kind: str) -> None:
    flow = shaken(new_flow(kind, 5, 3, 16, 2), 0.2)
    other = new_flow(kind, 5, 3, 16, 2)
    for tensor in (*other.buffers(), *other.parameters()):
        tensor.data.zero_()
    other.load_state_dict(flow.state_dict())
    x, context = torch.randn(4, 5), torch.randn(4, 2)
    for direction in ("forward", "inverse"):
        for found, expected in zip(
            getattr(other, direction)(x, context),
            getattr(flow, direction)(x, context),
            strict=True,
        ):
            assert torch.equal(found, expected)


def test_an_iaf_is_one_pass_forwards_and_a_maf_backwards() -> None:
    """The flows of both kinds with the same weights undo each other."""
    iaf, maf = (Flow(kind, 4, 1, 16) for kind in (FlowKind.IAF, FlowKind.MAF))
    shaken(iaf, 0.2)
    maf.layers[0].get_submodule("layer").load_state_dict(iaf.layers[0].state_dict())
    x = torch.randn(3, 4)
    torch.testing.assert_close(maf.inverse(x), iaf(x), rtol=0, atol=0)
    torch.testing.assert_close(maf(x), iaf.inverse(x), rtol=0, atol=0)
