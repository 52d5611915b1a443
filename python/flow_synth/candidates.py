"""Presets that may have made a sound: drawn by a model, ranked by its ear, unplayed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from flow_synth.breeding import Breeding
from flow_synth.family import TWIN_DISTANCE, twin_knobs
from flow_synth.features import one_thread
from flow_synth.problem import Problem

N_DRAWS = 256
#: Below 1, so that draws keep to what is likely; chosen on the validation split.
TEMPERATURE = 0.7
#: So many times the best of them, so many, have children that the ear alone hears. More of them go
#: where the ear errs: 24 came no nearer on the validation split.
_N_GENERATIONS = 8
_N_PARENTS = 32
_N_CHILDREN = 192
#: Between these shares of the draws a knob's interval lies. At that temperature the true knobs of
#: validation presets lie in it about nine times of ten; docs/matching.md counts them.
_INTERVAL = (0.05, 0.95)


#: Presets [N, P] and what is expected of them [N], the best first.
Ranked = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class Candidates:
    """Presets for one sound, the most promising first.

    Attributes:
        values: [N, P] unit values, stepped knobs on their steps, no two alike.
        expected_db: [N] what the ear expects their fitness to be.
        answer: [P] the one that the model gives in one pass; it is among them.
        intervals: [P, 2] unit values between which a knob lies in 9 of 10 draws.
    """

    values: NDArray[np.float32]
    expected_db: NDArray[np.float32]
    answer: NDArray[np.float32]
    intervals: NDArray[np.float32]

    def first(self, count: int) -> NDArray[np.float32]:
        """At most so many different ones [n, P] that are worth playing first.

        The model's one answer is among them, if there are more than one: it errs in other ways
        than the ear.
        """
        chosen = self.values[different(self.values, count)]
        if len(chosen) > 1 and not (chosen == self.answer).all(1).any():
            chosen[-1] = self.answer
        return chosen


def different(values: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Numbers of at most so many presets [N, P], the first of every group of twins before others.

    Twins are presets of which so few knobs differ that they count as one family.
    """
    limit = twin_knobs(values.shape[1])
    return first_apart(values, count, lambda moves: (moves > TWIN_DISTANCE).sum(1) >= limit)


def first_apart(
    values: NDArray[np.float32],
    count: int,
    is_apart: Callable[[NDArray[np.float32]], NDArray[np.bool_]],
) -> NDArray[np.intp]:
    """Numbers of at most so many presets [N, P], those that are apart from all before first.

    Args:
        values: the presets.
        count: of the numbers; ascending.
        is_apart: tells of each of n distances [n, P], knob by knob, whether it is one.
    """
    chosen: list[int] = []
    for number, preset in enumerate(values):
        if len(chosen) == count:
            break
        if is_apart(np.abs(values[chosen] - preset)).all():
            chosen.append(number)
    others = [number for number in range(len(values)) if number not in chosen]
    return np.array(sorted(chosen + others[: count - len(chosen)]), np.intp)


def find_candidates(problem: Problem) -> Candidates:
    """Draws presets for a sound, ranks them by the model's ear, and breeds better ones for it."""
    ears, table, aim = problem.ears, problem.table, problem.aim
    generator = np.random.default_rng(problem.seed)
    shares = torch.from_numpy(generator.random((N_DRAWS, len(table)), np.float32))

    def expected_db(presets: NDArray[np.float32]) -> NDArray[np.float32]:
        return aim.expected_db(problem.predicted(presets)).numpy()

    with one_thread(), torch.inference_mode():
        answer = ears.answer(aim.mel)
        drawn = ears.sample(aim.mel, shares, TEMPERATURE)
        values = table.snap(problem.locks.held(torch.cat((answer, drawn)).numpy()))
        ranked = by_promise(values, expected_db(values))
        bred = _bred(ranked, Breeding(table, problem.locks, generator), expected_db)
    found = by_promise(*(np.concatenate(pair) for pair in zip(bred, ranked, strict=True)))
    return Candidates(*found, values[0], _intervals(values[1:]))


def _intervals(drawn: NDArray[np.float32]) -> NDArray[np.float32]:
    """[P, 2] between which nine of ten draws [N, P] have a knob, ends and all."""
    low = np.quantile(drawn, _INTERVAL[0], axis=0, method="lower")
    high = np.quantile(drawn, _INTERVAL[1], axis=0, method="higher")
    return np.stack((low, high), axis=1)


def _bred(
    ranked: Ranked,
    breeding: Breeding,
    expected_db: Callable[[NDArray[np.float32]], NDArray[np.float32]],
) -> Ranked:
    """Generation after generation of children of the best."""
    best = ranked
    for _ in range(_N_GENERATIONS):
        parents, hopes = best[0][:_N_PARENTS], best[1][:_N_PARENTS]
        children = breeding.children(parents, ranked[0], _N_CHILDREN)
        presets = np.concatenate((parents, children))
        best = by_promise(presets, np.concatenate((hopes, expected_db(children))))
    return best


def by_promise(values: NDArray[np.float32], expected_db: NDArray[np.float32]) -> Ranked:
    """Different ones of presets [N, P], and what is expected of them [N], the best first."""
    _, first = np.unique(values, axis=0, return_index=True)
    first = np.sort(first)
    order = first[np.argsort(expected_db[first], kind="stable")]
    return values[order], expected_db[order]
