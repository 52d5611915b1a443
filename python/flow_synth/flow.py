"""Chains of invertible layers with exact inverse and log-determinant."""

from collections.abc import Iterable
from enum import StrEnum

import torch
from torch import Tensor, nn

from flow_synth.autoregressive import AffineAutoregressive
from flow_synth.coupling import AffineCoupling, SplineCoupling


class FlowKind(StrEnum):
    """What the layers of a flow are.

    ``iaf`` is fast forwards and finds its inverse one dimension after the other (Kingma et al.
    2016, https://arxiv.org/abs/1606.04934). ``maf`` is the same layer run backwards: it is fast in
    its inverse (Papamakarios et al. 2017, https://arxiv.org/abs/1705.07057). ``coupling`` is
    affine, ``spline`` couples by monotonic rational-quadratic splines; both are fast both ways.
    """

    IAF = "iaf"
    MAF = "maf"
    COUPLING = "coupling"
    SPLINE = "spline"


class Inverted(nn.Module):
    """A layer run backwards."""

    def __init__(self, layer: AffineAutoregressive) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """[..., D] -> y [..., D] and log|det dy/dx| [...]."""
        return self.layer.inverse(x, context)

    def inverse(self, y: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """[..., D] -> x [..., D] and log|det dx/dy| [...]."""
        x, log_det = self.layer(y, context)
        return x, log_det


class Chain(nn.Module):
    """Layers one after the other; the order of dimensions is reversed between them.

    There is one reversal fewer than layers: none before the first or after the last.

    Args:
        layers: each with ``forward`` and ``inverse`` as those of the chain.
    """

    def __init__(self, layers: Iterable[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """[..., D], context [..., C] -> y [..., D] and log|det dy/dx| [...].

        Leading dimensions of the context broadcast to those of x.
        """
        log_det = torch.zeros_like(x[..., 0])
        for index, layer in enumerate(self.layers):
            if index > 0:
                x = x.flip(-1)
            x, change = layer(x, context)
            log_det = log_det + change
        return x, log_det

    def inverse(self, y: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """[..., D], context [..., C] -> x [..., D] and log|det dx/dy| [...]; exact."""
        log_det = torch.zeros_like(y[..., 0])
        # TorchScript cannot reverse a ModuleList, and its slice with a negative step is wrong.
        for undone in range(len(self.layers)):
            if undone > 0:
                y = y.flip(-1)
            for index, layer in enumerate(self.layers):
                if index == len(self.layers) - 1 - undone:
                    # A ModuleList does not tell mypy what its modules are.
                    y, change = layer.inverse(y, context)  # type: ignore[operator]
                    log_det = log_det + change
        return y, log_det


class Flow(Chain):
    """A chain of layers of one kind, nearly the identity at the start.

    Args:
        kind: of the layers.
        n_dimensions: D.
        n_layers: length of the chain.
        n_hidden: units of each hidden layer of each layer's network.
        n_context: size of the context vector; 0 for an unconditional flow.
    """

    def __init__(
        self,
        kind: FlowKind,
        n_dimensions: int,
        n_layers: int = 16,
        n_hidden: int = 128,
        n_context: int = 0,
    ) -> None:
        super().__init__(_layer(kind, n_dimensions, n_hidden, n_context) for _ in range(n_layers))


def _layer(kind: FlowKind, n_dimensions: int, n_hidden: int, n_context: int) -> nn.Module:
    match kind:
        case FlowKind.IAF:
            return AffineAutoregressive(n_dimensions, n_hidden, n_context)
        case FlowKind.MAF:
            return Inverted(AffineAutoregressive(n_dimensions, n_hidden, n_context))
        case FlowKind.COUPLING:
            return AffineCoupling(n_dimensions, n_hidden, n_context)
        case FlowKind.SPLINE:
            return SplineCoupling(n_dimensions, n_hidden, n_context)
