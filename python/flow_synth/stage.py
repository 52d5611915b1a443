"""Where matching plays its presets: here, or in worker processes, which may fail without harm."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from os import devnull
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from distributed import Client, KilledWorker
from numpy.typing import NDArray

from flow_synth.cluster import connected, outcome
from flow_synth.dataset import Recipe
from flow_synth.dataset_description import DatasetDescription
from flow_synth.synth import Note, Synth, SynthError
from flow_synth.synths import open_synth
from flow_synth.worker import (
    OpenSynth,
    Sound,
    cannot_open,
    heard,
    limited,
    play,
    played,
    ready_synth,
    render,
)


class Stage(Protocol):
    """Plays presets of a synth."""

    def sounds(self, presets: NDArray[np.float32], note: Note) -> list[Sound | None]:
        """Plays presets [k, P]; one that fails is None."""
        ...

    def render(self, values: NDArray[np.float32], note: Note) -> NDArray[np.float32]:
        """[2, samples] of a preset at 44100 Hz.

        Raises:
            SynthError: it failed.
        """
        ...


class LocalStage:
    """Plays presets in this process, which a plug-in that crashes ends."""

    def __init__(self, synth: Synth) -> None:
        self._synth = synth

    def sounds(self, presets: NDArray[np.float32], note: Note) -> list[Sound | None]:
        """See :class:`Stage`."""
        return [self._sound(values, note) for values in presets]

    def _sound(self, values: NDArray[np.float32], note: Note) -> Sound | None:
        try:
            return heard(self.render(values, note))
        except SynthError:
            return None

    def render(self, values: NDArray[np.float32], note: Note) -> NDArray[np.float32]:
        """See :class:`Stage`."""
        return played(self._synth, values, note)


class WorkerStage:
    """Plays presets in worker processes.

    Args:
        client: of the workers.
        opener: opens the synth; workers import it by its name.
        recipe: names the synth, its version and the time limit of a note.
    """

    def __init__(self, client: Client, opener: OpenSynth, recipe: Recipe) -> None:
        self._client = client
        self._opener = opener
        self._recipe = recipe

    def sounds(self, presets: NDArray[np.float32], note: Note) -> list[Sound | None]:
        """See :class:`Stage`; a preset that ends or hangs its process fails."""
        found = self._outcomes(_sound, presets, note)
        # What waited behind a preset that ended its worker was lost with it: each again, alone.
        found = [
            self._outcomes(_sound, [values], note)[0] if sound is None else sound
            for values, sound in zip(presets, found, strict=True)
        ]
        return [None if isinstance(sound, str) else sound for sound in found]

    def render(self, values: NDArray[np.float32], note: Note) -> NDArray[np.float32]:
        """See :class:`Stage`."""
        (audio,) = self._outcomes(_audio, [values], note)
        if audio is None:
            raise SynthError("it ended its process, or took too long")
        if isinstance(audio, str):
            raise SynthError(audio)
        rendered: NDArray[np.float32] = audio
        return rendered

    def _outcomes(
        self,
        task: Callable[..., Any],
        presets: Sequence[NDArray[np.float32]] | NDArray[np.float32],
        note: Note,
    ) -> list[Any]:
        arguments = self._opener, self._recipe
        futures = [
            self._client.submit(task, *arguments, values, note, pure=False) for values in presets
        ]
        return [outcome(future) for future in futures]


@contextmanager
def play_on_workers(
    synth: Synth,
    description: str,
    *,
    opener: OpenSynth = open_synth,
    scheduler: str | None = None,
    workers: int | None = None,
) -> Iterator[Stage]:
    """Opens a stage.

    Args:
        synth: the same, opened here.
        description: from which ``opener`` opens it.
        opener: imported by workers by its name.
        scheduler: address of a running dask scheduler, or None for a cluster on this machine.
        workers: number of processes on this machine; one for each CPU if None.

    Raises:
        InputError: no worker answers, or the synth cannot be opened there or is another version.
    """
    recipe = Recipe.of(DatasetDescription(synth=description), synth)
    with connected(scheduler, workers) as client:
        try:
            client.submit(_open, opener, recipe, pure=False).result()
        except KilledWorker as error:
            raise cannot_open(recipe.description) from error
        yield WorkerStage(client, opener, recipe)


def _open(opener: OpenSynth, recipe: Recipe) -> None:
    with limited(recipe.description.note_timeout_seconds, Path(devnull)):
        ready_synth(opener, recipe)


def _sound(
    opener: OpenSynth, recipe: Recipe, values: NDArray[np.float32], note: Note
) -> Sound | str:
    """What is heard, or why nothing is."""
    try:
        return play(opener, recipe, values, note, Path(devnull))
    except SynthError as error:
        return str(error)


def _audio(
    opener: OpenSynth, recipe: Recipe, values: NDArray[np.float32], note: Note
) -> NDArray[np.float32] | str:
    try:
        return render(opener, recipe, values, note, Path(devnull))
    except SynthError as error:
        return str(error)
