"""What the models of a grid answer to a few held-out presets, so that they can be heard later."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from flow_synth.atomic_file import write_atomically
from flow_synth.dataset_description import Fold
from flow_synth.frozen import Frozen
from flow_synth.json_file import read_result
from flow_synth.metric import Measure
from flow_synth.paper_table import LABELS
from flow_synth.score import Score
from flow_synth.target_errors import Numbers

#: In the folder of a dataset's results.
ANSWERS = "answers.json"


class AskedPreset(Frozen):
    """A held-out preset whose sound was heard.

    ``identity`` finds it in the synth's bank (:attr:`flow_synth.preset.Preset.identity`), whatever
    other preset has its name; ``pitch`` and ``velocity`` are those of the note, in MIDI's numbers.
    """

    name: str
    identity: str
    pitch: float
    velocity: int


class ModelAnswers(Frozen):
    """What one training run answers: the unit values of a preset for each that was asked.

    ``scores`` are those of the same run over its whole test split, by which one can tell whether
    it is typical of its kind.
    """

    run: str
    presets: tuple[Numbers, ...]
    scores: Mapping[Measure, Score]


class Answers(Frozen):
    """The file: presets of the test split, and what models and retrieval answer to their sounds.

    ``dataset`` is the digest of the dataset's recipe, and ``rotation`` tells which of its folds
    were held out; the presets were drawn with ``seed`` by :func:`flow_synth.target.choose_rows`.
    ``models`` are by their experiments, ``neighbours`` the presets of the training sounds that are
    nearest to each asked one, the nearest first.
    """

    format: Literal["flow-synth answers"] = "flow-synth answers"
    version: Literal[1] = 1
    dataset: str
    rotation: Fold
    seed: int
    synth: str
    synth_version: str
    asked: tuple[AskedPreset, ...] = Field(min_length=1)
    models: Mapping[str, ModelAnswers]
    neighbours: tuple[tuple[Numbers, ...], ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        columns = [self.neighbours, *(model.presets for model in self.models.values())]
        if {len(column) for column in columns} != {len(self.asked)}:
            raise ValueError("a model has more or fewer answers than there are presets")
        return self

    @property
    def ordered(self) -> list[str]:
        """Keys of the models: those of the paper in its order, then others."""
        known = [key for key in LABELS if key in self.models]
        return [*known, *sorted(self.models.keys() - set(known))]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads what :meth:`write` wrote.

        Raises:
            InputError: the file cannot be read, or is something else.
        """
        return read_result(cls, path, lacking="has no answers", command="flow-synth evaluate-grid")

    def write(self, path: Path) -> None:
        """Writes JSON, whole or not at all.

        Raises:
            InputError: the file cannot be written.
        """
        write_atomically(path, (self.model_dump_json(indent=1) + "\n").encode())
