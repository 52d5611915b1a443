"""What a training run is known by, and the tags that it learns from."""

import hashlib
import json
from pathlib import Path

from flow_synth.dataset import Dataset
from flow_synth.error import InputError
from flow_synth.examples import open_proposals
from flow_synth.experiment import Experiment
from flow_synth.knob_network import KNOBS_VERSION
from flow_synth.model_file import read_model_file
from flow_synth.tag_file import TagFile


def run_identity(experiment: Experiment, dataset: Dataset) -> str:
    """Twelve hexadecimal digits over everything that the losses depend on."""
    content = json.dumps(experiment.recipe())
    content += _learnt_from(dataset, tags_of(experiment, dataset.folder))
    weights = experiment.objective.weights
    if weights.ear or weights.coach:
        content += f"knobs {KNOBS_VERSION}"
    for stage in experiment.stages:
        if stage.pretrained:
            content += read_model_file(stage.pretrained).description.training_run
        if stage.proposals:
            proposals = open_proposals(stage.proposals, dataset)
            content += _learnt_from(proposals, proposal_tags_of(stage))
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def _learnt_from(dataset: Dataset, tags: TagFile | None) -> str:
    """All that is known of a dataset and its tags."""
    known = tags.model_dump_json(include={"content", "axes"}) if tags else ""
    return dataset.manifest.model_dump_json() + known


def tags_of(experiment: Experiment, folder: Path) -> TagFile | None:
    """The tags beside a dataset's folder, where anything learns from them."""
    family, weights = experiment.model.family, experiment.objective.weights
    if not family.has_semantic_axes or not (weights.coach or weights.ask_for_space(family)):
        return None
    path = folder.with_name(f"{folder.name}.tags.json")
    if not path.exists():
        raise InputError(
            f"family '{family}' learns from the tags of its sounds, and there is no {path}; make "
            f"it by 'flow-synth tags {folder} --out {path}'"
        )
    return TagFile.read(path)


def proposal_tags_of(experiment: Experiment) -> TagFile | None:
    """The tags of its proposals, which only a coach asks for."""
    if experiment.proposals is None or not experiment.objective.weights.coach:
        return None
    return tags_of(experiment, experiment.proposals)
