"""Presets -> audio on dask.distributed: a local cluster by default, any running one by address."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import dask
from dask.system import CPU_COUNT
from dask.typing import Key
from distributed import Client, Future, KilledWorker, LocalCluster, as_completed

from flow_synth import synths
from flow_synth.atomic_file import make_folder, remove_partial_files, write_atomically
from flow_synth.dataset import MANIFEST, Manifest, Recipe
from flow_synth.dataset_description import DatasetDescription
from flow_synth.error import InputError
from flow_synth.item import Item
from flow_synth.render_task import (
    FinishedShard,
    OpenSynth,
    RenderJob,
    Sound,
    failure,
    list_items,
    render_alone,
    render_shard,
    write_sounds,
)
from flow_synth.shard import Failure, Shard

CONNECT_SECONDS = 30

_LOCAL_SETTINGS = {
    # A shard that lost its worker is not tried again as it is: see _render_lost.
    "distributed.scheduler.allowed-failures": 0,
    # Nothing waits in a worker behind a task that may end it.
    "distributed.scheduler.worker-saturation": 1.0,
    # On a busy machine a worker can take long to start again; dask gives it up after 15 s.
    "distributed.deploy.lost-worker-timeout": "1 hour",
}

Progress = Callable[[int, int], None]
T = TypeVar("T")


@dataclass(frozen=True)
class RenderSummary:
    """What a rendering job did. ``rendered`` counts the notes that were not there before."""

    folder: Path
    rows: int
    failed: tuple[Failure, ...]
    shards: int
    rendered: int
    seconds: float

    @property
    def notes_per_second(self) -> float:
        """Notes rendered by this run per second of it."""
        return self.rendered / self.seconds


def render_dataset(
    description: DatasetDescription,
    folder: Path,
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    open_synth: OpenSynth = synths.open_synth,
    progress: Progress | None = None,
) -> RenderSummary:
    """Renders a dataset, or what is missing of it, into a folder.

    The same description gives the same bytes, whatever the number of workers and however often
    the job was killed and started again. A preset that crashes or hangs the synth costs a worker
    process, which dask replaces; the manifest names it. Local workers are new processes that
    import the main module, so a script must call this under ``if __name__ == "__main__"``.

    Args:
        description: what to render.
        folder: where to; every worker must see it under this path.
        scheduler: address of a running dask scheduler, or None for a cluster on this machine.
        workers: number of processes on this machine; one for each CPU if None.
        open_synth: opens ``description.synth``; workers import it by its name.
        progress: is called with the number of notes done and their total.

    Raises:
        InputError: the synth cannot be opened, the folder belongs to another dataset or cannot be
            written, the disk is full, or no worker answers.
    """
    started = time.monotonic()
    folder = folder.absolute()
    with ExitStack() as when_workers_ended, _connected(scheduler, workers) as client:
        recipe, planned = _plan(client, description, open_synth)
        _prepare(folder, recipe)
        when_workers_ended.callback(remove_partial_files, folder)
        job = RenderJob(recipe, folder, open_synth)
        size = description.shard_notes
        parts = [planned[start : start + size] for start in range(0, len(planned), size)]
        done = _render(client, job, parts, progress or (lambda _done, _total: None))
    failed = tuple(failure for shard in done for failure in shard.failed)
    manifest = Manifest.of(recipe, planned, [shard.record for shard in done], failed)
    content = manifest.model_dump_json(indent=1) + "\n"
    write_atomically(folder / MANIFEST, content.encode())
    rendered = sum(shard.rendered for shard in done)
    return RenderSummary(
        folder, len(manifest.rows), failed, len(done), rendered, time.monotonic() - started
    )


@contextmanager
def _connected(scheduler: str | None, workers: int | None) -> Iterator[Client]:
    if workers is not None and workers < 1:
        raise InputError(f"{workers} workers cannot render anything; give 1 or more")
    with ExitStack() as stack:
        if scheduler is None:
            stack.enter_context(dask.config.set(_LOCAL_SETTINGS))
            address: Any = stack.enter_context(
                LocalCluster(
                    n_workers=workers or CPU_COUNT,
                    threads_per_worker=1,
                    processes=True,
                    # Some free port, or two jobs on one machine would quarrel over dask's own.
                    dashboard_address="127.0.0.1:0",
                    scheduler_kwargs={"dashboard": False},
                    # A worker that dask pauses for its memory would never go on.
                    memory_limit=0,
                    silence_logs=logging.CRITICAL,
                )
            )
        else:
            address = scheduler
        try:
            client = stack.enter_context(Client(address, timeout=CONNECT_SECONDS))
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        # Of an address that it cannot read, dask says so by the other two.
        except (OSError, ValueError, TypeError) as error:
            raise InputError(
                f"no dask worker answers at {scheduler!r}; start 'dask scheduler' and "
                "'dask worker ADDRESS --nthreads 1' first"
            ) from error
        _check_installed(client)
        try:
            yield client
        except CancelledError as error:
            raise InputError(
                f"the dask scheduler at {scheduler!r} went away; start it and run the same "
                "command again: finished shards are kept"
            ) from error


def _check_installed(client: Client) -> None:
    """Asks first, because dask ends a worker that cannot read its task, and waits for another."""
    package = __package__

    # Defined here, it travels by value to where the package may be missing; and a bare yes or no
    # comes back, as some module specs cannot be read elsewhere.
    def is_installed() -> bool:
        return find_spec(package) is not None

    found = {"the scheduler": client.run_on_scheduler(is_installed)} | client.run(is_installed)
    lacking = [place for place, installed in found.items() if not installed]
    if lacking:
        raise InputError(
            f"{lacking[0]} has no flow-synth; install this version on the machines of the "
            "scheduler and of every worker"
        )


def _plan(
    client: Client, description: DatasetDescription, open_synth: OpenSynth
) -> tuple[Recipe, list[Item]]:
    """Asks a worker for the notes, so that a synth that crashes does not crash the driver."""
    try:
        future = client.submit(list_items, description, open_synth, pure=False)
        recipe, planned = future.result()
    except KilledWorker as error:
        raise InputError(
            f"synth {description.synth!r} crashes when it is opened, or takes longer than "
            f"{description.note_timeout_seconds:g} s; check that it runs without a screen"
        ) from error
    if not planned:
        raise InputError("the synth has no presets of its own; give draws >= 1")
    return recipe, planned


def _prepare(folder: Path, recipe: Recipe) -> None:
    """Makes the folder, refuses another dataset's, and clears what a killed job left."""
    make_folder(folder)
    found = {_recipe_digest(path) for path in folder.glob("shard-*.safetensors")}
    if found - {None, recipe.digest}:
        raise InputError(
            f"{folder} holds a dataset of another description or synth version; "
            "choose an empty folder, or remove it first"
        )
    remove_partial_files(folder)


