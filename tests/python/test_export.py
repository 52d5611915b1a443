"""Export: what a model file computes, and what is refused."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from models_for_tests import learnt_model, settings, write_tiny_model
from synths_for_tests import N_KNOBS, SineSynth
from torch import Tensor, nn

from flow_synth import export, features, torchscript
from flow_synth.error import InputError
from flow_synth.export import Model, export_model, export_run, flow_weights
from flow_synth.flow import FlowKind
from flow_synth.made import MaskedLinear
from flow_synth.model_file import OptionalMethod, read_model_file
from flow_synth.models import Family
from flow_synth.models import Model as TrainedModel
from flow_synth.models.flow_dis import SLIDER_STEP
from flow_synth.models.flow_post import FlowRegressor
from flow_synth.models.settings import FlowSettings
from flow_synth.synths.builtin import BuiltinSynth, builtin_table
from flow_synth.tag import AXES
from flow_synth.torchscript import ExportedModel, ExportError, exported, premasked, rounded

GOLDEN = Path(__file__).parents[1] / "golden" / "golden-2.flow.ts"
TABLE = builtin_table()
ENDS = ("weight", "bias")


@pytest.fixture(scope="module")
def trained() -> TrainedModel:
    """A small model moved away from its initial state, as training would; as a file keeps it."""
    return rounded(learnt_model(settings(), len(TABLE)))


@pytest.fixture(scope="module")
def mels() -> Tensor:
    return torch.randn(40, 128, 87, generator=torch.Generator().manual_seed(1)) - 5


def exported_to(path: Path, model: TrainedModel, mels: Tensor) -> Model:
    export_model(
        model,
        path,
        family="flow_post",
        synth=("builtin", "1"),
        table=TABLE,
        mels=mels,
        training_run="run",
        recipe={"epochs": 3, "noise": None},
        scores={"model": {"mss_mean": 1.5}},
        licence="MIT",
    )
    return Model.load(path)


@pytest.mark.parametrize("batch", [1, 7, 33])
def test_the_file_computes_what_the_model_does(
    tmp_path: Path, trained: TrainedModel, mels: Tensor, batch: int
) -> None:
    model = exported_to(tmp_path / "a.flow.ts", trained, mels)
    with torch.inference_mode():
        z = trained.encode(mels[:batch])
        v = trained.decode(z)
        torch.testing.assert_close(model.encode(mels[:batch]), z, atol=1e-5, rtol=0)
        torch.testing.assert_close(model.decode(z), v, atol=1e-6, rtol=0)
        torch.testing.assert_close(model.invert(v), trained.invert(v), atol=1e-4, rtol=0)
        torch.testing.assert_close(model.reconstruct(z), trained.reconstruct(z), atol=1e-5, rtol=0)
        torch.testing.assert_close(model.posterior(mels[:batch])[0], z, atol=1e-5, rtol=0)


def test_knobs_located_in_the_audio_space_come_back(
    tmp_path: Path, trained: TrainedModel, mels: Tensor
) -> None:
    model = exported_to(tmp_path / "a.flow.ts", trained, mels)
    v = torch.rand(16, len(TABLE), generator=torch.Generator().manual_seed(2))
    v[0], v[1] = 0.0, 1.0
    torch.testing.assert_close(model.decode(model.invert(v)), v, atol=2e-5, rtol=0)


def test_resampling_and_features_are_the_package_s(
    tmp_path: Path, trained: TrainedModel, mels: Tensor
) -> None:
    model = exported_to(tmp_path / "a.flow.ts", trained, mels)
    audio = torch.rand(2, 48000, generator=torch.Generator().manual_seed(3)) - 0.5
    resampled = model.resample(audio, 48000)
    torch.testing.assert_close(resampled, features.Resampler()(audio, 48000), atol=0, rtol=0)
    padded = torch.nn.functional.pad(resampled, (0, features.N_SAMPLES - resampled.shape[1]))
    torch.testing.assert_close(model.features(padded), features.LogMel()(padded))


def test_the_description_tells_what_the_model_is(
    tmp_path: Path, trained: TrainedModel, mels: Tensor
) -> None:
    path = tmp_path / "a.flow.ts"
    description = exported_to(path, trained, mels).description
    assert description == read_model_file(path).description
    assert description.parameters == TABLE
    assert description.scores == {"model": {"mss_mean": 1.5}}
    assert description.recipe == {"epochs": 3, "noise": None}
    assert description.family == "flow_post"
    effects = [description.latent[index].effect for index in description.order]
    assert effects == sorted(effects, reverse=True)
    z = trained.encode(mels)
    deviation = [dimension.standard_deviation for dimension in description.latent]
    np.testing.assert_allclose(deviation, z.detach().std(0, correction=0), rtol=1e-3)


@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
def test_a_file_keeps_large_weights_in_half_precision(
    tmp_path: Path, builtin: BuiltinSynth
) -> None:
    path = tmp_path / "a.flow.ts"
    write_tiny_model(path, builtin)
    archive = read_model_file(path).archive
    stored = torch.jit.load(io.BytesIO(archive), map_location="cpu").model.state_dict().values()
    weights = [tensor for tensor in stored if tensor.is_floating_point()]
    types = {torch.float16: weights[:0], torch.float32: weights[:0]}
    for weight in weights:
        types[weight.dtype].append(weight)
    assert all(weight.numel() >= 1024 for weight in types[torch.float16])
    assert all(weight.numel() < 1024 for weight in types[torch.float32])
    assert all(types.values())


def test_kept_weights_are_the_nearest_in_half_precision(trained: TrainedModel) -> None:
    original = learnt_model(settings(), len(TABLE)).state_dict()
    for name, kept in trained.state_dict().items():
        if kept.is_floating_point():
            torch.testing.assert_close(kept, original[name], rtol=2**-11, atol=2**-24)
        if kept.numel() < 1024:
            assert torch.equal(kept, original[name])


def test_a_weight_beyond_half_precision_is_refused() -> None:
    model = learnt_model(settings(), 8)
    with torch.no_grad():
        next(p for p in model.encoder.parameters() if p.numel() > 1024)[0] = 1e5
    with pytest.raises(ExportError, match="is too large for half precision"):
        rounded(model)


def test_masks_are_multiplied_in(trained: TrainedModel) -> None:
    plain = premasked(trained)
    assert not any(isinstance(module, MaskedLinear) for module in plain.modules())
    assert any(isinstance(module, MaskedLinear) for module in trained.modules())


@pytest.fixture(scope="module")
def builtin() -> BuiltinSynth:
    """A synth with more knobs than there are semantic axes."""
    return BuiltinSynth()


@pytest.mark.parametrize("family", Family)
def test_a_file_has_the_methods_that_its_model_has(
    tmp_path: Path, builtin: BuiltinSynth, family: Family
) -> None:
    path = tmp_path / "a.flow.ts"
    write_tiny_model(path, builtin, family)
    model = Model.load(path)
    is_flow = family.has_regression_flow
    has_ears = family is Family.FLOW_CLASS
    wanted = {
        OptionalMethod.INVERT: is_flow,
        OptionalMethod.RECONSTRUCT: not family.is_direct,
        OptionalMethod.SAMPLE: has_ears,
        OptionalMethod.PREDICT: has_ears,
    }
    assert model.description.methods == tuple(method for method in wanted if wanted[method])
    z = torch.zeros(2, len(TABLE))
    others = {
        OptionalMethod.SAMPLE: (torch.zeros(1, 128, 87), z, 1.0),
        OptionalMethod.PREDICT: (z, torch.full((2, 2), 60.0)),
    }
    for method, is_there in wanted.items():
        arguments = others.get(method, (z,))
        if is_there:
            assert len(getattr(model, method)(*arguments)) == 2
        else:
            with pytest.raises(InputError, match=rf"has no .*: its family is '{family}'; use"):
                getattr(model, method)(*arguments)
    assert (read_model_file(path).flow is not None) == is_flow


@pytest.mark.parametrize("kind", FlowKind)
def test_the_core_gets_the_weights_of_flows_that_it_runs(kind: FlowKind) -> None:
    flow = FlowSettings(kind=kind, n_layers=2, n_hidden=8)
    model = learnt_model(settings().model_copy(update={"regression_flow": flow}), 8)
    assert (flow_weights(premasked(model)) is None) == (kind is FlowKind.SPLINE)


def test_a_random_flow_is_exported_by_its_means(tmp_path: Path) -> None:
    """Run by hand from the blob's weights, as the core does."""
    model = learnt_model(settings(Family.FLOW_COND), 8)
    weights = flow_weights(premasked(model))
    assert weights is not None
    assert weights.tensors["layers.0.2.weight"].shape == (16, 16)
    z = torch.randn(5, 8)
    x = z
    for layer in range(weights.n_layers):
        hidden = x = x.flip(-1) if layer else x
        for place in range(3):
            name = f"layers.{layer}.{place}"
            weight, bias = (torch.from_numpy(weights.tensors[f"{name}.{end}"]) for end in ENDS)
            hidden = hidden @ weight.T + bias
            if place < 2:
                hidden = nn.functional.leaky_relu(hidden, weights.negative_slope)
        shift, raw = hidden.chunk(2, -1)
        x = x * raw.tanh().exp() + shift
    assert isinstance(model.regressor, FlowRegressor)
    torch.testing.assert_close(model.regressor.boundary.inverse(x), model.decode(z))


