"""Fit, checkpoint, resume: Lightning Fabric looks after device, precision and processes."""

import csv
import io
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor
from torch.optim.lr_scheduler import LambdaLR, ReduceLROnPlateau
from torch.utils.tensorboard import SummaryWriter

from flow_synth.atomic_file import make_folder, remove_partial_files, write_atomically
from flow_synth.augmentation import add_noise_floor, mask
from flow_synth.boundary import dequantise, unsnap
from flow_synth.cost import COST, Cost, Hardware
from flow_synth.dataset import Dataset
from flow_synth.error import InputError
from flow_synth.examples import (
    Examples,
    epoch_order,
    fit_statistics,
    open_proposals,
    visited,
)
from flow_synth.experiment import Experiment, OptimiserSettings, Precision, Schedule
from flow_synth.fold import Split
from flow_synth.global_batch import n_processes, uniform
from flow_synth.identity import proposal_tags_of, run_identity, tags_of
from flow_synth.item import Source
from flow_synth.model_file import read_model_file
from flow_synth.models import Model, new_model
from flow_synth.objective import Batch, Judged, Objective
from flow_synth.parameter import ParameterTable
from flow_synth.tag_file import TagFile
from flow_synth.torchscript import load_module

CHECKPOINT_VERSION = 2
BEST = "best.pt"
LAST = "last.pt"
METRICS = "metrics.csv"
#: Folder, within that of a run, of the run that it starts from.
START = "start"

#: Epoch number that seeds validation: the same noise after every epoch, and that of no epoch.
VALIDATION_EPOCH = 2**31

History = list[dict[str, float]]


@dataclass(frozen=True, eq=False)
class TrainedRun:
    """The best model of a run, and how it got there.

    Attributes:
        folder: of the run.
        identity: changes with the experiment or the dataset.
        experiment: what was run.
        table: the knobs, in the order of the model's v.
        model: with the weights of ``best_epoch``, ready for inference.
        history: metrics by name, one entry an epoch up to the best.
        best_epoch: the one of the lowest validation loss, counted from 1.
    """

    folder: Path
    identity: str
    experiment: Experiment
    table: ParameterTable
    model: Model
    history: History
    best_epoch: int


def train(
    experiment: Experiment,
    folder: Path,
    *,
    resume: bool = True,
    devices: int = 1,
    accelerator: str = "auto",
    show_progress: bool = True,
) -> TrainedRun:
    """Trains until the experiment's last epoch and returns the best model.

    A run that was stopped anywhere, even by SIGKILL, goes on after its last whole epoch with the
    same losses as if nothing had happened. Started by ``torchrun``, every process takes its share
    of every batch (DDP), and their number is torchrun's.

    Args:
        experiment: what to run.
        folder: where checkpoints, metrics.csv and TensorBoard logs go; those of the run that it
            starts from, in a folder ``start`` therein.
        resume: whether to go on with a run found in the folder; otherwise it must be empty of one.
        devices: processes or GPUs, unless torchrun started them.
        accelerator: ``cpu``, ``cuda`` or ``auto``.
        show_progress: whether to draw a progress bar on the terminal.

    Raises:
        InputError: the dataset cannot be read or is damaged, this machine has no such accelerator,
            the folder holds another run, the disk is full, or the training diverges.
    """
    dataset = Dataset.open(experiment.dataset, experiment.rotation)
    fabric = _fabric(accelerator, devices)
    dataset.verify()
    fabric.launch()
    _Trainer(dataset, fabric, resume, show_progress).train(experiment, folder)
    return load_run(folder)


@dataclass(frozen=True, eq=False)
class _Trainer:
    """What an experiment and those that it starts from have in common."""

    dataset: Dataset
    fabric: Fabric
    resume: bool
    show_progress: bool

    def train(self, experiment: Experiment, folder: Path) -> None:
        if self.fabric.is_global_zero:
            make_folder(folder)
            remove_partial_files(folder)
        self.fabric.barrier()
        is_begun = (folder / LAST).exists()
        if is_begun and not self.resume:
            raise InputError(
                f"{folder} already holds a run; choose another folder, or resume that run"
            )
        first = experiment.first
        has_start = self.resume and first is not None and is_finished(first, folder / START)
        if first and not is_begun and not has_start:
            self.train(first, folder / START)
        run = _Run(experiment, self.dataset, folder, self.fabric)
        if is_begun:
            run.restore()
        elif experiment.first:
            run.start(folder / START)
        elif experiment.pretrained:
            run.take_pretrained(experiment.pretrained)
        run.fit(self.show_progress)


