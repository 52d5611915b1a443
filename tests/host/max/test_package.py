"""The package for Max is whole, and says what is so."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import make_package
import pytest
from max_for_tests import play
from PIL import Image

ROOT = Path(__file__).parents[3]
#: Objects of Max itself that the help patch uses.
OF_MAX = {"js", "print"}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `make max-package` lays it out."""
    out = tmp_path_factory.mktemp("package") / "flow-synth"
    command: list[str | Path] = [sys.executable, ROOT / "max_external" / "make_package.py", out]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return out


@pytest.fixture(scope="module")
def page(package: Path) -> ElementTree.Element:
    """The reference page."""
    return ElementTree.parse(package / "docs" / "flow_synth~.maxref.xml").getroot()


@pytest.fixture(scope="module")
def patch(package: Path) -> dict[str, Any]:
    """The help patch."""
    content = json.loads((package / "help" / "flow_synth~.maxhelp").read_text())
    patcher: dict[str, Any] = content["patcher"]
    return patcher


def in_package(package: Path) -> Path:
    (external,) = (package / "externals").glob("*.mxl_*")
    return external


def boxes(patch: dict[str, Any]) -> list[dict[str, Any]]:
    return [each["box"] for each in patch["boxes"]]


@pytest.fixture(scope="module")
def known() -> set[str]:
    """The messages that the object itself says it knows."""
    said = play("create flow_synth~", "send nonsense", "run 0.05", engine=None)
    (complaint,) = [line for line in said if line.startswith("console")]
    return set(complaint.split("say one of ")[1].split(", "))


def names(page: ElementTree.Element, kind: str) -> set[str]:
    return {str(each.get("name")) for each in page.iter(kind)}


