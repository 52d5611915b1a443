"""What a training run is: a typed, frozen description, read from TOML."""

import math
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from flow_synth.augmentation import MaskSizes, NoiseRange, Share
from flow_synth.dataset_description import Fold
from flow_synth.error import InputError
from flow_synth.frozen import Frozen
from flow_synth.item import Source
from flow_synth.models.settings import Count, Family, ModelSettings, Placement
from flow_synth.objective import Weights
from flow_synth.toml_file import read_toml, refusal


def _check_mixture(shares: dict[Source, float]) -> dict[Source, float]:
    total = math.fsum(shares.values())
    if shares and abs(total - 1.0) > 1e-6:
        raise ValueError(f"the shares of a mixture make {total:g} together; let them make 1")
    return shares


Mixture = Annotated[
    dict[Source, Annotated[float, Field(gt=0, le=1)]], AfterValidator(_check_mixture)
]


class Schedule(StrEnum):
    """How the learning rate moves.

    ``plateau`` halves it when the validation loss has not improved for a number of epochs (the
    paper's); ``cosine`` warms it up over a share of all steps, then lets it fall to zero.
    """

    PLATEAU = "plateau"
    COSINE = "cosine"


class Precision(StrEnum):
    """In what numbers the networks compute; the flows always keep to float32.

    ``auto`` is bfloat16 where the hardware multiplies it, float32 elsewhere.
    """

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


class ObjectiveSettings(Frozen):
    """Weights of the terms, and the warm-up of the divergences.

    ``reconstructed_share`` of every batch is reconstructed: a decoder costs as much as an encoder.
    """

    weights: Weights = Weights()
    reconstructed_share: float = Field(default=1.0, gt=0, le=1)
    warmup_epochs: int = Field(default=100, ge=0)

    def beta(self, epoch: int) -> float:
        """Factor of the divergences in an epoch counted from 0: linear from 0 to 1."""
        return min(epoch / self.warmup_epochs, 1.0) if self.warmup_epochs else 1.0


class OptimiserSettings(Frozen):
    """AdamW (Adam where ``weight_decay`` is 0) and its schedule."""

    learning_rate: float = Field(default=2e-4, gt=0)
    weight_decay: float = Field(default=0.0, ge=0)
    maximum_gradient_norm: float = Field(default=1000.0, gt=0)
    schedule: Schedule = Schedule.PLATEAU
    patience_epochs: int = Field(default=20, ge=0)
    warmup_share: Share = 0.05


