"""A list of training runs: experiments times datasets, rotations and seeds, read from TOML."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, JsonValue, ValidationError

from flow_synth.dataset_description import Fold
from flow_synth.error import InputError
from flow_synth.experiment import Experiment
from flow_synth.frozen import Frozen
from flow_synth.toml_file import read_toml, refusal

Seed = Annotated[int, Field(ge=0)]


@dataclass(frozen=True)
class GridRun:
    """One run of a grid.

    Attributes:
        name: of its folder, for example ``amsynth-32/flow_post-r0-s1``.
        experiment: with dataset, rotation and seed of this run.
    """

    name: str
    experiment: Experiment

    @classmethod
    def of(cls, stem: str, experiment: Experiment) -> Self:
        """Named after dataset, experiment, rotation and seed."""
        place = f"{stem}-r{experiment.rotation}-s{experiment.seed}"
        return cls(f"{experiment.dataset.resolve().name}/{place}", experiment)


class Grid(Frozen):
    """The product of experiments, datasets, rotations and seeds.

    Paths in a file are relative to it. Where no dataset, rotation or seed is given, it is the
    experiment's own. ``overrides`` are keys of experiments, set alike in all of them.
    """

    experiments: tuple[Path, ...] = Field(min_length=1)
    datasets: tuple[Path, ...] = ()
    rotations: tuple[Fold, ...] = ()
    seeds: tuple[Seed, ...] = ()
    overrides: Mapping[str, JsonValue] = Field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads a grid.

        Raises:
            InputError: the file cannot be read, or a key is unknown or out of range.
        """
        tree, folder = read_toml(path), path.resolve().parent
        for key in ("experiments", "datasets"):
            tree = tree | _placed(tree, key, folder)
        if isinstance(overrides := tree.get("overrides"), dict):
            tree["overrides"] = overrides | {
                key: str(folder / overrides[key])
                for key in ("dataset", "proposals")
                if isinstance(overrides.get(key), str)
            }
        try:
            return cls.model_validate(tree)
        except ValidationError as error:
            raise refusal(path, error, f"the keys are: {', '.join(cls.model_fields)}") from error

    def runs(self) -> tuple[GridRun, ...]:
        """All of them; wherever one stops, every experiment was met about equally often.

        Raises:
            InputError: an experiment cannot be read, or two runs have one name.
        """
        runs = tuple(self._product())
        name, times = Counter(run.name for run in runs).most_common(1)[0]
        if times > 1:
            raise InputError(
                f"the grid has {times} runs named {name!r}; name every experiment, dataset, "
                "rotation and seed once, and give files of different names"
            )
        return runs

    def _product(self) -> Iterator[GridRun]:
        read = {source: Experiment.read(source, self.overrides) for source in self.experiments}
        for seed in self.seeds or (None,):
            for rotation in self.rotations or (None,):
                for dataset in self.datasets or (None,):
                    place = {"dataset": dataset, "rotation": rotation, "seed": seed}
                    given = {key: value for key, value in place.items() if value is not None}
                    for source, experiment in read.items():
                        yield GridRun.of(source.stem, experiment.model_copy(update=given))


def _placed(tree: dict[str, Any], key: str, folder: Path) -> dict[str, Any]:
    """The names of a list as paths below a folder; nothing if it is no list of names."""
    names = tree.get(key)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return {}
    return {key: [folder / name for name in names]}
