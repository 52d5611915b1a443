"""Presets -> audio on dask.distributed: a local cluster by default, any running one by address."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from dask.typing import Key
from distributed import Client, KilledWorker, as_completed

from flow_synth import synths
from flow_synth.atomic_file import (
    make_folder,
    remove_partial_files,
    write_atomically,
)
from flow_synth.cluster import Progress, connected, outcome
from flow_synth.dataset import FORMAT, MANIFEST, Manifest, Recipe
from flow_synth.dataset_description import DatasetDescription
from flow_synth.error import InputError
from flow_synth.item import Item
from flow_synth.json_file import check_format
from flow_synth.render_task import (
    FinishedShard,
    RenderJob,
    Sound,
    failure,
    list_items,
    render_alone,
    render_shard,
    write_sounds,
)
from flow_synth.shard import Failure, Shard
from flow_synth.worker import OpenSynth, cannot_open


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
    with ExitStack() as when_workers_ended, connected(scheduler, workers) as client:
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


def _plan(
    client: Client, description: DatasetDescription, open_synth: OpenSynth
) -> tuple[Recipe, list[Item]]:
    """Asks a worker for the notes, so that a synth that crashes does not crash the driver."""
    try:
        future = client.submit(list_items, description, open_synth, pure=False)
        recipe, planned = future.result()
    except KilledWorker as error:
        raise cannot_open(description) from error
    if not planned:
        raise InputError("the synth has no presets of its own; give draws >= 1")
    return recipe, planned


def _prepare(folder: Path, recipe: Recipe) -> None:
    """Makes the folder, refuses another dataset's, and clears what a killed job left."""
    make_folder(folder)
    check_format(folder / MANIFEST, FORMAT)
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
        shard = outcome(future)
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
        sound = outcome(future)
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
    sound = outcome(client.submit(render_alone, job, item, pure=False))
    if sound is not None:
        return sound
    if job.hung(item):
        limit = job.recipe.description.note_timeout_seconds
        return failure(item, f"took longer than {limit:g} s")
    return failure(item, "ended the process of the synth")
