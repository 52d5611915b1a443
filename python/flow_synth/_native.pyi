"""The native engine: what hosts run, for Python.

Arrays are float32 NumPy arrays, batch first; others are converted. Computing releases the GIL,
uses one LibTorch thread and waits for other calls of the process to end.
"""

from os import PathLike
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

@final
class Model:
    """A model file, run in C++: its flow by the core's own kernels, all else by LibTorch.

    Every method raises ValueError for an array of the wrong shape.
    """

    @staticmethod
    def load(path: str | PathLike[str]) -> Model:
        """Reads, verifies and warms up a model file.

        Raises:
            InputError: it cannot be read, is no model file, newer than this program, or damaged.
        """

    @property
    def kernel(self) -> str:
        """What runs ``decode`` and ``invert``: 'avx2', 'baseline', or 'libtorch'."""

    def info(self) -> dict[str, Any]:
        """The description in the file: a :class:`flow_synth.model_file.ModelDescription`."""

    def resample(self, audio: ArrayLike, rate: int) -> NDArray[np.float32]:
        """Audio [B, N] at ``rate`` Hz -> audio [B, ...] at 22050 Hz.

        Raises:
            InputError: the model does not take this rate.
        """

    def features(self, audio: ArrayLike) -> NDArray[np.float32]:
        """Audio [B, 88200] at 22050 Hz -> log-mel [B, 128, 87] in nats."""

    def encode(self, mel: ArrayLike) -> NDArray[np.float32]:
        """Log-mel [B, 128, 87] -> posterior mean z [B, D]."""

    def posterior(self, mel: ArrayLike) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Log-mel [B, 128, 87] -> mean and log-variance [B, D]."""

    def answer(self, mel: ArrayLike) -> NDArray[np.float32]:
        """Log-mel [B, 128, 87] -> unit values v [B, P]: one preset for each sound, in one pass."""

    def decode(self, z: ArrayLike) -> NDArray[np.float32]:
        """z [B, D] -> unit values v [B, P]."""

    def invert(self, v: ArrayLike) -> NDArray[np.float32]:
        """Unit values v [B, P] -> z [B, D].

        Raises:
            InputError: the model has no inverse.
        """

    def reconstruct(self, z: ArrayLike) -> NDArray[np.float32]:
        """z [B, D] -> log-mel [B, 128, 87] in nats; below its peak if no level is heard.

        Raises:
            InputError: the model has no decoder.
        """

    def sample(self, mel: ArrayLike, shares: ArrayLike, temperature: float) -> NDArray[np.float32]:
        """Log-mel [1, 128, 87], shares [N, P] in [0, 1) -> presets v [N, P] that may have made it.

        Each share makes one choice; below temperature 1 draws keep to what is likely.

        Raises:
            InputError: the model draws no candidates, or the temperature is not above 0.
        """

    def predict(self, v: ArrayLike, notes: ArrayLike) -> NDArray[np.float32]:
        """Unit values v [B, P], notes [B, 2] -> log-mel [B, 128, 87] of what they sound like.

        Raises:
            InputError: the model has no ear, or there are more or fewer notes than presets.
        """

def render_builtin(
    values: ArrayLike, pitch: float, velocity: int, held_samples: int, total_samples: int
) -> NDArray[np.float32]:
    """Plays one note of the built-in synth, compiled from the same Faust source, at 44100 Hz.

    Args:
        values: [P] unit values.
        pitch: MIDI note number, may be fractional.
        velocity: 1 to 127.
        held_samples: from note on to note off.
        total_samples: from note on to the end.

    Returns:
        [2, total_samples] audio.

    Raises:
        ValueError: there are more or fewer values than knobs, or ``held_samples`` is too large.
        InputError: a value is not in [0, 1].
    """