def test_sliders_move_the_dimensions_that_follow_tags(
    tmp_path: Path, builtin: BuiltinSynth
) -> None:
    path = tmp_path / "a.flow.ts"
    write_tiny_model(path, builtin, Family.FLOW_DIS)
    description = Model.load(path).description
    assert [axis.name for axis in description.semantic_axes] == [axis.name for axis in AXES]
    directions = np.array([axis.direction for axis in description.semantic_axes])
    np.testing.assert_array_equal(directions, SLIDER_STEP * np.eye(len(AXES), len(TABLE)))
    write_tiny_model(path, builtin)
    assert not Model.load(path).description.semantic_axes


def test_a_model_without_a_way_back_computes_and_says_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "a.flow.ts"
    write_tiny_model(path, SineSynth(), Family.MLP)
    model = Model.load(path)
    mel = torch.randn(2, 128, 87) - 6
    z = model.encode(mel)
    torch.testing.assert_close(model.posterior(mel)[0], z)
    v = model.decode(z)
    assert v.shape == (2, N_KNOBS)
    assert 0 < v.min() < v.max() < 1
    with pytest.raises(InputError) as refused:
        model.invert(v)
    assert str(refused.value) == (
        "this model has no inverse: its family is 'mlp'; use a flow model"
    )
    with pytest.raises(InputError) as refused:
        model.reconstruct(z)
    assert str(refused.value) == (
        "this model has no decoder: its family is 'mlp'; use an auto-encoder or a flow model"
    )


