import dataclasses
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import given
from hypothesis import strategies as st
from models_for_tests import write_tiny_model
from numpy.typing import NDArray
from synths_for_tests import SineSynth

from flow_synth import FlowSynth
from flow_synth.error import InputError
from flow_synth.export import Model
from flow_synth.features import SAMPLE_RATE_HZ
from flow_synth.fitness import Aim
from flow_synth.library import model_path, shipped_models
from flow_synth.loudness import gain_between, sounding_rms
from flow_synth.matching import (
    Match,
    Matcher,
    Measures,
    describe_pitch,
    hear,
)
from flow_synth.models import Family
from flow_synth.preset import Preset
from flow_synth.stage import Stage
from flow_synth.synth import SAMPLE_RATE_HZ as SYNTH_RATE_HZ
from flow_synth.synth import Note, Synth, SynthError
from flow_synth.synths import open_synth
from flow_synth.wishes import Budget, Wishes
from flow_synth.worker import Sound


@pytest.fixture(scope="module")
def flow_synth(tmp_path_factory: pytest.TempPathFactory) -> FlowSynth:
    path = tmp_path_factory.mktemp("model") / "tiny.flow.ts"
    write_tiny_model(path, open_synth("builtin"))
    return FlowSynth.load(path)


def a_sound(rate_hz: int = SYNTH_RATE_HZ, pitch: float = 57.0) -> NDArray[np.float32]:
    """Two seconds of a decaying sawtooth."""
    seconds = np.arange(2 * rate_hz) / rate_hz
    phase = 2 * np.pi * Note(pitch).frequency_hz * seconds
    saw = sum(np.sin(k * phase) / k for k in range(1, 12))
    return np.asarray(0.3 * saw * np.exp(-seconds), np.float32)


class LoudSynth:
    """Another synth, but its sounds are so many times as loud."""

    def __init__(self, synth: Synth, factor: float) -> None:
        self.identity, self.version, self.table = synth.identity, synth.version, synth.table
        self.presets, self.draw = synth.presets, synth.draw
        self._synth = synth
        self._factor = np.float32(factor)

    def render(self, values: NDArray[np.float32], note: Note) -> NDArray[np.float32]:
        return self._factor * self._synth.render(values, note)


def match_with(flow_synth: FlowSynth, synth: Synth) -> Match:
    return Matcher(flow_synth.model, synth, a_sound(), SYNTH_RATE_HZ).find("test")[0]


@pytest.mark.parametrize("pitch", [45.0, 60.25, 72.0])
def test_the_right_preset_scores_as_a_perfect_imitation(
    flow_synth: FlowSynth, monkeypatch: pytest.MonkeyPatch, pitch: float
) -> None:
    synth = flow_synth.synth
    truth = synth.table.snap(synth.table.defaults)
    recording = 0.5 * synth.render(truth, Note(pitch))
    monkeypatch.setattr(flow_synth.model, "answer", lambda _: torch.from_numpy(truth)[None])
    found = Matcher(flow_synth.model, synth, recording.mean(0), SYNTH_RATE_HZ).find("truth")[0]
    # What is left is the detected pitch's error of a few cents, and resampling.
    assert found.note.pitch == pytest.approx(pitch, abs=0.05)
    assert found.measures.sc < 0.1
    assert found.measures.log_mel_mse < 0.1
    assert found.measures.mss_db < 0.5
    assert found.measures.level_db == pytest.approx(-20 * np.log10(0.5), abs=0.1)
    np.testing.assert_allclose(np.abs(found.audio).max(), np.abs(recording).max(), rtol=0.02)


def test_a_match_is_a_preset_that_the_synth_plays(flow_synth: FlowSynth) -> None:
    match = match_with(flow_synth, flow_synth.synth)
    values = match.preset.values
    np.testing.assert_array_equal(flow_synth.synth.table.snap(values), values)
    assert match.pitch is not None
    assert match.note.pitch == match.pitch.note == pytest.approx(57.0, abs=0.05)
    played = flow_synth.synth.render(values, match.note)
    gain = np.abs(match.audio).max() / np.abs(played).max()
    np.testing.assert_allclose(match.audio, gain * played, atol=1e-6)


