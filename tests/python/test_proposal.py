"""Presets that a model proposes: their file, and how a model comes to them."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from datasets_for_tests import unheard_dataset
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from synths_for_tests import N_KNOBS
from torch import Tensor
from training_for_tests import write_proposals

from flow_synth import candidates
from flow_synth.__main__ import main
from flow_synth.dataset import Dataset
from flow_synth.dataset_description import DatasetDescription
from flow_synth.error import InputError
from flow_synth.features import N_FRAMES, N_MELS
from flow_synth.fitness import Aim
from flow_synth.fold import Split
from flow_synth.item import Source
from flow_synth.model_file import ModelDescription, Normalisation, OptionalMethod
from flow_synth.model_interface import SemanticAxis
from flow_synth.parameter import ParameterTable
from flow_synth.proposal import Proposal, ProposalFile, Proposals
from flow_synth.proposer import propose

UNIT = st.floats(0, 1, width=32)


def proposals(*presets: Proposal, rotation: int = 0) -> Proposals:
    some = presets or (Proposal(values=(0.5,), parent="p", family=1),)
    return Proposals(model_run="run", origins="digest", rotation=rotation, presets=some)


@given(st.lists(st.lists(UNIT, min_size=3, max_size=3), min_size=1, max_size=4))
def test_a_file_keeps_every_knob_to_the_bit(
    tmp_path_factory: pytest.TempPathFactory, values: list[list[float]]
) -> None:
    path = tmp_path_factory.mktemp("proposals") / "proposals.json"
    written = proposals(*(Proposal(values=tuple(v), parent="p", family=1) for v in values))
    written.write(path)
    assert Proposals.read(path) == written
    assert ProposalFile.of(path).read() == written


def test_a_file_is_known_by_its_content_and_not_by_its_place(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one.json", "two.json")]
    for path in paths:
        proposals(rotation=4).write(path)
        (tmp_path / f"{path.stem}.toml").write_text(f'proposals = "{path.name}"\n')
    one, two = (DatasetDescription.read(tmp_path / f"{path.stem}.toml") for path in paths)
    assert one.proposals is not None
    assert (one.proposals.path, one.proposals.rotation) == (paths[0], 4)
    assert one.proposals.origins == "digest"
    assert one.model_dump_json() == two.model_dump_json()
    paths[0].write_bytes(paths[0].read_bytes() + b"\n")
    with pytest.raises(InputError, match="is not what it was"):
        one.proposals.read()
    paths[0].unlink()
    with pytest.raises(InputError, match="is not what it was"):
        one.proposals.read()


def test_descriptions_without_proposals_keep_their_identity() -> None:
    assert "proposals" not in DatasetDescription().model_dump(mode="json")


FILE = json.loads(proposals().model_dump_json())


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "give the result of 'flow-synth propose'"),
        ("{}", "give the result of 'flow-synth propose'"),
        (json.dumps(FILE | {"format": "flow-synth preset"}), "give the result of"),
        (json.dumps(FILE | {"presets": []}), "give the result of"),
        (json.dumps(FILE).replace("[0.5]", "[1.5]"), "give the result of"),
        (json.dumps(FILE | {"version": 2, "more": 1}), "a newer version .* update flow-synth"),
    ],
)
def test_what_holds_no_proposals_is_refused(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "file.json").write_text(content)
    (tmp_path / "dataset.toml").write_text('proposals = "file.json"\n')
    with pytest.raises(InputError, match=complaint):
        DatasetDescription.read(tmp_path / "dataset.toml")


@pytest.mark.parametrize("value", ["5", '{ sha256 = "", origins = "", rotation = 0 }'])
def test_proposals_are_named_by_their_file(tmp_path: Path, value: str) -> None:
    (tmp_path / "dataset.toml").write_text(f"proposals = {value}\n")
    with pytest.raises(InputError, match="give the name of a file"):
        DatasetDescription.read(tmp_path / "dataset.toml")


def test_proposals_and_mutations_exclude_each_other(tmp_path: Path) -> None:
    proposals().write(tmp_path / "file.json")
    text = 'proposals = "file.json"\n[augmentation]\nsmall = 1\n'
    (tmp_path / "dataset.toml").write_text(text)
    with pytest.raises(InputError, match="exclude each other"):
        DatasetDescription.read(tmp_path / "dataset.toml")


class Dials:
    """A model whose z are the knobs, for each sound others, give or take ``width``.

    By its ear the last knob turns the first band down, and nothing else does anything.
    """

    def __init__(self, width: float, description: ModelDescription) -> None:
        self.width = width
        self.description = description

    def posterior(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        mean = torch.from_numpy(heard(mel.numpy()))
        return mean, torch.full_like(mean, 2 * np.log(self.width))

    def answer(self, mel: Tensor) -> Tensor:
        return torch.from_numpy(heard(mel.numpy()))

    def decode(self, z: Tensor) -> Tensor:
        return z

    def sample(self, mel: Tensor, shares: Tensor, temperature: float) -> Tensor:
        """Within a tenth of what it hears."""
        return self.answer(mel) + 0.2 * (shares - 0.5)

    def predict(self, v: Tensor, notes: Tensor) -> Tensor:
        mel = torch.zeros(len(v), N_MELS, N_FRAMES)
        mel[:, 0] = -10 * v[:, -1:]
        return mel


def heard(mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """[B, 128, 87] -> knobs [B, P] between 0.4 and 0.6, which tell the sounds apart."""
    return (0.5 + 0.1 * np.sin(100 * mel[:, :N_KNOBS, 0])).astype(np.float32)


def described(
    dataset: Dataset, n_axes: int, methods: tuple[OptionalMethod, ...] = ()
) -> ModelDescription:
    """As much of a model's description as proposing asks for: sliders that turn a knob each."""
    axes = tuple(
        SemanticAxis(name="", low="", high="", direction=tuple(np.eye(N_KNOBS)[axis] / 10))
        for axis in range(n_axes)
    )
    return ModelDescription.model_construct(
        parameters=dataset.table,
        semantic_axes=axes,
        training_run="run",
        methods=methods,
        normalisation=Normalisation(mean=0.0, standard_deviation=1.0, hears_level=True),
    )


