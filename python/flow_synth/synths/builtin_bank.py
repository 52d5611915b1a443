"""Generates the factory bank of the built-in synth: ``python -m flow_synth.synths.builtin_bank``.

Presets are drawn from the musical priors, heard, and kept when their level and spectrum are usable
and when they are no twin of one already kept. The result is ``builtin_bank.json`` beside this
file; it is committed, because NumPy does not promise the same random numbers for ever.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flow_synth.family import twin_pairs
from flow_synth.preset import Preset
from flow_synth.synth import SAMPLE_RATE_HZ, Note
from flow_synth.synths.builtin import BuiltinSynth
from flow_synth.synths.builtin_priors import CATEGORIES, HOME_PITCH, draw_category

SEED = 2019
PRESETS_PER_CATEGORY = 80

#: Level of the loudest tenth of a second, and power-weighted mean frequency over the fundamental.
LEVEL_DB = (-26.0, -6.0)
CENTROID_RATIO = (0.4, 40.0)

#: Two words make a name; the first says how it sounds, so it is chosen by the tags.
_FIRST_WORDS = {
    "bright": "Glass Silver Neon Solar Crystal Arc Prism Chrome",
    "dark": "Velvet Umber Deep Midnight Cellar Moss Shadow Ember",
    "warm": "Amber Copper Harvest Cedar Honey Dune Autumn Linen",
}
_SECOND_WORDS = {
    "bass": "Anchor Root Piston Cable Mole Pillar Engine Floor Tunnel Magnet",
    "lead": "Comet Falcon Siren Laser Rider Beacon Spark Arrow Kite Torch",
    "pad": "Horizon Cloud Tide Lagoon Cathedral Meadow Mist Aurora Drift Delta",
    "pluck": "Pebble Thorn Drop String Needle Seed Pin Twig Bead Cricket",
    "keys": "Parlour Tine Reed Ivory Clav Ladder Lantern Ribbon Salon Felt",
    "bell": "Chime Tower Icicle Gong Triangle Temple Carillon Dew Bowl Star",
    "brass": "Fanfare Herald Horn Parade Bugle Regent Cornet Summit Guild March",
    "texture": "Static Swarm Reactor Cavern Gale Rust Signal Orbit Surf Machine",
}


def loudest_db(audio: NDArray[np.float32]) -> float:
    """Level of the loudest tenth of a second of ``audio`` [2, samples], in dB re full scale."""
    frame = SAMPLE_RATE_HZ // 10
    mono = audio.mean(0)
    frames = mono[: len(mono) // frame * frame].reshape(-1, frame)
    return float(10 * np.log10(np.max(np.mean(frames**2, axis=1)) + 1e-12))


def centroid_hz(audio: NDArray[np.float32]) -> float:
    """Power-weighted mean frequency of ``audio`` [2, samples]."""
    power = np.abs(np.fft.rfft(audio.mean(0))) ** 2
    frequencies_hz = np.fft.rfftfreq(audio.shape[1], 1 / SAMPLE_RATE_HZ)
    return float((power * frequencies_hz).sum() / (power.sum() + 1e-12))


def tags(human: dict[str, float | str], ratio: float) -> tuple[str, ...]:
    """Words for a preset, from its human values and its centroid over the fundamental."""
    knob = {name: float(value) for name, value in human.items() if not isinstance(value, str)}
    brightness = "bright" if ratio > 4 else "dark" if ratio < 1.4 else "warm"
    moving = max(knob["lfo_to_filter"] / 3, knob["lfo_to_pitch"] / 2, knob["lfo_to_amp"]) > 0.15
    rules = {
        "moving": moving,
        "slow": knob["amp_attack"] > 0.2,
        "plucked": knob["amp_sustain"] < 0.1,
        "noisy": knob["noise"] > 0.1,
        "driven": knob["drive"] > 12,
        "metallic": knob["ring"] > 0.25,
        "wide": knob["chorus_mix"] > 0.3,
        "wet": knob["reverb_mix"] > 0.35,
    }
    return (brightness, *(word for word, applies in rules.items() if applies))


def _name(preset: Preset, used: set[str], generator: np.random.Generator) -> str:
    while True:
        first = generator.choice(_FIRST_WORDS[preset.tags[0]].split())
        name = f"{first} {generator.choice(_SECOND_WORDS[preset.category].split())}"
        for suffix in ("", " II", " III", " IV"):
            if name + suffix not in used:
                used.add(name + suffix)
                return name + suffix


def generate(seed: int = SEED, presets_per_category: int = PRESETS_PER_CATEGORY) -> list[Preset]:
    """Draws, hears and keeps ``presets_per_category`` presets of every category."""
    generator = np.random.default_rng(seed)
    synth = BuiltinSynth()
    kept: list[Preset] = []
    used: set[str] = set()
    while len(kept) < len(CATEGORIES) * presets_per_category:
        category = CATEGORIES[len(kept) // presets_per_category]
        drawn = draw_category(generator, category, synth.table)
        note = Note(pitch=HOME_PITCH[category])
        audio = synth.render(drawn.values, note)
        ratio = centroid_hz(audio) / note.frequency_hz
        others = np.array([preset.values for preset in kept], np.float32).reshape(
            -1, len(synth.table)
        )
        is_twin = any(len(twins) for _, twins in twin_pairs(drawn.values[None], others))
        is_usable = LEVEL_DB[0] < loudest_db(audio) < LEVEL_DB[1]
        if is_twin or not is_usable or not CENTROID_RATIO[0] < ratio < CENTROID_RATIO[1]:
            continue
        tagged = replace(drawn, tags=tags(synth.table.to_human(drawn.values), ratio))
        kept.append(replace(tagged, name=_name(tagged, used, generator)))
    return kept


def main() -> None:
    """Writes ``builtin_bank.json``."""
    table = BuiltinSynth().table
    entries = [
        {
            "name": preset.name,
            "category": preset.category,
            "tags": preset.tags,
            "parameters": {
                name: value if isinstance(value, str) else float(f"{value:.5g}")
                for name, value in table.to_human(preset.values).items()
            },
        }
        for preset in generate()
    ]
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    Path(__file__).with_name("builtin_bank.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
