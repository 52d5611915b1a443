"""Worker processes of dask.distributed: on this machine by default, or any running cluster."""

import logging
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import Any, TypeVar

import dask
from dask.system import CPU_COUNT
from distributed import Client, Future, KilledWorker, LocalCluster, Worker, WorkerPlugin

from flow_synth.error import InputError

CONNECT_SECONDS = 30

#: Memory that a worker does not give back between notes.
_KEPT_BYTES = 2**26

_SETTINGS = {
    # The notes of a large dataset are many megabytes; of their size dask warns the user.
    "distributed.admin.large-graph-warning-threshold": "1 TB",
}
_LOCAL_SETTINGS = {
    # A task that lost its worker is not tried again as it is: its outcome is None.
    "distributed.scheduler.allowed-failures": 0,
    # Nothing waits in a worker behind a task that may end it.
    "distributed.scheduler.worker-saturation": 1.0,
    # On a busy machine a worker can take long to start again; dask gives it up after 15 s.
    "distributed.deploy.lost-worker-timeout": "1 hour",
    # dask has workers give memory back at every chance; a note takes the same again at once, which
    # costs 10 ms of page faults.
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": _KEPT_BYTES,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": _KEPT_BYTES,
}

#: Is called with the number of things done and their total.
Progress = Callable[[int, int], None]
T = TypeVar("T")


@contextmanager
def connected(scheduler: str | None, workers: int | None) -> Iterator[Client]:
    """A client of single-threaded worker processes that have this package.

    Local workers are new processes that import the main module, so a script must call this under
    ``if __name__ == "__main__"``.

    Args:
        scheduler: address of a running dask scheduler, or None for a cluster on this machine.
        workers: number of processes on this machine; one for each CPU if None.

    Raises:
        InputError: no worker answers, one lacks this package, or the scheduler goes away.
    """
    if workers is not None and workers < 1:
        raise InputError(f"{workers} workers cannot do anything; give 1 or more")
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(_SETTINGS))
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
            if scheduler is None:
                client.register_plugin(_Uninterrupted())
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
                "command again: what is finished is kept"
            ) from error


class _Uninterrupted(WorkerPlugin):
    """Ctrl-C reaches all processes of a terminal; what it ends is for the first of them to say."""

    name = "uninterrupted"

    def setup(self, worker: Worker) -> None:  # noqa: ARG002  # As distributed calls it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


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


def outcome(future: "Future[T]") -> T | None:
    """What a task returned, or None if it lost its worker; the cluster may forget it then."""
    try:
        return future.result()
    except KilledWorker:
        return None
    finally:
        future.release()
