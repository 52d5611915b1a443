"""The flow blob: what is written is read, and nothing else is."""

import hashlib
import math
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from models_for_tests import settings
from numpy.typing import NDArray

from flow_synth.error import InputError
from flow_synth.export import flow_weights
from flow_synth.flow import FlowKind
from flow_synth.flow_blob import (
    Activation,
    FlowType,
    FlowWeights,
    decode_flow_blob,
    encode_flow_blob,
)
from flow_synth.model_file import read_model_file
from flow_synth.model_interface import (
    FeatureSettings,
    Interface,
    LatentDimension,
    SemanticAxis,
)
from flow_synth.models import new_model
from flow_synth.models.settings import FlowSettings
from flow_synth.parameter import Curve, Kind, Parameter, ParameterTable
from flow_synth.torchscript import premasked

Doubles = NDArray[np.float64]

GOLDEN = Path(__file__).parents[1] / "golden"

# The header of docs/model-file.md.
VERSION_AT = 8
DIGEST_AT = 24
PAYLOAD_AT = 56

numbers = st.floats(-1e9, 1e9)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@st.composite
def parameters(draw: st.DrawFn, name: str) -> Parameter:
    """One knob of any kind."""
    kind = draw(st.sampled_from(Kind))
    choices: tuple[str, ...] = ()
    curve = Curve.LINEAR
    minimum, maximum, step = 0.0, 1.0, 1.0
    if kind is Kind.CATEGORICAL:
        choices = tuple(draw(st.lists(texts, min_size=2, max_size=4)))
        maximum = len(choices) - 1
    elif kind is Kind.ORDINAL:
        minimum, step = draw(st.integers(-9, 9)), draw(st.integers(1, 5))
        maximum = minimum + step * draw(st.integers(1, 9))
    else:
        curve = draw(st.sampled_from(Curve))
        minimum = draw(st.floats(1e-3, 1e3)) if curve is Curve.LOG else draw(numbers)
        maximum = minimum + draw(st.floats(1.0, 1e6))
    return Parameter(
        name=name,
        label=draw(texts),
        unit=draw(texts),
        minimum=minimum,
        maximum=maximum,
        default=draw(st.sampled_from([minimum, maximum])),
        kind=kind,
        curve=curve,
        step=step,
        choices=choices,
    )


@st.composite
def interfaces(draw: st.DrawFn) -> Interface:
    """Whatever a model may tell a host."""
    n_dimensions = draw(st.integers(1, 4))
    latent = [
        LatentDimension(
            mean=draw(numbers),
            standard_deviation=draw(st.floats(0, 9)),
            minimum=draw(numbers),
            maximum=draw(numbers),
            effect=draw(st.floats(0, 1)),
        )
        for _ in range(n_dimensions)
    ]
    vectors = st.lists(numbers, min_size=n_dimensions, max_size=n_dimensions)
    axes = st.builds(SemanticAxis, name=texts, low=texts, high=texts, direction=vectors.map(tuple))
    count = st.integers(0, 2**32 - 1)
    return Interface(
        synth=draw(texts),
        synth_version=draw(texts),
        family=draw(texts),
        parameters=ParameterTable(
            tuple(draw(parameters(f"knob {index}")) for index in range(n_dimensions))
        ),
        latent=tuple(latent),
        order=tuple(sorted(range(n_dimensions), key=lambda index: -latent[index].effect)),
        semantic_axes=tuple(draw(st.lists(axes, max_size=2))),
        features=FeatureSettings(
            sample_rate_hz=draw(count),
            n_samples=draw(count),
            fft_size=draw(count),
            hop_samples=draw(count),
            n_mels=draw(count),
            n_frames=draw(count),
            minimum_hz=draw(numbers),
            maximum_hz=draw(numbers),
            log_floor=draw(numbers),
        ),
    )


