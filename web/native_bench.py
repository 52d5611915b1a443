"""What `bench.mjs` compares with: for each line it reads, it says how long the native core takes.

As JSON: microseconds of the map, of the map back, and of a block of eight voices, at rest and with
all knobs turning.
"""

import json
import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np

from flow_synth import _native
from flow_synth.library import model_path

BLOCK_SAMPLES = 128
N_CALLS = 300
GLIDE_SECONDS = 10.0


def microseconds(call: Callable[[], object]) -> float:
    """Of one call; in the mean of many."""
    begin = perf_counter()
    for _ in range(N_CALLS):
        call()
    return (perf_counter() - begin) * 1e6 / N_CALLS


def main() -> None:
    """Loads the shipped model, and measures until nobody asks any more."""
    with model_path("builtin") as path:
        flow = _native.Flow.load(path)
        controllers = _native.Controller(), _native.Controller()
        for controller in controllers:
            controller.load(path)
            controller.set_glide_seconds(GLIDE_SECONDS)
            for pitch in range(48, 56):
                controller.note(pitch, 100)
    at_rest, turning = controllers
    z = np.random.default_rng(0).standard_normal(flow.n_dimensions).astype(np.float32)
    v, back = np.empty_like(z), np.empty_like(z)
    silence, left, right = np.zeros((3, BLOCK_SAMPLES), np.float32)
    for number, _ in enumerate(sys.stdin):
        turning.set_point(z if number % 2 == 0 else -z)
        times = {
            "decode": microseconds(lambda: flow.decode(z, v)),
            "invert": microseconds(lambda: flow.invert(v, back)),
            "block": microseconds(lambda: at_rest.process(silence, left, right)),
            "turning": microseconds(lambda: turning.process(silence, left, right)),
        }
        sys.stdout.write(json.dumps({"kernel": flow.kernel, "times": times}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
