"""The runs of a grid, each a process of its own: one after another, or several side by side."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import tomli_w
from dask.system import CPU_COUNT

from flow_synth.atomic_file import locked, make_folder, write_atomically
from flow_synth.cluster import Progress
from flow_synth.cost import COST, Cost
from flow_synth.error import InputError
from flow_synth.grid import GridRun
from flow_synth.training import START, is_finished

DESCRIPTION = "experiment.toml"
LOG = "train.log"

_POLL_SECONDS = 1.0


@dataclass(frozen=True)
class FailedRun:
    """A run that came to no end, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class GridSummary:
    """What became of a grid: names of runs trained now, names of those finished before, the rest.

    Attributes:
        trained: names.
        skipped: names.
        failed: in the order of the grid.
    """

    trained: tuple[str, ...]
    skipped: tuple[str, ...]
    failed: tuple[FailedRun, ...]


def train_grid(
    runs: Sequence[GridRun],
    folder: Path,
    *,
    jobs: int = 1,
    accelerator: str = "auto",
    devices: int = 1,
    progress: Progress | None = None,
) -> GridSummary:
    """Trains what is not finished yet; a run that fails stops no other.

    Every run has a folder with its own description, ``experiment.toml``, and all that its process
    said, ``train.log``. What one run has started from, another that starts alike takes from it. A
    killed grid goes on where it was, and a run that another process still trains is left to that.

    Args:
        runs: of a grid.
        folder: the runs' folders are made in it.
        jobs: so many at once; the processors are shared out evenly among them.
        accelerator: ``cpu``, ``cuda`` or ``auto``.
        devices: processes or GPUs of each run.
        progress: is called with the number of epochs done and their total.

    Raises:
        InputError: the folder cannot be written.
    """
    make_folder(folder)
    trainer = _Trainer(
        runs, folder, jobs, ("--accelerator", accelerator, "--devices", str(devices))
    )
    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(trainer.train, run) for run in runs]
        try:
            _watch(futures, runs, folder, progress or (lambda _done, _total: None))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            trainer.stop()
            raise
    trained: list[str] = []
    skipped: list[str] = []
    failed: list[FailedRun] = []
    for run, future in zip(runs, futures, strict=True):
        try:
            (trained if future.result() else skipped).append(run.name)
        except InputError as error:
            failed.append(FailedRun(run.name, str(error)))
    return GridSummary(tuple(trained), tuple(skipped), tuple(failed))


@dataclass
class _Trainer:
    """Runs processes, and ends them when it is told to."""

    runs: Sequence[GridRun]
    folder: Path
    jobs: int
    options: tuple[str, ...]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def train(self, run: GridRun) -> bool:
        """Trains a run unless it is finished, and says whether it had to.

        Raises:
            InputError: the run came to no end.
        """
        place = self.folder / run.name
        make_folder(place)
        with _held(place) as descriptors:
            if is_finished(run.experiment, place):
                return False
            write_atomically(place / DESCRIPTION, _description(run).encode())
            self._take_start(run, place / START)
            with (place / LOG).open("wb") as log:
                process = subprocess.Popen(
                    self._command(place),
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=self._environment(),
                    pass_fds=descriptors,
                )
                self.processes.append(process)
                code = process.wait()
        if code:
            raise InputError(_reason(place / LOG, code))
        return True

    def stop(self) -> None:
        """Ends all processes; what they had saved is kept."""
        for process in self.processes:
            process.kill()

    def _take_start(self, run: GridRun, place: Path) -> None:
        """Copies what this run starts from, where another run of the grid has trained it."""
        first = run.experiment.first
        if first is None or place.exists():
            return
        for other in self.runs:
            theirs = self.folder / other.name / START
            if other.experiment.first == first and is_finished(first, theirs):
                partial = place.with_name(f".{START}")
                shutil.rmtree(partial, ignore_errors=True)
                shutil.copytree(theirs, partial)
                partial.rename(place)
                return

    def _command(self, place: Path) -> list[str]:
        program = [sys.executable, "-m", __package__, "train"]
        return [*program, str(place / DESCRIPTION), "--out", str(place), "--json", *self.options]

    def _environment(self) -> dict[str, str]:
        if self.jobs == 1:
            return dict(os.environ)
        return {"OMP_NUM_THREADS": str(max(CPU_COUNT // self.jobs, 1)), **os.environ}


@contextmanager
def _held(place: Path) -> Iterator[tuple[int, ...]]:
    """Locks a run's folder; a process that inherits the descriptors holds it until its end, too.

    Raises:
        InputError: another process holds it.
    """
    with ExitStack() as stack:
        descriptors: tuple[int, ...] = ()
        try:
            descriptors = (stack.enter_context(locked(place)),)
        except BlockingIOError as error:
            raise InputError(
                f"another process is training in {place}; wait for it, or end it, and run the "
                "same command again"
            ) from error
        except OSError:  # The system cannot lock folders.
            pass
        yield descriptors


def _description(run: GridRun) -> str:
    """An experiment file that says all that the grid does of this run, and stands on no other."""
    experiment = run.experiment
    # TOML knows no null: what is not set is left out.
    content = experiment.model_dump(mode="json", exclude_none=True)
    content["dataset"] = str(experiment.dataset.resolve())
    if experiment.proposals:
        content["proposals"] = str(experiment.proposals.resolve())
    return tomli_w.dumps(content)


def _reason(log: Path, code: int) -> str:
    """What the process complained of, or how it ended."""
    said = log.read_text(encoding="utf-8", errors="replace").splitlines()
    sentences = [line for line in said if line.startswith("flow-synth: ")]
    if sentences:
        return sentences[-1].removeprefix("flow-synth: ")
    ended = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    return f"the process ended with {ended}; see {log}"


def _watch(
    futures: Sequence[Future[bool]], runs: Sequence[GridRun], folder: Path, progress: Progress
) -> None:
    """Tells how far all runs are until all have come to an end."""
    total = sum(run.experiment.epochs for run in runs)
    waiting = set(futures)
    while waiting:
        waiting = wait(waiting, _POLL_SECONDS).not_done
        progress(sum(_epochs_done(run, folder / run.name / COST) for run in runs), total)


def _epochs_done(run: GridRun, cost: Path) -> int:
    return min(Cost.read(cost).epochs, run.experiment.epochs) if cost.exists() else 0
