"""Makes the out-of-domain sounds, or what is missing of them, from Debian packages."""

import hashlib
import io
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import numpy as np
import soundfile
import soxr
from dask.system import CPU_COUNT
from numpy.typing import NDArray

from flow_synth.atomic_file import (
    make_folder,
    remove_partial_files,
    write_atomically,
)
from flow_synth.cluster import Progress
from flow_synth.error import InputError
from flow_synth.json_file import check_format
from flow_synth.pitch import detect_pitch
from flow_synth.player import PACKAGES, Player
from flow_synth.sound_recipe import RECIPES, SoundRecipe
from flow_synth.sounds import FORMAT, FULL_SCALE, MANIFEST, Sound, Sounds, checksum, read_flac
from flow_synth.synth import SAMPLE_RATE_HZ

SECONDS = 4.0
#: The loudest sample of every sound, full scale 1. The programs' own peaks, from 0.02 to 1.7, say
#: nothing of the sounds; this one is near what a synth gives (amsynth's presets: median 0.47).
PEAK = 0.5
#: A sound begins where it first comes this close to its loudest sample.
ONSET_DB = -60.0

#: A program that takes longer hangs; each takes about a second.
TIMEOUT_SECONDS = 120
#: The pitch of a voice in which none is heard.
DEFAULT_PITCH = 60.0

#: The manifest that the packages named in it gave.
REFERENCE = files("flow_synth") / "out_of_domain.json"

_N_SAMPLES = round(SECONDS * SAMPLE_RATE_HZ)
#: Changes with the code below, so that sounds of an earlier one are made again.
_EDITION = 1


@dataclass(frozen=True)
class MadeSounds:
    """What making the sounds gave.

    Attributes:
        folder: where they are.
        sounds: the manifest.
        made: how many were not there before.
        differing: files of the sounds that are not those of the reference.
        reference: versions of the packages that gave the reference.
    """

    folder: Path
    sounds: Sounds
    made: int
    differing: tuple[str, ...]
    reference: Mapping[str, str]

    @property
    def remark(self) -> str:
        """One sentence on how the sounds compare with the reference."""
        if not self.differing:
            return "All sounds are those of the reference, by their checksums"
        differ = f"{len(self.differing)} of {len(self.sounds.sounds)} sounds differ from the"
        others = ", ".join(
            f"{package} {found} instead of {self.reference.get(package, 'none')}"
            for package, found in self.sounds.packages.items()
            if self.reference.get(package) != found
        )
        if others:
            return f"{differ} reference, as other versions may: {others}"
        return f"{differ} reference, though the packages are the same: the processor may differ"


def make_sounds(
    folder: Path,
    recipes: Sequence[SoundRecipe] = RECIPES,
    *,
    progress: Progress | None = None,
) -> MadeSounds:
    """Makes every sound that is not there already, whole and by the same recipe and packages.

    The same packages give the same files, however often the job was killed and started again.

    Args:
        folder: where to; made if it is not there.
        recipes: which sounds.
        progress: is called with the number of sounds done and their total.

    Raises:
        InputError: a package is not installed or does not do its work, the folder cannot be
            written, or the disk is full.
    """
    packages = _installed({package for each in recipes for package in each.player.packages})
    check_format(folder / MANIFEST, FORMAT)
    for place in sorted({(folder / recipe.file).parent for recipe in recipes}):
        make_folder(place)
        remove_partial_files(place)
    remove_partial_files(folder)
    jobs = [_Job(folder, recipe, _digest(recipe, packages)) for recipe in recipes]
    made = 0
    for done, fresh in enumerate(_in_parallel(jobs), 1):
        made += fresh
        if progress:
            progress(done, len(jobs))
    sounds = Sounds(packages=packages, sounds=tuple(job.described() for job in jobs))
    content = sounds.model_dump_json(indent=1) + "\n"
    write_atomically(folder / MANIFEST, content.encode())
    return _compared(folder, sounds, made)


@dataclass(frozen=True)
class _Job:
    """A sound of a folder; ``digest`` stands for everything that its samples depend on."""

    folder: Path
    recipe: SoundRecipe
    digest: str

    @property
    def path(self) -> Path:
        return self.folder / self.recipe.file

    def make(self) -> bool:
        """Makes the sound unless it is there; returns whether it was made."""
        if self._is_there():
            return False
        samples = _standard(*_record(self.recipe.player))
        write_atomically(self.path, self._flac(samples))
        return True

    def described(self) -> Sound:
        """The finished sound as the manifest knows it."""
        samples = read_flac(self.path)
        if samples is None:
            raise InputError(f"{self.path} has been changed; run the same command again")
        pitch = self.recipe.pitch
        if pitch is None:
            heard = detect_pitch((samples / FULL_SCALE).astype(np.float32), SAMPLE_RATE_HZ)
            pitch = float(round(heard.note)) if heard else DEFAULT_PITCH
        return Sound(
            file=str(self.recipe.file),
            name=self.recipe.name,
            kind=self.recipe.kind,
            source=self.recipe.player.source,
            pitch=pitch,
            sha256=checksum(samples),
        )

    def _is_there(self) -> bool:
        """A file says by itself whether it is whole: a manifest comes only at the end."""
        try:
            with soundfile.SoundFile(self.path) as file:
                comment = file.comment
        except soundfile.LibsndfileError:
            return False
        samples = read_flac(self.path)
        return samples is not None and comment == self._comment(samples)

    def _comment(self, samples: NDArray[np.int16]) -> str:
        return f"recipe {self.digest}, samples {checksum(samples)}"

    def _flac(self, samples: NDArray[np.int16]) -> bytes:
        content = io.BytesIO()
        with soundfile.SoundFile(
            content, "w", SAMPLE_RATE_HZ, channels=1, subtype="PCM_16", format="FLAC"
        ) as file:
            file.title = self.recipe.name
            file.comment = self._comment(samples)
            file.write(samples)
        return content.getvalue()