def test_a_description_that_promises_other_methods_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.flow.ts"
    with zipfile.ZipFile(GOLDEN) as source, zipfile.ZipFile(path, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("flow_synth.json"):
                content = content.replace(b'"reconstruct"', b'"predict"')
            archive.writestr(name, content)
    with pytest.raises(InputError, match="its description and its TorchScript disagree"):
        Model.load(path)


def test_a_resampler_that_does_not_compute_the_same_is_not_written(
    tmp_path: Path, trained: TrainedModel, mels: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Louder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.resampler = features.Resampler()

        def forward(self, audio: Tensor, rate: int) -> Tensor:
            resampled: Tensor = self.resampler(audio, rate)
            return 1.001 * resampled

    def louder(model: TrainedModel) -> ExportedModel:
        module = exported(model)
        # By name: to mypy, another class is no Resampler.
        setattr(module, "resampler", Louder())  # noqa: B010
        return module

    monkeypatch.setattr(export, "exported", louder)
    with pytest.raises(ExportError, match="'resample' differs"):
        exported_to(tmp_path / "a.flow.ts", trained, mels)


def test_a_model_that_does_not_compute_the_same_is_not_written(
    tmp_path: Path, trained: TrainedModel, mels: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_masks(model: TrainedModel) -> TrainedModel:
        plain = premasked(model)
        with torch.no_grad():
            assert isinstance(plain.regressor, FlowRegressor)
            for layer in plain.regressor.flow.modules():
                if isinstance(layer, torch.nn.Linear):
                    layer.weight.add_(0.01)
        return plain

    monkeypatch.setattr(torchscript, "premasked", without_masks)
    with pytest.raises(ExportError, match="differs from the trained"):
        exported_to(tmp_path / "a.flow.ts", trained, mels)
    assert list(tmp_path.iterdir()) == []


def headers_of(content: bytes) -> list[int]:
    """Places of all bytes of an archive that no checksum covers."""
    places = set(range(len(content)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            start = entry.header_offset + 30 + len(entry.filename)
            places -= set(range(start, start + entry.file_size))
    return sorted(places)


@pytest.mark.slow
def test_a_flipped_bit_in_a_header_is_refused_or_changes_nothing(tmp_path: Path) -> None:
    content = GOLDEN.read_bytes()
    headers = headers_of(content)
    assert 1000 < len(headers) < len(content) / 4
    mel, z = (
        torch.from_numpy(np.load(GOLDEN.with_name(f"golden-2-{name}.npy")))
        for name in ("mel", "z")
    )
    whole = Model.load(GOLDEN)
    n_intact, path = 0, tmp_path / "damaged.flow.ts"
    generator = np.random.default_rng(0)
    for place in generator.choice(headers, 300):
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(generator.integers(8))
        path.write_bytes(damaged)
        try:
            model = Model.load(path)
        except InputError:
            continue
        n_intact += 1
        assert model.description == whole.description
        assert torch.equal(model.encode(mel), whole.encode(mel))
        assert torch.equal(model.decode(z), whole.decode(z))
    assert 0 < n_intact < 300


@pytest.mark.parametrize("lost", ["version", "data.pkl", "code/"])
def test_an_archive_that_libtorch_cannot_run_is_refused(tmp_path: Path, lost: str) -> None:
    check_refused(tmp_path / "a.flow.ts", lambda name: name.startswith(lost), None)


def test_an_archive_of_a_newer_libtorch_is_refused(tmp_path: Path) -> None:
    check_refused(tmp_path / "a.flow.ts", lambda name: name == "version", b"99\n")


def check_refused(path: Path, is_meant: Callable[[str], bool], content: bytes | None) -> None:
    """Loads the golden model with some entries replaced, or left out, whose checksums fit."""
    with zipfile.ZipFile(GOLDEN) as source, zipfile.ZipFile(path, "w") as archive:
        for name in source.namelist():
            wanted = content if is_meant(name.partition("/")[2]) else source.read(name)
            if wanted is not None:
                archive.writestr(name, wanted)
    with pytest.raises(InputError, match=r"LibTorch cannot run it \(.+\); export") as refused:
        Model.load(path)
    assert "\n" not in str(refused.value)


def test_a_wrong_name_or_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.flow\.ts"):
        export_run(tmp_path, tmp_path / "model.pt")
    with pytest.raises(InputError, match="holds no training run"):
        export_run(tmp_path, tmp_path / "model.flow.ts")