def _recipe_digest(path: Path) -> str | None:
    try:
        return Shard.open(path).header.recipe
    except InputError:
        return None


def _render(
    client: Client, job: RenderJob, parts: Sequence[Sequence[Item]], progress: Progress
) -> list[FinishedShard]:
    total = sum(map(len, parts))
    finished: dict[int, FinishedShard] = {}

    def finish(number: int, shard: FinishedShard) -> None:
        finished[number] = shard
        progress(sum(len(parts[number]) for number in finished), total)

    futures = client.map(render_shard, [job] * len(parts), parts, pure=False)
    numbers = {future.key: number for number, future in enumerate(futures)}
    for future in as_completed(futures):
        shard = _outcome(future)
        if shard is not None:
            finish(numbers[future.key], shard)
    for number in sorted(set(numbers.values()) - set(finished)):
        finish(number, _render_lost(client, job, parts[number]))
    return [finished[number] for number in range(len(parts))]


def _render_lost(client: Client, job: RenderJob, part: Sequence[Item]) -> FinishedShard:
    """Renders a shard that lost its worker note by note, to find the preset that did it."""
    futures = client.map(render_alone, [job] * len(part), part, pure=False)
    sounds: dict[Key, Sound | Failure] = {}
    for future in as_completed(futures):
        sound = _outcome(future)
        if sound is not None:
            sounds[future.key] = sound
    return write_sounds(
        job,
        part,
        [
            sounds.get(future.key) or _settle(client, job, item)
            for item, future in zip(part, futures, strict=True)
        ],
    )


def _settle(client: Client, job: RenderJob, item: Item) -> Sound | Failure:
    """Tries a note that lost its worker with nothing else running: now it is the note's doing."""
    sound = _outcome(client.submit(render_alone, job, item, pure=False))
    if sound is not None:
        return sound
    if job.hung(item):
        limit = job.recipe.description.note_timeout_seconds
        return failure(item, f"took longer than {limit:g} s")
    return failure(item, "ended the process of the synth")


def _outcome(future: "Future[T]") -> T | None:
    """What a task returned, or None if it lost its worker; the cluster may forget it then."""
    try:
        return future.result()
    except KilledWorker:
        return None
    finally:
        future.release()
