import io

import pytest
import torch
from torch import Tensor, nn

from flow_synth.models import RegressionFlow, Sizes

SHAPE = (128, 87)
N_PARAMETERS = 6
SMALL = Sizes(
    encoder_channels=(4, 4, 8),
    decoder_channels=(8, 4, 4),
    n_features=12,
    n_layers=3,
    n_hidden=16,
    n_draws=8,
)


def small_model() -> RegressionFlow:
    """A small model whose weights and statistics are those of no fresh one."""
    torch.manual_seed(0)
    model = RegressionFlow(N_PARAMETERS, SMALL)
    model.vae.normalisation.fit(-5.0, 2.0)
    model.boundary.fit(torch.rand(100, N_PARAMETERS) * 0.7)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
        model.train()
        for _ in range(3):  # batch statistics
            model.reconstruct(model.encode(sounds(8)))
    return model.eval()


def sounds(n: int) -> Tensor:
    return torch.randn(n, *SHAPE) * 2 - 6


def outputs(model: nn.Module, mel: Tensor) -> dict[str, Tensor]:
    with torch.no_grad():
        mean, log_variance = model.posterior(mel)  # type: ignore[operator]
        v = model.decode(mean)  # type: ignore[operator]
        return {
            "encode": model.encode(mel),  # type: ignore[operator]
            "mean": mean,
            "log_variance": log_variance,
            "decode": v,
            "invert": model.invert(v),  # type: ignore[operator]
            "reconstruct": model.reconstruct(mean),  # type: ignore[operator]
        }


@pytest.mark.parametrize("n", [1, 5])
def test_shapes(n: int) -> None:
    out = outputs(small_model(), sounds(n))
    assert out["reconstruct"].shape == (n, *SHAPE)
    assert out["decode"].min() >= 0
    assert out["decode"].max() <= 1
    del out["reconstruct"]
    assert {tuple(tensor.shape) for tensor in out.values()} == {(n, N_PARAMETERS)}


def test_encoding_is_deterministic_and_the_posterior_mean() -> None:
    model, mel = small_model(), sounds(3)
    first = model.encode(mel)
    torch.randn(100)
    assert torch.equal(model.encode(mel), first)
    assert torch.equal(model.posterior(mel)[0], first)


# Shifting float32 log-mels loses their last bits; three convolutions and a flow pass that on.
def test_encoding_ignores_gain() -> None:
    model, mel = small_model(), sounds(3)
    torch.testing.assert_close(model.encode(mel + 2.0), model.encode(mel), rtol=1e-4, atol=1e-4)


def test_posterior_moments_approach_those_of_many_samples() -> None:
    """The fixed draws against 40,000 fresh ones through the same flow."""
    torch.manual_seed(0)
    model = RegressionFlow(N_PARAMETERS, SMALL.model_copy(update={"n_draws": 512})).eval()
    mel = sounds(2)
    with torch.no_grad():
        mean, log_variance = model.posterior(mel)
        features = model.vae.encoder(model.vae.normalisation(mel))
        base_mean, base_log_variance = model.vae.base_moments(features)
        noise = torch.randn(40000, 2, N_PARAMETERS)
        z, _ = model.vae.flow(base_mean + (0.5 * base_log_variance).exp() * noise, features)
    deviation = z.std(0)
    # Antithetic draws find the mean of a nearly linear flow at once; 5 standard errors of 512
    # plain draws bound it generously, and so does 5 sqrt(2/512) for the log-variance.
    assert ((mean - z.mean(0)).abs() / deviation).max() < 5 / 512**0.5
    assert (log_variance - 2 * deviation.log()).abs().max() < 5 * (2 / 512) ** 0.5


def test_posterior_flow_is_conditional_and_trained() -> None:
    model = small_model()
    z0 = torch.zeros(2, N_PARAMETERS)
    features = torch.randn(2, 12)
    z, log_det = model.vae.flow(z0, features)
    assert (z[0] - z[1]).abs().max() > 1e-3
    (z.sum() + log_det.sum()).backward()
    for name, parameter in model.vae.flow.named_parameters():
        assert parameter.grad is not None, name
        if "context" in name:
            assert parameter.grad.abs().max() > 0, name


def test_invert_undoes_decode() -> None:
    model = small_model()
    v = torch.rand(20, N_PARAMETERS) * 0.96 + 0.02
    with torch.no_grad():
        torch.testing.assert_close(model.decode(model.invert(v)), v, rtol=0, atol=2e-5)
        z = model.invert(v)
        torch.testing.assert_close(model.invert(model.decode(z)), z, rtol=0, atol=2e-4)


def test_knobs_at_their_ends_are_invertible() -> None:
    model = small_model()
    v = torch.tensor([[0.0, 1.0, 0.0, 1.0, 0.0, 1.0]])
    with torch.no_grad():
        z = model.invert(v)
        assert torch.isfinite(z).all()
        torch.testing.assert_close(model.decode(z), v, rtol=0, atol=2e-5)


def test_saved_weights_hold_everything_that_matters() -> None:
    model, mel = small_model(), sounds(3)
    file = io.BytesIO()
    torch.save(model.state_dict(), file)
    file.seek(0)
    other = RegressionFlow(N_PARAMETERS, SMALL)
    other.load_state_dict(torch.load(file, weights_only=True))
    restored = outputs(other.eval(), mel)
    for name, tensor in outputs(model, mel).items():
        assert torch.equal(restored[name], tensor), name


class Exported(nn.Module):
    """The methods of the model file."""

    def __init__(self, model: RegressionFlow) -> None:
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

    @torch.jit.export
    def invert(self, v: Tensor) -> Tensor:
        return self.model.invert(v)

    @torch.jit.export
    def reconstruct(self, z: Tensor) -> Tensor:
        return self.model.reconstruct(z)


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
@pytest.mark.parametrize("n", [1, 7])
def test_scripted_equals_eager(n: int) -> None:
    model, mel = small_model(), sounds(n)
    scripted = torch.jit.script(Exported(model))
    eager = outputs(model, mel)
    for _ in range(3):  # the profiling executor rewrites the graph after its first calls
        for name, tensor in outputs(scripted, mel).items():
            torch.testing.assert_close(tensor, eager[name], rtol=1e-5, atol=1e-5, msg=name)