def test_package_info_is_what_max_reads(package: Path) -> None:
    info = json.loads((package / "package-info.json").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert info["name"] == package.name
    assert info["version"] == project["version"]
    assert info["author"] == project["authors"][0]["name"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", info["max_version_min"])
    assert info["os"]["macintosh"]["platform"] == ["x64", "aarch64"]
    assert info["os"]["windows"]["platform"] == ["x64"]


def test_every_message_is_on_the_page_and_the_other_way_round(
    page: ElementTree.Element, known: set[str]
) -> None:
    assert names(page, "method") == known
    for each in [*page.iter("method"), *page.iter("attribute"), *page.iter("outlet")]:
        assert each.findtext("digest")
        assert each.findtext("description")


def test_every_attribute_is_on_the_page_and_the_other_way_round(page: ElementTree.Element) -> None:
    asked = [f"send get{name}" for name in sorted(names(page, "attribute"))]
    said = play("create flow_synth~", *asked, "run 0.05", engine=None)
    assert {line.split()[1] for line in said} == names(page, "attribute")
    source = (ROOT / "max_external" / "source" / "flow_synth_tilde.cpp").read_text()
    assert set(re.findall(r'Attribute\{\.name = "(\w+)"', source)) == names(page, "attribute")
    for each in page.iter("attribute"):
        said = play("create flow_synth~", f"send {each.get('name')} 0.", "run 0.05", engine=None)
        is_refused = any("can only be read" in line for line in said)
        assert is_refused == (each.get("set") == "0")


def test_the_arguments_on_the_page_are_those_of_the_object(page: ElementTree.Element) -> None:
    for method in page.iter("method"):
        kinds = [str(each.get("type")) for each in method.iter("arg")]
        values = {"symbol": "any", "int": "1", "float": "0.5", "list": "0.5 0.5"}
        message = " ".join([str(method.get("name")), *(values[kind] for kind in kinds)])
        said = play("create flow_synth~", f"send {message}", "run 0.02", engine=None)
        assert not [line for line in said if "is not understood" in line], message
        said = play("create flow_synth~", f"send {message} any 1", "run 0.02", engine=None)
        assert [line for line in said if "is not understood" in line], message


def test_the_help_patch_has_every_message_and_whole_cords(
    patch: dict[str, Any], known: set[str]
) -> None:
    by_name = {box["id"]: box for box in boxes(patch)}
    assert len(by_name) == len(patch["boxes"])
    messages = {box["text"].split()[0] for box in boxes(patch) if box["maxclass"] == "message"}
    assert messages == known - {"z", "params"}
    (own,) = [box for box in boxes(patch) if box.get("text", "").startswith("flow_synth~ ")]
    assert (own["numinlets"], own["numoutlets"]) == (1, 5)
    for line in patch["lines"]:
        source, outlet = line["patchline"]["source"]
        target, inlet = line["patchline"]["destination"]
        assert outlet < by_name[source]["numoutlets"]
        assert inlet < by_name[target]["numinlets"]


def test_boxes_of_the_help_patch_do_not_cover_each_other(patch: dict[str, Any]) -> None:
    places = [box["patching_rect"] for box in boxes(patch)]
    for index, (x, y, width, height) in enumerate(places):
        for other_x, other_y, other_width, other_height in places[:index]:
            assert (
                x >= other_x + other_width
                or other_x >= x + width
                or y >= other_y + other_height
                or other_y >= y + height
            )


def test_every_message_of_the_help_patch_is_done(package: Path, patch: dict[str, Any]) -> None:
    texts = [box["text"] for box in boxes(patch) if box["maxclass"] == "message"]
    # Places are kept first, and the model stays the same.
    first = ["store 1", "store 2"]
    texts = [*first, *(text for text in texts if text not in (*first, "match"))]
    said = play(
        "create flow_synth~ builtin",
        "wait loaded",
        *(f"send {text}" for text in texts),
        "run 0.1",
        engine=None,
        folder=package / "media",
        external=in_package(package),
    )
    complaints = [line for line in said if line.startswith("console")]
    # Which of them it is depends on whether it has looked for the engine already.
    said_to_be_missing = re.compile("need the engine|there are no candidates")
    assert all(said_to_be_missing.search(line) for line in complaints), complaints


def test_every_file_that_is_named_is_there(package: Path, patch: dict[str, Any]) -> None:
    for box in boxes(patch):
        words = box.get("text", "").split()
        if box["maxclass"] == "newobj":
            assert words[0] in {*OF_MAX, "flow_synth~"}
        if words[:1] == ["js"]:
            assert (package / "javascript" / words[1]).is_file()
        if words[:1] == ["analyze"]:
            assert (package / "media" / words[1]).is_file()
        if words[:1] in (["load"], ["model"], ["flow_synth~"]) and box["maxclass"] != "comment":
            for model in words[1:]:
                assert (package / "support" / f"{model}.flow.ts").is_file()
    readme = (package / "README.md").read_text()
    for folder in re.findall(r"`(externals|support|help|docs|javascript|media)`", readme):
        assert any((package / folder).iterdir())
    for path in package.rglob("*"):
        assert not path.is_symlink()


def test_the_icon_has_the_size_that_max_asks_for(package: Path) -> None:
    with Image.open(package / "icon.png") as icon:
        assert icon.size == (500, 500)
        assert len(icon.getcolors(10**6) or ()) > 100


def test_every_model_lies_beside_its_map(package: Path) -> None:
    models = sorted((package / "support").glob("*.flow.ts"))
    assert {path.name for path in models} == {f"{name}.flow.ts" for name in make_package.MODELS}
    for model in models:
        layout = json.loads(
            model.with_name(model.name.replace(".flow.ts", ".map.json")).read_text()
        )
        assert layout["presets"]


def titles(package: Path) -> set[str]:
    return set(re.findall(r"^# (.*)$", (package / "license.md").read_text(), re.M))


def test_what_is_shipped_has_its_licence(package: Path) -> None:
    assert {title.partition(" (")[0] for title in titles(package)} >= {
        "flow-synth, its models and the built-in synth",
        "media/trumpet.wav and how it was made",
    }
    kinds = {path.suffix for path in package.rglob("*")}
    inside = {
        ".mxo": "LLVM's C++ library",
        ".mxe64": "MinGW-w64's runtime",
        ".dylib": "LibTorch in support, for macOS",
        ".dll": "LibTorch in support, for Windows",
    }
    for kind, title in inside.items():
        if kind in kinds:
            assert any(each.startswith(title) for each in titles(package)), kind


def test_an_engine_is_shipped_with_its_licence_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, kind in (("ENGINE", "dylib"), ("WINDOWS_ENGINE", "dll")):
        engine = tmp_path / name
        engine.mkdir()
        (engine / f"engine.{kind}").write_text("an engine")
        monkeypatch.setattr(make_package, name, engine)
    with pytest.raises(SystemExit, match="there is no LICENSE of LibTorch"):
        make_package.make_package(tmp_path / "package")
    for name in ("ENGINE", "WINDOWS_ENGINE"):
        (tmp_path / name / "LICENSE").write_text(f"of {name}")
    platforms = make_package.make_package(tmp_path / "package")
    assert platforms[-2:] == ["engine for Apple silicon", "engine for Windows"]
    assert (tmp_path / "package" / "support" / "engine.dll").is_file()
    assert (tmp_path / "package" / "support" / "engine.dylib").is_file()
    assert titles(tmp_path / "package") >= {
        "LibTorch in support, for macOS: LICENSE",
        "LibTorch in support, for Windows: LICENSE",
    }


def test_the_package_finds_its_own_models(package: Path) -> None:
    """Beside the object, wherever the folder was put."""
    said = play(
        "create flow_synth~ amsynth-32",
        "wait loaded",
        engine=None,
        external=in_package(package),
        folder=package / "docs",
    )
    (loaded,) = [line for line in said if line.startswith("4 loaded ")]
    assert Path(loaded.split(" ", 2)[2]) == package / "support" / "amsynth-32.flow.ts"


def test_the_script_fills_a_menu_with_knobs(package: Path) -> None:
    script = (package / "javascript" / "flow_synth_knobs.js").read_text()
    program = f"""
        const sent = [];
        const outlet = (...all) => sent.push(all.slice(1).join(" "));
        var inlets, outlets;
        {script}
        model("builtin.flow.ts"); knob("cutoff", 0.5, 880, "Hz"); knob("wave", 1, 2); anything();
        console.log(JSON.stringify([inlets, outlets, sent]));
    """
    node = Path(sys.executable).with_name("node")
    ended = subprocess.run([node, "-e", program], check=True, capture_output=True, text=True)
    assert json.loads(ended.stdout) == [1, 1, ["clear", "append cutoff", "append wave"]]
