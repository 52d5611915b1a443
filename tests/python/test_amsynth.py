"""amsynth: its banks against its own parser, its files, and the sets of its knobs."""

import sys
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from flow_synth.dataset_description import DatasetDescription
from flow_synth.error import InputError
from flow_synth.family import twin_pairs
from flow_synth.fold import Split, split_of
from flow_synth.item import items
from flow_synth.parameter import Kind
from flow_synth.pitch import detect_pitch
from flow_synth.preset import Preset
from flow_synth.synth import SAMPLE_RATE_HZ, Note
from flow_synth.synths import AMSYNTH, amsynth_bank, open_synth
from flow_synth.synths.amsynth import (
    KNOBS,
    Amsynth,
    amsynth_table,
    completed,
    human_presets,
    projected,
)
from flow_synth.synths.amsynth_bank import (
    PLUGIN_ID,
    PLUGIN_VERSION,
    factory_banks,
    read_bank,
    write_bank,
    write_fxp,
)
from flow_synth.synths.fxp import fxp
from flow_synth.synths.hosted import Hosted
from flow_synth.synths.plugin import _Instance
from flow_synth.synths.plugin_description import PluginDescription

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="amsynth is packaged for Linux")

PLUGIN = Path("/usr/lib/vst/amsynth_vst.so")
TABLE = amsynth_table()


@pytest.fixture(scope="module")
def instance() -> Hosted[_Instance]:
    """The plug-in itself."""
    return Hosted(partial(_Instance, PLUGIN, None))


def plugin_values(instance: _Instance) -> NDArray[np.float64]:
    """[41] what every parameter of the plug-in stands at."""
    return np.array([instance._processor.get_parameter(i) for i in range(len(TABLE))])


def loaded_by(instance: _Instance, fxp: Path) -> NDArray[np.float64]:
    """[41] what the plug-in makes of a file, every parameter at its default beforehand."""
    instance.set(dict(enumerate(TABLE.defaults.astype(float))))
    assert instance._processor.load_preset(str(fxp))
    return plugin_values(instance)


def loaded(instance: Hosted[_Instance], fxp: Path) -> NDArray[np.float64]:
    return instance.call(loaded_by, fxp)


def texts_of_all_banks() -> Iterator[str]:
    """The lines of every preset as its author left them."""
    for bank in factory_banks():
        lines = bank.read_text(encoding="utf-8", errors="replace").splitlines()
        starts = [i for i, line in enumerate(lines) if line.startswith("<preset>")]
        for start, stop in pairwise([*starts, len(lines)]):
            yield "\n".join(line for line in lines[start:stop] if line != "EOF")


def test_the_table_is_in_the_order_of_the_plugin(instance: Hosted[_Instance]) -> None:
    assert TABLE.names == tuple(instance.call(_Instance.names))
    stepped = [knob.name for knob in TABLE.parameters() if knob.kind is not Kind.CONTINUOUS]
    assert stepped == [
        "osc1_waveform",
        "osc2_waveform",
        "lfo_waveform",
        "osc2_range",
        "osc2_sync",
        "keyboard_mode",
        "osc2_pitch",
        "filter_type",
        "filter_slope",
        "freq_mod_osc",
    ]


def test_every_preset_of_every_bank_is_what_the_plugin_reads(
    instance: Hosted[_Instance], tmp_path: Path
) -> None:
    """The text of each preset, as an .fxp made here, goes through amsynth's own parser."""
    presets = human_presets()
    texts = list(texts_of_all_banks())
    assert len(presets) == len(texts) == 3482
    path = tmp_path / "one.fxp"
    worst = 0.0
    for preset, text in zip(presets, texts, strict=True):
        chunk = f"amSynth1.0preset\n{text}\n".encode() + b"\0"
        path.write_bytes(fxp(PLUGIN_ID, PLUGIN_VERSION, "one", len(TABLE), chunk))
        worst = max(worst, float(np.abs(loaded(instance, path) - preset.values).max()))
    assert worst <= 1e-6


def test_amsynth_loads_the_presets_that_are_written(
    instance: Hosted[_Instance], tmp_path: Path
) -> None:
    generator = np.random.default_rng(0)
    for number in range(50):
        values = TABLE.snap(generator.random(len(TABLE), np.float32))
        write_fxp(tmp_path / "one.fxp", Preset(f"Näme {number}", values), TABLE)
        assert np.abs(loaded(instance, tmp_path / "one.fxp") - values).max() <= 1e-6


def test_written_banks_read_back_exactly(tmp_path: Path) -> None:
    presets = human_presets()
    write_bank(tmp_path / "all.bank", presets, TABLE)
    again = read_bank(tmp_path / "all.bank", TABLE)
    assert [preset.name for preset in again] == [preset.name for preset in presets]
    np.testing.assert_array_equal(
        np.stack([preset.values for preset in again]),
        np.stack([preset.values for preset in presets]),
    )
    assert {preset.category for preset in again} == {"all"}


