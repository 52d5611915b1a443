import copy
import math

import pytest
import torch
from models_for_tests import KINDS, PAPER, Networks, batch, plain_batch, settings, sounds
from torch import nn
from torch.distributions import Independent, Normal, kl_divergence

from flow_synth.boundary import unsnap
from flow_synth.models import Family
from flow_synth.models.flow_dis import (
    POSITION_STD,
    TAG_MEAN,
    TAG_STD,
    TaggedLatent,
    placed_divergence,
    tagged_divergence,
)
from flow_synth.models.flow_post import FlowRegressor
from flow_synth.models.settings import ErrorModel, Placement
from flow_synth.models.vae_flow import FlowLatent
from flow_synth.objective import Batch, Objective, Weights, reconstruction_error
from flow_synth.slider_coach import SliderCoach

SHAPE = (16, 8)
P = 8

FLOWS = (Family.FLOW_POST, Family.FLOW_COND, Family.FLOW_DIS, Family.FLOW_CLASS)


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def small_objective(
    weights: Weights | None = None,
    family: Family = Family.FLOW_POST,
    error: ErrorModel = ErrorModel.GAUSSIAN,
) -> Objective:
    described = settings(family).model_copy(update={"error": error})
    return Objective(described, weights or Weights(), P, SHAPE)


def examples(n: int = 5) -> Batch:
    return batch(n, P, SHAPE)


def flow_regressor(objective: Objective) -> FlowRegressor:
    regressor = objective.model.regressor
    assert isinstance(regressor, FlowRegressor)
    return regressor


def flow_latent(objective: Objective) -> FlowLatent:
    latent = objective.model.latent
    assert isinstance(latent, FlowLatent)
    return latent


def shake(*networks: nn.Module) -> None:
    """Moves weights away from the start, where a flow is nearly the identity."""
    with torch.no_grad():
        for network in networks:
            for parameter in network.parameters():
                parameter.add_(0.1 * torch.randn_like(parameter))


def test_reconstruction_is_a_gaussian_likelihood_summed_over_bins() -> None:
    x, target = torch.randn(2, 5, *SHAPE)
    constant = 0.5 * math.log(2 * math.pi) * math.prod(SHAPE)
    likelihood = Normal(x, 1.0).log_prob(target).sum((1, 2)).mean()
    torch.testing.assert_close(reconstruction_error(x, target) + constant, -likelihood)


@pytest.mark.parametrize("error", ErrorModel)
def test_regression_is_the_expected_likelihood_over_lambda(error: ErrorModel) -> None:
    regressor = flow_regressor(small_objective(error=error))
    with torch.no_grad():
        regressor.precision_mean.copy_(torch.linspace(-1.0, 1.0, P))
        regressor.precision_log_variance.copy_(torch.linspace(-4.0, -1.0, P))
        y, target = torch.randn(2, 5, P)
        deviation = (0.5 * regressor.precision_log_variance).exp()
        precision = regressor.precision_mean + deviation * torch.randn(50000, 1, P)
        density: torch.distributions.Distribution = (
            Normal(y, (-0.5 * precision).exp())
            if error is ErrorModel.GAUSSIAN
            else torch.distributions.Laplace(y, (-precision).exp())
        )
        likelihood = density.log_prob(target).sum(-1).mean(-1)
        standard_error = float(likelihood.std()) / 50000**0.5
        assert float(regressor.regression(y, target)) == pytest.approx(
            -float(likelihood.mean()), abs=4 * standard_error
        )


def test_precision_divergence_is_positive_shared_and_minimised() -> None:
    """The authors' code maximised it."""
    objective = small_objective()
    regressor = flow_regressor(objective)
    regressor.fit(torch.rand(10, P))
    divergence = regressor.precision_divergence().detach()
    prior = Normal(torch.zeros(P), torch.full((P,), 3.0))
    posterior = Normal(
        regressor.precision_mean.detach(), (0.5 * regressor.precision_log_variance.detach()).exp()
    )
    torch.testing.assert_close(divergence, kl_divergence(posterior, prior).sum() / 10)
    assert float(divergence) > 0


