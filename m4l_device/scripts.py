"""Which JavaScript a device needs: what its boxes name, and what that requires in turn."""

import re
from collections.abc import Iterable
from pathlib import Path

from amxd import DeviceError

_REQUIRED = re.compile(r"""\brequire\(\s*["']([^"']+)["']\s*\)""")


def scripts_needed(folder: Path, entries: Iterable[str]) -> tuple[str, ...]:
    """Names of the scripts, sorted.

    Args:
        folder: where all of them lie.
        entries: those that boxes name.

    Raises:
        DeviceError: there is none of such a name.
    """
    found: set[str] = set()
    waiting = list(dict.fromkeys(entries))
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        path = folder / name
        if not path.is_file():
            raise DeviceError(f"there is no script '{name}' in {folder}; add it there")
        found.add(name)
        waiting += [_file_name(each) for each in _REQUIRED.findall(path.read_text("utf-8"))]
    return tuple(sorted(found))


def _file_name(required: str) -> str:
    name = required.removeprefix("./")
    return name if name.endswith(".js") else f"{name}.js"
