"""The synthesizers: one module each, opened by :func:`open_synth`."""

from pathlib import Path

from flow_synth.error import InputError
from flow_synth.synth import Synth

BUILTIN = "builtin"
AMSYNTH = ("amsynth-16", "amsynth-32", "amsynth-41")


def open_synth(description: str) -> Synth:
    """Opens a synth.

    Args:
        description: ``builtin``, ``amsynth-16``, ``amsynth-32`` or ``amsynth-41`` (the number is
            that of its knobs), or the path of a plug-in description (a TOML file, see
            ``docs/plugin.md``).

    Raises:
        InputError: none of these, or the plug-in cannot be loaded.
    """
    # Each synth's engine is loaded only when that synth is wanted.
    if description == BUILTIN:
        from flow_synth.synths.builtin import BuiltinSynth

        return BuiltinSynth()
    if description in AMSYNTH:
        from flow_synth.synths.amsynth import Amsynth

        return Amsynth(description)
    path = Path(description).expanduser()
    if path.suffix != ".toml":
        raise InputError(
            f"synth {description!r} is unknown; give {', '.join(map(repr, (BUILTIN, *AMSYNTH)))} "
            "or the path of a plug-in description (a .toml file)"
        )
    from flow_synth.synths.plugin import PluginSynth

    return PluginSynth(path)
