"""What each knob of a preset does to its sound, here and now, as an ear expects."""

import numpy as np
import torch
from numpy.typing import NDArray

from flow_synth.features import one_thread
from flow_synth.fitness import DB_PER_NAT
from flow_synth.parameter import ParameterTable
from flow_synth.problem import Ears, predicted
from flow_synth.synth import Note

#: How far a continuous knob is moved either way; a stepped one goes to the next step.
_MOVE = 0.1


def knob_effects(
    ears: Ears, table: ParameterTable, values: NDArray[np.float32], note: Note
) -> NDArray[np.float32]:
    """How much the sound of a preset changes as each knob is moved a little.

    Args:
        ears: tell how presets sound.
        table: of the knobs.
        values: [P] unit values.
        note: that is played.

    Returns:
        [P] root mean square changes of the log-mel in dB: the larger of those either way.
    """
    moved = _moved(table, values)
    with one_thread(), torch.inference_mode():
        mel = predicted(ears, np.concatenate((values[None], moved.reshape(-1, len(values)))), note)
        change = (mel[1:] - mel[:1]).square().mean((1, 2)).sqrt()
        return (DB_PER_NAT * change.view(2, -1).amax(0)).numpy()


def _moved(table: ParameterTable, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """[2, P, P] presets each of which has one knob moved, down and up."""
    moves = np.array(
        [1 / (knob.n_values - 1) if knob.n_values else _MOVE for knob in table.parameters()]
    )
    signs = np.array([-1, 1])[:, None, None]
    return table.snap((values + signs * np.diag(moves)).astype(np.float32))