def flow_of(
    n_dimensions: int,
    n_layers: int = 2,
    n_hidden: tuple[int, ...] = (3, 2),
    kind: FlowType = FlowType.IAF,
) -> FlowWeights:
    """A flow with random weights."""
    generator = np.random.default_rng(0)
    n_kept = n_dimensions // 2 if kind is FlowType.COUPLING else 0
    widths = (n_kept or n_dimensions, *n_hidden, 2 * (n_dimensions - n_kept))
    tensors = {
        "boundary.mean": generator.standard_normal(n_dimensions, np.float32),
        "boundary.std": generator.random(n_dimensions, np.float32) + 1,
    }
    for layer in range(n_layers):
        for index in range(len(widths) - 1):
            shape = (widths[index + 1], widths[index])
            name = f"layers.{layer}.{index}"
            tensors[f"{name}.weight"] = generator.standard_normal(shape, np.float32)
            tensors[f"{name}.bias"] = generator.standard_normal(shape[:1], np.float32)
    return FlowWeights(
        kind, n_dimensions, n_layers, n_hidden, Activation.LEAKY_RELU, 0.1, 0.05, tensors
    )


def sealed(blob: bytes) -> bytes:
    """A changed blob with the length and the checksum that fit it."""
    head = blob[:16] + struct.pack("<Q", len(blob) - PAYLOAD_AT)
    payload = blob[PAYLOAD_AT:]
    return head + hashlib.sha256(head + payload).digest() + payload


def with_bit_flipped(blob: bytes, bit: int) -> bytes:
    changed = bytearray(blob)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)


@cache
def golden_blob(name: str = "golden-2") -> bytes:
    model = read_model_file(GOLDEN / f"{name}.flow.ts")
    return encode_flow_blob(model.description, model.flow)


golden_blobs = st.sampled_from(["golden-2", "golden-2-one-way"]).map(golden_blob)


def refusal(blob: bytes) -> str | None:
    try:
        decode_flow_blob(blob)
    except InputError as error:
        return str(error)
    return None


@given(
    interfaces(),
    st.integers(1, 3),
    st.lists(st.integers(1, 4), max_size=3).map(tuple),
    st.sampled_from([FlowType.IAF, FlowType.MAF, FlowType.COUPLING]),
)
def test_what_is_written_is_read(
    interface: Interface, n_layers: int, n_hidden: tuple[int, ...], kind: FlowType
) -> None:
    n_dimensions = len(interface.latent)
    assume(kind is not FlowType.COUPLING or n_dimensions > 1)
    flow = flow_of(n_dimensions, n_layers, n_hidden, kind)
    blob = encode_flow_blob(interface, flow)
    found, found_flow = decode_flow_blob(blob)
    assert found == interface
    assert found_flow
    assert (found_flow.type, found_flow.n_hidden) == (kind, n_hidden)
    assert list(found_flow.tensors) == list(flow.tensors)
    for name, tensor in flow.tensors.items():
        np.testing.assert_array_equal(found_flow.tensors[name], tensor)
    assert encode_flow_blob(found, found_flow) == blob


@given(interfaces())
def test_a_map_that_only_torchscript_runs_leaves_the_interface_and_one_byte(
    interface: Interface,
) -> None:
    blob = encode_flow_blob(interface, None)
    assert decode_flow_blob(blob) == (interface, None)
    with_flow = encode_flow_blob(interface, flow_of(len(interface.latent)))
    assert with_flow[PAYLOAD_AT : len(blob) - 1] == blob[PAYLOAD_AT:-1]
    assert (with_flow[len(blob) - 1], blob[-1]) == (0, 1)


@given(golden_blobs, st.data())
def test_a_damaged_blob_is_refused(blob: bytes, data: st.DataObject) -> None:
    if data.draw(st.booleans()):
        damaged = blob[: data.draw(st.integers(0, len(blob) - 1))]
    else:
        damaged = with_bit_flipped(blob, data.draw(st.integers(0, 8 * len(blob) - 1)))
    assert refusal(damaged)