@pytest.mark.parametrize("family", Family)
def test_a_larger_divergence_is_a_larger_loss(family: Family) -> None:
    """The KL divergences of the paper's equation 12, and of the authors' code, had the sign of
    a likelihood and were maximised."""
    weights = Weights(classes=1.0, preset_density=1.0) if family in FLOWS else None
    objective = direct(family) if family.is_direct else small_objective(weights, family)
    terms = dict.fromkeys(objective(examples(), 1.0), torch.tensor(0.0))
    terms.pop("loss")
    for name in terms:
        higher = objective.total(terms | {name: torch.tensor(1.0)}, 1.0)
        assert float(higher) > float(objective.total(terms, 1.0)), name


def direct(family: Family) -> Objective:
    return Objective(settings(family, PAPER), Weights(), P, SHAPE)


def test_learned_precision_is_that_of_the_errors() -> None:
    """With lambda free, its mean goes to minus the log of the mean squared error."""
    regressor = flow_regressor(small_objective())
    regressor.n_examples = 10**6
    target = torch.randn(2000, P)
    deviation = torch.logspace(-1, 0.3, P)
    y = target + deviation * torch.randn(2000, P)
    parameters = [regressor.precision_mean, regressor.precision_log_variance]
    optimiser = torch.optim.Adam(parameters, 0.1)
    for _ in range(300):
        optimiser.zero_grad()
        (regressor.regression(y, target) + regressor.precision_divergence()).backward()
        optimiser.step()
    expected = -(y - target).square().mean(0).log()
    torch.testing.assert_close(regressor.precision_mean.detach(), expected, rtol=0, atol=0.05)


def test_divergences_are_those_of_the_true_densities() -> None:
    """Both divergences by Monte Carlo against densities found through the flows' inverses."""
    objective = small_objective().eval()
    model, latent, flow = objective.model, flow_latent(objective), flow_regressor(objective).flow
    shake(objective)
    with torch.no_grad():
        one = examples(1)
        many = one._replace(
            heard=one.heard.expand(500, -1, -1),
            mel=one.mel.expand(500, -1, -1),
            tags=one.tags.expand(500, -1),
        )
        terms = [objective(many, 1.0) for _ in range(40)]
        features = model.features(one.mel)
        mean, log_variance = latent.base_moments(features)
        base = Independent(Normal(mean, (0.5 * log_variance).exp()), 1)
        z, _ = latent.bend(base.sample((40000,))[:, 0], features)
        context = nn.functional.elu(latent.context(features))
        z0, inverse_log_det = latent.flow.inverse(z, context)
        log_q = base.log_prob(z0) + inverse_log_det
        y, _ = flow(z)
        _, y_inverse_log_det = flow.inverse(y)
    prior = Independent(Normal(torch.zeros(P), torch.ones(P)), 1)
    for name, density in (
        ("latent_divergence", log_q - prior.log_prob(z)),
        ("flow_divergence", log_q + y_inverse_log_det - prior.log_prob(y)),
    ):
        ours = torch.stack([term[name] for term in terms])
        error = float(ours.var() / len(ours) + density.var() / len(density)) ** 0.5
        assert float(ours.mean()) == pytest.approx(float(density.mean()), abs=4 * error), name
        assert float(density.mean()) > 0


def test_divergence_of_the_vae_is_that_of_its_gaussian() -> None:
    objective = small_objective(family=Family.VAE).eval()
    made = examples()
    with torch.no_grad():
        mean, log_variance = objective.model.posterior(made.mel)
        posterior = Independent(Normal(mean, (0.5 * log_variance).exp()), 1)
        prior = Independent(Normal(torch.zeros(P), torch.ones(P)), 1)
        found = objective(made, 1.0)["latent_divergence"]
    torch.testing.assert_close(found, kl_divergence(posterior, prior).mean())


def test_preset_density_is_that_of_the_flow() -> None:
    """Against the Jacobian by autograd, in float64; the paper's objective has no such term."""
    objective = small_objective().double()
    regressor = flow_regressor(objective)
    shake(regressor.flow)
    v = torch.rand(6, P, dtype=torch.float64)
    densities = []
    for y in regressor.boundary(v):
        z = regressor.flow.inverse(y[None])[0][0]
        jacobian = torch.autograd.functional.jacobian(lambda x: regressor.flow(x)[0], z)
        densities.append(Normal(0.0, 1.0).log_prob(z).sum() - jacobian.slogdet().logabsdet)
    torch.testing.assert_close(regressor.log_density(v), torch.stack(densities))
    assert "preset_density" not in small_objective()(examples(), 1.0)


