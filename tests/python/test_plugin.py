"""Plug-ins, on amsynth itself: `make test` installs it, so on Linux nothing here is skipped."""

import itertools
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from dawdreamer import PluginProcessor, RenderEngine
from numpy.typing import NDArray

import flow_synth.synths
from flow_synth.error import InputError
from flow_synth.preset import read_preset, write_preset
from flow_synth.synth import Note, SynthError
from flow_synth.synths import open_synth
from flow_synth.synths.hosted import Hosted
from flow_synth.synths.midi import MidiEvent, note_on
from flow_synth.synths.plugin import PluginSynth, _Instance
from flow_synth.synths.plugin_description import read_description
from flow_synth.synths.plugin_wiring import PluginWiring

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="amsynth is packaged for Linux")

AMSYNTH = Path(flow_synth.synths.__file__).with_name("amsynth.toml")
PLUGIN = Path("/usr/lib/vst/amsynth_vst.so")
NOTE = Note(held_seconds=0.6, total_seconds=0.8)

#: Of the sound's peak; what canonical rendering promises.
REPEAT_ERROR = 1e-4

#: Plug-in parameters that these tests keep still, as a user who wants fewer knobs would.
FIXED = {
    "amp_vel_sens": 1.0,
    "filter_kbd_track": 1.0,
    "filter_vel_sens": 1.0,
    "freq_mod_osc": 0.0,
    "keyboard_mode": 0.0,
    "osc2_sync": 0.0,
    "portamento_mode": 0.0,
    "portamento_time": 0.0,
    "reverb_width": 1.0,
}

#: How amsynth's manual says it shows a slider's value; all other sliders show what they are.
DISPLAY: dict[str, Callable[[float], float]] = {
    **{
        f"{envelope}_{stage}": lambda value: value**3 + 0.0005
        for envelope in ("amp", "filter")
        for stage in ("attack", "decay", "release")
    },
    "filter_cutoff": lambda value: 16**value,
    "freq_mod_amount": lambda value: value**3 - 1,
    "lfo_freq": lambda value: value**2,
    "master_vol": lambda value: value**2,
    "osc2_detune": lambda value: 1.25**value,
    "osc2_range": lambda value: 2**value,
}

#: A square LFO throws the resonant high-pass about until it blows up.
POISON: dict[str, float | str] = {
    "amp_release": 0.0,
    "filter_attack": 0.5,
    "filter_cutoff": 1.2354373474543985,
    "filter_decay": 0.5,
    "filter_env_amount": -0.26644927642172256,
    "filter_mod_amount": 0.9971603597585912,
    "filter_resonance": 0.97,
    "filter_slope": "12 dB",
    "filter_type": "highpass",
    "lfo_freq": 6.697880916323159,
    "lfo_waveform": "square",
    "osc1_waveform": "pulse",
}


def description_text() -> str:
    """amsynth's description with ``FIXED`` in place of nine of its knobs."""
    head, *knobs = AMSYNTH.read_text(encoding="utf-8").split("[[parameters]]\n")
    kept = [knob for knob in knobs if knob.split('"')[1] not in FIXED]
    fixed = "".join(f"{name} = {value}\n" for name, value in FIXED.items())
    return "[[parameters]]\n".join([f"{head}[fixed]\n{fixed}\n", *kept])


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A description of 32 knobs."""
    path = tmp_path_factory.mktemp("description") / "amsynth.toml"
    path.write_text(description_text(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def synth(file: Path) -> PluginSynth:
    return PluginSynth(file)


@pytest.fixture
def amsynth() -> Hosted[_Instance]:
    """The plug-in itself."""
    return Hosted(partial(_Instance, PLUGIN, None))


@pytest.fixture
def describe(tmp_path: Path) -> Callable[..., Path]:
    """Writes amsynth's description with some of its text replaced."""

    def written(*replacements: tuple[str, str]) -> Path:
        text = description_text()
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "described.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def tonal_presets(synth: PluginSynth, count: int) -> list[NDArray[np.float32]]:
    """Random presets without noise, whose generator amsynth shares between all its instances."""
    generator = np.random.default_rng(4)
    found: list[NDArray[np.float32]] = []
    while len(found) < count:
        values = synth.draw(generator).values
        if not {"noise", "random"} & set(synth.table.to_human(values).values()):
            found.append(values)
    return found


