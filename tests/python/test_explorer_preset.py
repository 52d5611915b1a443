"""Preset files of a synth, and amsynth's own, without amsynth."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pytest

from flow_synth.error import InputError
from flow_synth.explorer.preset import PresetFiles
from flow_synth.parameter import ParameterTable
from flow_synth.preset import Preset
from flow_synth.synth import Synth
from flow_synth.synths.amsynth import KNOBS, amsynth_table
from flow_synth.synths.builtin import builtin_table
from flow_synth.synths.fxp import fxp


@dataclass(frozen=True)
class NamedTable:
    """What files need of a synth."""

    identity: str
    table: ParameterTable


def files_of(identity: str, table: ParameterTable) -> PresetFiles:
    return PresetFiles(cast(Synth, NamedTable(identity, table)))


def amsynth_files(identity: str) -> PresetFiles:
    knobs = {knob.name: knob for knob in amsynth_table().parameters()}
    return files_of(identity, ParameterTable(tuple(knobs[name] for name in KNOBS[identity])))


def a_preset(table: ParameterTable, seed: int = 0) -> Preset:
    values = np.random.default_rng(seed).random(len(table), dtype=np.float32)
    return Preset("Näme", table.snap(values))


@pytest.mark.parametrize("identity", ["builtin", *KNOBS])
def test_a_file_of_every_kind_is_read_as_it_was_written(identity: str) -> None:
    is_builtin = identity == "builtin"
    files = files_of(identity, builtin_table()) if is_builtin else amsynth_files(identity)
    table = cast(Any, files)._synth.table
    assert files.suffixes == (
        (".preset.json",) if is_builtin else (".preset.json", ".bank", ".fxp")
    )
    for seed, suffix in enumerate(files.suffixes):
        preset = a_preset(table, seed)
        read = files.read(files.write(preset, suffix), f"Pad{suffix.upper()}")
        assert read.name == preset.name
        np.testing.assert_allclose(read.values, preset.values, atol=1e-6)


def test_of_a_bank_the_first_preset_counts() -> None:
    files = amsynth_files("amsynth-16")
    bank = b"amSynth\n<preset> <name> One\n<parameter> filter_cutoff 1\n<preset> <name> Two\nEOF\n"
    assert files.read(bank, "mine.bank").name == "One"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("mine.bank", b"amSynth\n", "mine.bank holds no preset"),
        ("mine.bank", b"\xff\xfe", "mine.bank is not an amsynth bank"),
        ("mine.bank", b"amSynth\n<preset> <name> A\n<parameter> x 1", "parameter 'x' is unknown"),
        ("mine.fxp", b"", "mine.fxp is no whole .fxp file"),
        ("mine.fxp", b"CcnK" + bytes(100), "mine.fxp is no whole .fxp file"),
        ("mine.fxp", fxp(b"amsy", 1, "A", 41, b"nonsense"), "mine.fxp is no whole .fxp file"),
        ("mine.fxp", fxp(b"amsy", 1, "A", 41, b"amSynth1.0preset")[:-1], "is no whole .fxp file"),
        ("mine.fxp", fxp(b"othr", 1, "A", 41, b"amSynth1.0preset"), "is no whole .fxp file"),
        ("mine.wav", b"", "'mine.wav' is no name for a preset of 'amsynth-32'"),
    ],
)
def test_other_files_are_refused(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        amsynth_files("amsynth-32").read(content, name)