N_ORIGINALS = 6
N_MADE = 20
SPLITS = [Split.TRAIN] * (N_ORIGINALS + N_MADE) + [Split.VALIDATION] * 2 + [Split.TEST] * 2
N_PROPOSED = 400
CANDIDATES = (OptionalMethod.SAMPLE, OptionalMethod.PREDICT)


@pytest.fixture
def dataset() -> Dataset:
    """Six original training sounds, twenty that were made of them, and four held-out ones."""
    found = unheard_dataset(SPLITS, [n % N_ORIGINALS for n in range(len(SPLITS))])
    made = {"source": Source.SMALL, "parents": ("preset 0",)}
    rows = tuple(
        row.model_copy(update=made) if N_ORIGINALS <= row.index < N_ORIGINALS + N_MADE else row
        for row in found.manifest.rows
    )
    found.manifest = found.manifest.model_copy(update={"rows": rows})
    return found


def proposed(
    dataset: Dataset,
    n_axes: int,
    width: float,
    methods: tuple[OptionalMethod, ...] = (),
    count: int = N_PROPOSED,
) -> Proposals:
    model = Dials(width, described(dataset, n_axes, methods))
    return propose(model, dataset, count, seed=0, progress=lambda _done, _total: None)


def moves(dataset: Dataset, found: Proposals) -> NDArray[np.float64]:
    """[N, P] from what the model hears of a proposal's parent to the proposal."""
    numbers = np.array([int(preset.parent.split()[1]) for preset in found.presets])
    values = np.array([preset.values for preset in found.presets])
    return values - heard(dataset.mel(numbers))


def test_half_are_drawn_and_half_moved_by_one_slider(dataset: Dataset) -> None:
    moved = moves(dataset, proposed(dataset, 2, 1e-9))
    n_moved = (np.abs(moved) > 1e-5).sum(1)
    assert set(n_moved) == {0, 1}  # Drawn as narrowly, they stay.
    assert n_moved.mean() == pytest.approx(0.5, abs=0.1)
    assert (np.abs(moved[:, 2:]) < 1e-5).all()
    furthest = np.abs(moved).max(0)[:2]
    assert (furthest <= 0.3 + 1e-5).all()
    assert (furthest > 0.28).all()


def test_a_model_without_sliders_draws_all_as_widely_as_it_says(dataset: Dataset) -> None:
    drawn = moves(dataset, proposed(dataset, 0, 0.05))
    assert drawn.std(0) == pytest.approx(np.full(N_KNOBS, 0.05), rel=0.15)
    assert drawn.mean(0) == pytest.approx(np.zeros(N_KNOBS), abs=0.01)


