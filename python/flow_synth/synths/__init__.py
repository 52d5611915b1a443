"""The synthesizers: one module each, opened by :func:`open_synth`."""

from pathlib import Path

from flow_synth.error import InputError
from flow_synth.synth import Synth

BUILTIN = "builtin"


def open_synth(description: str) -> Synth:
    """Opens a synth.

    Args:
        description: ``builtin``, or the path of a plug-in description (a TOML file, see
            ``docs/plugin.md``).

    Raises:
        InputError: neither of the two, or the described plug-in cannot be loaded.
    """
    # Each synth's engine is loaded only when that synth is wanted.
    if description == BUILTIN:
        from flow_synth.synths.builtin import BuiltinSynth

        return BuiltinSynth()
    path = Path(description).expanduser()
    if path.suffix != ".toml":
        raise InputError(
            f"synth {description!r} is unknown; give {BUILTIN!r} or the path of a plug-in "
            "description (a .toml file)"
        )
    from flow_synth.synths.plugin import PluginSynth

    return PluginSynth(path)
