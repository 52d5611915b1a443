import numpy as np
import pytest
import torch
from scipy import spatial, stats

from flow_synth.surprise import _NUGGET, _RANGE, Surprises

N_PLAYED, N_KNOBS, N_BINS = 40, 6, 5


@pytest.fixture(scope="module")
def played() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    presets = torch.rand(N_PLAYED, N_KNOBS, generator=generator)
    ways = torch.randn(N_KNOBS, N_BINS, generator=generator)
    return presets, 3 + torch.sin(2 * presets) @ ways


def test_what_was_played_is_known_and_what_is_far_is_not(
    played: tuple[torch.Tensor, torch.Tensor],
) -> None:
    presets, errors = played
    surprises = Surprises(presets, errors)
    found, doubt = surprises.at(presets)
    assert float((found - errors).abs().max()) < 0.2 * float(errors.std())
    assert float(doubt.max()) < 0.2
    far, doubt = surprises.at(presets + 50)
    torch.testing.assert_close(far, errors.mean(0).expand_as(far))
    torch.testing.assert_close(doubt, torch.ones(N_PLAYED))


def test_errors_between_are_told_better_than_by_the_mean_or_by_the_nearest(
    played: tuple[torch.Tensor, torch.Tensor],
) -> None:
    presets, errors = played
    known, others = slice(0, 30), slice(30, None)
    found, doubt = Surprises(presets[known], errors[known]).at(presets[others])
    nearest = torch.cdist(presets[others], presets[known], p=1.0).argmin(1)
    missed = (found - errors[others]).square().mean()
    assert missed < 0.5 * (errors[known].mean(0) - errors[others]).square().mean()
    assert missed < (errors[known][nearest] - errors[others]).square().mean()
    assert ((doubt > 0.05) & (doubt < 1)).all()


def test_both_are_moments_of_the_normal_distribution_given_what_was_played(
    played: tuple[torch.Tensor, torch.Tensor],
) -> None:
    """Bayes' rule by densities: joint over marginal, on a grid of what the error may be."""
    presets, errors = played
    known, error = presets[:8].double().numpy(), errors[:8, 0].double().numpy()
    other = presets[8:9].double().numpy()
    every = np.concatenate((known, other))
    covariance = np.exp(-spatial.distance.cdist(every, every, "cityblock") / _RANGE)
    covariance[:-1, :-1] += _NUGGET * np.eye(8)
    grid = np.linspace(-15, 15, 6001)
    told = np.column_stack((np.tile(error - error.mean(), (len(grid), 1)), grid))
    density = np.exp(stats.multivariate_normal(cov=covariance).logpdf(told))
    density /= density.sum()
    mean = (density * grid).sum()
    found, doubt = Surprises(presets[:8], errors[:8]).at(presets[8:9])
    assert float(found[0, 0]) == pytest.approx(error.mean() + mean, abs=1e-3)
    deviation = np.sqrt((density * (grid - mean) ** 2).sum())
    assert float(doubt) == pytest.approx(deviation, abs=1e-3)


def test_one_preset_is_enough() -> None:
    presets, errors = torch.rand(1, N_KNOBS), torch.randn(1, N_BINS)
    found, doubt = Surprises(presets, errors).at(torch.rand(3, N_KNOBS))
    torch.testing.assert_close(found, errors.expand(3, N_BINS))
    assert ((doubt > 0) & (doubt < 1)).all()
