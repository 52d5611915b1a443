"""What a hostile file does to the process that reads it; that process imports them by name."""

import ctypes
import os
import time
from pathlib import Path

import numpy as np

from flow_synth.audio_file import Audio, read_audio


def hangs(path: Path) -> Audio:
    while True:
        time.sleep(1)


def crashes(path: Path) -> Audio:
    ctypes.string_at(0)
    raise AssertionError("unreachable")


def leaves(path: Path) -> Audio:
    os._exit(0)


def eats_memory(path: Path) -> Audio:
    eaten = [np.ones(2**27) for _ in range(64)]
    raise AssertionError(f"{len(eaten)} GiB were there to eat")


#: By the first byte of a file, so that one server meets all of them.
FAULTS = {b"h": hangs, b"c": crashes, b"l": leaves, b"m": eats_memory}


def reads_or_fails(path: Path) -> Audio:
    return FAULTS.get(path.read_bytes()[:1], read_audio)(path)
