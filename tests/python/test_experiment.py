from pathlib import Path

import pytest
from pydantic import ValidationError

from flow_synth.error import InputError
from flow_synth.experiment import Experiment, ObjectiveSettings, Precision, Schedule
from flow_synth.item import Source
from flow_synth.models import new_model

#: Terms that the paper does not have.
EXTRAS = ("preset_density", "classes", "ear", "coach", "sound", "convergence", "sliders")

EXPERIMENTS = Path(__file__).parents[2] / "python" / "experiments"

# The folder also holds descriptions of datasets, and lists of experiments.
FILES = sorted(
    path for path in EXPERIMENTS.rglob("*.toml") if not path.stem.endswith(("dataset", "grid"))
)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_there_are_experiments() -> None:
    assert {"builtin.toml", "tiny.toml"} <= {path.name for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_experiment_of_the_project_can_be_built(path: Path) -> None:
    experiment = Experiment.read(path)
    assert Experiment.model_validate_json(experiment.model_dump_json()) == experiment
    model = new_model(40, experiment.model)
    # A model file keeps them in half precision.
    state = model.state_dict().values()
    size = sum(2 * tensor.numel() for tensor in state if tensor.is_floating_point())
    assert size <= 24e6 or experiment.model.networks.style == "paper"


def test_kinds_of_flows_are_compared_at_as_many_weights() -> None:
    sizes = {
        kind: sum(
            parameter.numel()
            for parameter in new_model(
                32, Experiment.read(EXPERIMENTS / "flow_kinds" / f"{kind}.toml").model
            ).regressor.parameters()
        )
        for kind in ("coupling", "iaf", "spline")
    }
    assert max(sizes.values()) <= 1.01 * min(sizes.values()), sizes


def test_defaults_are_the_papers() -> None:
    experiment = Experiment(dataset=Path("data"))
    assert experiment.epochs == 500
    assert experiment.model.regression_flow.n_layers == 16
    assert experiment.optimiser.learning_rate == 2e-4
    assert experiment.optimiser.weight_decay == 0
    assert experiment.optimiser.schedule is Schedule.PLATEAU
    assert experiment.optimiser.patience_epochs == 20
    assert experiment.objective.warmup_epochs == 100
    weights = experiment.objective.weights.model_dump()
    assert {weights.pop(name) for name in EXTRAS} == {0.0}
    assert set(weights.values()) == {1.0}


def test_a_file_stands_on_its_base(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    write(
        tmp_path / "below",
        "base.toml",
        'dataset = "data"\nepochs = 3\n[optimiser]\nlearning_rate = 1e-3\nweight_decay = 0.5\n',
    )
    path = write(
        tmp_path, "over.toml", 'base = "below/base.toml"\n[optimiser]\nlearning_rate = 2e-3\n'
    )
    experiment = Experiment.read(path)
    assert experiment.epochs == 3
    assert experiment.optimiser.learning_rate == 2e-3
    assert experiment.optimiser.weight_decay == 0.5
    assert experiment.dataset == (tmp_path / "below" / "data").resolve()


def test_overrides_count_more_than_the_file_and_its_bases(tmp_path: Path) -> None:
    path = write(
        tmp_path, "one.toml", 'dataset = "data"\nepochs = 3\n[optimiser]\npatience_epochs = 9'
    )
    overrides = {"epochs": 5, "optimiser": {"learning_rate": 0.5}}
    experiment = Experiment.read(path, overrides)
    assert experiment.epochs == 5
    assert experiment.optimiser.learning_rate == 0.5
    assert experiment.optimiser.patience_epochs == 9
    with pytest.raises(InputError, match="epoch"):
        Experiment.read(path, {"epoch": 5})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[model]\nfamily = "vae"\n[objective.weights]\npreset_density = 0.1', "'vae' has not"),
        ("[objective.weights]\ncoach = 1.0", "'placement' to 'positions'"),
        ('proposals = "proposals"', "judges learn from 'proposals', and there are none"),
        ('[model]\nfamily = "flow_class"', "knows positions on semantic axes alone"),
        ('[model]\nfamily = "flow_class"\nplacement = "positions"', "weight 'classes' to 1"),
        ("[objective.weights]\nchain = 1.0", "'chain' needs family 'flow_class'"),
        (
            '[model]\nfamily = "flow_class"\nplacement = "positions"\n[objective.weights]\n'
            "classes = 1.0\near = 1.0",
            "does not work without its chain; set weight 'chain' to 1",
        ),
        (
            '[model]\nfamily = "flow_class"\nplacement = "positions"\n[start]\ndataset = "data"',
            "start from a run of its family",
        ),
        (
            '[model]\nfamily = "flow_cond"\nregression_flow = { kind = "spline" }',
            "no flow of kind 'spline'",
        ),
    ],
)
def test_what_a_family_cannot_do_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        Experiment.read(write(tmp_path, "one.toml", f'dataset = "data"\n{text}\n'))


def test_another_start_takes_nothing_of_a_base_s(tmp_path: Path) -> None:
    """Or a start of a start would be run that nobody asked for."""
    write(tmp_path, "first.toml", 'dataset = "data"\n')
    write(tmp_path, "second.toml", 'dataset = "data"\nstart = "first.toml"\nepochs = 7\n')
    write(tmp_path, "base.toml", 'dataset = "data"\nstart = "second.toml"\n')
    write(tmp_path, "other.toml", 'dataset = "data"\nepochs = 3\n')
    over = Experiment.read(
        write(tmp_path, "over.toml", 'base = "base.toml"\nstart = "other.toml"')
    )
    assert over.start is not None
    assert (over.start.epochs, over.start.start) == (3, None)