#: A knob's range is at most 32 wide and reaches -16: finer steps would be lost beside it.
_STEPS = 2**24


@given(st.lists(st.integers(0, _STEPS), min_size=41, max_size=41), st.text(max_size=40))
def test_any_preset_reads_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], name: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.bank"
    values = TABLE.snap(np.array(steps, np.float32) / _STEPS)
    write_bank(path, [Preset(name, values)], TABLE)
    (again,) = read_bank(path, TABLE)
    np.testing.assert_array_equal(again.values, values)
    assert again.name == " ".join(name.splitlines()).strip()


def test_a_knob_that_a_preset_does_not_mention_stands_at_its_default(tmp_path: Path) -> None:
    path = tmp_path / "old.bank"
    path.write_text("amSynth\n<preset> <name> Old one\n<parameter> amp_attack 2.5\nEOF\n")
    (preset,) = read_bank(path, TABLE)
    expected = TABLE.defaults
    expected[0] = 1.0
    np.testing.assert_array_equal(preset.values, expected)


def test_a_preset_without_a_name_is_a_preset(tmp_path: Path) -> None:
    path = tmp_path / "nameless.bank"
    knob = "<parameter> amp_attack"
    path.write_text(f"amSynth\n<preset> <name> A\n{knob} 0\n<preset> <name>\n{knob} 2.5\nEOF\n")
    presets = read_bank(path, TABLE)
    assert [(preset.name, preset.values[0]) for preset in presets] == [("A", 0.0), ("", 1.0)]


def test_values_beyond_the_range_stop_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "far.bank"
    path.write_text(
        "amSynth\n<preset> <name> Far\n<parameter> amp_attack 99\n<parameter> osc2_pitch -1e30\n"
    )
    (preset,) = read_bank(path, TABLE)
    assert preset.values[0] == 1.0
    assert preset.values[TABLE.names.index("osc2_pitch")] == 0.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not an amsynth bank; its first line must be 'amSynth'"),
        ("<preset> <name> X\n", "is not an amsynth bank"),
        ("amSynth\n<parameter> amp_attack 1\n", "line 2: parameter 'amp_attack' .* no preset"),
        ("amSynth\n<preset> <name> X\n<parameter> cutoff 1\n", "line 3: parameter 'cutoff'"),
        ("amSynth\n<preset> <name> X\n<parameter> amp_attack\n", "line 3: amp_attack is ''"),
        ("amSynth\n<preset> <name> X\n<parameter> amp_attack nan\n", "is 'nan'; give a number"),
    ],
)
def test_what_is_no_bank_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.bank"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_bank(path, TABLE)


def test_without_banks_one_sentence_names_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(amsynth_bank, "BANK_FOLDERS", (tmp_path / "none",))
    with pytest.raises(InputError, match=r"none; install amsynth, .* apt-get install amsynth"):
        factory_banks()


@pytest.mark.parametrize("identity", AMSYNTH)
def test_without_the_plugin_one_sentence_names_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, identity: str
) -> None:
    nowhere = [tmp_path / "none.so"]
    monkeypatch.setattr(PluginDescription, "plugin_paths", lambda *_: nowhere)
    with pytest.raises(InputError, match=r"none\.so; install it .* apt-get install amsynth"):
        open_synth(identity)


@pytest.mark.parametrize("identity", AMSYNTH)
def test_a_set_keeps_its_knobs_and_leaves_the_others_at_their_defaults(identity: str) -> None:
    synth = open_synth(identity)
    assert synth.identity == identity
    assert f"amsynth-{len(synth.table)}" == identity
    assert set(synth.table.names) == set(KNOBS[identity])
    presets = synth.presets()
    assert len(presets) == 3482
    whole = completed(presets[:5], synth.table)
    for preset, again in zip(presets[:5], projected(whole, synth.table), strict=True):
        np.testing.assert_array_equal(preset.values, again.values)
    others = [TABLE.names.index(name) for name in TABLE.names if name not in KNOBS[identity]]
    for preset in whole:
        np.testing.assert_array_equal(preset.values[others], TABLE.defaults[others])


@pytest.mark.parametrize("identity", AMSYNTH)
def test_twins_of_any_set_are_of_one_family_and_in_one_fold_of_every_set(identity: str) -> None:
    planned = items(DatasetDescription(synth=identity), open_synth(identity))
    assert len(planned) == 3482
    for synth in map(open_synth, AMSYNTH):
        values = np.stack([preset.values for preset in synth.presets()])
        for row, twins in twin_pairs(values, values):
            assert {planned[twin].family for twin in twins} == {planned[row].family}
            assert {planned[twin].fold for twin in twins} == {planned[row].fold}
    known = [preset.family for preset in human_presets()]
    assert 500 < sum(map(bool, known)) < 3482
    for label in set(known) - {""}:
        assert (
            len({item.fold for item, own in zip(planned, known, strict=True) if own == label}) == 1
        )
    splits = dict(sorted((item.family, split_of(item.fold)) for item in planned))
    shares = [list(splits.values()).count(split) / len(splits) for split in Split]
    assert shares == pytest.approx([0.8, 0.1, 0.1], abs=0.001)


