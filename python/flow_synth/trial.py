"""What a worker does for a score: plays presets proposed for a target and measures them."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import devnull
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flow_synth.journal import Journal
from flow_synth.match_trial import MatchTrial, match_target
from flow_synth.search import BUDGETS, search, search_name
from flow_synth.target import Target
from flow_synth.trial_stage import Imitation, SearchPlan, TrialJob, TrialStage
from flow_synth.worker import limited, ready_synth


@dataclass(frozen=True, eq=False)
class Trials:
    """What became of the presets proposed for a target.

    Attributes:
        imitations: the nearest preset of every method.
        progress_db: [400] MSS of the search's best preset after every render; [0] without search.
        match: how a match went on; None without.
        n_failed: different presets that could not be played.
    """

    imitations: Mapping[str, Imitation]
    progress_db: NDArray[np.float64]
    match: MatchTrial | None
    n_failed: int


def try_synth(job: TrialJob) -> None:
    """Opens the synth; ends this process if that takes longer than a note may.

    Raises:
        InputError: it cannot be opened, or is of another version than the dataset's.
    """
    with limited(job.recipe.description.note_timeout_seconds, Path(devnull)):
        ready_synth(job.open_synth, job.recipe)


def try_target(
    job: TrialJob, target: Target, proposals: Mapping[str, NDArray[np.float32]]
) -> Trials:
    """Plays all presets proposed for a target, and searches for more if the job says so.

    Args:
        job: what to play them with.
        target: what they are compared with.
        proposals: [k, P] unit presets of every method.

    Raises:
        InputError: the synth cannot be opened, or the journal cannot be written.
    """
    with Journal(job.journal_path(target), job.run) as journal:
        stage = TrialStage(job, target, journal)
        imitations = {name: stage.nearest(presets) for name, presets in proposals.items()}
        progress_db = np.empty(0)
        if job.plan:
            tried = _searched(stage, job.plan, target)
            imitations |= {
                search_name(budget): stage.nearest(tried[:budget]) for budget in BUDGETS
            }
            progress_db = np.minimum.accumulate([stage.distance_db(preset) for preset in tried])
        match = match_target(stage, job, target, job.matching) if job.matching else None
        if match:
            imitations |= match.imitations
    return Trials(imitations, progress_db, match, stage.n_failed)


def _searched(stage: TrialStage, plan: SearchPlan, target: Target) -> NDArray[np.float32]:
    seeds = np.random.SeedSequence([plan.seed, int(target.digest, 16)])
    return search(stage.distance_db, plan.start, max(BUDGETS), int(seeds.generate_state(1)[0]))