def test_of_several_bases_the_later_one_counts(tmp_path: Path) -> None:
    write(tmp_path, "one.toml", 'dataset = "data"\nepochs = 3\nseed = 1\n')
    write(tmp_path, "two.toml", "epochs = 4\n[model]\nn_context = 5\n")
    path = write(tmp_path, "over.toml", 'base = ["one.toml", "two.toml"]\nbatch_size = 7\n')
    experiment = Experiment.read(path)
    found = (experiment.epochs, experiment.seed, experiment.batch_size, experiment.model.n_context)
    assert found == (4, 1, 7, 5)
    assert experiment.dataset == tmp_path / "data"


def test_a_start_is_run_on_the_same_rows(tmp_path: Path) -> None:
    write(tmp_path, "zero.toml", 'dataset = "other"\nepochs = 1\nseed = 3\n')
    write(tmp_path, "first.toml", 'start = "zero.toml"\ndataset = "other"\nepochs = 2\n')
    path = write(tmp_path, "then.toml", 'start = "first.toml"\ndataset = "data"\nrotation = 4\n')
    experiment = Experiment.read(path)
    assert Experiment.model_validate_json(experiment.model_dump_json()) == experiment
    first = experiment.first
    assert first is not None
    zero = first.first
    assert zero is not None
    assert (first.epochs, zero.epochs, zero.seed, zero.first) == (2, 1, 3, None)
    for stage in (first, zero):
        assert (stage.dataset, stage.rotation) == (tmp_path / "data", 4)
    assert experiment.recipe()["start"]["start"]["rotation"] == 4


def test_proposals_lie_beside_the_file_and_change_no_recipe(tmp_path: Path) -> None:
    write(tmp_path, "base.toml", 'dataset = "../data"\n[objective.weights]\near = 1\n')
    path = write(tmp_path, "over.toml", 'base = "base.toml"\nproposals = "../proposed"\n')
    with_proposals, without = Experiment.read(path), Experiment.read(tmp_path / "base.toml")
    assert with_proposals.proposals == tmp_path / "../proposed"
    assert with_proposals.recipe() == without.recipe()
    assert "proposals" not in without.model_dump()


def test_a_mixture_replaces_that_of_its_base_as_a_whole(tmp_path: Path) -> None:
    write(tmp_path, "base.toml", 'dataset = "data"\n[mixture]\nfactory = 0.5\nsmall = 0.5\n')
    path = write(tmp_path, "over.toml", 'base = "base.toml"\n[mixture]\nfactory = 1.0\n')
    assert Experiment.read(path).mixture == {Source.FACTORY: 1.0}


def test_beta_rises_linearly_to_one() -> None:
    settings = ObjectiveSettings(warmup_epochs=4)
    assert [settings.beta(epoch) for epoch in range(6)] == [0, 0.25, 0.5, 0.75, 1, 1]
    assert ObjectiveSettings(warmup_epochs=0).beta(0) == 1


def test_an_experiment_cannot_change() -> None:
    experiment = Experiment(dataset=Path("data"))
    with pytest.raises(ValidationError, match="frozen"):
        experiment.epochs = 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('dataset = "d"\nepoch = 3', "'epoch' is 3.*the keys are: .*epochs"),
        ('dataset = "d"\nepochs = 0', "'epochs' is 0"),
        ('dataset = "d"\n[model]\nn_draws = 5', "'model.n_draws' is 5"),
        ('dataset = "d"\n[objective.weights]\nregresion = 1', "'objective.weights.regresion'"),
        ('dataset = "d"\n[optimiser]\nschedule = "fast"', "'optimiser.schedule' is 'fast'"),
        ('dataset = "d"\n[noise]\nlowest_db = -20\nhighest_db = -40', "must not be above"),
        ('dataset = "d"\n[mixture]\nfactory = 0.5', "'mixture': the shares .* make 0.5"),
        ('dataset = "d"\n[mixture]\nhuman = 1', "'mixture.human.*'factory', 'draw'"),
        ('dataset = "d"\n[mixture]\nfactory = 1.2\ndraw = -0.2', "'mixture.factory' is 1.2"),
        ('dataset = "d"\nrotation = 10', "'rotation' is 10"),
        ("epochs = 3", "'dataset': Field required"),
        ("epochs = ", "cannot read"),
        ('base = "absent.toml"', "cannot read .*absent.toml"),
        ('base = "bad.toml"', "stands on itself"),
        ("base = 3", "'base' is 3"),
        ('start = "bad.toml"', "stands on itself"),
        ('dataset = "d"\nstart = 3', "'start'"),
        ('dataset = "d"\n[model]\nhears_level = true\n[start]\ndataset = "d"', "in 'start'"),
        ('dataset = "d"\n[objective.weights]\nsound = 1', "needs a judge"),
        (
            'dataset = "d"\n[objective.weights]\nreconstruction = 0\nlatent_divergence = 0\n'
            "regression = 0\nflow_divergence = 0",
            "every weight is 0",
        ),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        Experiment.read(write(tmp_path, "bad.toml", text))
    assert "\n" not in str(caught.value).removesuffix("\n")


def test_precision_names() -> None:
    assert {str(precision) for precision in Precision} == {"auto", "float32", "bfloat16"}
