"""Where a worker plays the presets proposed for one target, and measures each once."""

from collections.abc import Callable
from dataclasses import dataclass
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
from flow_synth.synth import SynthError
from flow_synth.target import Target
from flow_synth.worker import OpenSynth, Sound, play

_MSS = SOUND_MEASURES.index(Measure.MSS)


@dataclass(frozen=True, eq=False)
class SearchPlan:
    """A search for every target: from the unit preset ``start`` [P], reproducible by its seed."""

    start: NDArray[np.floating]
    seed: int


@dataclass(frozen=True, eq=False)
class MatchPlan:
    """Candidates and a refinement for every target.

    Attributes:
        model: path of the model file; every worker sees it there.
        seed: of the draws.
    """

    model: Path
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
        matching: likewise of a match.
    """

    recipe: Recipe
    folder: Path
    run: str
    open_synth: OpenSynth
    plan: SearchPlan | None = None
    matching: MatchPlan | None = None

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


class TrialStage:
    """Where presets are played and compared with a target, each different one once.

    Args:
        job: what to play them with.
        target: what they are compared with.
        journal: of the target.
    """

    def __init__(self, job: TrialJob, target: Target, journal: Journal) -> None:
        self._job = job
        self._note = target.note
        self._journal = journal
        self._measure = _measurer(target)
        self._failed: set[str] = set()
        self._latest: tuple[str, Sound | None] = "", None

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

    def sounds(self, presets: NDArray[np.float32]) -> list[Sound | None]:
        """Audio [1, 88200] and log-mel [1, 128, 87] of presets [k, P], None where one fails."""
        return [self._sound(preset) for preset in presets]

    def _sound(self, preset: NDArray[np.float32]) -> Sound | None:
        if self._errors(preset) is None:
            return None
        played, sound = self._latest
        # What an earlier run has measured is known to do no harm.
        return sound if played == Preset("", preset).identity else self._play(preset)

    def distance_db(self, preset: NDArray[np.float32]) -> float:
        """MSS of a preset; of one that cannot be played, the largest that there is."""
        errors = self._errors(self._job.recipe.table.snap(preset))
        return metric.RANGE_DB if errors is None else errors[_MSS]

    def _errors(self, preset: NDArray[np.float32]) -> Errors | None:
        identity = Preset("", preset).identity
        errors = self._journal.once(identity, lambda: self._try(identity, preset))
        if errors is None:
            self._failed.add(identity)
        return errors

    def _try(self, identity: str, preset: NDArray[np.float32]) -> Errors | None:
        sound = self._play(preset)
        self._latest = identity, sound
        return None if sound is None else self._measure(*sound)

    def _play(self, preset: NDArray[np.float32]) -> Sound | None:
        job = self._job
        try:
            return play(job.open_synth, job.recipe, preset, self._note, Path(devnull))
        except SynthError:
            return None

    def _silence(self) -> Errors:
        audio = torch.zeros(1, N_SAMPLES)
        return self._measure(audio, LogMel()(audio))


def _measurer(target: Target) -> Callable[[Tensor, Tensor], Errors]:
    """What measures audio [1, 88200] and its log-mel [1, 128, 87] against a target."""
    mss = metric.mss()
    heard, seen = target.sound
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
