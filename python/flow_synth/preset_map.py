"""The map file: every preset of a synth at a place, so that neighbours sound alike.

`docs/preset-map.md` states the format; `map_maker.py` is the only writer.
"""

import json
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from flow_synth.atomic_file import write_atomically
from flow_synth.error import InputError
from flow_synth.frozen import Frozen
from flow_synth.toml_file import refusal

#: What names of map files end in.
SUFFIX = ".map.json"
#: Unit values are whole numbers up to this.
UNIT_SCALE = 10000

_ADVICE = "make it again with 'flow-synth map'"
#: By which a map is known before it is written over.
_KEYS = {"format_version", "axes", "presets", "curves"}

Share = Annotated[float, Field(ge=0, le=1)]
UnitNumber = Annotated[int, Field(ge=0, le=UNIT_SCALE)]
Name = Annotated[str, Field(min_length=1)]
Side = Literal[-1, 0, 1]


class MapAxis(Frozen):
    """A semantic axis.

    Attributes:
        name: one word.
        low: the tag of what is at or below ``low_threshold``.
        high: the tag of what is at or above ``high_threshold``.
        unit: of its descriptor and of both thresholds; empty for a plain number.
    """

    name: Name
    low: Name
    high: Name
    unit: str
    low_threshold: float
    high_threshold: float


class MapPreset(Frozen):
    """A preset and its place.

    Attributes:
        name: as a musician reads it.
        category: its number among the categories of the map; -1 for none.
        x: across the map.
        y: up or down it, as the view likes.
        tags: by axis: -1 for the low word, +1 for the high word, 0 for neither.
        descriptors: by axis: the share of the presets of the map that are measured below it.
        units: unit values of all knobs, times 10000.
    """

    name: Name
    category: Annotated[int, Field(ge=-1)]
    x: Share
    y: Share
    tags: tuple[Side, ...]
    descriptors: tuple[Share, ...]
    units: tuple[UnitNumber, ...]


class MapCurve(Frozen):
    """What a macro knob alone does to sound, all others standing at their means.

    ``descriptors`` are in the units of :data:`flow_synth.tag.AXES`, by position and axis.
    """

    macro: Annotated[int, Field(ge=1)]
    positions: tuple[Share, ...]
    descriptors: tuple[tuple[float, ...], ...]


class PresetMap(Frozen):
    """The presets of a synth and the macro knobs of a model of it, as they sound."""

    format_version: Literal[1] = 1
    synth: Name
    model: Name
    parameters: tuple[Name, ...] = Field(min_length=1)
    axes: tuple[MapAxis, ...] = Field(min_length=1)
    categories: tuple[Name, ...]
    presets: tuple[MapPreset, ...] = Field(min_length=1)
    curves: tuple[MapCurve, ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        places = set[tuple[float, float]]()
        for preset in self.presets:
            self._check_preset(preset)
            if (preset.x, preset.y) in places:
                raise ValueError(
                    f"preset {preset.name!r} lies at {preset.x}, {preset.y} as another one does; "
                    "each needs a place of its own"
                )
            places.add((preset.x, preset.y))
        for curve in self.curves:
            if {len(row) for row in curve.descriptors} != {len(self.axes)} or len(
                curve.descriptors
            ) != len(curve.positions):
                raise ValueError(
                    f"the curve of macro knob {curve.macro} needs {len(self.axes)} descriptors at "
                    f"each of its {len(curve.positions)} positions"
                )
        return self

    def _check_preset(self, preset: MapPreset) -> None:
        if preset.category >= len(self.categories):
            raise ValueError(
                f"preset {preset.name!r} has category {preset.category}; there are "
                f"{len(self.categories)}, counted from 0, and -1 is none"
            )
        for what, found, needed in (
            ("tags", preset.tags, self.axes),
            ("descriptors", preset.descriptors, self.axes),
            ("units", preset.units, self.parameters),
        ):
            if len(found) != len(needed):
                raise ValueError(
                    f"preset {preset.name!r} has {len(found)} {what}; it needs {len(needed)}"
                )

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads what :meth:`write` wrote.

        Raises:
            InputError: the file cannot be read, is of a newer version, or holds no whole map.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(
                f"{path} cannot be read ({error.strerror}); give the result of 'flow-synth map'"
            ) from error
        try:
            return cls.model_validate_json(content, strict=True)
        except ValidationError as error:
            raise refusal(path, error, _ADVICE) from error

    @property
    def content(self) -> bytes:
        """The content of the file: the same bytes for the same map."""
        return (self.model_dump_json() + "\n").encode()

    def write(self, path: Path) -> None:
        """Writes the file, whole or not at all.

        Raises:
            InputError: the file cannot be written.
        """
        write_atomically(path, self.content)


def check_place(path: Path) -> None:
    """Refuses to write a map over another JSON file.

    Raises:
        InputError: a JSON file that is no map has this name.
    """
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):  # Missing, or damaged: nothing is lost.
        return
    if not isinstance(found, dict) or not found.keys() >= _KEYS:
        raise InputError(f"{path} is something else than a preset map; choose another name")


def shown_name(name: str, number: int) -> str:
    """A name of a bank as valid UTF-8 on one line; one that is empty becomes its number."""
    valid = name.encode("utf-8", "replace").decode()
    line = "".join(letter if letter.isprintable() else " " for letter in valid)
    return " ".join(line.split()) or f"Preset {number}"
