"""The models of a results table, heard: what each answers to a preset, played beside it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from flow_synth import metric
from flow_synth.answers import Answers, AskedPreset
from flow_synth.error import InputError
from flow_synth.labelled_table import BASELINE_LABELS, label
from flow_synth.matching import hear
from flow_synth.model_file import N_REACH_RENDERS
from flow_synth.score import Method
from flow_synth.site_sounds import Distance, Numbers, Played, SoundMaker
from flow_synth.synth import SAMPLE_RATE_HZ, Note


@dataclass(frozen=True, eq=False)
class Answer:
    """One answer to a preset's sound.

    Attributes:
        key: of a model of the table, or how else it was found.
        name: as the table calls it.
        played: at the level at which the synth plays it, as in the table.
        distance: of that sound from the original's.
    """

    key: str
    name: str
    played: Played
    distance: Distance


@dataclass(frozen=True, eq=False)
class AnsweredPreset:
    """A preset that no model was trained on, and all answers to its sound.

    Attributes:
        name: of the preset.
        original: its sound.
        answers: of the models in the order of the table, then of the page's model, then of
            retrieval.
    """

    name: str
    original: Played
    answers: Sequence[Answer]

    @property
    def measured(self) -> Mapping[str, Any]:
        """What was measured, by the keys of the answers."""
        return {
            "name": self.name,
            "distances": {answer.key: asdict(answer.distance) for answer in self.answers},
        }


@dataclass(frozen=True)
class AnswerPlayer:
    """Plays answers beside those of a page's model.

    Attributes:
        maker: plays that model's synth.
        answers: of models of the same synth.
    """

    maker: SoundMaker
    answers: Answers

    def play(self) -> list[AnsweredPreset]:
        """Every preset that was asked.

        Raises:
            InputError: the synth has no such preset, or other knobs.
            SynthError: the synth failed on a preset.
        """
        return [self._answered(number, asked) for number, asked in enumerate(self.answers.asked)]

    def _answered(self, number: int, asked: AskedPreset) -> AnsweredPreset:
        self.maker.tell(f"answers to {asked.name}")
        note = Note(asked.pitch, asked.velocity)
        original = self.maker.play(self._original(asked), note)
        return AnsweredPreset(asked.name, original, list(self._all(number, original, note)))

    def _original(self, asked: AskedPreset) -> Numbers:
        for preset in self.maker.flow_synth.synth.presets():
            if preset.identity == asked.identity:
                return preset.values
        raise InputError(
            f"the bank of synth {self.answers.synth!r} has no preset {asked.name!r} as it was "
            "when models answered to it; run 'flow-synth evaluate-grid' again"
        )

    def _all(self, number: int, original: Played, note: Note) -> Iterator[Answer]:
        """The nearest of each one's proposals; only retrieval has more than one."""
        nearest = self._judge(original, note)
        for key in self.answers.ordered:
            presets = self.answers.models[key].presets
            yield nearest(key, label(key), self._presets([presets[number]]))
        flow_synth = self.maker.flow_synth
        one_pass = flow_synth.model.answer(torch.from_numpy(original.mel)[None]).numpy()
        yield nearest("one_pass", "this model, one pass", self._presets(one_pass))
        best = flow_synth.match(original.audio, SAMPLE_RATE_HZ).preset.values
        name = f"this model, best of {N_REACH_RENDERS}"
        yield nearest("best", name, self._presets(best[None]))
        neighbours = self._presets(self.answers.neighbours[number])
        for method, known in ((Method.NN1, neighbours[:1]), (Method.NN16, neighbours)):
            yield nearest(method, BASELINE_LABELS[method], known)

    def _presets(self, rows: Sequence[Sequence[float]] | Numbers) -> Numbers:
        """Unit values [k, P], stepped knobs on their steps."""
        table = self.maker.flow_synth.synth.table
        values = np.asarray(rows, np.float32)
        if values.shape[1] != len(table):
            raise InputError(
                f"models answered with {values.shape[1]} knobs, and synth {self.answers.synth!r} "
                f"has {len(table)}; run 'flow-synth evaluate-grid' again"
            )
        return table.snap(values)

    def _judge(self, original: Played, note: Note) -> Callable[[str, str, Numbers], Answer]:
        target = self._sound(original)

        def nearest(key: str, name: str, presets: Numbers) -> Answer:
            sounds = [self.maker.play(values, note) for values in presets]
            heard = torch.cat([self._sound(sound) for sound in sounds])
            mss_db = metric.multi_scale_spectral_distance(target, heard)
            number = int(mss_db.argmin())
            mels = (torch.from_numpy(one.mel)[None] for one in (original, sounds[number]))
            sc = float(metric.spectral_convergence(*mels))
            return Answer(key, name, sounds[number], Distance(float(mss_db[number]), sc))

        return nearest

    def _sound(self, played: Played) -> Tensor:
        """[1, 88200] at 22050 Hz."""
        return hear(self.maker.flow_synth.model, played.audio.mean(0), played.rate_hz)
