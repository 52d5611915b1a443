"""Results of evaluations in which nothing was played."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flow_synth.evaluation import N_NEIGHBOURS, PITCH_RANGE_SEMITONES, Evaluation
from flow_synth.features import N_FRAMES, N_MELS, N_SAMPLES
from flow_synth.fold import Split
from flow_synth.imitation import Imitations
from flow_synth.match_score import Matching
from flow_synth.match_trial import RANKED, MatchTrial
from flow_synth.metric import SOUND_MEASURES, Measure
from flow_synth.results import TargetSet
from flow_synth.score import OWN, SEARCHES, Method, groups, search_points
from flow_synth.search import BUDGETS
from flow_synth.target import GroupName, Targets
from flow_synth.target_errors import TargetErrors
from flow_synth.trial_stage import Imitation

BASELINES = (Method.NN16, Method.NN1, Method.MEDIAN, Method.MEAN, Method.RANDOM)


def made_up(
    *,
    has_search: bool = False,
    is_out_of_domain: bool = False,
    has_matching: bool = False,
    seed: int = 0,
) -> Evaluation:
    """Random errors of twelve targets; both kinds of targets have two groups beside all."""
    generator, n_targets = np.random.default_rng(seed), 12
    is_first = np.arange(n_targets) < 5
    names = (
        (GroupName.INSTRUMENT, GroupName.VOICE)
        if is_out_of_domain
        else (GroupName.REFERENCE, GroupName.OTHER)
    )
    targets = Targets(
        split=None if is_out_of_domain else Split.TEST,
        sounds="0123" * 16 if is_out_of_domain else None,
        audio=np.zeros((n_targets, N_SAMPLES), np.float32),
        mel=np.zeros((n_targets, N_MELS, N_FRAMES), np.float32),
        pitch=np.full(n_targets, 60.0),
        velocity=np.full(n_targets, 100),
        values=None if is_out_of_domain else np.zeros((n_targets, 1), np.float32),
        families=np.arange(n_targets) // 2,
        groups=dict(
            zip(
                (GroupName.ALL, *names),
                (np.full(n_targets, True), is_first, ~is_first),
                strict=True,
            )
        ),
    )
    methods = (
        *(OWN if has_matching else ()),
        *BASELINES,
        *(SEARCHES if has_search else ()),
        *(() if is_out_of_domain else (Method.TRUTH,)),
    )
    measures = SOUND_MEASURES if is_out_of_domain else tuple(Measure)
    values = np.zeros((n_targets, 1), np.float32)
    imitations = {
        method: Imitations(values, generator.gamma(2.0, size=(n_targets, len(measures))))
        for method in methods
    }
    n_renders = max(BUDGETS) if has_search else 0
    progress_db = np.minimum.accumulate(generator.gamma(2.0, size=(n_targets, n_renders)), 1)
    matches = tuple(
        MatchTrial(
            imitations={
                RANKED: Imitation(values[number], imitations[Method.RANKED].errors[number, :4])
            },
            points=np.array([[16, 0.5, 4 + number, 0.9], [24, 0.75, 3 + number, 0.7]]),
            expected_db=float(number),
            missed_db=0.5 * number,
            intervals=np.array([[0, number / n_targets]], np.float32),
            diversity=0.75,
        )
        for number in range(n_targets if has_matching else 0)
    )
    return Evaluation(
        model_run="run" if has_matching else None,
        dataset="abcd" * 16,
        synth="sine",
        synth_version="1",
        split=targets.split,
        sounds=targets.sounds,
        seed=0,
        n_training_rows=321,
        n_neighbours=N_NEIGHBOURS,
        pitch_range_semitones=PITCH_RANGE_SEMITONES,
        n_failed=3 if has_search else 0,
        groups=groups(imitations, targets, seed=0),
        knobs=(),
        search=search_points(progress_db, targets.families, seed=0),
        matching=Matching.of(matches, targets, seed) if has_matching else None,
        per_target=TargetErrors.of({m: imitations[m] for m in OWN}, targets)
        if has_matching
        else None,
    )


def write_result(
    place: Path,
    errors: Mapping[Method, Mapping[Measure, NDArray[np.float64]]],
    *,
    kind: TargetSet = TargetSet.TEST,
    members: int = 1,
) -> None:
    """Writes the result of a run with the given errors; other scores of it are made up.

    Args:
        place: folder of the result, named after a run.
        errors: [n] by method and measure.
        kind: what the targets are.
        members: so many targets in turn are of one family.
    """
    n_targets = len(next(iter(next(iter(errors.values())).values())))
    rotation = int(place.name.partition("-r")[2].partition("-")[0])
    # Another rotation holds other presets out, but the sounds of elsewhere are the same.
    start = 0 if kind is TargetSet.OUT_OF_DOMAIN else 10**6 * rotation
    numbers = range(start, start + n_targets)
    evaluation = _made_up_once(kind).model_copy(
        update={
            "model_run": "run" if Method.MODEL in errors else None,
            "rotation": rotation,
            "per_target": TargetErrors(
                targets=tuple(f"{number:016x}" for number in numbers),
                families=tuple(number // members for number in numbers),
                errors={
                    method: {measure: tuple(column.tolist()) for measure, column in found.items()}
                    for method, found in errors.items()
                },
            ),
        }
    )
    place.mkdir(parents=True, exist_ok=True)
    evaluation.write(place / f"{kind}.json")


@cache
def _made_up_once(kind: TargetSet) -> Evaluation:
    return made_up(is_out_of_domain=kind is TargetSet.OUT_OF_DOMAIN)