def test_the_same_sound_gives_the_same_match(flow_synth: FlowSynth) -> None:
    one, two = (match_with(flow_synth, flow_synth.synth) for _ in range(2))
    np.testing.assert_array_equal(one.preset.values, two.preset.values)
    np.testing.assert_array_equal(one.audio, two.audio)
    assert one.measures == two.measures


def test_the_imitation_is_as_loud_as_the_target(flow_synth: FlowSynth) -> None:
    match = match_with(flow_synth, flow_synth.synth)
    target, imitation = (torch.from_numpy(x)[None] for x in (match.target, match.imitation))
    assert sounding_rms(imitation) == pytest.approx(sounding_rms(target), rel=1e-4)


def test_the_level_of_the_synth_changes_nothing_but_its_own_figure(flow_synth: FlowSynth) -> None:
    plain = match_with(flow_synth, flow_synth.synth)
    quiet = match_with(flow_synth, LoudSynth(flow_synth.synth, 0.1))
    np.testing.assert_allclose(quiet.audio, plain.audio, atol=1e-5)
    assert quiet.measures.sc == pytest.approx(plain.measures.sc, rel=1e-4)
    assert quiet.measures.mss_db == pytest.approx(plain.measures.mss_db, abs=1e-3)
    assert quiet.measures.level_db == pytest.approx(plain.measures.level_db - 20, abs=1e-3)


def test_no_sound_is_written_above_full_scale(flow_synth: FlowSynth) -> None:
    """A synth that clicks once and is quiet otherwise would clip at the target's loudness."""

    class Click(LoudSynth):
        def render(self, values: NDArray[np.float32], note: Note) -> NDArray[np.float32]:
            audio = np.float32(0.01) * super().render(values, note)
            audio[:, 0] = 0.5
            return audio

    match = match_with(flow_synth, Click(flow_synth.synth, 1.0))
    assert np.abs(match.audio).max() == pytest.approx(1.0)
    assert any("clip" in remark for remark in match.remarks)


def test_a_silent_synth_is_reported_and_scored(flow_synth: FlowSynth) -> None:
    match = match_with(flow_synth, LoudSynth(flow_synth.synth, 0.0))
    assert any("silent" in remark for remark in match.remarks)
    assert match.measures.sc == pytest.approx(1.0, abs=1e-3)
    assert all(np.isfinite(value) for value in dataclasses.astuple(match.measures))


def test_noise_is_played_at_middle_c(flow_synth: FlowSynth) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, SYNTH_RATE_HZ).astype(np.float32)
    match = Matcher(flow_synth.model, flow_synth.synth, noise, SYNTH_RATE_HZ).find("noise")[0]
    assert match.pitch is None
    assert match.note.pitch == 60.0
    assert any("middle C" in remark for remark in match.remarks)


@pytest.mark.parametrize("rate_hz", [16000, 22050, 48000, 96000])
def test_the_sample_rate_does_not_move_a_sound(flow_synth: FlowSynth, rate_hz: int) -> None:
    """Partials up to 2420 Hz are below every Nyquist frequency here."""
    reference = flow_synth.encode(a_sound(), SYNTH_RATE_HZ)
    # Interpolated samples differ where the sound begins; the encoder hears that at -40 dB.
    np.testing.assert_allclose(flow_synth.encode(a_sound(rate_hz), rate_hz), reference, atol=0.1)


def test_channels_are_folded_to_their_mean(flow_synth: FlowSynth) -> None:
    sound = a_sound()
    both = np.stack([1.5 * sound, 0.5 * sound])
    np.testing.assert_allclose(
        flow_synth.encode(both, SYNTH_RATE_HZ), flow_synth.encode(sound, SYNTH_RATE_HZ), atol=1e-4
    )


def test_a_file_and_its_samples_match_alike(flow_synth: FlowSynth, tmp_path: Path) -> None:
    sound = a_sound()
    soundfile.write(tmp_path / "a.wav", sound, SYNTH_RATE_HZ, subtype="FLOAT")
    of_file = flow_synth.match(tmp_path / "a.wav")
    of_samples = flow_synth.match(sound, SYNTH_RATE_HZ)
    np.testing.assert_allclose(of_file.preset.values, of_samples.preset.values, atol=1e-6)
    assert of_file.preset.name == "a"


