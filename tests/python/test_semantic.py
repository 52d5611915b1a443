"""Controls of a model whose map is known, from its sliders to pictures, page and command."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clusters_for_tests import in_this_process
from datasets_for_tests import played_dataset
from matplotlib import image
from numpy.typing import NDArray
from synths_for_tests import N_KNOBS, open_test_synth
from typer.testing import CliRunner

from flow_synth import library, semantic_page, synths
from flow_synth.__main__ import app
from flow_synth.control import Comparison, Interval, Scale, Unevenness
from flow_synth.control_picture import ControlPicture, draw_controls
from flow_synth.dataset import Dataset
from flow_synth.dataset_description import DatasetDescription
from flow_synth.error import InputError
from flow_synth.export import feature_settings
from flow_synth.fold import Split
from flow_synth.latent_sweep import N_STEPS, POSITIONS, LatentSweeps, Sweep
from flow_synth.model_file import ModelDescription, Normalisation
from flow_synth.model_interface import LatentDimension, SemanticAxis
from flow_synth.rendering import render_dataset
from flow_synth.semantic import Controls, Measured, measure_controls
from flow_synth.tag import AXES
from flow_synth.target import Targets
from flow_synth.workplace import Workplace

N_PRESETS = 2
#: The knobs that the two latent dimensions turn: the first partial, and the sixth.
TURNED = (0, 5)
BRIGHTER = SemanticAxis(name="brightness", low="dark", high="bright", direction=(0.0, 1.0))
IDLE = SemanticAxis(name="attack", low="fast attack", high="slow attack", direction=(0.0, 0.0))


def latent(reach: float) -> LatentDimension:
    return LatentDimension(
        mean=0, standard_deviation=reach / 2, minimum=-reach, maximum=reach, effect=0.1
    )


class TwoKnobs:
    """Knows two knobs of sounds of a dataset; the first moves a little and the second much."""

    def __init__(
        self, dataset: Dataset, axes: tuple[SemanticAxis, ...] = (BRIGHTER, IDLE)
    ) -> None:
        self.description = ModelDescription(
            synth="sine",
            synth_version="1",
            family="flow_dis",
            parameters=dataset.table,
            latent=(latent(0.2), latent(4.0)),
            order=(0, 1),
            semantic_axes=axes,
            features=feature_settings(),
            torch_version="2.13.0",
            methods=(),
            normalisation=Normalisation(mean=0, standard_deviation=1),
            training_run="run",
            recipe={},
            scores={},
            licence="MIT",
        )
        self._mel = dataset.mel(np.arange(len(dataset)))
        self._values = dataset.values

    def info(self) -> dict[str, Any]:
        return self.description.model_dump(mode="json")

    def encode(self, mel: NDArray[np.float32]) -> NDArray[np.float32]:
        distances = [np.abs(self._mel - one).sum((1, 2)) for one in mel]
        z: NDArray[np.float32] = self._values[np.argmin(distances, axis=1)][:, TURNED]
        return z - np.float32(0.5)

    def decode(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        values = np.full((len(z), N_KNOBS), 0.3, np.float32)
        values[:, TURNED] = 0.5 + z / 10
        return values


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return played_dataset()


@pytest.fixture(scope="module")
def targets(dataset: Dataset) -> Targets:
    return Targets.of_rows(dataset, Split.TEST, N_PRESETS, seed=0)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A cluster of one worker in this process."""
    with in_this_process(n_workers=1, threads_per_worker=1) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def scale() -> Scale:
    return Scale(np.zeros(len(AXES)), np.ones(len(AXES)))