def test_divergence_vanishes_where_posterior_and_prior_agree() -> None:
    objective = small_objective().eval()
    latent, flow = flow_latent(objective), flow_regressor(objective).flow
    with torch.no_grad():
        latent.base.weight.zero_()
        for chain in (latent.flow, flow):
            for parameter in chain.parameters():
                parameter.zero_()  # the identity, but for the order of dimensions
        terms = [objective(examples(500), 1.0) for _ in range(40)]
    for name in ("latent_divergence", "flow_divergence"):
        samples = torch.stack([term[name] for term in terms])
        error = float(samples.std()) / len(samples) ** 0.5
        assert float(samples.mean()) == pytest.approx(0, abs=4 * error)


# --- Tags ---


def test_tags_turn_into_densities_by_bayes_rule() -> None:
    """With q(t|x) the true posterior, what unknown tags cost is -log p(z), the mixture's."""
    z = 2 * torch.randn(50, 3)
    low, high = (Normal(mean, TAG_STD).log_prob(z) for mean in (-TAG_MEAN, TAG_MEAN))
    mixture = torch.logaddexp(low, high) - math.log(2)
    unknown = torch.full((50, 3), torch.nan)
    found = tagged_divergence(z, high - low, unknown)
    torch.testing.assert_close(found, -mixture.sum(-1))
    # Any other q(t|x) only costs more: equation 15 is a bound.
    other = tagged_divergence(z, torch.randn(50, 3), unknown)
    assert (other >= found - 1e-5).all()


def test_known_tags_pull_to_their_side_and_teach_the_classifier() -> None:
    z = torch.zeros(2, 3, requires_grad=True)
    logits = torch.zeros(2, 3, requires_grad=True)
    tags = torch.tensor([[1, -1, torch.nan], [-1, 1, torch.nan]])
    tagged_divergence(z, logits, tags).sum().backward()
    assert z.grad is not None
    assert logits.grad is not None
    assert torch.equal(-z.grad.sign(), tags.nan_to_num())
    assert torch.equal(-logits.grad.sign(), tags.nan_to_num())
    expected = -Normal(torch.tensor(TAG_MEAN), TAG_STD).log_prob(torch.tensor(0.0)) + math.log(2)
    one = tagged_divergence(torch.zeros(1, 1), torch.zeros(1, 1), torch.ones(1, 1))
    torch.testing.assert_close(one[0], expected)


def test_tags_are_learnt_all_at_once() -> None:
    """Sounds whose seven tags show in seven bands: after some steps z lies on the tags' sides."""
    objective = small_objective(
        Weights(reconstruction=0.0, regression=0.0, flow_divergence=0.0), Family.FLOW_DIS
    )
    optimiser = torch.optim.Adam(objective.parameters(), 5e-3)
    for _ in range(150):
        made = examples(64)
        mel = made.mel.clone()
        mel[:, :14:2] += 3 * made.tags.nan_to_num()[:, :, None]
        terms = objective(made._replace(heard=mel, mel=mel), 1.0)
        optimiser.zero_grad()
        terms["loss"].backward()
        optimiser.step()
    objective.eval()
    z = objective.model.encode(mel)[:, :7]
    known = ~made.tags.isnan()
    assert (z.sign() == made.tags)[known].float().mean() > 0.85
    latent = objective.model.latent
    assert isinstance(latent, TaggedLatent)
    assert latent.tag_logits is not None
    logits = latent.tag_logits(objective.model.features(mel))
    assert (logits.sign() == made.tags)[known].float().mean() > 0.85


def test_positions_pull_to_where_they_are() -> None:
    positions = torch.tensor([[1.5, -0.5, torch.nan]])
    at = torch.tensor([[1.5, -0.5, 0.0]])
    placed = Normal(0.0, POSITION_STD).log_prob(torch.tensor(0.0))
    free = Normal(0.0, 1.0).log_prob(torch.tensor(0.0))
    torch.testing.assert_close(placed_divergence(at, positions)[0], -2 * placed - free)
    away = at + 0.3 * torch.randn(20, 3)
    assert (placed_divergence(away, positions) > placed_divergence(at, positions)).all()


