"""TOML files that people write: read, and their mistakes told in one sentence."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from flow_synth.error import InputError


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file.

    Raises:
        InputError: the file cannot be read, or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror
    except ValueError as error:  # bytes that are not UTF-8, or no TOML
        reason = str(error)
    raise InputError(f"cannot read {path} ({reason}); give a TOML file")


def refusal(path: Path | str, error: ValidationError, advice: str) -> InputError:
    """The first problem of a file or request: its place, what was given, what is allowed."""
    problem = error.errors(include_url=False)[0]
    place = ".".join(map(str, problem["loc"]))
    given = problem["input"]
    shown = f" is {given!r}" if isinstance(given, str | int | float) else ""
    where = f"{place!r}{shown}: " if place else ""
    return InputError(f"{path}: {where}{problem['msg'].removeprefix('Value error, ')}; {advice}")
