"""A folder of sounds to imitate: FLAC files and the manifest that says what they are."""

import hashlib
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

import numpy as np
import soundfile
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from flow_synth.error import InputError
from flow_synth.frozen import Frozen
from flow_synth.synth import SAMPLE_RATE_HZ

FORMAT = "flow-synth sounds"
MANIFEST = "manifest.json"
FORMAT_VERSION = 1

#: Full scale of the 16-bit samples.
FULL_SCALE = 2**15

_MEND = "run 'flow-synth out-of-domain' on the folder again"


class Kind(StrEnum):
    """What made a sound: a sampled instrument, a human or artificial voice, another synth."""

    INSTRUMENT = "instrument"
    VOICE = "voice"
    SYNTH = "synth"


class Sound(Frozen):
    """One sound as the manifest knows it.

    Attributes:
        file: its path in the folder.
        name: what it is.
        kind: what made it.
        source: the Debian package, and what of it was played or said.
        pitch: MIDI note number at which a synth is to imitate it.
        sha256: SHA-256 of the decoded samples, 16-bit little-endian, in hexadecimal digits.
    """

    file: str
    name: str
    kind: Kind
    source: str
    pitch: float = Field(ge=0, le=127)
    sha256: str

    def samples(self, folder: Path) -> NDArray[np.int16]:
        """[N] mono samples at SAMPLE_RATE_HZ, full scale FULL_SCALE.

        Raises:
            InputError: the file is missing, no such sound, or not the one that was made.
        """
        path = folder / self.file
        if not path.is_file():
            raise InputError(f"{path} is missing; {_MEND}")
        samples = read_flac(path)
        if samples is None or checksum(samples) != self.sha256:
            raise InputError(f"{path} is not as it was made, by its checksum; {_MEND}")
        return samples


class Sounds(Frozen):
    """The manifest, written last: a folder without it is not finished.

    Attributes:
        format: tells this file from others.
        version: of the format.
        packages: versions of everything that made the sounds.
        sounds: all of them.
    """

    format: Literal["flow-synth sounds"] = "flow-synth sounds"
    version: Literal[1] = 1
    packages: dict[str, str]
    sounds: tuple[Sound, ...]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Reads the manifest, and every sound to compare it with its checksum.

        Raises:
            InputError: the folder has no manifest, or one that this program cannot read, or a
                sound is missing or not as it was made.
        """
        path = folder / MANIFEST
        try:
            manifest = cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise InputError(
                f"{folder} is no finished folder of sounds ({MANIFEST}: {error.strerror}); "
                f"{_MEND}, or give another"
            ) from error
        except ValidationError as error:
            raise InputError(
                f"{path} is damaged or of another format than version {FORMAT_VERSION}; "
                f"update flow-synth, or {_MEND}"
            ) from error
        for sound in manifest.sounds:
            sound.samples(folder)
        return manifest


def read_flac(path: Path) -> NDArray[np.int16] | None:
    """[N] samples of a mono file at SAMPLE_RATE_HZ; None if the file is anything else."""
    try:
        samples, rate_hz = soundfile.read(path, dtype="int16")
    except soundfile.LibsndfileError:
        return None
    if rate_hz != SAMPLE_RATE_HZ or samples.ndim != 1:
        return None
    return np.asarray(samples, np.int16)


def checksum(samples: NDArray[np.int16]) -> str:
    """SHA-256 of the samples themselves: it does not depend on how an encoder packs them."""
    return hashlib.sha256(samples.astype("<i2").tobytes()).hexdigest()