@pytest.mark.slow
def test_sliders_learn_to_do_what_they_say() -> None:
    """A synth whose axes are its knobs: before, sliders turn anything; afterwards, their own."""
    described = settings(Family.FLOW_DIS, placement=Placement.POSITIONS)
    weights = Weights(reconstruction=0.0, flow_divergence=0.0, coach=1.0, sliders=1.0)
    objective = Objective(described, weights, P, SHAPE)
    optimiser = torch.optim.Adam(objective.parameters(), 3e-3)
    values = torch.rand(256, P)
    flow_regressor(objective).fit(values)
    scores: list[float] = []
    for step in range(400):
        rows = torch.randint(256, (64,))
        heard = sounds(64, SHAPE)
        heard[:, :P] += 8 * values[rows][:, :, None]
        positions = 3 * (2 * values[rows, :7] - 1)
        terms = objective(plain_batch(heard, values[rows], positions), 1.0)
        optimiser.zero_grad()
        terms["loss"].backward()
        optimiser.step()
        if step % 399 == 0:
            scores.append(float(terms["sliders"].detach()))
    assert scores[1] < 0.4 * scores[0]
    with torch.no_grad():
        z = objective.model.encode(heard)
        before = objective.model.decode(z)
        moved = objective.model.decode(z + 0.5 * nn.functional.one_hot(torch.tensor(2), P))
    change = (moved - before).mean(0)
    assert change[2] > 0.04
    others = torch.arange(P) != 2
    assert (moved - before)[:, others][:, :6].abs().mean() < change[2] / 3


@pytest.mark.slow
def test_a_coach_learns_where_the_steps_of_a_knob_begin() -> None:
    """What snaps to a step sounds like it, and a judge is asked about knobs on no step."""
    n_values = torch.tensor([2, *(0 for _ in range(P - 1))])
    coach = SliderCoach(P)
    optimiser = torch.optim.Adam(coach.parameters(), 1e-3)
    for _ in range(150):
        values = torch.rand(128, P)
        values[:, 0] = values[:, 0].round()
        positions = torch.full((128, 7), torch.nan)
        positions[:, 0] = 2 * values[:, 0] - 1
        error = coach.error(unsnap(values, n_values, torch.rand(values.shape)), positions)
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
    asked = torch.rand(200, P)
    asked[:, 0] = torch.tensor([0.1, 0.4, 0.6, 0.9]).repeat(50)
    with torch.no_grad():
        told = coach.network(asked)[:, 0].view(50, 4).mean(0)
    torch.testing.assert_close(told, torch.tensor([-1.0, -1.0, 1.0, 1.0]), rtol=0, atol=0.25)


JUDGES = ("ear", "coach")


def test_judges_learn_from_knobs_on_no_step() -> None:
    described = settings(Family.FLOW_DIS, placement=Placement.POSITIONS)
    weights = Weights(ear=1.0, coach=1.0, sound=1.0)
    objective = Objective(described, weights, P, SHAPE).eval()
    made = placed_examples(8)
    others = torch.rand_like(made.values)
    of_others = made.judged._replace(unsnapped=others)
    judged = [
        {name: objective(batch, 1.0)[name] for name in JUDGES}
        for batch in (made, made._replace(values=others), made._replace(judged=of_others))
    ]
    assert judged[0] == judged[1]
    assert all(judged[0][name] != judged[2][name] for name in JUDGES)


def test_an_ear_that_judges_no_pupil_learns_from_knobs_on_their_steps() -> None:
    """Then it ranks what is played, and a sharp step is easier to learn than where it begins."""
    objective = small_objective(Weights(ear=1.0)).eval()
    made = batch(8, P, SHAPE)
    others = torch.rand_like(made.values)
    ours, same, different = (
        objective(made._replace(judged=made.judged._replace(**change)), 1.0)["ear"]
        for change in ({}, {"unsnapped": others}, {"values": others})
    )
    assert ours == same != different


def test_judges_alone_learn_from_proposals_and_as_much_as_from_the_others() -> None:
    described = settings(Family.FLOW_DIS, placement=Placement.POSITIONS)
    weights = Weights(ear=1.0, coach=1.0, sound=1.0, convergence=1.0)
    objective = Objective(described, weights, P, SHAPE).eval()
    made, proposed = placed_examples(8), placed_examples(8)
    both = made._replace(judged=made.judged.beside(proposed.judged))

    def terms(batch: Batch) -> dict[str, float]:
        torch.manual_seed(0)
        return {name: term.item() for name, term in objective(batch, 1.0).items()}

    ours, theirs, all_of_them = map(terms, (made, proposed, both))
    for name in JUDGES:
        assert all_of_them[name] == pytest.approx((ours[name] + theirs[name]) / 2, rel=1e-5)
    others = set(ours) - {*JUDGES, "loss"}
    assert {"sound", "convergence", "regression"} <= others
    assert {name: all_of_them[name] for name in others} == {name: ours[name] for name in others}


