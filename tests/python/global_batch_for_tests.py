"""One training step of a small network, as one process or as one of several."""

import os
from pathlib import Path

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from flow_synth.global_batch import (
    BatchNorm1d,
    BatchNorm2d,
    Dropout,
    gathered_rows,
    n_processes,
    normal_like,
    own_rows,
    uniform,
)

#: Rows of the global batch; every process has as many.
N_ROWS = 12


class Network(nn.Module):
    """Every part of the module, and a loss of rows next to one of the whole batch."""

    def __init__(self) -> None:
        super().__init__()
        self.images = nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), BatchNorm2d(3), nn.ELU())
        self.rows = nn.Sequential(nn.Linear(3 * 4 * 5, 6), BatchNorm1d(6), Dropout(0.3))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """[B, 1, 4, 5] -> noisy z [B, 6] and the loss."""
        z = self.rows(self.images(x).flatten(1))
        z = z + 0.1 * normal_like(z, training=self.training)
        z = z * (0.5 + uniform(z.shape, training=self.training))
        return z, z.pow(3).mean() + distance_to_others(z)


def distance_to_others(z: Tensor) -> Tensor:
    """As an MMD does, compares every row of the whole batch with every other."""
    whole = gathered_rows(z)
    return torch.exp(-0.1 * (whole[:, None] - whole).square().sum(-1)).mean()


def train_two_steps(folder: Path, rank: int) -> None:
    """Saves all that training changes, and what evaluation then says, as ``RANK.pt``."""
    torch.manual_seed(0)
    network = Network()
    batches = torch.randn(2, N_ROWS, 1, 4, 5) * 3 + 1
    module = DistributedDataParallel(network) if n_processes() > 1 else network
    optimiser = torch.optim.SGD(network.parameters(), 0.1)
    torch.manual_seed(1)
    saved: dict[str, Tensor] = {}
    for step, batch in enumerate(batches):
        z, loss = module(own_rows(batch))
        optimiser.zero_grad()
        loss.backward()
        saved |= {f"step {step} z": z.detach(), f"step {step} loss": loss.detach()}
        for name, parameter in network.named_parameters():
            assert parameter.grad is not None
            saved[f"step {step} gradient of {name}"] = parameter.grad.clone()
        optimiser.step()
    saved |= network.state_dict()
    saved["generator"] = torch.get_rng_state()
    network.eval()
    saved["evaluated"] = network(batches[0])[0].detach()
    torch.save(saved, folder / f"{rank}.pt")


def train_as_one_of(rank: int, n: int, folder: Path) -> None:
    """The whole life of one of n processes."""
    torch.set_num_threads(1)
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    address = (folder / "meeting").as_uri()
    distributed.init_process_group("gloo", init_method=address, rank=rank, world_size=n)
    train_two_steps(folder, rank)
    # Who leaves first would close the connections that the other may still use.
    distributed.barrier()
    distributed.destroy_process_group()
