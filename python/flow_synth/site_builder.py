"""The supporting page: a folder of files that opens from disk and asks nobody for anything."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from flow_synth.export import SUFFIX
from flow_synth.library import FlowSynth, model_path
from flow_synth.model_file import N_REACH_RENDERS, ModelDescription
from flow_synth.picture import RANGE_DB, TICKS_HZ, mel_share
from flow_synth.preset_map import SUFFIX as MAP_SUFFIX
from flow_synth.preset_map import PresetMap
from flow_synth.score import INTERVAL_PERCENT, RESAMPLES
from flow_synth.site_answer_table import read_answers
from flow_synth.site_answers import AnsweredPreset, AnswerPlayer
from flow_synth.site_charts import interval_chart
from flow_synth.site_clips import ClipMaker, ModelView
from flow_synth.site_folder import FORMAT, MARKER, check_place, staged
from flow_synth.site_scripts import SITE, data_script, instrument_script, library, page_script
from flow_synth.site_sounds import NEIGHBOUR_DEVIATION, ModelSounds, Plan, SoundMaker
from flow_synth.site_tables import ResultTable, build_tables
from flow_synth.site_tag_map import TagView, tag_views
from flow_synth.synth import Note
from flow_synth.synths import BUILTIN
from flow_synth.tag import AXES

MACROS = 8
LARGEST_BYTES = 60_000_000
#: What draws the formulas, and the licences of all that others wrote.
LIBRARIES = ("formulas.js", "formulas.css", "libraries-licences.txt")

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Opened:
    """A model of a page.

    Attributes:
        key: its name in addresses.
        file: of the model.
        flow_synth: the model and its synth.
        map: the presets of its synth; None if there is no map beside the model.
    """

    key: str
    file: Path
    flow_synth: FlowSynth
    map: PresetMap | None

    @property
    def description(self) -> ModelDescription:
        """Of the model."""
        return self.flow_synth.description

    @property
    def sounds_in_browsers(self) -> bool:
        """Whether the instrument's own voice plays its knobs."""
        return self.description.synth == BUILTIN


def open_models(names: Sequence[str], synth: str | None = None) -> list[Opened]:
    """Opens models by name or path, and the maps that lie beside them.

    Raises:
        InputError: a model, its synth or its map cannot be read.
    """
    opened = []
    for name in names:
        with model_path(name) as path:
            key = path.name.removesuffix(SUFFIX)
            beside = path.with_name(key + MAP_SUFFIX)
            found = PresetMap.read(beside) if beside.is_file() else None
            opened.append(Opened(key, path, FlowSynth.load(name, synth), found))
    return opened


def build_site(
    models: Sequence[Opened],
    out: Path,
    results: Path,
    plan: Plan,
    *,
    silent: bool = False,
    tell: Tell = lambda _: None,
) -> Mapping[str, int]:
    """Writes the page and all that belongs to it, in place of an older one.

    Args:
        models: the first whose knobs the built-in voice plays can be played on the page.
        out: folder; nothing else may be in it.
        results: folder of results, as ``docs/`` of the source tree.
        plan: which sounds there are of every model.
        silent: without the instrument.
        tell: is told what is being done.

    Returns:
        Bytes by file.

    Raises:
        InputError: the folder holds something else or cannot be written, a sound or a result
            cannot be used, or the libraries of pages or the instrument were not built.
    """
    out = out.absolute()
    check_place(out)
    instrument = None if silent else next((m for m in models if m.sounds_in_browsers), None)
    libraries = {name: library(name) for name in LIBRARIES}
    scripts = _scripts(instrument)
    tell("reading results")
    tables, answers = build_tables(results), read_answers(results)
    with staged(out) as site:
        views: list[ModelView] = []
        measured: dict[str, Any] = {}
        for number, model in enumerate(models, 1):
            maker = SoundMaker(model.flow_synth, plan, _telling(tell, model.key))
            sounds = maker.make()
            known = answers.get(model.description.synth)
            answered = AnswerPlayer(maker, known.answers).play() if known else []
            tags = tag_views(model.flow_synth, model.map) if model.map else []
            source = f"{MARKER}#sounds/{model.key}"
            clips = ClipMaker(model.key, number, model.description, site.keep, source)
            views.append(clips.view(sounds, answered, tags))
            measured[model.key] = _measured(sounds, answered, tags)
        for name, text in scripts.items():
            site.keep(name, text.encode())
        for name, content in libraries.items():
            site.keep(name, content)
        site.keep("style.css", (SITE / "style.css").read_bytes())
        context: dict[str, Any] = {
            "models": views,
            "instrument": instrument and instrument_view(instrument),
            "map": instrument and instrument.map,
            "tables": tables,
            "answers": answers,
            "axes": AXES,
            "spectrogram": _spectrogram_axes(),
            "interval_percent": INTERVAL_PERCENT,
            "resamples": RESAMPLES,
            "neighbour_deviation": NEIGHBOUR_DEVIATION,
            "seed": plan.seed,
            "note": Note(),
            "n_best": N_REACH_RENDERS,
        }
        site.keep("index.html", render_page(context).encode())
        marker = {"format": FORMAT, "version": 1, "sounds": measured}
        site.keep(MARKER, (json.dumps(marker, indent=1) + "\n").encode())
        return site.finish()


