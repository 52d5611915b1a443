"""Matches on disk: for every sound a preset, its sound, a picture and the figures."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flow_synth.atomic_file import make_folder, remove_abandoned_stages, write_together
from flow_synth.audio_file import wav
from flow_synth.error import InputError
from flow_synth.library import FlowSynth
from flow_synth.matching import Match
from flow_synth.parameter import ParameterTable
from flow_synth.picture import draw_match
from flow_synth.preset import preset_text
from flow_synth.stage import Stage
from flow_synth.synth import SAMPLE_RATE_HZ, SynthError
from flow_synth.wishes import Wishes

FORMAT = "flow-synth match"
FORMAT_VERSION = 2

PRESET, AUDIO, PICTURE, FIGURES = ".preset.json", ".wav", ".png", ".json"
SUFFIXES = (PRESET, AUDIO, PICTURE, FIGURES)
KINDS = ("preset", "audio", "picture", "figures")


@dataclass(frozen=True)
class MatchedSound:
    """A match on disk.

    Attributes:
        sound: what was matched.
        matches: what was found, the nearest first.
        files: of the nearest, by suffix.
        figures: content of the file with the figures.
    """

    sound: Path
    matches: tuple[Match, ...]
    files: dict[str, Path]
    figures: dict[str, Any]


@dataclass(frozen=True)
class RefusedSound:
    """A sound that could not be matched, and one sentence on why."""

    sound: Path
    reason: str


def match_files(
    flow_synth: FlowSynth, sounds: Sequence[Path], folder: Path, wishes: Wishes | None = None
) -> Iterator[MatchedSound | RefusedSound]:
    """Matches sounds one after another; one that cannot be used does not stop the others.

    NAME.preset.json, NAME.wav, NAME.png and NAME.json appear in the folder together or not at all,
    where NAME is that of the sound's file; see :func:`output_names` and :func:`write_together`.
    Of several candidates the nearest has these names; presets and sounds of the others are
    NAME.candidate-2.preset.json, NAME.candidate-2.wav and so on. What killed matches left in the
    folder is removed first; candidates of an earlier match of that name are replaced.

    Args:
        flow_synth: model and synth.
        sounds: paths of sound files.
        folder: where to; made if it is not there.
        wishes: how many candidates, how long to search, and what to keep.

    Yields:
        What became of each sound, as soon as it is known.

    Raises:
        InputError: the folder cannot be made or written in.
    """
    make_folder(folder)
    remove_abandoned_stages(folder)
    wishes = wishes or Wishes()
    flow_synth.check_wishes(wishes)
    names = output_names(sounds, folder, wishes.n_candidates)
    with flow_synth.stage() if wishes.needs_stage else nullcontext() as stage:
        for sound, name in zip(sounds, names, strict=True):
            yield _matched(flow_synth, sound, folder, name, wishes, stage)


def _matched(
    flow_synth: FlowSynth,
    sound: Path,
    folder: Path,
    name: str,
    wishes: Wishes,
    stage: Stage | None,
) -> MatchedSound | RefusedSound:
    try:
        _check_name(sound)
        matches = flow_synth.matches(sound, wishes=wishes, stage=stage)
        return write_matches(flow_synth, matches, sound, folder, name, wishes)
    except SynthError as error:
        return RefusedSound(sound, f"{sound} has no match: {error}; give another sound")
    except InputError as error:
        return RefusedSound(sound, str(error))


def output_names(sounds: Sequence[Path], folder: Path, n_candidates: int = 1) -> list[str]:
    """Names for the results of sounds: their stems, numbered where files would meet.

    No two names share a file, even where case does not count. None overwrites a sound, nor any
    other file that is there, unless it belongs to an earlier match of that name.
    """
    taken = {_real(sound) for sound in sounds}
    names: list[str] = []
    for sound in sounds:
        name, number = sound.stem, 1
        while True:
            files = _files(folder, name, n_candidates)
            own = {_real(file) for file in (*files, *_earlier_files(folder, name))}
            if not (taken & own or _is_foreign(folder, name, files)):
                break
            number += 1
            name = f"{sound.stem}-{number}"
        taken |= own
        names.append(name)
    return names


def write_matches(
    flow_synth: FlowSynth,
    matches: Sequence[Match],
    sound: Path,
    folder: Path,
    name: str,
    wishes: Wishes,
) -> MatchedSound:
    """Writes the files of a sound's matches together or not at all; see :func:`write_together`.

    Raises:
        InputError: the folder cannot be written; all is as it was before.
    """
    nearest = matches[0]
    files = {suffix: folder / f"{name}{suffix}" for suffix in SUFFIXES}
    figures = _figures(flow_synth, matches, sound, name, wishes)
    contents: dict[Path, bytes] = {}
    for number, match in enumerate(matches, 1):
        stem = _stem(name, number)
        preset = preset_text(match.preset, flow_synth.synth.table, flow_synth.synth.identity)
        contents[folder / f"{stem}{PRESET}"] = preset.encode()
        contents[folder / f"{stem}{AUDIO}"] = wav(match.audio, SAMPLE_RATE_HZ)
    contents[files[PICTURE]] = draw_match(nearest, flow_synth.synth.table, sound.name)
    contents[files[FIGURES]] = (json.dumps(figures, indent=2) + "\n").encode()
    outdated = [file for file in _earlier_files(folder, name) if file not in contents]
    write_together(contents)
    for file in outdated:
        with suppress(OSError):  # What is left over is harmless.
            file.unlink()
    return MatchedSound(sound, tuple(matches), files, figures)


def _stem(name: str, number: int) -> str:
    """What the files of a candidate begin with."""
    return f"{name}.candidate-{number}" if number > 1 else name


def _files(folder: Path, name: str, n_candidates: int) -> list[Path]:
    """All files of a match."""
    stems = [_stem(name, number) for number in range(2, n_candidates + 1)]
    others = [f"{stem}{suffix}" for stem in stems for suffix in (PRESET, AUDIO)]
    return [folder / file for file in (*(f"{name}{suffix}" for suffix in SUFFIXES), *others)]


def _earlier_files(folder: Path, name: str) -> list[Path]:
    """Files of further candidates that an earlier match of this name says it wrote."""
    others = _earlier(folder / f"{name}{FIGURES}").get("others", [])
    lists = [other.get("files", {}) for other in others if isinstance(other, dict)]
    names = [file for found in lists if isinstance(found, dict) for file in found.values()]
    return [folder / file for file in names if str(file).startswith(f"{name}.candidate-")]


def _check_name(sound: Path) -> None:
    """Refuses names that neither libsndfile nor JSON nor a terminal can take."""
    try:
        str(sound).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"the name {str(sound)!r} is not valid text; rename the file") from error


def _figures(
    flow_synth: FlowSynth,
    matches: Sequence[Match],
    sound: Path,
    name: str,
    wishes: Wishes,
) -> dict[str, Any]:
    """Matches for machines: numbers with their units in their names, knobs in human units."""
    synth, nearest = flow_synth.synth, matches[0]
    files = dict(zip(KINDS, (f"{name}{suffix}" for suffix in SUFFIXES), strict=True))
    others = []
    for number, match in enumerate(matches[1:], 2):
        stem = _stem(name, number)
        others.append(
            {
                "files": {"preset": stem + PRESET, "audio": stem + AUDIO},
                **_figures_of(match, synth.table),
            }
        )
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "input": str(sound),
        "files": files,
        "pitch": asdict(nearest.pitch) if nearest.pitch else None,
        "note": {**asdict(nearest.note), "frequency_hz": nearest.note.frequency_hz},
        "synth": synth.identity,
        "synth_version": synth.version,
        "model_run": flow_synth.description.training_run,
        "wishes": {
            "candidates": wishes.n_candidates,
            "refine": str(wishes.budget) if wishes.budget else None,
            "locks": dict(wishes.locks),
            "seed": wishes.seed,
        },
        **_figures_of(nearest, synth.table),
        "intervals": _human_intervals(nearest, synth.table),
        "others": others,
    }


def _figures_of(match: Match, table: ParameterTable) -> dict[str, Any]:
    return {
        "similarity_percent": match.measures.similarity_percent,
        "measures": asdict(match.measures),
        "remarks": list(match.remarks),
        "latent": match.latent.tolist(),
        "parameters": table.to_human(match.preset.values),
    }


def _human_intervals(match: Match, table: ParameterTable) -> dict[str, Any] | None:
    """Between which values 9 of 10 presets that may have made the sound have each knob."""
    if match.intervals is None:
        return None
    low, high = (table.to_human(match.intervals[:, end]) for end in (0, 1))
    return {name: [low[name], high[name]] for name in table.names}


def _real(file: Path) -> str:
    return os.path.realpath(file).casefold()


def _is_foreign(folder: Path, name: str, files: Sequence[Path]) -> bool:
    """Whether files of this name are there that no match of this name has written."""
    figures = folder / f"{name}{FIGURES}"
    is_match = _earlier(figures).get("format") == FORMAT
    own = {folder / f"{name}{suffix}" for suffix in SUFFIXES} if is_match else set()
    own |= set(_earlier_files(folder, name))
    # A folder of such a name is refused when the files are written.
    return any(os.path.lexists(file) and not file.is_dir() for file in files if file not in own)


def _earlier(figures: Path) -> dict[str, Any]:
    """What an earlier match wrote; nothing if it was none."""
    try:
        content = json.loads(figures.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    is_match = isinstance(content, dict) and content.get("format") == FORMAT
    return content if is_match else {}
