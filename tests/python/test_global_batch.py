"""Two processes that share a global batch against one that has it for itself."""

import copy

import pytest
import torch
from global_batch_for_tests import N_ROWS, train_as_one_of, train_two_steps
from torch import Tensor, nn
from torch.multiprocessing.spawn import spawn

from flow_synth.global_batch import BatchNorm1d, BatchNorm2d, Dropout, normal_like, uniform

N_PROCESSES = 2


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Tensor]]:
    """What each of two processes saved."""
    folder = tmp_path_factory.mktemp("two")
    spawn(train_as_one_of, (N_PROCESSES, folder), N_PROCESSES)
    return [torch.load(folder / f"{rank}.pt") for rank in range(N_PROCESSES)]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tensor]:
    """What one process saved."""
    folder = tmp_path_factory.mktemp("one")
    train_two_steps(folder, 0)
    saved: dict[str, Tensor] = torch.load(folder / "0.pt")
    return saved


def test_outputs_are_those_of_one_process(
    one: dict[str, Tensor], two: list[dict[str, Tensor]]
) -> None:
    for step in range(2):
        whole = torch.empty(N_ROWS, 6)
        for rank, saved in enumerate(two):
            whole[rank::N_PROCESSES] = saved[f"step {step} z"]
        torch.testing.assert_close(whole, one[f"step {step} z"], rtol=0, atol=1e-5)
        loss = torch.stack([saved[f"step {step} loss"] for saved in two]).mean()
        torch.testing.assert_close(loss, one[f"step {step} loss"], rtol=0, atol=1e-5)


def test_gradients_weights_and_running_statistics_are_those_of_one_process(
    one: dict[str, Tensor], two: list[dict[str, Tensor]]
) -> None:
    names = {name for name in one if "step" not in name or "gradient" in name}
    assert {"images.1.running_var", "rows.1.running_mean", "rows.1.num_batches_tracked"} < names
    assert sum("gradient" in name for name in names) == 16
    for name in sorted(names - {"generator"}):
        for saved in two:
            torch.testing.assert_close(saved[name], one[name], rtol=1e-5, atol=1e-5, msg=name)


def test_generators_stay_equal(one: dict[str, Tensor], two: list[dict[str, Tensor]]) -> None:
    assert torch.equal(two[0]["generator"], two[1]["generator"])
    assert torch.equal(two[0]["generator"], one["generator"])


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize(
    ("ours", "torch_s", "shape"),
    [
        (BatchNorm1d, nn.BatchNorm1d, (7, 3)),
        (BatchNorm1d, nn.BatchNorm1d, (7, 3, 5)),
        (BatchNorm2d, nn.BatchNorm2d, (7, 3, 4, 5)),
    ],
)
def test_batch_normalisation_of_one_process_is_torch_s(
    mode: str,
    ours: type[BatchNorm1d | BatchNorm2d],
    torch_s: type[nn.Module],
    shape: tuple[int, ...],
) -> None:
    layer, reference = ours(3, eps=1e-3, momentum=0.2), torch_s(3, eps=1e-3, momentum=0.2)
    for parameter in layer.parameters():
        parameter.data.normal_()
    reference.load_state_dict(layer.state_dict())
    for x in 2 * torch.randn(2, *shape) + 1:
        layer.train(mode == "train")
        reference.train(mode == "train")
        assert torch.equal(layer(x), reference(x))
    assert list(layer.state_dict()) == list(reference.state_dict())
    for name, tensor in reference.state_dict().items():
        assert torch.equal(layer.state_dict()[name], tensor), name


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
def test_scripted_layers_are_torch_s_in_evaluation() -> None:
    network = nn.Sequential(nn.Conv2d(1, 3, 3), BatchNorm2d(3), Dropout(0.5))
    network(torch.randn(8, 1, 6, 6))
    network.eval()
    plain = nn.Sequential(copy.deepcopy(network[0]), nn.BatchNorm2d(3), nn.Dropout(0.5)).eval()
    plain[1].load_state_dict(network[1].state_dict())
    scripted = torch.jit.script(network)
    for _ in range(3):  # the profiling executor rewrites the graph after its first calls
        x = torch.randn(4, 1, 6, 6)
        assert torch.equal(network(x), plain(x))
        torch.testing.assert_close(scripted(x), plain(x))


def test_dropout_keeps_a_share_and_the_mean() -> None:
    dropout, x = Dropout(0.3), torch.ones(400, 500)
    dropped = dropout(x)
    is_kept = dropped != 0
    assert float(is_kept.float().mean()) == pytest.approx(0.7, abs=5 * (0.21 / 200_000) ** 0.5)
    torch.testing.assert_close(dropped[is_kept], torch.full_like(dropped[is_kept], 1 / 0.7))
    assert not torch.equal(dropout(x), dropped)
    assert torch.equal(dropout.eval()(x), x)


def test_draws_of_one_process_are_torch_s() -> None:
    x = torch.zeros(30, 4, dtype=torch.float64)
    for training in (True, False):
        torch.manual_seed(0)
        drawn = normal_like(x, training=training), uniform((5, 2), training=training)
        torch.manual_seed(0)
        assert torch.equal(drawn[0], torch.randn_like(x))
        assert torch.equal(drawn[1], torch.rand(5, 2))
