"""Matches on disk: for every sound a preset, its sound, a picture and the figures."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flow_synth.atomic_file import make_folder, remove_abandoned_stages, write_together
from flow_synth.audio_file import wav
from flow_synth.error import InputError
from flow_synth.library import FlowSynth
from flow_synth.matching import Match
from flow_synth.picture import draw_match
from flow_synth.preset import preset_text
from flow_synth.synth import SAMPLE_RATE_HZ, SynthError

FORMAT = "flow-synth match"
FORMAT_VERSION = 1

PRESET, AUDIO, PICTURE, FIGURES = ".preset.json", ".wav", ".png", ".json"
SUFFIXES = (PRESET, AUDIO, PICTURE, FIGURES)
KINDS = ("preset", "audio", "picture", "figures")


@dataclass(frozen=True)
class MatchedSound:
    """A match on disk: its files by suffix, and the content of the one with the figures."""

    sound: Path
    match: Match
    files: dict[str, Path]
    figures: dict[str, Any]


@dataclass(frozen=True)
class RefusedSound:
    """A sound that could not be matched, and one sentence on why."""

    sound: Path
    reason: str


def match_files(
    flow_synth: FlowSynth, sounds: Sequence[Path], folder: Path
) -> Iterator[MatchedSound | RefusedSound]:
    """Matches sounds one after another; one that cannot be used does not stop the others.

    NAME.preset.json, NAME.wav, NAME.png and NAME.json appear in the folder together or not at all,
    where NAME is that of the sound's file; see :func:`output_names` and :func:`write_together`.
    What killed matches left in the folder is removed first.

    Args:
        flow_synth: model and synth.
        sounds: paths of sound files.
        folder: where to; made if it is not there.

    Yields:
        What became of each sound, as soon as it is known.

    Raises:
        InputError: the folder cannot be made or written in.
    """
    make_folder(folder)
    remove_abandoned_stages(folder)
    for sound, name in zip(sounds, output_names(sounds, folder), strict=True):
        try:
            _check_name(sound)
            match = flow_synth.match(sound)
            result = write_match(flow_synth, match, sound, folder, name)
        except SynthError as error:
            yield RefusedSound(sound, f"{sound} has no match: {error}; give another sound")
        except InputError as error:
            yield RefusedSound(sound, str(error))
        else:
            yield result


def output_names(sounds: Sequence[Path], folder: Path) -> list[str]:
    """Names for the results of sounds: their stems, numbered where files would meet.

    No two names share a file, even where case does not count. None overwrites a sound, nor any
    other file that is there, unless it belongs to an earlier match of that name.
    """
    taken = {os.path.realpath(sound).casefold() for sound in sounds}
    names: list[str] = []
    for sound in sounds:
        name, number = sound.stem, 1
        while taken & (files := _folded(folder, name)) or _is_foreign(folder, name):
            number += 1
            name = f"{sound.stem}-{number}"
        taken |= files
        names.append(name)
    return names


def write_match(
    flow_synth: FlowSynth, match: Match, sound: Path, folder: Path, name: str
) -> MatchedSound:
    """Writes the files of one match together or not at all; see :func:`write_together`.

    Raises:
        InputError: the folder cannot be written; all is as it was before.
    """
    files = {suffix: folder / f"{name}{suffix}" for suffix in SUFFIXES}
    figures = _figures(flow_synth, match, sound, files)
    table, identity = flow_synth.synth.table, flow_synth.synth.identity
    contents = {
        PRESET: preset_text(match.preset, table, identity).encode(),
        AUDIO: wav(match.audio, SAMPLE_RATE_HZ),
        PICTURE: draw_match(match, table, sound.name),
        FIGURES: (json.dumps(figures, indent=2) + "\n").encode(),
    }
    write_together({file: contents[suffix] for suffix, file in files.items()})
    return MatchedSound(sound, match, files, figures)


def _check_name(sound: Path) -> None:
    """Refuses names that neither libsndfile nor JSON nor a terminal can take."""
    try:
        str(sound).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"the name {str(sound)!r} is not valid text; rename the file") from error


def _figures(
    flow_synth: FlowSynth, match: Match, sound: Path, files: dict[str, Path]
) -> dict[str, Any]:
    """A match for machines: numbers with their units in their names, knobs in human units."""
    synth, note = flow_synth.synth, match.note
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "input": str(sound),
        "files": dict(zip(KINDS, (file.name for file in files.values()), strict=True)),
        "pitch": asdict(match.pitch) if match.pitch else None,
        "note": {**asdict(note), "frequency_hz": note.frequency_hz},
        "measures": asdict(match.measures),
        "remarks": list(match.remarks),
        "synth": synth.identity,
        "synth_version": synth.version,
        "model_run": flow_synth.description.training_run,
        "latent": match.latent.tolist(),
        "parameters": synth.table.to_human(match.preset.values),
    }


def _folded(folder: Path, name: str) -> set[str]:
    return {os.path.realpath(folder / f"{name}{suffix}").casefold() for suffix in SUFFIXES}


def _is_foreign(folder: Path, name: str) -> bool:
    """Whether files of this name are there that no match has written."""
    files = [folder / f"{name}{suffix}" for suffix in SUFFIXES]
    # A folder of such a name is refused when the files are written.
    is_there = any(os.path.lexists(file) and not file.is_dir() for file in files)
    return is_there and not _is_match(folder / f"{name}{FIGURES}")


def _is_match(figures: Path) -> bool:
    try:
        content = json.loads(figures.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.get("format") == FORMAT
