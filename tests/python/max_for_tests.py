"""Max for tests: scripts for `max_player`."""

import os
import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "python"
PLAYER = BUILD / "tests" / "host" / "max" / "max_player"
EXTERNAL = next((BUILD / "max_external").glob("flow_synth~.mxl_*"), None)
ENGINE = BUILD / "cpp" / "libflow_synth_engine.so"
SHIPPED = ROOT / "python" / "flow_synth" / "shipped"
RATE_HZ = 44100
BLOCK = 64
PARAMS, LATENT = "2 list ", "3 list "

Array = NDArray[np.float32]


def play(
    *lines: str,
    engine: Path | None = ENGINE,
    external: Path | None = EXTERNAL,
    folder: Path = SHIPPED,
) -> list[str]:
    """What comes of a script, with Max finding files in a folder."""
    assert external, "first run: make max"
    environment = {**os.environ, "FLOW_SYNTH_ENGINE": str(engine) if engine else ""}
    ended = subprocess.run(
        [PLAYER, external, folder],
        input="\n".join(lines) + "\n",
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr + ended.stdout
    said = ended.stdout.splitlines()
    assert not [line for line in said if line.startswith("breach")]
    return said


def lists(said: list[str], outlet: str) -> list[Array]:
    """The lists out of an outlet."""
    return [
        np.array(line[len(outlet) :].split(), np.float32)
        for line in said
        if line.startswith(outlet)
    ]
