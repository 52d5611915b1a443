"""Preset maps: made by playing a bank, laid out by sound, written, read and refused."""

import json
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from clusters_for_tests import in_this_process, killed_after_notes
from commands_for_tests import Run
from hypothesis import given
from hypothesis import strategies as st
from models_for_tests import write_tiny_model
from numpy.typing import NDArray
from synths_for_tests import N_KNOBS, SineSynth, open_test_synth

from flow_synth import library, synths
from flow_synth.curve import mean_ranks
from flow_synth.dataset import Dataset
from flow_synth.dataset_description import DatasetDescription
from flow_synth.error import InputError
from flow_synth.export import Model
from flow_synth.map_layout import GRID, MARGIN, layout
from flow_synth.map_maker import MAP_AXES, N_POSITIONS, MadeMap, make_map
from flow_synth.preset import Preset
from flow_synth.preset_map import (
    SUFFIX,
    UNIT_SCALE,
    MapCurve,
    MapPreset,
    PresetMap,
    Side,
    shown_name,
)
from flow_synth.rendering import render_dataset
from flow_synth.synth import Note, Synth
from flow_synth.synths import open_synth
from flow_synth.tag import AXES, describe
from flow_synth.tag_file import TagFile
from flow_synth.worker import heard
from flow_synth.workplace import Workplace

N_BANK = 24
SHIPPED = resources.files("flow_synth").joinpath("shipped")
SHIPPED_MAPS = sorted(file.name for file in SHIPPED.iterdir() if file.name.endswith(SUFFIX))


