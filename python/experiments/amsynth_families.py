"""Writes synths/amsynth_families.json, the near-duplicates among amsynth's presets, and says why.

Run as ``python python/experiments/amsynth_families.py DATASET16 DATASET32 DATASET41`` on the
rendered datasets ``amsynth_16_dataset.toml`` and so on; prints the tables of docs/amsynth.md.
"""

import json
import sys
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flow_synth.dataset import Dataset
from flow_synth.family import Link, joined, sound_twins, twin_pairs
from flow_synth.fold import N_FOLDS, deal_families
from flow_synth.synths.amsynth import FAMILIES, human_presets

#: The largest distance at which no chain of alike sounds outgrows the largest set of copies.
DISTANCE_NAT = 0.25
#: What else was looked at.
DISTANCES_NAT = (0.1, 0.25, 0.35, 0.5, 0.75)


def main() -> None:
    """Clusters the presets by the knobs and the sounds of all three sets."""
    datasets = [Dataset.open(Path(folder)) for folder in sys.argv[1:]]
    n_presets = len(human_presets())
    if len(datasets) != 3 or any(len(dataset) != n_presets for dataset in datasets):
        sys.exit(__doc__)
    rows = np.arange(n_presets)
    by_knobs = [list(twin_pairs(dataset.values, dataset.values)) for dataset in datasets]
    mels = [dataset.mel(rows) for dataset in datasets]
    print("| joined by | families | presets in the largest |\n| --- | ---: | ---: |")
    for dataset, links in zip(datasets, by_knobs, strict=True):
        name = dataset.manifest.recipe.synth_identity
        print(_line(f"knobs of {name}", joined(n_presets, links)))
    knobs = list(chain(*by_knobs))
    print(_line("knobs of any set", joined(n_presets, knobs)))
    for distance_nat in DISTANCES_NAT:
        sounds: list[Link] = list(chain(*(sound_twins(mel, distance_nat) for mel in mels)))
        name = f"knobs of any set, or sound within {distance_nat:g} nat in any"
        labels = joined(n_presets, chain(knobs, sounds))
        if distance_nat == DISTANCE_NAT:
            name = f"**{name}**"
            chosen = labels
        print(_line(name, labels))
    _write(chosen)
    folds = np.bincount(deal_families(chosen, 0), minlength=N_FOLDS)
    print(f"\nPresets in the ten folds of seed 0: {', '.join(map(str, folds))}.")


def _line(name: str, labels: NDArray[np.int64]) -> str:
    sizes = np.unique(labels, return_counts=True)[1]
    return f"| {name} | {len(sizes)} | {sizes.max()} |"


def _write(labels: NDArray[np.int64]) -> None:
    """Families of one preset go without saying."""
    presets = human_presets()
    sizes = np.bincount(labels)
    content = {
        presets[row].identity: int(label) for row, label in enumerate(labels) if sizes[label] > 1
    }
    FAMILIES.write_text(json.dumps(content, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
