"""Every note of a dataset, planned before anything is rendered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from flow_synth.dataset_description import REFERENCE_PITCH, DatasetDescription
from flow_synth.error import InputError
from flow_synth.family import families, twin_pairs
from flow_synth.features import DURATION_SECONDS
from flow_synth.fold import deal_families
from flow_synth.mutation import Mutant, Mutation, mutate
from flow_synth.parameter import ParameterTable
from flow_synth.preset import Preset
from flow_synth.synth import Note, Synth

#: How often a preset is made anew when it is a twin of a preset of another fold.
_ATTEMPTS = 100


class Source(StrEnum):
    """Where a preset comes from.

    ``factory`` is the bank that comes with the synth and ``draw`` is ``Synth.draw``: these are
    the originals. The others were made for training; see :mod:`flow_synth.mutation`.
    """

    FACTORY = "factory"
    DRAW = "draw"
    SMALL = Mutation.SMALL.value
    SECTION = Mutation.SECTION.value
    CROSSOVER = Mutation.CROSSOVER.value
    UNIFORM = Mutation.UNIFORM.value

    @property
    def is_original(self) -> bool:
        """Whether such a preset may be held out; the others are for training alone."""
        return self in (Source.FACTORY, Source.DRAW)


@dataclass(frozen=True)
class Item:
    """One note to render.

    Attributes:
        index: its place in the dataset.
        preset: what plays it.
        note: what is played.
        source: where the preset comes from.
        family: near-duplicates share it: the number of the family's first preset.
        fold: all members of a family share it.
        parents: identities of the presets from which this one was made.
    """

    index: int
    preset: Preset
    note: Note
    source: Source
    family: int
    fold: int
    parents: tuple[str, ...] = ()


def items(description: DatasetDescription, synth: Synth) -> list[Item]:
    """Every note of a dataset: a function of the description and the synth alone.

    The synth's bank comes first, then its draws, then what is made from both, kind by kind. All
    notes of a preset stand together.

    Raises:
        InputError: a preset that is to be made cannot be.
    """
    originals = _originals(description, synth)
    made = _made(description, synth.table, originals)
    return [
        Item(index, plan.preset, note, plan.source, plan.family, plan.fold, plan.parents)
        for index, (plan, note) in enumerate(
            (plan, note) for plan in (*originals, *made) for note in plan.notes
        )
    ]


@dataclass(frozen=True, eq=False)
class _Plan:
    """A preset and all its notes; the fields are those of its items."""

    preset: Preset
    notes: Sequence[Note]
    source: Source
    family: int
    fold: int
    parents: tuple[str, ...] = ()


def _originals(description: DatasetDescription, synth: Synth) -> list[_Plan]:
    bank = synth.presets()
    presets: list[Preset] = []
    notes: list[Sequence[Note]] = []
    for number in range(len(bank) + description.draws):
        generator = np.random.default_rng([description.seed, number])
        notes.append(_notes(description, generator))
        presets.append(bank[number] if number < len(bank) else synth.draw(generator))
    if not presets:
        return []
    values = np.stack([preset.values for preset in presets]).astype(np.float32)
    labels = families(values, [preset.family for preset in presets])
    folds = deal_families(labels, description.seed)
    return [
        _Plan(
            preset,
            notes[number],
            Source.FACTORY if number < len(bank) else Source.DRAW,
            int(labels[number]),
            int(folds[number]),
        )
        for number, preset in enumerate(presets)
    ]


def _notes(description: DatasetDescription, generator: np.random.Generator) -> list[Note]:
    pitches = description.pitches
    if chance := description.random_pitch:
        pitch = REFERENCE_PITCH
        if generator.random() >= chance.reference_share:
            pitch = int(generator.integers(chance.lowest, chance.highest + 1))
        pitches = (pitch,)
    return [
        Note(pitch, velocity, total_seconds=DURATION_SECONDS)
        for pitch in pitches
        for velocity in description.velocities
    ]


def _made(
    description: DatasetDescription, table: ParameterTable, originals: Sequence[_Plan]
) -> list[_Plan]:
    """What is made from the originals; its i-th preset depends on them, the seed and i alone."""
    wanted = description.augmentation
    kinds = [kind for kind in Mutation for _ in range(getattr(wanted, kind))]
    if not kinds:
        return []
    nursery = _Nursery(table, originals, wanted.folds)
    numbers = range(len(originals), len(originals) + len(kinds))
    pending = dict(zip(numbers, kinds, strict=True))
    finished: dict[int, _Plan] = {}
    for attempt in range(_ATTEMPTS):
        born = {
            number: nursery.birth(kind, _birth_stream(description.seed, number, attempt))
            for number, kind in pending.items()
        }
        for number in nursery.lawful(born):
            notes = _notes(description, np.random.default_rng([description.seed, number]))
            finished[number] = nursery.plan(number, pending.pop(number), born[number], notes)
        if not pending:
            return [finished[number] for number in numbers]
    number, kind = next(iter(pending.items()))
    raise InputError(
        f"{kind} preset {number} was a twin of another fold's preset {_ATTEMPTS} times; "
        f"set '{kind}' to 0, or take a synth with more knobs"
    )


def _birth_stream(seed: int, number: int, attempt: int) -> np.random.Generator:
    """Random numbers that are not those of the preset's notes: zeros may not tell seeds apart."""
    return np.random.default_rng(np.random.SeedSequence([seed, number], spawn_key=(attempt,)))


@dataclass(frozen=True, eq=False)
class _Birth:
    """A made preset and the fold of its parents."""

    fold: int
    mutant: Mutant


class _Nursery:
    """The originals by fold, from which presets are made."""

    def __init__(
        self, table: ParameterTable, originals: Sequence[_Plan], folds: Sequence[int]
    ) -> None:
        self._table = table
        self._originals = originals
        self._folds = folds
        self._fold_of = np.array([plan.fold for plan in originals], np.int64)
        self._values = np.array([plan.preset.values for plan in originals], np.float32)
        self._values = self._values.reshape(len(originals), len(table))
        self._members: Mapping[int, NDArray[np.intp]] = {
            fold: np.flatnonzero(self._fold_of == fold) for fold in folds
        }

    def birth(self, kind: Mutation, generator: np.random.Generator) -> _Birth:
        """Makes a preset from parents of one fold."""
        fold = self._folds[int(generator.integers(len(self._folds)))]
        parents = self._values[self._members[fold]]
        return _Birth(fold, mutate(kind, self._table, parents, generator))

    def lawful(self, born: Mapping[int, _Birth]) -> Iterator[int]:
        """The numbers of those that are no twin of an original of another fold."""
        numbers = list(born)
        values = np.stack([birth.mutant.values for birth in born.values()])
        for row, twins in twin_pairs(values, self._values):
            if (self._fold_of[twins] == born[numbers[row]].fold).all():
                yield numbers[row]

    def plan(self, number: int, kind: Mutation, birth: _Birth, notes: Sequence[Note]) -> _Plan:
        """What is to be rendered; a made preset is of its first parent's family."""
        members = self._members[birth.fold]
        parents = [self._originals[members[parent]] for parent in birth.mutant.parents]
        name = f"{kind} {number}"
        category = ""
        if parents:
            name = f"{parents[0].preset.name} ({kind} {number})"
            category = parents[0].preset.category
        return _Plan(
            Preset(name, birth.mutant.values, category),
            notes,
            Source(kind.value),
            parents[0].family if parents else number,
            birth.fold,
            tuple(parent.preset.identity for parent in parents),
        )
