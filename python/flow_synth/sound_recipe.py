"""Which sounds are out of domain: sampled instruments, voices, and synths other than ours."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from flow_synth.player import (
    EspeakSpeech,
    EspeakVowel,
    FliteSpeech,
    FliteVowel,
    GeneralMidi,
    Player,
    ZynAddSubFX,
)
from flow_synth.sounds import Kind

#: General MIDI's programs 0 to 103 in their order; from 104 on come instruments of the world,
#: drums and noises.
_PROGRAMS = """
Acoustic Grand Piano, Bright Acoustic Piano, Electric Grand Piano, Honky-tonk Piano,
Electric Piano 1, Electric Piano 2, Harpsichord, Clavinet,
Celesta, Glockenspiel, Music Box, Vibraphone, Marimba, Xylophone, Tubular Bells, Dulcimer,
Drawbar Organ, Percussive Organ, Rock Organ, Church Organ,
Reed Organ, Accordion, Harmonica, Tango Accordion,
Acoustic Guitar Nylon, Acoustic Guitar Steel, Electric Guitar Jazz, Electric Guitar Clean,
Electric Guitar Muted, Overdriven Guitar, Distortion Guitar, Guitar Harmonics,
Acoustic Bass, Electric Bass Finger, Electric Bass Pick, Fretless Bass,
Slap Bass 1, Slap Bass 2, Synth Bass 1, Synth Bass 2,
Violin, Viola, Cello, Contrabass, Tremolo Strings, Pizzicato Strings, Orchestral Harp, Timpani,
String Ensemble 1, String Ensemble 2, Synth Strings 1, Synth Strings 2,
Choir Aahs, Voice Oohs, Synth Voice, Orchestra Hit,
Trumpet, Trombone, Tuba, Muted Trumpet, French Horn, Brass Section, Synth Brass 1, Synth Brass 2,
Soprano Sax, Alto Sax, Tenor Sax, Baritone Sax, Oboe, English Horn, Bassoon, Clarinet,
Piccolo, Flute, Recorder, Pan Flute, Blown Bottle, Shakuhachi, Whistle, Ocarina,
Lead Square, Lead Sawtooth, Lead Calliope, Lead Chiff,
Lead Charang, Lead Voice, Lead Fifths, Lead Bass and Lead,
Pad New Age, Pad Warm, Pad Polysynth, Pad Choir, Pad Bowed, Pad Metallic, Pad Halo, Pad Sweep,
FX Rain, FX Soundtrack, FX Crystal, FX Atmosphere,
FX Brightness, FX Goblins, FX Echoes, FX Sci-fi
"""
_FIRST_SYNTH_PROGRAM = 80
#: Its samples end below middle C, so that nothing sounds.
_SILENT_PROGRAM = "Contrabass"

#: Of each of ZynAddSubFX's banks that hold one kind of instrument, the first, the middle and the
#: last of those that sound the same every time (see ``synths.zynaddsubfx.uses_padsynth``).
_INSTRUMENTS = (
    *("Bass/0001-Bass 1", "Bass/0005-Bass 5", "Bass/0036-FM Bass 2"),
    *("Brass/0001-FM Thrumpet", "Brass/0011-Brazz 1", "Brass/0067-Brass Pad1"),
    "Choir and Voice/0001-AHH Choir 1",
    "Choir and Voice/0036-Eooooo",
    "Choir and Voice/0071-Vocal Morph 7",
    *("Fantasy/0001-Emptyness1", "Fantasy/0015-Strange Voice", "Fantasy/0041-Fade Down Echo"),
    *("Guitar/0001-Dist Guitar 1", "Guitar/0033-Trash Guitar 1", "Guitar/0097-Space Guitar"),
    *("Organ/0001-Organ 1", "Organ/0034-Cathedral Organ2", "Organ/0101-Accordion 1"),
    *("Pads/0001-Sine Pad", "Pads/0005-Square Pad 1", "Pads/0009-Resonance Pad2"),
    *("Plucked/0001-Plucked 1", "Plucked/0005-Plucked 5", "Plucked/0036-Plucked Wah"),
    "Reed and Wind/0001-Flute 1",
    "Reed and Wind/0035-Reed 3",
    "Reed and Wind/0067-Fat Reed3 square",
    *("Rhodes/0001-DX Rhodes 1", "Rhodes/0014-Ice Rhodes3", "Rhodes/0065-Steel Rhodes"),
    *("Strings/0001-Saw Strings 1", "Strings/0038-Fat Saw", "Strings/0065-Simple Strings"),
    *("Synth/0001-Soft Synth 1", "Synth/0034-Phased Pad 2", "Synth/0097-FM Synth"),
    *("SynthPiano/0001-Soft Piano 1", "SynthPiano/0009-Termollo3", "SynthPiano/0037-FM Synth1"),
)

#: Flite's voices that hold a pitch, and the stretch that holds a vowel for about three seconds.
#: The fifth, kal, is kal16 at 8 kHz; rms does not keep the pitch it is told; awb_time tells the
#: time and nothing else.
_FLITE_SINGERS = {"awb": 5, "kal16": 10, "slt": 5}
_FLITE_SPEAKERS = ("awb", "kal16", "rms", "slt")
_FLITE_VOWELS = ("aa", "ao", "eh", "iy", "uw")
_SENTENCES = (
    "We were away a year ago.",
    "The quick brown fox jumps over the lazy dog.",
    "Please call me at a quarter past seven.",
)

#: Variants of espeak-ng's English voice, and the pitch that comes nearest to middle C for women
#: and to the C below for men.
_ESPEAK_SINGERS = {
    **{"f1": 92, "f2": 88, "f3": 85, "f4": 91, "f5": 80},
    **{"m2": 79, "m3": 82, "m6": 82, "m7": 85, "klatt": 83},
}
_ESPEAK_VOWELS = ("A", "i", "u")
_ESPEAK_SPEECH = {
    "cs+m2": "Dobrý den, jak se máte?",
    "de+f3": "Guten Morgen, wie geht es Ihnen?",
    "el+m3": "Καλημέρα, τι κάνετε;",
    "en+f4": "Good morning, how are you today?",
    "en-us+m7": "Good morning, how are you today?",
    "es+f1": "Buenos días, ¿cómo está usted?",
    "fi+m6": "Hyvää huomenta, mitä kuuluu?",
    "fr+f5": "Bonjour, comment allez-vous ?",
    "hu+m2": "Jó reggelt kívánok, hogy van?",
    "it+f2": "Buongiorno, come sta oggi?",
    "nl+m3": "Goedemorgen, hoe gaat het met u?",
    "pl+f3": "Dzień dobry, jak się pan miewa?",
    "pt-br+m7": "Bom dia, como vai você?",
    "ru+f4": "Доброе утро, как ваши дела?",
    "sv+m6": "God morgon, hur mår du idag?",
    "sw+f1": "Habari ya asubuhi, hujambo?",
    "tr+m2": "Merhaba, bugün hava çok güzel.",
}


@dataclass(frozen=True)
class SoundRecipe:
    """How a sound is made.

    ``stem`` is the file's name without suffix. ``pitch`` is the MIDI note that is played, None
    where nobody plays one and it has to be heard.
    """

    stem: str
    name: str
    kind: Kind
    player: Player
    pitch: float | None

    @property
    def file(self) -> PurePosixPath:
        """The sound's path in the folder."""
        return PurePosixPath(f"{self.kind}s", f"{self.stem}.flac")


