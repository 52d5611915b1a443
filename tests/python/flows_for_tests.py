"""Flows of every kind, moved away from their start."""

import torch

from flow_synth.flow import Chain, Flow, FlowKind
from flow_synth.stochastic_flow import StochasticFlow

#: Every chain there is.
KINDS = (*FlowKind, "stochastic")


def new_flow(
    kind: str, n_dimensions: int, n_layers: int, n_hidden: int, n_context: int = 0
) -> Chain:
    if kind == "stochastic":
        return StochasticFlow(n_dimensions, n_layers, n_hidden, n_context)
    return Flow(FlowKind(kind), n_dimensions, n_layers, n_hidden, n_context)


def shaken(flow: Chain, amount: float) -> Chain:
    """The flow with its weights moved away from the start, where it is nearly the identity."""
    with torch.no_grad():
        for parameter in flow.parameters():
            parameter.add_(amount * torch.randn_like(parameter))
    return flow.eval()
