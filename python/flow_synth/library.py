"""The package in one object: a model and the synth that it plays."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from flow_synth import _native
from flow_synth.audio_file import Audio, read_audio, read_samples
from flow_synth.error import InputError
from flow_synth.export import SUFFIX, Model
from flow_synth.knob_effect import knob_effects
from flow_synth.lock import Locks
from flow_synth.matching import Match, Matcher, hear
from flow_synth.model_file import ModelDescription, OptionalMethod, read_model_file
from flow_synth.preset import Preset
from flow_synth.stage import Stage, play_on_workers
from flow_synth.synth import Note, Synth
from flow_synth.synths import BUILTIN, open_synth
from flow_synth.wishes import Wishes


def shipped_models() -> tuple[str, ...]:
    """Names of the models that come with the package."""
    files = resources.files(__package__).joinpath("shipped").iterdir()
    return tuple(
        sorted(file.name.removesuffix(SUFFIX) for file in files if file.name.endswith(SUFFIX))
    )


@contextmanager
def model_path(model: str | Path) -> Iterator[Path]:
    """The file of a model: one that comes with the package, by its name, or a path.

    Raises:
        InputError: it is neither.
    """
    names = shipped_models()
    if model in names:
        shipped = resources.files(__package__).joinpath("shipped", f"{model}{SUFFIX}")
        with resources.as_file(shipped) as path:
            yield path
    elif os.access(model, os.F_OK):
        yield Path(model)
    else:
        raise InputError(
            f"there is no model {model}; give the path of a {SUFFIX} file, or the name of one "
            f"that comes with flow-synth: {', '.join(names)}"
        )


def load_model(model: str | Path) -> Model:
    """Opens a model; see :func:`model_path`.

    Raises:
        InputError: no whole model file that this program can read.
    """
    with model_path(model) as path:
        return Model.load(path)


def load_native_model(model: str | Path) -> _native.Model:
    """Opens a model as hosts run it; see :func:`model_path`.

    Raises:
        InputError: no whole model file that this program can read.
    """
    with model_path(model) as path:
        read_model_file(path)  # The engine hands the description on without a look at it.
        return _native.Model.load(path)


class FlowSynth:
    """A model and its synth: sounds to presets, presets to sounds, and the space between them.

    Example:
        >>> match = FlowSynth.load("builtin").match("voice.wav")
        >>> match.preset.values, match.audio, match.measures

    Args:
        model: an opened model file.
        synth: the one that the model was trained on.
        synth_description: from which workers open that synth; its identity if not given.

    Raises:
        InputError: the model was trained on another synth, or on other knobs.
    """

    def __init__(self, model: Model, synth: Synth, synth_description: str | None = None) -> None:
        trained = model.description
        if synth.identity != trained.synth:
            raise InputError(
                f"the model was trained on synth {trained.synth!r}, not on {synth.identity!r}; "
                "give that synth, or another model"
            )
        if synth.table != trained.parameters:
            raise InputError(
                f"synth {synth.identity!r} has other knobs than when the model was trained on it; "
                "train a model on this one, or use the old one"
            )
        self.model = model
        self.synth = synth
        self._synth_description = synth_description or synth.identity

    @classmethod
    def load(cls, model: str | Path = BUILTIN, synth: str | None = None) -> Self:
        """Opens a model file and its synth.

        Args:
            model: the name of a model that comes with the package, such as ``builtin``, or the
                path of a ``.flow.ts`` file.
            synth: the path of the plug-in description (TOML) of a plug-in's model; the synths
                that the package knows by name need none.

        Raises:
            InputError: no whole model file that this program can read, a synth that cannot be
                opened, or one that the model was not trained on.
        """
        opened = load_model(model)
        description = synth or opened.description.synth
        return cls(opened, open_synth(description), description)

    @property
    def description(self) -> ModelDescription:
        """Knobs, latent dimensions, training run and scores of the model."""
        return self.model.description

    def match(self, sound: str | Path | ArrayLike, sample_rate_hz: float | None = None) -> Match:
        """Finds the preset with which the synth imitates a sound.

        Of a model that draws candidates it is the nearest of the sixteen that its ear ranks first.

        Args:
            sound: the path of a sound file, or samples [N] or [channels, N], full scale 1;
                silence before the sound is trimmed, and the next 4 s count.
            sample_rate_hz: of samples, a whole number; a file knows its own.

        Raises:
            InputError: the file or the samples are not a sound that can be used.
            SynthError: the synth failed on the preset.
        """
        return self.matches(sound, sample_rate_hz)[0]

    def matches(
        self,
        sound: str | Path | ArrayLike,
        sample_rate_hz: float | None = None,
        wishes: Wishes | None = None,
        stage: Stage | None = None,
    ) -> list[Match]:
        """Finds different presets with which the synth imitates a sound, the nearest first.

        More than one, or a search, are played by new processes, which import the main module: a
        script must call this under ``if __name__ == "__main__"``.

        Args:
            sound: as for :meth:`match`.
            sample_rate_hz: likewise.
            wishes: how many presets, how long to search for better ones, and what to keep.
            stage: of :meth:`stage`; without it one is opened for this sound alone.

        Raises:
            InputError: the file or the samples are not a sound that can be used, a locked knob is
                unknown, or the model draws no candidates.
            SynthError: the synth failed on every preset.
        """
        if isinstance(sound, str | Path):
            name, audio = Path(sound).stem, read_audio(Path(sound))
        else:
            name, audio = "match", _audio(sound, sample_rate_hz)
        wishes = wishes or Wishes()
        self.check_wishes(wishes)
        matcher = Matcher(self.model, self.synth, audio.samples, audio.sample_rate_hz, wishes)
        if stage or not wishes.needs_stage:
            return matcher.find(name, stage)
        with self.stage() as opened:
            return matcher.find(name, opened)

    def check_wishes(self, wishes: Wishes) -> None:
        """Refuses what no sound can be matched with.

        Raises:
            InputError: a locked knob is unknown or its value is out of range, or more than one
                candidate or a search is asked of a model that draws none.
        """
        Locks.of(self.synth.table, wishes.locks)
        if wishes.needs_stage:
            self.model.check_has(OptionalMethod.SAMPLE)

    @contextmanager
    def stage(self, scheduler: str | None = None, workers: int | None = None) -> Iterator[Stage]:
        """Worker processes that play the synth's presets, for many sounds.

        Args:
            scheduler: address of a running dask scheduler, or None for a cluster on this machine.
            workers: number of processes on this machine; one for each CPU if None.

        Raises:
            InputError: no worker answers, or the synth cannot be opened there.
        """
        with play_on_workers(
            self.synth, self._synth_description, scheduler=scheduler, workers=workers
        ) as opened:
            yield opened

    def encode(self, samples: ArrayLike, sample_rate_hz: float) -> NDArray[np.float32]:
        """Samples as for :meth:`match` -> z [D]: where a sound lies in the audio space.

        Raises:
            InputError: the samples are not a sound that can be used.
        """
        audio = _audio(samples, sample_rate_hz)
        heard = hear(self.model, audio.samples, audio.sample_rate_hz)
        return self.model.encode(self.model.features(heard))[0].numpy()

    def decode(self, z: ArrayLike) -> NDArray[np.float32]:
        """z [..., D] -> unit values [..., P] of every knob, stepped ones on their steps.

        Raises:
            InputError: z has another number of dimensions, or is not finite.
        """
        rows = _rows("z", z, len(self.description.latent))
        values = self.synth.table.snap(self.model.decode(torch.from_numpy(rows)).numpy())
        return values.reshape(*np.shape(z)[:-1], -1)

    def locate(self, values: ArrayLike) -> NDArray[np.float32]:
        """Unit values [..., P] -> z [..., D]: where a preset lies in the audio space.

        Raises:
            InputError: there are more or fewer values than knobs, or one outside [0, 1], or the
                model has no inverse.
        """
        z = self.model.invert(torch.from_numpy(self._knobs(values))).numpy()
        return z.reshape(*np.shape(values)[:-1], -1)

    def knob_effects(self, values: ArrayLike, note: Note | None = None) -> NDArray[np.float32]:
        """How much the sound of a preset changes, in dB, as each knob [P] is moved a little.

        Args:
            values: [P] unit values.
            note: middle C if not given.

        Raises:
            InputError: there are more or fewer values than knobs, or one outside [0, 1], or the
                model has no ear.
        """
        self.model.check_has(OptionalMethod.PREDICT)
        (knobs,) = self._knobs(np.ravel(values))
        return knob_effects(self.model, self.synth.table, knobs, note or Note())

    def render(self, preset: Preset, note: Note | None = None) -> NDArray[np.float32]:
        """Plays a preset.

        Args:
            preset: of the model's synth.
            note: middle C, held for 3 s of 4 s, if not given.

        Returns:
            [2, samples] audio at 44100 Hz.

        Raises:
            InputError: there are more or fewer values than knobs, or one outside [0, 1].
            SynthError: the synth failed on the preset.
        """
        (values,) = self._knobs(np.ravel(preset.values))
        return self.synth.render(values, note or Note())

    def _knobs(self, values: ArrayLike) -> NDArray[np.float32]:
        """[..., P] -> [rows, P], checked."""
        rows = _rows("a preset", values, len(self.synth.table))
        outside = rows[(rows < 0) | (rows > 1)]
        if len(outside):
            raise InputError(
                f"a preset has the value {outside[0]:g}; give unit values from 0 to 1"
            )
        return rows


def _audio(samples: ArrayLike, sample_rate_hz: float | None) -> Audio:
    if sample_rate_hz is None:
        raise InputError("sample_rate_hz is missing; give that of the samples")
    return read_samples(samples, sample_rate_hz)


def _rows(name: str, numbers: ArrayLike, length: int) -> NDArray[np.float32]:
    """[..., length] -> [rows, length], checked."""
    array = np.asarray(numbers, np.float32)
    if array.shape[-1:] != (length,) or not array.size or not np.isfinite(array).all():
        raise InputError(
            f"{name} of shape {list(array.shape)} cannot be used; "
            f"give [..., {length}] finite numbers"
        )
    return array.reshape(-1, length)
