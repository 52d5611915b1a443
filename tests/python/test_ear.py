import pytest
import torch

from flow_synth.ear import Ear, unit_notes
from flow_synth.metric import spectral_convergence


def told(ear: Ear, mel: torch.Tensor) -> torch.Tensor:
    """What the network of an ear would have to say of log-mels like those that it was fit to."""
    strengths = ear.bands.T @ (mel - ear.mean) @ ear.frames
    return (strengths / ear.std.where(ear.std > 0, 1.0)).flatten(1)


def test_an_ear_can_tell_any_sound_of_which_it_has_all_patterns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A distance is then the mean difference of log-mels, but for what is below the floor."""
    torch.manual_seed(0)
    mel = 0.5 * torch.randn(40, 16, 9) + torch.linspace(-1, 1, 16)[:, None]
    ear = Ear(4, (16, 9), 256)
    ear.fit(mel)
    others = mel.roll(1, 0)
    monkeypatch.setattr(ear.network, "as_it_is", lambda _: told(ear, others))
    v, notes = torch.rand(40, 4), torch.rand(40, 2)
    expected = (mel - others).abs().mean()
    torch.testing.assert_close(ear.distance(v, notes, mel), expected, rtol=1e-4, atol=0)
    buried = mel.clone()
    buried[:, 0] = mel.amax((1, 2))[:, None] - 20
    silent = buried.clone()
    silent[:, 0] -= 100
    assert ear.distance(v, notes, buried) == ear.distance(v, notes, silent)


def test_patterns_in_which_no_training_sound_varies_stay_silent() -> None:
    """They would point wherever rounding lets them."""
    torch.manual_seed(0)
    bands, frames = torch.randn(16, 3), torch.randn(9, 2)
    mel = bands @ torch.randn(40, 3, 2) @ frames.T
    ear = Ear(4, (16, 9), 256)
    ear.fit(mel)
    assert (ear.std > 0).sum() == 6
    heard = ear(torch.rand(5, 4), torch.rand(5, 2)) - ear.mean
    pairs = torch.einsum("ip,jq->pqij", bands, frames).flatten(0, 1).flatten(1)
    within = heard.flatten(1) @ torch.linalg.pinv(pairs) @ pairs
    torch.testing.assert_close(within, heard.flatten(1), rtol=0, atol=1e-4)


def test_convergence_is_that_of_the_sounds_that_an_ear_tells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    torch.manual_seed(0)
    mel = 2 * torch.randn(20, 16, 9) - 3
    others = mel.roll(1, 0)
    ear = Ear(4, (16, 9), 256)
    ear.fit(mel)
    monkeypatch.setattr(ear.network, "as_it_is", lambda _: told(ear, others))
    expected = torch.log1p(spectral_convergence(mel, others)).mean()
    v, notes = torch.rand(20, 4), torch.rand(20, 2)
    torch.testing.assert_close(ear.convergence(v, notes, mel), expected, rtol=2e-3, atol=0)
    assert ear.convergence(v, notes, others) < 0.01


def test_an_ear_learns_what_presets_sound_like_at_every_note() -> None:
    """A knob tunes, the pitch transposes, another knob damps, and velocity is level."""
    torch.manual_seed(0)
    v = torch.rand(400, 4)
    notes = unit_notes(torch.randint(30, 90, (400,)), torch.randint(1, 128, (400,)))
    bins = torch.arange(16)[:, None]
    centre = 4 + 3 * v[:, 0, None, None] + 8 * notes[:, 0, None, None]
    mel = -((bins - centre) ** 2) / 8 - v[:, 1, None, None] * torch.arange(9)
    mel = mel + 3 * notes[:, 1, None, None]
    ear = Ear(4, (16, 9), 256)
    ear.fit(mel)
    optimiser = torch.optim.Adam(ear.parameters(), 1e-3)
    errors = []
    for _ in range(120):
        rows = torch.randint(300, (64,))
        error = ear.error(v[rows], notes[rows], mel[rows])
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
        errors.append(float(error.detach()))
    assert errors[-1] < errors[0] / 5
    held_out = mel[300:]
    theirs, played = v[300:], notes[300:]
    nearer = ear.distance(theirs, played, held_out)
    assert nearer < ear.distance(theirs.roll(1, 0), played, held_out) / 3
    assert nearer < ear.distance(theirs, played.roll(1, 0), held_out) / 3
