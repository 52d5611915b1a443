"""Control synthesizers by sound with normalizing flows.

from flow_synth import FlowSynth

match = FlowSynth.load("builtin").match("voice.wav")
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flow_synth.library import FlowSynth

__all__ = ["FlowSynth"]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Loads :class:`FlowSynth`, and torch with it, only when somebody wants it."""
    if name != "FlowSynth":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from flow_synth.library import FlowSynth

    return FlowSynth
