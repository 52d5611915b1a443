"""The flow blob: all that the native core needs of a model, in the binary form it reads.

`docs/model-file.md` states the byte layout.
"""

import hashlib
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from flow_synth.error import InputError
from flow_synth.model_interface import (
    FeatureSettings,
    Interface,
    LatentDimension,
    SemanticAxis,
)
from flow_synth.parameter import Curve, Kind, Parameter, ParameterTable

#: The line end shows when a file went through a text-mode transfer.
MAGIC = b"FSFLOW\r\n"
BLOB_VERSION = 3
#: The oldest that is read; it knows neither MAF nor coupling.
OLDEST_BLOB_VERSION = 2

_HEADER = struct.Struct("<8sIIQ")
_DIGEST_BYTES = 32


class FlowType(StrEnum):
    """How a blob carries the map z -> v.

    Of ``torchscript`` it carries nothing: the native core cannot run that map by itself, and only
    the engine (LibTorch) runs it.
    """

    IAF = "iaf"
    TORCHSCRIPT = "torchscript"
    MAF = "maf"
    COUPLING = "coupling"


class Activation(StrEnum):
    """The non-linearity of the masked networks."""

    LEAKY_RELU = "leaky_relu"


@dataclass(frozen=True, eq=False)
class FlowWeights:
    """A flow z -> v with everything needed to run it both ways.

    ``tensors`` are float32, in the order of :meth:`shapes`, and their weights pre-masked:
    ``boundary.mean`` and ``boundary.std`` [D], and for layer l and its linear map j
    ``layers.<l>.<j>.weight`` [out, in] and ``layers.<l>.<j>.bias`` [out]; the last map of a layer
    gives the shifts of all that it moves, then their raw log-scales.

    Raises:
        ValueError: its type carries no weights, a number is out of range, or a tensor is not as it
            must be.
    """

    type: FlowType
    n_dimensions: int
    n_layers: int
    n_hidden: tuple[int, ...]
    activation: Activation
    negative_slope: float
    margin: float
    tensors: Mapping[str, NDArray[np.float32]]

    def __post_init__(self) -> None:
        if self.type is FlowType.TORCHSCRIPT:
            raise ValueError("of a flow that TorchScript runs there are no weights")
        if min(self.n_layers, *self._widths) < 1:
            raise ValueError("a flow needs at least one input, layer and hidden unit")
        if not 0 <= self.margin < 0.5 or not 0 <= self.negative_slope <= 1:
            raise ValueError(
                f"margin {self.margin} must lie in [0, 0.5), slope {self.negative_slope} in [0, 1]"
            )
        n_tensors = 2 + 2 * self.n_layers * (len(self.n_hidden) + 1)
        if len(self.tensors) != n_tensors:
            raise ValueError(f"there are {len(self.tensors)} tensors instead of {n_tensors}")
        for (name, tensor), (known, shape) in zip(
            self.tensors.items(), self.shapes().items(), strict=True
        ):
            if name != known or tensor.dtype != np.float32 or tensor.shape != shape:
                raise ValueError(
                    f"tensor {name!r} is {tensor.dtype} {tensor.shape} instead of {known!r}, "
                    f"float32 {shape}"
                )
            if not np.isfinite(tensor).all():
                raise ValueError(f"tensor {name!r} holds a number that is not finite")
        if not (self.tensors["boundary.std"] > 0).all():
            raise ValueError("tensor 'boundary.std' must be positive")

    @property
    def _widths(self) -> tuple[int, ...]:
        """From the inputs of a layer's network to its outputs."""
        n_kept = self.n_dimensions // 2 if self.type is FlowType.COUPLING else 0
        n_inputs = n_kept if self.type is FlowType.COUPLING else self.n_dimensions
        return n_inputs, *self.n_hidden, 2 * (self.n_dimensions - n_kept)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the tensors in the order of the file."""
        shapes: dict[str, tuple[int, ...]] = {
            "boundary.mean": (self.n_dimensions,),
            "boundary.std": (self.n_dimensions,),
        }
        for layer in range(self.n_layers):
            for index, (n_in, n_out) in enumerate(pairwise(self._widths)):
                shapes[f"layers.{layer}.{index}.weight"] = (n_out, n_in)
                shapes[f"layers.{layer}.{index}.bias"] = (n_out,)
        return shapes


class _Truncated(Exception):
    """The payload ends before its content does."""


class _Source:
    """Bytes read from front to back."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._position = 0

    @property
    def remaining(self) -> int:
        return len(self._content) - self._position

    def take(self, n_bytes: int) -> bytes:
        if n_bytes > self.remaining:
            raise _Truncated
        self._position += n_bytes
        return self._content[self._position - n_bytes : self._position]


