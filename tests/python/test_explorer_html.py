"""Which part of the explorer's page turns the knobs of a synth that the server plays."""

from pathlib import Path

import pytest
from explorers_for_tests import open_sine

from flow_synth import site_scripts
from flow_synth.explorer import page
from flow_synth.explorer.page import ExplorerPage
from flow_synth.models import Family


@pytest.mark.parametrize("is_built", [True, False], ids=["built", "not built"])
@pytest.mark.parametrize("family", [Family.FLOW_CLASS, Family.VAE])
def test_the_page_turns_knobs_by_a_map_that_the_core_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: Family, is_built: bool
) -> None:
    monkeypatch.setattr(page, "has_instrument_module", lambda: is_built)
    monkeypatch.setattr(site_scripts, "instrument_module", lambda: b"\0asm")
    opened = open_sine(tmp_path, family)
    explorer = ExplorerPage(opened)
    turns = is_built and family == Family.FLOW_CLASS
    assert not explorer.plays
    assert explorer.turns == turns
    assert (explorer.instrument is not None) == turns
    model = {
        "title": "sine",
        "plays_in_browser": False,
        "has_candidates": False,
        "preset_suffixes": [],
        "knobs": list(opened.description.parameters.parameters()),
    }
    html = explorer.html(model)
    assert ("data-instrument" in html) == turns
    assert ("the server plays the synth" in html) == turns
    assert ("data-hear-synth" in html) != turns
