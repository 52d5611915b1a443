"""The notes of a dataset: which presets, at which pitches, of which family and fold."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from synths_for_tests import N_PRESETS, SineSynth

from flow_synth.dataset_description import (
    REFERENCE_PITCH,
    Augmentation,
    DatasetDescription,
    RandomPitch,
)
from flow_synth.error import InputError
from flow_synth.family import twin_pairs
from flow_synth.fold import Split, split_of
from flow_synth.item import Item, Source, items
from flow_synth.mutation import Mutation
from flow_synth.parameter import Parameter, ParameterTable
from flow_synth.preset import Preset
from flow_synth.proposal import Proposal, ProposalFile, Proposals
from flow_synth.synth import Note

DESCRIPTION = DatasetDescription(synth="sine", draws=200, seed=7, random_pitch=RandomPitch())


class ClusteredSynth(SineSynth):
    """Sixteen knobs of two sections; draws that are often twins, or twins of twins."""

    def __init__(self) -> None:
        super().__init__()
        self.table = ParameterTable(
            tuple(
                Parameter(name=f"{'ab'[n % 2]}_{n}", label="", minimum=0, maximum=1, default=0)
                for n in range(16)
            )
        )
        self.centres = np.random.default_rng(5).random((40, 16), np.float32)

    def presets(self) -> list[Preset]:
        return [
            Preset(f"Bank {n}", centre, "lead", family="known" if n < 3 else "")
            for n, centre in enumerate(self.centres[:10])
        ]

    def draw(self, generator: np.random.Generator) -> Preset:
        values = self.centres[generator.integers(40)].copy()
        moved = generator.random(16) < 0.08
        values[moved] = generator.random(int(moved.sum()), np.float32)
        return Preset("Draw", values)


CLUSTERED = DatasetDescription(
    draws=300,
    seed=1,
    augmentation=Augmentation(small=60, section=60, crossover=60, uniform=20),
)


@pytest.fixture(scope="module")
def clustered() -> list[Item]:
    return items(CLUSTERED, ClusteredSynth())


def same(left: Item, right: Item) -> bool:
    return (
        (left.index, left.note, left.source, left.parents)
        == (right.index, right.note, right.source, right.parents)
        and left.preset.name == right.preset.name
        and np.array_equal(left.preset.values, right.preset.values)
    )


def test_the_bank_comes_first_then_the_draws_then_what_is_made_of_them() -> None:
    description = DESCRIPTION.model_copy(
        update={"augmentation": Augmentation(small=3, crossover=2, uniform=4)}
    )
    planned = items(description, SineSynth())
    assert [item.index for item in planned] == list(range(N_PRESETS + 200 + 9))
    assert [item.preset.name for item in planned[:N_PRESETS]] == [
        preset.name for preset in SineSynth().presets()
    ]
    made = [Source.SMALL] * 3 + [Source.CROSSOVER] * 2 + [Source.UNIFORM] * 4
    expected = [Source.FACTORY] * N_PRESETS + [Source.DRAW] * 200 + made
    assert [item.source for item in planned] == expected
    assert all(same(*pair) for pair in zip(planned, items(DESCRIPTION, SineSynth()), strict=False))


def test_an_original_depends_on_seed_and_number_alone() -> None:
    planned = items(DESCRIPTION, SineSynth())
    fewer = items(DESCRIPTION.model_copy(update={"draws": 3}), SineSynth())
    assert all(map(same, fewer, planned))
    reseeded = items(DESCRIPTION.model_copy(update={"seed": 8}), SineSynth())
    assert not any(map(same, reseeded[N_PRESETS:], planned[N_PRESETS:]))


@pytest.mark.parametrize(
    ("share", "least", "most"), [(0.0, 0, 20), (0.5, 100, 140), (1.0, 204, 204)]
)
def test_the_share_of_notes_at_middle_c_is_the_one_asked_for(
    share: float, least: int, most: int
) -> None:
    # 204 notes: five standard deviations of a binomial at 1/2 are 36; at share 0 one of 25 pitches
    # is middle C by chance.
    chance = RandomPitch(reference_share=share, lowest=48, highest=72)
    planned = items(DESCRIPTION.model_copy(update={"random_pitch": chance}), SineSynth())
    pitches = [item.note.pitch for item in planned]
    assert least <= pitches.count(REFERENCE_PITCH) <= most
    assert set(pitches) <= set(range(48, 73))
    if share == 0:
        assert {48, 72} <= set(pitches)
    assert {item.note.total_seconds for item in planned} == {4.0}


def test_every_preset_plays_every_pitch_at_every_velocity() -> None:
    description = DatasetDescription(
        draws=5,
        pitches=(36, 48, 60, 72),
        velocities=(50, 100),
        augmentation=Augmentation(uniform=2),
    )
    planned = items(description, SineSynth())
    assert [item.index for item in planned] == list(range((N_PRESETS + 5 + 2) * 8))
    notes = [(p, v) for p in (36, 48, 60, 72) for v in (50, 100)]
    for start in range(0, len(planned), 8):
        of_one = planned[start : start + 8]
        assert [(item.note.pitch, item.note.velocity) for item in of_one] == notes
        assert len({item.preset.identity for item in of_one}) == 1
        assert len({(item.family, item.fold, item.source) for item in of_one}) == 1


def test_originals_can_be_asked_to_play_middle_c_too() -> None:
    both = RandomPitch(originals_at_reference=True)
    augmentation = Augmentation(uniform=50)
    update = {"random_pitch": both, "augmentation": augmentation}
    planned = items(DESCRIPTION.model_copy(update=update), SineSynth())
    plain = DESCRIPTION.model_copy(update={"augmentation": augmentation})

    def pitches(planned: Sequence[Item]) -> dict[tuple[Source, str], set[float]]:
        played: dict[tuple[Source, str], set[float]] = {}
        for item in planned:
            key = item.source, item.preset.identity
            played.setdefault(key, set()).add(item.note.pitch)
        return played

    found, before = pitches(planned), pitches(items(plain, SineSynth()))
    assert found.keys() == before.keys()
    for (source, identity), played in found.items():
        added = {float(REFERENCE_PITCH)} if source.is_original else set()
        assert played == before[source, identity] | added
    assert [item.index for item in planned] == list(range(len(planned)))
    # What says nothing of it keeps its identity.
    assert "originals_at_reference" not in plain.model_dump_json()
    assert "originals_at_reference" in DESCRIPTION.model_copy(update=update).model_dump_json()


def test_the_paper_s_note_is_what_is_played_if_nothing_else_is_asked_for() -> None:
    assert {item.note for item in items(DatasetDescription(), SineSynth())} == {Note(60, 100)}


def test_no_twins_are_in_two_folds(clustered: list[Item]) -> None:
    originals = [item for item in clustered if item.source.is_original]
    values = np.stack([item.preset.values for item in originals])
    pairs = [(one, int(other)) for one, twins in twin_pairs(values, values) for other in twins]
    assert len(pairs) > 2 * len(originals)
    assert all(originals[one].fold == originals[other].fold for one, other in pairs)
    assert all(originals[one].family == originals[other].family for one, other in pairs)
    assert {split_of(item.fold) for item in originals} == set(Split)


def test_presets_known_to_be_near_duplicates_are_in_one_fold(clustered: list[Item]) -> None:
    known = clustered[:3]
    assert {item.family for item in known} == {known[0].family}
    assert {item.fold for item in known} == {known[0].fold}


def test_nothing_is_made_from_held_out_presets_or_lies_beside_one(clustered: list[Item]) -> None:
    originals = [item for item in clustered if item.source.is_original]
    made = [item for item in clustered if not item.source.is_original]
    fold_of = {item.preset.identity: item.fold for item in originals}
    assert len(made) == 200
    for item in made:
        assert split_of(item.fold) is Split.TRAIN
        assert {fold_of[parent] for parent in item.parents} <= {item.fold}
        assert bool(item.parents) == (item.source is not Source.UNIFORM)
    values = np.stack([item.preset.values for item in originals])
    for row, twins in twin_pairs(np.stack([item.preset.values for item in made]), values):
        assert {originals[twin].fold for twin in twins} <= {made[row].fold}


def test_the_note_of_a_made_preset_tells_nothing_of_its_knobs() -> None:
    description = DESCRIPTION.model_copy(
        update={"draws": 40, "augmentation": Augmentation(uniform=2000, small=2000)}
    )
    made = items(description, ClusteredSynth())
    for source in (Source.UNIFORM, Source.SMALL):
        mine = [item for item in made if item.source is source]
        pitch = np.array([item.note.pitch for item in mine])
        knobs = np.stack([item.preset.values for item in mine])
        is_reference = pitch == REFERENCE_PITCH
        for told in (pitch, is_reference):
            for knob in knobs.T:
                # Five standard deviations of a correlation of nothing.
                assert abs(np.corrcoef(told, knob)[0, 1]) < 5 / np.sqrt(2000)


def test_a_mutant_is_of_the_family_of_its_first_parent(clustered: list[Item]) -> None:
    family_of = {item.preset.identity: item.family for item in clustered}
    made = [item for item in clustered if item.parents]
    assert all(item.family == family_of[item.parents[0]] for item in made)
    strangers = [item for item in clustered if item.source is Source.UNIFORM]
    assert len({item.family for item in strangers}) == len(strangers)


def test_other_folds_may_be_asked_for(clustered: list[Item]) -> None:
    augmentation = Augmentation(small=100, folds=(2, 9))
    planned = items(CLUSTERED.model_copy(update={"augmentation": augmentation}), ClusteredSynth())
    assert {item.fold for item in planned if item.source is Source.SMALL} == {2, 9}
    originals = [item for item in planned if item.source.is_original]
    assert all(map(same, originals, clustered))


def test_more_presets_of_a_kind_leave_the_first_as_they_were(clustered: list[Item]) -> None:
    first = [item for item in clustered if item.source.is_original or item.source is Source.SMALL]
    fewer = CLUSTERED.model_copy(update={"augmentation": Augmentation(small=20)})
    assert all(map(same, items(fewer, ClusteredSynth()), first))


def test_every_kind_of_mutation_is_a_source() -> None:
    mutations = {Source(kind.value) for kind in Mutation}
    assert mutations | {Source.PROPOSED} == {source for source in Source if not source.is_original}
    assert set(Mutation) <= set(Augmentation.model_fields)


def test_presets_that_cannot_be_made_apart_are_refused() -> None:
    class OneKnob(SineSynth):
        """Presets a sixth of the range apart: whatever is made is a twin of one of them."""

        def __init__(self) -> None:
            super().__init__()
            knob = Parameter(name="level", label="", minimum=0, maximum=1, default=0)
            self.table = ParameterTable((knob,))

        def presets(self) -> list[Preset]:
            return [Preset("", values) for values in np.linspace(0, 1, 7, dtype="f4")[:, None]]

    occupied = {item.fold for item in items(DatasetDescription(), OneKnob())}
    empty = next(fold for fold in range(10) if fold not in occupied)
    description = DatasetDescription(augmentation=Augmentation(uniform=1, folds=(empty,)))
    with pytest.raises(InputError, match=r"uniform preset 7 was a twin of another fold's preset"):
        items(description, OneKnob())


def test_uniform_presets_need_no_original() -> None:
    class Bankless(SineSynth):
        def presets(self) -> list[Preset]:
            return []

    planned = items(DatasetDescription(augmentation=Augmentation(uniform=3)), Bankless())
    assert [item.source for item in planned] == [Source.UNIFORM] * 3


def test_a_fold_without_parents_is_refused() -> None:
    description = DatasetDescription(augmentation=Augmentation(small=1))
    with pytest.raises(InputError, match=r"a small mutation needs two presets in each of its"):
        items(description, SineSynth())


def proposing(
    folder: Path, values: Sequence[NDArray[np.float32]], families: Sequence[int]
) -> DatasetDescription:
    """A dataset of proposals for presets of the clustered synth."""
    path = folder / "proposals.json"
    presets = [
        Proposal(values=tuple(value.tolist()), parent=f"parent {family}", family=family)
        for value, family in zip(values, families, strict=True)
    ]
    written = Proposals(model_run="", origins="", rotation=0, presets=tuple(presets))
    written.write(path)
    return DatasetDescription(
        draws=CLUSTERED.draws, seed=CLUSTERED.seed, proposals=ProposalFile.of(path)
    )


def test_proposals_stand_alone_in_the_folds_of_what_was_heard(
    clustered: list[Item], tmp_path: Path
) -> None:
    heard = [item for item in clustered if item.source.is_original][::7]
    values = list(np.random.default_rng(9).random((len(heard), 16), np.float32))
    description = proposing(tmp_path, values, [item.family for item in heard])
    planned = items(description, ClusteredSynth())
    assert {item.source for item in planned} == {Source.PROPOSED}
    assert not Source.PROPOSED.is_original
    assert [item.index for item in planned] == list(range(len(heard)))
    for item, value, parent in zip(planned, values, heard, strict=True):
        assert np.array_equal(item.preset.values, value)
        assert (item.family, item.fold) == (parent.family, parent.fold)
        assert item.parents == (f"parent {parent.family}",)


def test_a_proposal_that_is_a_twin_of_another_fold_s_preset_is_left_out(
    clustered: list[Item], tmp_path: Path
) -> None:
    originals = [item for item in clustered if item.source.is_original]
    heard = originals[0]
    values = [item.preset.values for item in originals]
    planned = items(proposing(tmp_path, values, [heard.family] * len(values)), ClusteredSynth())
    same_fold = [item for item in originals if item.fold == heard.fold]
    assert 0 < len(same_fold) < len(originals)
    assert [item.preset.identity for item in planned] == [
        item.preset.identity for item in same_fold
    ]


def test_proposals_for_other_presets_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="with 15 knobs and of family 0, cannot be of this"):
        items(proposing(tmp_path, [np.zeros(15, np.float32)], [0]), ClusteredSynth())
    with pytest.raises(InputError, match="with 16 knobs and of family 999, cannot be of this"):
        items(proposing(tmp_path, [np.zeros(16, np.float32)], [999]), ClusteredSynth())


def test_proposals_of_which_none_is_lawful_are_refused(
    clustered: list[Item], tmp_path: Path
) -> None:
    heard = clustered[0]
    other = next(item for item in clustered if item.fold != heard.fold)
    description = proposing(tmp_path, [other.preset.values], [heard.family])
    with pytest.raises(InputError, match="all 1 proposals are twins of presets of other folds"):
        items(description, ClusteredSynth())
