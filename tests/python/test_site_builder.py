"""The supporting page has all that it refers to, fetches nothing, and says its results."""

import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from answers_for_tests import answered
from commands_for_tests import Run
from node_for_tests import needs_node, node
from numpy.typing import NDArray
from PIL import Image

from flow_synth import site_scripts
from flow_synth.answers import ANSWERS
from flow_synth.error import InputError
from flow_synth.library import model_path
from flow_synth.metric import Measure
from flow_synth.results import Results, TargetSet
from flow_synth.score import Method
from flow_synth.site_builder import LARGEST_BYTES, LIBRARIES, build_site, open_models
from flow_synth.site_folder import MARKER, check_place
from flow_synth.site_sounds import Plan
from flow_synth.synths import open_synth

ROOT = Path(__file__).parents[2]
BEFORE_AUDIO_BYTES = 1_500_000
#: What the tables of all results and the rows of both shipped models add to a page of this test.
MORE_TEXT_BYTES = 800_000
#: Some of every kind, because intervals take their time.
SOME_RESULTS = (
    "results/amsynth-16/baselines-r0",
    "results/amsynth-16/mlp-r0-s0",
    "results/amsynth-16/mlp-r1-s0",
    "matching/amsynth-32-0.json",
    "semantic/amsynth-32.json",
    "builtin-model.json",
)
HEARD = f"results/builtin/{ANSWERS}"
VOID = {"meta", "link", "img", "input", "br", "wbr", "path", "circle"}
#: The one thing that begins like an address and is only a name.
NAMESPACES = re.compile(r"http://www\.w3\.org/(1998/Math/MathML|2000/svg|1999/xhtml)\b")
KATEX = ROOT / "build" / "web" / "libraries" / "node_modules" / "katex" / "dist" / "katex.mjs"
#: What KaTeX makes of each formula, or the fault that it finds.
COMPILE = f"""
import katex from "{KATEX.as_uri()}";
const compiled = JSON.parse(process.argv[1]).map(([tex, kind]) => {{
  try {{
    return katex.renderToString(tex, {{ displayMode: kind === "display", strict: "error" }});
  }} catch (error) {{
    return error.message;
  }}
}});
console.log(JSON.stringify(compiled));
"""


class Page(HTMLParser):
    """Elements of a page: names, attributes, the text of those with a source."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.cells: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        #: TeX, and whether it is displayed.
        self.formulas: list[tuple[str, str]] = []
        self._source = ""
        self._formula: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        self.elements.append((tag, found))
        self._source = found.get("data-source", "")
        self._formula = found.get("data-formula")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._formula is not None:
            self.formulas.append((data, self._formula))
            self._formula = None
        if self._source:
            self.cells.append((self._source, data))
            self._source = ""

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attributes}))

    def values(self, attribute: str) -> Iterator[str]:
        return (found[attribute] for _, found in self.elements if attribute in found)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    for name in SOME_RESULTS:
        source, copy = ROOT / "docs" / name, folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, copy) if source.is_dir() else shutil.copy(source, copy)
    (folder / HEARD).parent.mkdir()
    answered(open_synth("builtin").presets(), "builtin").write(folder / HEARD)
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, model: Path, results: Path) -> Path:
    """Of a model that has learnt nothing, with a map and something in place of WebAssembly."""
    folder = tmp_path_factory.mktemp("site")
    named = folder / "tiny.flow.ts"
    shutil.copy(model, named)
    with model_path("builtin") as path:
        shutil.copy(path.with_name("builtin.map.json"), folder / "tiny.map.json")
    plan = Plan(
        voices=[ROOT / "examples" / "voice.flac"],
        n_presets=2,
        n_dimensions=1,
        n_steps=3,
        n_neighbours=1,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site_scripts, "instrument_module", lambda: b"\0asm")
        build_site(open_models([str(named)]), folder / "out", results, plan)
    return folder / "out"


@pytest.fixture(scope="module")
def page(site: Path) -> Page:
    return Page((site / "index.html").read_text())


def test_everything_that_is_referred_to_is_there(site: Path, page: Page) -> None:
    ids = list(page.values("id"))
    assert len(ids) == len(set(ids))
    for address in [*page.values("href"), *page.values("src")]:
        if address.startswith("#"):
            assert address[1:] in ids
        elif address != "data:,":
            assert (site / address).is_file(), address
    script = (site / "page.js").read_text()
    loaded = re.findall(r'"(data/[^"]+|formulas\.\w+)"', script)
    assert loaded.count("formulas.js") == loaded.count("formulas.css") == 1
    for address in loaded:
        assert (site / address).is_file()


def test_nothing_is_fetched_from_elsewhere(site: Path, page: Page) -> None:
    for address in [*page.values("href"), *page.values("src"), *page.values("action")]:
        assert not re.match(r"(\w+:)?//|/", address), address
    for style in site.rglob("*.css"):
        assert not re.search(r"url\((?!data:|\))|@import", style.read_text()), style
    for script in site.rglob("*.js"):
        text = NAMESPACES.sub("", script.read_text())
        assert not re.search(r"""["'`](https?:)?//\w""", text), script
    assert not list(page.values("style")) or all("url(" not in one for one in page.values("style"))


