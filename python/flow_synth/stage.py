"""Where matching plays its presets: in worker processes, which may fail without harm."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from os import devnull
from pathlib import Path

import numpy as np
from distributed import Client
from numpy.typing import NDArray
from torch import Tensor

from flow_synth.cluster import connected, outcome
from flow_synth.dataset import Recipe
from flow_synth.dataset_description import DatasetDescription
from flow_synth.synth import Note, Synth, SynthError
from flow_synth.synths import open_synth
from flow_synth.worker import OpenSynth, play

#: A note that takes longer is given up.
NOTE_TIMEOUT_SECONDS = 10.0

Sound = tuple[Tensor, Tensor]
#: Presets [k, P] and their note -> audio [1, 88200] and log-mel [1, 128, 87], or None, of each.
Stage = Callable[[NDArray[np.float32], Note], list[Sound | None]]


@contextmanager
def play_on_workers(
    synth: Synth,
    description: str,
    *,
    opener: OpenSynth = open_synth,
    scheduler: str | None = None,
    workers: int | None = None,
) -> Iterator[Stage]:
    """Plays presets in worker processes; one that ends or hangs its process, or fails, is None.

    Args:
        synth: the same, opened here.
        description: from which ``opener`` opens it.
        opener: imported by workers by its name.
        scheduler: address of a running dask scheduler, or None for a cluster on this machine.
        workers: number of processes on this machine; one for each CPU if None.

    Raises:
        InputError: no worker answers, or the synth cannot be opened there.
    """
    described = DatasetDescription(synth=description, note_timeout_seconds=NOTE_TIMEOUT_SECONDS)
    recipe = Recipe.of(described, synth)
    with connected(scheduler, workers) as client:
        yield lambda presets, note: _played(client, opener, recipe, presets, note)


def _played(
    client: Client,
    opener: OpenSynth,
    recipe: Recipe,
    presets: NDArray[np.float32],
    note: Note,
) -> list[Sound | None]:
    def outcomes(numbers: Sequence[int]) -> list[Sound | str | None]:
        futures = [
            client.submit(_sound, opener, recipe, presets[number], note, pure=False)
            for number in numbers
        ]
        return [outcome(future) for future in futures]

    found = outcomes(range(len(presets)))
    # What waited behind a preset that ended its worker was lost with it: each again, alone.
    found = [
        outcomes([number])[0] if sound is None else sound for number, sound in enumerate(found)
    ]
    return [None if isinstance(sound, str) else sound for sound in found]


def _sound(
    opener: OpenSynth, recipe: Recipe, values: NDArray[np.float32], note: Note
) -> Sound | str:
    """What is heard, or why nothing is."""
    try:
        return play(opener, recipe, values, note, Path(devnull))
    except SynthError as error:
        return str(error)
