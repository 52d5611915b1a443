"""What a worker does to score a match: candidates, and what a refinement makes of them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray

from flow_synth.candidates import find_candidates
from flow_synth.export import Model
from flow_synth.family import twin_pairs
from flow_synth.features import LOG_FLOOR
from flow_synth.fitness import Aim
from flow_synth.lock import Locks
from flow_synth.model_file import N_REACH_RENDERS
from flow_synth.problem import Problem
from flow_synth.refinement import Refinement
from flow_synth.target import Target
from flow_synth.trial_stage import Imitation, MatchPlan, TrialJob, TrialStage

#: Different candidates that a match plays first; the best of the first so many are scored ...
N_FIRST = N_REACH_RENDERS
BEST_OF = (4, 8, N_FIRST)
#: ... and the best after so many renders in all.
REFINED = (50, 200)
#: What the ear ranks first, unplayed otherwise.
RANKED = "ranked"
#: Columns of how a match went on: at so many renders and seconds its best has this MSS and SC.
MATCH_POINT = ("renders", "seconds", "mss_db", "sc")


def best_name(count: int) -> str:
    """What the best of so many candidates is called among the methods."""
    return f"best{count}"


def refined_name(budget: int) -> str:
    """What the best after so many renders is called among the methods."""
    return f"refined{budget}"


@dataclass(frozen=True, eq=False)
class MatchTrial:
    """What became of one target.

    Attributes:
        imitations: by method.
        points: [n, 4] how it went on; the columns are ``MATCH_POINT``.
        expected_db: fitness that the ear expected of what it ranked first.
        missed_db: how far the nearest of the first candidates is from the target, see
            :meth:`flow_synth.fitness.Aim.missed_db`; that of silence if none could be played.
        intervals: [P, 2] between which each knob should lie.
        diversity: share of the pairs among the first candidates that are no twins.
    """

    imitations: Mapping[str, Imitation]
    points: NDArray[np.float64]
    expected_db: float
    missed_db: float
    intervals: NDArray[np.float32]
    diversity: float


def match_target(stage: TrialStage, job: TrialJob, target: Target, plan: MatchPlan) -> MatchTrial:
    """Finds candidates for a target and refines them by as many renders as are scored."""
    begun = perf_counter()
    table, locks = job.recipe.table, Locks.of(job.recipe.table, {})
    model = _opened(plan.model)
    aim = Aim(*target.sound, hears_level=model.description.normalisation.hears_level)
    seed = int(np.random.SeedSequence([plan.seed, int(target.digest, 16)]).generate_state(1)[0])
    problem = Problem(model, table, aim, target.note, locks, seed)
    candidates = find_candidates(problem)
    first = candidates.first(N_FIRST)
    imitations = {RANKED: stage.nearest(candidates.values[:1])}
    points: list[tuple[float, ...]] = []
    total_db: dict[bytes, float] = {}
    missed_db = aim.missed_db(torch.full_like(aim.mel, math.log(LOG_FLOOR)))
    for found in Refinement(problem).run(candidates, N_FIRST, stage.sounds, max(REFINED)):
        total_db = {tried.values.tobytes(): tried.fitness.total_db for tried in found.ranking}
        best = found.ranking[0].values[None] if found.ranking else candidates.values[:1]
        imitation = stage.nearest(best)
        # The last that was within the budget.
        imitations |= {
            refined_name(budget): imitation for budget in REFINED if found.n_renders <= budget
        }
        if found.ranking and found.n_renders <= N_FIRST:
            missed_db = found.missed_db
        points.append((found.n_renders, perf_counter() - begun, *imitation.errors[:2]))
    for count in BEST_OF:
        totals = [total_db.get(preset.tobytes(), np.inf) for preset in first[:count]]
        imitations[best_name(count)] = stage.nearest(first[[int(np.argmin(totals))]])
    return MatchTrial(
        imitations,
        np.array(points),
        float(candidates.expected_db[0]),
        missed_db,
        candidates.intervals,
        _diversity(first),
    )


def _diversity(presets: NDArray[np.float32]) -> float:
    """Share of the pairs of presets [n, P] that are no twins."""
    n_twins = sum(len(twins) - 1 for _, twins in twin_pairs(presets, presets))
    return 1 - n_twins / max(len(presets) * (len(presets) - 1), 1)


@cache
def _opened(path: Path) -> Model:
    """The worker's model, opened once for all its targets."""
    return Model.load(path)
