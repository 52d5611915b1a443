"""Control synthesizers by sound with normalizing flows.

from flow_synth import FlowSynth

match = FlowSynth.load("builtin").match("voice.wav")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flow_synth.library import FlowSynth
    from flow_synth.wishes import Budget, Wishes

__all__ = ["Budget", "FlowSynth", "Wishes"]

_HOMES = {"Budget": "wishes", "FlowSynth": "library", "Wishes": "wishes"}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Loads a name, and with :class:`FlowSynth` torch, only when somebody wants it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
