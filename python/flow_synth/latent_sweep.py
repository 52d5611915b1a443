"""Presets on the way of a control: what a model decodes while one thing changes in z."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from flow_synth.curve import Numbers
from flow_synth.evaluation import Model, batches
from flow_synth.model_file import ModelDescription
from flow_synth.parameter import ParameterTable
from flow_synth.tag import SLIDER_END

N_STEPS = 13
#: Where a slider stands at every step.
POSITIONS = np.linspace(-SLIDER_END, SLIDER_END, N_STEPS)
#: Macro knobs, of which there are many, are swept around every fifth sound.
MACRO_EVERY = 5


class Sweep(StrEnum):
    """What is swept around a sound, and the straight lines of knobs beside it."""

    AXES = "axes"
    ENDS = "ends"
    MACROS = "macros"
    MACRO_LINES = "macro_lines"
    PAIR = "pair"
    PAIR_LINE = "pair_line"


def swept(
    description: ModelDescription, dimension: int, n_steps: int
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """One dimension from its minimum to its maximum, all others at their means.

    Returns:
        Its positions [S], and z [S, D].
    """
    latent = description.latent
    positions = np.linspace(latent[dimension].minimum, latent[dimension].maximum, n_steps)
    z = np.tile(np.array([each.mean for each in latent], np.float32), (n_steps, 1))
    z[:, dimension] = positions
    return positions, z


class LatentSweeps:
    """The presets that the controls of a model make of sounds.

    Args:
        model: of the description.
        description: of its latent dimensions and sliders.
        table: the synth's knobs.
        mel: [n, 128, 87] log-mels of the sounds in nats; z is what the model encodes of each.

    Attributes:
        macro_positions: [D, S] of the sweep of every latent dimension.
    """

    def __init__(
        self,
        model: Model,
        description: ModelDescription,
        table: ParameterTable,
        mel: NDArray[np.float32],
    ) -> None:
        self._table = table
        self._model = model
        self._z = np.concatenate([model.encode(part) for part in batches(mel)])
        self._axes = description.semantic_axes
        latent = description.latent
        self.macro_positions = np.linspace(
            [each.minimum for each in latent], [each.maximum for each in latent], N_STEPS, axis=1
        )
        self._macro_ends = np.array(
            [
                [each.mean - each.standard_deviation, each.mean + each.standard_deviation]
                for each in latent
            ]
        )

    def around(self, index: int) -> dict[str, NDArray[np.float32]]:
        """[W, S, P] presets around one sound, by what is swept; stepped knobs on their steps."""
        z, half = self._z[index], len(self._z) // 2
        sweeps: dict[str, NDArray[np.float32]] = {Sweep.AXES: self._sliders(z)}
        if index % MACRO_EVERY == 0:
            sweeps[Sweep.ENDS] = self._macros(z, self._macro_ends)
            sweeps[Sweep.MACROS] = self._macros(z, self.macro_positions)
            sweeps[Sweep.MACRO_LINES] = self._lines(sweeps[Sweep.MACROS])
        if index < half:
            pair = np.linspace(z, self._z[index + half], N_STEPS)
            sweeps[Sweep.PAIR] = self._presets(pair[None])
            sweeps[Sweep.PAIR_LINE] = self._lines(sweeps[Sweep.PAIR])
        return sweeps

    def _sliders(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        axes = [axis.direction for axis in self._axes]
        directions = np.array(axes).reshape(len(axes), 1, len(z))
        return self._presets(z + POSITIONS[:, None] * directions)

    def _macros(self, z: NDArray[np.float32], positions: Numbers) -> NDArray[np.float32]:
        """Each dimension in turn at its positions [D, S]."""
        swept = np.tile(z.astype(np.float64), (*positions.shape, 1))
        every = np.arange(len(z))
        swept[every, :, every] = positions
        return self._presets(swept)

    def _lines(self, sweeps: NDArray[np.float32]) -> NDArray[np.float32]:
        """The straight lines of knobs between the ends of sweeps [W, S, P]."""
        return self._table.snap(np.linspace(sweeps[:, 0], sweeps[:, -1], N_STEPS, axis=1))

    def _presets(self, z: Numbers) -> NDArray[np.float32]:
        """z [W, S, D] -> unit values [W, S, P], stepped knobs on their steps."""
        rows = z.astype(np.float32).reshape(-1, z.shape[-1])
        values = [self._model.decode(part) for part in batches(rows)] if len(rows) else []
        decoded = np.concatenate([np.empty((0, len(self._table))), *values])
        return self._table.snap(decoded).reshape(*z.shape[:-1], len(self._table))
