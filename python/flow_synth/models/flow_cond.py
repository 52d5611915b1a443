"""Flow_cond: a regression flow whose own parameters are random variables."""

from functools import partial

from torch import Tensor

from flow_synth.models.ae import auto_encoder
from flow_synth.models.flow_post import FlowRegressor, flow_divergence
from flow_synth.models.latent import Draw
from flow_synth.models.model import Model, Target
from flow_synth.models.settings import ModelSettings
from flow_synth.models.vae_flow import FlowLatent
from flow_synth.stochastic_flow import StochasticFlow


class RandomFlowRegressor(FlowRegressor):
    """The regression flow in its conditional form: equation 14 of Esling et al. 2019.

    The parameters psi of every layer, its shifts and log-scales, are Gaussian with moments that
    follow from the layer's earlier inputs, drawn in training and replaced by their means
    afterwards. The paper leaves open how q(psi|z) is amortised; this way every draw of the flow
    keeps a triangular Jacobian, and the mean flow its exact inverse.
    """

    def terms(self, draw: Draw, target: Target) -> dict[str, Tensor]:
        """Those of the posterior form for drawn parameters, and the divergence of these."""
        assert isinstance(self.flow, StochasticFlow)
        y, log_det, divergence = self.flow.sample(draw.z)
        return {
            "regression": self.regression(y, self.boundary(target.spread)),
            "flow_divergence": flow_divergence(draw, y, log_det),
            "parameter_divergence": divergence.mean(),
            "precision_divergence": self.precision_divergence(),
        }


def flow_cond(n_parameters: int, settings: ModelSettings, shape: tuple[int, int]) -> Model:
    """VAE_flow with a regression flow in its conditional form; Esling et al. 2019, section 3.2.

    Args:
        n_parameters: P, and therefore D.
        settings: of the model.
        shape: (mel bands, frames).
    """
    sizes = settings.regression_flow
    flow = StochasticFlow(n_parameters, sizes.n_layers, sizes.n_hidden)
    regressor = RandomFlowRegressor(flow, n_parameters, settings)
    latent = partial(FlowLatent, settings=settings)
    return auto_encoder(n_parameters, settings, shape, latent, regressor)