def test_locate_and_decode_undo_each_other(flow_synth: FlowSynth) -> None:
    presets = np.stack([preset.values for preset in flow_synth.synth.presets()[:20]])
    decoded = flow_synth.decode(flow_synth.locate(presets))
    assert decoded.shape == presets.shape
    # Float32 through a flow and back; see the tolerances of the exporter.
    np.testing.assert_allclose(decoded, flow_synth.synth.table.snap(presets), atol=1e-4)
    one = flow_synth.locate(presets[0])
    assert one.shape == (len(flow_synth.description.latent),)
    np.testing.assert_allclose(flow_synth.decode(one), decoded[0], atol=1e-6)


@given(st.floats(0.01, 1.0), st.floats(0.3, 2.0))
def test_loudness_is_the_rms_of_a_tone_however_long(amplitude: float, seconds: float) -> None:
    # Whole blocks: part of a block counts as quieter, by definition.
    n_samples = max(1, round(seconds * 10)) * SAMPLE_RATE_HZ // 10
    audio = torch.zeros(1, 88200)
    times = torch.arange(n_samples) / SAMPLE_RATE_HZ
    audio[0, :n_samples] = amplitude * torch.sin(2 * torch.pi * 100 * times)
    assert sounding_rms(audio) == pytest.approx(amplitude / 2**0.5, rel=1e-3)
    assert gain_between(audio, 3 * audio) == pytest.approx(3.0, rel=1e-6)


def test_silence_is_not_amplified() -> None:
    assert gain_between(torch.zeros(1, 88200), torch.ones(1, 88200)) == 1.0


def test_pitches_are_named_as_musicians_name_them() -> None:
    assert describe_pitch(69.0) == "A4"
    assert describe_pitch(60.0) == "C4"
    assert describe_pitch(56.9) == "A3 -10 cents"
    assert describe_pitch(0.0) == "C-1"


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(1000, np.float32),
        np.full(1000, np.nan, np.float32),
        np.zeros(0, np.float32),
        np.ones((2, 2, 10), np.float32),
    ],
)
def test_samples_that_are_no_sound_are_refused(
    flow_synth: FlowSynth, samples: NDArray[np.float32]
) -> None:
    with pytest.raises(InputError, match="sound"):
        flow_synth.match(samples, 44100)


def test_samples_are_checked_and_folded_as_files_are(flow_synth: FlowSynth) -> None:
    sound = a_sound()
    opposite = np.stack([sound, -sound])
    reference = flow_synth.encode(sound, SYNTH_RATE_HZ)
    np.testing.assert_array_equal(flow_synth.encode(opposite, SYNTH_RATE_HZ), reference)
    np.testing.assert_array_equal(flow_synth.encode(sound, float(SYNTH_RATE_HZ)), reference)
    with pytest.raises(InputError, match="channels, samples"):
        flow_synth.encode(opposite.T, SYNTH_RATE_HZ)
    with pytest.raises(InputError, match="ms of sound"):
        flow_synth.match(sound[:1000:999] + 1, SYNTH_RATE_HZ)


def test_samples_need_a_rate(flow_synth: FlowSynth) -> None:
    with pytest.raises(InputError, match="sample_rate_hz"):
        flow_synth.match(a_sound())


@pytest.mark.parametrize("rate_hz", [7999, 192001])
def test_a_rate_outside_the_resamplers_is_refused(flow_synth: FlowSynth, rate_hz: int) -> None:
    with pytest.raises(InputError, match=str(rate_hz)):
        flow_synth.match(a_sound(), rate_hz)


