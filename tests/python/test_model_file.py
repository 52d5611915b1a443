"""The model file: what is written is read, damage is refused, and nothing of it needs LibTorch."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow_synth.error import InputError
from flow_synth.model_file import (
    BLOB_ENTRY,
    DESCRIPTION_ENTRY,
    ModelFile,
    OptionalMethod,
    read_model_file,
    write_model_file,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "golden-2.flow.ts"


def torchscript(compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive like those of ``torch.jit.save``."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        archive.writestr("archive/data.pkl", b"data" * 100)
        archive.writestr("archive/code/__torch__.py", b"def forward(self):\n" * 100)
        archive.writestr("archive/code/__torch__.py.debug_pkl", b"/a/folder/of/this/machine.py")
    return content.getvalue()


def entries_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def refusal(path: Path) -> str | None:
    """Why a file is refused: one sentence that begins with its name; None if it is not."""
    message: str | None = None
    try:
        read_model_file(path)
    except InputError as error:
        message = str(error)
    assert message is None or message.startswith(str(path))
    assert message is None or "\n" not in message
    return message


def write_archive(path: Path, entries: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


@pytest.fixture(scope="module")
def golden() -> ModelFile:
    return read_model_file(GOLDEN)


def test_what_is_written_is_read(tmp_path: Path, golden: ModelFile) -> None:
    path = tmp_path / "a.flow.ts"
    write_model_file(path, torchscript(), golden.description, golden.flow)
    found = read_model_file(path)
    assert found.description == golden.description
    assert found.flow
    assert golden.flow
    for name, tensor in golden.flow.tensors.items():
        assert (found.flow.tensors[name] == tensor).all()


def test_a_map_that_only_torchscript_runs_has_no_weights_of_its_own(
    tmp_path: Path, golden: ModelFile
) -> None:
    path = tmp_path / "a.flow.ts"
    write_model_file(path, torchscript(), golden.description, None)
    assert read_model_file(path).flow is None


def test_everything_is_stored_as_it_is_but_source_locations(
    tmp_path: Path, golden: ModelFile
) -> None:
    path = tmp_path / "a.flow.ts"
    write_model_file(path, torchscript(), golden.description, golden.flow)
    with zipfile.ZipFile(path) as archive:
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
    assert list(entries_of(path)) == [
        "archive/data.pkl",
        "archive/code/__torch__.py",
        f"archive/{DESCRIPTION_ENTRY}",
        f"archive/{BLOB_ENTRY}",
    ]
    assert entries_of(path)["archive/code/__torch__.py"] == b"def forward(self):\n" * 100


def test_the_same_content_gives_the_same_bytes(tmp_path: Path, golden: ModelFile) -> None:
    paths = tmp_path / "a.flow.ts", tmp_path / "b.flow.ts"
    for path, compression in zip(paths, (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED), strict=True):
        write_model_file(path, torchscript(compression), golden.description, golden.flow)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_the_golden_file_of_version_2_is_read(golden: ModelFile) -> None:
    description = golden.description
    assert description.synth == "golden"
    assert description.parameters.names == ("shape", "cutoff", "octave", "mode", "attack", "tune")
    assert description.parameters[1].label == "Fréquence de coupure"
    assert description.parameters[3].choices == ("low", "band", "high")
    assert list(description.semantic_axes[0].direction) == [1, 0, -0.5, 0, 0, 2]
    assert description.scores == {"model": {"sc_mean": 0.5}}
    assert description.family == "flow_post"
    assert description.methods == (OptionalMethod.INVERT, OptionalMethod.RECONSTRUCT)
    assert description.recipe == {
        "epochs": 0,
        "model": {"n_layers": 3},
        "noise": None,
        "rates": [0.5, 1e-4],
    }
    assert golden.flow
    assert golden.flow.n_layers == 3


def test_the_golden_file_of_a_model_that_knows_no_way_back_is_read() -> None:
    one_way = read_model_file(GOLDEN.with_name("golden-2-one-way.flow.ts"))
    assert one_way.description.family == "mlp"
    assert one_way.description.methods == ()
    assert one_way.flow is None


@given(st.data())
def test_a_damaged_file_is_refused_or_reads_the_same(
    tmp_path_factory: pytest.TempPathFactory, golden: ModelFile, data: st.DataObject
) -> None:
    content = bytearray(GOLDEN.read_bytes())
    path = tmp_path_factory.getbasetemp() / "damaged.flow.ts"
    if data.draw(st.booleans()):
        path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
        assert refusal(path)
        return
    # The last 20000 bytes are the directory and the two entries of ours.
    index = data.draw(
        st.integers(0, len(content) - 1) | st.integers(len(content) - 20000, len(content) - 1)
    )
    content[index] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)
    assert refusal(path) or read_model_file(path).description == golden.description


def test_an_entry_that_claims_to_be_a_folder_is_refused(tmp_path: Path) -> None:
    """LibTorch reads nothing of it, and runs with whatever is in memory."""
    content = bytearray(GOLDEN.read_bytes())
    content[content.find(b"PK\x01\x02") + 38] |= 0x10
    path = tmp_path / "folder.flow.ts"
    path.write_bytes(content)
    with pytest.raises(
        InputError, match="is marked as no plain file; export or download it again"
    ):
        read_model_file(path)


def test_a_flipped_bit_anywhere_is_refused_or_changes_nothing(
    tmp_path: Path, golden: ModelFile
) -> None:
    """Most of the second half falls into the directory, which no checksum covers."""
    content, path = GOLDEN.read_bytes(), tmp_path / "damaged.flow.ts"
    generator = np.random.default_rng(0)
    size = len(content)
    places = [
        *generator.integers(size, size=300),
        *(size - generator.integers(1, 12000, size=800)),
    ]
    for place in places:
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(generator.integers(8))
        path.write_bytes(damaged)
        assert refusal(path) or read_model_file(path).description == golden.description


@pytest.mark.parametrize("entry", [DESCRIPTION_ENTRY, BLOB_ENTRY])
def test_a_file_without_an_entry_of_ours_is_refused(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "a.flow.ts"
    entries = entries_of(GOLDEN)
    del entries[f"archive/{entry}"]
    write_archive(path, entries)
    with pytest.raises(InputError, match=f"it has no '{entry}'"):
        read_model_file(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format_version": 1}, "format version 1 and this program reads version 2 and 3 and 4"),
        ({"format_version": 5}, "format version 5 and this program reads version 2 and 3 and 4"),
        ({"methods": ["fly"]}, "methods.0: Input should be 'invert', 'reconstruct', 'sample'"),
        ({"family": "another"}, "its description and its flow blob disagree"),
        ({"format": "another"}, "not that of a flow-synth model"),
        ({"licence": None}, "licence: Input should be a valid string"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"synth": "another"}, "its description and its flow blob disagree"),
    ],
)
def test_a_description_that_cannot_be_is_refused(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    path = tmp_path / "a.flow.ts"
    entries = entries_of(GOLDEN)
    content = json.loads(entries[f"archive/{DESCRIPTION_ENTRY}"]) | changes
    entries[f"archive/{DESCRIPTION_ENTRY}"] = json.dumps(content).encode()
    write_archive(path, entries)
    with pytest.raises(InputError, match=message):
        read_model_file(path)


def test_a_description_that_is_not_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.flow.ts"
    write_archive(path, entries_of(GOLDEN) | {f"archive/{DESCRIPTION_ENTRY}": b"\xff{"})
    with pytest.raises(InputError, match="not JSON"):
        read_model_file(path)


def test_a_plain_torchscript_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    path.write_bytes(torchscript())
    with pytest.raises(InputError, match=r"compressed; give a model written by flow-synth export"):
        read_model_file(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing.flow.ts"):
        with pytest.raises(InputError, match="cannot be read"):
            read_model_file(path)
    empty = tmp_path / "empty.flow.ts"
    empty.touch()
    with pytest.raises(InputError, match="not a whole model file"):
        read_model_file(empty)


def test_a_model_file_is_read_without_torch() -> None:
    program = (
        "import sys; from pathlib import Path; from flow_synth.model_file import read_model_file; "
        f"read_model_file(Path({str(GOLDEN)!r})); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
