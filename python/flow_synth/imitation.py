"""Presets proposed for targets, played by workers, and how near the best of each method comes."""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from distributed import Client, KilledWorker, as_completed
from numpy.typing import NDArray

from flow_synth import metric
from flow_synth.atomic_file import make_folder
from flow_synth.baseline import Proposals
from flow_synth.cluster import Progress, connected, outcome
from flow_synth.dataset import Recipe
from flow_synth.error import InputError
from flow_synth.metric import SOUND_MEASURES, Measure
from flow_synth.target import Targets
from flow_synth.trial import SearchPlan, TrialJob, Trials, try_synth, try_target
from flow_synth.worker import OpenSynth, cannot_open

Name = TypeVar("Name", bound=str)


@dataclass(frozen=True)
class Workplace:
    """Where trials are run.

    Attributes:
        folder: for the journals, seen by every worker under this path. Each is named after its
            target and synth: what a killed run has measured of them is taken up, and nothing else.
        open_synth: opens the synth of a dataset; workers import it by its name.
        scheduler: address of a running dask scheduler, or None for a cluster on this machine.
        workers: number of processes on this machine; one for each CPU if None.
    """

    folder: Path
    open_synth: OpenSynth
    scheduler: str | None = None
    workers: int | None = None

    def clear(self) -> None:
        """Removes the journals, and the folder if nothing else is in it."""
        for journal in self.folder.glob("*.jsonl"):
            journal.unlink()
        with suppress(OSError):
            self.folder.rmdir()


@dataclass(frozen=True, eq=False)
class Imitations:
    """What became of one method's proposals.

    Attributes:
        values: [n, P] unit preset of every imitation, stepped knobs on their steps.
        errors: [n, 6] its measures in the order of :class:`Measure`, or [n, 4] without those that
            need a true preset.
    """

    values: NDArray[np.float32]
    errors: NDArray[np.float64]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What the columns of ``errors`` are."""
        return tuple(Measure)[: self.errors.shape[1]]


@dataclass(frozen=True, eq=False)
class Imitated:
    """What became of all proposals.

    Attributes:
        methods: imitations by method, those of the search among them.
        progress_db: [n, 400] MSS of the search's best preset after every render; [n, 0] without.
        n_failed: presets that could not be played, counted once a target.
    """

    methods: Mapping[str, Imitations]
    progress_db: NDArray[np.float64]
    n_failed: int


def imitate(
    workplace: Workplace,
    recipe: Recipe,
    targets: Targets,
    proposals: Mapping[Name, Proposals],
    plan: SearchPlan | None = None,
    progress: Progress | None = None,
) -> Imitated:
    """Plays every proposal at its target's pitch, and measures the best of each method.

    Of several proposals the one of the smallest multi-scale distance (MSS) counts. One that the
    synth cannot play, or that ends or hangs its process twice, is never the best; a method of
    which no proposal can be played has the errors of silence.

    Run again after it was killed, it measures only what was not measured before.

    Args:
        workplace: the workers.
        recipe: of the dataset; its synth plays.
        targets: n sounds.
        proposals: [n, k, P] unit presets by method.
        plan: of a search for every target, or None.
        progress: is called with the number of targets done and their total.

    Raises:
        InputError: the synth cannot be opened or is of another version, the folder cannot be
            written, or no worker answers.
    """
    folder = workplace.folder.absolute()
    make_folder(folder)
    job = TrialJob(recipe, folder, secrets.token_hex(4), workplace.open_synth, plan)
    with connected(workplace.scheduler, workplace.workers) as client:
        _check_synth(client, job)
        done = _try_all(client, job, targets, proposals, progress or (lambda _done, _total: None))
    return Imitated(
        methods={name: _gathered(name, done, targets.values) for name in done[0].imitations},
        progress_db=np.stack([trials.progress_db for trials in done]),
        n_failed=sum(trials.n_failed for trials in done),
    )


def _check_synth(client: Client, job: TrialJob) -> None:
    """Lets a worker open the synth, so that no preset is blamed if that crashes."""
    try:
        client.submit(try_synth, job, pure=False).result()
    except KilledWorker as error:
        raise cannot_open(job.recipe.description) from error


def _try_all(
    client: Client,
    job: TrialJob,
    targets: Targets,
    proposals: Mapping[Name, Proposals],
    progress: Progress,
) -> list[Trials]:
    """Tries targets that lost their worker again, as long as their journals grow."""
    done: dict[int, Trials] = {}
    written = -1
    while len(done) < len(targets):
        if written == (written := _bytes(job.folder)):
            raise InputError(
                "the worker processes end before they measure anything; look for what ends them, "
                "and run the same command again"
            )
        numbers = {}
        for index in set(range(len(targets))) - set(done):
            mine = {str(name): presets[index] for name, presets in proposals.items()}
            numbers[client.submit(try_target, job, targets[index], mine, pure=False)] = index
        for future in as_completed(list(numbers)):
            trials = outcome(future)
            if trials is not None:
                done[numbers[future]] = trials
                progress(len(done), len(targets))
    return [done[index] for index in range(len(targets))]


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.jsonl"))


def _gathered(name: str, done: Sequence[Trials], truth: NDArray[np.float32] | None) -> Imitations:
    imitations = [trials.imitations[name] for trials in done]
    values = np.stack([imitation.values for imitation in imitations])
    errors = np.stack([imitation.errors for imitation in imitations])
    if truth is None:
        return Imitations(values, errors)
    return Imitations(values, np.concatenate([errors, _preset_errors(truth, values)], 1))


def _preset_errors(truth: NDArray[np.float32], values: NDArray[np.float32]) -> NDArray[np.float64]:
    """[n, 2] measures that need a true preset."""
    pair = torch.from_numpy(truth), torch.from_numpy(values)
    errors = {
        Measure.MSE_N: metric.normalised_parameter_error(*pair),
        Measure.PARAMETER_MSE: metric.parameter_mse(*pair),
    }
    columns = [errors[measure].double() for measure in Measure if measure not in SOUND_MEASURES]
    return torch.stack(columns, 1).numpy()