def test_a_wild_model_does_not_slow_its_judges() -> None:
    described = settings(Family.FLOW_DIS, placement=Placement.POSITIONS)
    objective = Objective(described, Weights(ear=1.0, coach=1.0, sliders=1.0), P, SHAPE)
    parts = {"model": objective.model, "ear": objective.ear, "coach": objective.coach}
    norms = {"model": 1e6, "ear": 0.5, "coach": 30.0}
    for name, part in parts.items():
        assert part is not None
        weights = list(part.parameters())
        total = sum(weight.numel() for weight in weights) ** 0.5
        for weight in weights:
            weight.grad = torch.full_like(weight, norms[name] / total)
    objective.clip_gradients(10.0)
    for name, part in parts.items():
        assert part is not None
        gradients = [weight.grad for weight in part.parameters() if weight.grad is not None]
        norm = torch.stack([gradient.norm() for gradient in gradients]).norm()
        assert float(norm) == pytest.approx(min(norms[name], 10.0), rel=1e-3)


def placed_examples(n: int) -> Batch:
    made = examples(n)
    return plain_batch(made.mel, made.values, torch.randn(made.tags.shape))


# --- The whole ---

WEIGHTS = Weights(
    reconstruction=2.0,
    latent_divergence=3.0,
    regression=5.0,
    flow_divergence=7.0,
    preset_density=11.0,
    classes=13.0,
    ear=23.0,
    sound=17.0,
    convergence=31.0,
)
#: With these, moved presets are heard, too.
PLACED = WEIGHTS.model_copy(update={"coach": 29.0, "sliders": 19.0})


def test_the_loss_is_the_weighted_sum_and_beta_warms_up_the_divergences() -> None:
    terms = small_objective(WEIGHTS, Family.FLOW_COND)(examples(), 0.25)
    expected = (
        2 * terms["reconstruction"]
        + 0.25 * 3 * terms["latent_divergence"]
        + 5 * (terms["regression"] + terms["precision_divergence"])
        + 0.25 * 7 * (terms["flow_divergence"] + terms["parameter_divergence"])
        + 11 * terms["preset_density"]
        + 13 * terms["classes"]
        + 23 * terms["ear"]
        + 0.25 * 17 * terms["sound"]
        + 0.25 * 31 * terms["convergence"]
    )
    torch.testing.assert_close(terms["loss"], expected)


@pytest.mark.parametrize(("family", "networks"), KINDS)
def test_every_parameter_is_trained(family: Family, networks: Networks) -> None:
    weights = (
        WEIGHTS if family in FLOWS else Weights(classes=1.0, ear=1.0, sound=1.0, convergence=1.0)
    )
    if family is Family.FLOW_CLASS:
        weights = weights.model_copy(update={"chain": 1.0})
    objective = Objective(settings(family, networks), weights, P, SHAPE)
    terms = objective(batch(32, P, SHAPE), 1.0)
    assert all(torch.isfinite(term) for term in terms.values())
    terms["loss"].backward()
    for name, parameter in objective.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name


def test_every_parameter_is_trained_with_positions() -> None:
    described = settings(Family.FLOW_DIS, placement=Placement.POSITIONS)
    objective = Objective(described, PLACED, P, SHAPE)
    terms = objective(batch(32, P, SHAPE), 1.0)
    expected = objective.total({k: v for k, v in terms.items() if k != "loss"}, 1.0)
    torch.testing.assert_close(terms["loss"], expected)
    terms["loss"].backward()
    for name, parameter in objective.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name


@pytest.mark.parametrize(("family", "networks"), KINDS)
def test_hearing_is_learnt_alone(family: Family, networks: Networks) -> None:
    """Asked for nothing else, a run runs the encoder and the judges and leaves the rest alone."""
    asked = {"classes": 2.0, "ear": 3.0, "coach": 5.0}
    weights = {name: 0.0 for name, _ in Weights()} | asked
    objective = Objective(settings(family, networks), Weights(**weights), P, SHAPE)
    terms = objective(batch(32, P, SHAPE), 1.0)
    expected = torch.stack([weight * terms[name] for name, weight in asked.items()]).sum()
    torch.testing.assert_close(terms["loss"], expected)
    terms["loss"].backward()
    for name, parameter in objective.named_parameters():
        is_heard_with = name.startswith(
            (
                "model.encoder",
                "model.latent.classes",
                "model.ear",
                "classes",
                "ear_beside",
                "coach",
            )
        )
        assert (parameter.grad is not None) == is_heard_with == parameter.requires_grad, name


