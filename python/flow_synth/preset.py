"""A point in a synth's parameter space: presets and their files."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from reprlib import repr as shortened

import numpy as np
from numpy.typing import NDArray

from flow_synth.error import InputError
from flow_synth.parameter import ParameterTable

FORMAT = "flow-synth preset"
FORMAT_VERSION = 1


@dataclass(frozen=True, eq=False)
class Preset:
    """One setting of every knob. ``values``: [P] unit values in the order of the synth's table.

    Presets of one ``family`` are known to be near-duplicates, whatever their knobs say.
    """

    name: str
    values: NDArray[np.float32]
    category: str = ""
    tags: tuple[str, ...] = ()
    family: str = ""

    @property
    def identity(self) -> str:
        """Sixteen hexadecimal digits that depend on the knobs alone, not on the name."""
        return hashlib.sha256(np.ascontiguousarray(self.values, "<f4").tobytes()).hexdigest()[:16]


def write_preset(path: Path, preset: Preset, table: ParameterTable, synth: str) -> None:
    """Writes the file of a preset; see :func:`preset_text`."""
    path.write_text(preset_text(preset, table, synth), encoding="utf-8")


def preset_text(preset: Preset, table: ParameterTable, synth: str) -> str:
    """A preset as JSON in human units; ``synth`` is the id of the synth it belongs to."""
    content = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "synth": synth,
        "name": preset.name,
        "category": preset.category,
        "tags": list(preset.tags),
        "parameters": table.to_human(preset.values),
    }
    return json.dumps(content, indent=2) + "\n"


def read_preset(path: Path, table: ParameterTable, synth: str) -> Preset:
    """Reads a preset written by :func:`write_preset`.

    Raises:
        InputError: not a preset file, another synth's preset, an unknown knob or one out of range.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{path} is not a preset file ({error}); give a JSON preset") from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path} is not a preset file (it is nested too deep, or has a number with too many "
            "digits); give a JSON preset"
        ) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputError(f"{path} is not a preset file; its 'format' must be {FORMAT!r}")
    if content.get("version") != FORMAT_VERSION:
        raise InputError(
            f"{path} has preset version {shortened(content.get('version'))}; this program reads "
            f"version {FORMAT_VERSION}: update flow-synth or save the preset again"
        )
    if content.get("synth") != synth:
        raise InputError(
            f"{path} is a preset of synth {shortened(content.get('synth'))}, not of {synth!r}"
        )
    parameters = content.get("parameters")
    if not isinstance(parameters, dict) or not all(
        isinstance(value, int | float | str) for value in parameters.values()
    ):
        raise InputError(f"{path}: 'parameters' must map knob names to numbers or choices")
    try:
        values = table.from_human(parameters)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    tags = content.get("tags", [])
    return Preset(
        str(content.get("name", path.stem)),
        values,
        str(content.get("category", "")),
        tuple(map(str, tags)) if isinstance(tags, list) else (),
    )