def difference(left: NDArray[np.float32], right: NDArray[np.float32]) -> float:
    return float(np.abs(left - right).max() / np.abs(left).max())


def test_every_parameter_of_amsynth_is_a_knob(amsynth: Hosted[_Instance]) -> None:
    names = amsynth.call(_Instance.names)
    assert len(names) == 41
    assert names == list(read_description(AMSYNTH).table().names)


def shown_text(instance: _Instance, index: int) -> str:
    text: str = instance._processor.get_parameter_text(index)
    return text


def test_amsynth_shows_the_value_that_each_knob_stands_for(amsynth: Hosted[_Instance]) -> None:
    description = read_description(AMSYNTH)
    table = description.table()
    names = amsynth.call(_Instance.names)
    wiring = PluginWiring(description, names, str(AMSYNTH))
    for unit in np.linspace(0, 1, 13, dtype=np.float32):
        values = table.snap(np.full(len(table), unit))
        amsynth.call(_Instance.set, wiring.setting(values))
        for parameter, value in zip(table.parameters(), values, strict=True):
            expected = DISPLAY.get(parameter.name, float)(parameter.to_human(float(value)))
            shown = float(amsynth.call(shown_text, names.index(parameter.name)))
            # amsynth shows six significant digits, and a slider holds single precision.
            assert shown == pytest.approx(expected, rel=1e-5, abs=2e-6), parameter.name


def test_notes_do_not_depend_on_what_was_played_before(synth: PluginSynth) -> None:
    presets = tonal_presets(synth, 12)
    forward = [synth.render(values, NOTE) for values in presets]
    backward = [synth.render(values, NOTE) for values in presets[::-1]][::-1]
    assert max(map(difference, forward, backward)) < REPEAT_ERROR
    assert min(difference(a, b) for a, b in itertools.pairwise(forward)) > 0.1


def test_a_note_sounds_the_same_after_another_pitch(synth: PluginSynth) -> None:
    for values in tonal_presets(synth, 4):
        first = synth.render(values, NOTE)
        synth.render(values, Note(pitch=31, velocity=20, held_seconds=0.8, total_seconds=0.8))
        assert difference(first, synth.render(values, NOTE)) < REPEAT_ERROR


def test_without_reset_every_note_gets_an_instance_that_sounds_the_same(
    synth: PluginSynth, describe: Callable[..., Path]
) -> None:
    text = description_text()
    reset = text[text.index("[reset]") : text.index("[fixed]")]
    fresh = PluginSynth(describe((reset, "")))
    for values in tonal_presets(synth, 4):
        first = fresh.render(values, NOTE)
        assert difference(first, fresh.render(values, NOTE)) < REPEAT_ERROR
        # A new instance has phases of its own, so the two ways differ, but not in level.
        kept = synth.render(values, NOTE)
        assert np.std(first) == pytest.approx(np.std(kept), rel=0.25)


def test_a_poisoned_instance_is_replaced(synth: PluginSynth) -> None:
    values = tonal_presets(synth, 1)[0]
    before = synth.render(values, NOTE)
    with pytest.raises(SynthError, match="not finite"):
        synth.render(synth.table.from_human(POISON), Note(96, held_seconds=0.5, total_seconds=0.6))
    assert difference(before, synth.render(values, NOTE)) < REPEAT_ERROR


