import torch
from torch.distributions import Independent, Normal, kl_divergence

from flow_synth.gaussian import (
    gaussian_divergence,
    gaussian_entropy,
    standard_normal_log_density,
)


def test_densities_are_those_of_torch() -> None:
    torch.manual_seed(0)
    x, mean, log_variance = torch.randn(3, 7, 4)
    normal = Normal(mean, (0.5 * log_variance).exp())
    standard = Normal(torch.zeros(4), torch.ones(4))
    torch.testing.assert_close(
        standard_normal_log_density(x), Independent(standard, 1).log_prob(x)
    )
    torch.testing.assert_close(gaussian_entropy(log_variance), normal.entropy().sum(-1))
    torch.testing.assert_close(
        gaussian_divergence(mean, log_variance), kl_divergence(normal, standard).sum(-1)
    )
    torch.testing.assert_close(
        gaussian_divergence(mean, log_variance, 0.7, 2.5**2),
        kl_divergence(normal, Normal(torch.tensor(0.7), torch.tensor(2.5))).sum(-1),
    )
