"""The model file: one archive with the TorchScript model, its description and its flow blob.

`docs/model-file.md` states the format; `export.py` is the only writer.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal

from pydantic import JsonValue, ValidationError

from flow_synth.atomic_file import write_atomically
from flow_synth.dataset_description import Fold
from flow_synth.error import InputError
from flow_synth.flow_blob import (
    FlowWeights,
    check_version,
    decode_flow_blob,
    encode_flow_blob,
    first_complaint,
)
from flow_synth.frozen import Frozen
from flow_synth.model_interface import Interface

FORMAT: Final = "flow-synth model"
#: Version 3 is the same without the method ``answer``; in version 2, moreover, all weights are in
#: single precision.
FORMAT_VERSION: Final = 4
READ_VERSIONS = (2, 3, FORMAT_VERSION)
DESCRIPTION_ENTRY = "extra/flow_synth.json"
BLOB_ENTRY = "extra/flow_synth.flow"

#: Of so many candidates the best is what a model's reach is known by.
N_REACH_RENDERS = 16

#: External attributes of a file that its owner may read and write. No checksum covers them, and
#: LibTorch reads nothing of an entry that claims to be a folder.
_PLAIN_FILE = 0o600 << 16


class OptionalMethod(StrEnum):
    """What some models can do and others cannot.

    ``invert`` carries knobs back into the audio space, ``reconstruct`` turns a point of it into
    log-mel, ``sample`` draws candidates for a sound, ``predict`` tells how knobs will sound.
    """

    INVERT = "invert"
    RECONSTRUCT = "reconstruct"
    SAMPLE = "sample"
    PREDICT = "predict"


class Normalisation(Frozen):
    """What the model standardises its log-mel with, fitted on the training split (nats).

    Where the level is not heard, log-mel is taken relative to its loudest bin first.
    """

    mean: float
    standard_deviation: float
    hears_level: bool = False


class ModelDescription(Interface):
    """The content of ``flow_synth.json``.

    ``methods`` are those optional ones that the model has. Of the synth's own sounds, 95 % are
    missed by no more than ``own_missed_db`` (:meth:`flow_synth.fitness.Aim.missed_db` of the
    nearest of 16 candidates on validation presets); None if that was not measured. ``reach_db`` is
    an earlier measure of the same, which files may still have and nothing reads. ``recipe`` is the
    experiment that the model was trained by, without the path of its dataset. ``scores`` maps a
    method (the model, or a baseline) to its measures on held-out presets; which those are follows
    from ``rotation``, see :func:`flow_synth.fold.split_of`.
    """

    format: Literal["flow-synth model"] = FORMAT
    format_version: Literal[2, 3, 4] = FORMAT_VERSION
    torch_version: str
    methods: tuple[OptionalMethod, ...]
    normalisation: Normalisation
    training_run: str
    rotation: Fold = 0
    own_missed_db: float | None = None
    reach_db: float | None = None
    recipe: Mapping[str, JsonValue]
    scores: Mapping[str, Mapping[str, float]]
    licence: str

    @property
    def interface(self) -> Interface:
        """The part that the flow blob carries, too."""
        return Interface(**{name: getattr(self, name) for name in Interface.model_fields})


@dataclass(frozen=True, eq=False)
class ModelFile:
    """A model file, verified.

    Attributes:
        description: the content of ``flow_synth.json``.
        flow: the map z -> v in ``flow_synth.flow``; None if only LibTorch can run it.
        archive: the bytes of the whole file, in which LibTorch finds its part.
    """

    description: ModelDescription
    flow: FlowWeights | None
    archive: bytes


def write_model_file(
    path: Path, torchscript: bytes, description: ModelDescription, flow: FlowWeights | None
) -> None:
    """Writes ``NAME.flow.ts``: whole or not at all, and the same bytes for the same content.

    LibTorch compresses the code in its archives and checks no checksum when it loads one. Here
    every entry is stored as it is, so that a small reader can check them all. Source locations
    are left out: they name folders of the machine that exported the model.

    Args:
        path: where to; an older file there is replaced.
        torchscript: what ``torch.jit.save`` wrote.
        description: the content of ``flow_synth.json``.
        flow: the weights for ``flow_synth.flow``; None if only LibTorch can run the map z -> v.

    Raises:
        InputError: the file cannot be written.
    """
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(torchscript)) as source,
        zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive,
    ):
        names = [name for name in source.namelist() if not name.endswith(".debug_pkl")]
        entries = {name: source.read(name) for name in names}
        top = names[0].partition("/")[0]
        entries[f"{top}/{DESCRIPTION_ENTRY}"] = description.model_dump_json(indent=2).encode()
        entries[f"{top}/{BLOB_ENTRY}"] = encode_flow_blob(description, flow)
        for name, data in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.create_system = 0  # Python writes its platform here.
            archive.writestr(entry, data)
    write_atomically(path, content.getvalue())


def read_model_file(path: Path) -> ModelFile:
    """Reads and verifies a model file, without LibTorch.

    Raises:
        InputError: it cannot be read, is no model file, newer than this program, or damaged.
    """
    try:
        archive = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); give a model file") from error
    try:
        description, flow = _parse(_entries(archive))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return ModelFile(description, flow, archive)


def _entries(content: bytes) -> dict[str, bytes]:
    """Entries by their names below the top folder; reading one checks its CRC-32."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            compressed = [info for info in infos if info.compress_type != zipfile.ZIP_STORED]
            odd = [info for info in infos if _attributes(info) != (0, 0, _PLAIN_FILE)]
            entries = {} if compressed else {info.filename: archive.read(info) for info in infos}
    except Exception as error:  # zipfile raises nearly anything on a damaged header
        raise InputError(
            f"it is not a whole model file ({error}); export or download it again"
        ) from error
    if compressed:
        raise InputError(
            f"entry {compressed[0].filename!r} is compressed; give a model written by "
            "flow-synth export"
        )
    if odd:
        raise InputError(
            f"entry {odd[0].filename!r} is marked as no plain file; export or download it again"
        )
    return {name.partition("/")[2]: data for name, data in entries.items()}


def _attributes(info: zipfile.ZipInfo) -> tuple[int, int, int]:
    return info.volume, info.internal_attr, info.external_attr


def _parse(entries: Mapping[str, bytes]) -> tuple[ModelDescription, FlowWeights | None]:
    for entry in (DESCRIPTION_ENTRY, BLOB_ENTRY):
        if entry not in entries:
            raise InputError(f"it has no {entry!r}; give a model written by flow-synth export")
    description = _read_description(entries[DESCRIPTION_ENTRY])
    interface, flow = decode_flow_blob(entries[BLOB_ENTRY])
    if interface != description.interface:
        raise InputError("its description and its flow blob disagree; export it again")
    return description, flow


def _read_description(text: bytes) -> ModelDescription:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise InputError(f"its description is not JSON ({error}); export it again") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputError(f"its description is not that of a {FORMAT}; give one")
    check_version("its description", content.get("format_version"), *READ_VERSIONS)
    try:
        return ModelDescription.model_validate(content)
    except ValidationError as error:
        raise InputError(
            f"its description is wrong ({first_complaint(error)}); export it again"
        ) from error
