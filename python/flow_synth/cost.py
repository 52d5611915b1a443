"""What a training run took: its time, its hardware, and the size of its model."""

import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

import torch
from pydantic import Field
from torch import nn

from flow_synth.atomic_file import write_atomically
from flow_synth.frozen import Frozen
from flow_synth.json_file import read_result

COST = "cost.json"


class Hardware(Frozen):
    """What epochs were run on.

    ``device`` is the name of the processor or of the GPU, ``threads`` how many of torch's threads
    each of the ``processes`` had, and ``precision`` in what numbers the networks computed.
    """

    device: str
    threads: int = Field(ge=1)
    processes: int = Field(ge=1)
    precision: str

    @classmethod
    def of(cls, device: torch.device, processes: int, precision: str) -> Self:
        """The hardware of this process."""
        return cls(
            device=torch.cuda.get_device_name(device) if device.type == "cuda" else _processor(),
            threads=torch.get_num_threads(),
            processes=processes,
            precision=precision,
        )

    def __str__(self) -> str:
        """All of it in words."""
        threads = f"{self.threads} thread{'s' * (self.threads > 1)}"
        processes = f"{self.processes} processes of " if self.processes > 1 else ""
        return f"{self.device}, {processes}{threads}, {self.precision}"


class Stretch(Frozen):
    """Seconds of training on the same hardware."""

    hardware: Hardware
    seconds: float = Field(ge=0)


class Cost(Frozen):
    """What a run took so far: ``cost.json`` in its folder.

    ``epochs`` are those that the run has finished; ``stretches`` count also what a killed epoch
    that had to be run again took, from its end on. ``parameters`` are those that training moves,
    by part of the model. Other work of the machine at the same time makes the seconds more.
    """

    format: Literal["flow-synth cost"] = "flow-synth cost"
    version: Literal[1] = 1
    run: str
    parameters: Mapping[str, int]
    epochs: int = Field(default=0, ge=0)
    stretches: tuple[Stretch, ...] = ()

    @classmethod
    def of(cls, run: str, model: nn.Module, path: Path) -> Self:
        """What the run has taken already by a file of it; nothing if there is none.

        Args:
            run: identity of the run.
            model: whose parameters are counted.
            path: of the file; one of another run counts as none.

        Raises:
            InputError: the file cannot be read.
        """
        if path.exists() and (found := cls.read(path)).run == run:
            return found
        return cls(run=run, parameters=count_parameters(model))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads what :meth:`write` wrote.

        Raises:
            InputError: the file cannot be read, or is something else.
        """
        return read_result(cls, path, lacking="is no cost", command="flow-synth train")

    def write(self, path: Path) -> None:
        """Writes JSON, whole or not at all.

        Raises:
            InputError: the file cannot be written.
        """
        write_atomically(path, (self.model_dump_json(indent=1) + "\n").encode())

    def after_epoch(self, epochs: int, hardware: Hardware, seconds: float) -> Self:
        """The cost when one more epoch has taken ``seconds`` and ``epochs`` are finished."""
        *before, last = self.stretches or (Stretch(hardware=hardware, seconds=0.0),)
        if last.hardware != hardware:
            before, last = [*before, last], Stretch(hardware=hardware, seconds=0.0)
        grown = Stretch(hardware=hardware, seconds=last.seconds + seconds)
        return self.model_copy(update={"epochs": epochs, "stretches": (*before, grown)})

    @property
    def seconds(self) -> float:
        """Of all stretches."""
        return sum(stretch.seconds for stretch in self.stretches)

    @property
    def n_parameters(self) -> int:
        """Of all parts."""
        return sum(self.parameters.values())


def count_parameters(model: nn.Module) -> dict[str, int]:
    """Parameters that training moves, by part of the model; parts without any are left out."""
    counts = {
        name: sum(weight.numel() for weight in part.parameters() if weight.requires_grad)
        for name, part in model.named_children()
    }
    direct = (weight for weight in model.parameters(recurse=False) if weight.requires_grad)
    counts["itself"] = sum(weight.numel() for weight in direct)
    return {name: count for name, count in counts.items() if count}


def _processor() -> str:
    """The name of the processor, as far as the system tells it."""
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    if sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    return platform.processor() or platform.machine()