def _telling(tell: Tell, key: str) -> Tell:
    return lambda name: tell(f"{key}, {name}")


def _scripts(instrument: Opened | None) -> Mapping[str, str]:
    """By their names; the page loads the instrument when it is asked for."""
    scripts = {"page.js": page_script()}
    if instrument:
        scripts["data/instrument.js"] = instrument_script(instrument.file)
        if instrument.map:
            scripts["scatterplot.js"] = library("scatterplot.js").decode()
            scripts["data/map.js"] = data_script("map", instrument.map.model_dump(mode="json"))
    return scripts


def render_page(context: Mapping[str, Any], template: str = "page.html.jinja") -> str:
    """The page itself, or another one."""
    environment = Environment(
        loader=FileSystemLoader(SITE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["interval_chart"] = _chart
    page = environment.get_template(template).render(context)
    # Half of it would be the indentation of templates within templates.
    parts = re.split(r"(<pre>.*?</pre>)", page, flags=re.DOTALL)
    return "".join(p if p.startswith("<pre>") else re.sub(r"\s*\n\s*", "\n", p) for p in parts)


def _chart(table: ResultTable, column: int) -> str:
    rows = {name: cell.interval for name, cells in table.rows.items() if (cell := cells[column])}
    return interval_chart(rows, table.own, table.header[column])


def instrument_view(model: Opened) -> Mapping[str, Any]:
    """What the template needs to write the controls."""
    return {
        "key": model.key,
        "macros": range(1, min(MACROS, len(model.description.latent)) + 1),
        "sliders": model.description.semantic_axes,
        "knobs": list(model.description.parameters.parameters()),
    }


def _measured(
    sounds: ModelSounds, answered: Sequence[AnsweredPreset], tags: Sequence[TagView]
) -> Mapping[str, Any]:
    """What was measured for the page, from which its numbers come."""
    imitations = {
        kind: [
            {
                "name": one.name,
                "one_pass": asdict(one.one_pass_distance),
                "best": asdict(one.best_distance),
            }
            for one in getattr(sounds, kind)
        ]
        for kind in ("presets", "sounds", "voices")
    }
    way = sounds.way
    steps = way and {
        "audio_space_steps_db": list(way.audio_space_steps_db),
        "knob_line_steps_db": list(way.knob_line_steps_db),
    }
    return {
        **imitations,
        "way": steps,
        "answers": [one.measured for one in answered],
        "tags": {view.axis.name: view.measured for view in tags},
    }


def _spectrogram_axes() -> Mapping[str, Any]:
    """Where the frequencies stand, from below, and how far down levels are drawn."""
    shown = (100, 1000, 4000)
    return {
        "ticks": [
            (f"{hz / 1000:g}k" if hz >= 1000 else f"{hz}", round(100 * mel_share(hz), 1))
            for hz in TICKS_HZ
            if hz in shown
        ],
        "range_db": RANGE_DB,
    }