def test_elements_are_closed_and_whoever_sees_nothing_is_told(page: Page) -> None:
    assert not page.open
    for tag, found in page.elements:
        if tag == "img":
            assert found["alt"]
            assert found["loading"] == "lazy"
        if tag == "svg":
            assert found.get("aria-hidden") == "true" or found["aria-label"]
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert headings.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(headings))


def test_every_section_of_the_paper_is_there(page: Page) -> None:
    sections = {found["id"] for tag, found in page.elements if tag == "section" and "id" in found}
    asked = "play reconstruction macros interpolation inference semantic voice outside hosts"
    assert sections == {*asked.split(), "models", "mathematics"}


@needs_node
def test_every_formula_compiles(page: Page) -> None:
    typo = (r"\mathbff{x}", "display")
    *compiled, fault = json.loads(node(COMPILE, json.dumps([*page.formulas, typo])))
    assert "Undefined control sequence: \\mathbff" in fault
    assert len(compiled) == sum(1 for _ in page.values("data-formula")) > 10
    for (tex, kind), html in zip(page.formulas, compiled, strict=True):
        assert "katex-html" in html, html
        assert ("katex-display" in html) == (kind == "display"), tex
        assert "<math" in html
        assert "katex-error" not in html


def test_it_is_small(site: Path, page: Page) -> None:
    total = sum(file.stat().st_size for file in site.rglob("*") if file.is_file())
    assert total <= LARGEST_BYTES
    scripts = [found["src"] for tag, found in page.elements if tag == "script"]
    styles = [found["href"] for _, found in page.elements if found.get("rel") == "stylesheet"]
    # They are not needed at once.
    assert not any("formulas" in name for name in (*scripts, *styles))
    first = [site / name for name in ("index.html", *styles, *scripts)]
    # Pictures wait to be seen.
    before_audio = sum(file.stat().st_size for file in first)
    assert before_audio <= BEFORE_AUDIO_BYTES - MORE_TEXT_BYTES
    assert not any("instrument" in script for script in scripts)


def test_sounds_and_pictures_can_be_opened(site: Path, page: Page) -> None:
    plays = [found["href"] for _, found in page.elements if found.get("class") == "play"]
    # Two presets and a voice, thrice; one dimension; two ways and two neighbours; two presets with
    # five answers each.
    assert len(plays) >= 3 * 3 + 3 + 2 * 3 + 2 + 2 * 6
    assert sorted(plays) == sorted(str(f.relative_to(site)) for f in site.rglob("*.mp3"))
    for name in plays:
        audio, rate_hz = soundfile.read(site / name)
        assert rate_hz == 44100
        assert audio.ndim == 1
        assert np.isfinite(audio).all()
    for picture in site.rglob("*.webp"):
        with Image.open(picture) as image:
            assert min(image.size) >= 3


def at(content: Any, path: str) -> Any:  # noqa: ANN401  # JSON holds anything.
    for key in path.split("/"):
        content = content[int(key)] if isinstance(content, list) else content[key]
    return content


def test_numbers_are_those_of_the_result_files(page: Page, results: Path) -> None:
    files: dict[str, Any] = {}
    assert len(page.cells) > 100
    n_grid = 0
    for source, text in page.cells:
        file, _, place = source.partition("#")
        if file == "results":
            n_grid += 1
            continue
        if file == MARKER:
            continue
        files.setdefault(file, json.loads((results / file).read_text()))
        found = at(files[file], place)
        style = ".0%" if text.partition(" ")[0].endswith("%") else ".3g"
        mean, low, high = (format(found[key], style) for key in ("mean", "low", "high"))
        assert text == f"{mean} [{low}, {high}]", source
    assert n_grid
    assert files.keys() == {HEARD, *(name for name in SOME_RESULTS if name.endswith(".json"))}


