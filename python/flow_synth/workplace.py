"""Where presets are played by workers, task by task, with a journal for each."""

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from distributed import Client, KilledWorker, as_completed

from flow_synth.atomic_file import make_folder
from flow_synth.cluster import Progress, connected, outcome
from flow_synth.dataset import Recipe
from flow_synth.error import InputError
from flow_synth.trial import try_synth
from flow_synth.trial_stage import MatchPlan, SearchPlan, TrialJob
from flow_synth.worker import OpenSynth, cannot_open

Result = TypeVar("Result")


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

    def job(
        self,
        recipe: Recipe,
        plan: SearchPlan | None = None,
        matching: MatchPlan | None = None,
    ) -> TrialJob:
        """A new run of the program here, with the synth of a dataset.

        Raises:
            InputError: the folder cannot be written.
        """
        folder = self.folder.absolute()
        make_folder(folder)
        return TrialJob(recipe, folder, secrets.token_hex(4), self.open_synth, plan, matching)

    def run(
        self,
        job: TrialJob,
        task: Callable[..., Result],
        arguments: Sequence[tuple[Any, ...]],
        progress: Progress | None = None,
    ) -> list[Result]:
        """Runs ``task(job, *arguments)`` for every entry of ``arguments`` on the workers.

        A task that lost its worker is run again, as long as the journals grow.

        Args:
            job: what the workers need to know; from :meth:`job`.
            task: plays presets that one journal keeps; workers import it by its name.
            arguments: of each task.
            progress: is called with the number of tasks done and their total.

        Returns:
            What each task returned.

        Raises:
            InputError: the synth cannot be opened or is of another version, a journal cannot be
                written, or no worker answers.
        """
        show = progress or (lambda _done, _total: None)
        with connected(self.scheduler, self.workers) as client:
            _check_synth(client, job)
            return _run_all(client, job, task, arguments, show)

    def clear(self) -> None:
        """Removes the journals, and the folder if nothing else is in it."""
        for journal in self.folder.glob("*.jsonl"):
            journal.unlink()
        with suppress(OSError):
            self.folder.rmdir()


def _check_synth(client: Client, job: TrialJob) -> None:
    """Lets a worker open the synth, so that no preset is blamed if that crashes."""
    try:
        client.submit(try_synth, job, pure=False).result()
    except KilledWorker as error:
        raise cannot_open(job.recipe.description) from error


def _run_all(
    client: Client,
    job: TrialJob,
    task: Callable[..., Result],
    arguments: Sequence[tuple[Any, ...]],
    progress: Progress,
) -> list[Result]:
    done: dict[int, Result] = {}
    written = -1
    while len(done) < len(arguments):
        if written == (written := _bytes(job.folder)):
            raise InputError(
                "the worker processes end before they measure anything; look for what ends them, "
                "and run the same command again"
            )
        numbers = {
            client.submit(task, job, *arguments[number], pure=False): number
            for number in range(len(arguments))
            if number not in done
        }
        for future in as_completed(list(numbers)):
            result = outcome(future)
            if result is not None:
                done[numbers[future]] = result
                progress(len(done), len(arguments))
    return [done[number] for number in range(len(arguments))]


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.jsonl"))
