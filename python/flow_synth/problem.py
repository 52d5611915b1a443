"""A sound to imitate, with what a search for presets may use."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from flow_synth.fitness import Aim
from flow_synth.lock import Locks
from flow_synth.parameter import ParameterTable
from flow_synth.synth import Note


class Ears(Protocol):
    """What draws and tells: what :class:`flow_synth.export.Model` has."""

    def answer(self, mel: Tensor) -> Tensor:
        """Log-mel [B, 128, 87] -> unit values [B, P]."""
        ...

    def sample(self, mel: Tensor, shares: Tensor, temperature: float) -> Tensor:
        """Log-mel [1, 128, 87], shares [N, P] -> unit values [N, P]."""
        ...

    def predict(self, v: Tensor, notes: Tensor) -> Tensor:
        """Unit values [B, P], notes [B, 2] -> log-mel [B, 128, 87] in nats."""
        ...


def predicted(ears: Ears, values: NDArray[np.float32], note: Note) -> Tensor:
    """Presets [B, P] -> log-mel [B, 128, 87] in nats of what they will sound like at a note."""
    notes = torch.tensor([[note.pitch, float(note.velocity)]]).expand(len(values), -1)
    return ears.predict(torch.from_numpy(values), notes)


@dataclass(frozen=True, eq=False)
class Problem:
    """What a search is for, and what it may use.

    Attributes:
        ears: draw presets, and tell how they will sound.
        table: of the synth's knobs.
        aim: the sound.
        note: that is played.
        locks: knobs that stay.
        seed: of all random choices.
    """

    ears: Ears
    table: ParameterTable
    aim: Aim
    note: Note
    locks: Locks
    seed: int

    def predicted(self, values: NDArray[np.float32]) -> Tensor:
        """Presets [B, P] -> log-mel [B, 128, 87] in nats of what they will sound like."""
        return predicted(self.ears, values, self.note)
