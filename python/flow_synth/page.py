"""Pages that are written from results alone: ``python -m MODULE PAGE.md RESULT.json ...``."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")


def write_page(
    make: Callable[[Mapping[str, Result]], str], read: Callable[[Path], Result]
) -> None:
    """Writes the page given first on the command line from the results given after it.

    Args:
        make: makes it from results by the path of their files without suffix, as seen from it.
        read: reads a result.
    """
    page, *files = map(Path, sys.argv[1:])
    results = {
        file.relative_to(page.parent).with_suffix("").as_posix(): read(file) for file in files
    }
    page.write_text(make(results), encoding="utf-8")
