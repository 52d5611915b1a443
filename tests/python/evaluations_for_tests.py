"""Results of evaluations in which nothing was played."""

import numpy as np

from flow_synth.evaluation import N_NEIGHBOURS, PITCH_RANGE_SEMITONES, Evaluation
from flow_synth.features import N_FRAMES, N_MELS, N_SAMPLES
from flow_synth.fold import Split
from flow_synth.imitation import Imitations
from flow_synth.metric import SOUND_MEASURES, Measure
from flow_synth.score import SEARCHES, Method, groups, search_points
from flow_synth.search import BUDGETS
from flow_synth.target import GroupName, Targets

BASELINES = (Method.NN16, Method.NN1, Method.MEDIAN, Method.MEAN, Method.RANDOM)


def made_up(*, has_search: bool = False, is_out_of_domain: bool = False) -> Evaluation:
    """Random errors of twelve targets; both kinds of targets have two groups beside all."""
    generator, n_targets = np.random.default_rng(0), 12
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
    return Evaluation(
        model_run=None,
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
    )
