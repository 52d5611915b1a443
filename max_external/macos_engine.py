"""Builds the engine for Apple silicon on Linux, against PyPI's torch for macOS.

It is compiled by Zig and linked by LLVM's linker, and lies in ``build/max-macos-engine`` with the
libraries that it opens. It is only built: nothing here can run it.
"""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import ziglang
from make_package import ENGINE, ROOT, tool

#: As old as torch's own wheel.
MACOS = "14.0"
NAME = "libflow_synth_engine.dylib"
#: Of torch's libraries, those that the engine needs, and theirs.
LIBRARIES = ("libtorch_cpu", "libc10", "libomp")
CORE_LEFT_OUT = {"kernel_avx2.cpp"}
WHEEL = ROOT / "build" / "max-macos-torch"
#: The system's C++ library, which the engine shares with torch's. What it takes is found when it
#: is opened.
LIBCXX = """--- !tapi-tbd
tbd-version: 4
targets: [ arm64-macos ]
install-name: '/usr/lib/libc++.1.dylib'
current-version: 1
...
"""


def fetch_torch() -> Path:
    """PyPI's torch for macOS, of the version that the package is pinned to."""
    requires = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    pinned = str(next(each for each in requires if each.startswith("torch==")))
    folder = WHEEL / pinned.replace("==", "-")
    if not folder.is_dir():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", pinned]
        command += ["--only-binary=:all:", "--platform=macosx_14_0_arm64", "--python-version=3.11"]
        subprocess.run([*command, "--dest", str(WHEEL)], check=True)
        (wheel,) = WHEEL.glob("torch-*.whl")
        partial = folder.with_suffix(".partial")
        zipfile.ZipFile(wheel).extractall(partial)
        wheel.unlink()
        partial.rename(folder)
    return folder


def sources() -> list[Path]:
    """Of the core and the engine."""
    listed = (ROOT / "cpp" / "CMakeLists.txt").read_text()
    names = dict.fromkeys(re.findall(r"src/\w+\.cpp", listed))
    return [ROOT / "cpp" / name for name in names if Path(name).name not in CORE_LEFT_OUT]


def compile_all(torch: Path) -> list[Path]:
    """Objects for all sources; what has not changed is not compiled again."""
    headers = [*ROOT.glob("cpp/include/**/*.h"), *ROOT.glob("cpp/src/**/*.h")]
    newest = max(path.stat().st_mtime for path in headers)
    flags = [
        *("-target", f"aarch64-macos.{MACOS}", "-std=gnu++20", "-O2", "-fPIC", "-DNDEBUG"),
        *("-fvisibility=hidden", "-fvisibility-inlines-hidden", "-DFLOW_SYNTH_ENGINE_BUILD"),
        # Only what the C++ library of that macOS has.
        "-U_LIBCPP_HAS_VENDOR_AVAILABILITY_ANNOTATIONS",
        "-D_LIBCPP_HAS_VENDOR_AVAILABILITY_ANNOTATIONS=1",
        *("-I", str(ROOT / "cpp/include"), "-I", str(ROOT / "cpp/src/generated")),
        *("-isystem", str(torch / "torch/include")),
        *("-isystem", str(torch / "torch/include/torch/csrc/api/include")),
    ]
    objects = []
    for source in sources():
        compiled = ENGINE / "objects" / f"{source.stem}.o"
        objects.append(compiled)
        if compiled.exists() and compiled.stat().st_mtime > max(newest, source.stat().st_mtime):
            continue
        # As cpp/CMakeLists.txt has it, for what was generated.
        exact = ["-ffp-contract=off", "-fwrapv"] if source.stem == "builtin_voice" else []
        command = [sys.executable, "-m", "ziglang", "c++", *flags, *exact, "-c", str(source)]
        subprocess.run([*command, "-o", str(compiled)], check=True)
    return objects


def write_system() -> Path:
    """What the system's libraries have, as the linker reads it."""
    folder = ENGINE / "sdk"
    folder.mkdir(exist_ok=True)
    system = Path(ziglang.__file__).parent / "lib/libc/darwin/libSystem.tbd"
    text = re.sub(r",\s*arm64e\.x1-\w+", "", system.read_text())
    (folder / "libSystem.tbd").write_text(text)
    (folder / "libc++.tbd").write_text(LIBCXX)
    return folder


def link(objects: list[Path], torch: Path) -> None:
    """The engine, which finds its libraries beside it."""
    system = write_system()
    exported = ENGINE / "exported.txt"
    exported.write_text("_fs_*\n")
    subprocess.run(
        [
            *(tool("ld64.lld"), "-arch", "arm64", "-platform_version", "macos", MACOS, MACOS),
            *("-dylib", "-adhoc_codesign", "-dead_strip", "-undefined", "dynamic_lookup"),
            *("-install_name", f"@rpath/{NAME}", "-rpath", "@loader_path"),
            *("-exported_symbols_list", str(exported), "-o", str(ENGINE / NAME)),
            *map(str, objects),
            *("-L", str(torch / "torch/lib"), "-ltorch_cpu", "-lc10"),
            *("-L", str(system), "-lc++", "-lSystem"),
        ],
        check=True,
    )


def main() -> None:
    """Fetches, compiles, links and puts all of it together."""
    (ENGINE / "objects").mkdir(parents=True, exist_ok=True)
    torch = fetch_torch()
    link(compile_all(torch), torch)
    for name in LIBRARIES:
        (ENGINE / f"{name}.dylib").write_bytes((torch / f"torch/lib/{name}.dylib").read_bytes())
    for path in sorted(torch.glob("torch-*.dist-info/licenses/*")):
        if path.is_file():
            (ENGINE / path.name).write_bytes(path.read_bytes())
    sys.stdout.write(f"{ENGINE / NAME}\n")


if __name__ == "__main__":
    main()