def test_the_folds_are_the_same_in_every_set() -> None:
    folds = [
        [item.fold for item in items(DatasetDescription(synth=identity), open_synth(identity))]
        for identity in AMSYNTH
    ]
    assert folds[0] == folds[1] == folds[2]


def is_tonal(preset: Preset) -> bool:
    """Whether a preset of all knobs does without the noise that the whole process shares."""
    human = TABLE.to_human(preset.values)
    sources = (human[name] for name in ("osc1_waveform", "osc2_waveform", "lfo_waveform"))
    return not {"noise", "random"} & set(sources)


#: Unit values of amsynth-32: a filter of high resonance, modulated until it runs away.
RUNAWAY = """
0.05 0.739 0.86 0.483 1 0.04 0.267 0.197 0.966 0.977 0.173 0.219 0.13 0.75 0.685 0
0.5 0.571 0.709 0.107 0.94 0.052 0 0.134 0.72 0.142 0.724 0.519 0 0.5 0.5 0
"""


def test_a_filter_that_ran_away_does_not_silence_the_next_note() -> None:
    synth = open_synth("amsynth-32")
    runaway = synth.table.snap(np.array(RUNAWAY.split(), np.float32))
    before = synth.render(synth.table.defaults, Note())
    assert np.abs(synth.render(runaway, Note())).max() > 0.1
    after = synth.render(synth.table.defaults, Note())
    assert np.abs(after - before).max() <= 1e-4 * np.abs(before).max()


@pytest.mark.slow
@pytest.mark.parametrize("identity", AMSYNTH)
def test_presets_sound_the_same_whatever_was_played_before(identity: str) -> None:
    """300 presets in order, in reverse, and each on an instance that has played nothing."""
    synth = open_synth(identity)
    assert isinstance(synth, Amsynth)
    whole = human_presets()
    order = np.random.default_rng(0).permutation(len(whole))
    chosen = [index for index in order if is_tonal(whole[index])][:300]
    presets = [synth.presets()[index].values for index in chosen]
    forward = [synth.render(values, Note()) for values in presets]
    backward = [synth.render(values, Note()) for values in presets[::-1]][::-1]
    fresh = []
    for values in presets:
        synth.forget()
        fresh.append(synth.render(values, Note()))
    for one, *others in zip(forward, backward, fresh, strict=True):
        for other in others:
            assert np.abs(one - other).max() <= 1e-4 * np.abs(one).max()


def test_notes_at_other_pitches_and_velocities_are_what_they_say_and_canonical() -> None:
    """Pitch and velocity change from note to note, as in a dataset of several notes."""
    synth = open_synth("amsynth-41")
    assert isinstance(synth, Amsynth)
    plain = TABLE.defaults
    settings: dict[str, float | str] = {"lfo_freq": 2.0, "filter_mod_amount": 0.5}
    lively = TABLE.from_human(settings | {"osc2_sync": "on", "keyboard_mode": "mono"})
    notes = [Note(pitch, velocity) for pitch in (36, 48, 60, 72) for velocity in (50, 100)]
    played = [synth.render(plain, note) for note in notes]
    moved = [synth.render(lively, note) for note in notes]
    for note, audio, other in zip(notes, played, moved, strict=True):
        for values, sound in ((lively, other), (plain, audio)):
            synth.forget()
            fresh = synth.render(values, note)
            assert np.abs(sound - fresh).max() <= 1e-4 * np.abs(sound).max()
        detected = detect_pitch(audio.mean(0), SAMPLE_RATE_HZ)
        assert detected is not None
        assert detected.note == pytest.approx(note.pitch, abs=0.2)
    levels = [float(np.square(audio).mean()) for audio in played]
    # Half the amplitude would be a quarter of the power, but a limiter holds loud notes back.
    assert all(soft < 0.7 * loud for soft, loud in zip(levels[::2], levels[1::2], strict=True))


def test_the_sets_are_nested_and_as_stepped_as_promised() -> None:
    sixteen, thirty_two, all_knobs = (set(KNOBS[identity]) for identity in AMSYNTH)
    assert sixteen < thirty_two < all_knobs
    kinds = {knob.name: knob.kind for knob in TABLE.parameters()}
    assert {kinds[name] for name in sixteen} == {Kind.CONTINUOUS}
    assert sum(kinds[name] is Kind.CONTINUOUS for name in thirty_two) == 25


def test_a_set_sounds_like_the_whole_synth_with_the_others_at_their_defaults() -> None:
    small, whole = open_synth("amsynth-16"), open_synth("amsynth-41")
    note = Note(held_seconds=0.3, total_seconds=0.5)
    for preset in small.presets()[:300:60]:
        (complete,) = completed([preset], small.table)
        one, other = small.render(preset.values, note), whole.render(complete.values, note)
        assert np.abs(one - other).max() <= 1e-4 * np.abs(other).max()