class BankSynth(SineSynth):
    """The sine synth with a larger bank: one preset is silent, and one is there twice."""

    def presets(self) -> Sequence[Preset]:
        generator = np.random.default_rng(0)
        drawn = [self.draw(generator) for _ in range(N_BANK)]
        # Of some the fundamental is loud, of others the partials.
        for preset in drawn[::2]:
            preset.values[1:] *= 0.05
        silent = Preset("Silence", np.zeros(N_KNOBS, np.float32), "none")
        again = Preset("Again", drawn[3].values, "again")
        return [Preset(p.name, p.values, "organ") for p in drawn] + [silent, again]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A cluster of one worker in this process."""
    with in_this_process(n_workers=1, threads_per_worker=1) as cluster:
        yield cluster.scheduler_address


def made_map(
    folder: Path, description: str = "sine", address: str | None = None, workers: int = 1
) -> MadeMap:
    """The map of a model that has learnt nothing."""
    folder.parent.mkdir(exist_ok=True, parents=True)
    path = folder.parent / "sine.flow.ts"
    write_tiny_model(path, BankSynth())
    place = Workplace(folder, open_test_synth, address, workers)
    return make_map(Model.load(path), "sine", BankSynth(), description, place)


@pytest.fixture(scope="module")
def made(address: str, tmp_path_factory: pytest.TempPathFactory) -> MadeMap:
    return made_map(tmp_path_factory.mktemp("made") / "sounds", address=address)


def units_of(presets: Sequence[MapPreset]) -> NDArray[np.float64]:
    return np.array([preset.units for preset in presets]) / UNIT_SCALE


def audio_of(values: NDArray[np.floating]) -> tuple[torch.Tensor, torch.Tensor]:
    """Audio [n, 88200] and log-mel [n, 128, 87] of presets at middle C."""
    sounds = [heard(SineSynth().render(v.astype(np.float32), Note())) for v in values]
    return torch.cat([audio for audio, _ in sounds]), torch.cat([mel for _, mel in sounds])


def test_every_preset_that_sounds_is_on_the_map_with_its_knobs(made: MadeMap) -> None:
    bank = BankSynth().presets()[:N_BANK]
    assert [preset.name for preset in made.map.presets] == [preset.name for preset in bank]
    knobs = np.stack([preset.values for preset in bank])
    np.testing.assert_allclose(units_of(made.map.presets), knobs, rtol=0, atol=1e-4)
    assert (made.n_repeated, made.n_silent, made.n_failed) == (1, 1, 0)
    assert made.map.categories == ("organ",)
    assert {preset.category for preset in made.map.presets} == {0}


@pytest.mark.slow
def test_the_map_does_not_depend_on_the_workers(made: MadeMap, tmp_path: Path) -> None:
    assert made_map(tmp_path / "sounds", workers=2) == made


def test_presets_that_fail_are_left_out_and_counted(address: str, tmp_path: Path) -> None:
    failing = BankSynth().presets()[5]
    made = made_map(tmp_path / "sounds", f"error={failing.identity}", address)
    assert (made.n_silent, made.n_failed) == (1, 1)
    assert len(made.map.presets) == N_BANK - 1
    assert failing.name not in {preset.name for preset in made.map.presets}


def test_a_bank_that_cannot_be_heard_and_a_synth_without_one_are_refused(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BankSynth, "presets", lambda _: [])
    with pytest.raises(InputError, match="comes without presets"):
        made_map(tmp_path / "sounds", address=address)
    silent = Preset("Silence", np.zeros(N_KNOBS, np.float32))
    monkeypatch.setattr(BankSynth, "presets", lambda _: [silent])
    with pytest.raises(InputError, match="not one preset"):
        made_map(tmp_path / "sounds", address=address)


def test_neighbours_on_the_map_sound_closer_than_random_pairs(made: MadeMap) -> None:
    presets = made.map.presets
    mel = audio_of(units_of(presets))[1].flatten(1)
    sounds = torch.cdist(mel, mel).numpy()
    places = np.array([(preset.x, preset.y) for preset in presets])
    apart = np.linalg.norm(places[:, None] - places, axis=-1)
    np.fill_diagonal(apart, np.inf)
    nearest = apart.argsort(1)[:, :3]
    others = sounds[~np.eye(len(sounds), dtype=bool)]
    # Three of four neighbours would have to be random ones to reach this.
    assert np.take_along_axis(sounds, nearest, 1).mean() < 0.75 * others.mean()


def test_tags_are_those_of_the_tag_command(
    made: MadeMap, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SineSynth, "presets", BankSynth.presets)
    render_dataset(
        DatasetDescription(synth="sine"), tmp_path, scheduler=address, open_synth=open_test_synth
    )
    dataset = Dataset.open(tmp_path)
    tagged = TagFile.of(dataset, lambda done, total: None)
    rows = {row.name: tagged.rows[row.index].tags for row in dataset.manifest.rows}
    assert {preset.name: preset.tags for preset in made.map.presets} == {
        preset.name: rows[preset.name] for preset in made.map.presets
    }


def test_descriptors_are_ranks_of_what_is_measured(made: MadeMap) -> None:
    audio, _ = audio_of(np.stack([preset.values for preset in BankSynth().presets()[:N_BANK]]))
    measured = describe(audio, torch.full((N_BANK,), Note().frequency_hz)).double().numpy()
    ranks = np.array([preset.descriptors for preset in made.map.presets])
    for column, found in zip(measured.T, ranks.T, strict=True):
        is_known = ~np.isnan(column)
        np.testing.assert_array_equal(found[~is_known], 0.5)
        expected = (mean_ranks(column[is_known]) - 1) / (is_known.sum() - 1)
        np.testing.assert_allclose(found[is_known], expected, rtol=0, atol=0.006)


def test_curves_begin_and_end_where_the_macro_knobs_do(made: MadeMap, tmp_path: Path) -> None:
    path = tmp_path / "sine.flow.ts"
    write_tiny_model(path, BankSynth())
    model = Model.load(path)
    latent, order = model.description.latent, model.description.order
    assert [curve.macro for curve in made.map.curves] == list(range(1, len(order) + 1))
    for curve, dimension in zip(made.map.curves, order, strict=True):
        assert curve.positions == tuple(np.linspace(0, 1, N_POSITIONS))
        ends = np.tile([each.mean for each in latent], (2, 1))
        ends[:, dimension] = latent[dimension].minimum, latent[dimension].maximum
        values = model.decode(torch.from_numpy(ends.astype(np.float32))).numpy()
        audio, _ = audio_of(SineSynth().table.snap(values))
        found = np.array([curve.descriptors[0], curve.descriptors[-1]])
        expected = describe(audio, torch.full((2,), Note().frequency_hz)).numpy()
        is_known = ~np.isnan(expected)
        np.testing.assert_allclose(found[is_known], expected[is_known], rtol=1e-3, atol=1e-6)


@pytest.mark.slow
def test_a_map_killed_in_its_midst_goes_on_to_the_same_result(
    made: MadeMap, tmp_path: Path
) -> None:
    log, folder = tmp_path / "log", tmp_path / "sounds"
    slowly = f"slow log={log}"
    n_killed = killed_after_notes("test_preset_map", f"made_map({folder!r}, {slowly!r})", log)
    log.unlink()
    assert made_map(folder, f"log={log}") == made
    n_whole = N_BANK + 1 + N_POSITIONS * len(made.map.curves)
    # What was being played is played again; the ends of two sweeps may be the same preset.
    assert len(log.read_text().splitlines()) <= n_whole - n_killed + 1


def test_places_are_different_and_on_the_map(made: MadeMap) -> None:
    places = [(preset.x, preset.y) for preset in made.map.presets]
    assert len(set(places)) == len(places)
    assert MARGIN <= np.min(places) <= np.max(places) <= 1 - MARGIN


@pytest.mark.parametrize("n_points", [1, 2, 5, 9, 10, 31])
def test_any_number_of_points_even_equal_ones_have_places_of_their_own(n_points: int) -> None:
    points = np.random.default_rng(0).random((n_points, 4))
    for given_points in (points, np.ones((n_points, 4))):
        places = layout(given_points, seed=0)
        assert places.shape == (n_points, 2)
        assert len(np.unique(places, axis=0)) == n_points
        assert MARGIN <= places.min() <= places.max() <= 1 - MARGIN
        np.testing.assert_allclose(places * GRID, np.rint(places * GRID), atol=1e-9)
        np.testing.assert_array_equal(layout(given_points, seed=0), places)


names = st.text(min_size=1, max_size=8).filter(lambda t: "\0" not in t)
shares = st.integers(0, GRID).map(lambda n: n / GRID)
Seven = tuple[float, ...]


def seven_of(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[Seven]:
    return st.lists(numbers, min_size=len(AXES), max_size=len(AXES)).map(tuple)


@st.composite
def maps(draw: st.DrawFn) -> PresetMap:
    """Any valid map."""
    n_knobs, n_categories = draw(st.integers(1, 4)), draw(st.integers(0, 3))
    places = draw(st.lists(st.tuples(shares, shares), min_size=1, max_size=4, unique=True))
    sides: st.SearchStrategy[Side] = st.sampled_from([-1, 0, 1])
    return PresetMap(
        synth=draw(names),
        model=draw(names),
        parameters=tuple(draw(names) for _ in range(n_knobs)),
        axes=MAP_AXES,
        categories=tuple(draw(names) for _ in range(n_categories)),
        presets=tuple(
            MapPreset(
                name=draw(names),
                category=draw(st.integers(-1, n_categories - 1)),
                x=x,
                y=y,
                tags=tuple(draw(sides) for _ in AXES),
                descriptors=draw(seven_of(shares)),
                units=tuple(draw(st.integers(0, UNIT_SCALE)) for _ in range(n_knobs)),
            )
            for x, y in places
        ),
        curves=tuple(
            MapCurve(
                macro=macro,
                positions=(0.0, 1.0),
                descriptors=tuple(draw(seven_of(st.floats(-1e6, 1e6))) for _ in range(2)),
            )
            for macro in range(1, draw(st.integers(1, 3)))
        ),
    )


@given(maps())
def test_a_map_read_back_is_the_map_written(written: PresetMap) -> None:
    assert PresetMap.model_validate_json(written.content, strict=True) == written
    assert written.content.decode() == written.content.decode("utf-8")


def test_a_map_survives_its_file(made: MadeMap, tmp_path: Path) -> None:
    made.map.write(tmp_path / "sine.map.json")
    assert PresetMap.read(tmp_path / "sine.map.json") == made.map


Damage = Callable[[dict[str, Any]], object]
DAMAGES: dict[str, tuple[Damage, str]] = {
    "newer": (lambda m: m.update(format_version=2), "'format_version' is 2: .* should be 1"),
    "unit too large": (lambda m: m["presets"][0]["units"].__setitem__(0, 10001), "is 10001"),
    "unit no whole number": (lambda m: m["presets"][0]["units"].__setitem__(0, 0.5), "is 0.5"),
    "off the map": (lambda m: m["presets"][1].update(x=1.5), "'presets.1.x' is 1.5"),
    "same place": (
        lambda m: m["presets"][1].update(x=m["presets"][0]["x"], y=m["presets"][0]["y"]),
        "a place of its own",
    ),
    "unknown category": (lambda m: m["presets"][0].update(category=7), "has category 7"),
    "a tag between": (lambda m: m["presets"][0]["tags"].__setitem__(0, 2), "tags.0' is 2"),
    "too few units": (lambda m: m["presets"][0]["units"].pop(), "has 5 units; it needs 6"),
    "too few tags": (lambda m: m["presets"][0]["tags"].pop(), "has 6 tags; it needs 7"),
    "too short a curve": (lambda m: m["curves"][0]["positions"].pop(), "macro knob 1 needs 7"),
    "no presets": (lambda m: m.update(presets=[]), "'presets': "),
    "no curves": (lambda m: m.pop("curves"), "'curves': Field required"),
    "an unknown key": (lambda m: m.update(colour="red"), "'colour' is 'red'"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_map_is_refused_with_a_sentence(
    made: MadeMap, tmp_path: Path, name: str
) -> None:
    damage, complaint = DAMAGES[name]
    content = json.loads(made.map.content)
    damage(content)
    path = tmp_path / "sine.map.json"
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match=complaint) as refused:
        PresetMap.read(path)
    assert str(refused.value).startswith(str(path))
    assert str(refused.value).endswith("make it again with 'flow-synth map'")


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b"\xff\xfe", b"[" * 100_000, b"1" * 5000])
def test_what_is_no_map_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "no.map.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match="make it again"):
        PresetMap.read(path)
    with pytest.raises(InputError, match="cannot be read"):
        PresetMap.read(tmp_path / "missing.map.json")


@given(st.text(st.characters(), max_size=12), st.integers(1, 9))
def test_a_shown_name_is_one_line_of_valid_text(name: str, number: int) -> None:
    shown = shown_name(name, number)
    assert shown.encode()
    assert shown.isprintable()
    assert shown == shown.strip()
    assert shown_name(shown, number) == shown


def test_odd_names_are_mended() -> None:
    assert shown_name("  Glass\tAnchor\n", 1) == "Glass Anchor"
    assert shown_name("B\ud800d", 1) == "B?d"
    assert shown_name(" \x00", 7) == "Preset 7"


def test_the_command_writes_the_map_and_clears_its_journals(
    run: Run, made: MadeMap, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synths, "open_synth", open_test_synth)
    monkeypatch.setattr(library, "open_synth", lambda _: BankSynth())
    write_tiny_model(tmp_path / "sine.flow.ts", BankSynth())
    out = tmp_path / "sine.map.json"
    command = ["map", tmp_path / "sine.flow.ts", "--out", out, "--scheduler", address]
    outcome = run(*command, "--json")
    assert outcome.code == 0
    assert json.loads(outcome.out) == {
        "file": str(out),
        "bytes": out.stat().st_size,
        "presets": N_BANK,
        "repeated": 1,
        "silent": 1,
        "failed": 0,
    }
    assert PresetMap.read(out) == made.map
    before = out.read_bytes()
    assert f"Wrote a map of {N_BANK} presets to {out}" in run(*command).out
    assert out.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"sine.flow.ts", out.name}


@pytest.mark.parametrize(
    ("model", "out", "complaint"),
    [
        ("missing", "a.map.json", "there is no model missing"),
        ("missing", "a.txt", "is no name for a preset map"),
        ("missing", "nowhere/a.map.json", "cannot write"),
        ("missing", "mine.json", "something else than a preset map"),
    ],
)
def test_the_command_says_in_a_sentence_what_it_cannot_use(
    run: Run, tmp_path: Path, model: str, out: str, complaint: str
) -> None:
    (tmp_path / "mine.json").write_text('{"format": "mine"}')
    outcome = run("map", model, "--out", tmp_path / out)
    assert outcome.code == 2
    (sentence,) = outcome.sentences
    assert complaint in sentence
    assert [path.name for path in tmp_path.iterdir()] == ["mine.json"]


def test_a_model_of_an_unknown_synth_is_refused(run: Run, tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "sine.flow.ts", SineSynth())
    outcome = run("map", tmp_path / "sine.flow.ts", "--out", tmp_path / "a.map.json")
    assert outcome.code == 2
    assert "synth 'sine' is unknown" in outcome.sentences[0]


@pytest.mark.parametrize("name", SHIPPED_MAPS)
def test_a_shipped_map_is_of_its_model_and_gives_its_knobs_back(name: str) -> None:
    with resources.as_file(SHIPPED.joinpath(name)) as path:
        shipped = PresetMap.read(path)
        assert shipped.content == path.read_bytes()
    assert shipped.model == name.removesuffix(SUFFIX)
    synth: Synth = open_synth(library.load_model(shipped.model).description.synth)
    assert (shipped.synth, shipped.parameters) == (synth.identity, synth.table.names)
    knobs = synth.table.snap(np.stack([preset.values for preset in synth.presets()]))
    known = {tuple(row) for row in np.rint(knobs.astype(np.float64) * UNIT_SCALE).astype(int)}
    assert {preset.units for preset in shipped.presets} <= known
    assert len(shipped.curves) == 16


def test_both_shipped_models_have_a_map() -> None:
    assert [name.removesuffix(SUFFIX) for name in SHIPPED_MAPS] == list(library.shipped_models())
