"""One module per model family of the paper."""

from flow_synth.models.regression_flow import RegressionFlow
from flow_synth.models.sizes import Sizes
from flow_synth.models.vae_flow import VaeFlow

__all__ = ["RegressionFlow", "Sizes", "VaeFlow"]
