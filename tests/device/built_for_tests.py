"""The devices, built once for all tests, and copies to be broken."""

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

from amxd import unpack
from device_files import DEVICES, Device, unfrozen
from patcher_file import PatcherFile

#: Changes the patcher of a device so that a rule is broken.
Break = Callable[[dict[str, Any]], object]


def device(name: str) -> Device:
    """A device by its name."""
    return next(each for each in DEVICES if each.name == name)


@cache
def built(name: str) -> bytes:
    """The file of a device."""
    return unfrozen(device(name))


@cache
def patcher_of(name: str) -> PatcherFile:
    """Its patcher."""
    return PatcherFile.read(unpack(built(name)).patcher_text)


def broken(name: str, change: Break) -> PatcherFile:
    """The patcher of a device after a change."""
    patcher = copy.deepcopy(dict(patcher_of(name).patcher))
    change(patcher)
    return PatcherFile(patcher)


def box(patcher: dict[str, Any], name: str) -> dict[str, Any]:
    """A box by its name, or else by its text."""
    boxes: list[dict[str, Any]] = [each["box"] for each in patcher["boxes"]]
    return next(each for each in boxes if name in (each.get("varname"), each.get("text")))


def parameter(patcher: dict[str, Any], name: str) -> dict[str, Any]:
    """What Live is told of a control."""
    found: dict[str, Any] = box(patcher, name)["saved_attribute_attributes"]["valueof"]
    return found
