"""A sound -> the preset that imitates it, and how near the imitation comes."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from flow_synth import metric
from flow_synth.candidates import different, find_candidates
from flow_synth.error import InputError
from flow_synth.export import Model
from flow_synth.features import DURATION_SECONDS, fit_duration
from flow_synth.fitness import Aim, Fitness
from flow_synth.lock import Locks
from flow_synth.loudness import gain_between
from flow_synth.model_file import N_REACH_RENDERS, OptionalMethod
from flow_synth.pitch import Pitch, detect_pitch
from flow_synth.preset import Preset
from flow_synth.problem import Problem
from flow_synth.refinement import Refinement
from flow_synth.stage import LocalStage, Stage
from flow_synth.synth import SAMPLE_RATE_HZ as SYNTH_RATE_HZ
from flow_synth.synth import Note, Synth, SynthError
from flow_synth.wishes import Budget, Wishes

#: What is played when a sound has no pitch: middle C.
UNPITCHED = 60.0
NOTE_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")

#: So many presets that the synth fails on are enough.
_MOST_FAILURES = 64

#: By so much further, a sound is half as similar.
_HALVING_DB = 6.0


@dataclass(frozen=True)
class Measures:
    """How far an imitation is from its target: see :mod:`flow_synth.metric`.

    The first three compare the target with the imitation at its loudness.

    Attributes:
        sc: spectral convergence, a ratio.
        log_mel_mse: in nat^2.
        mss_db: multi-scale spectral distance.
        level_db: by how much the synth was louder before.
    """

    sc: float
    log_mel_mse: float
    mss_db: float
    level_db: float

    @property
    def similarity_percent(self) -> float:
        """100 for the same sound; each 6 dB of spectral distance and convergence halve it."""
        return float(100 * 2 ** (-self.fitness.total_db / _HALVING_DB))

    @property
    def fitness(self) -> Fitness:
        """How near the imitation comes at the target's loudness."""
        return Fitness(self.mss_db, self.sc, 0.0)


@dataclass(frozen=True, eq=False)
class Match:
    """A preset that imitates a sound.

    Attributes:
        preset: every knob, stepped ones on their steps.
        latent: [D] where the preset lies in the model's audio space.
        pitch: of the sound; None if it has none.
        note: what the synth played.
        target: [88200] the sound as the model heard it: mono at 22050 Hz, cut or padded to 4 s.
        imitation: [88200] the synth at the target's loudness, mono at 22050 Hz.
        target_mel: [128, 87] log-mel of the target in nats.
        imitation_mel: [128, 87] log-mel of the imitation in nats.
        audio: [2, samples] the synth at 44100 Hz, at the target's loudness, never above 1.
        measures: how near the imitation comes.
        intervals: [P, 2] unit values between which each knob lies in 9 of 10 of the presets that
            may have made the sound; None if the model draws no candidates.
        remarks: sentences on what was not as one would expect.
    """

    preset: Preset
    latent: NDArray[np.float32]
    pitch: Pitch | None
    note: Note
    target: NDArray[np.float32]
    imitation: NDArray[np.float32]
    target_mel: NDArray[np.float32]
    imitation_mel: NDArray[np.float32]
    audio: NDArray[np.float32]
    measures: Measures
    intervals: NDArray[np.float32] | None
    remarks: tuple[str, ...]


