"""Presets made from presets: what each kind may change, and by how much."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow_synth.error import InputError
from flow_synth.mutation import (
    CROSSOVER_SHARES,
    JITTER_SHARE,
    JITTER_STEP,
    MOST_REDRAWN,
    MOST_SECTIONS,
    TOUCH_STEP,
    Mutation,
    mutate,
    sections,
)
from flow_synth.parameter import Parameter, ParameterTable
from flow_synth.synths.builtin import builtin_table

TABLE = builtin_table()
PARENTS = TABLE.snap(np.random.default_rng(0).random((30, len(TABLE))))
STEPPED = np.array([knob.n_values > 0 for knob in TABLE.parameters()])

#: More than 6 standard deviations: no step of a mutation is as long.
FAR = 6.5


@given(st.sampled_from(Mutation), st.integers(0, 2**32))
def test_a_mutant_is_a_preset_and_depends_on_the_generator_alone(
    kind: Mutation, seed: int
) -> None:
    mutant = mutate(kind, TABLE, PARENTS, np.random.default_rng(seed))
    again = mutate(kind, TABLE, PARENTS, np.random.default_rng(seed))
    np.testing.assert_array_equal(mutant.values, again.values)
    assert mutant.parents == again.parents
    assert mutant.values.dtype == np.float32
    np.testing.assert_array_equal(mutant.values, TABLE.snap(mutant.values))
    assert (mutant.values >= 0).all()
    assert (mutant.values <= 1).all()
    assert len(set(mutant.parents)) == len(mutant.parents)
    assert set(mutant.parents) <= set(range(len(PARENTS)))


def test_a_small_mutation_moves_many_knobs_a_little_and_few_far() -> None:
    generator = np.random.default_rng(1)
    moved = []
    for _ in range(400):
        mutant = mutate(Mutation.SMALL, TABLE, PARENTS, generator)
        parent, *donors = mutant.parents
        distance = np.abs(mutant.values - PARENTS[parent])
        assert len(donors) <= MOST_REDRAWN
        near = np.abs(mutant.values - PARENTS[list(mutant.parents)]) <= FAR * JITTER_STEP
        assert near.any(0).all()
        assert (distance[~STEPPED] > FAR * JITTER_STEP).sum() <= MOST_REDRAWN
        assert (distance[STEPPED] > 0).sum() <= MOST_REDRAWN
        moved.append((distance[~STEPPED] > 0).mean())
    # A redrawn knob is seldom one that would have stayed: two of 40 hardly count.
    assert np.mean(moved) == pytest.approx(JITTER_SHARE, abs=0.05)


def test_a_section_mutation_takes_whole_sections_of_one_donor() -> None:
    generator = np.random.default_rng(2)
    section = sections(TABLE)
    counts = set()
    for _ in range(400):
        mutant = mutate(Mutation.SECTION, TABLE, PARENTS, generator)
        parent, donor = (PARENTS[number] for number in mutant.parents)
        near_parent = np.abs(mutant.values - parent) <= FAR * TOUCH_STEP
        near_donor = np.abs(mutant.values - donor) <= FAR * TOUCH_STEP
        assert (near_parent | near_donor).all()
        taken = {n for n in set(section.tolist()) if not near_parent[section == n].all()}
        assert all(near_donor[section == n].all() for n in taken)
        counts.add(len(taken))
    # Where parent and donor are alike a section that was taken cannot be told.
    assert max(counts) == MOST_SECTIONS


def test_a_crossover_takes_single_knobs_of_its_donors() -> None:
    generator = np.random.default_rng(3)
    shares, n_parents = [], []
    for _ in range(400):
        mutant = mutate(Mutation.CROSSOVER, TABLE, PARENTS, generator)
        parent, donors = PARENTS[mutant.parents[0]], PARENTS[list(mutant.parents[1:])]
        own = np.abs(mutant.values - parent) <= FAR * TOUCH_STEP
        given = (np.abs(mutant.values - donors) <= FAR * TOUCH_STEP).any(0)
        assert (own | given).all()
        shares.append((~own).mean())
        n_parents.append(len(mutant.parents))
    # What is taken may lie near the parent's by chance, hence no more than the largest share.
    assert max(shares) <= CROSSOVER_SHARES[1] + 0.3
    assert np.mean(shares) > CROSSOVER_SHARES[0]
    assert 0.3 < np.mean(np.array(n_parents) == 2) < 0.6
    assert max(n_parents) > 5


def test_a_uniform_draw_has_no_parents_and_fills_the_range() -> None:
    generator = np.random.default_rng(4)
    mutants = [mutate(Mutation.UNIFORM, TABLE, PARENTS, generator) for _ in range(2000)]
    assert not any(mutant.parents for mutant in mutants)
    continuous = np.stack([mutant.values for mutant in mutants])[:, ~STEPPED]
    # Kolmogorov-Smirnov at about one in a million for each of the knobs.
    expected = np.arange(1, 2001) / 2000
    assert np.abs(np.sort(continuous, axis=0) - expected[:, None]).max() < 2.7 / np.sqrt(2000)


def test_sections_are_the_beginnings_of_the_names() -> None:
    named = dict(zip(TABLE.names, sections(TABLE).tolist(), strict=True))
    assert named["amp_attack"] == named["amp_release"] != named["filter_cutoff"]


def test_a_bank_too_small_to_mutate_is_refused() -> None:
    generator = np.random.default_rng(0)
    for kind in (Mutation.SMALL, Mutation.SECTION, Mutation.CROSSOVER):
        with pytest.raises(InputError, match=f"{kind} .* two presets .* set '{kind}' to 0"):
            mutate(kind, TABLE, PARENTS[:1], generator)
    mutate(Mutation.UNIFORM, TABLE, PARENTS[:0], generator)


def test_a_synth_of_one_section_has_no_sections_to_exchange() -> None:
    knobs = (Parameter(name=f"level_{n}", label="", minimum=0, maximum=1, default=0) for n in "ab")
    table = ParameterTable(tuple(knobs))
    with pytest.raises(InputError, match=r"one section .* set 'section' to 0"):
        mutate(Mutation.SECTION, table, np.eye(2, dtype=np.float32), np.random.default_rng(0))
