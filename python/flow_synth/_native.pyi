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

    def hear(
        self, audio: ArrayLike, sample_rate_hz: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Mono audio [N] at any rate -> the preset v [P] that imitates it, and its place z [D].

        What hosts do with a recording: it is heard from the onset of the sound on.

        Raises:
            InputError: it is silent, has samples that are not finite, or another rate than 8000 to
                192000 Hz.
        """

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

    def candidates(
        self, audio: ArrayLike, sample_rate_hz: int, held: ArrayLike, count: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Mono audio [N] at any rate -> presets [n, P] that may have made it, the best first.

        What hosts do when they are asked for candidates: see ``candidates.h``.

        Args:
            audio: as for :meth:`hear`.
            sample_rate_hz: of the audio.
            held: [P] unit values of knobs that stay; NaN is free.
            count: of candidates, at most.

        Returns:
            Presets [n, P] and how similar the ear expects each to be [n], in percent.

        Raises:
            InputError: as for :meth:`hear`, or the model draws no candidates or has no ear.
        """

@final
class Flow:
    """The map between z and knobs of a model file, run by the core's own kernels.

    Both ways take contiguous float32 arrays [D] and write into the second: nothing is copied, and
    nothing waits for LibTorch. One array may be both.
    """

    @staticmethod
    def load(path: str | PathLike[str]) -> Flow:
        """Reads and verifies a model file.

        Raises:
            InputError: it cannot be read, is refused, or only LibTorch runs its map.
        """

    @property
    def n_dimensions(self) -> int:
        """D."""

    @property
    def n_weight_bytes(self) -> int:
        """Bytes of weights that either way reads."""

    @property
    def kernel(self) -> str:
        """For which processor the code in use was compiled: 'avx2' or 'baseline'."""

    def decode(self, z: NDArray[np.float32], v: NDArray[np.float32]) -> None:
        """From z [D], writes unit values into v [D].

        Raises:
            ValueError: one of them is not as it must be.
        """

    def invert(self, v: NDArray[np.float32], z: NDArray[np.float32]) -> None:
        """From unit values v [D], writes z [D].

        Raises:
            ValueError: one of them is not as it must be.
        """

@final
class Controller:
    """What runs a model in real time: see ``controller.h``, which says it all.

    Whatever it refuses raises InputError.
    """

    def __init__(self) -> None: ...
    def prepare(self, sample_rate_hz: int) -> None: ...
    def reset(self) -> None: ...
    def load(self, path: str | PathLike[str]) -> None:
        """Reads a model file and hands it over."""

    def collect(self) -> None: ...
    def set_point(self, point: ArrayLike) -> None: ...
    def hold(self, units: ArrayLike) -> None: ...
    def set_glide_seconds(self, seconds: float) -> None: ...
    def set_voice(self, is_on: bool) -> None: ...
    def set_blocking(self, is_blocking: bool) -> None: ...
    def set_listened(self, is_listened: bool) -> None: ...
    def note(self, pitch: float, velocity: int) -> None: ...
    def all_notes_off(self) -> None: ...
    def start_recording(self) -> None: ...
    def stop_recording(self) -> None: ...
    def take_point(self) -> tuple[NDArray[np.float32], NDArray[np.float32], bool] | None:
        """The newest knobs v [P], their z [D], and whether they answer a recording."""

    def process(
        self,
        input: NDArray[np.float32],  # What it is.
        left: NDArray[np.float32],
        right: NDArray[np.float32],
    ) -> None:
        """Records the first and writes both others, contiguous float32 arrays of one length."""

    def take_recording(self) -> tuple[int, int, NDArray[np.float32]] | None:
        """Number, sample rate in Hz and mono audio of the newest recording."""

    def deliver(self, number: int, z: ArrayLike, v: ArrayLike) -> None: ...
    @property
    def n_late(self) -> int: ...
    @property
    def latency_samples(self) -> int: ...

def detect_pitch(audio: ArrayLike, sample_rate_hz: int) -> float | None:
    """The pitch of mono audio [N] as hosts find it, a MIDI note number; None if it has none."""

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
