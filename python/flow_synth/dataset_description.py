"""What a dataset is to hold: a typed, frozen description, read from TOML."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from flow_synth.error import InputError
from flow_synth.fold import N_FOLDS, Split, split_of
from flow_synth.frozen import Frozen
from flow_synth.proposal import ProposalFile
from flow_synth.toml_file import read_toml, refusal

#: The pitch at which every sound can be compared with every other: middle C.
REFERENCE_PITCH = 60
REFERENCE_VELOCITY = 100

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Pitch = Annotated[int, Field(ge=0, le=127)]
Velocity = Annotated[int, Field(ge=1, le=127)]
Fold = Annotated[int, Field(ge=0, lt=N_FOLDS)]


class RandomPitch(Frozen):
    """One pitch a preset: a share at middle C, the others from ``lowest`` to ``highest``.

    With ``originals_at_reference`` all presets but the made ones play middle C, too, where sounds
    are compared.
    """

    reference_share: Share = 0.5
    lowest: Pitch = 36
    highest: Pitch = 84
    # Left out where it is not asked for, so that datasets without it keep their identity.
    originals_at_reference: bool = Field(default=False, exclude_if=lambda is_asked: not is_asked)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.lowest > self.highest:
            raise ValueError(f"lowest {self.lowest} must not be above highest {self.highest}")
        return self


class Augmentation(Frozen):
    """Presets made for training alone, by kind: see :mod:`flow_synth.mutation`.

    Each is made from originals of one of the ``folds``, all of the same, and is no twin of an
    original of another. The default folds are those that are trained on as the dataset is opened
    (rotation 0), so that no preset is made from a held-out family; with all ten every rotation
    has its own.
    """

    small: Count = 0
    section: Count = 0
    crossover: Count = 0
    uniform: Count = 0
    folds: tuple[Fold, ...] = Field(
        default=tuple(fold for fold in range(N_FOLDS) if split_of(fold) is Split.TRAIN),
        min_length=1,
    )


class DatasetDescription(Frozen):
    """What to render: the synth's own bank, random presets, and presets made from both.

    Or else ``proposals``, and nothing but them: a model's, for sounds of another dataset of the
    same bank, draws and seed. In a file it is the name of a file, relative to that file.

    ``synth`` is what :func:`flow_synth.synths.open_synth` takes. Every preset plays each of the
    ``pitches`` at each of the ``velocities``, or with ``random_pitch`` one pitch of its own in
    place of ``pitches``. A note that takes longer than ``note_timeout_seconds`` counts as hung.
    """

    synth: str = "builtin"
    seed: Count = 0
    draws: Count = 0
    pitches: tuple[Pitch, ...] = Field(default=(REFERENCE_PITCH,), min_length=1)
    velocities: tuple[Velocity, ...] = Field(default=(REFERENCE_VELOCITY,), min_length=1)
    random_pitch: RandomPitch | None = None
    augmentation: Augmentation = Augmentation()
    # Left out where it is none, so that datasets without it keep their identity.
    proposals: ProposalFile | None = Field(default=None, exclude_if=lambda file: file is None)
    shard_notes: int = Field(default=250, ge=1)
    note_timeout_seconds: float = Field(default=30.0, gt=0, le=86400)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.random_pitch and self.pitches != (REFERENCE_PITCH,):
            raise ValueError("pitches and random_pitch exclude each other; remove one of them")
        if self.proposals and self.augmentation != Augmentation():
            raise ValueError("proposals and augmentation exclude each other; remove one of them")
        for name in ("pitches", "velocities"):
            notes = getattr(self, name)
            if len(set(notes)) < len(notes):
                raise ValueError(f"{name} {list(notes)} has a number twice; give each once")
        return self

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads a description from TOML.

        Raises:
            InputError: the file cannot be read, or a key is unknown, missing or out of range.
        """
        content = read_toml(path)
        if "proposals" in content:
            name = content["proposals"]
            if not isinstance(name, str):
                raise InputError(
                    f"{path}: 'proposals' is {name!r}; give the name of a file that 'flow-synth "
                    "propose' wrote, in quotes"
                )
            content["proposals"] = ProposalFile.of(path.parent / name)
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            keys = f"the keys are: {', '.join(cls.model_fields)}"
            raise refusal(path, error, keys) from error
