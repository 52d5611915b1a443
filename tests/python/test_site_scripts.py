"""The scripts of a page: modules in one file, and bytes as text."""

import base64
import gzip
import json
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from node_for_tests import needs_node, node

from flow_synth import site_scripts
from flow_synth.error import InputError
from flow_synth.parameter import Parameter
from flow_synth.site_scripts import (
    SITE,
    bundle,
    data_script,
    instrument_folder,
    instrument_script,
    page_script,
)
from flow_synth.synths.amsynth import amsynth_table
from flow_synth.synths.builtin import BuiltinSynth

ROOT = Path(__file__).parents[2]


@needs_node
def test_a_bundle_does_what_its_modules_do(tmp_path: Path) -> None:
    (tmp_path / "inner.js").write_text(
        "const hidden = 2;\nexport function twice(x) {\n  return hidden * x;\n}\n"
        "export class Kept {}\nexport const NAME = 'inner';\nexport async function later() {\n"
        "  return 5;\n}\nexport {};\n"
    )
    (tmp_path / "other.js").write_text(
        'import { twice } from "./inner.js";\nconst hidden = 10;\n'
        "export function more(x) {\n  return twice(x) + hidden;\n}\n"
    )
    (tmp_path / "main.js").write_text(
        'import {\n  NAME as called,\n  Kept,\n  later,\n} from "./inner.js";\n'
        'import { more } from "./other.js";\n'
        "console.log(JSON.stringify([more(4), called, typeof Kept, await_()]));\n"
        "function await_() {\n  void later();\n  return 1;\n}\n"
    )
    script = bundle(tmp_path / "main.js")
    assert json.loads(node(script)) == [18, "inner", "function", 1]
    assert script.count("const hidden = 2") == 1


@pytest.mark.parametrize(
    "line",
    [
        "export default 3;",
        'import all from "./a.js";',
        'import * as all from "./a.js";',
        'import "./a.js";',
        "export let x = 3;",
        'export { x } from "./a.js";',
    ],
)
def test_what_cannot_be_bundled_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.js").touch()
    (tmp_path / "main.js").write_text(f"{line}\n")
    with pytest.raises(ValueError, match="cannot be bundled"):
        bundle(tmp_path / "main.js")


def test_modules_are_told_apart_by_their_names() -> None:
    names = [path.name for folder in (SITE, instrument_folder()) for path in folder.glob("*.js")]
    assert len(names) == len(set(names))


@needs_node
@pytest.mark.parametrize("part", ["page", "worklet"])
def test_scripts_of_the_page_are_plain_ones(part: str, tmp_path: Path) -> None:
    worklet = instrument_folder() / "worklet.js"
    script = page_script() if part == "page" else bundle(worklet)
    path = tmp_path / "script.cjs"
    path.write_text(script)
    subprocess.run(["node", "--check", path], check=True)
    assert ("registerProcessor(" in script) == (part == "worklet")


@needs_node
def test_the_page_is_given_the_model_and_the_module(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_scripts, "instrument_module", lambda: b"\0asm")
    script = instrument_script(model)
    given = json.loads(node(f"{script}console.log(JSON.stringify(flowSynthData.instrument))"))
    assert gzip.decompress(base64.b64decode(given["wasm"])) == b"\0asm"
    with zipfile.ZipFile(model) as archive:
        (entry,) = (name for name in archive.namelist() if name.endswith("/flow_synth.flow"))
        assert gzip.decompress(base64.b64decode(given["model"])) == archive.read(entry)
    kind, _, worklet = given["worklet"].partition(",")
    assert kind == "data:text/javascript;base64"
    assert "registerProcessor" in base64.b64decode(worklet).decode()
    assert script == instrument_script(model)


@needs_node
def test_data_may_say_anything() -> None:
    value = {"name": "</script><script>alert(1)</script>", "Ω": ["\u2028", 'a"b\\', None, 0.5]}
    script = data_script("map", value)
    assert "</" not in script
    assert json.loads(node(f"{script}console.log(JSON.stringify(flowSynthData.map))")) == value


def test_what_was_not_built_is_named_with_what_builds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_scripts, "SITE", tmp_path)
    monkeypatch.setattr(site_scripts, "_ROOT", tmp_path)
    sentence = f"is missing; build it with '{site_scripts.HOW_TO_BUILD}' in the source tree"
    # Only the instrument can be left out.
    silent = ", or give --silent for a page without the instrument"
    with pytest.raises(InputError, match=f"^.*instrument.wasm {re.escape(sentence + silent)}$"):
        site_scripts.instrument_module()
    with pytest.raises(InputError, match=f"^.*formulas.js {re.escape(sentence)}$"):
        site_scripts.library("formulas.js")
    (tmp_path / "formulas.js").write_bytes(b"drawn")
    assert site_scripts.library("formulas.js") == b"drawn"
    with pytest.raises(InputError, match="has no instrument; install"):
        site_scripts.instrument_folder()


@needs_node
def test_knobs_say_on_the_page_what_they_say_elsewhere() -> None:
    knobs: list[Parameter] = [*BuiltinSynth().table.parameters(), *amsynth_table().parameters()]
    units = [0.0, 0.1, 0.333, 0.5, 0.77, 1.0, -0.2, 1.4]
    asked = json.dumps([knob.model_dump(mode="json") for knob in knobs])
    said = json.loads(
        node(
            f'import {{ describe }} from "{(SITE / "knob_text.js").as_uri()}";'
            "const [knobs, units] = process.argv.slice(1).map((text) => JSON.parse(text));"
            "console.log(JSON.stringify(knobs.map((k) => units.map((u) => describe(k, u)))));",
            asked,
            json.dumps(units),
        )
    )
    assert said == [[knob.describe(unit) for unit in units] for knob in knobs]


@needs_node
@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests" / "web").glob("site*.test.js")), ids=lambda path: path.name
)
def test_javascript(path: Path) -> None:
    ended = subprocess.run(["node", "--test", path], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
