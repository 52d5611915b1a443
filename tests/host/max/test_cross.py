"""What is built here for macOS and Windows is what Max there opens, as far as files show it."""

import plistlib
import re
import subprocess
from pathlib import Path

import pytest
from make_package import ENGINE, MACOS, WINDOWS, make_package, tool
from max_for_tests import ROOT

pytestmark = pytest.mark.slow

DEFINED = {
    library: set(
        re.findall(r"^[a-z]\w+$", (ROOT / "max_external" / f"{library}.def").read_text(), re.M)
    )
    for library in ("MaxAPI", "MaxAudio")
}


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    """By `make max-cross`, anew where something has changed."""
    subprocess.run(["make", "max-cross"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def said(program: str, *arguments: str | Path) -> str:
    return subprocess.run(
        [tool(program), *arguments], check=True, capture_output=True, text=True
    ).stdout


def names(path: Path, *flags: str) -> set[str]:
    return {line.split()[-1] for line in said("llvm-nm", *flags, path).splitlines() if line}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle for macOS, in a package."""
    out = tmp_path_factory.mktemp("package") / "flow-synth"
    assert "macOS" in make_package(out)
    return out / "externals" / "flow_synth~.mxo"


def test_the_bundle_is_one_of_max(bundle: Path) -> None:
    contents = bundle / "Contents"
    assert (contents / "PkgInfo").read_text() == "iLaX????"
    described = plistlib.loads((contents / "Info.plist").read_bytes())
    assert described["CFBundlePackageType"] == "iLaX"
    assert described["CFBundleSignature"] == "max2"
    binary = contents / "MacOS" / described["CFBundleExecutable"]
    assert binary.stat().st_mode & 0o111 == 0o111
    assert set(said("llvm-lipo", "-archs", binary).split()) == {"arm64", "x86_64"}


@pytest.mark.parametrize("path", MACOS, ids=["arm64", "x86_64"])
def test_an_object_for_macos_needs_the_system_and_max_alone(path: Path) -> None:
    header = said("llvm-readobj", "--file-headers", path)
    assert "FileType: Bundle" in header
    assert "MH_TWOLEVEL" in header
    assert names(path, "-gU") == {"_ext_main"}
    libraries = said("llvm-otool", "-L", path).splitlines()[1:]
    assert [line.split()[0] for line in libraries] == ["/usr/lib/libSystem.B.dylib"]
    commands = said("llvm-otool", "-l", path)
    assert "LC_CODE_SIGNATURE" in commands
    assert re.search(r"minos 11\.0", commands)
    undefined = {name.removeprefix("_") for name in names(path, "-u")}
    assert DEFINED["MaxAPI"] | DEFINED["MaxAudio"] <= undefined
    # Nothing of a C++ library, whose versions differ from one system to another.
    assert not [name for name in undefined if name.startswith(("_Z", "_ZN"))]


def test_the_object_for_windows_needs_windows_and_max_alone() -> None:
    header = said("llvm-readobj", "--file-headers", WINDOWS)
    assert "Format: COFF-x86-64" in header
    assert "IMAGE_FILE_DLL" in header
    exports = re.findall(r"Name: (\w+)", said("llvm-readobj", "--coff-exports", WINDOWS))
    assert exports == ["ext_main"]
    imports = said("llvm-readobj", "--coff-imports", WINDOWS)
    libraries = dict(
        re.findall(r"Import \{\s+Name: (\S+)(.*?)\n\}", imports, re.S)
    )  # With what is taken from each.
    for library, defined in DEFINED.items():
        taken = set(re.findall(r"Symbol: (\w+)", libraries.pop(f"{library}.dll")))
        assert taken == defined
    of_windows = re.compile(r"KERNEL32\.dll|PSAPI\.DLL|api-ms-win-crt-\w+-l1-1-0\.dll", re.I)
    assert [name for name in libraries if not of_windows.fullmatch(name)] == []


def test_the_engine_for_apple_silicon_finds_its_libtorch_beside_it() -> None:
    engine = ENGINE / "libflow_synth_engine.dylib"
    header = said("llvm-readobj", "--file-headers", engine)
    assert "FileType: DynamicLibrary" in header
    assert "Format: Mach-O arm64" in header
    exports = names(engine, "-gU")
    assert exports
    assert all(name.startswith("_fs_") for name in exports)
    commands = said("llvm-otool", "-l", engine)
    assert re.findall(r"cmd LC_RPATH\n.*\n +path (\S+)", commands) == ["@loader_path"]
    assert "LC_CODE_SIGNATURE" in commands
    libraries = [line.split()[0] for line in said("llvm-otool", "-L", engine).splitlines()[1:]]
    assert libraries[0] == "@rpath/libflow_synth_engine.dylib"
    for library in libraries[1:]:
        if library.startswith("@rpath/"):
            assert (ENGINE / library.removeprefix("@rpath/")).is_file()
        else:
            assert library.startswith("/usr/lib/")


def test_the_engine_takes_nothing_that_its_macos_may_not_have() -> None:
    """All is torch's, or what torch itself takes from the system, but for what is older."""
    torch = [ENGINE / f"{name}.dylib" for name in ("libtorch_cpu", "libc10")]
    there = set().union(*(names(path, flag) for path in torch for flag in ("-gU", "-u")))
    taken = names(ENGINE / "libflow_synth_engine.dylib", "-u") - there
    # Files since macOS 10.15, sized deletion since 10.12, and how the linker binds.
    known = ("__ZNSt3__14__fs10filesystem", "__ZNKSt3__14__fs10filesystem4path9__compare")
    assert {name for name in taken if not name.startswith(known)} <= {
        "__ZdlPvm",
        "dyld_stub_binder",
    }


def test_the_names_of_max_are_those_that_are_declared() -> None:
    declared = (ROOT / "max_external" / "source" / "max_api.h").read_text()
    functions = set(re.findall(r"^(?:[\w]+\*? )+(\w+)\(", declared, re.M))
    assert functions == DEFINED["MaxAPI"] | DEFINED["MaxAudio"]