@given(golden_blobs, st.data())
def test_a_wrong_blob_with_a_fitting_checksum_is_refused_or_read(
    blob: bytes, data: st.DataObject
) -> None:
    if data.draw(st.booleans()):
        wrong = blob[: data.draw(st.integers(PAYLOAD_AT, len(blob) - 1))]
    else:
        bit = data.draw(st.integers(8 * PAYLOAD_AT, 8 * len(blob) - 1))
        wrong = with_bit_flipped(blob, bit)
    assert "\n" not in (refusal(sealed(wrong)) or "")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda blob: b"PK" + blob[2:], "does not begin as one does"),
        (
            lambda blob: blob[:VERSION_AT] + b"\x01" + blob[VERSION_AT + 1 :],
            "has format version 1 and this program reads version 2 and 3",
        ),
        (
            lambda blob: blob[:VERSION_AT] + b"\x04" + blob[VERSION_AT + 1 :],
            "has format version 4",
        ),
        (lambda blob: blob[: PAYLOAD_AT - 1], "ends after 55 bytes"),
        (lambda blob: blob[:-1], "bytes instead of"),
        (lambda blob: blob[:-1] + bytes([blob[-1] ^ 1]), "checksum is wrong"),
        (lambda blob: sealed(blob[:-1]), "runs past its end"),
        (lambda blob: sealed(blob + b"\0"), "1 bytes too many"),
        (
            lambda _: sealed(golden_blob("golden-2-one-way")[:-1] + b"\x04"),
            "choice 4 is not one of iaf, torchscript, maf, coupling",
        ),
    ],
)
def test_each_refusal_says_what_is_wrong(change: Callable[[bytes], bytes], message: str) -> None:
    assert message in (refusal(change(golden_blob())) or "")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"type": FlowType.TORCHSCRIPT}, "TorchScript runs"),
        ({"type": FlowType.COUPLING}, "instead of"),
        ({"type": FlowType.COUPLING, "n_dimensions": 1}, "at least one"),
        ({"n_layers": 0}, "at least one"),
        ({"margin": 0.5}, "margin 0.5"),
        ({"negative_slope": -0.1}, "slope -0.1"),
        ({"n_hidden": (3,)}, "tensors instead of"),
        ({"n_hidden": (3, 3)}, "instead of"),
    ],
)
def test_a_flow_that_cannot_be_is_refused(changes: dict[str, object], message: str) -> None:
    flow = flow_of(2)
    with pytest.raises(ValueError, match=message):
        FlowWeights(**{**vars(flow), **changes})


@pytest.mark.parametrize(
    ("name", "tensor", "message"),
    [
        ("boundary.std", np.zeros(2, np.float32), "positive"),
        ("boundary.mean", np.zeros(3, np.float32), "instead of"),
        ("boundary.mean", np.zeros(2, np.float64), "float64"),
        ("layers.0.0.bias", np.full(3, math.nan, np.float32), "not finite"),
    ],
)
def test_a_wrong_tensor_is_refused(name: str, tensor: NDArray[np.floating], message: str) -> None:
    flow = flow_of(2)
    with pytest.raises(ValueError, match=message):
        FlowWeights(**{**vars(flow), "tensors": {**flow.tensors, name: tensor}})


def test_a_flow_of_another_size_than_the_knobs_is_refused() -> None:
    interface, _ = decode_flow_blob(golden_blob())
    with pytest.raises(ValueError, match="6 latent dimensions and a flow of 2"):
        encode_flow_blob(interface, flow_of(2))


def test_a_latent_space_of_another_size_than_the_knobs_is_refused() -> None:
    interface, _ = decode_flow_blob(golden_blob())
    fewer = ParameterTable(interface.parameters.root[:5])
    with pytest.raises(ValueError, match="5 knobs and 6 latent dimensions differ"):
        encode_flow_blob(interface.model_copy(update={"parameters": fewer}), None)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"order": (0, 1, 2, 3, 4, 4)}, "once"),
        ({"order": (0, 1, 2, 3, 4)}, "once"),
        (
            {"semantic_axes": (SemanticAxis(name="a", low="b", high="c", direction=(1,)),)},
            "axis 'a'",
        ),
    ],
)
def test_an_interface_that_cannot_be_is_refused(changes: dict[str, object], message: str) -> None:
    interface, _ = decode_flow_blob(golden_blob())
    with pytest.raises(ValueError, match=message):
        Interface(**{**dict(interface), **changes})


