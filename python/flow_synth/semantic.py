"""What the controls of a model do to sound: sliders and macro knobs swept, played and measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from flow_synth import curve
from flow_synth.cluster import Progress
from flow_synth.control import (
    AxisScore,
    MacroScore,
    Scale,
    Smoothness,
    axis_of,
    compare,
    score_axis,
    score_macro,
    unevenness,
)
from flow_synth.curve import Numbers
from flow_synth.dataset import Dataset
from flow_synth.dataset_description import Fold
from flow_synth.error import InputError
from flow_synth.evaluation import Model, check_synth
from flow_synth.fold import Split
from flow_synth.frozen import Frozen
from flow_synth.json_file import read_result
from flow_synth.latent_sweep import POSITIONS, LatentSweeps, Sweep
from flow_synth.model_file import ModelDescription
from flow_synth.parameter import ParameterTable
from flow_synth.sweep import Heard, HeardSound, play_sweeps, record_sweeps
from flow_synth.tag import AXES
from flow_synth.target import Targets
from flow_synth.workplace import Workplace

FORMAT = "flow-synth controls"

N_STRONGEST = 2
N_SHOWN_KNOBS = 5
#: Of the steps of a sweep, those that a picture shows: every second.
SHOWN_STEPS = slice(None, None, 2)


class MacroCurve(Frozen):
    """How knobs and descriptors go along a macro knob: medians over presets at every step.

    ``knobs`` holds the unit values, by label, of those that move most; ``descriptors`` lies in
    standard deviations from the mean of training sounds, in the order of the axes of tags.
    """

    dimension: int
    positions: tuple[float, ...]
    knobs: Mapping[str, tuple[float, ...]]
    descriptors: tuple[tuple[float | None, ...], ...]


class Controls(Frozen):
    """What was measured of a model's controls, and all that it depends on.

    Presets are held-out ones, of ``split``; ``macros`` are ordered from the largest effect on
    sound to the smallest, ``strongest`` are the first of them, ``macro_smoothness`` is over all
    dimensions, ``pair_smoothness`` of interpolation between pairs of presets. ``n_failed`` presets
    could not be played, counted once a preset that they were made from.
    """

    format: Literal["flow-synth controls"] = "flow-synth controls"
    version: Literal[1] = 1
    model_run: str
    dataset: str
    rotation: Fold
    split: Split
    synth: str
    synth_version: str
    seed: int
    n_presets: int
    n_families: int
    n_macro_presets: int
    n_pairs: int
    n_failed: int
    positions: tuple[float, ...]
    axes: tuple[AxisScore, ...]
    macros: tuple[MacroScore, ...]
    strongest: tuple[MacroCurve, ...]
    macro_smoothness: Smoothness
    pair_smoothness: Smoothness

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads a file of :attr:`content`.

        Raises:
            InputError: the file cannot be read, or holds something else.
        """
        return read_result(
            cls, path, lacking="holds no scores of controls", command="flow-synth semantic"
        )

    @property
    def content(self) -> bytes:
        """The content of the JSON file."""
        return (self.model_dump_json() + "\n").encode()


@dataclass(frozen=True, eq=False)
class Measured:
    """The scores, and for pictures the log-mels [7, 128, 87] of sweeps around the first preset.

    Those of the sliders are in the order of ``controls.axes``, those of the macro knobs in that of
    ``controls.strongest``; the steps are ``SHOWN_STEPS`` of all.
    """

    controls: Controls
    slider_mels: Sequence[NDArray[np.float32]]
    macro_mels: Sequence[NDArray[np.float32]]