@pytest.mark.parametrize(
    ("asked", "taught"),
    [
        (
            ("classes", "chain", "ear", "sound", "convergence"),
            ("model.encoder", "model.latent", "model.ear"),
        ),
        (
            ("reconstruction", "preset_density", "coach", "sliders"),
            ("model.regressor", "model.decoder", "coach"),
        ),
        (("chain",), ("model.latent.chain",)),
    ],
)
def test_the_parts_of_flow_class_learn_apart(
    asked: tuple[str, ...], taught: tuple[str, ...]
) -> None:
    """What a sound is taken for, and the space that a flow makes of presets: neither runs both."""
    weights = {name: float(name in asked) for name, _ in Weights()}
    objective = Objective(settings(Family.FLOW_CLASS), Weights(**weights), P, SHAPE)
    run: set[nn.Module] = set()
    for module in objective.modules():
        module.register_forward_hook(lambda module, _inputs, _output: run.add(module))
    terms = objective(batch(32, P, SHAPE), 1.0)
    assert set(asked) <= set(terms)
    terms["loss"].backward()
    for name, parameter in objective.named_parameters():
        is_taught = name.startswith(taught)
        assert (parameter.grad is not None) == is_taught == parameter.requires_grad, name
    assert (objective.model.encoder in run) == ("chain" in asked)
    assert (objective.model.decoder in run) == ("reconstruction" in asked)


def test_a_chain_learns_from_an_encoder_that_stays_as_it_is() -> None:
    weights = {name: float(name == "chain") for name, _ in Weights()}
    objective = Objective(settings(Family.FLOW_CLASS), Weights(**weights), P, SHAPE).train()
    before = copy.deepcopy(objective.model.encoder.state_dict())
    objective(batch(32, P, SHAPE), 1.0)["loss"].backward()
    after = objective.model.encoder.state_dict()
    assert all(torch.equal(after[name], before[name]) for name in before)


def test_flows_compute_in_float32_where_the_networks_do_not() -> None:
    """All flows, forwards and backwards, while the encoder and decoder run in bfloat16."""
    described = settings(Family.FLOW_DIS, placement=Placement.POSITIONS)
    objective = Objective(described, PLACED, P, SHAPE)

    def seen_in(*networks: nn.Module) -> set[torch.dtype]:
        """Gets the types of what their layers will give."""
        seen: set[torch.dtype] = set()
        for network in networks:
            for layer in network.modules():
                if isinstance(layer, nn.Linear | nn.Conv2d):
                    layer.register_forward_hook(lambda _layer, _inputs, y: seen.add(y.dtype))
        return seen

    model = objective.model
    assert model.decoder is not None
    flows = seen_in(model.latent, flow_regressor(objective).flow)
    networks = seen_in(model.encoder, model.decoder)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        objective(examples(), 1.0)
    assert flows == {torch.float32}
    assert networks == {torch.bfloat16}


def test_noise_is_heard_but_not_reconstructed() -> None:
    objective = small_objective().eval()
    model, made = objective.model, examples()
    assert model.decoder is not None
    heard = made.mel + 0.5 * torch.rand_like(made.mel)
    torch.manual_seed(1)
    noisy = objective(made._replace(heard=heard), 1.0)["reconstruction"]
    torch.manual_seed(1)
    z = model.latent.draw(model.features(heard), made.tags).z
    expected = reconstruction_error(model.decoder(z), model.normalisation(made.mel))
    torch.testing.assert_close(noisy, expected)


def test_the_ear_does_not_learn_to_please() -> None:
    """What a model's presets would sound like moves the model, and never the ear."""
    objective = small_objective(Weights(ear=1.0))
    ear = objective.ear
    assert ear is not None
    v = torch.rand(5, P, requires_grad=True)
    ear.distance(v, torch.rand(5, 2), torch.randn(5, *SHAPE)).backward()
    assert v.grad is not None
    assert v.grad.abs().max() > 0
    assert all(parameter.grad is None for parameter in ear.parameters())
