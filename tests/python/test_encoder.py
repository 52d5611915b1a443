import pytest
import torch

from flow_synth.encoder import RANGE_NATS, Decoder, Encoder, Normalisation, halvings

SHAPE = (128, 87)


def test_halvings_are_those_of_strided_convolutions() -> None:
    assert halvings(*SHAPE, 5) == [(128, 87), (64, 44), (32, 22), (16, 11), (8, 6), (4, 3)]


@pytest.mark.parametrize("channels", [(4,), (3, 5), (4, 4, 8, 8, 8)])
@pytest.mark.parametrize("shape", [SHAPE, (32, 21)])
def test_shapes(channels: tuple[int, ...], shape: tuple[int, int]) -> None:
    features = Encoder(shape, channels, 7)(torch.randn(2, *shape))
    assert features.shape == (2, 7)
    image = Decoder(7, shape, channels[::-1])(features)
    assert image.shape == (2, *shape)


def test_every_parameter_gets_a_gradient() -> None:
    encoder, decoder = Encoder(SHAPE, (4, 4, 8), 6), Decoder(6, SHAPE, (8, 4, 4))
    decoder(encoder(torch.randn(4, *SHAPE))).square().sum().backward()
    for name, parameter in (*encoder.named_parameters(), *decoder.named_parameters()):
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name


def test_one_sound_does_not_change_with_its_batch() -> None:
    encoder = Encoder(SHAPE, (4, 4), 6).eval()
    x = torch.randn(5, *SHAPE)
    torch.testing.assert_close(encoder(x)[2:3], encoder(x[2:3]))


def test_normalisation_ignores_gain_and_what_lies_80_db_below_the_peak() -> None:
    normalisation = Normalisation()
    mel = -8 * torch.rand(3, *SHAPE)
    torch.testing.assert_close(normalisation(mel + 2.5), normalisation(mel), rtol=0, atol=1e-5)
    mel[:, 5, 5] = 0.0
    mel[:, 6, 6] = -20 * torch.log(torch.tensor(10.0)) / 4  # 100 dB below
    lower = mel.clone()
    lower[:, 6, 6] -= 3
    assert torch.equal(normalisation(lower), normalisation(mel))


def test_normalisation_standardises_and_is_undone() -> None:
    normalisation = Normalisation()
    mel = -12 * torch.rand(3, *SHAPE)
    relative = normalisation.clipped(mel)
    assert float(relative.max()) == 0
    assert float(relative.min()) == pytest.approx(-RANGE_NATS)
    normalisation.fit(float(relative.mean()), float(relative.std(correction=0)))
    x = normalisation(mel)
    assert float(x.mean()) == pytest.approx(0, abs=1e-4)
    assert float(x.std()) == pytest.approx(1, abs=1e-4)
    torch.testing.assert_close(normalisation.inverse(x), relative, rtol=0, atol=1e-5)


def test_a_normalisation_that_hears_the_level_keeps_it() -> None:
    normalisation = Normalisation(hears_level=True)
    mel = -12 * torch.rand(3, *SHAPE)
    clipped = normalisation.clipped(mel)
    assert torch.equal(clipped.amax((1, 2)), mel.amax((1, 2)))
    torch.testing.assert_close(clipped.amin((1, 2)), mel.amax((1, 2)) - RANGE_NATS)
    normalisation.fit(-3.0, 2.0)
    x = normalisation(mel)
    torch.testing.assert_close(normalisation(mel + 1), x + 0.5, rtol=0, atol=1e-5)
    torch.testing.assert_close(normalisation.inverse(x), clipped, rtol=0, atol=1e-5)


def test_silence_is_finite() -> None:
    assert torch.isfinite(Normalisation()(torch.full((1, *SHAPE), -11.5))).all()
