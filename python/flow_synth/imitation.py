"""Presets proposed for targets, played by workers, and how near the best of each method comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from flow_synth import metric
from flow_synth.baseline import Proposals
from flow_synth.cluster import Progress
from flow_synth.dataset import Recipe
from flow_synth.match_trial import MatchTrial
from flow_synth.metric import SOUND_MEASURES, Measure
from flow_synth.target import Targets
from flow_synth.trial import Trials, try_target
from flow_synth.trial_stage import MatchPlan, SearchPlan
from flow_synth.workplace import Workplace

Name = TypeVar("Name", bound=str)


@dataclass(frozen=True, eq=False)
class Imitations:
    """What became of one method's proposals.

    Attributes:
        values: [n, P] unit preset of every imitation, stepped knobs on their steps.
        errors: [n, 6] its measures in the order of :class:`Measure`, or [n, 4] without those that
            need a true preset.
    """

    values: NDArray[np.float32]
    errors: NDArray[np.float64]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What the columns of ``errors`` are."""
        return tuple(Measure)[: self.errors.shape[1]]


@dataclass(frozen=True, eq=False)
class Imitated:
    """What became of all proposals.

    Attributes:
        methods: imitations by method, those of the search among them.
        progress_db: [n, 400] MSS of the search's best preset after every render; [n, 0] without.
        matches: [n] how each match went on; empty without.
        n_failed: presets that could not be played, counted once a target.
    """

    methods: Mapping[str, Imitations]
    progress_db: NDArray[np.float64]
    matches: tuple[MatchTrial, ...]
    n_failed: int


def imitate(
    workplace: Workplace,
    recipe: Recipe,
    targets: Targets,
    proposals: Mapping[Name, Proposals],
    plan: SearchPlan | None = None,
    matching: MatchPlan | None = None,
    progress: Progress | None = None,
) -> Imitated:
    """Plays every proposal at its target's pitch, and measures the best of each method.

    Of several proposals the one of the smallest multi-scale distance (MSS) counts. One that the
    synth cannot play, or that ends or hangs its process twice, is never the best; a method of
    which no proposal can be played has the errors of silence.

    Run again after it was killed, it measures only what was not measured before.

    Args:
        workplace: the workers.
        recipe: of the dataset; its synth plays.
        targets: n sounds.
        proposals: [n, k, P] unit presets by method.
        plan: of a search for every target, or None.
        matching: of candidates and a refinement for every target, or None.
        progress: is called with the number of targets done and their total.

    Raises:
        InputError: the synth cannot be opened or is of another version, the folder cannot be
            written, or no worker answers.
    """
    proposed = [
        (targets[index], {str(name): presets[index] for name, presets in proposals.items()})
        for index in range(len(targets))
    ]
    done = workplace.run(workplace.job(recipe, plan, matching), try_target, proposed, progress)
    return Imitated(
        methods={name: _gathered(name, done, targets.values) for name in done[0].imitations},
        progress_db=np.stack([trials.progress_db for trials in done]),
        matches=tuple(trials.match for trials in done if trials.match),
        n_failed=sum(trials.n_failed for trials in done),
    )


def _gathered(name: str, done: Sequence[Trials], truth: NDArray[np.float32] | None) -> Imitations:
    imitations = [trials.imitations[name] for trials in done]
    values = np.stack([imitation.values for imitation in imitations])
    errors = np.stack([imitation.errors for imitation in imitations])
    if truth is None:
        return Imitations(values, errors)
    return Imitations(values, np.concatenate([errors, _preset_errors(truth, values)], 1))


def _preset_errors(truth: NDArray[np.float32], values: NDArray[np.float32]) -> NDArray[np.float64]:
    """[n, 2] measures that need a true preset."""
    pair = torch.from_numpy(truth), torch.from_numpy(values)
    errors = {
        Measure.MSE_N: metric.normalised_parameter_error(*pair),
        Measure.PARAMETER_MSE: metric.parameter_mse(*pair),
    }
    columns = [errors[measure].double() for measure in Measure if measure not in SOUND_MEASURES]
    return torch.stack(columns, 1).numpy()
