"""The way between knobs of the unit cube and unbounded space, for a density over them."""

import torch
from torch import Tensor, nn

#: What a knob's value is spread over at most: half of it fits between 0 and the margin's end.
STEP_WIDTH = 0.08
#: A step of a MIDI controller, by which most knobs of presets were set.
CONTINUOUS_WIDTH = 1 / 127


class Boundary(nn.Module):
    """The way between knobs v in [0, 1]^P and unbounded, standardised y.

    y = (logit(a + (1 - 2a) v) - mean) / std, the logit transform of Dinh et al. 2017
    (https://arxiv.org/abs/1605.08803, section 4.1): the margin a keeps knobs at 0 and 1 finite.

    Args:
        n_parameters: P.
        margin: a.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, n_parameters: int, margin: float = 0.05) -> None:
        super().__init__()
        self.margin = margin
        self.register_buffer("mean", torch.zeros(n_parameters))
        self.register_buffer("std", torch.ones(n_parameters))

    def fit(self, values: Tensor) -> None:
        """Takes mean and deviation from training values [N, P]; a knob that never moves gets 1."""
        y = torch.logit(self.margin + (1 - 2 * self.margin) * values.double())
        std = y.std(0, correction=0)
        self.mean.copy_(y.mean(0))
        self.std.copy_(torch.where(std > 1e-3, std, torch.ones_like(std)))

    def forward(self, v: Tensor) -> Tensor:
        """Unit values, or spread ones, [..., P] -> y [..., P]."""
        return (torch.logit(self.margin + (1 - 2 * self.margin) * v) - self.mean) / self.std

    def inverse(self, y: Tensor) -> Tensor:
        """y [..., P] -> unit values [..., P], clamped to [0, 1]."""
        v = (torch.sigmoid(y * self.std + self.mean) - self.margin) / (1 - 2 * self.margin)
        return v.clamp(0.0, 1.0)


def dequantise(values: Tensor, n_values: Tensor, noise: Tensor) -> Tensor:
    """Spreads every knob a little around its value, so that a bounded density of presets exists.

    Uniform de-quantisation (Theis et al. 2016, https://arxiv.org/abs/1511.01844, section 3.1), for
    continuous knobs, too: many presets have exactly the same value of a knob, where a density
    would grow without bound, and a flow that learns it would be ever worse conditioned.

    Args:
        values: [..., P] unit values, stepped knobs on their steps.
        n_values: [P] number of values of each stepped knob; 0 for a continuous one.
        noise: [..., P] uniform in [0, 1).

    Returns:
        [..., P] with each value in the midst of where it is spread, and so beyond 0 and 1 by less
        than a boundary's margin. Snapping a stepped knob to its nearest step gives its value back.
    """
    width = torch.where(n_values > 1, _step(n_values).clamp(max=STEP_WIDTH), CONTINUOUS_WIDTH)
    return values + width * (noise - 0.5)


def unsnap(values: Tensor, n_values: Tensor, noise: Tensor) -> Tensor:
    """Moves knobs within what a synth takes for the same preset.

    A stepped knob comes anywhere within the reach of its step, so that a network that learns from
    such presets learns where steps begin, and has gradients that say so.

    Args:
        values: [..., P] unit values, stepped knobs on their steps.
        n_values: [P] number of values of each stepped knob; 0 for a continuous one, which is moved
            by half a step of a MIDI controller at most.
        noise: [..., P] uniform in [0, 1).

    Returns:
        [..., P] unit values that snap to the given ones, but for continuous knobs.
    """
    width = torch.where(n_values > 1, _step(n_values), CONTINUOUS_WIDTH)
    return (values + width * (noise - 0.5)).clamp(0.0, 1.0)


def _step(n_values: Tensor) -> Tensor:
    """[P] from one step of a knob to the next; 1 for a knob without steps."""
    return 1.0 / (n_values - 1).clamp(min=1)
