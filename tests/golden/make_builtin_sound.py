"""Writes what the built-in synth sounds like, for the version that builtin.dsp declares.

Run as ``python tests/golden/make_builtin_sound.py`` after raising the version, and only then.
"""

from pathlib import Path

import numpy as np

from flow_synth.synth import Note
from flow_synth.synths.builtin import BuiltinSynth

NOTE = Note(pitch=57, velocity=100, held_seconds=0.25, total_seconds=0.4)


def main() -> None:
    """One preset of each category of the bank, and two with every knob anywhere."""
    synth = BuiltinSynth()
    first = {preset.category: preset for preset in reversed(synth.presets())}
    anywhere = np.random.default_rng(0).random((2, len(synth.table)), np.float32)
    values = np.stack([*(preset.values for preset in first.values()), *anywhere])
    audio = np.stack([synth.render(row, NOTE).mean(0) for row in values])
    np.savez_compressed(
        Path(__file__).with_name(f"builtin-{synth.version}.npz"),
        values=values,
        pitch=NOTE.pitch,
        velocity=NOTE.velocity,
        held_seconds=NOTE.held_seconds,
        total_seconds=NOTE.total_seconds,
        audio=audio.astype(np.float16),
    )


if __name__ == "__main__":
    main()
