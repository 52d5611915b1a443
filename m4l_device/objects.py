"""The Max objects that the devices are made of, with their inlets and outlets.

Max drops a cord to an outlet that is not there and takes an unknown name for an empty box, both
without a word; so nothing goes into a patcher that does not stand here.
"""

import re
from collections.abc import Callable, Sequence

from amxd import DeviceError

#: Inlets, and the type of every outlet, as Max writes them.
Ports = tuple[int, tuple[str, ...]]

_SIGNAL = "signal"
#: Objects that always have the same.
FIXED: dict[str, Ports] = {
    # Logic.
    "+": (2, ("int",)),
    "accum": (3, ("int",)),
    "change": (1, ("", "int", "int")),
    "clip": (3, ("",)),
    "clocker": (2, ("float",)),
    "delay": (2, ("bang",)),
    "f": (2, ("float",)),
    "makenote": (3, ("float", "float")),
    "metro": (2, ("bang",)),
    "prepend": (1, ("",)),
    "sprintf": (1, ("",)),
    "timer": (2, ("float", "")),
    "tosymbol": (1, ("",)),
    "transport": (2, ("int", "int", "float", "float", "float", "", "int", "float", "")),
    "zl.group": (2, ("", "")),
    "zl.join": (2, ("", "")),
    # The device, its state and its files; v8 has the outlets of flow_device.js.
    "deferlow": (1, ("",)),
    "dict": (2, ("dictionary", "", "", "", "")),
    "live.thisdevice": (1, ("bang", "int", "int")),
    "pattr": (1, ("", "", "")),
    "r": (0, ("",)),
    "s": (1, ()),
    "savedialog": (1, ("", "", "bang")),
    "thispatcher": (1, ("", "")),
    # MIDI.
    "midiflush": (1, ("int",)),
    "midiformat": (7, ("int", "")),
    "midiin": (1, ("int",)),
    "midiout": (1, ()),
    "midiparse": (1, ("", "", "", "int", "int", "", "int", "")),
    # Sound.
    "*~": (2, (_SIGNAL,)),
    "buffer~": (1, ("float", "bang")),
    "flow_synth~": (1, (_SIGNAL, _SIGNAL, "list", "list", "")),
    "info~": (1, ("float", "list", "float", "float", "float", "float", "float", "", "int", "")),
    "live.remote~": (2, ("",)),
    "plugin~": (2, (_SIGNAL, _SIGNAL)),
    "plugout~": (2, (_SIGNAL, _SIGNAL)),
    "record~": (3, (_SIGNAL,)),
    "v8": (1, ("",) * 5),
    "vst~": (2, (_SIGNAL, _SIGNAL, "", "list", "int", "", "", "")),
}
#: Boxes that are no text in a rectangle.
UI: dict[str, Ports] = {
    "comment": (1, ()),
    "live.comment": (1, ()),
    "live.dial": (1, ("", "float")),
    "live.drop": (1, ("", "")),
    "live.gain~": (2, (_SIGNAL, _SIGNAL, "", "float", "list")),
    "live.menu": (1, ("", "", "float")),
    "live.meter~": (1, ("float", "int")),
    "live.numbox": (1, ("", "float")),
    "live.slider": (1, ("", "float")),
    "live.tab": (1, ("", "", "float")),
    "live.text": (1, ("", "")),
    "message": (2, ("",)),
    "textedit": (1, ("", "int", "", "")),
    "v8ui": (1, ("",)),
}
_TRIGGERED = {"b": "bang", "i": "int", "f": "float", "l": "", "s": "", "a": ""}


def _trigger(arguments: Sequence[str]) -> Ports:
    return 1, tuple(_TRIGGERED.get(each, "int") for each in arguments)


def _route(arguments: Sequence[str]) -> Ports:
    return len(arguments) + 1, ("",) * (len(arguments) + 1)


def _select(arguments: Sequence[str]) -> Ports:
    return len(arguments) + 1, ("bang",) * len(arguments) + ("",)


def _gate(arguments: Sequence[str]) -> Ports:
    return 2, ("",) * int(arguments[0])


def _pack(arguments: Sequence[str]) -> Ports:
    return len(arguments), ("",)


def _unpack(arguments: Sequence[str]) -> Ports:
    return 1, tuple("float" if "." in each else "int" for each in arguments)


def _expression(arguments: Sequence[str]) -> Ports:
    numbers = [int(each) for each in re.findall(r"\$[if](\d)", " ".join(arguments))]
    return max(numbers), ("",)


def _play(arguments: Sequence[str]) -> Ports:
    channels = int(arguments[1]) if len(arguments) > 1 else 1
    return 1, (_SIGNAL,) * channels + ("bang",)


BY_ARGUMENTS: dict[str, Callable[[Sequence[str]], Ports]] = {
    "expr": _expression,
    "gate": _gate,
    "pack": _pack,
    "play~": _play,
    "route": _route,
    "sel": _select,
    "t": _trigger,
    "unpack": _unpack,
}


def ports(maxclass: str, text: str = "") -> Ports:
    """Inlets and outlets of a box.

    Args:
        maxclass: `newobj` for a text in a rectangle, else the name of the object.
        text: that text.

    Raises:
        DeviceError: the object is not one of those that the devices are made of.
    """
    if maxclass != "newobj":
        if maxclass in UI:
            return UI[maxclass]
        raise DeviceError(f"the object '{maxclass}' is not in objects.py; add it with its ports")
    name, *arguments = text.split()
    arguments = [each for each in arguments if not each.startswith("@")]
    if name in FIXED:
        return FIXED[name]
    if name in BY_ARGUMENTS:
        return BY_ARGUMENTS[name](arguments)
    raise DeviceError(f"the object '{name}' is not in objects.py; add it with its ports")