def load_run(folder: Path) -> TrainedRun:
    """Reads the best model of a run, finished or not.

    Raises:
        InputError: the folder holds no run, or a damaged one.
    """
    state = _read_checkpoint(folder / BEST)
    experiment = Experiment.model_validate_json(state["experiment"])
    table = ParameterTable.model_validate_json(state["table"])
    model = new_model(len(table), experiment.model)
    prefix = "model."
    weights = state["objective"].items()
    model.load_state_dict({k.removeprefix(prefix): v for k, v in weights if k.startswith(prefix)})
    return TrainedRun(
        folder=folder,
        identity=state["identity"],
        experiment=experiment,
        table=table,
        model=model.eval(),
        history=state["history"],
        best_epoch=len(state["history"]),
    )


def is_finished(experiment: Experiment, folder: Path) -> bool:
    """Whether a folder holds the run of this experiment, up to its last epoch.

    Raises:
        InputError: the dataset cannot be read, or the folder's run is damaged.
    """
    if not (folder / LAST).exists():
        return False
    state = _read_checkpoint(folder / LAST)
    dataset = Dataset.open(experiment.dataset, experiment.rotation)
    is_this_run = state["identity"] == run_identity(experiment, dataset)
    return is_this_run and len(state["history"]) == experiment.epochs


