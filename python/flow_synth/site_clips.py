"""Sounds of a model as a page shows them: files of sounds and pictures, and what stands beside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
from markupsafe import Markup

from flow_synth.model_file import N_REACH_RENDERS, ModelDescription
from flow_synth.site_answers import AnsweredPreset
from flow_synth.site_charts import answer_bars, knob_bars, line_chart, original_bars
from flow_synth.site_media import knob_map, mp3, spectrogram
from flow_synth.site_sounds import Distance, Imitation, ModelSounds, Played, Sweep, Way, most_moved
from flow_synth.site_tag_map import TagView, draw_tags
from flow_synth.tag import AXES

N_KNOBS = 4
N_DESCRIPTORS = 2

#: Takes a file's name and content, and gives its address on the page.
Keep = Callable[[str, bytes], str]


@dataclass(frozen=True)
class Clip:
    """A sound with its spectrogram.

    Attributes:
        label: short, over the picture.
        sound: address.
        picture: address.
        alt: what the picture shows.
        caption: below it.
        knobs: bars of the knobs, or nothing.
        source: file and place that the caption's numbers are from, where a page tells it.
    """

    label: str
    sound: str
    picture: str
    alt: str
    caption: str = ""
    knobs: Markup | None = None
    source: str = ""


@dataclass(frozen=True)
class Row:
    """Sounds that belong together.

    Attributes:
        name: of the row.
        clips: its sounds.
        charts: with a legend each: names of the lines in order.
        remarks: sentences.
    """

    name: str
    clips: Sequence[Clip]
    charts: Sequence[tuple[Markup, Sequence[str]]] = ()
    remarks: Sequence[str] = ()


@dataclass(frozen=True)
class WayView:
    """An interpolation.

    Attributes:
        names: of both ends.
        rows: through the audio space, on the line of knobs, and around both ends.
        knob_maps: pictures of the knobs along the first two, with what they show.
        steps: chart of the size of steps.
        n_steps: how many sounds along each.
    """

    names: tuple[str, str]
    rows: Sequence[Row]
    knob_maps: Sequence[tuple[str, str]]
    steps: tuple[Markup, Sequence[str]]
    n_steps: int


@dataclass(frozen=True)
class TagPicture:
    """Where a slider's direction puts presets by their tags.

    Attributes:
        picture: address.
        view: what it shows.
        source: file and place of what was measured of it.
    """

    picture: str
    view: TagView
    source: str


@dataclass(frozen=True)
class ModelView:
    """All that a page shows of one model's sounds."""

    key: str
    description: ModelDescription
    presets_are_new: bool
    presets: Sequence[Row]
    sounds: Sequence[Row]
    voices: Sequence[Row]
    dimensions: Sequence[Row]
    sliders: Sequence[Row]
    way: WayView | None
    answers: Sequence[Row]
    tags: Sequence[TagPicture]

    @property
    def n_parameters(self) -> int:
        """How many knobs it has."""
        return len(self.description.parameters)


