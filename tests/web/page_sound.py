"""What is heard of a page, beside what Python plays."""

import numpy as np
import soxr
import torch
from numpy.typing import NDArray
from playwright.sync_api import Page

from flow_synth.features import SAMPLE_RATE_HZ as FEATURE_RATE_HZ
from flow_synth.metric import multi_scale_spectral_distance
from flow_synth.synth import SAMPLE_RATE_HZ

#: Of one and the same sound: the browser starts it within a block, and has other sines.
MOST_MSS_DB = 0.5
SILENCE = 1e-5


def heard_note(page: Page, key: str = "a", seconds: float = 4.0) -> NDArray[np.float32]:
    """Holds a key of the computer, and gives what sounds from its onset on, at 44100 Hz."""
    # What was played before is over, and its tail with it.
    quiet = f"heard.slice(-9000).every((sample) => Math.abs(sample) <= {SILENCE})"
    while not page.evaluate(f"() => heard.length >= 9000 && {quiet}"):
        page.wait_for_timeout(200)
    page.evaluate("() => { heard.length = 0; }")
    page.keyboard.down(key)
    # By what was heard, not by the clock: the audio thread of a busy machine falls behind.
    page.wait_for_function(f"() => heard.length > {seconds} * heardRateHz")
    page.keyboard.up(key)
    heard = np.array(page.evaluate("() => heard"), np.float32)
    assert np.abs(heard).max() > 0.01
    return from_onset(soxr.resample(heard, page.evaluate("() => heardRateHz"), SAMPLE_RATE_HZ))


def from_onset(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """From the first sample on that is no silence."""
    return audio[int(np.argmax(np.abs(audio) > 1e-3 * np.abs(audio).max())) :]


def distance_db(played: NDArray[np.float32], heard: NDArray[np.float32]) -> float:
    """How far apart two sounds are, as long as the first one lasts."""
    assert len(heard) >= len(played)
    found = heard[: len(played)]
    return multi_scale_spectral_distance(_features(played), _features(found)).item()


def _features(audio: NDArray[np.float32]) -> torch.Tensor:
    resampled = soxr.resample(audio, SAMPLE_RATE_HZ, FEATURE_RATE_HZ)
    return torch.from_numpy(np.ascontiguousarray(resampled, np.float32))[None]