class Matcher:
    """Finds presets with which a synth imitates one sound.

    Args:
        model: trained on this synth.
        synth: plays the presets, at the pitch of the sound.
        audio: [N] mono samples from the onset of the sound on.
        rate_hz: samples per second.
        wishes: what is asked for.

    Raises:
        InputError: a locked knob is unknown, or its value is out of range.
    """

    def __init__(
        self,
        model: Model,
        synth: Synth,
        audio: NDArray[np.float32],
        rate_hz: int,
        wishes: Wishes | None = None,
    ) -> None:
        self._model = model
        self._synth = synth
        self._wishes = wishes or Wishes()
        self._target = hear(model, audio, rate_hz)
        self._mel = model.features(self._target)
        self._pitch = detect_pitch(audio, rate_hz)
        self._note = imitating_note(self._pitch)
        self._locks = Locks.of(synth.table, self._wishes.locks)
        self._intervals: NDArray[np.float32] | None = None
        self._n_renders = 0
        self._missed_db = 0.0
        self._mishaps: list[str] = []

    def find(self, name: str, stage: Stage | None = None) -> list[Match]:
        """Finds presets, the nearest first.

        Args:
            name: of the presets.
            stage: plays presets; in this process if not given. A model that draws no candidates
                has one answer.

        Raises:
            SynthError: the synth failed on every preset.
        """
        model, table = self._model, self._synth.table
        stage = stage or LocalStage(self._synth)
        if OptionalMethod.SAMPLE not in model.description.methods:
            values = model.answer(self._mel).numpy()
            return self._rendered(name, table.snap(self._locks.held(values)), stage)
        aim = Aim(
            self._target,
            self._mel,
            hears_level=model.description.normalisation.hears_level,
            at_equal_loudness=True,
        )
        problem = Problem(model, table, aim, self._note, self._locks, self._wishes.seed)
        return self._rendered(name, self._searched(problem, stage), stage)

    def _searched(self, problem: Problem, stage: Stage) -> NDArray[np.float32]:
        """[n, P] presets that were played, different ones, the nearest first."""
        wishes, begun = self._wishes, time.monotonic()
        n_first = max(wishes.n_candidates, N_REACH_RENDERS)
        budget = wishes.budget or Budget(renders=n_first + _MOST_FAILURES)
        played: list[NDArray[np.float32]] = []
        candidates = find_candidates(problem)
        self._intervals = candidates.intervals
        search = Refinement(problem).run(
            candidates, n_first, lambda v: stage.sounds(v, self._note), budget.renders
        )
        try:
            for found in search:
                self._n_renders, self._missed_db = found.n_renders, found.missed_db
                played = [tried.values for tried in found.ranking]
                if played:
                    wishes.progress(found.n_renders, found.ranking[0].fitness.total_db)
                is_enough = not wishes.budget and played and found.n_renders >= n_first
                is_late = time.monotonic() - begun >= budget.seconds
                if is_enough or is_late or wishes.is_cancelled():
                    break
        except InputError as error:
            # What was found is worth more than the rest of the search.
            if not played:
                raise
            self._mishaps.append(f"The search ended early: {error}.")
        if not played:
            raise SynthError(f"the synth failed on all {self._n_renders} presets that were tried")
        values = np.stack(played)
        chosen = values[different(values, wishes.n_candidates)]
        if len(chosen) < wishes.n_candidates:
            self._mishaps.append(f"No more than {len(chosen)} presets could be played.")
        return chosen

    def _rendered(
        self,
        name: str,
        presets: NDArray[np.float32],
        stage: Stage,
    ) -> list[Match]:
        """Matches of the first presets that the synth can play, as many as are asked for."""
        matches: list[Match] = []
        failure: SynthError | None = None
        for values in presets:
            number = f" {len(matches) + 1}" if matches else ""
            try:
                rendered = stage.render(values, self._note)
            except SynthError as error:
                failure = error
                continue
            matches.append(self._match(Preset(name + number, values), rendered))
            if len(matches) == self._wishes.n_candidates:
                break
        if not matches and failure:
            raise failure
        return matches

    def _match(self, preset: Preset, rendered: NDArray[np.float32]) -> Match:
        model, target = self._model, self._target
        imitation = hear(model, rendered.mean(0), SYNTH_RATE_HZ)
        gain = gain_between(imitation, target)
        scaled_mel = model.features(imitation * gain)
        peak = float(np.abs(rendered).max()) * gain
        measures = _measure(target, self._mel, imitation, scaled_mel, gain)
        return Match(
            preset=preset,
            latent=self._latent(preset.values),
            pitch=self._pitch,
            note=self._note,
            target=target[0].numpy(),
            imitation=(imitation * gain)[0].numpy(),
            target_mel=self._mel[0].numpy(),
            imitation_mel=scaled_mel[0].numpy(),
            audio=rendered * np.float32(gain / max(peak, 1.0)),
            measures=measures,
            intervals=self._intervals,
            remarks=(*self._doubts(), *_remarks(self._pitch, rendered, peak)),
        )

    def _doubts(self) -> Iterator[str]:
        """What speaks against trusting a match."""
        trained = self._model.description
        if self._synth.version != trained.synth_version:
            yield "This version of the synth is not the one that the model was trained on."
        yield from self._mishaps
        # Fewer candidates are further from most sounds than those by which the reach is known.
        if trained.own_missed_db is None or self._n_renders < N_REACH_RENDERS:
            return
        if self._missed_db > trained.own_missed_db:
            yield (
                "This synth may not be able to make this sound: of its own sounds, 95 % are "
                "matched better."
            )

    def _latent(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """[D] of a preset, or of the sound where the model has no inverse."""
        if OptionalMethod.INVERT in self._model.description.methods:
            return self._model.invert(torch.from_numpy(values)[None])[0].numpy()
        return self._model.encode(self._mel)[0].numpy()


def hear(model: Model, audio: NDArray[np.float32], rate_hz: int) -> Tensor:
    """Mono audio [N] at any rate -> [1, 88200] at 22050 Hz, cut or padded to 4 s."""
    # The resampler looks a few samples ahead of what is kept.
    needed = round((DURATION_SECONDS + 0.1) * rate_hz)
    return fit_duration(model.resample(torch.from_numpy(audio[None, :needed]), rate_hz))


def imitating_note(pitch: Pitch | None) -> Note:
    """The note that imitates a sound of this pitch."""
    played = UNPITCHED if pitch is None else pitch.note
    return Note(played, total_seconds=DURATION_SECONDS)


def describe_pitch(pitch: float) -> str:
    """A MIDI note number as a musician reads it, for example ``A3 +12 cents``."""
    nearest = math.floor(pitch + 0.5)
    name = f"{NOTE_NAMES[nearest % 12]}{nearest // 12 - 1}"
    cents = round(100 * (pitch - nearest))
    return f"{name} {cents:+d} cents" if cents else name


def _measure(
    target: Tensor, target_mel: Tensor, imitation: Tensor, scaled_mel: Tensor, gain: float
) -> Measures:
    distance = metric.multi_scale_spectral_distance(target, imitation * gain)
    return Measures(
        sc=float(metric.spectral_convergence(target_mel, scaled_mel)),
        log_mel_mse=float(metric.log_mel_mse(target_mel, scaled_mel)),
        mss_db=float(distance),
        level_db=float(metric.level_difference_db(target, imitation)),
    )


def _remarks(pitch: Pitch | None, rendered: NDArray[np.float32], peak: float) -> tuple[str, ...]:
    remarks = []
    if pitch is None:
        remarks.append("No pitch was found, so the synth plays middle C.")
    if not rendered.any():
        remarks.append("The synth is silent with this preset.")
    if peak > 1.0:
        remarks.append(
            f"At the input's loudness the sound would clip: it is {20 * math.log10(peak):.1f} dB "
            "quieter."
        )
    return tuple(remarks)
