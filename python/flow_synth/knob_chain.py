"""Knobs chosen one after the other, each knowing those before it: presets drawn for a sound."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from flow_synth.encoder import initialise
from flow_synth.global_batch import Dropout
from flow_synth.made import MaskedLinear

#: By so many numbers a chain knows the class of an earlier knob.
_N_CODE = 8
#: Share of the features that a chain does without in training.
_DROPOUT = 0.2


class KnobChain(nn.Module):
    """Features -> p(v|x), the product of p(v_i | v_1 ... v_i-1, x) over classes of every knob.

    :class:`~flow_synth.knob_classes.KnobClasses` says what each knob may be, whatever the others
    are; a preset drawn from it takes one knob from one answer and the next from another. A chain
    adds to its logits what the knobs before it say, so that the knobs of a draw agree. Masked
    layers (Germain et al. 2015, https://arxiv.org/abs/1502.03509) give all conditionals of known
    presets at once; a draw computes every hidden unit once, too.

    Args:
        n_features: F.
        n_parameters: P.
        n_classes: K.
        n_hidden: units of each layer.
    """

    def __init__(self, n_features: int, n_parameters: int, n_classes: int, n_hidden: int) -> None:
        super().__init__()
        self.n_classes = n_classes
        self.n_code = _N_CODE
        # Unit u sees the knobs before number degree[u]; the units of a degree stand together.
        knobs = torch.arange(n_parameters)
        degree = torch.arange(n_hidden) * n_parameters // n_hidden
        self.ends: list[int] = torch.searchsorted(degree, knobs, right=True).tolist()
        self.dropout = Dropout(_DROPOUT)
        self.codes = nn.Embedding(n_parameters * n_classes, _N_CODE)
        seen = knobs.repeat_interleave(_N_CODE)
        self.first = MaskedLinear(degree[:, None] > seen)
        self.second = MaskedLinear(degree[:, None] >= degree)
        self.last = MaskedLinear(knobs.repeat_interleave(n_classes)[:, None] >= degree)
        self.first_context = nn.Linear(n_features, n_hidden, bias=False)
        self.second_context = nn.Linear(n_features, n_hidden, bias=False)
        initialise(self)
        # At its start a chain says little more than the classes do.
        nn.init.normal_(self.last.weight, std=1e-3)

    def forward(self, features: Tensor, logits: Tensor, classes: Tensor) -> Tensor:
        """Logits [B, P, K] of each knob, given those before it.

        Args:
            features: [B, F] of the sounds.
            logits: [B, P, K] that the classes have without each other.
            classes: [B, P] class numbers.
        """
        features = self.dropout(features)
        offsets = self.n_classes * torch.arange(classes.shape[1], device=classes.device)
        coded = self.codes(classes + offsets).flatten(1)
        hidden = functional.elu(self.first(coded) + self.first_context(features))
        hidden = hidden + functional.elu(self.second(hidden) + self.second_context(features))
        added: Tensor = self.last(hidden)
        return logits + added.view_as(logits)

    def error(self, features: Tensor, logits: Tensor, classes: Tensor) -> Tensor:
        """-log p(v|x) of the presets' classes [B, P], in nats; see :meth:`forward`."""
        chained = self.forward(features, logits, classes).float()
        error = functional.cross_entropy(chained.flatten(0, 1), classes.flatten(), reduction="sum")
        return error / len(classes)

    def drawn(
        self, features: Tensor, logits: Tensor, shares: Tensor, temperature: float
    ) -> Tensor:
        """Class numbers [N, P] drawn for sounds, knob after knob.

        Args:
            features: [N or 1, F] of the sounds.
            logits: [N or 1, P, K] that the classes have without each other.
            shares: [N, P] in [0, 1): at which share of each knob's conditional distribution it is
                taken; uniform random numbers give random draws.
            temperature: below 1 draws keep to what is likely, towards 0 they are the likeliest.
        """
        n_rows, n_code, n_classes = shares.shape[0], self.n_code, self.n_classes
        first = self.first_context(features) + self.first.bias
        second = self.second_context(features) + self.second.bias
        hidden = first.new_zeros(n_rows, first.shape[1])
        above = first.new_zeros(n_rows, first.shape[1])
        coded = first.new_zeros(n_rows, shares.shape[1] * n_code)
        drawn = torch.zeros(shares.shape, dtype=torch.int64, device=shares.device)
        # Of the masked weights only those are read that exist.
        begin = 0
        for knob, end in enumerate(self.ends):
            coming, seen = self.first.weight[begin:end], knob * n_code
            hidden[:, begin:end] = functional.elu(
                first[:, begin:end] + coded[:, :seen] @ coming[:, :seen].t()
            )
            coming = self.second.weight[begin:end]
            above[:, begin:end] = hidden[:, begin:end] + functional.elu(
                second[:, begin:end] + hidden[:, :end] @ coming[:, :end].t()
            )
            own = knob * n_classes
            coming = self.last.weight[own : own + n_classes]
            added = self.last.bias[own : own + n_classes] + above[:, :end] @ coming[:, :end].t()
            below = torch.softmax((logits[:, knob] + added) / temperature, -1).cumsum(-1)
            taken = (below <= shares[:, knob : knob + 1]).sum(-1).clamp(max=n_classes - 1)
            drawn[:, knob] = taken
            coded[:, seen : seen + n_code] = self.codes(taken + own)
            begin = end
        return drawn
