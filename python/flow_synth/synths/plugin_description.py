"""What a plug-in description (a TOML file) may say about a VST2, VST3 or Audio Unit."""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np
from pydantic import Field, ValidationError, model_validator

from flow_synth.frozen import Frozen
from flow_synth.parameter import Kind, Parameter, ParameterTable
from flow_synth.toml_file import read_toml, refusal

PluginValue = Annotated[float, Field(ge=0, le=1)]
Controller = Annotated[int, Field(ge=0, le=127)]


class PluginParameter(Parameter):
    """A knob that the model turns, and where it is found in the plug-in.

    ``label`` may be left out, and so may everything that ``choices`` tell already.
    """

    #: Exact name of the plug-in's parameter, or its index; the knob's own name if left out.
    plugin: str | int | None = None
    #: What the plug-in receives: for a stepped knob one value for each step, for a continuous one
    #: the values at evenly spaced points of unit space, joined by straight lines.
    #: Evenly spread over [0, 1] if left out.
    plugin_values: tuple[PluginValue, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:  # noqa: ANN401  # Whatever stands in the file.
        if not isinstance(given, dict):
            return given
        given = {"label": str(given.get("name", "")).replace("_", " ").capitalize(), **given}
        choices = given.get("choices")
        if isinstance(choices, list) and choices:
            implied = {"kind": Kind.CATEGORICAL, "minimum": 0, "maximum": len(choices) - 1}
            given = {**implied, **given}
            if given.get("default") in choices:
                given["default"] = choices.index(given["default"])
        return given

    @model_validator(mode="after")
    def _check_plugin_values(self) -> Self:
        given = len(self.plugin_values)
        if given and self.n_values and given != self.n_values:
            raise ValueError(
                f"parameter {self.name!r}: {given} plugin_values for {self.n_values} steps; "
                "give one for each step"
            )
        if given == 1:
            raise ValueError(f"parameter {self.name!r}: give two or more plugin_values, or none")
        return self

    @property
    def reference(self) -> str | int:
        """Name or index of the plug-in's parameter."""
        return self.name if self.plugin is None else self.plugin

    def plugin_value(self, unit: float) -> float:
        """Unit value -> what the plug-in receives."""
        points = self.plugin_values or (0.0, 1.0)
        return float(np.interp(unit, np.linspace(0.0, 1.0, len(points)), points))


class Reset(Frozen):
    """How one instance forgets the last note, so that it need not be created anew.

    Before each note, every parameter goes to its default or fixed value, except for ``values``;
    then the plug-in plays the note to come, and ``keys``, for ``seconds``, unheard.
    """

    seconds: Annotated[float, Field(gt=0, le=60)]
    #: Values by plug-in parameter that make the plug-in silent and its memory known.
    values: dict[str, PluginValue]
    #: Sent with value 0 at the start of the reset and of the note: all sound off, all notes off.
    controllers: tuple[Controller, ...] = (120, 123)
    #: Played beside the note to come: a mono voice may be found under another key.
    keys: tuple[Controller, ...] = ()
    #: Values by plug-in parameter that need more than a reset: such a note gets a new instance.
    new_instance: dict[str, tuple[PluginValue, ...]] = Field(default_factory=dict)
    #: Values by plug-in parameter at which a short note is heard: far weaker than on a new
    #: instance, it tells that the last note left what no reset undoes, and a new one is taken.
    probe: dict[str, PluginValue] = Field(default_factory=dict)


class PluginDescription(Frozen):
    """The content of a plug-in description."""

    identity: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    #: Where the plug-in may be; the first that exists is taken.
    path: tuple[str, ...] = Field(min_length=1)
    #: How to install the plug-in, for those who do not have it.
    install: str = ""
    #: A preset (.fxp, .vstpreset) or saved state loaded before anything else.
    state: str = ""
    parameters: tuple[PluginParameter, ...] = Field(min_length=1)
    #: Values by plug-in parameter that never change.
    fixed: dict[str, PluginValue] = Field(default_factory=dict)
    #: None: every note gets an instance of its own, always right but slow.
    reset: Reset | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_path_is_enough(cls, given: Any) -> Any:  # noqa: ANN401  # Whatever stands in the file.
        if isinstance(given, dict) and isinstance(given.get("path"), str):
            return {**given, "path": (given["path"],)}
        return given

    @model_validator(mode="after")
    def _check(self) -> Self:
        self.table()
        return self

    def table(self) -> ParameterTable:
        """The knobs that the model turns, without what concerns the plug-in alone."""
        own = set(Parameter.model_fields)
        knobs = (Parameter(**p.model_dump(include=own)) for p in self.parameters)
        return ParameterTable(tuple(knobs))

    def restricted(self, identity: str, names: Collection[str]) -> Self:
        """The same plug-in with fewer knobs: all but those named are fixed at their defaults."""
        others = [p for p in self.parameters if p.name not in names]
        fixed = {str(p.reference): p.plugin_value(p.to_unit(p.default)) for p in others}
        kept = tuple(p for p in self.parameters if p.name in names)
        return self.model_copy(
            update={"identity": identity, "parameters": kept, "fixed": self.fixed | fixed}
        )

    def plugin_paths(self, folder: Path) -> list[Path]:
        """Where the plug-in may be, for a description that stands in ``folder``."""
        return [_resolved(path, folder) for path in self.path]

    def state_path(self, folder: Path) -> Path | None:
        """Where the state is, for a description that stands in ``folder``."""
        return _resolved(self.state, folder) if self.state else None


def read_description(path: Path) -> PluginDescription:
    """Reads a plug-in description.

    Raises:
        InputError: there is no such file, it is not TOML, or something in it is wrong.
    """
    try:
        return PluginDescription.model_validate(read_toml(path))
    except ValidationError as error:
        raise refusal(path, error, "docs/plugin.md lists all keys") from error


def _resolved(path: str, folder: Path) -> Path:
    """A path with ``~`` and environment variables, relative to the description's folder."""
    return folder / Path(os.path.expandvars(path)).expanduser()
