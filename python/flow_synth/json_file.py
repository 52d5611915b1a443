"""JSON files that commands write: read back, and not written over by what is something else."""

import json
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from flow_synth.error import InputError
from flow_synth.frozen import Frozen

Result = TypeVar("Result", bound=Frozen)


def read_result(kind: type[Result], path: Path, *, lacking: str, command: str) -> Result:
    """Reads the result of a command.

    Args:
        kind: what the file holds.
        path: of the file.
        lacking: says of another file what it is not, for example "is no evaluation".
        command: what writes such files.

    Raises:
        InputError: the file cannot be read, or holds something else.
    """
    try:
        return kind.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}); give the result of '{command}'"
        ) from error
    except ValidationError as error:
        if _is_newer(kind, path):
            raise InputError(
                f"{path} was written by a newer version of flow-synth; update flow-synth"
            ) from error
        raise InputError(
            f"{path} {lacking} that this program can read; give the result of '{command}'"
        ) from error


def _is_newer(kind: type[Frozen], path: Path) -> bool:
    """Whether a file says that it is of a later version of its format than this program knows."""
    fields = kind.model_fields
    try:
        content = json.loads(path.read_bytes())
    except ValueError:
        return False
    if not isinstance(content, dict) or not {"format", "version"} <= fields.keys():
        return False
    is_ours = content.get("format") == fields["format"].default
    version = content.get("version")
    return is_ours and isinstance(version, int) and version > fields["version"].default


def check_name(path: Path, *, what: str) -> None:
    """Refuses a name that does not end as those of results do, and so may be of something else.

    Raises:
        InputError: it does not end in ``.json``.
    """
    if path.suffix.lower() != ".json":
        raise InputError(f"{path} is no name for {what}; let it end in '.json'")


def check_format(path: Path, expected: str) -> None:
    """Refuses to write over a JSON file whose ``format`` is not the expected one.

    Raises:
        InputError: the file says that it is something else.
    """
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):  # Missing, or damaged: nothing is lost.
        return
    found = content.get("format") if isinstance(content, dict) else None
    if found != expected:
        raise InputError(
            f"{path} belongs to something else than a {expected!r}; choose another place"
        )
