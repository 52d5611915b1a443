"""Records the examples: single notes of sampled instruments and voices, played by FluidSynth.

Run as ``python examples/record.py``; needs the Debian packages fluidsynth and fluid-soundfont-gm.
"""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from flow_synth.synth import SAMPLE_RATE_HZ
from flow_synth.synths.midi import MidiEvent, midi_file, note_off, note_on

SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
PEAK = 0.7
SILENCE_SECONDS = 0.2
HELD_SECONDS = 3.0
TOTAL_SECONDS = 4.2


@dataclass(frozen=True)
class Example:
    """One note of a General MIDI program (counted from 0), played with no effects."""

    name: str
    program: int
    key: int
    velocity: int = 100


EXAMPLES = (
    Example("bass", program=33, key=33),
    Example("cello", program=42, key=50),
    Example("electric_piano", program=4, key=64),
    Example("trumpet", program=56, key=67),
    Example("choir", program=52, key=57),
)


def main() -> None:
    """Writes one FLAC file for each example, beside this script."""
    for example in EXAMPLES:
        soundfile.write(
            Path(__file__).with_name(f"{example.name}.flac"),
            record(example),
            SAMPLE_RATE_HZ,
            subtype="PCM_16",
        )


def record(example: Example) -> NDArray[np.float64]:
    """[N, 2] audio with a peak of PEAK."""
    start = round(SILENCE_SECONDS * SAMPLE_RATE_HZ)
    stop = start + round(HELD_SECONDS * SAMPLE_RATE_HZ)
    total = round(TOTAL_SECONDS * SAMPLE_RATE_HZ)
    events = [
        MidiEvent(0, bytes([0xC0, example.program])),
        note_on(start, example.key, example.velocity),
        note_off(stop, example.key),
    ]
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder, "note.mid"), Path(folder, "note.wav")
        midi.write_bytes(midi_file(events))
        dry = ["-R", "0", "-C", "0"]
        written = ["-q", "-n", "-i", "-r", str(SAMPLE_RATE_HZ), "-O", "float", "-F", str(wav)]
        command = ["fluidsynth", *dry, *written, str(SOUNDFONT), str(midi)]
        subprocess.run(command, check=True)
        audio, _ = soundfile.read(wav, frames=total, fill_value=0.0)
    level: float = PEAK / np.abs(audio).max()
    return np.asarray(audio * level, np.float64)


if __name__ == "__main__":
    main()
