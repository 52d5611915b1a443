"""ZynAddSubFX playing one instrument of its own banks; each in a process of its own.

Its random numbers run on from sound to sound, so only a process that has played nothing before
plays the same again: ``python -m flow_synth.synths.zynaddsubfx INSTRUMENT.xiz SOUND.wav``.
"""

import gzip
import re
import sys
import tempfile
from pathlib import Path

import dawdreamer
import numpy as np
import soundfile
from numpy.typing import NDArray

from flow_synth.synth import SAMPLE_RATE_HZ, Note
from flow_synth.synths.fxp import fxp
from flow_synth.synths.midi import midi_file, note_off, note_on

#: Where Debian's zynaddsubfx-vst and zynaddsubfx-data put the plug-in and its instruments.
PLUGIN = Path("/usr/lib/vst/ZynAddSubFX.so")
BANKS = Path("/usr/share/zynaddsubfx/banks")
#: Rendered beyond the four seconds of a note: its attack may begin with silence.
NOTE = Note(total_seconds=4.5)

_BLOCK_SAMPLES = 512
_INSTRUMENT = re.compile(rb"<INSTRUMENT>.*?</INSTRUMENT>", re.DOTALL)
#: The header of a VST2 bank, as which JUCE saves the state, before the plug-in's own bytes.
_BANK_HEADER_BYTES = 160
_GZIP = b"\x1f\x8b"


def read_instrument(path: Path) -> bytes:
    """The XML of an instrument file (.xiz), which may be compressed or not."""
    content = path.read_bytes()
    return gzip.decompress(content) if content.startswith(_GZIP) else content


def uses_padsynth(instrument: bytes) -> bool:
    """Whether it has PADsynth, whose wave tables several threads fill with random phases.

    No two processes get the same wave table, so such an instrument never sounds the same again.
    """
    return b"<PAD_SYNTH_PARAMETERS>" in instrument


def play(instrument: bytes, note: Note = NOTE) -> NDArray[np.float32]:
    """Plays a note -> [2, N]; canonical only if this process has played nothing before.

    Args:
        instrument: as :func:`read_instrument` gives it.
        note: what to play.
    """
    engine = dawdreamer.RenderEngine(SAMPLE_RATE_HZ, _BLOCK_SAMPLES)
    plugin = engine.make_plugin_processor("zynaddsubfx", str(PLUGIN))
    with tempfile.TemporaryDirectory(prefix="flow-synth-") as folder:
        state, preset, midi = (Path(folder, name) for name in ("state", "preset.fxp", "note.mid"))
        plugin.save_state(str(state))
        preset.write_bytes(_preset(state.read_bytes(), instrument))
        plugin.load_preset(str(preset))
        events = [
            note_on(0, round(note.pitch), note.velocity),
            note_off(note.held_samples, round(note.pitch)),
        ]
        midi.write_bytes(midi_file(events))
        plugin.load_midi(str(midi))
    engine.load_graph([(plugin, [])])
    # The engine rounds down to whole samples; half a sample more keeps it from losing one.
    engine.render((note.total_samples + 0.5) / SAMPLE_RATE_HZ)
    return np.asarray(engine.get_audio(), np.float32)


def _preset(state: bytes, instrument: bytes) -> bytes:
    """A VST2 preset: the plug-in's own state, the instrument in place of its first one."""
    wanted = _INSTRUMENT.search(instrument)
    present = _INSTRUMENT.search(state)
    if not wanted or not present:
        raise ValueError("there is no <INSTRUMENT> in the instrument or in the plug-in's state")
    chunk = b"".join(
        [state[_BANK_HEADER_BYTES : present.start()], wanted.group(), state[present.end() :]]
    )
    identity, version = state[16:20], int.from_bytes(state[20:24], "big")
    return fxp(identity, version, "flow-synth", 1, chunk)


if __name__ == "__main__":
    audio = play(read_instrument(Path(sys.argv[1])))
    soundfile.write(sys.argv[2], audio.T, SAMPLE_RATE_HZ, subtype="FLOAT")
