import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from flow_synth.knob_chain import KnobChain

F, P, K = 6, 5, 12


@pytest.fixture
def chain() -> KnobChain:
    """One that every input moves."""
    torch.manual_seed(0)
    made = KnobChain(F, P, K, 40)
    for parameter in made.parameters():
        nn.init.normal_(parameter, std=0.3)
    return made.eval()


def sound(n: int) -> tuple[Tensor, Tensor]:
    """Features, and logits of classes."""
    return torch.randn(n, F), torch.randn(n, P, K)


def test_a_knob_knows_the_sound_and_those_before_it_alone(chain: KnobChain) -> None:
    (features, logits), classes = sound(3), torch.randint(K, (3, P))
    with torch.no_grad():
        before = chain(features, logits, classes)
        for knob in range(P):
            moved = classes.clone()
            moved[:, knob] = (moved[:, knob] + 7) % K
            change = (chain(features, logits, moved) - before).abs().amax((0, 2))
            assert (change[: knob + 1] == 0).all()
            assert (change[knob + 1 :] > 1e-3).all()
        change = (chain(features + 1, logits, classes) - before).abs().amax((0, 2))
    assert (change > 1e-3).all()


def test_a_chain_begins_with_what_the_classes_say() -> None:
    chain = KnobChain(F, P, K, 40).eval()
    features, logits = sound(4)
    begun = chain(features, logits, torch.randint(K, (4, P)))
    torch.testing.assert_close(begun, logits, rtol=0, atol=0.05)


def test_the_error_is_the_likelihood_of_the_whole_preset(chain: KnobChain) -> None:
    (features, logits), classes = sound(4), torch.randint(K, (4, P))
    log_p = functional.log_softmax(chain(features, logits, classes), -1)
    expected = -log_p.gather(2, classes[..., None]).sum((1, 2)).mean()
    torch.testing.assert_close(chain.error(features, logits, classes), expected)


@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_draws_are_the_quantiles_of_the_conditionals_that_training_sees(
    chain: KnobChain, temperature: float
) -> None:
    (features, logits), shares = sound(50), torch.rand(50, P)
    with torch.no_grad():
        drawn = chain.drawn(features, logits, shares, temperature)
        below = torch.softmax(chain(features, logits, drawn) / temperature, -1).cumsum(-1)
        at = below.gather(2, drawn[..., None])[..., 0]
        before = below.gather(2, (drawn[..., None] - 1).clamp(min=0))[..., 0] * (drawn > 0)
    assert (shares <= at + 1e-5).all()
    assert (shares >= before - 1e-5).all()


def test_draws_for_one_sound_are_those_for_as_many(chain: KnobChain) -> None:
    (features, logits), shares = sound(1), torch.rand(20, P)
    with torch.no_grad():
        found = chain.drawn(features, logits, shares, 1.0)
        repeated = features.expand(20, -1), logits.expand(20, -1, -1)
        assert torch.equal(found, chain.drawn(*repeated, shares, 1.0))


def test_knobs_of_a_draw_agree_once_they_have_been_seen_to() -> None:
    """Two answers to every sound, all knobs low or all high: a draw is one or the other."""
    torch.manual_seed(0)
    chain = KnobChain(F, P, K, 40)
    optimiser = torch.optim.Adam(chain.parameters(), 1e-2)
    for _ in range(300):
        answer = torch.randint(2, (64, 1)).expand(-1, P) * (K - 1)
        error = chain.error(torch.randn(64, F), torch.zeros(64, P, K), answer)
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
    chain.eval()
    with torch.no_grad():
        features, logits = torch.randn(400, F), torch.zeros(400, P, K)
        drawn = chain.drawn(features, logits, torch.rand(400, P), 1.0)
    agree = (drawn == drawn[:, :1]).all(-1)
    assert agree.float().mean() > 0.98
    assert float((drawn[:, 0] == K - 1).float().mean()) == pytest.approx(0.5, abs=0.15)
