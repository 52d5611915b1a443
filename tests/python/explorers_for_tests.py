"""Explorers of a tiny model, and what asks them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from models_for_tests import write_tiny_model
from starlette.testclient import TestClient
from synths_for_tests import SineSynth, open_test_synth

from flow_synth import candidates, refinement
from flow_synth.explorer.app import Explorer
from flow_synth.explorer.decoder import Decoder
from flow_synth.export import Model
from flow_synth.library import FlowSynth
from flow_synth.models import Family
from flow_synth.parameter import ParameterTable
from flow_synth.preset import Preset
from flow_synth.site_builder import Opened
from flow_synth.stage import Stage

ADDRESS = "http://127.0.0.1:8642"
N_KNOBS = 8
#: A preset on which the synth ends its process, in workers that are told so.
CRASHING = np.full(N_KNOBS, 0.25, np.float32)
CRASHES = f"sine crash={Preset('', CRASHING).identity}"

Json = dict[str, Any]


class ManySines(SineSynth):
    """Knobs enough for a model that draws candidates."""

    def __init__(self, faults: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(faults)
        knob = self.table[0]
        self.table = ParameterTable(
            tuple(knob.model_copy(update={"name": f"partial_{k}"}) for k in range(1, N_KNOBS + 1))
        )


def open_sines(description: str) -> ManySines:
    """As :func:`synths_for_tests.open_test_synth`; workers import it by its name."""
    return ManySines(open_test_synth(description)._faults)


def open_sine(folder: Path, family: Family = Family.FLOW_CLASS) -> Opened:
    """A model that has learnt nothing; of this family it draws candidates."""
    path = folder / "sine.flow.ts"
    write_tiny_model(path, ManySines(), family)
    return Opened("sine", path, FlowSynth(Model.load(path), ManySines()), None)


@contextmanager
def little_breeding() -> Iterator[None]:
    """Candidates in a fraction of the time; how good they are is not the explorer's to say."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "_N_GENERATIONS", 1)
        patch.setattr(refinement, "N_CHILDREN", 32)
        yield


@contextmanager
def client_of(
    opened: Opened, stage: Stage, decoder: Decoder | None = None
) -> Iterator[TestClient]:
    """Asks as a browser on this machine would."""
    explorer = Explorer(opened, stage, decoder or Decoder(seconds=60))
    try:
        with TestClient(explorer.app("127.0.0.1"), base_url=ADDRESS) as client:
            yield client
    finally:
        explorer.close()


def sent(client: TestClient, path: Path) -> Json:
    """What is answered to a sound file."""
    answer = client.post(f"/api/sounds?name={path.name}", content=path.read_bytes())
    assert answer.status_code == 201, answer.text
    heard: Json = answer.json()
    return heard


def asked(client: TestClient, sound: Json, **wishes: object) -> str:
    """The address of a match."""
    answer = client.post("/api/matches", json={"sound": sound["id"], **wishes})
    assert answer.status_code == 202, answer.text
    return f"/api/matches/{answer.json()['id']}"


def followed(client: TestClient, address: str) -> list[Json]:
    """All news of a match, to its end."""
    news: list[Json] = [{"revision": 0, "state": "waiting"}]
    while news[-1]["state"] in ("waiting", "running"):
        news.append(client.get(f"{address}?since={news[-1]['revision']}").json())
    return news[1:]
