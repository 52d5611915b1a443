"""Files that are either whole or absent, even when the disk is full or the process is killed."""

import os
import tempfile
from pathlib import Path

from flow_synth.error import InputError

#: The last part of the name of a file that is still being written.
PARTIAL_SUFFIX = ".partial"


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a file under a temporary name in the same folder, syncs it and renames it.

    Raises:
        InputError: the disk is full or the folder cannot be written; nothing is left behind.
    """
    try:
        descriptor, name = tempfile.mkstemp(PARTIAL_SUFFIX, f".{path.name}.", path.parent)
        partial = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.chmod(0o644)
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> InputError:
    """What to tell a user whose disk is full or whose folder cannot be written."""
    return InputError(
        f"cannot write {path} ({error.strerror}); make room or choose another folder, "
        "and run the same command again"
    )


def remove_partial_files(folder: Path) -> None:
    """Removes what killed writers left in a folder that nobody else is writing to."""
    for partial in folder.glob(f".*{PARTIAL_SUFFIX}"):
        partial.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Makes a rename survive a power cut; Windows cannot open folders and needs no such call."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
