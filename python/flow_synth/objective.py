"""The training objective of the regression flow, every term minimised, with its equation.

Equations are those of Esling et al. 2019, https://arxiv.org/abs/1907.00971.
"""

import math
from enum import StrEnum

import torch
from pydantic import Field
from torch import Tensor, nn

from flow_synth.frozen import Frozen
from flow_synth.models import RegressionFlow

LOG_2_PI = math.log(2 * math.pi)

#: One preset in so many enters ``preset_density``: its inverse finds one knob after the other.
DENSITY_STRIDE = 4


class ErrorModel(StrEnum):
    """The distribution of the inference error v - f(z), in standardised y.

    Under ``gaussian``, equation 10, f(z) learns the mean of the knobs that fit a sound; under
    ``laplace`` their median. Most knobs of most presets stand at one value (no ring modulation, no
    second interval): the median keeps to it, the mean adds a little of everything.
    """

    GAUSSIAN = "gaussian"
    LAPLACE = "laplace"


class Weights(Frozen):
    """How much each term counts.

    The paper's objective has every weight at 1 and no ``preset_density``; ``reconstruction`` is
    the inverse of the variance of p(x|z) over standardised log-mel.
    """

    reconstruction: float = Field(default=1.0, ge=0)
    latent_divergence: float = Field(default=1.0, ge=0)
    regression: float = Field(default=1.0, ge=0)
    flow_divergence: float = Field(default=1.0, ge=0)
    preset_density: float = Field(default=0.0, ge=0)


def standard_normal_log_density(x: Tensor) -> Tensor:
    """log N(x; 0, I) over the last dimension: [..., D] -> [...]."""
    return -0.5 * (x.square() + LOG_2_PI).sum(-1)


def gaussian_entropy(log_variance: Tensor) -> Tensor:
    """Entropy in nats of a diagonal Gaussian: [..., D] -> [...]."""
    return 0.5 * (log_variance + 1 + LOG_2_PI).sum(-1)


def gaussian_divergence(
    mean: Tensor, log_variance: Tensor, prior_mean: float, prior_variance: float
) -> Tensor:
    """KL[N(mean, variance) || N(prior_mean, prior_variance)] over the last dimension."""
    ratio = torch.exp(log_variance) / prior_variance
    distance = (mean - prior_mean).square() / prior_variance
    return 0.5 * (ratio + distance - 1 - log_variance + math.log(prior_variance)).sum(-1)


class RegressionFlowObjective(nn.Module):
    """Negative of equations 5 and 12, with 13: the posterior form of the regression flow.

    It owns the variational posterior of lambda, the log-precisions of the inference error.

    Args:
        model: what is trained.
        weights: of the terms.
        n_examples: size of the training split; lambda is one variable shared by all of them.
        prior_mean: of lambda.
        prior_std: of lambda.
        error: distribution of the inference error.
    """

    def __init__(
        self,
        model: RegressionFlow,
        weights: Weights,
        n_examples: int,
        prior_mean: float = 0.0,
        prior_std: float = 3.0,
        error: ErrorModel = ErrorModel.GAUSSIAN,
    ) -> None:
        super().__init__()
        self.model = model
        self.weights = weights
        self.n_examples = n_examples
        self.error = error
        self.prior_mean = prior_mean
        self.prior_variance = prior_std**2
        n_parameters = model.boundary.mean.shape[0]
        self.precision_mean = nn.Parameter(torch.zeros(n_parameters))
        self.precision_log_variance = nn.Parameter(torch.full((n_parameters,), -4.0))

    def forward(
        self, heard: Tensor, mel: Tensor, values: Tensor, beta: float
    ) -> dict[str, Tensor]:
        """Every term in nats an example, averaged over the batch, and their weighted sum.

        Args:
            heard: [B, 128, 87] log-mel as the encoder hears it, perhaps with noise.
            mel: [B, 128, 87] log-mel to reconstruct.
            values: [B, P] dequantised unit values.
            beta: warm-up factor of both divergences in [0, 1].

        Returns:
            Scalars by name; ``loss`` is what to minimise.
        """
        vae = self.model.vae
        features = vae.encoder(vae.normalisation(heard))
        # The flows run in full precision: their log-determinants are sums of many small terms.
        with torch.autocast(heard.device.type, enabled=False):
            features = features.float()
            mean, log_variance = vae.base_moments(features)
            z0 = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
            z, log_det = vae.flow(z0, features)
            log_posterior = -gaussian_entropy(log_variance) - log_det
            y, regression_log_det = self.model.flow(z)
            target = self.model.boundary(values)
            terms = {
                "latent_divergence": (log_posterior - standard_normal_log_density(z)).mean(),
                "regression": self.regression(y, target),
                "flow_divergence": (
                    log_posterior - regression_log_det - standard_normal_log_density(y)
                ).mean(),
                "precision_divergence": self.precision_divergence(),
            }
            if self.weights.preset_density:
                terms["preset_density"] = self.preset_density(target[::DENSITY_STRIDE])
        reconstruction = vae.decoder(z).float()
        terms["reconstruction"] = self.reconstruction(reconstruction, vae.normalisation(mel))
        return terms | {"loss": self.total(terms, beta)}

    def total(self, terms: dict[str, Tensor], beta: float) -> Tensor:
        """Weighted sum of the terms, the divergences also times beta (equation 2)."""
        weights = self.weights
        return (
            weights.reconstruction * terms["reconstruction"]
            + beta * weights.latent_divergence * terms["latent_divergence"]
            + weights.regression * (terms["regression"] + terms["precision_divergence"])
            + beta * weights.flow_divergence * terms["flow_divergence"]
            + weights.preset_density * terms.get("preset_density", 0.0)
        )

    def reconstruction(self, x: Tensor, target: Tensor) -> Tensor:
        """-log p(x|z) but for its constant: half the squared error, summed over bins (eq. 2)."""
        return 0.5 * (x - target).square().sum((1, 2)).mean()

    def regression(self, y: Tensor, target: Tensor) -> Tensor:
        """E_q(lambda)[-log p(y_target; f(z), lambda)], a sum over the knobs.

        Gaussian: N(f(z), C) with C^-1 = diag(exp lambda) (equation 10); Laplace: exp lambda is the
        inverse of its scale. Exact, as E[exp lambda] = exp(mean + variance / 2) for a Gaussian
        lambda.
        """
        precision = torch.exp(self.precision_mean + 0.5 * torch.exp(self.precision_log_variance))
        if self.error is ErrorModel.LAPLACE:
            distance = (y - target).abs()
            return (precision * distance - self.precision_mean + math.log(2)).sum(-1).mean()
        squared = (y - target).square()
        return 0.5 * (precision * squared - self.precision_mean + LOG_2_PI).sum(-1).mean()

    def preset_density(self, target: Tensor) -> Tensor:
        """-log p(y) of presets under the prior carried by the flow: N(f^-1(y); 0, I) |dz/dy|.

        The other terms see f only where sounds lead, and f may squeeze whatever a sound does not
        tell: a preset's own z is then thousands of deviations away and lost to rounding. Here the
        change of variables (equation 3) is applied to the presets themselves, which keeps their z
        where the prior lies and the inverse well conditioned.
        """
        z, inverse_log_det = self.model.flow.inverse(target)
        return -(standard_normal_log_density(z) + inverse_log_det).mean()

    def precision_divergence(self) -> Tensor:
        """KL[q(lambda) || p(lambda)], the last term of equation 12, shared by all examples."""
        divergence = gaussian_divergence(
            self.precision_mean, self.precision_log_variance, self.prior_mean, self.prior_variance
        )
        return divergence / self.n_examples
