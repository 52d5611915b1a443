"""How a preset map is made: every preset of a bank is played once, and laid out by its sound."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from os import devnull
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from flow_synth import curve
from flow_synth.cluster import Progress
from flow_synth.curve import Numbers
from flow_synth.dataset import Recipe
from flow_synth.dataset_description import (
    REFERENCE_PITCH,
    REFERENCE_VELOCITY,
    DatasetDescription,
)
from flow_synth.encoder import RANGE_NATS
from flow_synth.error import InputError
from flow_synth.export import Model
from flow_synth.journal import Errors, Journal
from flow_synth.latent_sweep import swept
from flow_synth.map_layout import layout
from flow_synth.preset import Preset
from flow_synth.preset_map import UNIT_SCALE, MapAxis, MapCurve, MapPreset, PresetMap, shown_name
from flow_synth.synth import Note, Synth, SynthError
from flow_synth.synths import AMSYNTH
from flow_synth.tag import AXES, describe, tags
from flow_synth.trial_stage import TrialJob
from flow_synth.worker import play
from flow_synth.workplace import Workplace

#: Of a macro knob's curve, and how many macro knobs have one.
N_POSITIONS = 9
N_CURVES = 16
#: What a map says of the semantic axes.
MAP_AXES = tuple(
    MapAxis(
        name=axis.name,
        low=axis.low,
        high=axis.high,
        unit=axis.unit,
        low_threshold=axis.low_threshold,
        high_threshold=axis.high_threshold,
    )
    for axis in AXES
)

#: What every preset plays: middle C, where sounds can be compared.
_NOTE = Note(REFERENCE_PITCH, REFERENCE_VELOCITY)
#: Presets that one journal keeps.
_CHUNK_PRESETS = 16
#: Mel bands and frames of which one number of a sound's outline is the mean.
_OUTLINE = (4, 8)
#: Decimals of what is written: ranks to a hundredth, the outline to a tenth of a decibel.
_DECIMALS = 2
#: Digits of a curve's descriptors.
_DIGITS = 4


@dataclass(frozen=True)
class MadeMap:
    """A map, and how many presets of the bank are not on it.

    Attributes:
        map: of the others.
        n_repeated: presets with the same knobs as an earlier one, which sound the same.
        n_silent: presets that give no sound at middle C.
        n_failed: presets that the synth could not play.
    """

    map: PresetMap
    n_repeated: int
    n_silent: int
    n_failed: int


def make_map(
    model: Model,
    name: str,
    synth: Synth,
    description: str,
    workplace: Workplace,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> MadeMap:
    """Plays every preset of the synth's bank at middle C, and the sweeps of the macro knobs.

    Killed and run again, it goes on where it was. The result does not depend on the workers.

    Args:
        model: trained on the synth.
        name: of the model.
        synth: opened here.
        description: from which workers open the same.
        workplace: the workers, and the folder of what they measured; clear it when the result is
            safe.
        seed: of the layout.
        progress: is called with the number of presets done and their total.

    Raises:
        InputError: the synth has no bank, or not one preset of it can be heard, or for the reasons
            of :meth:`Workplace.run`.
    """
    bank = _different(synth)
    if not bank:
        raise InputError(
            f"synth {synth.identity!r} comes without presets to map; give a model of a synth that "
            "has some, such as 'builtin'"
        )
    values = synth.table.snap(np.stack([preset.values for preset in bank]))
    sweeps = _macro_sweeps(model, synth)
    recipe = Recipe.of(DatasetDescription(synth=description), synth)
    heard = _heard(np.concatenate([values, *sweeps]), recipe, workplace, progress)
    mine, turned = heard[: len(bank)], heard[len(bank) :]
    described = _descriptors(mine)
    is_silent = np.isnan(described).all(1)
    n_failed = sum(one is None for one in mine)
    rows = np.flatnonzero(~is_silent)
    if not len(rows):
        raise InputError(
            f"not one preset of synth {synth.identity!r} can be heard at middle C; check that the "
            "synth plays"
        )
    shown = [bank[row] for row in rows]
    # The categories of amsynth's presets are the banks that they are in.
    categories = () if synth.identity in AMSYNTH else _categories(shown)
    outlines = np.array([one[len(AXES) :] for row in rows if (one := mine[row]) is not None])
    made = PresetMap(
        synth=synth.identity,
        model=name,
        parameters=synth.table.names,
        axes=MAP_AXES,
        categories=categories,
        presets=_presets(shown, values[rows], described[rows], layout(outlines, seed), categories),
        curves=_curves(_descriptors(turned)),
    )
    return MadeMap(
        map=made,
        n_repeated=len(synth.presets()) - len(bank),
        n_silent=int(is_silent.sum()) - n_failed,
        n_failed=n_failed,
    )


def _different(synth: Synth) -> list[Preset]:
    """The bank without presets whose knobs are all those of an earlier one."""
    first: dict[str, Preset] = {}
    for preset in synth.presets():
        first.setdefault(Preset("", synth.table.snap(preset.values)).identity, preset)
    return list(first.values())


def _macro_sweeps(model: Model, synth: Synth) -> list[NDArray[np.float32]]:
    """[S, P] of each of the first macro knobs: all other dimensions stand at their means."""
    sweeps = []
    for number in model.description.order[:N_CURVES]:
        _, z = swept(model.description, number, N_POSITIONS)
        sweeps.append(synth.table.snap(model.decode(torch.from_numpy(z)).numpy()))
    return sweeps


def _heard(
    presets: NDArray[np.float32],
    recipe: Recipe,
    workplace: Workplace,
    progress: Progress | None,
) -> list[Errors | None]:
    """Descriptors and outline of every preset [N, P]; None of one that cannot be played."""
    job = workplace.job(recipe)
    chunks = np.split(presets, range(_CHUNK_PRESETS, len(presets), _CHUNK_PRESETS))
    arguments = [(job.folder / _journal_name(recipe, chunk), chunk) for chunk in chunks]

    def show(done: int, _total: int) -> None:
        if progress:
            progress(min(done * _CHUNK_PRESETS, len(presets)), len(presets))

    parts = workplace.run(job, hear_presets, arguments, show)
    return [one for part in parts for one in part]


def _journal_name(recipe: Recipe, presets: NDArray[np.float32]) -> str:
    """Of nothing else than these presets, this note and this synth."""
    asked = (recipe.synth_identity, recipe.synth_version, recipe.table.model_dump_json(), _NOTE)
    content = "\0".join(map(str, asked)).encode() + presets.tobytes()
    return f"{sha256(content).hexdigest()[:32]}.jsonl"


def hear_presets(
    job: TrialJob, journal: Path, presets: NDArray[np.float32]
) -> list[Errors | None]:
    """What a worker does for some presets [k, P].

    Raises:
        InputError: the synth cannot be opened, or the journal cannot be written.
    """
    with Journal(journal, job.run) as kept:
        return [
            kept.once(Preset("", preset).identity, partial(_hear, job, preset))
            for preset in presets
        ]


def _hear(job: TrialJob, preset: NDArray[np.float32]) -> Errors | None:
    try:
        audio, mel = play(job.open_synth, job.recipe, preset, _NOTE, Path(devnull))
    except SynthError:
        return None
    (descriptors,) = describe(audio, torch.tensor([_NOTE.frequency_hz])).tolist()
    return (*descriptors, *outline(mel)[0].round(decimals=_DECIMALS).tolist())


def outline(mel: Tensor) -> Tensor:
    """Log-mel [B, 128, 87] in nats -> [B, 320] means of its parts.

    Log-mel is taken below its peak, and no further down than 80 dB: a gain changes nothing.
    """
    relative = (mel - mel.amax((1, 2), keepdim=True)).clamp(min=-RANGE_NATS)
    return torch.nn.functional.avg_pool2d(relative[:, None], _OUTLINE).flatten(1).double()


def _descriptors(heard: Sequence[Errors | None]) -> Numbers:
    """[N, 7]; NaN where one says nothing of a sound, or there is no sound."""
    missing = (np.nan,) * len(AXES)
    return np.array([missing if one is None else one[: len(AXES)] for one in heard])


def _categories(bank: Sequence[Preset]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(shown_name(p.category, 0) for p in bank if p.category))


def _presets(
    bank: Sequence[Preset],
    values: NDArray[np.float32],
    descriptors: Numbers,
    places: Numbers,
    categories: tuple[str, ...],
) -> tuple[MapPreset, ...]:
    sides = tags(torch.from_numpy(descriptors.astype(np.float32)))
    ranks = np.stack([_shares(column) for column in descriptors.T], axis=1)
    units = np.rint(values.astype(np.float64) * UNIT_SCALE).astype(np.int64)
    number = {category: index for index, category in enumerate(categories)}
    return tuple(
        MapPreset(
            name=shown_name(preset.name, index + 1),
            category=number.get(shown_name(preset.category, 0), -1),
            x=x,
            y=y,
            tags=tuple(side),
            descriptors=tuple(rank),
            units=tuple(unit),
        )
        for index, (preset, (x, y), side, rank, unit) in enumerate(
            zip(
                bank,
                places.tolist(),
                sides.tolist(),
                ranks.round(_DECIMALS).tolist(),
                units.tolist(),
                strict=True,
            )
        )
    )


def _shares(column: Numbers) -> Numbers:
    """[N] -> ranks from 0 to 1; what was not measured stands in the middle, as it is untagged."""
    is_measured = ~np.isnan(column)
    shares = np.full(len(column), 0.5)
    if is_measured.sum() > 1:
        shares[is_measured] = (curve.mean_ranks(column[is_measured]) - 1) / (is_measured.sum() - 1)
    return shares


def _curves(descriptors: Numbers) -> tuple[MapCurve, ...]:
    """[C * S, 7] -> a curve for each of C macro knobs."""
    positions = np.linspace(0, 1, N_POSITIONS)
    curves = descriptors.reshape(-1, N_POSITIONS, len(AXES))
    return tuple(
        MapCurve(
            macro=number,
            positions=tuple(positions.tolist()),
            descriptors=tuple(
                tuple(float(f"{value:.{_DIGITS}g}") for value in row) for row in _filled(one)
            ),
        )
        for number, one in enumerate(curves, 1)
    )


def _filled(curves: Numbers) -> Numbers:
    """[S, 7] -> the same with what was not measured between its neighbours.

    A descriptor that says nothing along a whole curve stands midway between its thresholds.
    """
    steps = np.arange(len(curves))
    filled = curves.copy()
    for column, axis in zip(filled.T, AXES, strict=True):
        is_measured = ~np.isnan(column)
        if is_measured.any():
            column[:] = np.interp(steps, steps[is_measured], column[is_measured])
        else:
            column[:] = (axis.low_threshold + axis.high_threshold) / 2
    return filled
