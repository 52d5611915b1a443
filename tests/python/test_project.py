"""Laws about the tree itself."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distribution
from inspect import getmodulename
from pathlib import Path
from typing import Any

import pytest
import soundfile
import typer
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from typer.core import TyperGroup

from flow_synth.__main__ import app
from flow_synth.matching import Match

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "python" / "flow_synth"
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

SOURCES = sorted(
    path
    for folder in ("python", "cpp", "tests")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".pyi", ".cpp", ".h", ".dsp"} and "generated" not in path.parts
)
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]

# Spelt so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
ONE_MACHINES_PATH = re.compile(r"(?<![\w.])/(ho" r"me|Us" r"ers|ro" r"ot|wo" r"rk)/\w")


def requirements(lines: list[str]) -> dict[str, Requirement]:
    return {canonicalize_name(r.name): r for r in map(Requirement, lines)}


def commands(page: Path, program: str) -> list[list[str]]:
    """The arguments of every call of ``program`` in the console blocks of a page."""
    blocks = re.findall(r"```console\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    lines = (line.split("#")[0].split() for block in blocks for line in block.splitlines())
    return [words[1:] for words in lines if words[:1] == [program]]


def imported_modules(path: Path) -> set[str]:
    """The first parts of the names of all modules that a Python file imports."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_source_file_is_short_finished_and_names_no_machine(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") <= 600, "split it by noun"
    assert not UNFINISHED.search(text)
    assert not ONE_MACHINES_PATH.search(text)
    assert path.stem not in {"util", "utils", "helper", "helpers", "common", "manager"}


def test_torch_is_the_same_at_build_and_at_run_time() -> None:
    build = requirements(PYPROJECT["build-system"]["requires"])
    run = requirements(PYPROJECT["project"]["dependencies"])
    assert str(build["torch"]) == str(run["torch"])
    assert str(run["torch"].specifier).startswith("==")


def test_package_imports_only_what_it_requires() -> None:
    required = requirements(PYPROJECT["project"]["dependencies"])
    files = [file for name in required for file in distribution(name).files or []]
    provided = {file.parts[0] if file.parts[1:] else getmodulename(file) for file in files}
    imported = set().union(*map(imported_modules, PACKAGE.rglob("*.py")))
    assert imported - sys.stdlib_module_names - {"flow_synth"} <= provided


def test_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    options = ["--config-settings=wheel.cmake=false", f"--wheel-dir={tmp_path}"]
    subprocess.run([*command, *options, str(ROOT)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("flow_synth/")}
    files = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix not in {".pyc", ".so", ".pyd"}
    }
    assert packed == files


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_points_only_to_what_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text("utf-8"))
    missing = [x for x in links if "://" not in x and not (page.parent / x).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_calls_only_commands_that_exist(page: Path) -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    for name, *arguments in commands(page, "flow-synth"):
        command = group.commands[name]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in arguments if word.startswith("--")} <= known
        assert all((ROOT / word).exists() for word in arguments if word.startswith("python/"))


def test_readmes_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL
    )
    audio, sample_rate_hz = soundfile.read(min((ROOT / "examples").glob("*.flac")))
    soundfile.write(tmp_path / "voice.wav", audio, sample_rate_hz)
    monkeypatch.chdir(tmp_path)
    # A search of ten seconds would be one of ten seconds.
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(block.replace("seconds=10", "renders=24"), names)
    assert isinstance(names["match"], Match)
    assert [type(match) for match in (names["best"], *names["others"])] == [Match] * 4


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_names_only_make_targets_that_exist(page: Path) -> None:
    targets = set(
        re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    )
    named = re.findall(r"(?:`|^)make ([a-z0-9-]+)", page.read_text("utf-8"), re.MULTILINE)
    assert set(named) <= targets
