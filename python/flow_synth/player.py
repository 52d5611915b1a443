"""Programs of Debian that write a sound to a file, each as one command line."""

import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from flow_synth.synth import SAMPLE_RATE_HZ
from flow_synth.synths.midi import MidiEvent, controller, midi_file, note_off, note_on
from flow_synth.synths.zynaddsubfx import BANKS, NOTE, PLUGIN

SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")

#: Every Debian package that a player needs, and the program or file by which it is recognised.
PACKAGES = {
    "espeak-ng": "espeak-ng",
    "flite": "flite",
    "fluid-soundfont-gm": str(SOUNDFONT),
    "fluidsynth": "fluidsynth",
    "zynaddsubfx-data": str(BANKS),
    "zynaddsubfx-vst": str(PLUGIN),
}

_ALL_SOUND_OFF = 120


class Player(ABC):
    """Something that can be played; equal players give equal sounds.

    Attributes:
        packages: those of PACKAGES that it needs.
    """

    packages: ClassVar[tuple[str, ...]]

    @property
    @abstractmethod
    def source(self) -> str:
        """Package, and what of it is played or said."""

    @abstractmethod
    def command(self, sound: Path) -> list[str]:
        """The command line that writes the sound, a WAV file; may write files beside it."""


@dataclass(frozen=True)
class GeneralMidi(Player):
    """A program of the FluidR3 soundfont, counted from 0, without reverb and chorus."""

    packages = ("fluidsynth", "fluid-soundfont-gm")
    program: int

    @property
    def source(self) -> str:
        """Names the program."""
        return f"fluid-soundfont-gm: program {self.program}"

    def command(self, sound: Path) -> list[str]:
        """Runs FluidSynth, which loads the samples of this program alone."""
        midi = sound.with_suffix(".mid")
        key = round(NOTE.pitch)
        events = [
            MidiEvent(0, bytes([0xC0, self.program])),
            note_on(0, key, NOTE.velocity),
            note_off(NOTE.held_samples, key),
            controller(NOTE.total_samples, _ALL_SOUND_OFF, 0),
        ]
        midi.write_bytes(midi_file(events))
        dry = ["-R", "0", "-C", "0"]
        offline = ["-q", "-n", "-i", "-o", "synth.dynamic-sample-loading=1"]
        written = ["-r", str(SAMPLE_RATE_HZ), "-O", "float", "-F", str(sound)]
        return ["fluidsynth", *dry, *offline, *written, str(SOUNDFONT), str(midi)]


@dataclass(frozen=True)
class ZynAddSubFX(Player):
    """An instrument of ZynAddSubFX's banks, as ``bank/file`` without suffix."""

    packages = ("zynaddsubfx-vst", "zynaddsubfx-data")
    instrument: str

    @property
    def source(self) -> str:
        """Names the instrument."""
        return f"zynaddsubfx-data: {self.instrument}"

    def command(self, sound: Path) -> list[str]:
        """Runs the plug-in in a Python of its own."""
        instrument = BANKS / f"{self.instrument}.xiz"
        module = "flow_synth.synths.zynaddsubfx"
        return [sys.executable, "-m", module, str(instrument), str(sound)]


@dataclass(frozen=True)
class FliteSpeech(Player):
    """One of Flite's voices, made from recorded speech, says something in English."""

    packages = ("flite",)
    voice: str
    text: str

    @property
    def source(self) -> str:
        """Names voice and text."""
        return f"flite: voice {self.voice}, {self.text!r}"

    def command(self, sound: Path) -> list[str]:
        """Runs Flite."""
        return ["flite", "-voice", self.voice, "-t", self.text, "-o", str(sound)]


@dataclass(frozen=True)
class FliteVowel(Player):
    """One of Flite's voices holds a vowel at middle C.

    ``stretch`` is how many times longer than in speech.
    """

    packages = ("flite",)
    voice: str
    phone: str
    stretch: int

    @property
    def source(self) -> str:
        """Names voice and vowel."""
        return f"flite: voice {self.voice}, vowel {self.phone} held at middle C"

    def command(self, sound: Path) -> list[str]:
        """Runs Flite with a constant pitch."""
        settings = {
            "int_f0_target_mean": f"{NOTE.frequency_hz:.3f}",
            "int_f0_target_stddev": "0",
            "duration_stretch": str(self.stretch),
        }
        held = [part for key, value in settings.items() for part in ("--setf", f"{key}={value}")]
        phones = ["-p", f"pau {self.phone} pau"]
        return ["flite", "-voice", self.voice, *held, *phones, "-o", str(sound)]


@dataclass(frozen=True)
class EspeakSpeech(Player):
    """A voice of espeak-ng, a formant synthesizer, says something in its language."""

    packages = ("espeak-ng",)
    voice: str
    text: str

    @property
    def source(self) -> str:
        """Names voice and text."""
        return f"espeak-ng: voice {self.voice}, {self.text!r}"

    def command(self, sound: Path) -> list[str]:
        """Runs espeak-ng."""
        return ["espeak-ng", "-v", self.voice, "-w", str(sound), self.text]


@dataclass(frozen=True)
class EspeakVowel(Player):
    """A voice of espeak-ng holds a vowel.

    ``pitch`` is on espeak-ng's scale from 0 to 99, which means another note in every voice.
    """

    packages = ("espeak-ng",)
    voice: str
    pitch: int
    phone: str

    @property
    def source(self) -> str:
        """Names voice, vowel and pitch."""
        return f"espeak-ng: voice {self.voice}, vowel {self.phone} held at pitch {self.pitch}"

    def command(self, sound: Path) -> list[str]:
        """Runs espeak-ng at a constant pitch, as slowly as it can."""
        held = f'<prosody range="0" pitch="{self.pitch}" rate="10%">[[{self.phone}:]]</prosody>'
        return ["espeak-ng", "-m", "-v", self.voice, "-w", str(sound), held]
