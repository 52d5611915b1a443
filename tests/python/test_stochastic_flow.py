"""The flow with random parameters: its draws, their Jacobian and their divergence.

What holds for ``forward`` and ``inverse`` of every chain is in test_flow.py.
"""

import pytest
import torch
from flows_for_tests import shaken
from torch import Tensor
from torch.distributions import Independent, Normal, kl_divergence

from flow_synth.stochastic_flow import StochasticAutoregressive, StochasticFlow


def new_flow(n_dimensions: int, n_layers: int = 3, n_context: int = 0) -> StochasticFlow:
    flow = StochasticFlow(n_dimensions, n_layers, 32, n_context, prior_std=0.7).double()
    shaken(flow, 0.2)
    return flow


def sampled(
    flow: StochasticFlow, x: Tensor, context: Tensor | None = None, seed: int = 0
) -> tuple[Tensor, Tensor, Tensor]:
    """A draw whose noise is the seed's."""
    torch.manual_seed(seed)
    return flow.sample(x, context)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    """Waking a second thread costs more than these small products."""
    torch.set_num_threads(1)


@pytest.mark.parametrize("n_dimensions", [1, 2, 5])
@pytest.mark.parametrize("n_context", [0, 3])
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_log_determinant_of_a_draw_is_autograd_s_and_its_jacobian_triangular(
    n_dimensions: int, n_context: int, mode: str
) -> None:
    context = torch.randn(1, n_context, dtype=torch.float64) if n_context else None
    for n_layers in (1, 3):
        flow = new_flow(n_dimensions, n_layers, n_context).train(mode == "train")
        x = torch.randn(1, n_dimensions, dtype=torch.float64)
        _, log_det, _ = sampled(flow, x, context)
        jacobian = torch.autograd.functional.jacobian(
            lambda value, flow=flow: sampled(flow, value[None], context)[0][0], x[0]
        )
        torch.testing.assert_close(log_det[0], jacobian.slogdet().logabsdet)
        if n_layers == 1:
            assert torch.equal(jacobian, jacobian.tril())


def divergence_by_torch(layer: StochasticAutoregressive, x: Tensor) -> Tensor:
    mean, log_variance = layer.moments(x)
    prior = Normal(torch.zeros_like(mean), torch.full_like(mean, layer.prior_std))
    posterior = Normal(mean, torch.exp(0.5 * log_variance))
    return kl_divergence(Independent(posterior, 1), Independent(prior, 1))


def test_the_divergence_is_that_of_torch_summed_over_dimensions_and_layers() -> None:
    flow = new_flow(4)
    x = torch.randn(6, 4, dtype=torch.float64)
    torch.manual_seed(0)
    expected, value = torch.zeros(6, dtype=torch.float64), x
    for index, layer in enumerate(flow.layers):
        assert isinstance(layer, StochasticAutoregressive)
        value = value.flip(-1) if index else value
        expected = expected + divergence_by_torch(layer, value)
        value = layer.sample(value)[0]
    y, _, divergence = sampled(flow, x)
    assert torch.equal(y, value)
    assert (divergence > 0).all()
    torch.testing.assert_close(divergence, expected)


def test_the_divergence_is_the_mean_log_ratio_of_draws() -> None:
    """KL from its definition, over draws of psi, with densities written out."""
    layer = StochasticAutoregressive(3, 32, prior_std=0.7)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
        x = torch.randn(1, 3)
        mean, log_variance = layer.moments(x)
        psi = mean + torch.exp(0.5 * log_variance) * torch.randn(40_000, 6)
        log_posterior = -0.5 * ((psi - mean) ** 2 / log_variance.exp() + log_variance)
        log_prior = -0.5 * ((psi / 0.7) ** 2 + torch.tensor(0.7**2).log())
        ratios = (log_posterior - log_prior).sum(-1)
        divergence = float(layer.sample(x)[2])
    standard_error = float(ratios.std()) / 40_000**0.5
    assert divergence == pytest.approx(float(ratios.mean()), abs=5 * standard_error)


