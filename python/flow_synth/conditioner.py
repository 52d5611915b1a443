"""The network that sets a flow layer's parameters."""

from torch import Tensor, nn

#: Slope of the conditioners' leaky ReLU on its negative side.
NEGATIVE_SLOPE = 0.1

#: Scale of the last linear layer at the start: near the identity, yet with gradient everywhere.
OUTPUT_GAIN = 0.05


class Conditioner(nn.Module):
    """Two hidden layers with leaky ReLU; the first may also see a context.

    Args:
        first: inputs -> hidden units.
        second: hidden units -> hidden units.
        last: hidden units -> parameters.
        n_context: size of the context vector; 0 if there is none.
    """

    def __init__(
        self, first: nn.Linear, second: nn.Linear, last: nn.Linear, n_context: int
    ) -> None:
        super().__init__()
        self.first, self.second, self.last = first, second, last
        n_hidden = first.out_features
        self.context = nn.Linear(n_context, n_hidden, bias=False) if n_context else None
        self.activation = nn.LeakyReLU(NEGATIVE_SLOPE)
        for layer, gain in ((first, 1.0), (second, 1.0), (last, OUTPUT_GAIN)):
            nn.init.xavier_uniform_(layer.weight, gain)
            nn.init.zeros_(layer.bias)
        if self.context is not None:
            nn.init.xavier_uniform_(self.context.weight)

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """Inputs [..., in], context [..., C] -> parameters [..., out]."""
        hidden = self.first(x)
        if self.context is not None and context is not None:
            hidden = hidden + self.context(context)
        hidden = self.activation(hidden)
        parameters: Tensor = self.last(self.activation(self.second(hidden)))
        return parameters
