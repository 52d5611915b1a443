"""Node.js, which runs what a page runs."""

import os
import shutil
import subprocess

import pytest

# Where CI runs, it must be there.
needs_node = pytest.mark.skipif(
    shutil.which("node") is None and not os.environ.get("CI"), reason="Node.js is not here"
)


def node(source: str, *arguments: str) -> str:
    """What a module says that is given as text."""
    command = ["node", "--input-type=module", "-e", source, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