class _Run:
    """Everything alive during training."""

    def __init__(
        self,
        experiment: Experiment,
        dataset: Dataset,
        folder: Path,
        fabric: Fabric,
    ) -> None:
        self.experiment = experiment
        self.folder = folder
        self.fabric = fabric
        self.precision = _precision(experiment, fabric.device)
        self.hardware = Hardware.of(fabric.device, fabric.world_size, str(self.precision))
        self.table = dataset.table
        self.identity = run_identity(experiment, dataset)
        tags = tags_of(experiment, experiment.dataset)
        self.train_examples, self.validation_examples = (
            Examples.read(dataset, split, tags, experiment.model.placement).to(fabric.device)
            for split in (Split.TRAIN, Split.VALIDATION)
        )
        self.proposed = self._read_proposed(dataset, tags)
        n_visits = len(self._order(0))
        self.batch_size = min(experiment.batch_size, n_visits)
        self.steps_per_epoch = n_visits // self.batch_size
        if self.batch_size % n_processes():
            raise InputError(
                f"a batch of {self.batch_size} cannot be shared by {n_processes()} processes; let "
                "'batch_size' be a multiple of their number"
            )
        n_values = [knob.n_values for knob in self.table.parameters()]
        self.n_values = torch.tensor(n_values, device=fabric.device)
        self.history: History = []
        torch.manual_seed(experiment.seed)
        objective = self._new_objective()
        self.cost = Cost.of(self.identity, objective.model, folder / COST)
        settings = experiment.optimiser
        optimiser = torch.optim.AdamW(
            objective.parameters(),
            settings.learning_rate,
            weight_decay=settings.weight_decay,
            fused=True,
        )
        self.objective, self.optimiser = fabric.setup(objective, optimiser)
        total = self.steps_per_epoch * experiment.epochs
        self.scheduler = _schedule(self.optimiser, settings, total)

    def _read_proposed(self, dataset: Dataset, tags: TagFile | None) -> Examples | None:
        """What a model proposed, where it stands among the training sounds of the dataset."""
        experiment = self.experiment
        if experiment.proposals is None:
            return None
        proposals = open_proposals(experiment.proposals, dataset)
        proposals.verify()
        among = tags.descriptors[dataset.rows(Split.TRAIN)] if tags else None
        placement = experiment.model.placement
        known = proposal_tags_of(experiment)
        found = Examples.read(proposals, Split.TRAIN, known, placement, among)
        return found.to(self.fabric.device)

    def _new_objective(self) -> Objective:
        model, settings = self.experiment.model, self.experiment.objective
        objective = Objective(
            model,
            settings.weights,
            len(self.table),
            reconstructed_share=settings.reconstructed_share,
        )
        objective.to(self.fabric.device)
        fit_statistics(objective, self.train_examples)
        objective.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return objective

    def fit(self, show_progress: bool) -> None:
        """Runs the epochs that are left."""
        primary = self.fabric.is_global_zero
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        total = self.steps_per_epoch * self.experiment.epochs
        done = len(self.history)
        with (
            Progress(*columns, disable=not (show_progress and primary)) as progress,
            _writer(self.folder / "tensorboard", done, primary) as writer,
        ):
            task = progress.add_task(
                "training", total=total, completed=done * self.steps_per_epoch
            )
            for epoch in range(done, self.experiment.epochs):
                started = time.perf_counter()
                metrics = {"epoch": float(epoch + 1), "learning_rate": self._learning_rate()}
                for name, value in self._train_epoch(epoch, progress, task).items():
                    metrics[f"train/{name}"] = value
                for name, value in self._validate().items():
                    metrics[f"validation/{name}"] = value
                if isinstance(self.scheduler, ReduceLROnPlateau):
                    self.scheduler.step(metrics["validation/loss"])
                self.history.append(metrics)
                seconds = time.perf_counter() - started
                self.cost = self.cost.after_epoch(epoch + 1, self.hardware, seconds)
                self._save()
                if writer:
                    for name, value in metrics.items():
                        writer.add_scalar(name, value, epoch + 1)
                    writer.flush()
                progress.update(
                    task,
                    description=f"epoch {epoch + 1}/{self.experiment.epochs}, "
                    f"validation {metrics['validation/loss']:.2f}",
                )

    def _train_epoch(self, epoch: int, progress: Progress, task: Any) -> dict[str, float]:  # noqa: ANN401
        self.objective.train()
        self._seed(epoch)
        beta = self.experiment.objective.beta(epoch)
        sums: dict[str, Tensor] = {}
        proposed = self._proposals(epoch)
        for rows in self._batches(self._order(epoch)):
            batch = self._batch(self.train_examples, rows)
            batch = batch._replace(heard=self._heard(batch.mel))
            if self.proposed:
                more = self._judged(self.proposed, next(proposed))
                batch = batch._replace(judged=batch.judged.beside(more))
            terms = self._terms(batch, beta)
            self.optimiser.zero_grad()
            self.fabric.backward(terms["loss"])
            self.objective.module.clip_gradients(self.experiment.optimiser.maximum_gradient_norm)
            self.optimiser.step()
            if isinstance(self.scheduler, LambdaLR):
                self.scheduler.step()
            for name, term in terms.items():
                sums[name] = sums.get(name, torch.zeros_like(term)) + term.detach()
            progress.advance(task)
        means = {name: self._mean(total / self.steps_per_epoch) for name, total in sums.items()}
        if not math.isfinite(means["loss"]):
            raise InputError(
                f"the loss became {means['loss']} in epoch {epoch + 1}; "
                "lower 'optimiser.learning_rate' and start in another folder"
            )
        return means

    @torch.no_grad()
    def _validate(self) -> dict[str, float]:
        """Terms at full strength (beta 1), and the mean absolute error of the decoded knobs."""
        self.objective.eval()
        self._seed(VALIDATION_EPOCH)
        model = self.objective.module.model
        n_examples = len(self.validation_examples)
        sums: dict[str, Tensor] = {}
        for start in range(0, n_examples, self.batch_size):
            rows = torch.arange(start, min(start + self.batch_size, n_examples))
            batch = self._batch(self.validation_examples, rows)
            terms = self._terms(batch, 1.0)
            decoded = model.decode(model.encode(batch.mel))
            terms["knob_error"] = (decoded - batch.values).abs().mean()
            for name, term in terms.items():
                share = term * (len(rows) / n_examples)
                sums[name] = sums.get(name, torch.zeros_like(share)) + share
        return {name: self._mean(total) for name, total in sums.items()}

    def _batches(self, order: NDArray[np.intp]) -> Iterator[Tensor]:
        """This process's share of each of the epoch's batches."""
        for step in range(self.steps_per_epoch):
            batch = order[step * self.batch_size : (step + 1) * self.batch_size]
            yield torch.from_numpy(batch[self.fabric.global_rank :: self.fabric.world_size])

    def _order(self, epoch: int) -> NDArray[np.intp]:
        """The training examples that an epoch visits."""
        experiment = self.experiment
        return epoch_order(self.train_examples.sources, experiment.mixture, experiment.seed, epoch)

    def _proposals(self, epoch: int) -> Iterator[Tensor]:
        """The proposals beside each of those batches, as many as it has examples."""
        if self.proposed is None:
            return iter(())
        count = self.steps_per_epoch * self.batch_size
        stream = self.experiment.seed, Source.PROPOSED
        return self._batches(visited(np.arange(len(self.proposed)), count, stream, epoch))

    def _batch(self, examples: Examples, rows: Tensor) -> Batch:
        """The given rows, on this process's device, heard as they are."""
        values = examples.values[rows]
        spread = dequantise(values, self.n_values, self._uniform_like(values))
        judged = self._judged(examples, rows)
        return Batch(judged.mel, judged.mel, values, spread, judged.tags, judged)

    def _judged(self, examples: Examples, rows: Tensor) -> Judged:
        """What judges learn from the given rows."""
        rows = rows.to(examples.mel.device)
        values = examples.values[rows]
        unsnapped = unsnap(values, self.n_values, self._uniform_like(values))
        mel = examples.mel[rows].float()
        return Judged(mel, values, unsnapped, examples.notes[rows], examples.tags[rows])

    def _uniform_like(self, values: Tensor) -> Tensor:
        return uniform(values.shape, values.device, training=self.objective.training)

    def _terms(self, batch: Batch, beta: float) -> dict[str, Tensor]:
        """Not by Fabric's precision, which rounds the batch itself: sounds, and what is asked."""
        is_mixed = self.precision is Precision.BFLOAT16
        with torch.autocast(self.fabric.device.type, torch.bfloat16, enabled=is_mixed):
            terms: dict[str, Tensor] = self.objective(batch, beta)
        return terms

    def _heard(self, mel: Tensor) -> Tensor:
        """What the encoder hears of training sounds [B, 128, 87]."""
        noise, masks = self.experiment.noise, self.experiment.masks
        noisy = add_noise_floor(mel, noise) if noise else mel
        return mask(noisy, masks) if masks else noisy

    def _seed(self, epoch: int) -> None:
        """An epoch's random numbers follow from seed and epoch: resuming is exact.

        All processes draw the same ones, and each keeps those of its rows; see ``global_batch``.
        """
        key = [self.experiment.seed, epoch]
        torch.manual_seed(int(np.random.SeedSequence(key).generate_state(1)[0]))

    def _mean(self, value: Tensor) -> float:
        mean: Any = self.fabric.all_reduce(value, reduce_op="mean")
        return float(mean)

    def _learning_rate(self) -> float:
        return float(self.optimiser.param_groups[0]["lr"])

    def _save(self) -> None:
        """Best model first: killed in between, the epoch is run again and gives the same files."""
        if self.fabric.is_global_zero:
            buffer = io.BytesIO()
            torch.save(
                {
                    "version": CHECKPOINT_VERSION,
                    "identity": self.identity,
                    "experiment": self.experiment.model_dump_json(),
                    "table": self.table.model_dump_json(),
                    "history": self.history,
                    "objective": self.objective.module.state_dict(),
                    "optimiser": self.optimiser.optimizer.state_dict(),
                    "scheduler": self.scheduler.state_dict(),
                },
                buffer,
            )
            losses = [metrics["validation/loss"] for metrics in self.history]
            if losses[-1] == min(losses):
                write_atomically(self.folder / BEST, buffer.getvalue())
            self.cost.write(self.folder / COST)
            write_atomically(self.folder / LAST, buffer.getvalue())
            write_atomically(self.folder / METRICS, _as_csv(self.history))
        self.fabric.barrier()

    def start(self, folder: Path) -> None:
        """Takes the best weights of an earlier run, all that have a place in this one."""
        self._take(_read_checkpoint(folder / BEST)["objective"])

    def take_pretrained(self, path: Path) -> None:
        """Takes the weights of a model file, all that have a place in this run.

        Raises:
            InputError: it is of other knobs, or lacks weights that this run does not learn.
        """
        file = read_model_file(path)
        if file.description.parameters != self.table:
            raise InputError(
                f"{path} is a model of other knobs than those of the dataset; give a model of the "
                "same synth in 'pretrained', or remove it"
            )
        # The file's module holds the model beside what brings audio to log-mel.
        found = load_module(file.archive).state_dict()
        for name, own in self.objective.module.model.named_parameters(prefix="model"):
            is_found = name in found and found[name].shape == own.shape
            if not (is_found or own.requires_grad):
                raise InputError(
                    f"{path} has no weights for '{name}', which this run does not learn; let "
                    "'model' be as in the recipe of that file, or let the run learn an audio space"
                )
        self._take(found)

    def _take(self, found: dict[str, Tensor]) -> None:
        objective = self.objective.module
        own = objective.state_dict()
        taken = {
            name: weight
            for name, weight in found.items()
            if name in own and own[name].shape == weight.shape
        }
        objective.load_state_dict(own | taken)

    def restore(self) -> None:
        """Takes up the folder's run after its last whole epoch."""
        state = _read_checkpoint(self.folder / LAST)
        if state["identity"] != self.identity:
            raise InputError(
                f"{self.folder} holds a run of another experiment or dataset; "
                "choose another folder, or undo the change"
            )
        try:
            self.objective.module.load_state_dict(state["objective"])
        except RuntimeError as error:
            raise InputError(
                f"{self.folder} holds a run of another version of flow-synth; choose another "
                "folder"
            ) from error
        self.optimiser.optimizer.load_state_dict(state["optimiser"])
        self.scheduler.load_state_dict(state["scheduler"])
        self.history = state["history"]


