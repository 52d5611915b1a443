"""amsynth's own preset files: banks, which are text, and .fxp files, which hold such a text."""

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

from flow_synth.atomic_file import write_atomically
from flow_synth.error import InputError
from flow_synth.parameter import Parameter, ParameterTable
from flow_synth.preset import Preset
from flow_synth.synths.fxp import fxp, fxp_chunk

#: Where banks may be; the first folder that holds some is taken.
BANK_FOLDERS = (Path("/usr/share/amsynth/banks"), Path("/usr/local/share/amsynth/banks"))

#: First line of a bank, and of the text that the plug-in reads from an .fxp file.
_BANK = "amSynth"
_STATE = "amSynth1.0preset"
_PRESET = "<preset> <name> "
_PARAMETER = "<parameter> "
_END = "EOF"

#: By which .fxp files name amsynth.
PLUGIN_ID = b"amsy"
PLUGIN_VERSION = 1


def factory_banks() -> list[Path]:
    """The banks that come with amsynth, in alphabetical order.

    Raises:
        InputError: there are none on this machine.
    """
    for folder in BANK_FOLDERS:
        if banks := sorted(folder.glob("*.bank")):
            return banks
    raise InputError(
        f"there are no amsynth banks in {' nor in '.join(map(str, BANK_FOLDERS))}; install "
        "amsynth, on Debian and Ubuntu by: sudo apt-get install amsynth"
    )


def read_bank(path: Path, table: ParameterTable) -> list[Preset]:
    """Reads a bank; the presets' category is its name.

    A knob that a preset does not mention (it is older than the knob) stands at its default. A
    value beyond a knob's range is taken to the end of the range, as amsynth does.

    Args:
        path: a ``.bank`` file.
        table: all knobs of amsynth.

    Raises:
        InputError: the file cannot be read, is no bank, or has a knob that amsynth lacks.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise InputError(f"cannot read {path} ({error.strerror}); give an amsynth bank") from error
    if not lines or lines[0].strip() != _BANK:
        raise InputError(f"{path} is not an amsynth bank; its first line must be {_BANK!r}")
    return _read(lines, path, table)


def read_fxp(path: Path, table: ParameterTable) -> list[Preset]:
    """Reads what :func:`write_fxp` wrote, as :func:`read_bank` reads a bank of one preset.

    Raises:
        InputError: the file cannot be read, is none of amsynth, or has a knob that amsynth lacks.
    """
    try:
        chunk = fxp_chunk(path.read_bytes(), PLUGIN_ID)
    except OSError as error:
        raise InputError(f"cannot read {path} ({error.strerror}); give an .fxp file") from error
    lines = (chunk or b"").rstrip(b"\0").decode(errors="replace").splitlines()
    if not lines or lines[0].strip() != _STATE:
        raise InputError(f"{path} is no whole .fxp file of amsynth; save it there again")
    return _read(lines, path, table)


def _read(lines: list[str], path: Path, table: ParameterTable) -> list[Preset]:
    """Presets after a first line."""
    knobs = {knob.name: index for index, knob in enumerate(table.parameters())}
    presets: list[Preset] = []
    for number, line in enumerate(lines[1:], start=2):
        if line.startswith(_PRESET.strip()):
            name = line.removeprefix(_PRESET.strip()).strip()
            presets.append(Preset(name, table.defaults, category=path.name.split(".")[0]))
        elif line.startswith(_PARAMETER):
            name, _, text = line.removeprefix(_PARAMETER).partition(" ")
            if not presets or name not in knobs:
                raise InputError(
                    f"{path}, line {number}: parameter {name!r} is unknown or belongs to no "
                    f"preset; amsynth has: {', '.join(knobs)}"
                )
            knob = table[knobs[name]]
            presets[-1].values[knobs[name]] = _unit(knob, text, f"{path}, line {number}")
        elif line.strip() == _END:
            break
    return presets


def write_bank(path: Path, presets: Iterable[Preset], table: ParameterTable) -> None:
    """Writes presets as a bank that amsynth loads.

    Args:
        path: the ``.bank`` file.
        presets: with values of all knobs.
        table: all knobs of amsynth.

    Raises:
        InputError: the file cannot be written.
    """
    lines = [line for preset in presets for line in _lines(preset, table)]
    write_atomically(path, "\n".join([_BANK, *lines, _END, ""]).encode())


def write_fxp(path: Path, preset: Preset, table: ParameterTable) -> None:
    """Writes one preset as an .fxp file for the plug-in, see :func:`write_bank`."""
    chunk = "\n".join([_STATE, *_lines(preset, table), ""]).encode() + b"\0"
    write_atomically(path, fxp(PLUGIN_ID, PLUGIN_VERSION, preset.name, len(table), chunk))


def _lines(preset: Preset, table: ParameterTable) -> Iterator[str]:
    yield _PRESET + " ".join(preset.name.splitlines())
    for knob, unit in zip(table.parameters(), preset.values, strict=True):
        yield f"{_PARAMETER}{knob.name} {knob.to_human(float(unit))!r}"


def _unit(knob: Parameter, text: str, place: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise InputError(f"{place}: {knob.name} is {text!r}; give a number")
    return knob.to_unit(min(max(value, knob.minimum), knob.maximum))
