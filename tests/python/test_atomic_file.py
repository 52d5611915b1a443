"""Files that are whole or absent: what failures and killed processes leave behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flow_synth.atomic_file import remove_abandoned_stages, remove_partial_files, write_together
from flow_synth.error import InputError

#: Writes two files into the folder that it is given, and hangs before the first is whole.
HANGING_WRITER = """
import os, sys, time
from pathlib import Path
from flow_synth.atomic_file import write_together

def hang(descriptor):
    print("writing", flush=True)
    time.sleep(600)

os.fsync = hang
write_together({Path(sys.argv[1]) / name: b"new" for name in "ab"})
"""


def contents_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_files_written_together_replace_the_old_ones(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    write_together({tmp_path / "a": b"1", tmp_path / "b": b"2"})
    assert contents_of(tmp_path) == {"a": b"1", "b": b"2"}


@pytest.mark.parametrize("failing", range(1, 6))
def test_a_failure_brings_back_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """Whichever rename fails: two put the old files away, three put the new ones in place."""
    old = {"a": b"old a", "b": b"old b"}
    for name, content in old.items():
        (tmp_path / name).write_bytes(content)
    rename, calls = Path.replace, iter(range(1, 100))

    def fail_once(path: Path, target: Path) -> Path:
        if next(calls) == failing:
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", fail_once)
    with pytest.raises(InputError, match=rf"cannot write {tmp_path}/[abc] \(Permission denied\)"):
        write_together({tmp_path / name: b"new" for name in "abc"})
    assert contents_of(tmp_path) == old


def test_a_folder_in_the_way_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(InputError, match=f"cannot write {tmp_path / 'b'}, a folder"):
        write_together({tmp_path / name: b"new" for name in "ab"})
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot lock folders")
def test_what_a_killed_writer_leaves_is_removed_and_a_living_one_is_left_alone(
    tmp_path: Path,
) -> None:
    foreign = tmp_path / ".song.partial"
    foreign.mkdir()
    command = [sys.executable, "-c", HANGING_WRITER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "writing\n"
        at_work = set(tmp_path.iterdir())
        remove_abandoned_stages(tmp_path)
        assert set(tmp_path.iterdir()) == at_work
        os.kill(writer.pid, signal.SIGKILL)
    assert set(tmp_path.iterdir()) == at_work > {foreign}
    remove_abandoned_stages(tmp_path)
    assert set(tmp_path.iterdir()) == {foreign}


def test_partial_files_and_folders_are_removed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / ".a.x.partial").write_bytes(b"half")
    (tmp_path / ".b.x.partial").mkdir()
    (tmp_path / ".b.x.partial" / "b.wav").write_bytes(b"half")
    (tmp_path / "c.partial").write_bytes(b"whole")
    remove_partial_files(tmp_path)
    assert contents_of(tmp_path) == {"c.partial": b"whole"}
