"""Sounds and pictures of a page: MP3, and spectrograms as plain images that the page labels."""

import io

import numpy as np
import soundfile
from numpy.typing import NDArray
from PIL import Image

from flow_synth.picture import COLOURS, RANGE_DB, level_db
from flow_synth.synth import SAMPLE_RATE_HZ

#: Of libsndfile's scale from the best sound, 0, to the smallest file, 1.
_COMPRESSION = 0.6
_COLOURS = (COLOURS(np.linspace(0, 1, 256))[:, :3] * 255).round().astype(np.uint8)
_WEBP_QUALITY = 78


def mp3(audio: NDArray[np.float32], rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """Audio [C, N] or [N] as MP3 in mono; peaks above full scale, 1, are brought down to it."""
    mono = np.atleast_2d(audio).mean(0)
    peak = float(np.abs(mono).max(initial=0.0))
    content = io.BytesIO()
    soundfile.write(
        content,
        mono / max(peak, 1.0),
        rate_hz,
        format="MP3",
        subtype="MPEG_LAYER_III",
        bitrate_mode="VARIABLE",
        compression_level=_COMPRESSION,
    )
    return content.getvalue()


def spectrogram(mel: NDArray[np.float32], loudest: float) -> bytes:
    """Log-mel [128, 87] in nats as WebP: a pixel for a band and a frame, low bands below.

    Args:
        mel: of the sound.
        loudest: log-mel of what is drawn as the loudest; RANGE_DB below it is silence.
    """
    share = 1 + np.clip(level_db(mel, loudest), -RANGE_DB, 0.0) / RANGE_DB
    return webp(_COLOURS[(share[::-1] * 255).round().astype(np.uint8)])


def knob_map(values: NDArray[np.float32]) -> bytes:
    """Unit values [S, P] of S presets as WebP, a pixel each: presets across, first knob on top."""
    return webp(_COLOURS[(values.T * 255).round().astype(np.uint8)], lossless=True)


def webp(pixels: NDArray[np.uint8], *, lossless: bool = False) -> bytes:
    """A picture [height, width, 3 or 4]."""
    content = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(
        content, "WEBP", quality=_WEBP_QUALITY, lossless=lossless
    )
    return content.getvalue()
