"""What a page needs to play: its scripts in one file, and the instrument as text.

A page that is opened from disk may load plain scripts alone: no module by its address, and neither
WebAssembly nor a model. So modules become one script, and bytes become text in scripts.
"""

import base64
import gzip
import json
import re
import zipfile
from pathlib import Path

from flow_synth.error import InputError
from flow_synth.model_file import BLOB_ENTRY

SITE = Path(__file__).with_name("site")
_ROOT = Path(__file__).parents[2]

MODULE = "instrument.wasm"
HOW_TO_BUILD = "cmake -S web -B build/web -G Ninja && cmake --build build/web"

_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:class|function|const) (\w+))", re.MULTILINE)
_NOTHING_EXPORTED = re.compile(r"^export \{\};$", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


def instrument_folder() -> Path:
    """The ES modules of the instrument: those in the package, or those of the source tree.

    Raises:
        InputError: there are none.
    """
    folders = (SITE / "instrument", _ROOT / "web" / "instrument")
    for folder in folders:
        if (folder / "player.js").is_file():
            return folder
    raise InputError(f"{folders[0]} has no instrument; install flow-synth again, or clone it")


def has_instrument_module() -> bool:
    """Whether the instrument was built."""
    return any(place.is_file() for place in _places(MODULE))


def instrument_module() -> bytes:
    """The instrument as WebAssembly.

    Raises:
        InputError: it was not built.
    """
    return _built(MODULE, ", or give --silent for a page without the instrument")


def has_library(name: str) -> bool:
    """Whether a library of pages was built."""
    return any(place.is_file() for place in _places(name))


def library(name: str) -> bytes:
    """A script or style sheet of others' work, as ``web/libraries`` packs it.

    Raises:
        InputError: it was not built.
    """
    return _built(name)


def _places(name: str) -> tuple[Path, Path]:
    """Of what is built for pages: in the package, and in the source tree."""
    return SITE / name, _ROOT / "build" / "web" / name


def _built(name: str, otherwise: str = "") -> bytes:
    for place in _places(name):
        if place.is_file():
            return place.read_bytes()
    raise InputError(
        f"{SITE / name} is missing; build it with '{HOW_TO_BUILD}' in the source tree{otherwise}"
    )


def bundle(entry: Path) -> str:
    """A module and all that it imports as one plain script; each keeps its names to itself.

    Modules import names in braces and by relative address, and export what they declare.

    Raises:
        ValueError: a module imports or exports in another way.
        OSError: a module is missing.
    """
    parts: dict[str, str] = {}
    _add(entry, parts)
    return '"use strict";\n' + "\n".join(parts.values()) + "\n"


def _add(path: Path, parts: dict[str, str]) -> None:
    if path.name in parts:
        return
    source = path.read_text(encoding="utf-8")
    for _, address in _IMPORT.findall(source):
        _add(_found(path, address), parts)
    names = _EXPORT.findall(source)
    source = _IMPORT.sub(_taken, source)
    source = _NOTHING_EXPORTED.sub("", _EXPORT.sub("", source))
    if left := _LEFT.search(source):
        raise ValueError(f"{path} has a line that cannot be bundled: {left.group()}")
    given = ", ".join(names)
    parts[path.name] = (
        f"const {_variable(path.name)} = (() => {{\n{source}\nreturn {{ {given} }};\n}})();"
    )


def _found(importer: Path, address: str) -> Path:
    """In an installed package the instrument lies elsewhere than in the source tree."""
    beside = (importer.parent / address).resolve()
    return beside if beside.is_file() else instrument_folder() / beside.name


def _taken(found: re.Match[str]) -> str:
    names, address = found.groups()
    renamed = " ".join(names.split()).replace(" as ", ": ")
    return f"const {{ {renamed} }} = {_variable(address)};"


def _variable(address: str) -> str:
    return f"module_{Path(address).stem}"


def page_script() -> str:
    """All that a page runs."""
    return bundle(SITE / "main.js")


def instrument_script(model: Path) -> str:
    """A script that gives a page the instrument and a model; it is loaded when asked for.

    Raises:
        InputError: the instrument was not built.
    """
    with zipfile.ZipFile(model) as archive:
        (entry,) = (name for name in archive.namelist() if name.endswith(f"/{BLOB_ENTRY}"))
        blob = archive.read(entry)
    worklet = bundle(instrument_folder() / "worklet.js").encode()
    files = {
        "wasm": _text(gzip.compress(instrument_module(), 9, mtime=0)),
        "model": _text(gzip.compress(blob, 9, mtime=0)),
        "worklet": f"data:text/javascript;base64,{_text(worklet)}",
    }
    return data_script("instrument", files)


def data_script(name: str, value: object) -> str:
    """A script that gives a page something by its name."""
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # As part of a page or not, it must not end the element that it stands in.
    content = content.replace("</", "<\\/")
    return f"(globalThis.flowSynthData ??= {{}}).{name} = {content};\n"


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
