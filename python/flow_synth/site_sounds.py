"""The sounds of a page: what a model makes of others, and what its controls do, played."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from flow_synth import metric
from flow_synth.audio_file import read_audio
from flow_synth.features import DURATION_SECONDS
from flow_synth.latent_sweep import swept
from flow_synth.library import FlowSynth
from flow_synth.loudness import gain_between
from flow_synth.matching import Match, hear
from flow_synth.preset import Preset
from flow_synth.synth import SAMPLE_RATE_HZ, Note
from flow_synth.synths import BUILTIN
from flow_synth.tag import SLIDER_END, describe

Numbers = NDArray[np.float32]
#: How far around a sound its neighbourhood is drawn, as in the original page.
NEIGHBOUR_DEVIATION = 0.1
#: A preset whose first second is quieter has nothing to show.
_QUIETEST_RMS = 0.01


@dataclass(frozen=True)
class Plan:
    """Which sounds a page has of each model.

    Attributes:
        sounds: recordings to imitate.
        voices: recordings of voices to imitate.
        n_presets: presets of the synth to imitate.
        n_dimensions: latent dimensions to turn, those of the largest effect; all if None.
        n_steps: sounds along each of them and along each slider.
        n_neighbours: sounds around either end of an interpolation.
        seed: of all that is drawn.
    """

    sounds: Sequence[Path] = ()
    voices: Sequence[Path] = ()
    n_presets: int = 6
    n_dimensions: int | None = None
    n_steps: int = 8
    n_neighbours: int = 3
    seed: int = 20190617


@dataclass(frozen=True, eq=False)
class Played:
    """One sound.

    Attributes:
        audio: [C, N], full scale 1.
        rate_hz: samples a second of it.
        mel: [128, 87] log-mel in nats.
        values: [P] knobs; None of a recording.
        descriptors: [7] of the axes of tags, if it was described.
    """

    audio: Numbers
    rate_hz: int
    mel: Numbers
    values: Numbers | None = None
    descriptors: Sequence[float] = ()


@dataclass(frozen=True)
class Distance:
    """How far an imitation is from its target."""

    mss_db: float
    sc: float


@dataclass(frozen=True, eq=False)
class Imitation:
    """A sound beside what the model makes of it.

    Attributes:
        name: of the sound.
        target: the sound.
        one_pass: what one pass of the model gives.
        best: the best of 16 candidates.
        one_pass_distance: of ``one_pass``.
        best_distance: of ``best``.
        remarks: on the match.
    """

    name: str
    target: Played
    one_pass: Played
    best: Played
    one_pass_distance: Distance
    best_distance: Distance
    remarks: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Sweep:
    """Sounds along one control, the others standing still.

    Attributes:
        name: of the control.
        positions: where it stands.
        sounds: one each.
    """

    name: str
    positions: Sequence[float]
    sounds: Sequence[Played]


@dataclass(frozen=True, eq=False)
class Way:
    """From one preset to another, through the audio space and on the straight line of knobs.

    Attributes:
        names: of both presets.
        audio_space: through the audio space.
        knob_line: on the line of knobs.
        audio_space_steps_db: MSS between neighbours.
        knob_line_steps_db: likewise.
        neighbours: sounds around either end.
    """

    names: tuple[str, str]
    audio_space: Sequence[Played]
    knob_line: Sequence[Played]
    audio_space_steps_db: Sequence[float]
    knob_line_steps_db: Sequence[float]
    neighbours: tuple[Sequence[Played], Sequence[Played]]


@dataclass(frozen=True, eq=False)
class ModelSounds:
    """All sounds of one model.

    Attributes:
        presets_are_new: whether the imitated presets were drawn for the page, so that no model
            was trained on them.
        presets: imitations of presets.
        sounds: imitations of recordings.
        voices: imitations of voices.
        dimensions: of the latent dimensions, the one with the largest effect first.
        sliders: of the semantic sliders.
        way: from one of the presets to another.
    """

    presets_are_new: bool
    presets: Sequence[Imitation]
    sounds: Sequence[Imitation]
    voices: Sequence[Imitation]
    dimensions: Sequence[Sweep]
    sliders: Sequence[Sweep]
    way: Way | None


@dataclass(frozen=True)
class SoundMaker:
    """Plays what a plan asks of one model.

    Attributes:
        flow_synth: the model and its synth.
        plan: which sounds.
        tell: is told what is played.
    """

    flow_synth: FlowSynth
    plan: Plan
    tell: Callable[[str], None] = lambda _: None

    def make(self) -> ModelSounds:
        """All sounds, in a minute or two.

        Raises:
            InputError: a recording cannot be used.
            SynthError: the synth failed on a preset.
        """
        presets = self._presets()
        space = self._has_inverse
        return ModelSounds(
            presets_are_new=self.flow_synth.synth.identity == BUILTIN,
            presets=[self._imitated_preset(preset) for preset in presets],
            sounds=[self._imitated(path) for path in self.plan.sounds],
            voices=[self._imitated(path) for path in self.plan.voices],
            dimensions=list(self._dimensions()),
            sliders=list(self._sliders(presets[0])) if space and presets else [],
            way=self._way(presets[0], presets[1]) if space and len(presets) > 1 else None,
        )

    @property
    def _has_inverse(self) -> bool:
        return "invert" in self.flow_synth.description.methods

    def _presets(self) -> list[Preset]:
        """Drawn anew from the built-in synth; of others, spread over their bank."""
        synth = self.flow_synth.synth
        generator = np.random.default_rng(self.plan.seed)
        bank = [] if synth.identity == BUILTIN else list(synth.presets())
        if bank:
            numbers = generator.permutation(len(bank))
            drawn = (bank[number] for number in numbers)
        else:
            drawn = (synth.draw(generator) for _ in range(100 * self.plan.n_presets))
        audible: list[Preset] = []
        while len(audible) < self.plan.n_presets and (preset := next(drawn, None)):
            sound = synth.render(preset.values, Note())
            if np.sqrt(np.mean(sound[:, :SAMPLE_RATE_HZ] ** 2)) > _QUIETEST_RMS:
                audible.append(preset)
        return audible

    def play(
        self, values: Numbers, note: Note | None = None, *, described: bool = False
    ) -> Played:
        """One preset."""
        note = note or Note()
        flow_synth = self.flow_synth
        audio = flow_synth.synth.render(values, note)
        heard = hear(flow_synth.model, audio.mean(0), SAMPLE_RATE_HZ)
        mel = flow_synth.model.features(heard)[0].numpy()
        descriptors: list[float] = []
        if described:
            (descriptors,) = describe(heard, torch.tensor([note.frequency_hz])).tolist()
        return Played(audio, SAMPLE_RATE_HZ, mel, values, descriptors)

    def _imitated_preset(self, preset: Preset) -> Imitation:
        self.tell(preset.name)
        target = self.play(preset.values)
        match = self.flow_synth.match(target.audio, SAMPLE_RATE_HZ)
        return self._beside(preset.name, target, match)

    def _imitated(self, path: Path) -> Imitation:
        self.tell(path.name)
        audio = read_audio(path)
        match = self.flow_synth.match(path)
        samples = audio.samples[: round(DURATION_SECONDS * audio.sample_rate_hz)]
        target = Played(samples, audio.sample_rate_hz, match.target_mel)
        return self._beside(path.stem.replace("_", " "), target, match)

    def _beside(self, name: str, target: Played, match: Match) -> Imitation:
        model = self.flow_synth.model
        heard = torch.from_numpy(match.target)[None]
        answer = model.answer(torch.from_numpy(match.target_mel)[None])
        values = self.flow_synth.synth.table.snap(answer[0].numpy())
        audio = self.flow_synth.synth.render(values, match.note)
        rendered = hear(model, audio.mean(0), SAMPLE_RATE_HZ)
        gain = gain_between(rendered, heard)
        mel = model.features(rendered * gain)
        distance = Distance(
            float(metric.multi_scale_spectral_distance(heard, rendered * gain)),
            float(metric.spectral_convergence(torch.from_numpy(match.target_mel)[None], mel)),
        )
        peak = float(np.abs(audio).max()) * gain
        one_pass = Played(
            audio * np.float32(gain / max(peak, 1.0)), SAMPLE_RATE_HZ, mel[0].numpy(), values
        )
        best = Played(match.audio, SAMPLE_RATE_HZ, match.imitation_mel, match.preset.values)
        return Imitation(
            name,
            target,
            one_pass,
            best,
            distance,
            Distance(match.measures.mss_db, match.measures.sc),
            match.remarks,
        )

    def _dimensions(self) -> Iterator[Sweep]:
        """Every dimension from its minimum to its maximum, the others at their means."""
        description = self.flow_synth.description
        for number in description.order[: self.plan.n_dimensions]:
            positions, z = swept(description, number, self.plan.n_steps)
            yield self._sweep(f"z{number}", positions.tolist(), z)

    def _sliders(self, preset: Preset) -> Iterator[Sweep]:
        """Every slider from end to end, from where a preset lies."""
        start = self.flow_synth.locate(preset.values)
        positions = np.linspace(-SLIDER_END, SLIDER_END, self.plan.n_steps, dtype=np.float32)
        for axis in self.flow_synth.description.semantic_axes:
            direction = np.array(axis.direction, np.float32)
            yield self._sweep(
                axis.name, positions.tolist(), start + positions[:, None] * direction
            )

    def _sweep(self, name: str, positions: Sequence[float], z: Numbers) -> Sweep:
        self.tell(name)
        values = self.flow_synth.decode(z)
        return Sweep(name, positions, [self.play(row, described=True) for row in values])

    def _way(self, first: Preset, last: Preset) -> Way:
        ends = self.flow_synth.locate(np.stack([first.values, last.values]))
        shares = np.linspace(0, 1, self.plan.n_steps, dtype=np.float32)[:, None]
        through = self.flow_synth.decode(ends[0] + shares * (ends[1] - ends[0]))
        straight = self.flow_synth.synth.table.snap(
            through[0] + shares * (through[-1] - through[0])
        )
        generator = np.random.default_rng(self.plan.seed)
        noise = generator.normal(
            0, NEIGHBOUR_DEVIATION, (2, self.plan.n_neighbours, ends.shape[1])
        ).astype(np.float32)
        around = [
            self.flow_synth.decode(end + moved) for end, moved in zip(ends, noise, strict=True)
        ]
        audio_space, knob_line = ([self.play(v) for v in rows] for rows in (through, straight))
        return Way(
            (first.name, last.name),
            audio_space,
            knob_line,
            self._steps_db(audio_space),
            self._steps_db(knob_line),
            ([self.play(v) for v in around[0]], [self.play(v) for v in around[1]]),
        )

    def _steps_db(self, way: Sequence[Played]) -> list[float]:
        model = self.flow_synth.model
        heard = torch.cat([hear(model, one.audio.mean(0), SAMPLE_RATE_HZ) for one in way])
        return metric.multi_scale_spectral_distance(heard[:-1], heard[1:]).tolist()


def most_moved(rows: Mapping[str, Sequence[float]], n: int) -> dict[str, Sequence[float]]:
    """Of named curves those that reach over the widest range, the widest first."""
    span = {name: float(np.ptp(np.array(row))) for name, row in rows.items()}
    return {name: rows[name] for name in sorted(span, key=lambda name: -span[name])[:n]}
