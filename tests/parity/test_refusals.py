"""The native engine refuses what Python refuses, before LibTorch sees it."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flow_synth import _native
from flow_synth.error import InputError
from flow_synth.flow_blob import BLOB_VERSION, MAGIC, OLDEST_BLOB_VERSION
from flow_synth.model_file import BLOB_ENTRY, read_model_file

GOLDEN = Path(__file__).parents[1] / "golden" / "golden-2.flow.ts"


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        _native.Model.load(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message


def rewrite(path: Path, changes: dict[str, bytes | None]) -> None:
    """A copy of the golden file with other entries, whose checksums fit."""
    with zipfile.ZipFile(GOLDEN) as source, zipfile.ZipFile(path, "w") as archive:
        for name in source.namelist():
            content = changes.get(name.partition("/")[2], source.read(name))
            if content is not None:
                archive.writestr(name, content)


@given(st.data())
@settings(max_examples=50)
def test_a_damaged_file_is_refused_wherever_python_refuses_it(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(GOLDEN.read_bytes())
    path = tmp_path_factory.getbasetemp() / "damaged.flow.ts"
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)
    try:
        read_model_file(path)
    except InputError:
        refusal(path)


def test_a_changed_weight_is_refused(tmp_path: Path) -> None:
    """LibTorch itself loads such a file and computes something else."""
    path = tmp_path / "changed.flow.ts"
    with zipfile.ZipFile(GOLDEN) as archive:
        weights = max(
            (entry for entry in archive.infolist() if "/data/" in entry.filename),
            key=lambda entry: entry.file_size,
        )
    content = bytearray(GOLDEN.read_bytes())
    content[weights.header_offset + 30 + len(weights.filename) + 100] ^= 1
    path.write_bytes(content)
    assert f"the checksum of its entry '{weights.filename}' is wrong" in refusal(path)


@pytest.mark.parametrize("version", [OLDEST_BLOB_VERSION - 1, BLOB_VERSION + 1])
def test_a_flow_blob_of_another_version_is_refused(tmp_path: Path, version: int) -> None:
    path = tmp_path / "another.flow.ts"
    rewrite(path, {BLOB_ENTRY: MAGIC + version.to_bytes(4, "little") + bytes(100)})
    assert f"has format version {version}" in refusal(path)


def test_a_file_without_its_blob_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "less.flow.ts"
    rewrite(path, {BLOB_ENTRY: None})
    assert f"it has no '{BLOB_ENTRY}'" in refusal(path)


def test_code_that_libtorch_cannot_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.flow.ts"
    rewrite(path, {"code/__torch__/flow_synth/export.py": b"class Nonsense("})
    assert "LibTorch cannot run it (" in refusal(path)


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path)
    assert "cannot be read" in refusal(tmp_path / "nothing.flow.ts")
    text = tmp_path / "text.flow.ts"
    text.write_text("hello" * 100)
    assert "not a whole archive" in refusal(text)
