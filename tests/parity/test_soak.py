"""An hour of audio, with models that come and go and a listener beside it."""

import threading
from pathlib import Path

import numpy as np
import pytest

from flow_synth import _native
from flow_synth.library import model_path

GOLDEN = Path(__file__).parents[1] / "golden"
RATE_HZ = 48000
BLOCK_SAMPLES = 64
N_BLOCKS = 3600 * RATE_HZ // BLOCK_SAMPLES
N_SWAPS = 1000
#: Of so many swaps, one brings the model that the voice plays.
PLAYED_EVERY = 10
#: What allocators keep for themselves may still grow by this after the first tenth.
GROWTH_MIB = 16


def resident_mib() -> float:
    """Memory of this process that is not on disk."""
    n_pages = int(Path("/proc/self/statm").read_text().split()[1])
    return n_pages * 4096 / 2**20


class Listener(threading.Thread):
    """Hears what a controller records, until it is told to stop."""

    def __init__(self, controller: _native.Controller, model: _native.Model) -> None:
        super().__init__()
        self._controller, self._model = controller, model
        self._is_over = threading.Event()
        self.n_heard = 0

    def run(self) -> None:
        """Asks every millisecond."""
        while not self._is_over.wait(0.001):
            taken = self._controller.take_recording()
            if taken:
                number, rate_hz, audio = taken
                v, z = self._model.hear(audio, rate_hz)
                self._controller.deliver(number, z, v)
                self.n_heard += 1

    def stop(self) -> None:
        """Waits for its end."""
        self._is_over.set()
        self.join()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="the system does not tell the memory used")
def test_an_hour_with_a_thousand_models_needs_no_more_memory_and_nothing_is_late() -> None:
    generator = np.random.default_rng(0)
    small = GOLDEN / "golden-4.flow.ts"
    controller = _native.Controller()
    controller.prepare(RATE_HZ)
    controller.set_blocking(True)
    controller.set_listened(True)
    noise = 0.1 * generator.standard_normal(RATE_HZ, np.float32)
    blocks = noise.reshape(-1, BLOCK_SAMPLES)
    left, right = np.empty(BLOCK_SAMPLES, np.float32), np.empty(BLOCK_SAMPLES, np.float32)
    listener = Listener(controller, _native.Model.load(small))
    listener.start()
    before, swap_blocks, peak = 0.0, N_BLOCKS // N_SWAPS, 0.0
    with model_path("builtin") as builtin:
        for index in range(N_BLOCKS):
            swap, since_swap = divmod(index, swap_blocks)
            is_played = swap % PLAYED_EVERY == 0
            if since_swap == 0 and swap < N_SWAPS:
                controller.collect()
                controller.load(builtin if is_played else small)
                controller.note(float(generator.integers(30, 90)), 100)
                controller.start_recording()
                if swap == N_SWAPS // 10:
                    before = resident_mib()
            if since_swap == swap_blocks // 2:
                controller.all_notes_off()
                controller.stop_recording()
            if since_swap % 100 == 50:
                controller.set_point(generator.standard_normal(40 if is_played else 8))
            controller.process(blocks[index % len(blocks)], left, right)
            assert np.isfinite(left).all()
            peak = max(peak, float(left.max()))
    listener.stop()
    assert listener.n_heard == N_SWAPS
    assert controller.n_late == 0
    assert peak > 0.01
    assert resident_mib() - before < GROWTH_MIB
