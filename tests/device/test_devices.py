import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import objects
import pytest
from amxd import DeviceError, DeviceKind, join_entries, pack, unpack
from built_for_tests import built, device, patcher_of
from core_section import SCRIPTS, core_scripts
from device_files import DEVICES, NOTES, build_all, faults, frozen
from external import external_entries
from layout import VIEWS, WIDTHS
from patcher import Rectangle
from patcher_file import words
from picture import write_pictures
from scripts import scripts_needed

BUILD = (sys.executable, str(Path(__file__).parents[2] / "m4l_device/build.py"))
NAMES = [each.name for each in DEVICES]
WITH_SCRIPT = [each.name for each in DEVICES if each.has_script]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with an external of the right shape."""
    externals = tmp_path / "package" / "externals"
    binary = externals / "flow_synth~.mxo/Contents/MacOS/flow_synth~"
    binary.parent.mkdir(parents=True)
    binary.write_bytes(b"\xca\xfe\xba\xbe")
    (externals / "flow_synth~.mxo/Contents/Info.plist").write_bytes(b"<plist/>")
    (externals / "flow_synth~.mxo/Contents/PkgInfo").write_bytes(b"iLaX????")
    (externals / "flow_synth~.mxe64").write_bytes(b"MZ")
    return tmp_path / "package"


@pytest.mark.parametrize("name", NAMES)
def test_a_device_is_clean(name: str) -> None:
    assert faults(device(name), built(name)) == []


def test_devices_are_of_their_kinds() -> None:
    kinds = {name: unpack(built(name)).kind for name in NAMES}
    assert kinds == {
        "Flow Synth": DeviceKind.INSTRUMENT,
        "Flow Control": DeviceKind.MIDI_EFFECT,
        "Flow Recorder": DeviceKind.AUDIO_EFFECT,
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_device_packed_again_is_the_same(name: str) -> None:
    assert pack(unpack(built(name))) == built(name)


def test_two_builds_are_equal(package: Path, tmp_path: Path) -> None:
    """In processes of their own, where names hash differently."""
    for folder in ("one", "two"):
        out = tmp_path / folder
        subprocess.run([*BUILD, out, "--frozen", "--package", package], check=True)
        subprocess.run([*BUILD, out / "open"], check=True)
    files = [path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.amxd")]
    assert len(files) == 2 * len(NAMES)
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_a_frozen_device_is_clean_and_packed_again_the_same(name: str, package: Path) -> None:
    data = frozen(device(name), external_entries(package / "externals"))
    assert faults(device(name), data) == []
    container = unpack(data)
    assert join_entries(container.entries) == container.body
    assert container.entries[0].name == f"{name}.amxd"


def test_a_frozen_device_holds_what_it_needs(package: Path) -> None:
    data = frozen(device("Flow Synth"), external_entries(package / "externals"))
    files = {entry.name: entry.payload for entry in unpack(data).entries}
    for name in core_scripts():
        assert files[name] == (SCRIPTS / name).read_bytes()
    assert b"Packages" in files[NOTES]
    assert files["flow_synth~.mxo"] == bytes(4)
    assert files["flow_synth~/executable"] == b"\xca\xfe\xba\xbe"
    assert files["flow_synth~.mxe64"] == b"MZ"
    with zipfile.ZipFile(BytesIO(files["flow_synth~/zipfile"])) as archive:
        executable = archive.getinfo("flow_synth~.mxo/Contents/MacOS/flow_synth~")
        assert executable.external_attr >> 16 & 0o111
        assert len(archive.namelist()) == 3


def test_the_external_must_have_been_built_for_both_systems(package: Path) -> None:
    (package / "externals/flow_synth~.mxe64").unlink()
    with pytest.raises(DeviceError, match=r"lacks flow_synth~\.mxe64 .* --without-external"):
        external_entries(package / "externals")


def test_freezing_without_the_external_is_said_to_be_possible(tmp_path: Path) -> None:
    command = [*BUILD, str(tmp_path / "out"), "--frozen", "--package", str(tmp_path)]
    refused = subprocess.run(command, check=False, capture_output=True, text=True)
    assert refused.returncode == 2
    assert refused.stderr.endswith("or freeze with --without-external\n")
    subprocess.run([*command, "--without-external"], check=True)
    entries = unpack((tmp_path / "out/Flow Control.amxd").read_bytes()).entries
    assert not [entry.name for entry in entries if "flow_synth~" in entry.name]


def test_unfrozen_devices_lie_beside_their_scripts(tmp_path: Path) -> None:
    build_all(tmp_path, is_frozen=False, external=())
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {*(f"{name}.amxd" for name in NAMES), *core_scripts()}


def test_every_script_is_needed() -> None:
    assert set(core_scripts()) == {path.name for path in SCRIPTS.glob("*.js")}


def test_a_script_that_is_not_there_is_missed(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('const b = require("b.js");')
    with pytest.raises(DeviceError, match=r"there is no script 'b\.js'"):
        scripts_needed(tmp_path, ["a.js"])


def test_devices_are_no_wider_than_they_need() -> None:
    assert max(WIDTHS.values()) <= 900


def test_the_map_is_large_enough() -> None:
    rectangle = VIEWS["map"].place.rectangle
    assert rectangle.width >= 240
    assert rectangle.height >= 130


def test_no_object_is_listed_that_no_device_uses() -> None:
    boxes = (box for name in NAMES for box in patcher_of(name).boxes)
    used = {(words(box) or [str(box["maxclass"])])[0] for box in boxes}
    assert {*objects.FIXED, *objects.BY_ARGUMENTS, *objects.UI} == used


@pytest.mark.parametrize("name", NAMES)
def test_a_device_is_json_that_says_what_it_is(name: str) -> None:
    patcher = json.loads(unpack(built(name)).patcher_text[:-1])["patcher"]
    assert patcher["openrect"] == [0.0, 0.0, float(WIDTHS[name]), 169.0]
    assert patcher["is_mpe"] == int(name in WITH_SCRIPT)


@pytest.mark.parametrize("name", NAMES)
def test_boxes_lie_apart_where_the_device_is_edited(name: str) -> None:
    seen: list[Rectangle] = []
    for box in patcher_of(name).boxes:
        rectangle = Rectangle(*map(int, box["patching_rect"]))
        assert not any(rectangle.overlaps(other) for other in seen)
        seen.append(rectangle)


def test_pictures_show_every_page(tmp_path: Path) -> None:
    written = write_pictures(tmp_path)
    assert len(written) == 2 * (4 + 4 + 1)
    assert all(path.stat().st_size > 1000 for path in written)
