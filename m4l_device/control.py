"""One control: what Live and Push call it, what it does, and the box that it is."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from patcher import FONT, Box, Patcher, Rectangle


class Kind(StrEnum):
    """How a control is moved; the values are Max's objects but for the two kinds of text."""

    DIAL = "live.dial"
    SLIDER = "live.slider"
    NUMBOX = "live.numbox"
    MENU = "live.menu"
    TAB = "live.tab"
    TOGGLE = "toggle"
    BUTTON = "button"
    DROP = "live.drop"
    GAIN = "live.gain~"
    TEXT = "textedit"


class Unit(IntEnum):
    """How Live prints a value (`parameter_unitstyle`)."""

    WHOLE = 0
    NUMBER = 1
    MILLISECONDS = 2
    DECIBELS = 4
    PERCENT = 5
    MIDI_NOTE = 8
    CUSTOM = 9


class Visibility(IntEnum):
    """What Live does with a value (`parameter_invisible`)."""

    AUTOMATED = 0
    STORED = 1
    HIDDEN = 2


class Modulation(IntEnum):
    """How a clip modulates a value (`parameter_modmode`)."""

    NONE = 0
    BIPOLAR = 2
    ABSOLUTE = 4


class ParameterType(IntEnum):
    """What a value is (`parameter_type`)."""

    FLOAT = 0
    INT = 1
    ENUM = 2
    BLOB = 3
    FILE = 4


_CHOSEN = (Kind.MENU, Kind.TAB, Kind.TOGGLE, Kind.BUTTON)
_LIVE_TEXT = (Kind.TOGGLE, Kind.BUTTON)


def stored_blob(name: str) -> dict[str, Any]:
    """Attributes of a box whose state is no number: Live stores it, and never moves it."""
    return {
        "valueof": {
            "parameter_longname": name,
            "parameter_shortname": name,
            "parameter_type": int(ParameterType.BLOB),
            "parameter_invisible": int(Visibility.STORED),
            "parameter_modmode": int(Modulation.NONE),
        }
    }


