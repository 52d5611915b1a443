"""The built-in subtractive synthesizer: `builtin.dsp`, compiled by DawDreamer's Faust."""

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources

import dawdreamer
import numpy as np
from numpy.typing import NDArray

from flow_synth.parameter import Curve, Kind, Parameter, ParameterTable
from flow_synth.preset import Preset
from flow_synth.synth import SAMPLE_RATE_HZ, Note, SynthError
from flow_synth.synths.builtin_priors import draw_preset
from flow_synth.synths.hosted import Hosted

#: DawDreamer renders in blocks of this many samples; the sound does not depend on it.
_BLOCK_SAMPLES = 512

_KNOB = re.compile(
    r"^knob_(?P<name>\w+)\s*= (?P<widget>hslider|nentry)\("
    r'"\[(?P<index>\d+)\](?P=name)(?P<metadata>(?:\[[^\]]+\])+)", '
    r"(?P<default>\S+), (?P<minimum>\S+), (?P<maximum>\S+), (?P<step>\S+)\);$",
    re.MULTILINE,
)

_WIDGET = re.compile(r"^[^/\n]*\b(?:[hv]slider|nentry|button|checkbox)\(", re.MULTILINE)


def dsp_source() -> str:
    """The text of ``builtin.dsp``."""
    return resources.files(__package__).joinpath("builtin.dsp").read_text(encoding="utf-8")


def _declared_version() -> str:
    declared = re.search(r'^declare version "(.+)";$', dsp_source(), re.MULTILINE)
    if not declared:
        raise AssertionError("builtin.dsp declares no version")
    return declared[1]


@cache
def builtin_table() -> ParameterTable:
    """The knobs as declared in ``builtin.dsp``."""
    source = dsp_source()
    knobs = [match.groupdict() for match in _KNOB.finditer(source)]
    if len(knobs) != len(_WIDGET.findall(source)):
        raise AssertionError(
            "builtin.dsp: a knob is not declared in the one-line form of its head"
        )
    if [int(knob["index"]) for knob in knobs] != list(range(len(knobs))):
        raise AssertionError("builtin.dsp: knobs must be numbered in their order, from 0")
    return ParameterTable(tuple(map(_parameter, knobs)))


def _parameter(knob: dict[str, str]) -> Parameter:
    metadata = dict(re.findall(r"\[(\w+):([^\]]+)\]", knob["metadata"]))
    choices = tuple(re.findall(r"'([^']+)':\d+", metadata.get("style", "")))
    kind = Kind.CATEGORICAL if choices else Kind.ORDINAL
    is_stepped = knob["widget"] == "nentry"
    return Parameter(
        name=knob["name"],
        label=metadata["label"],
        unit=metadata.get("unit", ""),
        minimum=float(knob["minimum"]),
        maximum=float(knob["maximum"]),
        default=float(knob["default"]),
        kind=kind if is_stepped else Kind.CONTINUOUS,
        curve=Curve.LOG if metadata.get("scale") == "log" else Curve.LINEAR,
        step=float(knob["step"]) if is_stepped else 1.0,
        choices=choices,
    )


@cache
def _factory_bank() -> tuple[Preset, ...]:
    bank = resources.files(__package__).joinpath("builtin_bank.json").read_text(encoding="utf-8")
    return tuple(
        Preset(
            entry["name"],
            builtin_table().from_human(entry["parameters"]),
            entry["category"],
            tuple(entry["tags"]),
        )
        for entry in json.loads(bank)
    )


class _Voice:
    """``builtin.dsp``, compiled; lives on the thread of plug-ins."""

    def __init__(self) -> None:
        self._engine = dawdreamer.RenderEngine(SAMPLE_RATE_HZ, _BLOCK_SAMPLES)
        self._keyboard = self._engine.make_playback_processor(
            "keyboard", np.zeros((2, 1), np.float32)
        )
        self._faust = self._engine.make_faust_processor("builtin")
        self._faust.set_dsp_string(dsp_source())
        self._faust.compile()
        declared = [knob["label"] for knob in self._faust.get_parameters_description()]
        if tuple(declared) != builtin_table().names:
            raise AssertionError(
                "Faust lists the knobs in another order than builtin.dsp numbers them"
            )
        self._engine.load_graph([(self._keyboard, []), (self._faust, ["keyboard"])])

    def play(self, knobs: Sequence[float], note: Note) -> NDArray[np.float32]:
        """Human knobs and a note -> audio [2, samples]."""
        keyboard = np.zeros((2, note.total_samples + _BLOCK_SAMPLES), np.float32)
        keyboard[0, : note.held_samples] = note.velocity / 127
        keyboard[1] = note.frequency_hz
        self._keyboard.set_data(keyboard)
        for index, value in enumerate(knobs):
            self._faust.set_parameter(index, value)
        # The engine rounds down: half a sample more, and no length loses its last one.
        self._engine.render((note.total_samples + 0.5) / SAMPLE_RATE_HZ)
        return np.array(self._faust.get_audio(), np.float32)[:, : note.total_samples]


class BuiltinSynth:
    """Renders ``builtin.dsp``, bit for bit the same whatever was rendered before."""

    def __init__(self) -> None:
        self._voice = Hosted(_Voice)
        # The very first render of a Faust processor differs from all later ones.
        self.render(self.table.defaults, Note(held_seconds=0.1, total_seconds=0.1))

    @property
    def identity(self) -> str:
        """``builtin``."""
        return "builtin"

    @property
    def version(self) -> str:
        """What ``builtin.dsp`` declares, raised whenever a preset sounds different from before."""
        return _declared_version()

    @property
    def table(self) -> ParameterTable:
        """The knobs as declared in ``builtin.dsp``."""
        return builtin_table()

    def presets(self) -> Sequence[Preset]:
        """The factory bank, generated by ``python -m flow_synth.synths.builtin_bank``."""
        return _factory_bank()

    def draw(self, generator: np.random.Generator) -> Preset:
        """A random preset from the musical priors of the factory bank, or a variation on them."""
        return draw_preset(generator, self.table)

    def render(self, values: NDArray[np.float32], note: Note) -> NDArray[np.float32]:
        """Plays one note; see :class:`flow_synth.synth.Synth`."""
        units = map(float, self.table.snap(values))
        knobs = [
            parameter.to_human(unit)
            for parameter, unit in zip(self.table.parameters(), units, strict=True)
        ]
        audio = self._voice.call(_Voice.play, knobs, note)
        if not np.isfinite(audio).all():
            raise SynthError("the built-in synth gave a sound that is not finite")
        return audio
