"""What an ear gets wrong, told from presets that were played."""

import torch
from torch import Tensor

#: Between presets whose knobs differ by so much in all, errors are alike by exp(-1).
_RANGE = 2.0
#: Share of an error that is a preset's own, and says nothing of its neighbours.
_NUGGET = 0.02


class Surprises:
    """Errors of an ear at presets that were played, and what they say of presets nearby.

    Kriging with the mean of the errors for their trend and an exponential covariance of the
    city-block distance between presets: Rasmussen and Williams 2006, "Gaussian processes for
    machine learning", equations 2.25, 2.26 and 4.18.

    Args:
        presets: [n, P] unit values that were played.
        errors: [n, F] how what was heard differs from what the ear had told.
    """

    def __init__(self, presets: Tensor, errors: Tensor) -> None:
        self._presets = presets
        self._mean = errors.mean(0)
        own = _NUGGET * torch.eye(len(presets))
        self._inverse = torch.linalg.inv(_covariance(presets, presets) + own)
        self._weights = self._inverse @ (errors - self._mean)

    def at(self, presets: Tensor) -> tuple[Tensor, Tensor]:
        """What the ear may get wrong about other presets.

        Args:
            presets: [m, P] unit values.

        Returns:
            [m, F] errors, and [m] how little is known of them: their standard deviation, 1 far
            from all that was played.
        """
        covariance = _covariance(presets, self._presets)
        explained = ((covariance @ self._inverse) * covariance).sum(1)
        doubt = (1.0 - explained).clamp(min=0.0).sqrt()
        return self._mean + covariance @ self._weights, doubt


def _covariance(one: Tensor, other: Tensor) -> Tensor:
    """[n, m] of presets [n, P] and [m, P]."""
    distance: Tensor = torch.cdist(one, other, p=1.0)
    return (-distance / _RANGE).exp()
