"""Matches on disk: for every sound a preset, its sound, a picture and the figures."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
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
    with flow_synth.stage() if wishes.needs_stage else nullcontext() as stage:
        for sound, name in zip(sounds, output_names(sounds, folder), strict=True):
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
        return write_matches(flow_synth, matches, sound, folder, name)
    except SynthError as error:
        return RefusedSound(sound, f"{sound} has no match: {error}; give another sound")
    except InputError as error:
        return RefusedSound(sound, str(error))


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


def write_matches(
    flow_synth: FlowSynth, matches: Sequence[Match], sound: Path, folder: Path, name: str
) -> MatchedSound:
    """Writes the files of a sound's matches together or not at all; see :func:`write_together`.

    Raises:
        InputError: the folder cannot be written; all is as it was before.
    """
    nearest = matches[0]
    files = {suffix: folder / f"{name}{suffix}" for suffix in SUFFIXES}
    figures = _figures(flow_synth, matches, sound, files)
    contents: dict[Path, bytes] = {}
    for number, match in enumerate(matches, 1):
        contents |= _candidate(flow_synth, match, _numbered(folder, name, number))
    contents[files[PICTURE]] = draw_match(nearest, flow_synth.synth.table, sound.name)
    contents[files[FIGURES]] = (json.dumps(figures, indent=2) + "\n").encode()
    outdated = {path for path in _candidate_files(folder, name) if path not in contents}
    write_together(contents)
    for path in outdated:
        path.unlink(missing_ok=True)
    return MatchedSound(sound, tuple(matches), files, figures)


def _numbered(folder: Path, name: str, number: int) -> Path:
    return folder / (f"{name}.candidate-{number}" if number > 1 else name)


def _candidate(flow_synth: FlowSynth, match: Match, stem: Path) -> dict[Path, bytes]:
    """The files of one match that hosts open."""
    preset = preset_text(match.preset, flow_synth.synth.table, flow_synth.synth.identity)
    return {
        stem.with_name(stem.name + PRESET): preset.encode(),
        stem.with_name(stem.name + AUDIO): wav(match.audio, SAMPLE_RATE_HZ),
    }


def _candidate_files(folder: Path, name: str) -> list[Path]:
    """Files that bear the names of a match's candidates but the nearest."""
    ends = "|".join(map(re.escape, (PRESET, AUDIO)))
    pattern = re.compile(rf"{re.escape(name)}\.candidate-\d+({ends})")
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if pattern.fullmatch(path.name)]


def _check_name(sound: Path) -> None:
    """Refuses names that neither libsndfile nor JSON nor a terminal can take."""
    try:
        str(sound).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"the name {str(sound)!r} is not valid text; rename the file") from error


def _figures(
    flow_synth: FlowSynth, matches: Sequence[Match], sound: Path, files: dict[str, Path]
) -> dict[str, Any]:
    """Matches for machines: numbers with their units in their names, knobs in human units."""
    synth, nearest = flow_synth.synth, matches[0]
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "input": str(sound),
        "files": dict(zip(KINDS, (file.name for file in files.values()), strict=True)),
        "pitch": asdict(nearest.pitch) if nearest.pitch else None,
        "note": {**asdict(nearest.note), "frequency_hz": nearest.note.frequency_hz},
        "synth": synth.identity,
        "synth_version": synth.version,
        "model_run": flow_synth.description.training_run,
        **_figures_of(nearest, synth.table),
        "intervals": _human_intervals(nearest, synth.table),
        "others": [_figures_of(match, synth.table) for match in matches[1:]],
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


def _folded(folder: Path, name: str) -> set[str]:
    return {os.path.realpath(folder / f"{name}{suffix}").casefold() for suffix in SUFFIXES}


def _is_foreign(folder: Path, name: str) -> bool:
    """Whether files of this name are there that no match has written."""
    files = [
        *(folder / f"{name}{suffix}" for suffix in SUFFIXES),
        *_candidate_files(folder, name),
    ]
    # A folder of such a name is refused when the files are written.
    is_there = any(os.path.lexists(file) and not file.is_dir() for file in files)
    return is_there and not _is_match(folder / f"{name}{FIGURES}")


def _is_match(figures: Path) -> bool:
    try:
        content = json.loads(figures.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.get("format") == FORMAT
