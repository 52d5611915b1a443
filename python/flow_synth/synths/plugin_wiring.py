"""Which parameter of a plug-in each knob turns, and how far."""

from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from flow_synth.error import InputError
from flow_synth.synths.plugin_description import PluginDescription

#: The plug-in's own values in [0, 1] by the index of its parameter.
Setting = dict[int, float]


class PluginWiring:
    """Joins a description to the parameters that a loaded plug-in has.

    Args:
        description: what is wanted.
        names: the plug-in's parameters in its order.
        file: where the description stands; named in errors.

    Raises:
        InputError: a parameter that the plug-in lacks, or one mentioned twice.
    """

    def __init__(self, description: PluginDescription, names: Sequence[str], file: str) -> None:
        self._names = names
        self._file = file
        self._parameters = description.parameters
        self._indices = [self._index(p.reference) for p in description.parameters]
        self._fixed = self._indexed(description.fixed)
        self._check_mentioned_once()
        reset = self._indexed(description.reset.values if description.reset else {})
        lasting = description.reset.new_instance if description.reset else {}
        self._lasting = {self._index(name): values for name, values in lasting.items()}
        #: The setting while the plug-in is reset.
        self.quiet = self.setting(description.table().defaults)
        self._check_set_back(reset)
        self.quiet |= reset
        probe = self._indexed(description.reset.probe if description.reset else {})
        self._check_set_back(probe)
        #: The setting that tells whether the plug-in still sounds.
        self.probe = self.quiet | probe

    def setting(self, values: NDArray[np.float32]) -> Setting:
        """[P] unit values on their steps -> what the plug-in receives, fixed values included."""
        turned = zip(self._indices, self._parameters, values, strict=True)
        return self._fixed | {index: p.plugin_value(float(unit)) for index, p, unit in turned}

    def needs_new_instance(self, setting: Setting) -> bool:
        """Whether a note of this setting depends on what no reset undoes."""
        return any(setting.get(index) in values for index, values in self._lasting.items())

    def _indexed(self, values: dict[str, float]) -> Setting:
        return {self._index(name): value for name, value in values.items()}

    def _index(self, reference: str | int) -> int:
        """Index of the plug-in's parameter of exactly this name, or of this index in digits."""
        found = [i for i, name in enumerate(self._names) if name == reference]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(
                f"{self._file}: the plug-in has {len(found)} parameters {reference!r}; give an "
                f"index instead, one of {found}"
            )
        if str(reference).isdecimal() and int(reference) < len(self._names):
            return int(reference)
        near = get_close_matches(str(reference), self._names, 5, 0.3) or self._names[:5]
        raise InputError(
            f"{self._file}: the plug-in has no parameter {reference!r}; give an index below "
            f"{len(self._names)} or an exact name, such as {', '.join(map(repr, near))}"
        )

    def _check_mentioned_once(self) -> None:
        mentioned = [*self._indices, *self._fixed]
        for index in mentioned:
            if mentioned.count(index) > 1:
                raise InputError(
                    f"{self._file}: the plug-in's parameter {self._names[index]!r} is mentioned "
                    "twice; make it one knob or fix it"
                )

    def _check_set_back(self, reset: Setting) -> None:
        for index in reset.keys() - self.quiet.keys():
            raise InputError(
                f"{self._file}: reset changes {self._names[index]!r}, which no note would set "
                "back; add it to 'parameters' or to 'fixed'"
            )
