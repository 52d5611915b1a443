import pytest
import torch

from flow_synth.ear import Ear, unit_notes
from flow_synth.metric import spectral_convergence


def test_distances_of_components_are_those_of_the_log_mels() -> None:
    """With as many components as sounds, nothing is left out."""
    torch.manual_seed(0)
    mel = torch.randn(40, 16, 9) + torch.linspace(-3, 3, 16)[:, None]
    ear = Ear(4, (16, 9), 256)
    ear.fit(mel)
    components = ear.analyse(mel)
    found = torch.cdist(components, components)
    expected = torch.cdist(mel.flatten(1), mel.flatten(1)) / (16 * 9) ** 0.5
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=2e-3)


def test_directions_in_which_no_training_sound_varies_are_left_out() -> None:
    """They would point wherever rounding lets them, and say what they like of other sounds."""
    torch.manual_seed(0)
    directions = torch.randn(3, 16 * 9)
    mel = (torch.randn(40, 3) @ directions).view(40, 16, 9)
    ear = Ear(4, (16, 9), 256)
    ear.fit(mel)
    assert (ear.basis.norm(dim=0) > 0).sum() == 3
    across = torch.randn(5, 16 * 9)
    across -= across @ torch.linalg.pinv(directions) @ directions
    components = ear.analyse(mel[:5] + across.view(5, 16, 9))
    torch.testing.assert_close(components, ear.analyse(mel[:5]), rtol=0, atol=1e-4)


def test_convergence_is_that_of_the_sounds_that_an_ear_tells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    torch.manual_seed(0)
    mel = 2 * torch.randn(20, 16, 9) - 3
    others = mel.roll(1, 0)
    ear = Ear(4, (16, 9), 256)
    ear.fit(mel)
    monkeypatch.setattr(ear.network, "as_it_is", lambda _: ear.analyse(others) / ear.std)
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
        error = ear.error(v[rows], notes[rows], ear.analyse(mel[rows]))
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
        errors.append(float(error.detach()))
    assert errors[-1] < errors[0] / 10
    held_out = ear.analyse(mel[300:])
    theirs, played = v[300:], notes[300:]
    nearer = ear.distance(theirs, played, held_out)
    assert nearer < ear.distance(theirs.roll(1, 0), played, held_out) / 3
    assert nearer < ear.distance(theirs, played.roll(1, 0), held_out) / 3
