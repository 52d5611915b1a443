"""Files that are either whole or absent, even when the disk is full or the process is killed."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from flow_synth.error import InputError

#: The last part of the name of a file, or of a folder of files, that is still being written.
PARTIAL_SUFFIX = ".partial"
_STAGE_PREFIX = ".flow-synth-"


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
                _write(file, content)
            partial.chmod(0o644)
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Writes files of one folder: all of them, or none when one of them cannot be written.

    All are whole under temporary names before the first is renamed. Only a process killed between
    two renames leaves some without the others, each of them whole.

    Raises:
        InputError: the disk is full, the folder cannot be written, or a folder has the name of a
            file; all is as it was before.
    """
    path = next(iter(contents))
    try:
        for path in contents:
            if path.is_dir():
                raise InputError(
                    f"cannot write {path}, a folder has this name; move it or choose another "
                    "folder for the results"
                )
        with _stage(path.parent) as stage, _stage(path.parent) as before:
            for path, content in contents.items():
                with (stage / path.name).open("wb") as file:
                    _write(file, content)
            _move_all(stage, contents, before)
        _sync_folder(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error


def make_folder(folder: Path) -> None:
    """Makes a folder, and those above it, unless it is there.

    Raises:
        InputError: it cannot be made, or no file can be written in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _try_to_write_in(folder)
    except OSError as error:
        raise cannot_write(folder, error) from error


def check_writable(path: Path) -> None:
    """Tells before the work that gives a file's content whether it can be written.

    Raises:
        InputError: it cannot.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        _try_to_write_in(path.parent)
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
        if partial.is_dir() and not partial.is_symlink():
            shutil.rmtree(partial)
        else:
            partial.unlink(missing_ok=True)


def remove_abandoned_stages(folder: Path) -> None:
    """Removes what killed calls of :func:`write_together` left; others may still be writing."""
    for stage in folder.glob(f"{_STAGE_PREFIX}*{PARTIAL_SUFFIX}"):
        with suppress(OSError), locked(stage):
            shutil.rmtree(stage)


@contextmanager
def locked(folder: Path) -> Iterator[int]:
    """Holds a folder until the end, or until the process is killed; gives the descriptor.

    A process that inherits the descriptor holds the folder, too.

    Raises:
        BlockingIOError: another process holds it.
        OSError: the system cannot lock folders, as Windows.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _stage(folder: Path) -> Iterator[Path]:
    """A folder for files on their way, locked while it is in use where folders can be locked."""
    stage = Path(tempfile.mkdtemp(PARTIAL_SUFFIX, _STAGE_PREFIX, folder))
    try:
        with ExitStack() as stack:
            with suppress(OSError):
                stack.enter_context(locked(stage))
            yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _try_to_write_in(folder: Path) -> None:
    """Permissions do not tell: nobody, not even root, can write on a read-only disk."""
    with tempfile.TemporaryFile(dir=folder):
        pass


def _write(file: IO[bytes], content: bytes) -> None:
    file.write(content)
    file.flush()
    os.fsync(file.fileno())


def _move_all(stage: Path, targets: Iterable[Path], before: Path) -> None:
    """Moves files from the stage to their places; brings back what was before if one cannot."""
    try:
        for target in targets:
            if os.path.lexists(target):
                target.replace(before / target.name)
            (stage / target.name).replace(target)
    except BaseException:
        for target in targets:
            if os.path.lexists(before / target.name):
                (before / target.name).replace(target)
            elif not (stage / target.name).exists():
                target.unlink()
        raise


def _sync_folder(folder: Path) -> None:
    """Makes a rename survive a power cut; Windows cannot open folders and needs no such call."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
