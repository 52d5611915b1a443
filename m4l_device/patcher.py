"""A patcher of Max: boxes, cords and what Live knows of its parameters."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from amxd import BUILD_DATE, DeviceError, DeviceKind, file_type
from objects import ports

#: The height of Live's device view in pixels; what lies below is cut off.
HEIGHT = 169
FONT = "Ableton Sans Medium"
#: The first Live whose Max runs modern JavaScript (`v8`), and that Max.
MINIMUM_LIVE, MINIMUM_MAX = "12.2", "9.0"
PARAMETERS_IN_BANK = 8
#: Where boxes lie when the device is edited: column by column, one below the other, in pixels.
_MARGIN, _GAP, _COLUMN_GAP, _COLUMN_HEIGHT = 20, 8, 40, 1000
_TEXT_WIDTH, _TEXT_HEIGHT = 200.0, 22.0

Attributes = dict[str, Any]


@dataclass(frozen=True)
class Rectangle:
    """Whole pixels of Live's device view."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column beyond it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row beyond it."""
        return self.y + self.height

    def overlaps(self, other: "Rectangle") -> bool:
        """Whether both cover a pixel."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )

    def as_list(self) -> list[float]:
        """As Max writes it."""
        return [float(self.x), float(self.y), float(self.width), float(self.height)]


@dataclass(frozen=True)
class Box:
    """A box that is in a patcher."""

    id: str
    inlets: int
    outlets: int
    attributes: Attributes = field(compare=False, repr=False)


@dataclass(frozen=True)
class Bank:
    """Up to eight parameters that Push shows at once, by their long names."""

    name: str
    parameters: Sequence[str]


class Patcher:
    """Boxes and cords as they are added, and the text of the file.

    Args:
        width: of the device in pixels.
        is_mpe: whether Live sends it MPE, each note on a channel of its own.
    """

    def __init__(self, width: int, *, is_mpe: bool = False) -> None:
        self._width = width
        self._is_mpe = is_mpe
        self._boxes: list[Box] = []
        self._lines: list[dict[str, Any]] = []
        self._parameters: dict[str, list[Any]] = {}
        self._dependencies: list[dict[str, Any]] = []
        self._x, self._y, self._right = _MARGIN, _MARGIN, _MARGIN - _COLUMN_GAP

    def column(self, title: str) -> None:
        """Begins a column of boxes, headed by what they are for."""
        self._begin_column()
        self._add("comment", {"text": title, "fontname": FONT, "fontsize": 12.0})

    def add(self, text: str, **attributes: object) -> Box:
        """Adds an object that is a text in a rectangle."""
        return self._add("newobj", {"text": text, **attributes})

    def message(self, text: str) -> Box:
        """Adds a message box."""
        return self._add("message", {"text": text})

    def show(self, maxclass: str, name: str, rectangle: Rectangle, **attributes: object) -> Box:
        """Adds a box that is seen in Live.

        Args:
            maxclass: the object.
            name: unique; scripts hide and show it by this name.
            rectangle: in Live.
            attributes: others as Max names them.
        """
        shown = {
            "varname": name,
            "presentation": 1,
            "presentation_rect": rectangle.as_list(),
            **attributes,
        }
        return self._add(maxclass, shown)

    def wire(self, source: Box, target: Box, *, outlet: int = 0, inlet: int = 0) -> None:
        """Connects two boxes.

        Raises:
            DeviceError: there is no such outlet or inlet; Max would drop the cord silently.
        """
        for what, index, count, box in (
            ("outlet", outlet, source.outlets, source),
            ("inlet", inlet, target.inlets, target),
        ):
            if not 0 <= index < count:
                name = box.attributes.get("text", box.attributes["maxclass"])
                raise DeviceError(f"'{name}' has no {what} {index}, it has {count}")
        line = {"source": [source.id, outlet], "destination": [target.id, inlet]}
        self._lines.append({"patchline": line})

    def chain(self, *boxes: Box) -> Box:
        """Connects boxes one after the other, by their left outlets and inlets; gives the last."""
        for source, target in pairwise(boxes):
            self.wire(source, target)
        return boxes[-1]

    def register(self, box: Box, long_name: str, short_name: str) -> None:
        """Makes a box known to Live as a parameter."""
        self._parameters[box.id] = [long_name, short_name, 0]

    def depend(self, name: str) -> None:
        """Says that the device needs a file."""
        type_name = file_type(name).decode("ascii")
        self._dependencies.append(
            {"name": name, "bootpath": ".", "type": type_name, "implicit": 1}
        )

    def build(self, kind: DeviceKind, banks: Sequence[Bank] = ()) -> bytes:
        """The patcher as it lies in the file of a device, with the NUL that ends it."""
        patcher = self._header() | {
            "boxes": [{"box": box.attributes} for box in self._boxes],
            "lines": self._lines,
            "parameters": {
                **self._parameters,
                "parameterbanks": _banks(banks),
                "inherited_shortname": 1,
            },
            "dependency_cache": sorted(self._dependencies, key=lambda each: str(each["name"])),
            "project": _project(kind),
        }
        text = json.dumps({"patcher": patcher}, indent=4, ensure_ascii=False)
        return text.encode("utf-8") + b"\n\0"

    def _add(self, maxclass: str, attributes: Mapping[str, Any]) -> Box:
        text = str(attributes.get("text", ""))
        inlets, outlets = ports(maxclass, text)
        size = attributes.get("presentation_rect", [0, 0, _TEXT_WIDTH, _TEXT_HEIGHT])[2:]
        name = f"obj-{len(self._boxes) + 1}"
        described: Attributes = {
            "id": name,
            "maxclass": maxclass,
            "numinlets": inlets,
            "numoutlets": len(outlets),
            "patching_rect": [*self._next_place(*size), *size],
            **attributes,
        }
        if outlets:
            described["outlettype"] = list(outlets)
        box = Box(name, inlets, len(outlets), described)
        self._boxes.append(box)
        return box

    def _begin_column(self) -> None:
        self._x, self._y = self._right + _COLUMN_GAP, _MARGIN

    def _next_place(self, width: float, height: float) -> tuple[float, float]:
        """Below the box before, or on top of the next column."""
        if self._y + height > _COLUMN_HEIGHT:
            self._begin_column()
        place = float(self._x), float(self._y)
        self._y += int(height) + _GAP
        self._right = max(self._right, self._x + int(width))
        return place

    def _header(self) -> Attributes:
        return {
            "fileversion": 1,
            "appversion": {
                "major": 9,
                "minor": 0,
                "revision": 5,
                "architecture": "x64",
                "modernui": 1,
            },
            "classnamespace": "box",
            "rect": [100.0, 100.0, 1200.0, 800.0],
            "openrect": [0.0, 0.0, float(self._width), float(HEIGHT)],
            "openinpresentation": 1,
            "default_fontsize": 10.0,
            "default_fontname": FONT,
            "gridsize": [8.0, 8.0],
            "devicewidth": float(self._width),
            "latency": 0,
            "is_mpe": int(self._is_mpe),
            "external_mpe_tuning_enabled": 0,
            "minimum_live_version": MINIMUM_LIVE,
            "minimum_max_version": MINIMUM_MAX,
            "platform_compatibility": 0,
            "autosave": 0,
        }


def _banks(banks: Sequence[Bank]) -> Attributes:
    described: Attributes = {}
    for index, bank in enumerate(banks):
        if len(bank.parameters) > PARAMETERS_IN_BANK:
            raise DeviceError(
                f"bank '{bank.name}' has {len(bank.parameters)} parameters; Push shows eight"
            )
        missing = PARAMETERS_IN_BANK - len(bank.parameters)
        described[str(index)] = {
            "index": index,
            "name": bank.name,
            "parameters": [*bank.parameters, *["-"] * missing],
            "buttons": ["-"] * PARAMETERS_IN_BANK,
        }
    return described


def _project(kind: DeviceKind) -> Attributes:
    """Without it Max complains of a project without a name."""
    return {
        "version": 1,
        "creationdate": BUILD_DATE,
        "modificationdate": BUILD_DATE,
        "viewrect": [0.0, 0.0, 300.0, 500.0],
        "autoorganize": 1,
        "hideprojectwindow": 1,
        "showdependencies": 1,
        "autolocalize": 0,
        "contents": {"patchers": {}},
        "layout": {},
        "searchpath": {},
        "detailsvisible": 0,
        "amxdtype": kind.number,
        "readonly": 0,
        "devpathtype": 0,
        "devpath": ".",
        "sortmode": 0,
        "viewmode": 0,
        "includepackages": 0,
    }
