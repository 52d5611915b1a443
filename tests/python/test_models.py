import copy
import io
from itertools import product
from pathlib import Path

import pytest
import torch
from models_for_tests import COMPACT, KINDS, PAPER, Networks, learnt_model, settings, sounds
from torch import Tensor, nn
from torch.nn import functional

from flow_synth.encoder import halvings
from flow_synth.error import InputError
from flow_synth.models import Family, Model, ModelSettings, new_model
from flow_synth.models.ae import ConvolutionalDecoder, TransposedConvolution
from flow_synth.models.cnn import Convolution, ConvolutionalEncoder
from flow_synth.models.flow_class import ClassModel
from flow_synth.models.flow_dis import POSITION_STD
from flow_synth.models.mlp import FlatEncoder
from flow_synth.models.model import Target
from flow_synth.models.res_cnn import ResidualConvolution
from flow_synth.models.settings import PaperNetworks
from flow_synth.models.vae_flow import FlowLatent
from flow_synth.models.wae import maximum_mean_discrepancy

SHAPE = (128, 87)
N_PARAMETERS = 8

every_kind = pytest.mark.parametrize(
    ("family", "networks"),
    KINDS,
    ids=[f"{family}-{type(networks).__name__}" for family, networks in KINDS],
)
OF_THE_PAPER = tuple(family for family in Family if family is not Family.FLOW_CLASS)
REGRESSION_FLOWS = (Family.FLOW_POST, Family.FLOW_COND, Family.FLOW_DIS)
INVERTIBLE = (*REGRESSION_FLOWS, Family.FLOW_CLASS)


def small_model(family: Family = Family.FLOW_POST, networks: Networks = COMPACT) -> Model:
    return learnt_model(settings(family, networks), N_PARAMETERS)


def outputs(model: nn.Module, mel: Tensor, methods: tuple[str, ...]) -> dict[str, Tensor]:
    with torch.no_grad():
        mean, log_variance = model.posterior(mel)  # type: ignore[operator]
        found = {"mean": mean, "log_variance": log_variance}
        v = model.decode(mean)  # type: ignore[operator]
        arguments = {"encode": mel, "decode": mean, "invert": v, "reconstruct": mean}
        return found | {name: getattr(model, name)(arguments[name]) for name in methods}


def methods(model: Model) -> tuple[str, ...]:
    """Those that a model has."""
    invert = ("invert",) if model.is_invertible else ()
    return "encode", "decode", *invert, *(("reconstruct",) if model.decoder is not None else ())


@every_kind
@pytest.mark.parametrize("n", [1, 5])
def test_shapes(family: Family, networks: Networks, n: int) -> None:
    model = small_model(family, networks)
    out = outputs(model, sounds(n), methods(model))
    assert out.pop("reconstruct", torch.empty(n, *SHAPE)).shape == (n, *SHAPE)
    assert out["decode"].min() >= 0
    assert out["decode"].max() <= 1
    assert {tuple(tensor.shape) for tensor in out.values()} == {(n, N_PARAMETERS)}
    assert all(torch.isfinite(tensor).all() for tensor in out.values())
    assert model.is_invertible == (family in INVERTIBLE)
    assert (model.decoder is None) == family.is_direct


@every_kind
def test_encoding_is_deterministic_and_the_posterior_mean(
    family: Family, networks: Networks
) -> None:
    """The authors' code drew a new z for the same sound at every call."""
    model, mel = small_model(family, networks), sounds(3)
    first = model.encode(mel)
    torch.randn(100)
    assert torch.equal(model.encode(mel), first)
    assert torch.equal(model.posterior(mel)[0], first)


# Float32 sums of another order, and of another batch's kernels.
@every_kind
def test_one_sound_does_not_change_with_its_batch(family: Family, networks: Networks) -> None:
    model, mel = small_model(family, networks), sounds(4)
    v = model.decode(model.encode(mel))
    torch.testing.assert_close(v[2:3], model.decode(model.encode(mel[2:3])), rtol=1e-4, atol=1e-5)