@pytest.fixture(scope="module")
def measured(
    dataset: Dataset,
    targets: Targets,
    scale: Scale,
    address: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Measured:
    place = Workplace(tmp_path_factory.mktemp("sweeps"), open_test_synth, address)
    model = TwoKnobs(dataset)
    return measure_controls(model, model.description, dataset, targets, scale, place)


def test_a_slider_moves_z_by_its_position_times_its_direction_and_nothing_else(
    dataset: Dataset, targets: Targets
) -> None:
    model = TwoKnobs(dataset)
    sweeps = LatentSweeps(model, model.description, dataset.table, targets.mel).around(0)
    before = model.decode(model.encode(targets.mel[:1]))[0]
    brighter, idle = sweeps[Sweep.AXES]
    np.testing.assert_array_equal(brighter[N_STEPS // 2], before)
    np.testing.assert_allclose(
        brighter[:, TURNED[1]], before[TURNED[1]] + POSITIONS / 10, rtol=1e-5
    )
    others = np.arange(N_KNOBS) != TURNED[1]
    np.testing.assert_array_equal(brighter[:, others], np.tile(before[others], (N_STEPS, 1)))
    np.testing.assert_array_equal(idle, np.tile(before, (N_STEPS, 1)))


def test_a_line_of_knobs_has_the_ends_of_its_way(dataset: Dataset, targets: Targets) -> None:
    model = TwoKnobs(dataset)
    sweeps = LatentSweeps(model, model.description, dataset.table, targets.mel).around(0)
    pairs = ((Sweep.MACROS, Sweep.MACRO_LINES), (Sweep.PAIR, Sweep.PAIR_LINE))
    for way, line in pairs:
        np.testing.assert_array_equal(sweeps[way][:, [0, -1]], sweeps[line][:, [0, -1]])
        steps = np.diff(sweeps[line], axis=1)
        np.testing.assert_allclose(steps, np.broadcast_to(steps[:, :1], steps.shape), atol=1e-6)
    macros = sweeps[Sweep.MACROS]
    np.testing.assert_allclose(macros[0, [0, -1], TURNED[0]], [0.48, 0.52], rtol=1e-6)
    np.testing.assert_allclose(macros[1, [0, -1], TURNED[1]], [0.1, 0.9], rtol=1e-6)
    np.testing.assert_allclose(sweeps[Sweep.ENDS][1, :, TURNED[1]], [0.3, 0.7], rtol=1e-6)


def test_a_slider_that_brightens_passes_and_one_that_does_nothing_does_not(
    measured: Measured,
) -> None:
    brightness, attack = measured.controls.axes
    assert brightness.passed.mean == 1
    assert brightness.correlations == pytest.approx((1, 1, 1))
    # All partials decay alike: the sustained level knows nothing of their mixture.
    shares = dict(zip((axis.name for axis in AXES), brightness.shares, strict=True))
    assert shares["brightness"] == 1
    assert shares["sustain"] is not None
    assert shares["sustain"] < 0.05
    assert attack.passed.mean == attack.contained.mean == 0
    assert attack.change_db == 0
    assert set(attack.movements) == {0}


def test_macro_knobs_are_ordered_by_what_is_heard_of_them(measured: Measured) -> None:
    controls = measured.controls
    assert [macro.dimension for macro in controls.macros] == [1, 0]
    effects = [macro.effect_db for macro in controls.macros]
    assert effects[0]
    assert effects[1]
    assert effects[0].mean > 2 * effects[1].mean > 0
    assert [each.dimension for each in controls.strongest] == [1, 0]
    assert next(iter(controls.strongest[0].knobs)) == "Partial 6"


def test_a_map_that_is_linear_is_as_smooth_as_the_line_of_knobs(measured: Measured) -> None:
    for smoothness in (measured.controls.macro_smoothness, measured.controls.pair_smoothness):
        found = smoothness[Unevenness.LARGEST_STEP_DB]
        assert found
        assert found.path.mean > 0
        assert abs(found.difference.mean) < 0.01 * found.path.mean


def test_what_was_measured_counts_presets_and_can_be_read_again(
    measured: Measured, tmp_path: Path
) -> None:
    controls = measured.controls
    assert (controls.n_presets, controls.n_macro_presets, controls.n_pairs) == (N_PRESETS, 1, 1)
    assert controls.n_failed == 0
    file = tmp_path / "controls.json"
    file.write_bytes(controls.content)
    assert Controls.read(file) == controls
    file.write_bytes(controls.content.replace(b"controls", b"control"))
    with pytest.raises(InputError, match="holds no scores of controls"):
        Controls.read(file)


def test_what_cannot_be_measured_is_refused(
    dataset: Dataset, targets: Targets, scale: Scale, tmp_path: Path
) -> None:
    place = Workplace(tmp_path, open_test_synth)
    model = TwoKnobs(dataset)
    warm = BRIGHTER.model_copy(update={"name": "warmth"})
    with pytest.raises(InputError, match="'warmth'"):
        measure_controls(
            model, TwoKnobs(dataset, (warm,)).description, dataset, targets, scale, place
        )
    one = Targets.of_rows(dataset, Split.TEST, 1, seed=0)
    with pytest.raises(InputError, match="one preset is not enough"):
        measure_controls(model, model.description, dataset, one, scale, place)


def with_every_axis(measured: Measured) -> Measured:
    """As if every axis of the tags had a slider like the first one, over noise."""
    score = measured.controls.axes[0]
    axes = tuple(score.model_copy(update={"name": axis.name}) for axis in AXES)
    controls = measured.controls.model_copy(update={"axes": axes})
    noise = np.random.default_rng(0).normal(-6, 2, measured.slider_mels[0].shape)
    return Measured(controls, [noise.astype(np.float32)] * len(AXES), measured.macro_mels)


def test_every_picture_is_small_and_not_blank(measured: Measured) -> None:
    pictures = draw_controls(with_every_axis(measured))
    assert set(pictures) == set(ControlPicture)
    for content in pictures.values():
        assert len(content) < 80_000
        pixels = image.imread(io.BytesIO(content))[..., :3]
        assert pixels.min() < 0.5 < 0.9 < pixels.max()


def without_sliders(measured: Measured) -> Measured:
    controls = measured.controls.model_copy(update={"axes": ()})
    return Measured(controls, [], measured.macro_mels)


def test_a_model_without_sliders_has_pictures_and_a_page_of_its_macro_knobs(
    measured: Measured,
) -> None:
    plain = without_sliders(measured)
    macros = {ControlPicture.MACROS, ControlPicture.MACRO_SOUNDS}
    drawn = draw_controls(plain)
    assert set(drawn) == macros
    assert draw_controls(plain) == drawn
    page = semantic_page.semantic_page({"semantic/sine": plain.controls})
    assert "This model has no semantic sliders." in page
    assert {picture for picture in ControlPicture if f"sine-{picture}.png" in page} == macros


def cells(page: str, start: str) -> list[str]:
    (line,) = (line for line in page.splitlines() if line.startswith(f"| {start} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_page_says_what_the_result_says(
    measured: Measured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "semantic").mkdir()
    file, page = tmp_path / "semantic" / "sine.json", tmp_path / "semantic.md"
    file.write_bytes(measured.controls.content)
    monkeypatch.setattr("sys.argv", ["semantic_page", str(page), str(file)])
    semantic_page.main()
    text = page.read_text(encoding="utf-8")
    assert text == semantic_page.semantic_page({"semantic/sine": measured.controls})
    for picture in ControlPicture:
        assert f"(semantic/sine-{picture}.png)" in text
    brightness = cells(text, "brightness: dark to bright")
    assert brightness[1:3] == ["100% [100%, 100%]", f"{N_PRESETS} of {N_PRESETS}"]
    assert cells(text, "attack: fast attack to slow attack")[1] == "0% [0%, 0%]"
    assert "**brightness** follows its slider on 100% of the presets, at least 90%;" in text
    assert "**attack** follows its slider on 0% of the presets, less than 90%;" in text
    (macro,) = (macro for macro in measured.controls.macros if macro.dimension == 1)
    assert macro.effect_db
    assert cells(text, "z1")[1].startswith(f"{macro.effect_db.mean:.3g} [")


def test_a_slider_names_what_moves_most_and_what_share_of_the_measured_passed(
    measured: Measured,
) -> None:
    score = measured.controls.axes[0]
    shares = tuple({"brightness": 1.0, "dirt": 0.55}.get(axis.name) for axis in AXES)
    passed = score.passed.model_copy(update={"mean": 0.5})
    axis = score.model_copy(
        update={"shares": shares, "passed": passed, "n_presets": 100, "n_measured": 80}
    )
    lone = axis.model_copy(update={"shares": (None,) * len(AXES), "n_measured": 100})
    page = semantic_page.semantic_page(
        {"semantic/sine": measured.controls.model_copy(update={"axes": (axis, lone)})}
    )
    assert (
        "- **brightness** follows its slider on 50% of the presets, less than 90% (62% of the 80 "
        "at which it can be measured); of the others dirt moves most, 0.55 times as far, more "
        "than a third."
    ) in page
    assert "less than 90%; of the others none can be measured." in page


def test_smoothness_is_told_by_the_interval_of_the_paired_difference(measured: Measured) -> None:
    ends = [(-2.0, -1.0), (1.0, 2.0), (-1.0, 1.0), (1.0, 2.0)]
    smoothness = {
        kind: Comparison(
            path=Interval(mean=1, low=0, high=2, n=9),
            line=Interval(mean=1, low=0, high=2, n=9),
            difference=Interval(mean=sum(end) / 2, low=end[0], high=end[1], n=9),
            wins=0.5,
        )
        for kind, end in zip(Unevenness, ends, strict=False)
    }
    controls = measured.controls.model_copy(
        update={"macro_smoothness": smoothness, "pair_smoothness": {}}
    )
    page = semantic_page.semantic_page({"semantic/sine": controls})
    assert page.count("Is the way through the audio space smoother") == 1
    assert (
        "it is **smoother** in 1 of 4 measures (mean step of the descriptors), it is **less "
        "smooth** in 2 of 4 measures (largest step of the descriptors; mean step of the sound), "
        "it **cannot be told** in 1 of 4 measures (mean second difference of the descriptors)."
    ) in page


def test_the_page_of_the_docs_is_that_of_its_results() -> None:
    docs = Path(__file__).parents[2] / "docs"
    files = sorted((docs / "semantic").glob("*.json"))
    assert files
    results = {f"semantic/{file.stem}": Controls.read(file) for file in files}
    assert (docs / "semantic.md").read_text(encoding="utf-8") == semantic_page.semantic_page(
        results
    )
    for file in files:
        assert all(picture.beside(file).exists() for picture in ControlPicture)


def test_the_command_writes_result_and_pictures_and_clears_its_journals(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, out = tmp_path / "data", tmp_path / "sine.json"
    render_dataset(
        DatasetDescription(synth="sine", draws=30),
        data,
        scheduler=address,
        open_synth=open_test_synth,
    )
    monkeypatch.setattr(synths, "open_synth", open_test_synth)
    model = TwoKnobs(Dataset.open(data), (BRIGHTER,))
    monkeypatch.setattr(library, "load_native_model", lambda _: model)
    command = ["semantic", "two.flow.ts", "--dataset", str(data), "--out", str(out)]
    arguments = [*command, "--presets", "2", "--validation", "--scheduler", address]
    outcome = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert outcome.exit_code == 0
    controls = Controls.read(out)
    assert controls.split is Split.VALIDATION
    assert controls.axes[0].passed.mean == 1
    assert "brightness" in outcome.stdout
    pictures = {picture.beside(out).name for picture in ControlPicture}
    assert {path.name for path in tmp_path.iterdir()} == {"data", out.name, *pictures}


def test_the_command_does_not_write_over_something_else(tmp_path: Path) -> None:
    out = tmp_path / "evaluation.json"
    out.write_text('{"format": "flow-synth evaluation"}')
    for name in (out, tmp_path / "scores.txt"):
        command = ["semantic", "missing", "--dataset", str(tmp_path), "--out", str(name)]
        with pytest.raises(InputError, match=r"something else|let it end in '.json'"):
            CliRunner().invoke(app, command, catch_exceptions=False)
