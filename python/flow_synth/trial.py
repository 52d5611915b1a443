"""What a worker does for a score: plays presets proposed for a target and measures them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from os import devnull
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from flow_synth import metric
from flow_synth.dataset import Recipe
from flow_synth.features import N_SAMPLES, LogMel, one_thread
from flow_synth.journal import Errors, Journal
from flow_synth.metric import SOUND_MEASURES, Measure
from flow_synth.preset import Preset
from flow_synth.search import BUDGETS, search, search_name
from flow_synth.synth import SynthError
from flow_synth.target import Target
from flow_synth.worker import OpenSynth, limited, play, ready_synth

_MSS = SOUND_MEASURES.index(Measure.MSS)


@dataclass(frozen=True, eq=False)
class SearchPlan:
    """A search for every target: from the unit preset ``start`` [P], reproducible by its seed."""

    start: NDArray[np.floating]
    seed: int


@dataclass(frozen=True, eq=False)
class TrialJob:
    """What a worker needs to know beside the target.

    Attributes:
        recipe: of the dataset, with the synth to play.
        folder: for the journals; every worker sees it under this path.
        run: names this run of the program.
        open_synth: opens the recipe's synth; workers import it by its name.
        plan: of a search beside the proposals; None for no search.
    """

    recipe: Recipe
    folder: Path
    run: str
    open_synth: OpenSynth
    plan: SearchPlan | None = None

    def journal_path(self, target: Target) -> Path:
        """The file of a target: of nothing else than this sound, note and synth."""
        recipe = self.recipe
        parts = (recipe.synth_identity, recipe.synth_version, recipe.table.model_dump_json())
        digest = sha256("\0".join((*parts, target.digest)).encode()).hexdigest()
        return self.folder / f"{digest[:32]}.jsonl"


@dataclass(frozen=True, eq=False)
class Imitation:
    """The nearest of some presets.

    Attributes:
        values: [P] unit preset, stepped knobs on their steps.
        errors: [4] its measures, in the order of ``SOUND_MEASURES``.
    """

    values: NDArray[np.float32]
    errors: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trials:
    """What became of the presets proposed for a target.

    Attributes:
        imitations: the nearest preset of every method.
        progress_db: [400] MSS of the search's best preset after every render; [0] without search.
        n_failed: different presets that could not be played.
    """

    imitations: Mapping[str, Imitation]
    progress_db: NDArray[np.float64]
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
        stage = _Stage(job, target, journal)
        imitations = {name: stage.nearest(presets) for name, presets in proposals.items()}
        progress_db = np.empty(0)
        if job.plan:
            tried = _searched(stage, job.plan, target)
            imitations |= {
                search_name(budget): stage.nearest(tried[:budget]) for budget in BUDGETS
            }
            progress_db = np.minimum.accumulate([stage.distance_db(preset) for preset in tried])
    return Trials(imitations, progress_db, stage.n_failed)


def _searched(stage: "_Stage", plan: SearchPlan, target: Target) -> NDArray[np.float32]:
    seeds = np.random.SeedSequence([plan.seed, int(target.digest, 16)])
    return search(stage.distance_db, plan.start, max(BUDGETS), int(seeds.generate_state(1)[0]))


class _Stage:
    """Where presets are played and compared with a target, each different one once."""

    def __init__(self, job: TrialJob, target: Target, journal: Journal) -> None:
        self._job = job
        self._note = target.note
        self._journal = journal
        self._measure = _measurer(target)
        self._failed: set[str] = set()

    @property
    def n_failed(self) -> int:
        """Different presets that could not be played."""
        return len(self._failed)

    def nearest(self, presets: NDArray[np.float32]) -> Imitation:
        """The preset of the smallest MSS; if none can be played, the first with silence's errors.

        Args:
            presets: [k, P] unit values, k >= 1.
        """
        snapped = self._job.recipe.table.snap(presets)
        errors = [self._errors(preset) for preset in snapped]
        distances = [np.inf if found is None else found[_MSS] for found in errors]
        best = int(np.argmin(distances))
        return Imitation(snapped[best], np.array(errors[best] or self._silence()))

    def distance_db(self, preset: NDArray[np.float32]) -> float:
        """MSS of a preset; of one that cannot be played, the largest that there is."""
        errors = self._errors(self._job.recipe.table.snap(preset))
        return metric.RANGE_DB if errors is None else errors[_MSS]

    def _errors(self, preset: NDArray[np.float32]) -> Errors | None:
        identity = Preset("", preset).identity
        errors = self._journal.once(identity, lambda: self._try(preset))
        if errors is None:
            self._failed.add(identity)
        return errors

    def _try(self, preset: NDArray[np.float32]) -> Errors | None:
        job = self._job
        try:
            audio, mel = play(job.open_synth, job.recipe, preset, self._note, Path(devnull))
        except SynthError:
            return None
        return self._measure(audio, mel)

    def _silence(self) -> Errors:
        audio = torch.zeros(1, N_SAMPLES)
        return self._measure(audio, LogMel()(audio))


def _measurer(target: Target) -> Callable[[Tensor, Tensor], Errors]:
    """What measures audio [1, 88200] and its log-mel [1, 128, 87] against a target."""
    mss = _mss()
    heard = torch.from_numpy(target.audio)[None]
    seen = torch.from_numpy(target.mel)[None]
    with one_thread(), torch.inference_mode():
        point = mss.analyse(heard)

    def measure(audio: Tensor, mel: Tensor) -> Errors:
        with one_thread(), torch.inference_mode():
            errors = {
                Measure.MSS: mss.distance(point, mss.analyse(audio)),
                Measure.SC: metric.spectral_convergence(seen, mel),
                Measure.LOG_MEL_MSE: metric.log_mel_mse(seen, mel),
                Measure.LEVEL: metric.level_difference_db(heard, audio).abs(),
            }
        return tuple(float(errors[measure]) for measure in SOUND_MEASURES)

    return measure


@cache
def _mss() -> metric.Mss:
    return metric.Mss()
