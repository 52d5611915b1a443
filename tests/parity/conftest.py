"""Models of which Python and native inference must be equal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from flow_synth import _native
from flow_synth.export import Model, export_model
from flow_synth.library import model_path, shipped_models
from flow_synth.models import Family, ModelSettings, new_model
from flow_synth.synths import BUILTIN
from flow_synth.synths.builtin import BuiltinSynth, builtin_table

GOLDEN = Path(__file__).parents[1] / "golden"


def export_untrained(path: Path) -> None:
    """Exports a model of full size whose flow is far from the identity it begins as."""
    torch.manual_seed(0)
    table = builtin_table()
    model = new_model(len(table), ModelSettings()).eval()
    with torch.no_grad():
        for parameter in model.regressor.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))
    model.regressor.fit(torch.rand(64, len(table)))
    model.normalisation.fit(-6.0, 2.0)
    export_model(
        model,
        path,
        family=Family.FLOW_POST,
        synth=(BUILTIN, "untrained"),
        table=table,
        mels=torch.randn(16, 128, 87) - 6.0,
        training_run="untrained",
        recipe={},
        scores={},
        licence="MIT",
    )


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """LibTorch's Python computes with as many threads as the engine: one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(
    scope="session",
    params=[
        "golden-2",
        "golden-2-one-way",
        "golden-3",
        "golden-4",
        "untrained",
        *shipped_models(),
    ],
)
def model_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file; in turn the golden ones, one just exported, and those of the package."""
    if request.param.startswith("golden"):
        return GOLDEN / f"{request.param}.flow.ts"
    if request.param in shipped_models():
        with model_path(request.param) as path:
            return path
    path = tmp_path_factory.mktemp("untrained") / "untrained.flow.ts"
    export_untrained(path)
    return path


@pytest.fixture(scope="session")
def python_model(model_file: Path) -> Model:
    """The file opened by LibTorch's Python."""
    return Model.load(model_file)


@pytest.fixture(scope="session")
def native_model(model_file: Path) -> _native.Model:
    """The file opened by the native engine."""
    return _native.Model.load(model_file)


@pytest.fixture(scope="session")
def builtin_synth() -> BuiltinSynth:
    """The built-in synth as DawDreamer compiles it."""
    return BuiltinSynth()