def test_points_of_another_space_are_refused(flow_synth: FlowSynth) -> None:
    with pytest.raises(InputError, match=r"give \[\.\.\., 40\]"):
        flow_synth.decode(np.zeros(3))
    with pytest.raises(InputError, match="finite"):
        flow_synth.locate(np.full(40, np.nan))
    for use in (flow_synth.decode, flow_synth.locate):
        with pytest.raises(InputError, match=r"shape \[0, 40\]"):
            use(np.zeros((0, 40)))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.full(40, np.nan), "finite"),
        (np.full(40, 1.001), "value 1.001; give unit values from 0 to 1"),
        (np.full(40, -0.1), "value -0.1; give unit values"),
        (np.full(39, 0.5), r"shape \[39\]"),
        (np.zeros(0), r"shape \[0\]"),
    ],
)
def test_what_is_no_preset_is_neither_located_nor_played(
    flow_synth: FlowSynth, values: NDArray[np.float64], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        flow_synth.locate(values)
    with pytest.raises(InputError, match=message):
        flow_synth.render(Preset("wrong", values.astype(np.float32)))


def test_a_model_without_an_inverse_locates_nothing(flow_synth: FlowSynth, tmp_path: Path) -> None:
    path = tmp_path / "mlp.flow.ts"
    write_tiny_model(path, flow_synth.synth, Family.MLP)
    one_way = FlowSynth.load(path)
    assert one_way.match(a_sound(), SYNTH_RATE_HZ).preset.values.shape == (40,)
    with pytest.raises(InputError, match=r"has no inverse: its family is 'mlp'; use a flow model"):
        one_way.locate(np.full(40, 0.5))


def test_every_shipped_model_has_a_name_and_opens_with_its_synth() -> None:
    assert "builtin" in shipped_models()
    for name in shipped_models():
        assert FlowSynth.load(name).description.synth == name


@pytest.mark.parametrize("model", ["no-such-model", Path("builtin"), "x" * 5000, ""])
def test_an_unknown_model_is_refused_with_the_names_of_those_there_are(
    model: str | Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ", ".join(shipped_models())
    with pytest.raises(InputError, match=rf"there is no model .*flow-synth: {names}$"):
        FlowSynth.load(model)


def test_a_file_named_as_a_shipped_model_is_opened_by_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mine = Path("builtin")
    mine.touch()
    with model_path(mine) as path:
        assert path == mine
    with model_path("builtin") as path:
        assert path != mine


def test_only_one_preset_is_played_at_a_time(flow_synth: FlowSynth) -> None:
    with pytest.raises(InputError, match=r"shape \[80\]"):
        flow_synth.render(Preset("two", np.zeros((2, 40), np.float32)))
    played = flow_synth.render(Preset("one", np.zeros(40, np.float32)), Note(total_seconds=3.0))
    assert played.shape == (2, 3 * SYNTH_RATE_HZ)


def test_another_synth_is_refused(flow_synth: FlowSynth) -> None:
    with pytest.raises(InputError, match="'sine'"):
        FlowSynth(flow_synth.model, SineSynth())


def test_other_knobs_are_refused(flow_synth: FlowSynth) -> None:
    synth = SineSynth()
    synth.identity = "builtin"
    with pytest.raises(InputError, match="other knobs"):
        FlowSynth(flow_synth.model, synth)


def test_another_version_of_the_synth_is_remarked(flow_synth: FlowSynth) -> None:
    synth = LoudSynth(flow_synth.synth, 1.0)
    synth.version = "another"
    assert any("version" in remark for remark in match_with(flow_synth, synth).remarks)


@pytest.fixture(scope="module")
def hearing(tmp_path_factory: pytest.TempPathFactory) -> FlowSynth:
    """A model that draws candidates, and has learnt nothing."""
    path = tmp_path_factory.mktemp("model") / "hearing.flow.ts"
    write_tiny_model(path, open_synth("builtin"), Family.FLOW_CLASS)
    return FlowSynth.load(path)


def test_a_match_is_no_further_than_the_model_s_one_answer(hearing: FlowSynth) -> None:
    match = hearing.match(a_sound(), SYNTH_RATE_HZ)
    assert match.intervals is not None
    assert match.intervals.shape == (40, 2)
    answer = hearing.decode(hearing.encode(a_sound(), SYNTH_RATE_HZ))
    played = hearing.synth.render(answer, match.note).mean(0)
    target = torch.from_numpy(match.target)[None]
    aim = Aim(target, torch.from_numpy(match.target_mel)[None], at_equal_loudness=True)
    heard_answer = hear(hearing.model, played, SYNTH_RATE_HZ)
    of_answer = aim.measured(heard_answer, hearing.model.features(heard_answer))
    assert match.measures.fitness.total_db <= of_answer.total_db + 1e-3
    np.testing.assert_allclose(
        hearing.decode(match.latent), match.preset.values, atol=1e-4
    )  # The exact inverse, even of what was drawn.


@pytest.mark.slow
def test_matches_are_the_same_however_many_workers_play_them(hearing: FlowSynth) -> None:
    wishes = Wishes(n_candidates=4, budget=Budget(renders=32), seed=3)
    found = []
    for workers in (1, 2):
        with hearing.stage(workers=workers) as stage:
            found.append(hearing.matches(a_sound(), SYNTH_RATE_HZ, wishes, stage))
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one.preset.values, other.preset.values)
    presets = np.stack([match.preset.values for match in found[0]])
    assert len(np.unique(presets, axis=0)) == 4
    assert [match.preset.name for match in found[0]] == ["match", "match 2", "match 3", "match 4"]


def test_a_search_reports_ends_when_it_is_told_to_and_keeps_what_it_found(
    hearing: FlowSynth,
) -> None:
    reports: list[tuple[int, float]] = []
    wishes = Wishes(
        budget=Budget(seconds=1000),
        progress=lambda played, total: reports.append((played, total)),
        is_cancelled=lambda: len(reports) == 3,
    )
    matches = hearing.matches(a_sound(), SYNTH_RATE_HZ, wishes)
    assert [played for played, _ in reports] == [8, 16, 24]
    totals = [total for _, total in reports]
    assert totals == sorted(totals, reverse=True)
    assert len(matches) == 1
    # What is shown is what was sought.
    assert matches[0].measures.fitness.total_db == pytest.approx(totals[-1], rel=1e-3)


def test_a_search_that_breaks_off_gives_what_it_found(hearing: FlowSynth) -> None:
    class Breaking(Stage):
        """Workers that go away after two batches."""

        def __init__(self, stage: Stage) -> None:
            self._stage = stage
            self._n_batches = 0

        def sounds(self, presets: NDArray[np.float32], note: Note) -> list[Sound | None]:
            self._n_batches += 1
            if self._n_batches == 3:
                raise InputError("the dask scheduler went away")
            return self._stage.sounds(presets, note)

        def render(self, values: NDArray[np.float32], note: Note) -> NDArray[np.float32]:
            return self._stage.render(values, note)

    wishes = Wishes(budget=Budget(renders=1000))
    with hearing.stage() as stage:
        (match,) = hearing.matches(a_sound(), SYNTH_RATE_HZ, wishes, Breaking(stage))
    assert any("the dask scheduler went away" in remark for remark in match.remarks)


def test_fewer_candidates_than_were_asked_for_are_remarked_on(hearing: FlowSynth) -> None:
    wishes = Wishes(n_candidates=6, budget=Budget(renders=4))
    matches = hearing.matches(a_sound(), SYNTH_RATE_HZ, wishes)
    assert len(matches) == 4
    assert "No more than 4 presets could be played." in matches[0].remarks


@pytest.mark.parametrize(
    ("wishes", "complaint"),
    [
        ({"n_candidates": 0}, "candidates 0 cannot be asked for; give 1 or more"),
        ({"seed": -1}, "seed -1 cannot be asked for; give 0 or more"),
    ],
)
def test_wishes_that_cannot_be_met_are_refused(wishes: dict[str, int], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        Wishes(**wishes)  # type: ignore[arg-type]  # mypy takes any int for any field


@pytest.mark.parametrize("budget", [{}, {"seconds": 0}, {"renders": -1}, {"renders": 0.5}])
def test_a_search_without_an_end_or_a_beginning_is_refused(budget: dict[str, float]) -> None:
    with pytest.raises(InputError, match="give seconds above 0, or 1 render and more"):
        Budget(**budget)


def test_a_preset_that_the_synth_cannot_play_is_passed_over(
    hearing: FlowSynth, monkeypatch: pytest.MonkeyPatch
) -> None:
    synth, broken = hearing.synth, []
    best = hearing.match(a_sound(), SYNTH_RATE_HZ).preset.values

    def render(values: NDArray[np.float32], note: Note) -> NDArray[np.float32]:
        if np.array_equal(values, best):
            broken.append(values)
            raise SynthError("the sound is not finite")
        return open_synth("builtin").render(values, note)

    monkeypatch.setattr(synth, "render", render)
    second = hearing.match(a_sound(), SYNTH_RATE_HZ)
    assert len(broken) == 1
    assert not np.array_equal(second.preset.values, best)
    monkeypatch.setattr(synth, "render", always_fails)
    with pytest.raises(SynthError, match="failed on all 80 presets that were tried"):
        hearing.match(a_sound(), SYNTH_RATE_HZ)


def always_fails(_values: NDArray[np.float32], _note: Note) -> NDArray[np.float32]:
    raise SynthError("broken for good")


@pytest.mark.parametrize(
    ("text", "budget"),
    [("10s", Budget(seconds=10)), ("0.5s", Budget(seconds=0.5)), ("200", Budget(renders=200))],
)
def test_budgets_are_seconds_or_renders(text: str, budget: Budget) -> None:
    assert Budget.parse(text) == budget


@pytest.mark.parametrize(
    "text", ["", "s", "10 minutes", "nan", "infs", "-3", "0s", "0", "0.5", "1_0", "1e3"]
)
def test_what_is_no_budget_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="cannot be made; give seconds, such as '10s'"):
        Budget.parse(text)


def test_similarity_halves_with_every_six_db() -> None:
    same = Measures(sc=0.0, log_mel_mse=0.0, mss_db=0.0, level_db=-9.0)
    other = Measures(sc=1.0, log_mel_mse=1.0, mss_db=4.0, level_db=3.0)
    assert same.similarity_percent == 100
    assert other.similarity_percent == pytest.approx(50)


@pytest.mark.slow
def test_a_sound_beyond_the_reach_of_a_model_is_doubted(hearing: FlowSynth) -> None:
    with hearing.stage() as stage:

        def found(own_missed_db: float | None, budget: Budget | None = None) -> Match:
            model = Model(
                hearing.model._module,
                hearing.description.model_copy(update={"own_missed_db": own_missed_db}),
            )
            wishes = Wishes(budget=budget)
            opened = FlowSynth(model, hearing.synth)
            return opened.matches(a_sound(), SYNTH_RATE_HZ, wishes, stage)[0]

        sixteen = hearing.matches(a_sound(), SYNTH_RATE_HZ, Wishes(n_candidates=16), stage)
        target = sixteen[0].target, sixteen[0].target_mel
        aim = Aim(*(torch.from_numpy(part)[None] for part in target))
        missed_db = min(
            aim.missed_db(torch.from_numpy(match.imitation_mel)[None]) for match in sixteen
        )
        doubted = "may not be able to make this sound"
        assert not any(doubted in remark for remark in found(None).remarks)
        assert any(doubted in remark for remark in found(0.9 * missed_db).remarks)
        assert not any(doubted in remark for remark in found(1.1 * missed_db).remarks)
        # Fewer than sixteen were not what the reach was measured with.
        assert not any(doubted in remark for remark in found(0.1, Budget(renders=8)).remarks)


def test_the_ear_tells_the_effect_of_every_knob(flow_synth: FlowSynth, hearing: FlowSynth) -> None:
    values = hearing.synth.table.defaults
    found = hearing.knob_effects(values)
    assert found.shape == (40,)
    assert (found >= 0).all()
    assert (found > 0).any()
    assert not np.allclose(found, hearing.knob_effects(values, Note(84)))
    with pytest.raises(InputError, match="has no ear"):
        flow_synth.knob_effects(values)
    with pytest.raises(InputError, match="give unit values from 0 to 1"):
        hearing.knob_effects(values + 2)
