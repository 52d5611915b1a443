"""What a run took is kept, whatever interrupts it."""

import itertools
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from flow_synth.cost import Cost, Hardware, count_parameters
from flow_synth.error import InputError

CPU = Hardware(device="Some processor", threads=2, processes=1, precision="float32")
GPU = Hardware(device="Some GPU", threads=8, processes=2, precision="bfloat16")


def test_only_parameters_that_training_moves_are_counted_each_in_its_part() -> None:
    model = nn.Module()
    model.encoder = nn.Linear(3, 5)
    model.regressor = nn.Sequential(nn.Linear(5, 2), nn.BatchNorm1d(2))
    model.fixed = nn.Linear(7, 7).requires_grad_(requires_grad=False)
    model.silent = nn.ELU()
    assert count_parameters(model) == {"encoder": 20, "regressor": 12 + 4}
    model.scale = nn.Parameter(torch.ones(3))
    assert count_parameters(model) == {"encoder": 20, "regressor": 16, "itself": 3}
    assert Cost.of("run", model, Path("nowhere")).n_parameters == 39


@given(
    st.lists(
        st.tuples(st.sampled_from([CPU, GPU]), st.floats(0, 1e5), st.booleans()),
        max_size=12,
    )
)
def test_seconds_add_up_over_every_interruption(
    tmp_path_factory: pytest.TempPathFactory, epochs: list[tuple[Hardware, float, bool]]
) -> None:
    path = tmp_path_factory.mktemp("run") / "cost.json"
    model = nn.ModuleDict({"encoder": nn.Linear(2, 2)})
    cost = Cost.of("run", model, path)
    for epoch, (hardware, seconds, is_killed) in enumerate(epochs, 1):
        cost = cost.after_epoch(epoch, hardware, seconds)
        cost.write(path)
        if is_killed:
            cost = Cost.of("run", model, path)
    assert cost.epochs == len(epochs)
    assert cost.seconds == pytest.approx(sum(seconds for _, seconds, _ in epochs))
    for hardware in (CPU, GPU):
        mine = [stretch.seconds for stretch in cost.stretches if stretch.hardware == hardware]
        assert sum(mine) == pytest.approx(sum(s for h, s, _ in epochs if h == hardware))
    changes = sum(one[0] != two[0] for one, two in itertools.pairwise(epochs))
    assert len(cost.stretches) == (changes + 1 if epochs else 0)


def test_the_cost_of_another_run_in_the_folder_counts_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cost.json"
    model = nn.ModuleDict({"encoder": nn.Linear(2, 2)})
    Cost.of("one", model, path).after_epoch(1, CPU, 5.0).write(path)
    assert Cost.of("one", model, path).seconds == 5.0
    assert Cost.of("other", model, path) == Cost(run="other", parameters={"encoder": 6})


def test_what_is_no_cost_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cost.json").write_text('{"format": "flow-synth evaluation"}')
    with pytest.raises(InputError, match="is no cost that this program can read"):
        Cost.read(tmp_path / "cost.json")


def test_this_machine_has_a_name_and_says_how_much_of_it_was_used() -> None:
    here = Hardware.of(torch.device("cpu"), 2, "float32")
    assert here.device.strip()
    assert here.threads == torch.get_num_threads()
    assert str(GPU) == "Some GPU, 2 processes of 8 threads, bfloat16"
    assert str(CPU) == "Some processor, 2 threads, float32"
