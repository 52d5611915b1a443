"""Flow_post: an invertible map from the audio space to the knobs."""

import math
from functools import partial

import torch
from torch import Tensor, nn

from flow_synth.boundary import Boundary
from flow_synth.flow import Chain, Flow
from flow_synth.gaussian import LOG_2_PI, gaussian_divergence, standard_normal_log_density
from flow_synth.models.ae import auto_encoder
from flow_synth.models.latent import Draw
from flow_synth.models.model import Model, Regressor, Target
from flow_synth.models.settings import ErrorModel, ModelSettings
from flow_synth.models.vae_flow import FlowLatent

#: At the start the log-precisions are known to about this log-variance.
PRECISION_LOG_VARIANCE = -4.0


class PresetFlow(Regressor):
    """v = boundary^-1(f(z)), an invertible flow between the audio space and the knobs.

    Args:
        flow: f, over as many dimensions as there are knobs.
        n_parameters: P = D.
    """

    is_invertible = True

    def __init__(self, flow: Chain, n_parameters: int) -> None:
        super().__init__()
        self.boundary = Boundary(n_parameters)
        self.flow = flow

    def fit(self, values: Tensor) -> None:
        """Standardises the knobs by training presets [N, P]."""
        self.boundary.fit(values)

    def decode(self, z: Tensor) -> Tensor:
        """z [B, D] -> unit values v [B, P]."""
        y, _ = self.flow(z)
        return self.boundary.inverse(y)

    def invert(self, v: Tensor) -> Tensor:
        """Unit values v [B, P] -> z [B, D], the exact inverse of ``decode`` inside (0, 1)."""
        z, _ = self.flow.inverse(self.boundary(v))
        return z


class FlowRegressor(PresetFlow):
    """y = f(z) + error, with a flow f and y the standardised logits of the knobs.

    Equations 9 to 13 of Esling et al. 2019, https://arxiv.org/abs/1907.00971, every term
    minimised (the divergences of their equation 12 have the sign of a likelihood). It owns the
    variational posterior of lambda, the log-precisions of the error, one for each knob.

    Args:
        flow: f, over as many dimensions as there are knobs.
        n_parameters: P = D.
        settings: of the model.
    """

    def __init__(self, flow: Chain, n_parameters: int, settings: ModelSettings) -> None:
        super().__init__(flow, n_parameters)
        self.error = settings.error
        self.prior_mean = settings.precision_mean
        self.prior_variance = settings.precision_std**2
        self.n_examples = 1
        self.precision_mean = nn.Parameter(torch.zeros(n_parameters))
        self.precision_log_variance = nn.Parameter(
            torch.full((n_parameters,), PRECISION_LOG_VARIANCE)
        )

    def fit(self, values: Tensor) -> None:
        """Standardises the knobs by training presets [N, P]."""
        super().fit(values)
        self.n_examples = len(values)

    def log_density(self, spread: Tensor) -> Tensor:
        """[B] log p(y) of presets [B, P] under the prior carried by the flow.

        The change of variables (equation 3) N(f^-1(y); 0, I) |dz/dy|.
        """
        z, log_det = self.flow.inverse(self.boundary(spread))
        return standard_normal_log_density(z) + log_det

    def terms(self, draw: Draw, target: Target) -> dict[str, Tensor]:
        """The likelihood of the knobs (equation 10), and the divergences of f and of lambda."""
        y, log_det = self.flow(draw.z)
        return {
            "regression": self.regression(y, self.boundary(target.spread)),
            "flow_divergence": flow_divergence(draw, y, log_det),
            "precision_divergence": self.precision_divergence(),
        }

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

    def precision_divergence(self) -> Tensor:
        """KL[q(lambda) || p(lambda)], the last term of equation 12, shared by all examples."""
        divergence = gaussian_divergence(
            self.precision_mean, self.precision_log_variance, self.prior_mean, self.prior_variance
        )
        return divergence / self.n_examples


def flow_divergence(draw: Draw, y: Tensor, log_det: Tensor) -> Tensor:
    """KL[q(y|x) || N(0, I)], equation 13: log q0(z) - log|det dy/dz| - log p(y)."""
    return (draw.log_density - log_det - standard_normal_log_density(y)).mean()


def flow_post(
    n_parameters: int,
    settings: ModelSettings,
    shape: tuple[int, int],
    latent: type[FlowLatent] = FlowLatent,
) -> Model:
    """VAE_flow with a regression flow in its posterior form; Esling et al. 2019, section 3.2.

    Args:
        n_parameters: P, and therefore D.
        settings: of the model.
        shape: (mel bands, frames).
        latent: q(z|x).
    """
    sizes = settings.regression_flow
    flow = Flow(sizes.kind, n_parameters, sizes.n_layers, sizes.n_hidden)
    regressor = FlowRegressor(flow, n_parameters, settings)
    placed = partial(latent, settings=settings)
    return auto_encoder(n_parameters, settings, shape, placed, regressor)