class Experiment(Frozen):
    """A training run: with the same dataset and machine it gives the same losses.

    ``dataset`` is a rendered dataset's folder; in a file it is relative to that file. Which of its
    ten folds are held out follows from ``rotation``; see :func:`flow_synth.fold.split_of`.
    ``mixture`` gives the share of every epoch that is of each source: without it, every training
    row is met once an epoch. Without ``noise`` and ``masks`` the encoder hears the training sounds
    as they are.

    ``proposals`` is the folder of another dataset, what a model proposed for sounds of the first
    (see :mod:`flow_synth.proposer`): its judges, the ear and the coach, learn from as many of
    these as of the others, and nothing else does.

    ``pretrained`` is a model file of the same synth, whose weights the first run takes instead of
    random ones, all that have a place here.

    ``start`` is an experiment that is run first, on the same rows; a file gives the name of its
    file. This one takes all weights from it that have a place here, and begins the rest anew.
    """

    dataset: Path
    rotation: Fold = 0
    mixture: Mixture = Field(default_factory=dict)
    model: ModelSettings = ModelSettings()
    objective: ObjectiveSettings = ObjectiveSettings()
    optimiser: OptimiserSettings = OptimiserSettings()
    noise: NoiseRange | None = None
    masks: MaskSizes | None = None
    epochs: Count = 500
    batch_size: int = Field(default=64, ge=2)
    seed: int = Field(default=0, ge=0)
    precision: Precision = Precision.AUTO
    # Left out where it is none, so that runs without it keep their identity.
    proposals: Path | None = Field(default=None, exclude_if=lambda folder: folder is None)
    pretrained: Path | None = Field(default=None, exclude_if=lambda file: file is None)
    start: Self | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.start is not None:
            for name in ("networks", "hears_level"):
                ours, theirs = getattr(self.model, name), getattr(self.start.model, name)
                if ours != theirs:
                    raise ValueError(
                        f"'model.{name}' is {ours!r}, but {theirs!r} in 'start', whose encoder is "
                        "taken; let them be the same"
                    )
        family, weights = self.model.family, self.objective.weights
        if weights.preset_density and not family.has_regression_flow:
            raise ValueError(
                f"weight 'preset_density' needs a regression flow, which family '{family}' has "
                "not; set it to 0, or choose a flow family"
            )
        is_placed = family.has_semantic_axes and self.model.placement is Placement.POSITIONS
        if weights.coach and not is_placed:
            raise ValueError(
                "weight 'coach' needs positions on semantic axes; set 'family' to 'flow_dis' or "
                "'flow_class' and 'placement' to 'positions', or the weight to 0"
            )
        if self.proposals and not (weights.ear or weights.coach):
            raise ValueError(
                "judges learn from 'proposals', and there are none; set weight 'ear' or 'coach' "
                "to 1, or remove 'proposals'"
            )
        self._check_ears()
        return self

    def _check_ears(self) -> None:
        """Refuses what Flow_class alone has to others, and Flow_class without it."""
        weights, is_class = self.objective.weights, self.model.family is Family.FLOW_CLASS
        if weights.chain and not is_class:
            raise ValueError(
                f"weight 'chain' needs family 'flow_class', and this is '{self.model.family}'; "
                "set it to 0"
            )
        is_begun = self.pretrained is not None or (
            self.start is not None and self.start.model.family is Family.FLOW_CLASS
        )
        for name in ("classes", "chain", "ear"):
            if is_class and not (is_begun or getattr(weights, name)):
                raise ValueError(
                    f"family 'flow_class' does not work without its {name}; set weight '{name}' "
                    "to 1, let it start from a run of its family, or choose another one"
                )

    @property
    def first(self) -> Self | None:
        """What is run before this one: the start, on the same rows."""
        rows = {"dataset": self.dataset, "rotation": self.rotation}
        return self.start.model_copy(update=rows) if self.start else None

    @property
    def stages(self) -> Iterator[Self]:
        """This one, what is run before it, what before that, and so on."""
        stage: Self | None = self
        while stage is not None:
            yield stage
            stage = stage.first

    def recipe(self) -> dict[str, Any]:
        """All but the datasets, as JSON; of a model file its name."""
        elsewhere = {"dataset", "proposals", "pretrained", "start"}
        content = self.model_dump(mode="json", exclude=elsewhere)
        if self.pretrained:
            content["pretrained"] = self.pretrained.name
        return content | ({"start": self.first.recipe()} if self.first else {})

    @classmethod
    def read(cls, path: Path, overrides: Mapping[str, Any] | None = None) -> Self:
        """Reads an experiment and the files it stands on (``base = "other.toml"``, or a list).

        Args:
            path: of the file.
            overrides: keys that count more than those of the file.

        Raises:
            InputError: a file cannot be read, files stand on each other in a circle, or a key is
                unknown or out of range.
        """
        try:
            return cls.model_validate(_merged(_read_tree(path, ()), overrides or {}))
        except ValidationError as error:
            keys = f"the keys are: {', '.join(cls.model_fields)}, base"
            raise refusal(path, error, keys) from error


def _read_tree(path: Path, above: tuple[Path, ...]) -> dict[str, Any]:
    path = path.resolve()
    if path in above:
        raise InputError(f"{path} stands on itself; remove one 'base' or 'start' line")
    tree = read_toml(path)
    for name in ("dataset", "proposals", "pretrained"):
        if isinstance(tree.get(name), str):
            tree[name] = path.parent / tree[name]
    if isinstance(tree.get("start"), str):
        tree["start"] = _read_tree(path.parent / tree["start"], (*above, path))
    bases = tree.pop("base", [])
    names = [bases] if isinstance(bases, str) else bases
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InputError(
            f"{path}: 'base' is {bases!r}; give the name of a TOML file in quotes, or a list of "
            "names, of which a later one counts more"
        )
    merged: dict[str, Any] = {}
    for name in names:
        merged = _merged(merged, _read_tree(path.parent / name, (*above, path)))
    return _merged(merged, tree)


def _merged(base: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        # The shares of a mixture make sense together only, and a start is another experiment.
        is_whole = key in ("mixture", "start")
        if isinstance(below, dict) and isinstance(value, dict) and not is_whole:
            merged[key] = _merged(below, value)
        else:
            merged[key] = value
    return merged
