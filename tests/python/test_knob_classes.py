import torch
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
