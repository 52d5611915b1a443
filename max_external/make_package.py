"""Lays out the Max package: ``python max_external/make_package.py build/package/flow-synth``.

What was built for another platform goes in where it was (``make max-cross``); a package without it
is still one for the platforms that it has.
"""

import argparse
import plistlib
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import soundfile
from help_patch import help_patch
from icon import draw_icon

HERE = Path(__file__).parent
ROOT = HERE.parent
NAME = "flow_synth~"
MODELS = ("builtin", "amsynth-32")
SOUND = "trumpet"
#: Where `make max` and `make max-cross` leave objects, and the engine for Apple silicon; the one
#: for Windows is where the workflow `max` puts it.
LINUX = ROOT / "build/python/max_external" / f"{NAME}.mxl_x86_64"
WINDOWS = ROOT / "build/max-windows/max_external" / f"{NAME}.mxe64"
MACOS = [
    ROOT / f"build/max-macos-{processor}/max_external" / f"{NAME}.so"
    for processor in ("arm64", "x86_64")
]
ENGINE = ROOT / "build/max-macos-engine"
WINDOWS_ENGINE = ROOT / "build/max-windows-engine"


def tool(name: str) -> str:
    """A program of LLVM, whatever its version."""
    for candidate in (f"{name}-22", f"{name}-19", name):
        if found := shutil.which(candidate):
            return found
    raise SystemExit(f"there is no {name}; install LLVM's tools (Debian: lld-22 llvm-22)")


def version() -> str:
    """That of everything here."""
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    return next(line.split('"')[1] for line in lines if line.startswith("version = "))


def make_bundle(folder: Path) -> None:
    """The object for both kinds of Mac, in one bundle."""
    contents = folder / f"{NAME}.mxo" / "Contents"
    (contents / "MacOS").mkdir(parents=True)
    binary = contents / "MacOS" / NAME
    subprocess.run([tool("llvm-lipo"), "-create", *MACOS, "-output", binary], check=True)
    binary.chmod(binary.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    (contents / "PkgInfo").write_text("iLaX????")
    described = {
        "CFBundleDevelopmentRegion": "English",
        "CFBundleExecutable": NAME,
        "CFBundleIdentifier": "org.flow-synth.max",
        "CFBundleInfoDictionaryVersion": "6.0",
        "CFBundleName": NAME,
        "CFBundlePackageType": "iLaX",
        "CFBundleShortVersionString": version(),
        "CFBundleSignature": "max2",
        "CFBundleVersion": version(),
        "LSMinimumSystemVersion": "11.0",
    }
    (contents / "Info.plist").write_bytes(plistlib.dumps(described))


def add_objects(folder: Path) -> list[str]:
    """Whatever was built, and for what."""
    folder.mkdir(parents=True)
    platforms = []
    for path, platform in ((LINUX, "Linux, for tests"), (WINDOWS, "Windows")):
        if path.is_file():
            shutil.copy(path, folder)
            platforms.append(platform)
    if all(path.is_file() for path in MACOS):
        make_bundle(folder)
        platforms.append("macOS")
    return platforms


def add_support(folder: Path) -> list[str]:
    """Models, and engines with all that they open."""
    folder.mkdir(parents=True)
    for name in MODELS:
        for kind in ("flow.ts", "map.json"):  # The devices for Live read maps there.
            shutil.copy(ROOT / "python/flow_synth/shipped" / f"{name}.{kind}", folder)
    platforms = []
    for engine, kind, platform in (
        (ENGINE, "*.dylib", "Apple silicon"),
        (WINDOWS_ENGINE, "*.dll", "Windows"),
    ):
        libraries = sorted(engine.glob(kind))
        for library in libraries:
            shutil.copy(library, folder)
        if libraries:
            platforms.append(f"engine for {platform}")
    return platforms


def licences() -> str:
    """Of everything that is shipped."""
    texts = {
        "flow-synth, its models and the built-in synth (Faust's generated code included)": (
            ROOT / "LICENSE"
        ).read_text(),
        f"media/{SOUND}.wav and how it was made": (ROOT / "examples/LICENSES.md").read_text(),
    }
    texts.update(runtime_licences())
    for engine, platform in ((ENGINE, "macOS"), (WINDOWS_ENGINE, "Windows")):
        own = sorted(engine.glob("LICENSE*"))
        if not own and [*engine.glob("*.dylib"), *engine.glob("*.dll")]:
            raise SystemExit(f"there is no LICENSE of LibTorch in {engine}; build it anew")
        for path in own:
            title = f"LibTorch in support, for {platform}: {path.name}"
            texts[title] = path.read_text(errors="replace")
    return "\n".join(f"# {title}\n\n```\n{text.strip()}\n```\n" for title, text in texts.items())


def runtime_licences() -> dict[str, str]:
    """Of what the compiler puts into the objects for macOS and Windows."""
    if not (WINDOWS.is_file() or MACOS[0].is_file()):
        return {}
    import ziglang  # Only where it has compiled something.

    library = Path(ziglang.__file__).parent / "lib"
    return {
        "LLVM's C++ library, inside the objects for macOS and Windows, and libomp in support": (
            library / "libcxx/LICENSE.TXT"
        ).read_text(),
        "MinGW-w64's runtime, inside the object for Windows": (
            library / "libc/mingw/COPYING"
        ).read_text(),
    }


def make_package(out: Path) -> list[str]:
    """The folder that belongs into Max's Packages."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(HERE / "package", out)
    platforms = add_objects(out / "externals")
    platforms += add_support(out / "support")
    (out / "help").mkdir(exist_ok=True)
    (out / "help" / f"{NAME}.maxhelp").write_text(
        help_patch(HERE / "package/docs" / f"{NAME}.maxref.xml")
    )
    (out / "media").mkdir(exist_ok=True)
    audio, rate_hz = soundfile.read(ROOT / "examples" / f"{SOUND}.flac")
    soundfile.write(out / "media" / f"{SOUND}.wav", audio, rate_hz, subtype="PCM_16")
    draw_icon().save(out / "icon.png")
    (out / "license.md").write_text(licences())
    return platforms


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    chosen = parser.parse_args()
    built = make_package(chosen.out)
    sys.stdout.write(f"{chosen.out} for: {', '.join(built) or 'nothing that was built'}\n")