class _Codec(Protocol):
    """One type of the layout in both directions, so that they cannot disagree."""

    def write(self, value: Any, out: bytearray) -> None: ...  # noqa: ANN401

    def read(self, source: _Source) -> Any: ...  # noqa: ANN401


class _Number:
    def __init__(self, code: str) -> None:
        self._struct = struct.Struct("<" + code)

    def write(self, value: float, out: bytearray) -> None:
        out += self._struct.pack(value)

    def read(self, source: _Source) -> Any:  # noqa: ANN401
        return self._struct.unpack(source.take(self._struct.size))[0]


_U8, _U32, _F64 = _Number("B"), _Number("I"), _Number("d")


class _Text:
    def write(self, value: str, out: bytearray) -> None:
        encoded = value.encode()
        _U32.write(len(encoded), out)
        out += encoded

    def read(self, source: _Source) -> str:
        return source.take(_U32.read(source)).decode()


class _Choice:
    """A member of an enumeration, as its position there."""

    def __init__(self, choices: type[StrEnum]) -> None:
        self._choices: list[StrEnum] = list(choices)

    def write(self, value: StrEnum, out: bytearray) -> None:
        _U8.write(self._choices.index(value), out)

    def read(self, source: _Source) -> StrEnum:
        index: int = _U8.read(source)
        if index >= len(self._choices):
            raise ValueError(f"choice {index} is not one of {', '.join(self._choices)}")
        return self._choices[index]


class _List:
    def __init__(self, item: _Codec) -> None:
        self._item = item

    def write(self, value: Sequence[Any], out: bytearray) -> None:
        _U32.write(len(value), out)
        for item in value:
            self._item.write(item, out)

    def read(self, source: _Source) -> tuple[Any, ...]:
        return tuple(self._item.read(source) for _ in range(_U32.read(source)))


class _Tensors:
    def write(self, value: Mapping[str, NDArray[np.float32]], out: bytearray) -> None:
        _U32.write(len(value), out)
        for name, tensor in value.items():
            _Text().write(name, out)
            _List(_U32).write(tensor.shape, out)
            out += np.ascontiguousarray(tensor, "<f4").tobytes()

    def read(self, source: _Source) -> dict[str, NDArray[np.float32]]:
        return dict(self._read_one(source) for _ in range(_U32.read(source)))

    def _read_one(self, source: _Source) -> tuple[str, NDArray[np.float32]]:
        name = _Text().read(source)
        shape = _List(_U32).read(source)
        values = np.frombuffer(source.take(4 * math.prod(shape)), "<f4")
        return name, values.astype(np.float32).reshape(shape)


class _Record:
    """Named fields one after the other."""

    def __init__(self, make: Callable[..., Any], **fields: _Codec) -> None:
        self._make = make
        self._fields = fields

    def write(self, value: object, out: bytearray) -> None:
        for name, codec in self._fields.items():
            codec.write(getattr(value, name), out)

    def read(self, source: _Source) -> Any:  # noqa: ANN401
        return self._make(**{name: codec.read(source) for name, codec in self._fields.items()})


_PARAMETER = _Record(
    Parameter,
    name=_Text(),
    label=_Text(),
    unit=_Text(),
    minimum=_F64,
    maximum=_F64,
    default=_F64,
    step=_F64,
    kind=_Choice(Kind),
    curve=_Choice(Curve),
    choices=_List(_Text()),
)
_LATENT_DIMENSION = _Record(
    LatentDimension, mean=_F64, standard_deviation=_F64, minimum=_F64, maximum=_F64, effect=_F64
)
_SEMANTIC_AXIS = _Record(
    SemanticAxis, name=_Text(), low=_Text(), high=_Text(), direction=_List(_F64)
)
_FEATURES = _Record(
    FeatureSettings,
    sample_rate_hz=_U32,
    n_samples=_U32,
    fft_size=_U32,
    hop_samples=_U32,
    n_mels=_U32,
    n_frames=_U32,
    minimum_hz=_F64,
    maximum_hz=_F64,
    log_floor=_F64,
)
_INTERFACE = _Record(
    Interface,
    synth=_Text(),
    synth_version=_Text(),
    family=_Text(),
    parameters=_Record(ParameterTable, root=_List(_PARAMETER)),
    latent=_List(_LATENT_DIMENSION),
    order=_List(_U32),
    semantic_axes=_List(_SEMANTIC_AXIS),
    features=_FEATURES,
)
_FLOW_TYPE = _Choice(FlowType)
_WEIGHTS = dict[str, _Codec](
    n_dimensions=_U32,
    n_layers=_U32,
    n_hidden=_List(_U32),
    activation=_Choice(Activation),
    negative_slope=_F64,
    margin=_F64,
    tensors=_Tensors(),
)


