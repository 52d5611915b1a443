"""One module per model family of the paper."""

from flow_synth.features import MEL_SHAPE
from flow_synth.models.ae import ae
from flow_synth.models.cnn import cnn
from flow_synth.models.flow_class import flow_class
from flow_synth.models.flow_cond import flow_cond
from flow_synth.models.flow_dis import flow_dis
from flow_synth.models.flow_post import flow_post
from flow_synth.models.mlp import mlp
from flow_synth.models.model import Model
from flow_synth.models.res_cnn import res_cnn
from flow_synth.models.settings import Family, ModelSettings
from flow_synth.models.vae import vae
from flow_synth.models.vae_flow import vae_flow
from flow_synth.models.wae import wae

__all__ = ["Family", "Model", "ModelSettings", "new_model"]

_FAMILIES = {
    Family.MLP: mlp,
    Family.CNN: cnn,
    Family.RES_CNN: res_cnn,
    Family.AE: ae,
    Family.VAE: vae,
    Family.WAE: wae,
    Family.VAE_FLOW: vae_flow,
    Family.FLOW_POST: flow_post,
    Family.FLOW_COND: flow_cond,
    Family.FLOW_DIS: flow_dis,
    Family.FLOW_CLASS: flow_class,
}


def new_model(
    n_parameters: int, settings: ModelSettings, shape: tuple[int, int] = MEL_SHAPE
) -> Model:
    """A model at its start, with weights from torch's random numbers.

    Args:
        n_parameters: P, the number of knobs.
        settings: which model, and its sizes.
        shape: (mel bands, frames).

    Raises:
        InputError: the family cannot have so few knobs.
    """
    return _FAMILIES[settings.family](n_parameters, settings, shape)