def test_a_level_is_heard_only_by_who_shall_hear_it() -> None:
    mel = sounds(3)
    deaf = small_model()
    # Shifting float32 log-mels loses their last bits; convolutions and a flow pass that on.
    torch.testing.assert_close(deaf.encode(mel + 2.0), deaf.encode(mel), rtol=1e-4, atol=1e-4)
    hearing = learnt_model(settings().model_copy(update={"hears_level": True}), N_PARAMETERS)
    assert (hearing.encode(mel + 2.0) - hearing.encode(mel)).abs().max() > 1e-2


def test_direct_families_have_the_papers_networks_only() -> None:
    with pytest.raises(ValueError, match=r"family 'cnn' has the paper's networks only"):
        ModelSettings(family=Family.CNN)


def test_semantic_axes_need_as_many_knobs() -> None:
    with pytest.raises(InputError, match="7 semantic axes a dimension, but the synth has 6 knobs"):
        new_model(6, settings(Family.FLOW_DIS))


# --- Sizes ---


def n_weights(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def paper_settings(family: Family) -> ModelSettings:
    """As the paper's experiments have them."""
    from flow_synth.experiment import Experiment

    folder = Path(__file__).parents[2] / "python" / "experiments" / "paper"
    return Experiment.read(folder / f"{family}.toml").model


@pytest.mark.parametrize("n_parameters", [16, 32])
def test_auto_encoders_are_as_large_as_the_convolutional_baseline(n_parameters: int) -> None:
    """Section 4.2: half the parameters in the encoder and half in the decoder."""
    sizes = {f: n_weights(new_model(n_parameters, paper_settings(f))) for f in OF_THE_PAPER}
    baseline = sizes[Family.CNN]
    for family in OF_THE_PAPER:
        if not family.is_direct:
            assert 0.9 <= sizes[family] / baseline <= 1.1, f"{family}: {sizes}"


@pytest.mark.parametrize("family", OF_THE_PAPER)
def test_the_page_tells_the_sizes(family: Family) -> None:
    page = Path(__file__).parents[2] / "docs" / "models.md"
    (row,) = (
        line for line in page.read_text("utf-8").splitlines() if line.startswith(f"| `{family}`")
    )
    few, many = (n_weights(new_model(n, paper_settings(family))) for n in (16, 32))
    ratio = many / n_weights(new_model(32, paper_settings(Family.CNN)))
    assert row.endswith(f"| {few:,} | {many:,} | {ratio:.2f} |")


def test_the_baselines_are_of_the_papers_sizes() -> None:
    mlp = new_model(32, paper_settings(Family.MLP))
    linear = [m for m in mlp.modules() if isinstance(m, nn.Linear)]
    assert [m.out_features for m in linear] == [2048, 2048, 2048, 2048, 32]
    assert len([m for m in mlp.modules() if isinstance(m, nn.Dropout)]) == 4
    assert {m.p for m in mlp.modules() if isinstance(m, nn.Dropout)} == {0.3}
    for family in (Family.CNN, Family.RES_CNN):
        model = new_model(32, paper_settings(family))
        found = [m for m in model.modules() if isinstance(m, nn.Conv2d) and m.kernel_size[0] == 7]
        assert [m.out_channels for m in found] == [128] * 5
        linear = [m for m in model.modules() if isinstance(m, nn.Linear)]
        assert [m.out_features for m in linear] == [2048, 2048, 32]
    for family in (Family.VAE_FLOW, Family.FLOW_POST):
        latent = new_model(32, paper_settings(family)).latent
        assert isinstance(latent, FlowLatent)
        assert len(latent.flow.layers) == 16


@pytest.mark.parametrize("level", range(5))
def test_dilated_convolutions_are_those_of_the_paper(level: int) -> None:
    """Stride 2 and dilation 2^l, both ways, though they are computed at half the size."""
    dilation = 2**level
    x = torch.randn(2, 3, 22, 11, dtype=torch.float64)
    halving = Convolution(3, 4, level).double()
    kernel = halving.get_parameter("1.weight")
    expected = functional.conv2d(x, kernel, None, 2, 3 * dilation, dilation)
    torch.testing.assert_close(halving[1](halving[0](x)), expected)
    doubling = TransposedConvolution(3, 4, level, (44, 21)).double()
    weight, bias = doubling.convolution.weight, doubling.convolution.bias
    wide = functional.conv_transpose2d(x, weight, bias, 2, 3 * dilation, 1, 1, dilation)
    expected = doubling.after[1:](wide)[:, :, :, :21]
    torch.testing.assert_close(doubling(x), expected)


def test_a_scale_is_of_channels_and_units_alike() -> None:
    networks = PaperNetworks(channels=88, n_units=1408, scale=0.25)
    described = settings(Family.VAE, networks)
    assert described.n_features == 352
    model = new_model(N_PARAMETERS, described)
    assert {m.out_channels for m in model.encoder.modules() if isinstance(m, nn.Conv2d)} == {22}
    assert {m.out_features for m in model.encoder.modules() if isinstance(m, nn.Linear)} == {352}


def test_a_sound_lies_where_the_preset_of_its_medians_lies() -> None:
    model = small_model(Family.FLOW_CLASS)
    assert isinstance(model, ClassModel)
    mel = sounds(5)
    with torch.no_grad():
        logits = model.latent.classes(model.features(mel))
        z, log_variance = model.posterior(mel)
        v = model.decode(z)
        assert torch.equal(model.encode(mel), z)
        for row, knob in product(range(5), range(N_PARAMETERS)):
            below = logits[row, knob].softmax(-1).cumsum(-1)
            middle = model.latent.classes.centres[knob][below >= 0.5][0]
            assert float(v[row, knob]) == pytest.approx(float(middle), abs=1e-5)
        one = torch.stack([model.posterior(row[None])[1][0] for row in mel])
        torch.testing.assert_close(one, log_variance, rtol=1e-3, atol=1e-3)


def test_presets_learn_their_density_and_place() -> None:
    """By the change of variables; positions that are known shift and narrow the prior."""
    model = small_model(Family.FLOW_CLASS)
    assert isinstance(model, ClassModel)
    features, v = torch.randn(4, 12), torch.rand(4, N_PARAMETERS)
    tags = torch.full((4, 7), torch.nan)
    tags[:, 2] = 0.7
    draw, terms = model.learn(features, Target(v, v), tags)
    torch.testing.assert_close(draw.z, model.invert(v))
    prior = torch.distributions.Normal(torch.zeros(N_PARAMETERS), torch.ones(N_PARAMETERS))
    prior.loc[2], prior.scale[2] = 0.7, POSITION_STD
    y = model.regressor.boundary(v).double()
    flow = copy.deepcopy(model.regressor.flow).double()

    def inverse(row: Tensor) -> Tensor:
        z: Tensor = flow.inverse(row[None])[0][0]
        return z

    jacobian = torch.stack([torch.autograd.functional.jacobian(inverse, row) for row in y])
    expected = prior.log_prob(draw.z).sum(-1) + torch.linalg.slogdet(jacobian).logabsdet
    torch.testing.assert_close(
        terms["preset_density"].double(), -expected.mean(), rtol=1e-4, atol=1e-4
    )


# --- What the only other implementation got wrong ---


def is_affine(network: nn.Module, x: Tensor) -> bool:
    """Whether f(a) + f(b) - f(0) = f(a + b) in evaluation mode, as for a network of no bends."""
    network = network.double().eval()
    with torch.no_grad():
        a, b = x.double().chunk(2)
        bend = network(a) + network(b) - network(torch.zeros_like(a)) - network(a + b)
        scale = network(a).std()
    return bool(bend.abs().max() < 1e-6 * scale)


@pytest.mark.parametrize("convolution", [Convolution, ResidualConvolution])
def test_convolutional_networks_bend_in_every_layer(convolution: type[nn.Module]) -> None:
    """In the authors' code a name was bound twice, and their networks lost every activation."""
    encoder = ConvolutionalEncoder(SHAPE, PAPER, convolution)
    assert not is_affine(encoder, torch.randn(4, *SHAPE))
    for part in (*encoder.convolutions.children(), encoder.layers):
        n_in = next(p.shape[1] for p in part.parameters() if p.ndim > 1)
        x = torch.randn(4, n_in, 16, 11) if part is not encoder.layers else torch.randn(4, n_in)
        assert not is_affine(part, x)


def test_perceptrons_and_decoders_bend_in_every_layer() -> None:
    encoder = FlatEncoder(SHAPE, 12)
    assert not is_affine(encoder, torch.randn(4, *SHAPE))
    assert sum(isinstance(m, nn.ELU) for m in encoder.modules()) == 4
    decoder = ConvolutionalDecoder(N_PARAMETERS, SHAPE, PAPER)
    assert not is_affine(decoder, torch.randn(4, N_PARAMETERS))
    hidden = list(decoder.convolutions.children())[:-1]
    for index, part in enumerate(hidden):
        assert not is_affine(part, torch.randn(4, PAPER.channels, *halvings(*SHAPE, 5)[5 - index]))


@pytest.mark.parametrize("family", [Family.VAE_FLOW, *REGRESSION_FLOWS])
def test_the_posterior_flow_is_conditional_and_trained(family: Family) -> None:
    """In the authors' code the flow's parameters were overwritten and it got no gradient."""
    model = small_model(family)
    latent = model.latent
    assert isinstance(latent, FlowLatent)
    z0, features = torch.zeros(2, N_PARAMETERS), torch.randn(2, 12)
    z, log_det = latent.bend(z0, features)
    assert (z[0] - z[1]).abs().max() > 1e-3
    drawn = latent.draw(features, torch.zeros(2, 7))
    (drawn.z.square().sum() + drawn.divergence + log_det.sum()).backward()
    for name, parameter in latent.named_parameters():
        if "tag_logits" not in name:
            assert parameter.grad is not None, name
            assert parameter.grad.abs().max() > 0, name


@every_kind
def test_saved_weights_hold_everything_that_matters(family: Family, networks: Networks) -> None:
    """The authors' checkpoints lacked masks, orders of dimensions and batch statistics."""
    model, mel = small_model(family, networks), sounds(3)
    file = io.BytesIO()
    torch.save(model.state_dict(), file)
    file.seek(0)
    other = new_model(N_PARAMETERS, settings(family, networks))
    for buffer in other.buffers():
        buffer.zero_()
    other.load_state_dict(torch.load(file, weights_only=True))
    restored = outputs(other.eval(), mel, methods(model))
    for name, tensor in outputs(model, mel, methods(model)).items():
        assert torch.equal(restored[name], tensor), name


@pytest.mark.parametrize("family", INVERTIBLE)
def test_invert_undoes_decode(family: Family) -> None:
    """The authors' inverses erred by millions."""
    model = small_model(family)
    v = torch.rand(20, N_PARAMETERS) * 0.96 + 0.02
    with torch.no_grad():
        torch.testing.assert_close(model.decode(model.invert(v)), v, rtol=0, atol=2e-5)
        z = model.invert(v)
        torch.testing.assert_close(model.invert(model.decode(z)), z, rtol=0, atol=2e-4)


@pytest.mark.parametrize("family", INVERTIBLE)
def test_knobs_at_their_ends_are_invertible(family: Family) -> None:
    model = small_model(family)
    v = torch.tensor([[0.0, 1.0] * (N_PARAMETERS // 2)])
    with torch.no_grad():
        z = model.invert(v)
        assert torch.isfinite(z).all()
        torch.testing.assert_close(model.decode(z), v, rtol=0, atol=2e-5)


# --- Moments ---


def test_posterior_moments_approach_those_of_many_samples() -> None:
    """The fixed draws against 40,000 fresh ones through the same flow."""
    torch.manual_seed(0)
    model = new_model(N_PARAMETERS, settings().model_copy(update={"n_draws": 512})).eval()
    latent = model.latent
    assert isinstance(latent, FlowLatent)
    mel = sounds(2)
    with torch.no_grad():
        mean, log_variance = model.posterior(mel)
        features = model.features(mel)
        base_mean, base_log_variance = latent.base_moments(features)
        noise = torch.randn(40000, 2, N_PARAMETERS)
        z, _ = latent.bend(base_mean + (0.5 * base_log_variance).exp() * noise, features)
    deviation = z.std(0)
    # Antithetic draws find the mean of a nearly linear flow at once; 5 standard errors of 512
    # plain draws bound it generously, and so does 5 sqrt(2/512) for the log-variance.
    assert ((mean - z.mean(0)).abs() / deviation).max() < 5 / 512**0.5
    assert (log_variance - 2 * deviation.log()).abs().max() < 5 * (2 / 512) ** 0.5


def test_mean_discrepancy_is_unbiased_and_sees_another_distribution() -> None:
    torch.manual_seed(0)
    same = torch.stack([maximum_mean_discrepancy(*torch.randn(2, 20, 4)) for _ in range(400)])
    assert abs(float(same.mean())) < 4 * float(same.std()) / 20
    x, prior = torch.randn(2, 200, 4)
    noise = float(same.std())
    for other in (x + 1, 2 * x, 0.3 * x):
        assert float(maximum_mean_discrepancy(other, prior)) > 5 * noise / 10


def test_mean_discrepancy_is_that_of_its_definition() -> None:
    """Pair by pair, in plain Python."""
    torch.manual_seed(0)
    x, y = torch.randn(2, 5, 3, dtype=torch.float64)

    def kernel(a: Tensor, b: Tensor) -> float:
        distance = float((a - b).square().sum())
        return sum(
            2 * 3 * scale / (2 * 3 * scale + distance)
            for scale in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
        )

    pairs = [(i, j) for i in range(5) for j in range(5)]
    inside = sum(kernel(x[i], x[j]) + kernel(y[i], y[j]) for i, j in pairs if i != j) / 20
    across = sum(kernel(x[i], y[j]) for i, j in pairs) / 25
    assert float(maximum_mean_discrepancy(x, y)) == pytest.approx(inside - 2 * across)


# --- TorchScript ---


class Exported(nn.Module):
    """The methods of the model file that every model has."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    @torch.jit.export
    def posterior(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = self.model.posterior(mel)
        return mean, log_variance

    @torch.jit.export
    def encode(self, mel: Tensor) -> Tensor:
        return self.model.encode(mel)

    @torch.jit.export
    def decode(self, z: Tensor) -> Tensor:
        return self.model.decode(z)


class ExportedFlow(Exported):
    """Those that the flow models have."""

    @torch.jit.export
    def invert(self, v: Tensor) -> Tensor:
        return self.model.invert(v)

    @torch.jit.export
    def reconstruct(self, z: Tensor) -> Tensor:
        return self.model.reconstruct(z)


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
@every_kind
def test_scripted_equals_eager(family: Family, networks: Networks) -> None:
    model, mel = small_model(family, networks), sounds(5)
    names = methods(model) if model.is_invertible else ("encode", "decode")
    kind = ExportedFlow if model.is_invertible else Exported
    scripted = torch.jit.script(kind(model))
    eager = outputs(model, mel, names)
    for _ in range(3):  # the profiling executor rewrites the graph after its first calls
        for name, tensor in outputs(scripted, mel, names).items():
            torch.testing.assert_close(tensor, eager[name], rtol=1e-5, atol=1e-5, msg=name)