@contextmanager
def _writer(folder: Path, done: int, primary: bool) -> Iterator[SummaryWriter | None]:
    """A TensorBoard log in which what a killed run wrote after its last checkpoint is hidden."""
    if not primary:
        yield None
        return
    with SummaryWriter(str(folder), purge_step=done + 1) as writer:
        yield writer


def _schedule(
    optimiser: torch.optim.Optimizer, settings: OptimiserSettings, total_steps: int
) -> LambdaLR | ReduceLROnPlateau:
    if settings.schedule is Schedule.PLATEAU:
        return ReduceLROnPlateau(optimiser, factor=0.5, patience=settings.patience_epochs)
    warmup = max(round(settings.warmup_share * total_steps), 1)

    def factor(step: int) -> float:
        falling = 0.5 * (1 + math.cos(math.pi * min(step / total_steps, 1.0)))
        return min((step + 1) / warmup, 1.0) * falling

    return LambdaLR(optimiser, factor)


def _fabric(accelerator: str, devices: int) -> Fabric:
    machines = 1
    if torch.distributed.is_torchelastic_launched():
        devices = int(os.environ["LOCAL_WORLD_SIZE"])
        machines = int(os.environ["WORLD_SIZE"]) // devices
    try:
        return Fabric(accelerator=accelerator, devices=devices, num_nodes=machines)
    except (ValueError, RuntimeError, ImportError) as error:
        raise InputError(
            f"accelerator {accelerator!r} (devices: {devices}) cannot be used here; "
            "give cpu, cuda or auto, and no more GPUs than this machine has"
        ) from error


def _precision(experiment: Experiment, device: torch.device) -> Precision:
    """What is wanted, or else what the hardware multiplies."""
    if experiment.precision is not Precision.AUTO:
        return experiment.precision
    multiplies_bfloat16 = (
        torch.cuda.is_bf16_supported()
        if device.type == "cuda"
        else torch.cpu._is_avx512_bf16_supported()
    )
    return Precision.BFLOAT16 if multiplies_bfloat16 else Precision.FLOAT32


def _read_checkpoint(path: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = torch.load(path, "cpu", weights_only=True)
    except FileNotFoundError as error:
        raise InputError(f"{path.parent} holds no training run; give the folder of one") from error
    except Exception as error:  # torch and pickle raise nearly anything on a damaged file
        raise InputError(f"{path} is damaged; delete the folder and train again") from error
    if state.get("version") != CHECKPOINT_VERSION:
        raise InputError(f"{path} is of another version than {CHECKPOINT_VERSION}; train again")
    return state


def _as_csv(history: History) -> bytes:
    text = io.StringIO()
    table = csv.DictWriter(text, list(history[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(history)
    return text.getvalue().encode()
