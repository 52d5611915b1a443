"""What judges learn from: the sounds of a dataset, and of what a model proposed."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from training_for_tests import (
    HEARING,
    N_ROWS,
    SETTINGS,
    STARTED,
    experiment,
    random_presets,
    run,
    write_proposals,
)

from flow_synth.dataset import Dataset
from flow_synth.error import InputError
from flow_synth.fold import Split
from flow_synth.identity import run_identity
from flow_synth.objective import Batch, Judged, Objective
from flow_synth.training import is_finished, load_run

LISTENING = SETTINGS.replace("dataset =", 'proposals = "proposed"\ndataset =') + (
    "[objective.weights]\near = 1\n"
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_presets(tmp_path_factory.mktemp("dataset"))


def test_an_ear_alone_learns_from_proposals(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "deaf").mkdir()
    write_proposals(tmp_path)
    listening = experiment(dataset, tmp_path, LISTENING).model_copy(update={"epochs": 2})
    deaf = listening.model_copy(update={"proposals": None})
    histories = [
        run(described, tmp_path / name).history
        for described, name in ((listening, "run"), (deaf, "deaf/run"))
    ]
    for epoch in range(2):
        ours, theirs = (history[epoch] for history in histories)
        assert ours["train/ear"] != theirs["train/ear"]
        assert ours["validation/ear"] != theirs["validation/ear"]
    assert load_run(tmp_path / "run").identity != load_run(tmp_path / "deaf/run").identity
    assert is_finished(listening, tmp_path / "run")


@pytest.mark.parametrize(
    ("rotation", "draws", "seed", "complaint"),
    [
        (3, N_ROWS, 0, "by a model of rotation 3"),
        (0, 7, 0, "of other synths, draws or seeds"),
        (0, N_ROWS, 1, "of other synths, draws or seeds"),
    ],
)
def test_proposals_that_may_tell_of_held_out_presets_are_refused(
    dataset: Path, tmp_path: Path, rotation: int, draws: int, seed: int, complaint: str
) -> None:
    write_proposals(tmp_path, rotation, draws, seed)
    with pytest.raises(InputError, match=complaint):
        run(experiment(dataset, tmp_path, LISTENING), tmp_path / "run")


def test_proposals_alone_are_no_dataset(tmp_path: Path) -> None:
    described = experiment(write_proposals(tmp_path), tmp_path, SETTINGS)
    with pytest.raises(InputError, match="holds proposals, which are for judges alone"):
        run(described, tmp_path / "run")


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[Judged]:
    """What judges get to learn from, training batch by training batch."""
    seen: list[Judged] = []
    terms = Objective.forward

    def forward(objective: Objective, batch: Batch, beta: float) -> dict[str, Tensor]:
        if objective.training:
            seen.append(batch.judged)
        return terms(objective, batch, beta)

    monkeypatch.setattr(Objective, "forward", forward)
    return seen


def test_judges_meet_every_proposal_in_turn_and_know_all_notes(
    dataset: Path, tmp_path: Path, judged: list[Judged]
) -> None:
    proposals = Dataset.open(write_proposals(tmp_path))
    described = experiment(dataset, tmp_path, LISTENING).model_copy(update={"epochs": 2})
    run(described, tmp_path / "run")
    batch_size = described.batch_size
    assert {len(one.mel) for one in judged} == {2 * batch_size}
    numbers = [number for one in judged for number in one.notes[batch_size:, 0].tolist()]
    training = proposals.pitch[proposals.rows(Split.TRAIN)] / 127
    met = np.array(sorted(numbers[: len(training)]), np.float32)
    np.testing.assert_allclose(met, np.sort(training), rtol=1e-6)
    assert numbers[: len(training)] != numbers[len(training) : 2 * len(training)]
    for one in judged:  # The pitch is that of the sound beside it.
        loudest = one.mel[batch_size:].amax((1, 2))
        torch.testing.assert_close(one.notes[batch_size:, 0], -loudest / 10, rtol=0, atol=4e-3)


def test_proposals_of_a_start_are_a_part_of_its_identity(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "hearing.toml").write_text(HEARING.format(dataset=dataset))
    described = experiment(dataset, tmp_path, STARTED)
    assert described.start is not None
    listening = described.start.model_copy(update={"proposals": write_proposals(tmp_path)})
    known = Dataset.open(dataset)
    assert run_identity(described, known) != run_identity(
        described.model_copy(update={"start": listening}), known
    )


def test_a_dataset_of_anything_else_holds_no_proposals(dataset: Path, tmp_path: Path) -> None:
    described = experiment(dataset, tmp_path, LISTENING).model_copy(update={"proposals": dataset})
    with pytest.raises(InputError, match="holds no proposals"):
        run(described, tmp_path / "run")
