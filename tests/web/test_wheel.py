"""A wheel that is built with the instrument makes pages that play, far from the source tree."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Of the package that the path begins with; the editable one would come before it.
PROGRAM = """
import sys
sys.meta_path = [each for each in sys.meta_path if "ScikitBuild" not in type(each).__name__]
from flow_synth import site_scripts
from flow_synth.library import model_path
assert {folder!r} in site_scripts.__file__
with model_path("builtin") as model:
    script = site_scripts.instrument_script(model)
assert "data:text/javascript;base64," in script
assert site_scripts.instrument_module().startswith(b"\\0asm")
assert "class InstrumentPanel" in site_scripts.page_script()
for name in ("scatterplot.js", "formulas.js", "formulas.css", "libraries-licences.txt"):
    assert len(site_scripts.library(name)) > 1000
"""


@pytest.mark.slow
def test_it_holds_the_instrument(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    options = [f"--config-settings=build-dir={ROOT / 'build/wheel'}", f"--wheel-dir={tmp_path}"]
    environment = os.environ | {"FLOW_SYNTH_WEB": "1"}
    subprocess.run([*build, *options, str(ROOT)], env=environment, check=True, timeout=1800)
    (wheel,) = tmp_path.glob("*.whl")
    folder = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(folder)
    alone = os.environ | {"PYTHONPATH": str(folder)}
    command = [sys.executable, "-c", PROGRAM.format(folder=str(folder))]
    subprocess.run(command, env=alone, check=True, cwd=tmp_path)
