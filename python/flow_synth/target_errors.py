"""Errors target by target: for what a mean cannot tell, as spreads and paired tests."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BeforeValidator, PlainSerializer, model_validator

from flow_synth.frozen import Frozen
from flow_synth.imitation import Imitations
from flow_synth.metric import Measure
from flow_synth.score import Method
from flow_synth.target import Targets

SIGNIFICANT_DIGITS = 4
_NAME_DIGITS = 16


def _split(line: object) -> object:
    return line.split() if isinstance(line, str) else line


#: In JSON a list is one line of words, or a file would have a line for each of its numbers.
Words = Annotated[
    tuple[str, ...], BeforeValidator(_split), PlainSerializer(" ".join, return_type=str)
]
Labels = Annotated[
    tuple[int, ...],
    BeforeValidator(_split),
    PlainSerializer(lambda labels: " ".join(map(str, labels)), return_type=str),
]
Numbers = Annotated[
    tuple[float, ...],
    BeforeValidator(_split),
    PlainSerializer(
        lambda numbers: " ".join(f"{number:.{SIGNIFICANT_DIGITS}g}" for number in numbers),
        return_type=str,
    ),
]


class TargetErrors(Frozen):
    """What was measured of every target.

    ``targets`` are the beginnings of the SHA-256 of their sounds and notes, ``families`` labels of
    what is no independent observation, ``errors`` by method and measure in the same order, to four
    significant digits.
    """

    targets: Words
    families: Labels
    errors: Mapping[Method, Mapping[Measure, Numbers]]

    @model_validator(mode="after")
    def _check(self) -> Self:
        columns = [column for found in self.errors.values() for column in found.values()]
        if {len(column) for column in (self.families, *columns)} != {len(self.targets)}:
            raise ValueError("a list has more or fewer entries than there are targets")
        return self

    @classmethod
    def of(cls, imitations: Mapping[Method, Imitations], targets: Targets) -> Self:
        """The errors of imitations of the targets."""
        return cls(
            targets=target_names(targets),
            families=tuple(targets.families.tolist()),
            errors={
                method: dict(
                    zip(found.measures, map(_rounded, found.errors.T.tolist()), strict=True)
                )
                for method, found in imitations.items()
            },
        )


def target_names(targets: Targets) -> tuple[str, ...]:
    """What :class:`TargetErrors` calls them; sounds that are the same have the same name."""
    return tuple(targets[index].digest[:_NAME_DIGITS] for index in range(len(targets)))


def _rounded(numbers: list[float]) -> tuple[float, ...]:
    return tuple(float(f"{number:.{SIGNIFICANT_DIGITS}g}") for number in numbers)
