import math

import pytest
import torch
from torch.distributions import Independent, Normal, kl_divergence

from flow_synth.models import RegressionFlow, Sizes
from flow_synth.objective import (
    RegressionFlowObjective,
    Weights,
    gaussian_divergence,
    gaussian_entropy,
    standard_normal_log_density,
)

SHAPE = (16, 8)
P = 4
SMALL = Sizes(
    encoder_channels=(4,), decoder_channels=(4,), n_features=6, n_layers=2, n_hidden=16, n_draws=8
)


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def small_objective(
    weights: Weights | None = None, n_examples: int = 10
) -> RegressionFlowObjective:
    model = RegressionFlow(P, SMALL, SHAPE)
    return RegressionFlowObjective(model, weights or Weights(), n_examples)


def batch(n: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    return -8 * torch.rand(n, *SHAPE), torch.rand(n, P)


def test_densities_are_those_of_torch() -> None:
    x, mean, log_variance = torch.randn(3, 7, P)
    normal = Normal(mean, (0.5 * log_variance).exp())
    standard = Normal(torch.zeros(P), torch.ones(P))
    torch.testing.assert_close(
        standard_normal_log_density(x), Independent(standard, 1).log_prob(x)
    )
    torch.testing.assert_close(gaussian_entropy(log_variance), normal.entropy().sum(-1))
    torch.testing.assert_close(
        gaussian_divergence(mean, log_variance, 0.7, 2.5**2),
        kl_divergence(normal, Normal(torch.tensor(0.7), torch.tensor(2.5))).sum(-1),
    )


def test_reconstruction_is_a_gaussian_likelihood_summed_over_bins() -> None:
    x, target = torch.randn(2, 5, *SHAPE)
    constant = 0.5 * math.log(2 * math.pi) * math.prod(SHAPE)
    likelihood = Normal(x, 1.0).log_prob(target).sum((1, 2)).mean()
    torch.testing.assert_close(small_objective().reconstruction(x, target) + constant, -likelihood)


def test_regression_is_the_expected_likelihood_over_lambda() -> None:
    objective = small_objective()
    with torch.no_grad():
        objective.precision_mean.copy_(torch.tensor([-1.0, 0.0, 0.5, 1.0]))
        objective.precision_log_variance.copy_(torch.tensor([-3.0, -2.0, -1.0, -4.0]))
        y, target = torch.randn(2, 5, P)
        deviation = (0.5 * objective.precision_log_variance).exp()
        precision = objective.precision_mean + deviation * torch.randn(200000, 1, P)
        likelihood = Normal(y, (-0.5 * precision).exp()).log_prob(target).sum(-1).mean(-1)
        standard_error = float(likelihood.std()) / 200000**0.5
        assert float(objective.regression(y, target)) == pytest.approx(
            -float(likelihood.mean()), abs=4 * standard_error
        )


def test_precision_divergence_is_positive_shared_and_minimised() -> None:
    """The authors' code maximised it."""
    objective = small_objective(n_examples=10)
    divergence = objective.precision_divergence().detach()
    prior = Normal(torch.zeros(P), torch.full((P,), 3.0))
    posterior = Normal(
        objective.precision_mean.detach(), (0.5 * objective.precision_log_variance.detach()).exp()
    )
    torch.testing.assert_close(divergence, kl_divergence(posterior, prior).sum() / 10)
    assert float(divergence) > 0
    mel, values = batch()
    terms = {name: torch.tensor(0.0) for name in objective(mel, mel, values, 1.0)}
    higher = objective.total(terms | {"precision_divergence": torch.tensor(1.0)}, 1.0)
    assert float(higher) > float(objective.total(terms, 1.0))


def test_learned_precision_is_that_of_the_errors() -> None:
    """With lambda free, its mean goes to minus the log of the mean squared error."""
    objective = small_objective(n_examples=10**6)
    target = torch.randn(2000, P)
    deviation = torch.tensor([0.1, 0.5, 1.0, 2.0])
    y = target + deviation * torch.randn(2000, P)
    parameters = [objective.precision_mean, objective.precision_log_variance]
    optimiser = torch.optim.Adam(parameters, 0.1)
    for _ in range(300):
        optimiser.zero_grad()
        (objective.regression(y, target) + objective.precision_divergence()).backward()
        optimiser.step()
    expected = -(y - target).square().mean(0).log()
    torch.testing.assert_close(objective.precision_mean.detach(), expected, rtol=0, atol=0.05)


def test_divergences_are_those_of_the_true_densities() -> None:
    """Both divergences by Monte Carlo against densities found through the flows' inverses."""
    objective = small_objective().eval()
    model = objective.model
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
        one, values = batch(1)
        mel = one.expand(500, -1, -1)
        terms = [objective(mel, mel, values, 1.0) for _ in range(40)]
        features = model.vae.encoder(model.vae.normalisation(one))
        mean, log_variance = model.vae.base_moments(features)
        base = Independent(Normal(mean, (0.5 * log_variance).exp()), 1)
        z, _ = model.vae.flow(base.sample((40000,))[:, 0], features)
        z0, inverse_log_det = model.vae.flow.inverse(z, features)
        log_q = base.log_prob(z0) + inverse_log_det
        y, _ = model.flow(z)
        _, y_inverse_log_det = model.flow.inverse(y)
    prior = Independent(Normal(torch.zeros(P), torch.ones(P)), 1)
    for name, density in (
        ("latent_divergence", log_q - prior.log_prob(z)),
        ("flow_divergence", log_q + y_inverse_log_det - prior.log_prob(y)),
    ):
        ours = torch.stack([term[name] for term in terms])
        error = float(ours.var() / len(ours) + density.var() / len(density)) ** 0.5
        assert float(ours.mean()) == pytest.approx(float(density.mean()), abs=4 * error), name
        assert float(density.mean()) > 0


def test_preset_density_is_that_of_the_flow() -> None:
    """Against the Jacobian by autograd, in float64; the paper's objective has no such term."""
    objective = small_objective().double()
    with torch.no_grad():
        for parameter in objective.model.flow.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    y = torch.randn(6, P, dtype=torch.float64)
    densities = []
    for row in y:
        z = objective.model.flow.inverse(row[None])[0][0]
        jacobian = torch.autograd.functional.jacobian(lambda x: objective.model.flow(x)[0], z)
        densities.append(Normal(0.0, 1.0).log_prob(z).sum() - jacobian.slogdet().logabsdet)
    torch.testing.assert_close(objective.preset_density(y), -torch.stack(densities).mean())
    mel, values = batch()
    assert "preset_density" not in small_objective()(mel, mel, values, 1.0)


def test_divergence_vanishes_where_posterior_and_prior_agree() -> None:
    objective = small_objective().eval()
    with torch.no_grad():
        objective.model.vae.base.weight.zero_()
        for flow in (objective.model.vae.flow, objective.model.flow):
            for parameter in flow.parameters():
                parameter.zero_()  # the identity, but for the order of dimensions
        one, values = batch(1)
        mel = one.expand(500, -1, -1)
        terms = [objective(mel, mel, values, 1.0) for _ in range(40)]
    for name in ("latent_divergence", "flow_divergence"):
        samples = torch.stack([term[name] for term in terms])
        error = float(samples.std()) / len(samples) ** 0.5
        assert float(samples.mean()) == pytest.approx(0, abs=4 * error)


def test_the_loss_is_the_weighted_sum_and_beta_warms_up_the_divergences() -> None:
    weights = Weights(
        reconstruction=2.0,
        latent_divergence=3.0,
        regression=5.0,
        flow_divergence=7.0,
        preset_density=11.0,
    )
    mel, values = batch()
    terms = small_objective(weights)(mel, mel, values, 0.25)
    expected = (
        2 * terms["reconstruction"]
        + 0.25 * 3 * terms["latent_divergence"]
        + 5 * (terms["regression"] + terms["precision_divergence"])
        + 0.25 * 7 * terms["flow_divergence"]
        + 11 * terms["preset_density"]
    )
    torch.testing.assert_close(terms["loss"], expected)


def test_every_parameter_is_trained() -> None:
    objective = small_objective()
    mel, values = batch(8)
    objective(mel, mel, values, 1.0)["loss"].backward()
    for name, parameter in objective.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name


def test_flows_compute_in_float32_where_the_networks_do_not() -> None:
    """Both flows, forwards and backwards, while the encoder and decoder run in bfloat16."""
    objective = small_objective(Weights(preset_density=1.0))

    def seen_in(*networks: torch.nn.Module) -> set[torch.dtype]:
        """Gets the types of what their layers will give."""
        seen: set[torch.dtype] = set()
        for network in networks:
            for layer in network.modules():
                if isinstance(layer, torch.nn.Linear | torch.nn.Conv2d):
                    layer.register_forward_hook(lambda _layer, _inputs, y: seen.add(y.dtype))
        return seen

    vae = objective.model.vae
    flows, networks = seen_in(vae.flow, objective.model.flow), seen_in(vae.encoder, vae.decoder)
    mel, values = batch()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        objective(mel, mel, values, 1.0)
    assert flows == {torch.float32}
    assert networks == {torch.bfloat16}


def test_noise_is_heard_but_not_reconstructed() -> None:
    objective = small_objective().eval()
    mel, values = batch()
    heard = mel + 0.5 * torch.rand_like(mel)
    torch.manual_seed(1)
    noisy = objective(heard, mel, values, 1.0)["reconstruction"]
    vae = objective.model.vae
    torch.manual_seed(1)
    features = vae.encoder(vae.normalisation(heard))
    mean, log_variance = vae.base_moments(features)
    z, _ = vae.flow(mean + (0.5 * log_variance).exp() * torch.randn_like(mean), features)
    expected = objective.reconstruction(vae.decoder(z), vae.normalisation(mel))
    torch.testing.assert_close(noisy, expected)
