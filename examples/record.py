"""Makes the examples: notes of sampled instruments, played by FluidSynth, and a voice.

Run as ``python examples/record.py``; needs the Debian packages fluidsynth, fluid-soundfont-gm and
puredata-doc.
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
VOICE = Path("/usr/share/puredata/doc/sound/voice2.wav")
PEAK = 0.7
SILENCE_SECONDS = 0.2
HELD_SECONDS = 3.0
TOTAL_SECONDS = 4.2


@dataclass(frozen=True)
class Note:
    """One note of a General MIDI program (counted from 0), played with no effects."""

    name: str
    program: int
    key: int
    velocity: int = 100


NOTES = (
    Note("bass", program=33, key=33),
    Note("cello", program=42, key=50),
    Note("electric_piano", program=4, key=64),
    Note("trumpet", program=56, key=67),
)


def main() -> None:
    """Writes one FLAC file for each example, beside this script."""
    for note in NOTES:
        soundfile.write(
            Path(__file__).with_name(f"{note.name}.flac"),
            record(note),
            SAMPLE_RATE_HZ,
            subtype="PCM_16",
        )
    voice, sample_rate_hz = soundfile.read(VOICE, dtype="int16")
    soundfile.write(Path(__file__).with_name("voice.flac"), voice, sample_rate_hz)


def record(note: Note) -> NDArray[np.float64]:
    """[N, 2] audio with a peak of PEAK."""
    start = round(SILENCE_SECONDS * SAMPLE_RATE_HZ)
    stop = start + round(HELD_SECONDS * SAMPLE_RATE_HZ)
    total = round(TOTAL_SECONDS * SAMPLE_RATE_HZ)
    events = [
        MidiEvent(0, bytes([0xC0, note.program])),
        note_on(start, note.key, note.velocity),
        note_off(stop, note.key),
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
