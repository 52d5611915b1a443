"""How fast a synth renders 4 s notes at 44100 Hz: in one process, and its bank as a dataset.

python python/benchmarks/render.py [--synth amsynth-32] [--notes 200] [--draws 200]
    [--workers 2] [--json]
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from flow_synth.dataset_description import DatasetDescription
from flow_synth.rendering import render_dataset
from flow_synth.synth import Note
from flow_synth.synths import BUILTIN, open_synth


def main() -> None:
    """Prints the rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--synth", default=BUILTIN, help="as in a dataset's description")
    parser.add_argument("--notes", type=int, default=200, help="to time in one process")
    parser.add_argument("--draws", type=int, default=200, help="in the dataset beside the bank")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    note_ms = statistics.median(note_times_ms(arguments.synth, arguments.notes))
    with tempfile.TemporaryDirectory() as folder:
        description = DatasetDescription(
            synth=arguments.synth, draws=arguments.draws, shard_notes=100
        )
        summary = render_dataset(description, Path(folder), workers=arguments.workers)
    result = {
        "synth": arguments.synth,
        "median_note_ms": note_ms,
        "dataset_notes": summary.rows,
        "dataset_workers": arguments.workers,
        "dataset_notes_per_second": summary.notes_per_second,
    }
    if arguments.json:
        print(json.dumps(result, indent=2))
        return
    print(
        f"{note_ms:9.1f} ms  a note of {arguments.synth} in one process, median of "
        f"{arguments.notes} presets of its bank"
    )
    print(
        f"{summary.notes_per_second:9.1f} notes/s  as a dataset of {summary.rows} with log-mel, "
        f"from start to end, {arguments.workers} workers"
    )


def note_times_ms(synth_name: str, n_notes: int) -> list[float]:
    """Times presets of the bank drawn at random, one after another."""
    synth = open_synth(synth_name)
    bank = synth.presets()
    times = []
    for number in np.random.default_rng(0).integers(len(bank), size=n_notes).tolist():
        preset = bank[number]
        start = time.perf_counter()
        synth.render(preset.values, Note())
        times.append(1000 * (time.perf_counter() - start))
    return times


# Workers are new processes that import this file.
if __name__ == "__main__":
    main()
