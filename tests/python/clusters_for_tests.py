"""Clusters that cost no new process, and jobs of processes that are killed."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from distributed import LocalCluster

#: Its tasks see monkeypatches; give ``n_workers=1, threads_per_worker=1`` for one that works.
in_this_process = partial(LocalCluster, processes=False, dashboard_address="127.0.0.1:0")

STARTING_SECONDS = 120


def killed_after_notes(module: str, call: str, log: Path, n_notes: int = 5) -> int:
    """Ends a job by SIGKILL in its midst, with its workers.

    Args:
        module: a test module to import.
        call: what the job calls of it.
        log: gets a line for every note that is played.
        n_notes: so many are played before.

    Returns:
        How many were.
    """
    program = f"from pathlib import Path, PosixPath; import {module}; {module}.{call}"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen([sys.executable, "-c", program], env=environment) as job:
        deadline = time.monotonic() + STARTING_SECONDS
        while not log.exists() or len(log.read_text().splitlines()) < n_notes:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        job.send_signal(signal.SIGKILL)
    return len(log.read_text().splitlines())