def encode_flow_blob(interface: Interface, flow: FlowWeights | None) -> bytes:
    """The content of ``flow_synth.flow``.

    Args:
        interface: what a host handles.
        flow: the map z -> v; None if it is one that only TorchScript runs.

    Raises:
        ValueError: knobs, latent dimensions and flow are not of one size.
    """
    _check_sizes(interface, flow)
    payload = bytearray()
    _INTERFACE.write(interface, payload)
    if flow is None:
        _FLOW_TYPE.write(FlowType.TORCHSCRIPT, payload)
    else:
        _FLOW_TYPE.write(flow.type, payload)
        _Record(FlowWeights, **_WEIGHTS).write(flow, payload)
    head = _HEADER.pack(MAGIC, BLOB_VERSION, 0, len(payload))
    return head + hashlib.sha256(head + payload).digest() + payload


def decode_flow_blob(blob: bytes) -> tuple[Interface, FlowWeights | None]:
    """Reads what :func:`encode_flow_blob` wrote.

    Raises:
        InputError: not a flow blob, of a newer version, truncated, damaged, or wrong inside.
    """
    payload = _Source(_verified_payload(blob))
    try:
        interface: Interface = _INTERFACE.read(payload)
        flow = _read_flow(payload)
        _check_sizes(interface, flow)
    except _Truncated as error:
        raise InputError("the flow blob's content runs past its end; export it again") from error
    except ValueError as error:
        raise InputError(
            f"the flow blob's content is wrong ({first_complaint(error)}); export it again"
        ) from error
    if payload.remaining:
        raise InputError(f"the flow blob has {payload.remaining} bytes too many; export it again")
    return interface, flow


def _read_flow(payload: _Source) -> FlowWeights | None:
    kind = FlowType(_FLOW_TYPE.read(payload))
    if kind is FlowType.TORCHSCRIPT:
        return None
    flow: FlowWeights = _Record(partial(FlowWeights, kind), **_WEIGHTS).read(payload)
    return flow


def check_version(what: str, version: object, *known: int) -> None:
    """Refuses a format version other than the known ones.

    Raises:
        InputError: the version is another.
    """
    if version not in known:
        read = " and ".join(map(str, known))
        raise InputError(
            f"{what} has format version {version} and this program reads version {read}; "
            "update flow-synth or export the model again"
        )


def first_complaint(error: ValueError) -> str:
    """What is wrong first, on one line."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        return f"{place}: {first['msg']}" if place else str(first["msg"])
    return str(error)


def _check_sizes(interface: Interface, flow: FlowWeights | None) -> None:
    n_knobs, n_dimensions = len(interface.parameters), len(interface.latent)
    if n_knobs != n_dimensions:
        raise ValueError(f"{n_knobs} knobs and {n_dimensions} latent dimensions differ")
    if flow and flow.n_dimensions != n_dimensions:
        raise ValueError(
            f"{n_dimensions} latent dimensions and a flow of {flow.n_dimensions} differ"
        )


def _verified_payload(blob: bytes) -> bytes:
    if blob[: len(MAGIC)] != MAGIC:
        raise InputError("the flow blob does not begin as one does; give one made by flow-synth")
    if len(blob) < _HEADER.size + _DIGEST_BYTES:
        raise InputError(f"the flow blob ends after {len(blob)} bytes; export it again")
    _, version, _, n_bytes = _HEADER.unpack_from(blob)
    check_version("the flow blob", version, OLDEST_BLOB_VERSION, BLOB_VERSION)
    head, digest = blob[: _HEADER.size], blob[_HEADER.size : _HEADER.size + _DIGEST_BYTES]
    payload = blob[_HEADER.size + _DIGEST_BYTES :]
    if len(payload) != n_bytes:
        raise InputError(
            f"the flow blob holds {len(payload)} bytes instead of {n_bytes}; export it again"
        )
    if hashlib.sha256(head + payload).digest() != digest:
        raise InputError("the flow blob's checksum is wrong; export or download it again")
    return payload