def test_a_model_that_draws_candidates_proposes_those(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "_N_GENERATIONS", 0)  # What is bred is not looked at here.
    drawn = moves(dataset, proposed(dataset, 0, 1e-9, CANDIDATES))[: N_PROPOSED // 2]
    assert np.abs(drawn).max() == pytest.approx(0.1, abs=0.001)
    assert drawn.std(0) == pytest.approx(np.full(N_KNOBS, 0.2 / 12**0.5), rel=0.15)
    moved = moves(dataset, proposed(dataset, 2, 1e-9, CANDIDATES))[: N_PROPOSED // 2]
    assert ((np.abs(moved) > 1e-5).sum(1) == N_KNOBS).mean() == pytest.approx(0.5, abs=0.15)


def test_half_are_what_its_ear_likes_best(dataset: Dataset) -> None:
    found = proposed(dataset, 2, 1e-9, CANDIDATES, count=48)
    bred = found.presets[24:]
    model = Dials(1e-9, described(dataset, 2, CANDIDATES))
    for start in range(0, len(bred), 8):
        (parent,) = {preset.parent for preset in bred[start : start + 8]}
        values = np.array([preset.values for preset in bred[start : start + 8]], np.float32)
        assert len(np.unique(values, axis=0)) == 8
        row = np.array([int(parent.split()[1])])
        audio, mel = torch.from_numpy(dataset.audio(row)), torch.from_numpy(dataset.mel(row))
        drawn = model.sample(mel, torch.rand(64, N_KNOBS), 1.0).clamp(0, 1)
        expected = [
            Aim(audio, mel).expected_db(model.predict(presets, torch.zeros(1, 2))).mean()
            for presets in (torch.from_numpy(values), drawn)
        ]
        assert expected[0] < expected[1]
    assert proposed(dataset, 2, 1e-9, CANDIDATES, count=48) == found


def test_every_proposal_is_of_a_training_sound_by_turns_original_and_made(
    dataset: Dataset,
) -> None:
    found = proposed(dataset, 2, 0.1)
    numbers = np.array([int(preset.parent.split()[1]) for preset in found.presets])
    assert set(numbers[::2]) == set(range(N_ORIGINALS))
    assert set(numbers[1::2]) == set(range(N_ORIGINALS, N_ORIGINALS + N_MADE))
    families = [dataset.manifest.rows[number].family for number in numbers]
    assert [preset.family for preset in found.presets] == families
    assert (found.model_run, found.rotation) == ("run", 0)
    assert found.origins == dataset.manifest.recipe.origins
    assert proposed(dataset, 2, 0.1) == found


def test_nothing_is_proposed_for_proposals(dataset: Dataset) -> None:
    source = ProposalFile(sha256="", origins="", rotation=0)
    recipe = dataset.manifest.recipe
    asked = recipe.description.model_copy(update={"proposals": source})
    dataset.manifest = dataset.manifest.model_copy(
        update={"recipe": recipe.model_copy(update={"description": asked})}
    )
    with pytest.raises(InputError, match="holds proposals, which are for judges alone"):
        proposed(dataset, 2, 0.1)


@pytest.mark.parametrize("command", ["evaluate --baselines", "semantic builtin"])
def test_nothing_is_measured_on_proposals(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_proposals(tmp_path)
    out = str(tmp_path / "scores.json")
    with pytest.raises(SystemExit, match=r"^2$"):
        main([*command.split(), "--dataset", str(tmp_path / "proposed"), "--out", out])
    assert "holds proposals, which are for judges alone" in capsys.readouterr().err


def test_a_model_of_another_synth_proposes_nothing(dataset: Dataset) -> None:
    other = described(dataset, 0).model_copy(
        update={"parameters": ParameterTable(dataset.table.root[:-1])}
    )
    with pytest.raises(InputError, match="other knobs than the model's"):
        propose(Dials(0.1, other), dataset, 1, seed=0, progress=lambda _done, _total: None)


@pytest.mark.parametrize("name", ["model.flow.ts", "dataset.toml"])
def test_proposals_are_not_written_over_a_model_or_a_description(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / name
    out.write_text("precious")
    with pytest.raises(SystemExit, match=r"^2$"):
        main(["propose", str(out), "--dataset", str(tmp_path), "--out", str(out)])
    assert f"{name} is no name for proposals" in capsys.readouterr().err
    assert out.read_text() == "precious"
