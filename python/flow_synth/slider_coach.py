"""What teaches a model's semantic dimensions to do what their words say."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from flow_synth.global_batch import uniform
from flow_synth.knob_network import KnobNetwork
from flow_synth.models.flow_dis import SLIDER_STEP
from flow_synth.models.model import Model
from flow_synth.position import FURTHEST
from flow_synth.tag import AXES, SLIDER_END

_N_HIDDEN = 1024


class SliderCoach(nn.Module):
    """Tells where a preset would stand on every axis, and asks the model to move it there.

    Tags say where the sounds of presets lie along a dimension of the audio space; nothing says
    that a preset moved along it, everything else unchanged, sounds accordingly. This does: a
    slider is moved at random, the preset decoded, and how far it came on its axis, by a network
    that learns positions from presets, compared with how far it was moved. The other axes should
    stay.

    Args:
        n_parameters: P.
    """

    def __init__(self, n_parameters: int) -> None:
        super().__init__()
        self.network = KnobNetwork(n_parameters, _N_HIDDEN, len(AXES))

    def error(self, v: Tensor, positions: Tensor) -> Tensor:
        """What the coach itself has still to learn, over known positions (Huber, per axis).

        Args:
            v: [B, P] unit values.
            positions: [B, A]; NaN where unknown.
        """
        is_known = ~positions.isnan()
        error = functional.smooth_l1_loss(
            self.network(v).float(), positions.nan_to_num(), reduction="none"
        )
        return (error * is_known).sum() / is_known.sum().clamp(min=1)

    def distance(self, model: Model, z: Tensor) -> Tensor:
        """How far moved presets are from where they should be: mean squared, all axes summed.

        Args:
            model: with semantic dimensions.
            z: [B, D] where presets are.
        """
        n_rows, n_axes = len(z), len(AXES)
        # The encoder shall say where sounds are, and not where moving is easy.
        z = z.detach()
        draws = uniform((n_rows, 2), z.device, training=self.training)
        axis = (draws[:, 0] * n_axes).long().clamp(max=n_axes - 1)
        moved = functional.one_hot(axis, n_axes)
        steps = moved * (2 * draws[:, 1:] - 1) * SLIDER_END * SLIDER_STEP
        there = z + functional.pad(steps, (0, z.shape[1] - n_axes))
        # The flow alone needs full precision.
        with torch.autocast(z.device.type, enabled=False):
            moved_presets = model.decode(there)
            with torch.no_grad():
                presets = model.decode(z)
        with torch.no_grad():
            before = self.network(presets).float()
        after = self.network.as_it_is(moved_presets).float()
        # From where it is heard: what the coach or the flow errs there would pull at every step.
        wanted = (before + steps).clamp(-FURTHEST, FURTHEST)
        distance: Tensor = (after - wanted).square().sum(-1).mean()
        return distance