def _general_midi() -> list[SoundRecipe]:
    names = [name.strip() for name in _PROGRAMS.replace("\n", " ").split(",")]
    return [
        SoundRecipe(
            f"{program:03}-{_slug(name)}",
            name,
            # What General MIDI calls a synth is one, though FluidR3 plays samples of it.
            Kind.SYNTH
            if program >= _FIRST_SYNTH_PROGRAM or name.startswith("Synth")
            else Kind.INSTRUMENT,
            GeneralMidi(program),
            pitch=60.0,
        )
        for program, name in enumerate(names)
        if name != _SILENT_PROGRAM
    ]


def _zynaddsubfx() -> list[SoundRecipe]:
    return [
        SoundRecipe(
            f"zynaddsubfx-{_slug(instrument)}",
            instrument.partition("-")[2],
            Kind.SYNTH,
            ZynAddSubFX(instrument),
            pitch=60.0,
        )
        for instrument in _INSTRUMENTS
    ]


def _voices() -> list[SoundRecipe]:
    vowels = [
        _voice(f"{voice} sings {phone}", FliteVowel(voice, phone, stretch))
        for voice, stretch in _FLITE_SINGERS.items()
        for phone in _FLITE_VOWELS
    ]
    speech = [
        _voice(f"{voice} speaks {number}", FliteSpeech(voice, text))
        for voice in _FLITE_SPEAKERS
        for number, text in enumerate(_SENTENCES, 1)
    ]
    formant_vowels = [
        _voice(f"{variant} sings {phone}", EspeakVowel(f"en+{variant}", pitch, phone))
        for variant, pitch in _ESPEAK_SINGERS.items()
        for phone in _ESPEAK_VOWELS
    ]
    formant_speech = [
        _voice(f"{voice} speaks", EspeakSpeech(voice, text))
        for voice, text in _ESPEAK_SPEECH.items()
    ]
    return vowels + speech + formant_vowels + formant_speech


def _voice(name: str, player: Player) -> SoundRecipe:
    (package,) = player.packages
    return SoundRecipe(f"{package}-{_slug(name)}", name, Kind.VOICE, player, pitch=None)


def _slug(name: str) -> str:
    """A file name that every system takes."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


RECIPES: tuple[SoundRecipe, ...] = (*_general_midi(), *_zynaddsubfx(), *_voices())
