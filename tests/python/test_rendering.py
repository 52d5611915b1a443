"""Rendering: the right sounds, whatever the workers do, however often the job is killed."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dask
import numpy as np
import pytest
import torch
from clusters_for_tests import in_this_process
from synths_for_tests import N_PRESETS, SineSynth, open_test_synth

from flow_synth import cluster as cluster_module
from flow_synth.atomic_file import PARTIAL_SUFFIX
from flow_synth.dataset import MANIFEST, Dataset
from flow_synth.dataset_description import Augmentation, DatasetDescription, RandomPitch
from flow_synth.error import InputError
from flow_synth.features import LogMel, Resampler
from flow_synth.item import Source, items
from flow_synth.proposal import ProposalFile
from flow_synth.rendering import RenderSummary, render_dataset
from flow_synth.synth import SAMPLE_RATE_HZ

DESCRIPTION = DatasetDescription(
    synth="sine", draws=8, seed=3, shard_notes=5, random_pitch=RandomPitch()
)
N_NOTES = N_PRESETS + DESCRIPTION.draws
STARTING_SECONDS = 120

Render = Callable[..., RenderSummary]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A cluster of one worker in this process: its tasks see monkeypatches and cost no start."""
    with in_this_process(n_workers=1, threads_per_worker=1) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def render(address: str) -> Render:
    def render(folder: Path, description: DatasetDescription = DESCRIPTION) -> RenderSummary:
        return render_dataset(description, folder, scheduler=address, open_synth=open_test_synth)

    return render