def test_an_instance_poisoned_after_its_last_finite_note_is_replaced(
    synth: PluginSynth, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = tonal_presets(synth, 1)[0]
    before = synth.render(values, NOTE)
    poisoned = synth._instance
    assert poisoned is not None
    play = _Instance.play

    def play_poisoned(
        instance: _Instance, events: list[MidiEvent], n_samples: int
    ) -> NDArray[np.float32]:
        audio = play(instance, events, n_samples)
        return audio * np.float32(np.nan) if instance is poisoned._cell[0] else audio

    monkeypatch.setattr(_Instance, "play", play_poisoned)
    assert difference(before, synth.render(values, NOTE)) < REPEAT_ERROR
    assert synth._instance is not poisoned


def test_random_presets_are_mostly_audible_and_a_function_of_the_seed(synth: PluginSynth) -> None:
    presets = [synth.draw(np.random.default_rng(seed)) for seed in range(20)]
    again = [synth.draw(np.random.default_rng(seed)) for seed in range(20)]
    assert [p.identity for p in presets] == [p.identity for p in again]
    assert len({p.name for p in presets}) == 20
    peaks = [np.abs(synth.render(p.values, NOTE)).max() for p in presets]
    assert np.mean(np.array(peaks) > 0.01) >= 0.8
    assert max(peaks) <= 1


@pytest.mark.parametrize("total_seconds", [0.1, 0.12345, 0.8])
def test_audio_has_two_channels_and_the_length_of_the_note(
    synth: PluginSynth, total_seconds: float
) -> None:
    note = Note(held_seconds=0.05, total_seconds=total_seconds)
    audio = synth.render(synth.table.defaults, note)
    assert audio.shape == (2, note.total_samples)
    assert audio.dtype == np.float32


def test_pitch_is_rounded_and_is_what_sounds(synth: PluginSynth) -> None:
    values = synth.table.from_human({"osc1_waveform": "sine", "osc_mix": -1.0})
    note = Note(69.4, held_seconds=1, total_seconds=1)
    assert difference(synth.render(values, note), synth.render(values, Note(69, 100, 1, 1))) < 1e-4
    # One second of sound: bins of the spectrum are 1 Hz apart.
    spectrum = np.abs(np.fft.rfft(synth.render(values, note)[0]))
    assert spectrum.argmax() == pytest.approx(440, abs=1)


class MonoEngine:
    """The engine of a mono plug-in gives one channel."""

    def __init__(self, engine: RenderEngine) -> None:
        self.engine = engine
        self.render = engine.render

    def get_audio(self) -> NDArray[np.float32]:
        return np.asarray(self.engine.get_audio())[:1]


class MonoInstance(_Instance):
    def __init__(self) -> None:
        super().__init__(PLUGIN, None)
        self._engine = MonoEngine(self._engine)


def test_a_mono_plugin_sounds_on_both_sides() -> None:
    audio = Hosted(MonoInstance).call(_Instance.play, [note_on(0, 60, 100)], 1000)
    assert audio.shape == (2, 1000)
    np.testing.assert_array_equal(audio[0], audio[1])
    assert audio.any()


class LateProcessor:
    """The processor of a plug-in that says it is 64 samples late."""

    def __init__(self, processor: PluginProcessor) -> None:
        self.load_midi = processor.load_midi

    def get_latency_samples(self) -> int:
        return 64


class LateInstance(_Instance):
    def __init__(self) -> None:
        super().__init__(PLUGIN, None)
        self._processor = LateProcessor(self._processor)


def test_latency_is_removed(amsynth: Hosted[_Instance]) -> None:
    """The sound of a plug-in that says it is late is moved to an earlier time."""
    events = [note_on(100, 60, 100)]
    on_time = amsynth.call(_Instance.play, events, 5000)
    early = Hosted(LateInstance).call(_Instance.play, events, 5000)
    moved = np.flatnonzero(on_time[0])[0] - np.flatnonzero(early[0])[0]
    # The oscillators' phases differ, so that a first sample may be zero.
    assert moved == pytest.approx(64, abs=1)


def test_knobs_may_use_part_of_a_plugin_parameter_or_its_index(
    amsynth: Hosted[_Instance], describe: Callable[..., Path]
) -> None:
    path = describe(
        (
            'name = "filter_resonance"\n',
            'name = "squelch"\nplugin = 9\nplugin_values = [0.1, 0.2, 0.9]\n',
        ),
        (
            'choices = ["12 dB", "24 dB"]\n',
            'choices = ["12 dB", "24 dB"]\nplugin_values = [0.25, 0.75]\n',
        ),
    )
    description = read_description(path)
    wiring = PluginWiring(description, amsynth.call(_Instance.names), str(path))
    slope = amsynth.call(_Instance.names).index("filter_slope")
    units = np.array([0.0, 0.25, 0.5, 1.0])[:, None] * np.ones(32)
    received = [wiring.setting(values) for values in description.table().snap(units)]
    assert [setting[9] for setting in received] == pytest.approx([0.1, 0.15, 0.2, 0.9])
    assert [setting[slope] for setting in received] == [0.25, 0.25, 0.75, 0.75]
    PluginSynth(path)


def test_presets_of_a_plugin_survive_their_file(synth: PluginSynth, tmp_path: Path) -> None:
    assert synth.presets() == ()
    preset = synth.draw(np.random.default_rng(1))
    write_preset(tmp_path / "a.json", preset, synth.table, synth.identity)
    values = read_preset(tmp_path / "a.json", synth.table, synth.identity).values
    # Half of single precision's rounding on values up to 1, twice.
    np.testing.assert_allclose(values, preset.values, atol=1e-7)


def test_the_version_changes_with_whatever_changes_the_sound(
    synth: PluginSynth, describe: Callable[..., Path], tmp_path: Path
) -> None:
    versions = {
        synth.version,
        PluginSynth(describe(("portamento_time = 0.0", "portamento_time = 0.5"))).version,
        PluginSynth(describe(("seconds = 1.0", "seconds = 0.5"))).version,
    }
    assert len(versions) == 3
    copied = tmp_path / "copy.so"
    copied.write_bytes(PLUGIN.read_bytes())
    same = PluginSynth(describe(('"/usr/lib/vst/amsynth_vst.so"', '"copy.so"')))
    assert same.version == synth.version
    probed = PluginSynth(describe(("probe = { master_vol = 0.67 }", "")))
    assert probed.version == synth.version


def test_paths_know_the_home_folder_and_the_environment(
    describe: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLUGINS", "/usr/lib/vst")
    path = describe(('"/usr/lib/vst/amsynth_vst.so"', '"~/no/such.so", "$PLUGINS/amsynth_vst.so"'))
    assert open_synth(str(path)).identity == "amsynth"


PLUGIN_PATH = '"/usr/lib/vst/amsynth_vst.so"'
OTHER_PATHS = (
    '    "/usr/lib64/vst/amsynth_vst.so",\n    "/usr/local/lib/vst/amsynth_vst.so",\n'
    '    "~/.vst/amsynth_vst.so",\n'
)


@pytest.mark.parametrize(
    ("replacements", "message"),
    [
        ([(PLUGIN_PATH, '"/no/such.so"'), (OTHER_PATHS, "")], "is not at /no/such.so; install it"),
        ([(PLUGIN_PATH, '"/etc/passwd"')], "/etc/passwd is not a plug-in"),
        ([(PLUGIN_PATH, '"/etc"')], "/etc is not a plug-in"),
        ([('identity = "amsynth"\n', "")], "'identity': Field required"),
        ([('identity = "amsynth"', 'identity = "Am Synth"')], "'identity' is 'Am Synth'"),
        ([('identity = "amsynth"', "identity = ")], "give a TOML file"),
        ([("seconds = 1.0", "seconds = -1.0")], "'reset.seconds' is -1.0: .* greater than 0"),
        ([("seconds = 1.0", "second = 1.0")], "reset"),
        ([("controllers = [120]", "controllers = [128]")], "less than or equal to 127"),
        ([("osc2_sync = 0.0", "osc2_sync = 1.5")], "'fixed.osc2_sync' is 1.5: "),
        ([("osc2_sync = 0.0", "osc2_sink = 0.0")], "no parameter 'osc2_sink'; .*'osc2_sync'"),
        ([("osc2_sync = 0.0", "osc2_sync = 0.0\n41 = 0.0")], "no parameter '41'; .* below 41"),
        ([("osc2_sync = 0.0", "osc2_sync = 0.0\n0 = 0.0")], "'amp_attack' is mentioned twice"),
        ([("osc2_sync = 0.0\n", ""), ("master_vol = 0.0", "osc2_sync = 0.0")], "set back"),
        ([('name = "amp_decay"', 'name = "amp_attack"')], "names must be unique"),
        ([('name = "amp_decay"', 'name = "amp_dekay"')], "no parameter 'amp_dekay'"),
        ([("minimum = -16", "minimum = 20")], "minimum 20.0 must be below maximum 16.0"),
        ([("default = 0.67", "default = 1.67")], "default 1.67 must lie in"),
        ([('default = "24 dB"', 'default = "6 dB"')], "default' is '6 dB'"),
        ([("default = 0.67", "default = 0.67\ncolour = 1")], "colour' is 1: "),
        ([("default = 0.67", "default = 0.67\nplugin_values = [0.5]")], "two or more"),
        ([('default = "24 dB"', 'default = "24 dB"\nplugin_values = [0, 0.5, 1]')], "2 steps"),
        ([("[reset]", 'state = "no.fxp"\n[reset]')], "there is no state file .*no.fxp"),
    ],
)
def test_a_wrong_description_is_refused_in_one_sentence(
    replacements: list[tuple[str, str]], message: str, describe: Callable[..., Path]
) -> None:
    path = describe(*replacements)
    with pytest.raises(InputError, match=message) as caught:
        PluginSynth(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_state_that_the_plugin_refuses_is_refused(
    describe: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "garbage.fxp").write_bytes(b"garbage")
    path = describe(("[reset]", 'state = "garbage.fxp"\n[reset]'))
    with pytest.raises(InputError, match=r"refuses the state file .*garbage\.fxp"):
        PluginSynth(path)


def test_a_plugin_that_loads_keeps_quiet(capfd: pytest.CaptureFixture[str], file: Path) -> None:
    PluginSynth(file)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("folder", [None, "/somewhere"])
def test_loading_a_plugin_leaves_the_environment_as_it_was(
    monkeypatch: pytest.MonkeyPatch, folder: str | None
) -> None:
    if folder is None:
        monkeypatch.delenv("TMPDIR", raising=False)
    else:
        monkeypatch.setenv("TMPDIR", folder)
    before = dict(os.environ)
    PluginSynth(AMSYNTH)
    assert dict(os.environ) == before


def test_what_no_reset_undoes_gets_a_new_instance() -> None:
    """Synchronised oscillators keep their phase from note to note, and so does the mono voice."""
    description = read_description(AMSYNTH)
    lasting = description.restricted("lasting", {"osc2_sync", "keyboard_mode", "osc2_detune"})
    synth = PluginSynth(AMSYNTH, lasting)
    settings: list[dict[str, float | str]] = [
        {"osc2_detune": 0.5},
        {"osc2_detune": 0.5, "osc2_sync": "on"},
        {"osc2_detune": -0.5, "keyboard_mode": "mono"},
        {"osc2_detune": 0.5, "keyboard_mode": "legato"},
    ]
    presets = [synth.table.from_human(setting) for setting in settings]
    forward = [synth.render(values, NOTE) for values in presets]
    backward = [synth.render(values, NOTE) for values in presets[::-1]][::-1]
    for one, other in zip(forward, backward, strict=True):
        assert difference(one, other) <= REPEAT_ERROR


def test_fewer_knobs_leave_the_others_at_their_defaults() -> None:
    description = read_description(AMSYNTH)
    small = description.restricted("small", {"filter_cutoff"})
    assert [p.name for p in small.parameters] == ["filter_cutoff"]
    assert len(small.fixed) == 40
    assert small.fixed["filter_env_amount"] == 0.5
    assert small.fixed["osc1_waveform"] == 0.5
    assert small.fixed["master_vol"] == pytest.approx(0.67)


def test_two_parameters_of_one_name_ask_for_an_index() -> None:
    names = [p.name for p in read_description(AMSYNTH).parameters]
    with pytest.raises(InputError, match=r"2 parameters 'amp_attack'; .* one of \[0, 1\]"):
        PluginWiring(read_description(AMSYNTH), ["amp_attack", *names], "x.toml")


@pytest.mark.parametrize("description", ["diva", "", "built-in", "amsynth.so"])
def test_an_unknown_synth_is_refused(description: str) -> None:
    with pytest.raises(InputError, match=r"is unknown; give 'builtin', .* or the path"):
        open_synth(description)


def test_a_missing_description_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        open_synth(str(tmp_path / "none.toml"))
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="give a TOML file"):
        open_synth(str(tmp_path / "binary.toml"))


def test_the_builtin_synth_is_opened_by_its_name() -> None:
    assert open_synth("builtin").identity == "builtin"
