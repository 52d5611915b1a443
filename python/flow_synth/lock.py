"""Knobs that stay where they are while others are sought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from flow_synth.error import InputError
from flow_synth.parameter import ParameterTable


@dataclass(frozen=True, eq=False)
class Locks:
    """Knobs that stay where they are.

    Attributes:
        is_locked: [P] which.
        values: [P] unit values; those of others do not count.
    """

    is_locked: NDArray[np.bool_]
    values: NDArray[np.float32]

    @classmethod
    def of(cls, table: ParameterTable, human: Mapping[str, float | str]) -> Self:
        """Locks knobs of a table at human values, by name.

        Raises:
            InputError: an unknown name, or a value outside its knob's range.
        """
        is_locked = np.array([name in human for name in table.names])
        return cls(is_locked, table.from_human(human))

    def held(self, presets: NDArray[np.float32]) -> NDArray[np.float32]:
        """Presets [N, P] with the locked knobs where they belong."""
        return np.where(self.is_locked, self.values, presets).astype(np.float32)


def read_locks(table: ParameterTable, texts: Sequence[str]) -> dict[str, float | str]:
    """``NAME=VALUE``, or ``NAME`` for its default, as a user writes them -> human values by name.

    Raises:
        InputError: an unknown name, a value that is none, or a name given twice.
    """
    human: dict[str, float | str] = {}
    defaults = table.to_human(table.defaults)
    for text in texts:
        name, has_value, value = text.partition("=")
        if name in human:
            raise InputError(f"knob {name!r} is locked twice; lock it once")
        human[name] = _value(table, name, value) if has_value else defaults.get(name, 0.0)
    table.from_human(human)
    return human


def _value(table: ParameterTable, name: str, text: str) -> float | str:
    """A number, or a choice of a knob that has choices."""
    if any(parameter.choices for parameter in table.parameters() if parameter.name == name):
        return text
    try:
        return float(text)
    except ValueError as error:
        raise InputError(
            f"knob {name!r} cannot be locked at {text!r}; give a number, as in {name}=1"
        ) from error
