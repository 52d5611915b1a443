"""Every note of a dataset, planned before anything is rendered."""

from collections.abc import Mapping, Sequence
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
from flow_synth.proposal import Proposals
from flow_synth.synth import Note, Synth

#: How often a preset is made anew when it is a twin of a preset of another fold.
_ATTEMPTS = 100


class Source(StrEnum):
    """Where a preset comes from.

    ``factory`` is the bank that comes with the synth and ``draw`` is ``Synth.draw``: these are
    the originals. The others were made for training: ``proposed`` by a model (see
    :mod:`flow_synth.proposal`), the rest from presets (see :mod:`flow_synth.mutation`).
    """

    FACTORY = "factory"
    DRAW = "draw"
    SMALL = Mutation.SMALL.value
    SECTION = Mutation.SECTION.value
    CROSSOVER = Mutation.CROSSOVER.value
    UNIFORM = Mutation.UNIFORM.value
    PROPOSED = "proposed"

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

    The synth's bank comes first, then its draws, then what is made from both, kind by kind; or
    else proposals alone, but for twins of originals of other folds. All notes of a preset stand
    together.

    Raises:
        InputError: a preset that is to be made cannot be, or the proposals are for other presets.
    """
    originals = _originals(description, synth)
    if description.proposals:
        plans = _proposed(description, description.proposals.read(), synth.table, originals)
    else:
        plans = [*originals, *_made(description, synth.table, originals)]
    return [
        Item(index, plan.preset, note, plan.source, plan.family, plan.fold, plan.parents)
        for index, (plan, note) in enumerate((plan, note) for plan in plans for note in plan.notes)
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
        notes.append(_notes(description, generator, is_original=True))
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


def _notes(
    description: DatasetDescription, generator: np.random.Generator, *, is_original: bool = False
) -> list[Note]:
    pitches = description.pitches
    if chance := description.random_pitch:
        pitch = REFERENCE_PITCH
        if generator.random() >= chance.reference_share:
            pitch = int(generator.integers(chance.lowest, chance.highest + 1))
        is_both = is_original and chance.originals_at_reference and pitch != REFERENCE_PITCH
        pitches = (REFERENCE_PITCH, pitch) if is_both else (pitch,)
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
        for number in _lawful_births(born, originals):
            notes = _notes(description, np.random.default_rng([description.seed, number]))
            finished[number] = nursery.plan(number, pending.pop(number), born[number], notes)
        if not pending:
            return [finished[number] for number in numbers]
    number, kind = next(iter(pending.items()))
    raise InputError(
        f"{kind} preset {number} was a twin of another fold's preset {_ATTEMPTS} times; "
        f"set '{kind}' to 0, or take a synth with more knobs"
    )


def _proposed(
    description: DatasetDescription,
    proposals: Proposals,
    table: ParameterTable,
    originals: Sequence[_Plan],
) -> list[_Plan]:
    """The lawful of a model's proposals, each in the fold of the preset whose sound was heard."""
    fold_of = {plan.family: plan.fold for plan in originals}
    for number, proposal in enumerate(proposals.presets):
        if len(proposal.values) != len(table) or proposal.family not in fold_of:
            raise InputError(
                f"proposal {number}, with {len(proposal.values)} knobs and of family "
                f"{proposal.family}, cannot be of this synth; let 'flow-synth propose' write the "
                "file again"
            )
    values = np.array([proposal.values for proposal in proposals.presets], np.float32)
    values = table.snap(values.reshape(-1, len(table)))
    folds = np.array([fold_of[proposal.family] for proposal in proposals.presets], np.int64)
    lawful = _lawful(values, folds, originals)
    if not lawful:
        raise InputError(
            f"all {len(values)} proposals are twins of presets of other folds; propose more"
        )
    return [
        _Plan(
            Preset(f"proposed {number}", values[number]),
            _notes(description, np.random.default_rng([description.seed, number])),
            Source.PROPOSED,
            proposals.presets[number].family,
            int(folds[number]),
            (proposals.presets[number].parent,),
        )
        for number in lawful
    ]


def _lawful(
    values: NDArray[np.float32], folds: NDArray[np.int64], originals: Sequence[_Plan]
) -> list[int]:
    """Numbers of the presets [N, P] of folds [N] that are no twin of another fold's original."""
    theirs = np.array([plan.preset.values for plan in originals], np.float32)
    theirs = theirs.reshape(len(originals), values.shape[1])
    fold_of = np.array([plan.fold for plan in originals], np.int64)
    return [
        row for row, twins in twin_pairs(values, theirs) if (fold_of[twins] == folds[row]).all()
    ]


def _birth_stream(seed: int, number: int, attempt: int) -> np.random.Generator:
    """Random numbers that are not those of the preset's notes: zeros may not tell seeds apart."""
    return np.random.default_rng(np.random.SeedSequence([seed, number], spawn_key=(attempt,)))


@dataclass(frozen=True, eq=False)
class _Birth:
    """A made preset and the fold of its parents."""

    fold: int
    mutant: Mutant


def _lawful_births(born: Mapping[int, _Birth], originals: Sequence[_Plan]) -> list[int]:
    numbers = list(born)
    values = np.stack([birth.mutant.values for birth in born.values()])
    folds = np.array([birth.fold for birth in born.values()], np.int64)
    return [numbers[row] for row in _lawful(values, folds, originals)]


class _Nursery:
    """The originals by fold, from which presets are made."""

    def __init__(
        self, table: ParameterTable, originals: Sequence[_Plan], folds: Sequence[int]
    ) -> None:
        self._table = table
        self._originals = originals
        self._folds = folds
        fold_of = np.array([plan.fold for plan in originals], np.int64)
        self._values = np.array([plan.preset.values for plan in originals], np.float32)
        self._values = self._values.reshape(len(originals), len(table))
        self._members: Mapping[int, NDArray[np.intp]] = {
            fold: np.flatnonzero(fold_of == fold) for fold in folds
        }

    def birth(self, kind: Mutation, generator: np.random.Generator) -> _Birth:
        """Makes a preset from parents of one fold."""
        fold = self._folds[int(generator.integers(len(self._folds)))]
        parents = self._values[self._members[fold]]
        return _Birth(fold, mutate(kind, self._table, parents, generator))

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