def _in_parallel(jobs: Sequence[_Job]) -> Iterator[bool]:
    """Makes sounds on all processors: each thread waits for a program."""
    pool = ThreadPoolExecutor(CPU_COUNT)
    try:
        for future in as_completed([pool.submit(job.make) for job in jobs]):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _record(player: Player) -> tuple[NDArray[np.float64], int]:
    """[N, C] samples and their rate, as the program gives them."""
    with tempfile.TemporaryDirectory(prefix="flow-synth-") as folder:
        sound = Path(folder, "sound.wav")
        try:
            subprocess.run(
                player.command(sound),
                check=True,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=TIMEOUT_SECONDS,
            )
            samples, rate_hz = soundfile.read(sound, dtype="float64", always_2d=True)
        except subprocess.CalledProcessError as error:
            raise _broken(player, _last_line(error.stderr)) from error
        except subprocess.TimeoutExpired as error:
            raise _broken(player, f"it takes longer than {TIMEOUT_SECONDS} s") from error
        except soundfile.LibsndfileError as error:
            raise _broken(player, "it leaves no sound file") from error
        if not samples.any():
            raise _broken(player, "it is silent")
        return samples, rate_hz


def _last_line(complaint: bytes) -> str:
    lines = complaint.decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it says nothing")


def _broken(player: Player, what: str) -> InputError:
    packages = " ".join(player.packages)
    return InputError(
        f"{player.source} cannot be played ({what}); install its packages again: "
        f"apt-get install --reinstall {packages}"
    )


def _standard(samples: NDArray[np.float64], rate_hz: int) -> NDArray[np.int16]:
    """Mono, at SAMPLE_RATE_HZ, SECONDS long from the onset on, the loudest sample at PEAK."""
    mono = samples.mean(1)
    if rate_hz != SAMPLE_RATE_HZ:
        mono = soxr.resample(mono, rate_hz, SAMPLE_RATE_HZ, "VHQ")
    level = np.abs(mono)
    onset = int((level > level.max() * 10 ** (ONSET_DB / 20)).argmax())
    kept = mono[onset : onset + _N_SAMPLES]
    kept = np.pad(kept, (0, _N_SAMPLES - len(kept)))
    scaled = kept * (PEAK * FULL_SCALE / np.abs(kept).max())
    return np.asarray(np.rint(scaled), np.int16)


def _installed(packages: Iterable[str]) -> dict[str, str]:
    """Versions of packages, and of what resamples.

    Raises:
        InputError: some are missing; the sentence has the one line that installs them.
    """
    names = sorted(packages)
    missing = [name for name in names if not _is_present(PACKAGES[name])]
    if missing:
        raise InputError(
            f"the sounds need Debian packages that are not installed: {', '.join(missing)}; "
            f"run: apt-get install --no-install-recommends {' '.join(missing)}"
        )
    return {**{name: _version(name) for name in names}, "soxr": version("soxr")}


def _is_present(file: str) -> bool:
    return shutil.which(file) is not None or Path(file).exists()


def _version(package: str) -> str:
    """The installed version of a Debian package; other systems have no word for it."""
    if shutil.which("dpkg-query") is None:
        return "unknown"
    query = ["dpkg-query", "-W", "-f", "${Version}", package]
    return subprocess.run(query, capture_output=True, text=True).stdout or "unknown"


def _digest(recipe: SoundRecipe, packages: Mapping[str, str]) -> str:
    """SHA-256 of everything that the samples of a sound depend on."""
    needed = {name: packages[name] for name in (*recipe.player.packages, "soxr")}
    made_of = [_EDITION, repr(recipe), needed]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


def _compared(folder: Path, sounds: Sounds, made: int) -> MadeSounds:
    reference = Sounds.model_validate_json(REFERENCE.read_bytes())
    expected = {sound.file: sound.sha256 for sound in reference.sounds}
    differing = [each.file for each in sounds.sounds if expected.get(each.file) != each.sha256]
    return MadeSounds(folder, sounds, made, tuple(differing), reference.packages)
