"""A patcher as it lies in a device, read again to be checked."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from amxd import DeviceError

Attributes = Mapping[str, Any]

_SCRIPTED = re.compile(r"script (show|hide) (\w+)")


@dataclass(frozen=True)
class Cord:
    """From an outlet to an inlet, by the ids of their boxes."""

    source: str
    outlet: int
    target: str
    inlet: int


@dataclass(frozen=True)
class PatcherFile:
    """What is in the JSON of a device."""

    patcher: Attributes

    @staticmethod
    def read(text: bytes) -> "PatcherFile":
        """Reads the JSON of a device with the NUL that ends it.

        Raises:
            DeviceError: it is no such JSON.
        """
        try:
            patcher = json.loads(text.rstrip(b"\0"))["patcher"]
        except (ValueError, KeyError, TypeError) as error:
            raise DeviceError(f"the patcher is no JSON of Max ({error}); build it again") from None
        return PatcherFile(patcher)

    @cached_property
    def boxes(self) -> tuple[Attributes, ...]:
        """All of them."""
        return tuple(each["box"] for each in self.patcher["boxes"])

    @cached_property
    def by_id(self) -> Mapping[str, Attributes]:
        """Boxes by id."""
        return {str(box["id"]): box for box in self.boxes}

    @cached_property
    def cords(self) -> tuple[Cord, ...]:
        """All of them."""
        lines = (each["patchline"] for each in self.patcher["lines"])
        return tuple(Cord(*line["source"], *line["destination"]) for line in lines)

    @cached_property
    def parameters(self) -> Mapping[str, Attributes]:
        """What Live is told of each parameter, by the id of its box."""
        return {
            str(box["id"]): box["saved_attribute_attributes"]["valueof"]
            for box in self.boxes
            if "valueof" in box.get("saved_attribute_attributes", {})
        }

    @property
    def shown(self) -> Iterator[Attributes]:
        """Boxes that are seen in Live, on whatever page."""
        return (box for box in self.boxes if box.get("presentation"))

    @cached_property
    def pages(self) -> tuple[Mapping[str, bool], ...]:
        """For each page whether it shows a box, by name; others are always seen."""
        pages = []
        for box in self.boxes:
            if box["maxclass"] == "message" and "script show" in str(box["text"]):
                commands = _SCRIPTED.findall(str(box["text"]))
                pages.append({name: verb == "show" for verb, name in commands})
        return tuple(pages)

    def objects(self, *names: str) -> Iterator[Attributes]:
        """Boxes whose text begins with one of these words."""
        return (box for box in self.boxes if words(box) and words(box)[0] in names)

    def onto(self, target: Attributes) -> Iterator[tuple[Attributes, int]]:
        """Boxes connected to any inlet of a box, with their outlets."""
        for cord in self.cords:
            if cord.target == target["id"]:
                yield self.by_id[cord.source], cord.outlet


def words(box: Attributes) -> list[str]:
    """The text of an object; none for others."""
    return str(box["text"]).split() if box["maxclass"] == "newobj" else []


def label(box: Attributes) -> str:
    """What to call a box in a sentence."""
    return str(box.get("varname") or box.get("text") or box["maxclass"])
