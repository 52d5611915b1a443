"""The folder of a page: all of its files come to be, or the older page stays."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flow_synth.atomic_file import cannot_write
from flow_synth.error import InputError

#: Tells a folder that this program wrote from others, and holds what was measured for the page.
MARKER = "site.json"
FORMAT = "flow-synth page"


def check_place(out: Path) -> None:
    """Refuses to write where something else is.

    Raises:
        InputError: the folder holds something else than a page, or is a file.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise InputError(f"{out} is a file; give the name of a folder")
    if any(out.iterdir()) and not _is_page(out):
        raise InputError(f"{out} holds something else than a page; give an empty folder")


def _is_page(folder: Path) -> bool:
    try:
        content = json.loads((folder / MARKER).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("format") == FORMAT


@contextmanager
def staged(out: Path) -> Iterator["StagedSite"]:
    """Files beside their final place, which are gone if not all of them come to be."""
    stage = out.with_name(f".{out.name}.partial")
    try:
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir(parents=True)
    except OSError as error:
        raise cannot_write(stage, error) from error
    try:
        yield StagedSite(out, stage)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


class StagedSite:
    """Files in a stage, until all of them are there."""

    def __init__(self, out: Path, stage: Path) -> None:
        self._out = out
        self._stage = stage
        self._sizes: dict[str, int] = {}

    def keep(self, name: str, content: bytes) -> str:
        """Writes a file, and gives its address."""
        path = self._stage / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise cannot_write(path, error) from error
        self._sizes[name] = len(content)
        return name

    def finish(self) -> Mapping[str, int]:
        """Puts everything in its place; the older page is gone then."""
        try:
            if self._out.exists():
                shutil.rmtree(self._out)
            self._stage.rename(self._out)
        except OSError as error:
            raise cannot_write(self._out, error) from error
        return self._sizes
