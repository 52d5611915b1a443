"""What every test shares: the same random numbers in every run, and no stop-watch."""

import random

import pytest
import torch
from hypothesis import settings

# Hypothesis draws the same examples every time and measures no deadlines.
settings.load_profile("ci")


@pytest.fixture(autouse=True)
def _seed() -> None:
    """Every test starts from the same state of the global generators."""
    random.seed(0)
    torch.manual_seed(0)