class ClipMaker:
    """Turns sounds into files and views.

    Args:
        key: of the model.
        number: of the model on the page, in names of files: a page has thousands of them.
        description: of the model.
        keep: writes a file.
        source: file and place of what was measured of the model.
    """

    def __init__(
        self, key: str, number: int, description: ModelDescription, keep: Keep, source: str
    ) -> None:
        self._key = key
        self._number = number
        self._description = description
        self._table = description.parameters
        self._keep = keep
        self._source = source
        self._numbers = count(1)

    def view(
        self, sounds: ModelSounds, answered: Sequence[AnsweredPreset], tags: Sequence[TagView]
    ) -> ModelView:
        """Everything of one model."""
        return ModelView(
            key=self._key,
            description=self._description,
            presets_are_new=sounds.presets_are_new,
            presets=[self._imitation(one) for one in sounds.presets],
            sounds=[self._imitation(one) for one in sounds.sounds],
            voices=[self._imitation(one) for one in sounds.voices],
            dimensions=[self._dimension(one) for one in sounds.dimensions],
            sliders=[self._slider(one) for one in sounds.sliders],
            way=self._way(sounds.way) if sounds.way else None,
            answers=[self._answers(number, one) for number, one in enumerate(answered)],
            tags=[self._tags(one) for one in tags],
        )

    def _clip(self, played: Played, label: str, loudest: float, caption: str = "") -> Clip:
        name = f"{self._number}-{next(self._numbers)}"
        return Clip(
            label=label,
            sound=self._keep(f"sounds/{name}.mp3", mp3(played.audio, played.rate_hz)),
            picture=self._keep(f"pictures/{name}.webp", spectrogram(played.mel, loudest)),
            # Of what, the link says that it is in.
            alt="Spectrogram",
            caption=caption,
        )

    def _imitation(self, one: Imitation) -> Row:
        loudest = float(one.target.mel.max())
        shown = (
            ("original", one.target, ""),
            ("one pass", one.one_pass, _distance(one.one_pass_distance)),
            (f"best of {N_REACH_RENDERS}", one.best, _distance(one.best_distance)),
        )
        clips = []
        for label, played, caption in shown:
            clip = self._clip(played, label, loudest, caption)
            if played.values is not None:
                clip = replace(clip, knobs=knob_bars(played.values.tolist(), self._table))
            clips.append(clip)
        return Row(one.name, clips, remarks=one.remarks)

    def _answers(self, number: int, one: AnsweredPreset) -> Row:
        """The original, then every answer to it."""
        assert one.original.values is not None
        loudest, mark = float(one.original.mel.max()), f"original-{self._number}-{number + 1}"
        original = one.original.values.tolist()
        clip = self._clip(one.original, "original", loudest)
        clips = [replace(clip, knobs=original_bars(original, mark))]
        for answer in one.answers:
            assert answer.played.values is not None
            clip = self._clip(answer.played, answer.name, loudest, _distance(answer.distance))
            values = answer.played.values.tolist()
            source = f"{self._source}/answers/{number}/distances/{answer.key}"
            bars = answer_bars(values, original, self._table, mark)
            clips.append(replace(clip, knobs=bars, source=source))
        return Row(one.name, clips)

    def _tags(self, view: TagView) -> TagPicture:
        name = view.axis.name
        address = self._keep(f"pictures/{self._number}-tags-{name}.webp", draw_tags(view))
        return TagPicture(address, view, f"{self._source}/tags/{name}")

    def _dimension(self, sweep: Sweep) -> Row:
        return self._sweep(sweep, "position in the dimension", self._widest(sweep))

    def _slider(self, sweep: Sweep) -> Row:
        names = [axis.name for axis in AXES]
        own = [names.index(sweep.name)] if sweep.name in names else []
        return self._sweep(sweep, "position of the slider", own or self._widest(sweep))

    def _sweep(self, sweep: Sweep, across: str, axes: Sequence[int]) -> Row:
        loudest = max(float(one.mel.max()) for one in sweep.sounds)
        clips = [
            self._clip(one, f"{sweep.name} at {position:+.2f}", loudest)
            for position, one in zip(sweep.positions, sweep.sounds, strict=True)
        ]
        values = np.array([one.values for one in sweep.sounds])
        knobs = {
            knob.label: values[:, index].tolist()
            for index, knob in enumerate(self._table.parameters())
        }
        moved = most_moved(knobs, N_KNOBS)
        charts = [
            (
                line_chart(
                    moved, sweep.positions, across=across, up="knob, 0 to 1", limits=(0.0, 1.0)
                ),
                list(moved),
            )
        ]
        for index in axes:
            axis = AXES[index]
            line = [one.descriptors[index] for one in sweep.sounds]
            up = f"{axis.descriptor}, {axis.unit}" if axis.unit else axis.descriptor
            chart = line_chart({axis.name: line}, sweep.positions, across=across, up=up)
            charts.append((chart, [f"{axis.name}: {axis.low} to {axis.high}"]))
        return Row(sweep.name, clips, charts)

    def _widest(self, sweep: Sweep) -> list[int]:
        """The descriptors that move most, each against the gap between its tags' thresholds."""
        span = []
        for index, axis in enumerate(AXES):
            line = np.array([one.descriptors[index] for one in sweep.sounds])
            line = line[np.isfinite(line)]
            reach = float(np.ptp(line)) if len(line) else 0.0
            span.append(reach / (axis.high_threshold - axis.low_threshold))
        return sorted(range(len(AXES)), key=lambda index: -span[index])[:N_DESCRIPTORS]

    def _way(self, way: Way) -> WayView:
        every = [*way.audio_space, *way.knob_line, *way.neighbours[0], *way.neighbours[1]]
        loudest = max(float(one.mel.max()) for one in every)
        last = len(way.audio_space) - 1

        def row(name: str, sounds: Sequence[Played], label: Callable[[int], str]) -> Row:
            return Row(name, [self._clip(one, label(n), loudest) for n, one in enumerate(sounds)])

        def share(number: int) -> str:
            return f"{number / last:.0%} of the way"

        rows = [
            row("through the audio space", way.audio_space, share),
            row("on the line of knobs", way.knob_line, share),
            row(f"around {way.names[0]}", way.neighbours[0], lambda n: f"neighbour {n + 1}"),
            row(f"around {way.names[1]}", way.neighbours[1], lambda n: f"neighbour {n + 1}"),
        ]
        maps = []
        for name, sounds in (("audio space", way.audio_space), ("line of knobs", way.knob_line)):
            values = np.array([one.values for one in sounds], np.float32)
            address = self._keep(
                f"pictures/{self._number}-{name.replace(' ', '-')}.webp", knob_map(values)
            )
            maps.append((address, f"All {values.shape[1]} knobs, {name}"))
        lines = {
            "through the audio space": way.audio_space_steps_db,
            "on the line of knobs": way.knob_line_steps_db,
        }
        chart = line_chart(
            lines,
            list(range(1, last + 1)),
            across="number of the step",
            up="step, dB of MSS",
            limits=(0.0, max(max(line) for line in lines.values())),
        )
        return WayView(way.names, rows, maps, (chart, list(lines)), last + 1)


def _distance(distance: Distance) -> str:
    return f"MSS {distance.mss_db:.1f} dB, SC {distance.sc:.2f}"