def measure_controls(
    model: Model,
    description: ModelDescription,
    dataset: Dataset,
    targets: Targets,
    scale: Scale,
    workplace: Workplace,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> Measured:
    """Sweeps every slider and every macro knob around held-out presets, and listens.

    z is what the model encodes of a preset's sound. A slider goes from -3 to 3 in 13 steps, a
    macro knob from the dimension's minimum to its maximum, and an interpolation from one preset to
    another, as far away in the list as can be; everything else stays. Each way is compared with
    the straight line of knobs between its own end presets. Killed and run again, it goes on where
    it was.

    Args:
        model: of the description.
        description: of its latent dimensions and sliders.
        dataset: what the model was trained on.
        targets: n held-out rows of it.
        scale: of the descriptors of its training sounds.
        workplace: the workers and the folder of what they measured; clear it when the result is
            safe.
        seed: of the intervals.
        progress: is called with the number of presets done and their total.

    Raises:
        InputError: the model was not trained on the dataset, has an axis that no tag measures,
            there are fewer than two targets, or for the reasons of :meth:`Workplace.run`.
    """
    check_synth(description, dataset)
    for axis in description.semantic_axes:
        axis_of(axis)
    assert targets.split, "rows of a dataset"
    if len(targets) < 2:
        raise InputError(
            "one preset is not enough to interpolate; ask for more, or render a larger dataset"
        )
    recipe = dataset.manifest.recipe
    latent_sweeps = LatentSweeps(model, description, dataset.table, targets.mel)
    sweeps = [latent_sweeps.around(index) for index in range(len(targets))]
    heard = play_sweeps(workplace, recipe, targets, sweeps, progress)
    scores = _Scores(description, heard, scale, targets.families, seed)
    macros = scores.macros()
    strongest = [macro.dimension for macro in macros[:N_STRONGEST]]
    shown = [*sweeps[0][Sweep.AXES], *sweeps[0][Sweep.MACROS][strongest]]
    mels = record_sweeps(
        workplace, recipe, targets[0].note, [sweep[SHOWN_STEPS] for sweep in shown]
    )
    controls = Controls(
        model_run=description.training_run,
        dataset=recipe.digest,
        rotation=dataset.rotation,
        split=targets.split,
        synth=recipe.synth_identity,
        synth_version=recipe.synth_version,
        seed=seed,
        n_presets=len(targets),
        n_families=len(np.unique(targets.families)),
        n_macro_presets=len(scores.rows(Sweep.MACROS)),
        n_pairs=len(scores.rows(Sweep.PAIR)),
        n_failed=sum(one.n_failed for one in heard),
        positions=tuple(POSITIONS.tolist()),
        axes=scores.axes(),
        macros=macros,
        strongest=tuple(
            _macro_curve(
                each,
                latent_sweeps.macro_positions[each],
                dataset.table,
                np.stack([sweep[Sweep.MACROS][each] for sweep in sweeps if Sweep.MACROS in sweep]),
                scores.standardised(Sweep.MACROS, each),
            )
            for each in strongest
        ),
        macro_smoothness=scores.macro_smoothness(),
        pair_smoothness=scores.smoothness(Sweep.PAIR, Sweep.PAIR_LINE, 0),
    )
    n_axes = len(controls.axes)
    return Measured(controls, mels[:n_axes], mels[n_axes:])


class _Scores:
    """Scores of what was heard around n targets."""

    def __init__(
        self,
        description: ModelDescription,
        heard: Sequence[HeardSound],
        scale: Scale,
        families: NDArray[np.int64],
        seed: int,
    ) -> None:
        self._description = description
        self._heard = heard
        self._scale = scale
        self._families = families
        self._seed = seed

    def rows(self, kind: Sweep) -> list[int]:
        """Numbers of the targets around which this was swept."""
        return [index for index, one in enumerate(self._heard) if kind in one.sweeps]

    def axes(self) -> tuple[AxisScore, ...]:
        """In the order of the model's semantic axes."""
        return tuple(
            score_axis(
                axis,
                POSITIONS,
                self._all(Sweep.AXES, number),
                self._scale,
                self._families,
                self._seed,
            )
            for number, axis in enumerate(self._description.semantic_axes)
        )

    def macros(self) -> tuple[MacroScore, ...]:
        """From the largest effect on sound to the smallest; those never measured come last."""
        families = self._families[self.rows(Sweep.ENDS)]
        scores = [
            score_macro(
                number,
                dimension,
                self._all(Sweep.ENDS, number),
                self.smoothness(Sweep.MACROS, Sweep.MACRO_LINES, number),
                self._scale,
                families,
                self._seed,
            )
            for number, dimension in enumerate(self._description.latent)
        ]
        return tuple(sorted(scores, key=lambda one: -one.effect_db.mean if one.effect_db else 0))

    def smoothness(self, path: Sweep, line: Sweep, number: int) -> Smoothness:
        """Of one path and its line around every target that has them."""
        pair = [unevenness(self._all(kind, number), self._scale) for kind in (path, line)]
        return compare(pair[0], pair[1], self._families[self.rows(path)], self._seed)

    def macro_smoothness(self) -> Smoothness:
        """Over the means of every target's dimensions."""
        dimensions = range(len(self._description.latent))
        pair = [
            curve.mean_of_measured(
                np.stack([unevenness(self._all(kind, each), self._scale) for each in dimensions]),
                0,
            )
            for kind in (Sweep.MACROS, Sweep.MACRO_LINES)
        ]
        return compare(pair[0], pair[1], self._families[self.rows(Sweep.MACROS)], self._seed)

    def standardised(self, kind: Sweep, number: int) -> Numbers:
        """[n, S, 7] descriptors in deviations from the mean of training sounds."""
        return (self._all(kind, number).descriptors - self._scale.mean) / self._scale.deviation

    def _all(self, kind: Sweep, number: int) -> Heard:
        """[n, S, 7] and [n, S - 1] of one sweep around every target that has it."""
        mine = [self._heard[index].sweeps[kind] for index in self.rows(kind)]
        return Heard(
            np.stack([one.descriptors[number] for one in mine]),
            np.stack([one.steps_db[number] for one in mine]),
        )


def _macro_curve(
    dimension: int,
    positions: Numbers,
    table: ParameterTable,
    values: NDArray[np.float32],
    descriptors: Numbers,
) -> MacroCurve:
    """Medians of unit values [n, S, P] and descriptors [n, S, 7] at positions [S]."""
    most = np.argsort(-values.var(1).mean(0), kind="stable")[:N_SHOWN_KNOBS]
    medians = np.median(values, 0)
    return MacroCurve(
        dimension=dimension,
        positions=tuple(positions.tolist()),
        knobs={table[knob].label: tuple(medians[:, knob].tolist()) for knob in most.tolist()},
        descriptors=tuple(
            tuple(step and step[1] for step in curve.quartiles(descriptors[..., axis]))
            for axis in range(len(AXES))
        ),
    )
