"""One knob: its name, unit and range, and the way between its human range and unit space."""

import math
from collections.abc import Iterator, Mapping
from enum import StrEnum
from reprlib import repr as shortened
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, RootModel, model_validator

from flow_synth.error import InputError
from flow_synth.frozen import Frozen

_LEAST_SHOWN = 1e-4


class Kind(StrEnum):
    """How a knob moves."""

    CONTINUOUS = "continuous"
    ORDINAL = "ordinal"
    CATEGORICAL = "categorical"


class Curve(StrEnum):
    """How unit space maps to the human range of a continuous knob."""

    LINEAR = "linear"
    LOG = "log"


class Parameter(Frozen):
    """One knob of a synthesizer.

    A *human* value is in the knob's own unit (Hz, seconds, semitones ...); a *unit* value is in
    [0, 1]. Ordinal knobs take ``minimum, minimum + step, ..., maximum``; categorical ones take
    ``0 .. len(choices) - 1``.
    """

    name: str
    label: str
    unit: str = ""
    minimum: float
    maximum: float
    default: float
    kind: Kind = Kind.CONTINUOUS
    curve: Curve = Curve.LINEAR
    step: float = 1.0
    choices: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not all(map(math.isfinite, (self.minimum, self.maximum, self.default, self.step))):
            raise ValueError(f"parameter {self.name!r}: range, default and step must be finite")
        if not self.minimum < self.maximum:
            raise ValueError(
                f"parameter {self.name!r}: minimum {self.minimum} must be below "
                f"maximum {self.maximum}"
            )
        if not self.minimum <= self.default <= self.maximum:
            raise ValueError(
                f"parameter {self.name!r}: default {self.default} must lie in "
                f"[{self.minimum}, {self.maximum}]"
            )
        if self.curve is Curve.LOG and (self.minimum <= 0 or self.kind is not Kind.CONTINUOUS):
            raise ValueError(
                f"parameter {self.name!r}: a log curve needs a continuous knob and minimum > 0"
            )
        if (self.kind is Kind.CATEGORICAL) != bool(self.choices):
            raise ValueError(
                f"parameter {self.name!r}: categorical knobs need choices, and no others have them"
            )
        last = len(self.choices) - 1
        if self.choices and (self.minimum, self.maximum, self.step) != (0, last, 1):
            raise ValueError(
                f"parameter {self.name!r}: {len(self.choices)} choices need minimum 0, "
                f"maximum {last} and step 1"
            )
        steps = (self.maximum - self.minimum) / self.step if self.step else math.inf
        is_whole = self.step > 0 and abs(steps - round(steps)) <= 1e-6
        if self.kind is not Kind.CONTINUOUS and not is_whole:
            raise ValueError(
                f"parameter {self.name!r}: step {self.step} must be positive and divide the range"
            )
        return self

    @property
    def n_values(self) -> int:
        """Number of values a stepped knob takes; 0 for a continuous one."""
        if self.kind is Kind.CONTINUOUS:
            return 0
        return round((self.maximum - self.minimum) / self.step) + 1

    def to_human(self, unit: float) -> float:
        """Unit value -> human value; a stepped knob lands on its nearest step."""
        unit = min(max(float(unit), 0.0), 1.0)
        if self.n_values:
            unit = math.floor(unit * (self.n_values - 1) + 0.5) / (self.n_values - 1)
        if self.curve is Curve.LOG:
            human = self.minimum * math.pow(self.maximum / self.minimum, unit)
        else:
            human = self.minimum + (self.maximum - self.minimum) * unit
        # Rounding may lead out of the range, even at its ends.
        return min(max(human, self.minimum), self.maximum)

    def to_unit(self, human: float | str) -> float:
        """Human value (or the name of a choice) -> unit value.

        Raises:
            InputError: the value is not a number in range, or not one of the choices.
        """
        if isinstance(human, str) and self.choices:
            return self._choice_to_unit(human)
        if isinstance(human, bool | str) or not self.minimum <= human <= self.maximum:
            raise InputError(
                f"parameter {self.name!r} is {shortened(human)}; give a number from "
                f"{self.minimum:g} to {self.maximum:g}{' ' + self.unit if self.unit else ''}"
            )
        if self.curve is Curve.LOG:
            return math.log(human / self.minimum) / math.log(self.maximum / self.minimum)
        unit = (human - self.minimum) / (self.maximum - self.minimum)
        if self.n_values:
            unit = math.floor(unit * (self.n_values - 1) + 0.5) / (self.n_values - 1)
        return unit

    def _choice_to_unit(self, choice: str) -> float:
        if choice not in self.choices:
            raise InputError(
                f"parameter {self.name!r} is {shortened(choice)}; give one of: "
                f"{', '.join(self.choices)}"
            )
        return self.choices.index(choice) / (len(self.choices) - 1)

    def describe(self, unit: float) -> str:
        """A unit value as a musician reads it, for example ``1.2 kHz`` or ``lowpass``."""
        human = self.to_human(unit)
        if self.choices:
            return self.choices[round(human)]
        if self.unit == "Hz" and human >= 1000:
            return f"{_short(human / 1000)} kHz"
        if self.unit == "s" and human < 1:
            return f"{_short(human * 1000)} ms"
        return f"{_short(human)} {self.unit}".rstrip()


def _short(number: float) -> str:
    """Three digits; what no ear tells from 0 is 0."""
    return f"{number:.3g}" if abs(number) >= _LEAST_SHOWN else "0"


class ParameterTable(RootModel[tuple[Parameter, ...]]):
    """The ordered knobs of one synthesizer: the axes of its parameter space v in [0, 1]^P."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _unique(self) -> Self:
        if not self.root:
            raise ValueError("a parameter table needs at least one parameter")
        if len(set(self.names)) != len(self.root):
            raise ValueError("parameter names must be unique")
        return self

    def __len__(self) -> int:
        return len(self.root)

    def __getitem__(self, index: int) -> Parameter:
        return self.root[index]

    def parameters(self) -> Iterator[Parameter]:
        """The knobs in order."""
        return iter(self.root)

    @property
    def names(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(parameter.name for parameter in self.root)

    @property
    def defaults(self) -> NDArray[np.float32]:
        """[P] unit values of the defaults."""
        return np.array([p.to_unit(p.default) for p in self.root], np.float32)

    def snap(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        """[..., P] unit values, clipped to [0, 1], every stepped knob on its nearest step."""
        snapped = np.clip(np.asarray(values, np.float32), 0.0, 1.0)
        for column, parameter in enumerate(self.root):
            if parameter.n_values:
                last = np.float32(parameter.n_values - 1)
                steps = np.floor(snapped[..., column] * last + np.float32(0.5))
                snapped[..., column] = steps / last
        return snapped

    def to_human(self, values: NDArray[np.floating]) -> dict[str, float | str]:
        """[P] unit values -> human values by name, categorical ones as the choice's name."""
        human: dict[str, float | str] = {}
        for parameter, unit in zip(self.root, values, strict=True):
            value = parameter.to_human(float(unit))
            human[parameter.name] = parameter.choices[round(value)] if parameter.choices else value
        return human

    def from_human(self, human: Mapping[str, float | str]) -> NDArray[np.float32]:
        """Human values by name -> [P] unit values; a knob not mentioned stands at its default.

        Raises:
            InputError: an unknown name, or a value outside its knob's range.
        """
        unknown = [name for name in human if name not in self.names]
        if unknown:
            raise InputError(
                f"unknown parameter {unknown[0]!r}; known are: {', '.join(self.names)}"
            )
        return np.array([p.to_unit(human.get(p.name, p.default)) for p in self.root], np.float32)