@pytest.fixture(scope="module")
def reference(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sine synth's dataset, rendered by one worker without interruption."""
    return render(tmp_path_factory.mktemp("reference")).folder


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def with_faults(**victims: int) -> DatasetDescription:
    """The sine synth's dataset with faults at the items of these numbers."""
    planned = items(DESCRIPTION, SineSynth())
    faults = [f"{fault}={planned[index].preset.identity}" for fault, index in victims.items()]
    return DESCRIPTION.model_copy(update={"synth": " ".join(faults)})


def assert_rows_equal(dataset: Dataset, reference: Dataset) -> None:
    """Every row of a dataset is the row of the same number in another one."""
    rows = np.array([row.index for row in dataset.manifest.rows])
    np.testing.assert_array_equal(dataset.audio(np.arange(len(rows))), reference.audio(rows))
    np.testing.assert_array_equal(dataset.mel(np.arange(len(rows))), reference.mel(rows))
    np.testing.assert_array_equal(dataset.values, reference.values[rows])
    np.testing.assert_array_equal(dataset.pitch, reference.pitch[rows])


def test_the_rows_are_what_the_synth_plays(reference: Path) -> None:
    dataset = Dataset.open(reference)
    audio, mel = dataset.audio(np.arange(N_NOTES)), dataset.mel(np.arange(N_NOTES))
    planned = items(DESCRIPTION, SineSynth())
    for item, row, heard, seen in zip(planned, dataset.manifest.rows, audio, mel, strict=True):
        assert (row.index, row.identity, row.name, row.category, row.tags) == (
            item.index,
            item.preset.identity,
            item.preset.name,
            item.preset.category,
            item.preset.tags,
        )
        assert (row.source, row.parents) == (item.source, item.parents)
        assert (row.pitch, row.velocity) == (item.note.pitch, item.note.velocity)
        assert (row.family, row.fold) == (item.family, item.fold)
        played = SineSynth().render(item.preset.values, item.note)
        mono = Resampler()(torch.from_numpy(played.mean(0))[None], SAMPLE_RATE_HZ)
        # float16 keeps eleven bits: half a step is 2**-11 of the value.
        np.testing.assert_allclose(heard, mono[0], rtol=2**-11, atol=2**-24)
        np.testing.assert_allclose(seen, LogMel()(mono)[0], rtol=2**-11, atol=1e-4)
    np.testing.assert_array_equal(dataset.values, [item.preset.values for item in planned])
    assert [row.source for row in dataset.manifest.rows].count(Source.FACTORY) == N_PRESETS
    # The bank's last two presets are twins.
    assert dataset.manifest.rows[2].family == dataset.manifest.rows[3].family
    assert dataset.manifest.rows[2].fold == dataset.manifest.rows[3].fold


def test_a_finished_dataset_is_kept(reference: Path, render: Render, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(reference, tmp_path / "copy"))
    times = {path.name: path.stat().st_mtime_ns for path in folder.glob("shard-*")}
    summary = render(folder)
    assert (summary.rendered, summary.rows, summary.shards) == (0, N_NOTES, 3)
    assert {path.name: path.stat().st_mtime_ns for path in folder.glob("shard-*")} == times
    assert content(folder) == content(reference)


def test_what_is_missing_or_damaged_is_rendered_again(
    reference: Path, render: Render, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(reference, tmp_path / "copy"))
    damaged = bytearray((folder / "shard-00001.safetensors").read_bytes())
    damaged[-1000] ^= 1
    (folder / "shard-00001.safetensors").write_bytes(damaged)
    (folder / "shard-00002.safetensors").unlink()
    (folder / MANIFEST).unlink()
    (folder / f".shard-00002.safetensors.x{PARTIAL_SUFFIX}").write_bytes(b"half")
    summary = render(folder)
    assert summary.rendered == N_NOTES - DESCRIPTION.shard_notes
    assert content(folder) == content(reference)


def test_progress_ends_with_all_notes(address: str, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    render_dataset(
        DESCRIPTION,
        tmp_path,
        scheduler=address,
        open_synth=open_test_synth,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen[-1] == (N_NOTES, N_NOTES)
    assert seen == sorted(seen)
    assert len(seen) == 3


def test_no_number_of_notes_is_warned_of(render: Render, tmp_path: Path) -> None:
    limit = {"distributed.admin.large-graph-warning-threshold": 1}
    with dask.config.set(limit), warnings.catch_warnings():
        warnings.simplefilter("error")
        render(tmp_path)


def test_sounds_that_are_not_finite_and_errors_cost_one_preset_each(
    reference: Path, render: Render, tmp_path: Path
) -> None:
    summary = render(tmp_path, with_faults(nan=1, error=7, exception=9))
    dataset = Dataset.open(tmp_path)
    assert summary.failed == dataset.manifest.failed
    assert [(failure.index, failure.reason) for failure in summary.failed] == [
        (1, "the sound is not finite"),
        (7, "the oscillator fell over"),
        (9, "KeyError: 'oscillator'"),
    ]
    planned = items(DESCRIPTION, SineSynth())
    assert [failure.identity for failure in summary.failed] == [
        planned[1].preset.identity,
        planned[7].preset.identity,
        planned[9].preset.identity,
    ]
    assert len(dataset) == N_NOTES - 3
    assert_rows_equal(dataset, Dataset.open(reference))
    assert render(tmp_path, with_faults(nan=1, error=7, exception=9)).failed == summary.failed


def test_a_shard_of_which_every_preset_fails_is_empty(render: Render, tmp_path: Path) -> None:
    description = with_faults(error=11).model_copy(update={"shard_notes": 11})
    assert render(tmp_path, description).rows == N_NOTES - 1
    dataset = Dataset.open(tmp_path)
    assert [shard.rows for shard in dataset.manifest.shards] == [11, 0]
    assert dataset.values.shape == (11, len(dataset.table))


def test_a_crash_and_an_endless_loop_cost_one_preset_each(reference: Path, tmp_path: Path) -> None:
    # Opening and playing a sine takes milliseconds; the limit leaves room for a busy machine.
    update = {"note_timeout_seconds": 5, "shard_notes": 8}
    description = with_faults(crash=1, hang=7).model_copy(update=update)
    summary = render_dataset(description, tmp_path, workers=2, open_synth=open_test_synth)
    assert [(failure.index, failure.reason) for failure in summary.failed] == [
        (1, "ended the process of the synth"),
        (7, "took longer than 5 s"),
    ]
    dataset = Dataset.open(tmp_path)
    assert dataset.manifest.failed == summary.failed
    assert len(dataset) == N_NOTES - 2
    assert_rows_equal(dataset, Dataset.open(reference))
    assert set(content(tmp_path)) == {
        MANIFEST,
        "shard-00000.safetensors",
        "shard-00001.safetensors",
    }


def test_a_job_killed_with_its_workers_resumes_to_the_same_bytes(
    render: Render, tmp_path: Path
) -> None:
    slow = DESCRIPTION.model_copy(update={"synth": "slow", "shard_notes": 3})
    whole = render(tmp_path / "whole", slow).folder
    folder = tmp_path / "killed"
    program = (
        "from pathlib import Path; from flow_synth.dataset_description import DatasetDescription;"
        "from flow_synth.rendering import render_dataset; from synths_for_tests import *;"
        f"render_dataset(DatasetDescription.model_validate_json({slow.model_dump_json()!r}),"
        f"Path({str(folder)!r}), workers=1, open_synth=open_test_synth)"
    )
    with subprocess.Popen([sys.executable, "-c", program], env=_environment()) as job:
        _wait_for(lambda: any(folder.glob("shard-*")))
        job.send_signal(signal.SIGKILL)
    assert not (folder / MANIFEST).exists()
    summary = render(folder, slow)
    assert 0 < summary.rendered < N_NOTES
    assert content(folder) == content(whole)


def _address(scheduler_file: Path) -> str:
    """Empty while the scheduler has not written all of its file."""
    try:
        address: str = json.loads(scheduler_file.read_text())["address"]
    except (FileNotFoundError, json.JSONDecodeError):
        return ""
    return address


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a scheduler and two workers that were started on their own."""
    folder = tmp_path_factory.mktemp("cluster")
    dask = [sys.executable, "-m", "dask"]
    scheduler_file = folder / "scheduler.json"
    common = ["--scheduler-file", str(scheduler_file), "--dashboard-address", "127.0.0.1:0"]
    host = ["--host", "127.0.0.1"]
    worker = [*dask, "worker", *common, *host, "--nthreads", "1", "--local-directory", str(folder)]
    commands = [[*dask, "scheduler", *common, *host, "--port", "0"], worker, worker]
    environment = _environment() | {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with (folder / "log").open("wb") as log:
        processes = [
            subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            for command in commands
        ]
        try:
            _wait_for(lambda: bool(_address(scheduler_file)))
            yield _address(scheduler_file)
        finally:
            for process in reversed(processes):
                process.kill()
            for process in processes:
                process.wait(STARTING_SECONDS)


def test_a_full_disk_is_no_fault_of_a_preset(render: Render, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read or write a file of its own .*No space"):
        render(tmp_path, with_faults(disk=1))
    assert not (tmp_path / MANIFEST).exists()


def test_a_folder_of_something_else_is_left_alone(render: Render, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"format": "flow-synth sounds"}')
    with pytest.raises(InputError, match=r"manifest\.json belongs to something else"):
        render(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [MANIFEST]


def test_two_workers_of_a_running_scheduler_give_the_bytes_of_one(
    two_workers: str, reference: Path, tmp_path: Path
) -> None:
    render_dataset(DESCRIPTION, tmp_path, scheduler=two_workers, open_synth=open_test_synth)
    assert content(tmp_path) == content(reference)


def test_a_synth_that_crashes_when_opened_is_refused(two_workers: str, tmp_path: Path) -> None:
    description = DESCRIPTION.model_copy(update={"synth": "crash-when-opened"})
    with pytest.raises(InputError, match="'crash-when-opened' crashes when it is opened"):
        render_dataset(description, tmp_path, scheduler=two_workers, open_synth=open_test_synth)
    assert content(tmp_path) == {}


def test_another_datasets_folder_is_refused(
    reference: Path, render: Render, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(reference, tmp_path / "copy"))
    with pytest.raises(InputError, match="holds a dataset of another description"):
        render(folder, DESCRIPTION.model_copy(update={"seed": 4}))
    (folder / MANIFEST).unlink()
    with pytest.raises(InputError, match="holds a dataset of another description"):
        render(folder, DESCRIPTION.model_copy(update={"velocities": (99,)}))
    assert content(folder) | {MANIFEST: b""} == content(reference) | {MANIFEST: b""}


@dataclass
class SmallDisk:
    """A folder on a disk with little room, and the way to make room."""

    folder: Path
    make_room: Callable[[], object]


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallDisk]:
    """Room for two shards of five notes: a real disk where tests may mount one, else a law."""
    folder = tmp_path / "disk"
    folder.mkdir()
    size = 2_200_000

    def mount(options: str) -> bool:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        return sys.platform == "linux" and not subprocess.run(command, check=False).returncode

    if mount(f"size={size}"):
        yield SmallDisk(folder, lambda: mount("remount,size=8m"))
        subprocess.run(["umount", str(folder)], check=True)
        return

    def fsync(_descriptor: int) -> None:
        if sum(path.stat().st_size for path in folder.iterdir()) > size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)
    yield SmallDisk(folder, monkeypatch.undo)


def test_a_full_disk_ends_the_job_with_one_sentence(
    reference: Path, render: Render, small_disk: SmallDisk
) -> None:
    with pytest.raises(InputError, match=r"No space left on device.*make room") as raised:
        render(small_disk.folder)
    assert "\n" not in str(raised.value)
    whole = content(reference)
    assert content(small_disk.folder).items() <= whole.items()
    assert 1 <= len(content(small_disk.folder)) <= 2
    small_disk.make_room()
    assert render(small_disk.folder).rendered < N_NOTES
    assert content(small_disk.folder) == whole


def test_a_folder_that_cannot_be_made_is_refused(render: Render, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match="cannot write"):
            render(folder)
    assert (tmp_path / "file").read_text() == "mine"


def test_what_cannot_be_rendered_is_refused(
    render: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="no synth is called 'unknown'"):
        render(tmp_path, DESCRIPTION.model_copy(update={"synth": "unknown"}))
    with pytest.raises(InputError, match="0 workers"):
        render_dataset(DESCRIPTION, tmp_path, workers=0, open_synth=open_test_synth)
    monkeypatch.setattr(SineSynth, "presets", lambda _synth: [])
    with pytest.raises(InputError, match="give draws >= 1"):
        render(tmp_path, DESCRIPTION.model_copy(update={"draws": 0}))


def test_a_worker_with_another_version_of_the_synth_is_refused(
    render: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = iter(["1", "2", "2", "2"])
    monkeypatch.setattr(SineSynth, "version", property(lambda _synth: next(versions)))
    with pytest.raises(InputError, match="version 2 of synth 'sine' instead of 1"):
        render(tmp_path)


def test_a_cluster_that_cannot_work_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "CONNECT_SECONDS", 0.5)
    with (
        in_this_process(n_workers=0) as cluster,
        pytest.raises(InputError, match="no dask worker answers"),
    ):
        render_dataset(DESCRIPTION, tmp_path, scheduler=cluster.scheduler_address)
    with pytest.raises(InputError, match=r"no dask worker answers at 'tcp://127\.0\.0\.1:9'"):
        render_dataset(DESCRIPTION, tmp_path, scheduler="tcp://127.0.0.1:9")
    for address in ("nonsense", "foo://x:1", "tcp://127.0.0.1:port", "tls://127.0.0.1:9"):
        with pytest.raises(InputError, match=f"no dask worker answers at '{address}'"):
            render_dataset(DESCRIPTION, tmp_path, scheduler=address)
    with (
        in_this_process(n_workers=1, threads_per_worker=2) as cluster,
        pytest.raises(InputError, match="a worker has 2 threads"),
    ):
        render_dataset(
            DESCRIPTION.model_copy(update={"synth": "nan=0"}),
            tmp_path,
            scheduler=cluster.scheduler_address,
            open_synth=open_test_synth,
        )


def test_a_cluster_without_flow_synth_is_refused(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "find_spec", _find_nothing)
    with pytest.raises(InputError, match="the scheduler has no flow-synth"):
        render_dataset(DESCRIPTION, tmp_path, scheduler=address)


def test_a_scheduler_that_goes_away_is_told(tmp_path: Path) -> None:
    with (
        in_this_process(n_workers=1, threads_per_worker=1) as cluster,
        pytest.raises(InputError, match="went away"),
    ):
        render_dataset(
            DESCRIPTION.model_copy(update={"shard_notes": 1}),
            tmp_path,
            scheduler=cluster.scheduler_address,
            open_synth=open_test_synth,
            progress=lambda _done, _total: cluster.close(),
        )


def _environment() -> dict[str, str]:
    """So that another interpreter imports what this one does."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _find_nothing(_package: str) -> None:
    """As ``importlib.util.find_spec`` where a package is not installed."""


def test_proposals_for_another_draw_of_presets_are_refused(render: Render, tmp_path: Path) -> None:
    source = ProposalFile(path=tmp_path / "other.json", sha256="", origins="other", rotation=0)
    described = DESCRIPTION.model_copy(
        update={"augmentation": Augmentation(), "proposals": source}
    )
    with pytest.raises(InputError, match=r"other\.json is of sounds of another synth, seed or"):
        render(tmp_path / "data", description=described)
