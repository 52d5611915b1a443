"""What makes data-parallel training equal one process with the same global batch.

In training, process r of n holds rows r, r + n, r + 2n ... of every global batch, and every
process as many. Random numbers are drawn for the whole batch, from generators that all processes
seed alike; batch statistics are those of the whole batch. A loss is a mean over this process's
rows or anything of the whole batch, and gradients are averaged over processes, as DDP does.
Without ``torch.distributed``, or outside training, all of it is the plain thing.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, distributed, nn
from torch.jit import is_scripting  # type: ignore[attr-defined]  # torch does not list it
from torch.nn import functional
from torch.nn.modules.batchnorm import _BatchNorm


def n_processes() -> int:
    """Number of processes that share a batch."""
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_world_size()
    return 1


def own_rows(whole: Tensor) -> Tensor:
    """Rows of a global batch [n B, ...] that this process holds, [B, ...]."""
    n = n_processes()
    return whole[distributed.get_rank() :: n] if n > 1 else whole


def gathered_rows(x: Tensor) -> Tensor:
    """This process's rows [B, ...] -> those of the whole batch [n B, ...], in its order.

    Differentiable: a row gets the gradient of the losses of all processes.
    """
    if n_processes() == 1:
        return x
    whole = x.new_zeros(n_processes() * len(x), *x.shape[1:])
    whole[distributed.get_rank() :: n_processes()] = x
    return _sum_over_processes(whole)


def normal_like(x: Tensor, *, training: bool = True) -> Tensor:
    """Standard normal numbers of the shape, type and device of x [B, ...].

    Args:
        x: sets shape [B, ...], type and device.
        training: whether x is this process's share of a global batch.
    """
    n = n_processes() if training else 1
    whole = torch.randn(n * len(x), *x.shape[1:], dtype=x.dtype, device=x.device)
    return own_rows(whole) if training else whole


def uniform(
    shape: Sequence[int], device: torch.device | str | None = None, *, training: bool = True
) -> Tensor:
    """Uniform numbers in [0, 1).

    Args:
        shape: [B, ...] of the result.
        device: of the result.
        training: whether the result is for this process's share of a global batch.
    """
    n = n_processes() if training else 1
    whole = torch.rand(n * shape[0], *shape[1:], device=device)
    return own_rows(whole) if training else whole


class Dropout(nn.Dropout):
    """Dropout whose mask is drawn for the whole batch; its probability is below 1."""

    def forward(self, x: Tensor) -> Tensor:
        """[B, ...] -> [B, ...]."""
        if not is_scripting():  # noqa: SIM102 - TorchScript skips this branch alone.
            if self.training:
                is_kept = uniform(x.shape, x.device) >= self.p
                return torch.where(is_kept, x / (1 - self.p), 0.0)
        return functional.dropout(x, self.p, self.training)


class _WholeBatchNorm(_BatchNorm):
    """Batch normalisation by the statistics of the whole batch.

    On one process it is torch's own, and always in the names of its weights and in evaluation.

    Args:
        n_channels: C.
        eps: added to the variance.
        momentum: of the running statistics.
    """

    def __init__(self, n_channels: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__(n_channels, eps, momentum)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, ...] -> [B, C, ...]."""
        if not is_scripting():  # noqa: SIM102 - TorchScript skips this branch alone.
            if self.training:
                return self._normalised(x) if n_processes() > 1 else super().forward(x)
        return functional.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps
        )

    def _normalised(self, x: Tensor) -> Tensor:
        axes = [axis for axis in range(x.dim()) if axis != 1]
        shape = [-1 if axis == 1 else 1 for axis in range(x.dim())]
        wide = x.to(self.weight.dtype)
        count = n_processes() * x.numel() // x.shape[1]
        mean = _sum_over_processes(wide.sum(axes)) / count
        centred = wide - mean.view(shape)
        variance = _sum_over_processes(centred.square().sum(axes)) / count
        self._track(mean.detach(), variance.detach() * (count / (count - 1)))
        scale = self.weight * torch.rsqrt(variance + self.eps)
        return torch.addcmul(self.bias.view(shape), centred, scale.view(shape)).to(x.dtype)

    @torch.no_grad()
    def _track(self, mean: Tensor, variance: Tensor) -> None:
        # What the constructor always makes.
        assert self.momentum is not None
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance, self.momentum)
        self.num_batches_tracked.add_(1)


class BatchNorm1d(_WholeBatchNorm, nn.BatchNorm1d):
    """``nn.BatchNorm1d`` over the whole batch: [B, C] or [B, C, L]."""


class BatchNorm2d(_WholeBatchNorm, nn.BatchNorm2d):
    """``nn.BatchNorm2d`` over the whole batch: [B, C, H, W]."""


class _SumOverProcesses(torch.autograd.Function):
    """A sum that every process adds to and gets: its gradient is the sum of all gradients."""

    @staticmethod
    def forward(_: object, x: Tensor) -> Tensor:
        total = x.contiguous().clone()
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(_: object, gradient: Tensor) -> Tensor:
        return _sum_over_processes(gradient)


def _sum_over_processes(x: Tensor) -> Tensor:
    total: Tensor = _SumOverProcesses.apply(x)  # type: ignore[no-untyped-call]  # torch's own
    return total
