"""The built-in synth: its table, its sound, its bank and its C++."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from flow_synth.family import twin_pairs
from flow_synth.parameter import Kind
from flow_synth.synth import SAMPLE_RATE_HZ, Note
from flow_synth.synths.builtin import BuiltinSynth, builtin_table
from flow_synth.synths.builtin_bank import LEVEL_DB, loudest_db
from flow_synth.synths.builtin_priors import CATEGORIES, HOME_PITCH, draw_category, draw_preset
from flow_synth.synths.builtin_source import dsp_header, parameters_header

GOLDEN = Path(__file__).parents[1] / "golden"
GENERATED = Path(__file__).parents[2] / "cpp" / "src" / "generated"

SHORT = Note(held_seconds=0.3, total_seconds=0.5)


@pytest.fixture(scope="module")
def synth() -> BuiltinSynth:
    return BuiltinSynth()


def played(synth: BuiltinSynth, note: Note, **knobs: float | str) -> NDArray[np.float32]:
    return synth.render(synth.table.from_human(knobs), note)


def strongest_hz(audio: NDArray[np.float32]) -> float:
    power = np.abs(np.fft.rfft(audio[0] * np.hanning(audio.shape[1])))
    return float(np.argmax(power) * SAMPLE_RATE_HZ / audio.shape[1])


def test_a_preset_sounds_as_it_did_since_the_version_was_declared(synth: BuiltinSynth) -> None:
    """If this fails, raise the version in builtin.dsp: datasets and models belong to a sound."""
    with np.load(GOLDEN / f"builtin-{synth.version}.npz") as golden:
        note = Note(
            pitch=float(golden["pitch"]),
            velocity=int(golden["velocity"]),
            held_seconds=float(golden["held_seconds"]),
            total_seconds=float(golden["total_seconds"]),
        )
        for values, wanted in zip(golden["values"], golden["audio"], strict=True):
            found = synth.render(values, note).mean(0)
            # Half precision keeps 11 bits: 5e-4 of the value.
            assert np.abs(found - wanted).max() <= 1e-3 * np.abs(found).max()


def test_the_table_has_the_promised_knobs() -> None:
    table = builtin_table()
    continuous = [knob for knob in table.parameters() if knob.kind is Kind.CONTINUOUS]
    assert 32 <= len(continuous) <= 48
    assert len(table) > len(continuous)
    assert all(knob.label for knob in table.parameters())


def test_rendering_does_not_depend_on_what_was_rendered_before(synth: BuiltinSynth) -> None:
    generator = np.random.default_rng(0)
    presets = [draw_preset(generator, synth.table) for _ in range(12)]
    in_order = [synth.render(preset.values, SHORT) for preset in presets]
    in_reverse = [synth.render(preset.values, SHORT) for preset in reversed(presets)][::-1]
    fresh = BuiltinSynth()
    for first, second, preset in zip(in_order, in_reverse, presets, strict=True):
        np.testing.assert_array_equal(first, second)
        np.testing.assert_array_equal(first, fresh.render(preset.values, SHORT))


def test_no_setting_is_silent_or_clips(synth: BuiltinSynth) -> None:
    generator = np.random.default_rng(1)
    for index in range(120):
        values = generator.random(len(synth.table)).astype(np.float32)
        corner = np.round(values) if index % 2 else values
        note = Note(float(generator.uniform(24, 108)), held_seconds=3, total_seconds=3)
        peak = np.abs(synth.render(corner, note)).max()
        assert 5e-4 < peak <= 0.9001, synth.table.to_human(corner)


@pytest.mark.parametrize("pitch", [33.0, 60.0, 69.0, 72.4, 96.0])
def test_a_note_has_its_pitch(synth: BuiltinSynth, pitch: float) -> None:
    note = Note(pitch, held_seconds=2, total_seconds=2)
    audio = played(synth, note, osc1_shape=0.0)
    assert strongest_hz(audio) == pytest.approx(note.frequency_hz, abs=0.6)


@pytest.mark.parametrize("seconds", [3.9999, 1 / 44100, 0.1 + 0.2])
def test_a_note_is_as_long_as_it_says(synth: BuiltinSynth, seconds: float) -> None:
    note = Note(held_seconds=seconds, total_seconds=seconds)
    assert synth.render(synth.table.defaults, note).shape == (2, note.total_samples)


@pytest.mark.parametrize(
    ("semitones", "octave", "ratio"), [(7, 0, 1.4983), (0, 1, 2), (0, -2, 0.25)]
)
def test_the_second_oscillator_is_tuned_in_equal_temperament(
    synth: BuiltinSynth, semitones: int, octave: int, ratio: float
) -> None:
    note = Note(69, held_seconds=2, total_seconds=2)
    audio = played(
        synth, note, osc2_shape=0.0, osc_mix=1.0, osc2_semitones=semitones, osc2_octave=octave
    )
    assert strongest_hz(audio) == pytest.approx(440 * ratio, abs=0.6)


def test_a_saw_has_little_aliasing(synth: BuiltinSynth) -> None:
    note = Note(84, held_seconds=2, total_seconds=2)
    audio = played(synth, note, filter_cutoff=16000.0)[
        0, SAMPLE_RATE_HZ // 2 : -SAMPLE_RATE_HZ // 2
    ]
    power = np.abs(np.fft.rfft(audio * np.blackman(len(audio)))) ** 2
    frequencies = np.fft.rfftfreq(len(audio), 1 / SAMPLE_RATE_HZ)
    distance = np.abs(frequencies / note.frequency_hz - np.round(frequencies / note.frequency_hz))
    aliases = power[(distance * note.frequency_hz > 20) & (frequencies < 10000)]
    # A naive saw has aliases near -40 dB here.
    assert 10 * np.log10(aliases.max() / power.max()) < -50


def test_the_envelope_follows_its_times(synth: BuiltinSynth) -> None:
    note = Note(72, held_seconds=2, total_seconds=4)
    knobs = {"osc1_shape": 0.0, "amp_attack": 0.5, "amp_sustain": 0.5, "amp_decay": 0.6}
    audio = np.abs(played(synth, note, **knobs, amp_release=0.5))[0]
    envelope = audio[: len(audio) // 441 * 441].reshape(-1, 441).max(1)
    assert abs(np.argmax(envelope) - 50) <= 2
    assert envelope[190] / envelope.max() == pytest.approx(0.5, abs=0.02)
    assert envelope[251] / envelope[199] == pytest.approx(1e-3, rel=0.3)


def test_the_bank_is_named_tagged_and_in_eight_categories(synth: BuiltinSynth) -> None:
    bank = synth.presets()
    assert len(bank) >= 512
    assert len({preset.name for preset in bank}) == len(bank)
    assert {preset.category for preset in bank} == set(CATEGORIES)
    assert len(CATEGORIES) == 8
    assert all(preset.tags for preset in bank)
    values = np.array([preset.values for preset in bank])
    assert all(len(twins) == 1 for _, twins in twin_pairs(values, values))


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_bank_plays_at_a_usable_level(synth: BuiltinSynth, category: str) -> None:
    bank = [preset for preset in synth.presets() if preset.category == category]
    for preset in bank[::16]:
        audio = synth.render(preset.values, Note(HOME_PITCH[category]))
        # The file rounds knobs to five digits.
        assert LEVEL_DB[0] - 0.2 < loudest_db(audio) < LEVEL_DB[1] + 0.2, preset.name


def test_categories_sound_like_what_they_are(synth: BuiltinSynth) -> None:
    def sustained(category: str) -> float:
        generator = np.random.default_rng(3)
        ratios = []
        for _ in range(12):
            audio = synth.render(draw_category(generator, category, synth.table).values, Note())
            early, late = audio[:, :44100], audio[:, 88200:132300]
            ratios.append(np.sqrt(np.mean(late**2)) / np.sqrt(np.mean(early**2)))
        return float(np.median(ratios))

    assert sustained("pluck") < 0.35 < 0.6 < sustained("pad")


def test_draws_are_a_function_of_the_generator(synth: BuiltinSynth) -> None:
    first = [synth.draw(np.random.default_rng([7, i])) for i in range(5)]
    second = [synth.draw(np.random.default_rng([7, i])) for i in range(5)]
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.values, b.values)
    assert len({preset.identity for preset in first}) == 5


def test_the_committed_cpp_is_what_the_generator_writes() -> None:
    message = "run: python -m flow_synth.synths.builtin_source cpp/src/generated"
    assert (GENERATED / "builtin_dsp.h").read_text(encoding="utf-8") == dsp_header(), message
    table = parameters_header(builtin_table())
    assert (GENERATED / "builtin_parameters.h").read_text(encoding="utf-8") == table, message