def test_an_order_against_the_effects_is_refused() -> None:
    interface, _ = decode_flow_blob(golden_blob())
    with pytest.raises(ValueError, match="from the largest effect"):
        Interface(**{**dict(interface), "order": interface.order[::-1]})


def moves(flow: FlowWeights, layer: int, x: Doubles) -> tuple[Doubles, Doubles]:
    """Shifts and raw log-scales that the network of a layer gives."""
    for index in range(len(flow.n_hidden) + 1):
        if index > 0:
            x = np.where(x > 0, x, flow.negative_slope * x)
        name = f"layers.{layer}.{index}"
        x = x @ flow.tensors[f"{name}.weight"].T + flow.tensors[f"{name}.bias"]
    shift, raw = np.split(x, 2, axis=1)
    return shift, raw


def moved(flow: FlowWeights, layer: int, x: Doubles) -> Doubles:
    """A layer's output."""
    if flow.type is FlowType.COUPLING:
        n_kept = flow.n_dimensions // 2
        kept, rest = x[:, :n_kept], x[:, n_kept:]
        shift, raw = moves(flow, layer, kept)
        return np.concatenate((kept, rest * np.exp(np.tanh(raw)) + shift), axis=1)
    if flow.type is FlowType.IAF:
        shift, raw = moves(flow, layer, x)
        return x * np.exp(np.tanh(raw)) + shift
    found = np.zeros_like(x)
    for column in range(flow.n_dimensions):
        shift, raw = moves(flow, layer, found)
        found[:, column] = ((x - shift) * np.exp(-np.tanh(raw)))[:, column]
    return found


def decoded(flow: FlowWeights, z: NDArray[np.float32]) -> Doubles:
    """The equations of docs/model-file.md, word for word, in double precision."""
    x = z.astype(np.float64)
    for layer in range(flow.n_layers):
        x = moved(flow, layer, x[:, ::-1] if layer > 0 else x)
    y = x * flow.tensors["boundary.std"] + flow.tensors["boundary.mean"]
    v: Doubles = (1 / (1 + np.exp(-y)) - flow.margin) / (1 - 2 * flow.margin)
    return v.clip(0, 1)


@pytest.mark.parametrize("kind", [FlowKind.IAF, FlowKind.MAF, FlowKind.COUPLING])
@pytest.mark.parametrize("n_dimensions", [2, 5, 8])
def test_the_blob_of_a_model_suffices_to_decode(kind: FlowKind, n_dimensions: int) -> None:
    flow = FlowSettings(kind=kind, n_layers=3, n_hidden=16)
    model = new_model(n_dimensions, settings().model_copy(update={"regression_flow": flow}))
    with torch.no_grad():
        for parameter in model.regressor.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    model.regressor.fit(torch.rand(64, n_dimensions))
    weights = flow_weights(premasked(model))
    assert weights
    z = torch.randn(16, n_dimensions)
    expected = model.eval().decode(z).detach().numpy()
    np.testing.assert_allclose(decoded(weights, z.numpy()), expected, atol=1e-5, rtol=0)


def test_the_blob_alone_suffices_to_decode() -> None:
    _, flow = decode_flow_blob(golden_blob())
    assert flow
    z = np.load(GOLDEN / "golden-2-z.npy")
    v = np.load(GOLDEN / "golden-2-v.npy")
    # The golden values are float32: a chain of 3 layers keeps 1e-5.
    np.testing.assert_allclose(decoded(flow, z), v, atol=1e-5, rtol=0)
