import pytest
import torch
from scipy import stats
from torch import nn
from torch.nn import functional

from flow_synth.knob_classes import N_CLASSES, KnobClasses, class_centres


def test_values_of_many_presets_are_classes_of_their_own() -> None:
    torch.manual_seed(0)
    values = torch.cat((torch.full((300,), 0.5), torch.ones(200), torch.rand(500)))
    centres = class_centres(values)
    assert centres.shape == (N_CLASSES,)
    assert (centres.diff() >= 0).all()
    assert {0.5, 1.0} <= set(centres.tolist())
    # As many of the others in every class, but for the two beside an atom.
    others = values[500:]
    counts = (others[:, None] - centres).abs().argmin(1).bincount(minlength=N_CLASSES)
    assert counts.float().std() < 10


def test_a_knob_of_few_values_has_few_classes() -> None:
    centres = class_centres(torch.tensor([0.0, 0.5, 1.0]).repeat(100))
    assert centres.unique().tolist() == [0.0, 0.5, 1.0]
    assert class_centres(torch.full((10,), 0.3)).unique().tolist() == [torch.tensor(0.3).item()]


def test_the_error_is_the_likelihood_of_the_nearest_class() -> None:
    torch.manual_seed(0)
    classes = KnobClasses(6, 3)
    values = torch.rand(200, 3)
    classes.fit(values)
    features = torch.randn(5, 6)
    found = classes.classes(values[:5])
    for row in range(5):
        for knob in range(3):
            nearest = (classes.centres[knob] - values[row, knob]).abs().min()
            chosen = classes.centres[knob, found[row, knob]]
            assert (chosen - values[row, knob]).abs() == nearest
    probabilities = functional.log_softmax(classes(features), -1)
    expected = -probabilities.gather(2, found[:, :, None]).sum((1, 2)).mean()
    torch.testing.assert_close(classes.error(features, values[:5]), expected)


def test_the_midmean_is_that_of_as_many_draws() -> None:
    torch.manual_seed(0)
    classes = KnobClasses(6, 3)
    classes.fit(torch.rand(200, 3))
    features = 3 * torch.randn(4, 6)
    n_draws = 40000
    shares = ((torch.arange(n_draws) + 0.5) / n_draws)[:, None, None]
    with torch.no_grad():
        drawn = classes.quantile(features, shares.expand(-1, 1, 3))
        found = classes.midmean(features)
    for row in range(4):
        for knob in range(3):
            reference = stats.trim_mean(drawn[:, row, knob].double().numpy(), 0.25)
            assert float(found[row, knob]) == pytest.approx(reference, abs=1e-4)


def test_the_midmean_of_a_sure_knob_is_the_value_that_presets_have() -> None:
    torch.manual_seed(0)
    classes = KnobClasses(6, 2)
    classes.fit(torch.rand(200, 2))
    last = classes.layers[-1]
    assert isinstance(last, nn.Linear)
    with torch.no_grad():
        last.bias[N_CLASSES + 7] = 50.0
    features = torch.randn(1, 6)
    median = classes.quantile(features, torch.full((1, 2), 0.5))
    torch.testing.assert_close(classes.midmean(features)[0, 1], classes.centres[1, 7])
    assert torch.equal(median[0, 1], classes.centres[1, 7])


def test_the_midmean_has_gradients() -> None:
    torch.manual_seed(0)
    classes = KnobClasses(6, 2)
    classes.fit(torch.rand(200, 2))
    features = torch.randn(3, 6, dtype=torch.float32, requires_grad=True)
    classes.midmean(features).sum().backward()
    assert features.grad is not None
    assert torch.isfinite(features.grad).all()
    assert (features.grad != 0).any(1).all()