@dataclass(frozen=True)
class Control:
    """A control of a device.

    Args:
        id: the name of its message to `flow_device.js`, `ID VALUE`, and of its box.
        long_name: in automation and MIDI mapping; Live stores values by it, so it never changes.
        short_name: beside the control.
        kind: how it is moved.
        title: of the Info View.
        info: text of the Info View.
        minimum: the least value.
        maximum: the greatest.
        initial: the value of a new device.
        unit: how values are printed.
        custom_unit: `printf` text for `Unit.CUSTOM`.
        is_whole: whether values are whole numbers.
        choices: what a menu or a tab offers, or the two texts of a toggle.
        visibility: whether Live automates and stores it.
        is_in_patch: whether the patch itself acts on it, and `flow_device.js` never hears of it.
    """

    id: str
    long_name: str
    short_name: str
    kind: Kind
    title: str
    info: str
    minimum: float = 0.0
    maximum: float = 1.0
    initial: float = 0.0
    unit: Unit = Unit.NUMBER
    custom_unit: str = ""
    is_whole: bool = False
    choices: tuple[str, ...] = ()
    visibility: Visibility = Visibility.AUTOMATED
    is_in_patch: bool = False

    @property
    def maxclass(self) -> str:
        """Its object in Max."""
        return "live.text" if self.kind in _LIVE_TEXT else self.kind.value

    @property
    def is_parameter(self) -> bool:
        """Whether Live knows of it."""
        return self.kind != Kind.TEXT

    @property
    def type(self) -> ParameterType:
        """What its value is to Live."""
        if self.kind == Kind.DROP:
            return ParameterType.FILE
        if self.kind in _CHOSEN:
            return ParameterType.ENUM
        return ParameterType.INT if self.is_whole else ParameterType.FLOAT

    @property
    def modulation(self) -> Modulation:
        """How clips modulate it: floats around their value, whole numbers in place of it."""
        if self.visibility != Visibility.AUTOMATED:
            return Modulation.NONE
        return {
            ParameterType.FLOAT: Modulation.BIPOLAR,
            ParameterType.INT: Modulation.ABSOLUTE,
        }.get(self.type, Modulation.NONE)

    @property
    def range_text(self) -> str:
        """What its values are, for people."""
        if self.kind in (Kind.MENU, Kind.TAB):
            return ", ".join(self.choices)
        if self.kind == Kind.TOGGLE:
            return "off, on"
        if not self.is_parameter or self.kind in (Kind.BUTTON, Kind.DROP):
            return ""
        unit = {Unit.MILLISECONDS: " ms", Unit.DECIBELS: " dB"}.get(self.unit, "")
        return f"{self.minimum:g} to {self.maximum:g}{unit}"

    def add_to(self, patcher: Patcher, rectangle: Rectangle, *, is_hidden: bool) -> Box:
        """Adds its box, and makes it known to Live.

        Args:
            patcher: where to.
            rectangle: in Live.
            is_hidden: whether it is on a page that is not seen at first.
        """
        attributes = self._look() | {"annotation": self.info, "annotation_name": self.title}
        if self.is_parameter:
            attributes |= {
                "parameter_enable": 1,
                "saved_attribute_attributes": {"valueof": self._parameter()},
            }
        if is_hidden:
            attributes["hidden"] = 1
        box = patcher.show(self.maxclass, self.id, rectangle, **attributes)
        if self.is_parameter:
            patcher.register(box, self.long_name, self.short_name)
        return box

    def _look(self) -> dict[str, Any]:
        looks: dict[Kind, dict[str, Any]] = {
            # The output comes when the mouse is released, as of Live's own buttons.
            Kind.BUTTON: {"mode": 0, "outputmode": 1, "text": self.short_name},
            Kind.TOGGLE: {
                "mode": 1,
                "outputmode": 1,
                "text": self.short_name,
                "texton": self.choices[1] if self.choices else self.short_name,
                "automation": "Off",
                "automationon": "On",
            },
            Kind.TAB: {
                "livemode": 1,
                "num_lines_patching": 1,
                "num_lines_presentation": 1,
            },
            Kind.SLIDER: {"orientation": 1, "showname": 0, "shownumber": 0},
            Kind.DROP: {"decodemode": 1, "legend": self.short_name},
            Kind.GAIN: {"lastchannelcount": 0},
            Kind.TEXT: {
                "keymode": 1,
                "lines": 1,
                "text": "",
                "fontname": FONT,
                "fontsize": 10.0,
                "parameter_enable": 0,
                "saved_attribute_attributes": {
                    "bgcolor": {"expression": "themecolor.live_lcd_bg"},
                    "textcolor": {"expression": "themecolor.live_lcd_control_fg"},
                },
            },
        }
        return looks.get(self.kind, {})

    def _parameter(self) -> dict[str, Any]:
        described: dict[str, Any] = {
            "parameter_longname": self.long_name,
            "parameter_shortname": self.short_name,
            "parameter_type": int(self.type),
            "parameter_invisible": int(self.visibility),
            "parameter_modmode": int(self.modulation),
            "parameter_annotation_name": self.title,
            "parameter_info": self.info,
            "parameter_linknames": 0,
        }
        if self.type == ParameterType.FILE:
            return described
        described |= {"parameter_initial_enable": 1, "parameter_initial": [self.initial]}
        if self.type == ParameterType.ENUM:
            choices = list(self.choices) if self.kind in (Kind.MENU, Kind.TAB) else ["Off", "On"]
            return described | {
                "parameter_enum": choices,
                "parameter_mmax": len(choices) - 1,
                "parameter_unitstyle": int(Unit.CUSTOM),
            }
        described |= {
            "parameter_mmin": self.minimum,
            "parameter_mmax": self.maximum,
            "parameter_unitstyle": int(self.unit),
        }
        if self.unit == Unit.CUSTOM:
            described["parameter_units"] = self.custom_unit
        return described
