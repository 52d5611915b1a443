"""Knobs as classes: a second way to ask the encoder what it hears, while it learns."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from flow_synth.encoder import initialise

N_CLASSES = 40
#: A value that this share of the presets has is a class of its own.
ATOM_SHARE = 0.01
_N_HIDDEN = 512


class KnobClasses(nn.Module):
    """Features -> a distribution over values of every knob.

    A squared or absolute error asks for one number and is torn between the many presets that sound
    alike; classes can say all of them, so features learn what can be heard of a knob, even where
    it has several answers. Each knob has its own classes: the values at which many presets stand,
    and quantiles of the others.

    Args:
        n_features: F.
        n_parameters: P.
    """

    centres: Tensor

    def __init__(self, n_features: int, n_parameters: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(n_features, _N_HIDDEN),
            nn.ELU(),
            nn.Linear(_N_HIDDEN, n_parameters * N_CLASSES),
        )
        self.register_buffer("centres", torch.zeros(n_parameters, N_CLASSES))
        initialise(self)

    def fit(self, values: Tensor) -> None:
        """Chooses the classes from training presets [N, P]."""
        for centres, column in zip(self.centres, values.T, strict=True):
            centres.copy_(class_centres(column))

    def forward(self, features: Tensor) -> Tensor:
        """[B, F] -> logits [B, P, K]."""
        logits: Tensor = self.layers(features)
        return logits.view(-1, self.centres.shape[0], self.centres.shape[1])

    def quantile(self, features: Tensor, shares: Tensor) -> Tensor:
        """Features [B, F], shares [..., B or 1, P] -> the knobs' values at them [..., B, P].

        The least value that at least such a share of the distribution does not exceed: where many
        presets have a value, exactly that. The shares 0.5 give the median.
        """
        below = torch.softmax(self.forward(features).float(), -1).cumsum(-1)
        number = (below < shares.unsqueeze(-1)).sum(-1).clamp(max=below.shape[-1] - 1)
        return self.values(number)

    def midmean(self, features: Tensor) -> Tensor:
        """Features [B, F] -> mean of the middle half of every knob's distribution [B, P].

        Near the median, and so at a value that presets have where the encoder is sure of one; but
        it has gradients, which a median has not.
        """
        probabilities = torch.softmax(self.forward(features).float(), -1)
        above = probabilities.cumsum(-1)
        below = above - probabilities
        middle = (above.clamp(max=0.75) - below.clamp(min=0.25)).clamp(min=0)
        return (middle * self.centres).sum(-1) / middle.sum(-1)

    def classes(self, values: Tensor) -> Tensor:
        """[B, P] unit values -> [B, P] numbers of the nearest classes."""
        distance: Tensor = (values.unsqueeze(-1) - self.centres).abs()
        return distance.argmin(-1)

    def values(self, classes: Tensor) -> Tensor:
        """Class numbers [..., P] -> unit values [..., P]."""
        centres = self.centres.expand(classes.shape + self.centres.shape[-1:])
        return centres.gather(-1, classes.unsqueeze(-1)).squeeze(-1)

    def error(self, features: Tensor, values: Tensor) -> Tensor:
        """-log p(class|x) of the presets' values, summed over the knobs, in nats."""
        logits = self.forward(features).float()
        error = functional.cross_entropy(
            logits.flatten(0, 1), self.classes(values).flatten(), reduction="sum"
        )
        return error / len(values)


def class_centres(values: Tensor) -> Tensor:
    """[K] ascending values of a knob in presets [N]; the last repeats if there are fewer."""
    found, counts = values.unique(return_counts=True)
    is_atom = counts >= ATOM_SHARE * len(values)
    atoms = found[is_atom][:N_CLASSES]
    others = values[~torch.isin(values, atoms)]
    n_others = N_CLASSES - len(atoms)
    if len(others) and n_others:
        middles = (torch.arange(n_others, device=values.device) + 0.5) / n_others
        atoms = torch.cat((atoms, torch.quantile(others, middles.to(others)))).unique()
    return torch.cat((atoms, atoms[-1:].expand(N_CLASSES - len(atoms))))