def drawn_anew(errors: NDArray[np.floating], families: NDArray[np.int64]) -> tuple[float, float]:
    """95 % of the means of errors [n] when whole families are drawn anew."""
    generator = np.random.default_rng(5)
    parts = [errors[families == family] for family in np.unique(families)]
    sums = np.array([[part.sum(), len(part)] for part in parts])
    drawn = sums[generator.integers(len(parts), size=(10000, len(parts)))].sum(1)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    return float(low), float(high)


def test_numbers_of_a_grid_are_the_means_of_its_runs(page: Page, results: Path) -> None:
    read = Results.read(results / "results")
    cells = {source: text for source, text in page.cells if source.startswith("results#")}
    for source, text in cells.items():
        dataset, targets, row, measure = source.removeprefix("results#").split("/")
        table = read.table(dataset, TargetSet(targets))
        assert table
        one = table.models[row] if row in table.models else table.baselines[Method(row)]
        errors = np.concatenate([each.errors[Measure(measure)] for each in one.outcomes])
        mean, low, high = map(float, re.findall(r"[-+.\de]+", text))
        assert mean == float(f"{np.mean(errors):.3g}")
        families = np.concatenate([each.families for each in one.outcomes])
        # Ends of 2000 draws scatter by 0.06 standard errors, a sixtieth of the width; three digits
        # are shown.
        ends = pytest.approx(drawn_anew(errors, families), rel=0.01, abs=0.1 * (high - low))
        assert (low, high) == ends
    text = " ".join(page.text)
    costs = [cost for found in read.costs.values() for cost in found]
    assert f"trained for {costs[0].epochs} epochs" in text
    rows = {source.split("/")[2] for source in cells}
    assert rows >= {"mlp", "nn16", "nn1", "truth"}


def test_distances_are_those_that_were_measured(site: Path) -> None:
    content = json.loads((site / MARKER).read_text())["sounds"]["tiny"]
    text = (site / "index.html").read_text()
    measured = [*content["presets"], *content["voices"]]
    assert len(measured) == 3
    for one in measured:
        for distance in (one["one_pass"], one["best"]):
            assert f"MSS {distance['mss_db']:.1f} dB, SC {distance['sc']:.2f}" in text
    assert text.count("MSS ") >= 6


def test_what_was_measured_for_the_page_is_what_it_says(site: Path, page: Page) -> None:
    content = json.loads((site / MARKER).read_text())
    cells = {source: text for source, text in page.cells if source.startswith(f"{MARKER}#")}
    assert len(cells) == 2 * 5
    for source, text in cells.items():
        found = at(content, source.partition("#")[2])
        assert text == f"MSS {found['mss_db']:.1f} dB, SC {found['sc']:.2f}"
    answers = content["sounds"]["tiny"]["answers"]
    assert [set(one["distances"]) for one in answers] == [
        {"mlp", "one_pass", "best", "nn1", "nn16"}
    ] * 2


def test_an_older_page_is_replaced_and_nothing_else_is(
    site: Path, model: Path, results: Path, tmp_path: Path
) -> None:
    old = tmp_path / "page"
    shutil.copytree(site, old)
    (old / "sounds" / "old.mp3").touch()
    models, plan = open_models([str(model)]), Plan(n_presets=0, n_dimensions=1, n_steps=2)
    sizes = build_site(models, old, results, plan, silent=True)
    assert {str(f.relative_to(old)) for f in old.rglob("*") if f.is_file()} == sizes.keys()
    assert "data/instrument.js" not in sizes
    assert sizes.keys() >= set(LIBRARIES)
    other = tmp_path / "other"
    other.mkdir()
    (other / "diary.txt").touch()
    with pytest.raises(InputError, match="something else than a page"):
        build_site(models, other, results, plan, silent=True)
    with pytest.raises(InputError, match="is a file"):
        check_place(other / "diary.txt")
    assert [file.name for file in tmp_path.iterdir()] == ["page", "other"] or not list(
        tmp_path.glob(".*")
    )


def test_libraries_are_missed_first_because_a_silent_page_needs_them_too(
    model: Path, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_scripts, "_places", lambda name: (tmp_path / name,))
    with pytest.raises(InputError, match=r"formulas.js is missing.*in the source tree$"):
        build_site(open_models([str(model)]), tmp_path / "out", results, Plan())
    assert not (tmp_path / "out").exists()


def test_the_command_refuses_what_is_missing(run: Run, model: Path, tmp_path: Path) -> None:
    result = run(
        "page", model, "--out", tmp_path / "out", "--results", tmp_path / "none", "--silent"
    )
    assert result.code == 2
    assert "none is missing; give --results" in result.err
    assert not (tmp_path / "out").exists()