def test_draws_have_the_moments_that_the_network_says() -> None:
    layer = StochasticAutoregressive(2, 16)
    n_draws = 50_000
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
        layer.made.last.bias[4:] = torch.tensor([-1.0, -2.0, -3.0, -4.0])
        x = torch.tensor([0.4, 0.0]).expand(n_draws, 2)
        y, log_det, _ = layer.sample(x)
        mean, log_variance = (moment[0] for moment in layer.moments(x))
    # y = x exp(tanh a) + m; where x is 0, y is m.
    deviation = torch.exp(0.5 * log_variance)
    error = 5 / n_draws**0.5
    assert float(y[:, 1].mean()) == pytest.approx(float(mean[1]), abs=error * float(deviation[1]))
    assert float(y[:, 1].std()) == pytest.approx(float(deviation[1]), rel=error)
    # Both tanh a are bounded by 1, and so is the deviation of their sum by 2.
    noise = mean[2:] + deviation[2:] * torch.randn(n_draws, 2)
    expected = torch.tanh(noise).sum(-1)
    assert float(log_det.mean()) == pytest.approx(float(expected.mean()), abs=2 * error)
    assert float(log_det.std()) == pytest.approx(float(expected.std()), rel=2 * error)


def test_every_example_and_dimension_has_a_draw_of_its_own() -> None:
    flow = new_flow(5)
    x = torch.randn(1, 5, dtype=torch.float64).expand(8, 5)
    y, _, _ = flow.sample(x)
    difference = (y[:, None] - y[None]).abs()
    assert (difference[~torch.eye(8).bool()] > 0).all()


def test_forward_and_inverse_are_the_draw_without_noise() -> None:
    flow = new_flow(4, n_context=2)
    x, context = torch.randn(6, 4, dtype=torch.float64), torch.randn(2, dtype=torch.float64)
    for layer in flow.layers:
        assert isinstance(layer, StochasticAutoregressive)
        last = layer.made.last
        last.weight.data[8:] = 0
        last.bias.data[8:] = -14.0  # the lowest log-variance there is
    y, log_det = flow(x, context)
    drawn, drawn_log_det, _ = flow.sample(x, context)
    torch.testing.assert_close(drawn, y, rtol=0, atol=0.05)
    torch.testing.assert_close(drawn_log_det, log_det, rtol=0, atol=0.05)
    assert torch.equal(flow(x, context)[0], y)


def test_the_mean_flow_is_an_iaf_that_computes_the_same() -> None:
    flow = StochasticFlow(4, 3, 16, 2)
    shaken(flow, 0.2)
    x, context = torch.randn(6, 4), torch.randn(6, 2)
    iaf = flow.mean_flow()
    # Products of other sizes are summed in another order.
    torch.testing.assert_close(iaf(x, context), flow(x, context))
    torch.testing.assert_close(iaf.inverse(x, context), flow.inverse(x, context))


def test_draws_hardly_differ_at_the_start() -> None:
    flow = StochasticFlow(8, 1, 32)
    x = torch.randn(2000, 8)
    y, _, _ = flow.sample(x)
    deviation = float((y - flow(x)[0]).detach().std())
    # Shift and scale both have a deviation of exp(-3), and x one of 1.
    assert deviation == pytest.approx(2**0.5 * torch.e**-3, rel=0.1)


@pytest.mark.parametrize("used", ["y", "divergence"])
def test_mean_and_log_variance_both_get_a_gradient(used: str) -> None:
    flow = StochasticFlow(4, 3, 16, 2)
    y, log_det, divergence = flow.sample(torch.randn(8, 4), torch.randn(8, 2))
    loss = divergence.sum() if used == "divergence" else y.square().sum() + log_det.sum()
    loss.backward()
    for layer in flow.layers:
        assert isinstance(layer, StochasticAutoregressive)
        gradient = layer.made.last.bias.grad
        assert gradient is not None
        assert (gradient.abs() > 0).all()
    for name, parameter in flow.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name
