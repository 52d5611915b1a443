"""What every test shares: the same random numbers in every run, and no stop-watch."""

import random
from collections.abc import Iterator

import pytest
import torch
from hypothesis import settings

# Hypothesis draws the same examples every time and measures no deadlines.
settings.load_profile("ci")

# Sums are rounded differently on another number of threads.
N_THREADS = torch.get_num_threads()


@pytest.fixture(autouse=True)
def _same_start() -> Iterator[None]:
    """Every test finds the global generators and torch's threads in the same state."""
    random.seed(0)
    torch.manual_seed(0)
    torch.set_num_threads(N_THREADS)
    yield
    torch.set_num_threads(N_THREADS)
