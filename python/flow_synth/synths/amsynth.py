"""amsynth with the presets that people made for it, and three sets of its knobs to learn."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from flow_synth.parameter import ParameterTable
from flow_synth.preset import Preset
from flow_synth.synths.amsynth_bank import factory_banks, read_bank
from flow_synth.synths.plugin import PluginSynth
from flow_synth.synths.plugin_description import read_description

DESCRIPTION = Path(__file__).with_name("amsynth.toml")

#: Families of near-duplicates among the presets of amsynth's banks by the presets' identities,
#: made by python/experiments/amsynth_families.py; presets that are not in it are alone.
FAMILIES = Path(__file__).with_name("amsynth_families.json")

#: The continuous knobs that move the sound most.
_SIXTEEN = (
    "amp_attack",
    "amp_decay",
    "amp_sustain",
    "amp_release",
    "filter_cutoff",
    "filter_resonance",
    "filter_env_amount",
    "filter_decay",
    "filter_sustain",
    "osc_mix",
    "osc_mix_mode",
    "osc2_detune",
    "osc1_pulsewidth",
    "reverb_wet",
    "distortion_crunch",
    "master_vol",
)

#: All 25 continuous knobs that one note lets hear, and seven stepped ones.
_THIRTY_TWO = (
    *_SIXTEEN,
    "filter_attack",
    "filter_release",
    "lfo_freq",
    "freq_mod_amount",
    "filter_mod_amount",
    "amp_mod_amount",
    "osc2_pulsewidth",
    "reverb_roomsize",
    "reverb_damp",
    "osc1_waveform",
    "osc2_waveform",
    "osc2_range",
    "osc2_pitch",
    "filter_type",
    "filter_slope",
    "lfo_waveform",
)


@cache
def amsynth_table() -> ParameterTable:
    """All 41 knobs, in amsynth's own order and slider values."""
    return read_description(DESCRIPTION).table()


#: Knobs by synth; all others stand at amsynth's own defaults.
KNOBS: dict[str, tuple[str, ...]] = {
    "amsynth-16": _SIXTEEN,
    "amsynth-32": _THIRTY_TWO,
    "amsynth-41": amsynth_table().names,
}


class Amsynth(PluginSynth):
    """amsynth with one of three sets of its knobs to turn.

    Args:
        identity: one of ``KNOBS``.

    Raises:
        InputError: amsynth is not installed.
    """

    def __init__(self, identity: str) -> None:
        description = read_description(DESCRIPTION).restricted(identity, KNOBS[identity])
        super().__init__(DESCRIPTION, description)

    def presets(self) -> Sequence[Preset]:
        """The presets of all banks with what this set's knobs can say of them.

        Raises:
            InputError: the banks are not installed.
        """
        return projected(human_presets(), self.table)


@cache
def human_presets() -> tuple[Preset, ...]:
    """The presets of all banks with all 41 knobs and their families, bank after bank.

    Raises:
        InputError: the banks are not installed.
    """
    table = amsynth_table()
    family_of = json.loads(FAMILIES.read_text(encoding="utf-8"))
    presets = (preset for bank in factory_banks() for preset in read_bank(bank, table))
    return tuple(
        replace(preset, family=str(family_of.get(preset.identity, ""))) for preset in presets
    )


def projected(presets: Sequence[Preset], table: ParameterTable) -> list[Preset]:
    """Presets of all 41 knobs -> presets of the knobs of a set."""
    columns = [amsynth_table().names.index(name) for name in table.names]
    return [replace(preset, values=preset.values[columns]) for preset in presets]


def completed(presets: Sequence[Preset], table: ParameterTable) -> list[Preset]:
    """Presets of the knobs of a set -> of all 41 knobs, the others at their defaults."""
    columns = [amsynth_table().names.index(name) for name in table.names]
    whole: list[Preset] = []
    for preset in presets:
        values = np.array(amsynth_table().defaults)
        values[columns] = preset.values
        whole.append(replace(preset, values=values))
    return whole
