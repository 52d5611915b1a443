"""New presets from old ones: small mutations, whole sections, crossovers, and uniform draws.

Every kind takes the table of the synth, ``parents`` [M, P] (the unit values of the presets that it
may use) and a generator, of whose state alone its result is a function.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from flow_synth.error import InputError
from flow_synth.parameter import ParameterTable

#: A small mutation moves this share of the continuous knobs by a normal step of this width ...
JITTER_SHARE = 0.6
JITTER_STEP = 0.08
#: ... and gives at most so many knobs the value that they have in another preset.
MOST_REDRAWN = 3
#: The other kinds move this share of the continuous knobs a little, too.
TOUCH_SHARE = 0.3
TOUCH_STEP = 0.04
#: At most so many sections come from the other preset.
MOST_SECTIONS = 3
#: Least and largest chance of a knob to come from another preset in a crossover.
CROSSOVER_SHARES = (0.1, 0.5)


class Mutation(StrEnum):
    """How a preset is made for training."""

    SMALL = "small"
    SECTION = "section"
    CROSSOVER = "crossover"
    UNIFORM = "uniform"


@dataclass(frozen=True, eq=False)
class Mutant:
    """A made preset: ``values`` [P], and the numbers of its parents, the likest first."""

    values: NDArray[np.float32]
    parents: tuple[int, ...]


def mutate(
    kind: Mutation,
    table: ParameterTable,
    parents: NDArray[np.float32],
    generator: np.random.Generator,
) -> Mutant:
    """Makes a preset of one kind, stepped knobs on their steps.

    Raises:
        InputError: the kind needs two parents, or knobs of two sections, and there are fewer.
    """
    if kind is not Mutation.UNIFORM and len(parents) < 2:
        raise InputError(
            f"a {kind} mutation needs two presets in each of its folds; render more presets, or "
            f"set '{kind}' to 0"
        )
    mutant = _MAKERS[kind](table, parents, generator)
    return Mutant(table.snap(mutant.values), mutant.parents)


def sections(table: ParameterTable) -> NDArray[np.int64]:
    """[P] number of each knob's section: the part of its name before the first underscore."""
    names = [name.split("_")[0] for name in table.names]
    return np.unique(names, return_inverse=True)[1]


def _small(
    table: ParameterTable, parents: NDArray[np.float32], generator: np.random.Generator
) -> Mutant:
    """A preset with many knobs moved a little and one to three redrawn."""
    parent = int(generator.integers(len(parents)))
    values = _moved(table, parents[parent], JITTER_SHARE, JITTER_STEP, generator)
    count = generator.integers(1, MOST_REDRAWN + 1)
    redrawn = generator.permutation(len(table))[:count]
    donors = generator.integers(len(parents), size=len(redrawn))
    values[redrawn] = parents[donors, redrawn]
    return Mutant(values, _without_repeats(parent, donors))


def _section(
    table: ParameterTable, parents: NDArray[np.float32], generator: np.random.Generator
) -> Mutant:
    """A preset with one to three whole sections of another."""
    section = sections(table)
    n_sections = int(section.max()) + 1
    if n_sections < 2:
        raise InputError(
            "all knobs are of one section (their names begin alike, up to the first underscore); "
            "name them by sections, or set 'section' to 0"
        )
    parent, donor = map(int, generator.choice(len(parents), 2, replace=False))
    count = generator.integers(1, min(MOST_SECTIONS, n_sections - 1) + 1)
    taken = np.isin(section, generator.permutation(n_sections)[:count])
    values = np.where(taken, parents[donor], parents[parent])
    return Mutant(_touched(table, values, generator), (parent, donor))


def _crossover(
    table: ParameterTable, parents: NDArray[np.float32], generator: np.random.Generator
) -> Mutant:
    """A preset with some knobs of another, or each of another one, at equal chances."""
    n_knobs = len(table)
    parent, donor = map(int, generator.choice(len(parents), 2, replace=False))
    one_donor = generator.random() < 0.5
    many = generator.integers(len(parents), size=n_knobs)
    donors = np.full(n_knobs, donor) if one_donor else many
    taken = generator.random(n_knobs) < generator.uniform(*CROSSOVER_SHARES)
    values = np.where(taken, parents[donors, np.arange(n_knobs)], parents[parent])
    return Mutant(_touched(table, values, generator), _without_repeats(parent, donors[taken]))


def _without_repeats(parent: int, donors: NDArray[np.integer]) -> tuple[int, ...]:
    return tuple(dict.fromkeys([parent, *donors.tolist()]))


def _uniform(
    table: ParameterTable,
    parents: NDArray[np.float32],  # noqa: ARG001  # One signature for all kinds.
    generator: np.random.Generator,
) -> Mutant:
    """Every knob uniform in unit space, which knows nothing of any preset."""
    return Mutant(generator.random(len(table), dtype=np.float32), ())


def _touched(
    table: ParameterTable, values: NDArray[np.float32], generator: np.random.Generator
) -> NDArray[np.float32]:
    return _moved(table, values, TOUCH_SHARE, TOUCH_STEP, generator)


def _moved(
    table: ParameterTable,
    values: NDArray[np.float32],
    share: float,
    step: float,
    generator: np.random.Generator,
) -> NDArray[np.float32]:
    """A share of the continuous knobs moved by normal steps, stopped at the ends."""
    is_continuous = np.array([knob.n_values == 0 for knob in table.parameters()])
    chosen = is_continuous & (generator.random(len(values)) < share)
    steps = generator.normal(0.0, step, len(values))
    return np.clip(values + np.where(chosen, steps, 0.0), 0.0, 1.0).astype(np.float32)


_Maker = Callable[[ParameterTable, NDArray[np.float32], np.random.Generator], Mutant]
_MAKERS: Mapping[Mutation, _Maker] = {
    Mutation.SMALL: _small,
    Mutation.SECTION: _section,
    Mutation.CROSSOVER: _crossover,
    Mutation.UNIFORM: _uniform,
}
