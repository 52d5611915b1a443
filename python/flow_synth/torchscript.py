"""The TorchScript module in a model file: written, loaded and called.

Every call of ``torch.jit`` lives here, so that the format can move on to ``torch.export``.
"""

import copy
import io
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from flow_synth.features import LogMel, Resampler
from flow_synth.made import MaskedLinear
from flow_synth.model_file import OptionalMethod
from flow_synth.models import Model as TrainedModel
from flow_synth.models.flow_class import ClassModel
from flow_synth.models.flow_post import PresetFlow
from flow_synth.stochastic_flow import StochasticFlow

#: Weights of so many numbers are kept in half precision: what is lost is far below what they know.
_HALVED_NUMBERS = 1024


class ExportError(RuntimeError):
    """The exported model does not compute what the trained one does."""


class ExportedModel(nn.Module):
    """The methods of every model file; scripted, it is the file's TorchScript part.

    Its subclasses add those of some models: TorchScript compiles every method that a class has.
    """

    def __init__(self, model: TrainedModel) -> None:
        super().__init__()
        self.resampler = Resampler()
        self.log_mel = LogMel()
        self.model = premasked(model)

    @torch.jit.export
    def resample(self, audio: Tensor, rate: int) -> Tensor:
        """Audio [B, N] at ``rate`` Hz -> audio at 22050 Hz."""
        resampled: Tensor = self.resampler(audio, rate)
        return resampled

    @torch.jit.export
    def features(self, audio: Tensor) -> Tensor:
        """Audio [B, 88200] at 22050 Hz -> log-mel [B, 128, 87] in nats."""
        mel: Tensor = self.log_mel(audio)
        return mel

    @torch.jit.export
    def encode(self, mel: Tensor) -> Tensor:
        """Log-mel [B, 128, 87] -> posterior mean z [B, D]."""
        return self.model.encode(mel)

    @torch.jit.export
    def posterior(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """Log-mel [B, 128, 87] -> mean and log-variance [B, D]."""
        return self.model.posterior(mel)

    @torch.jit.export
    def answer(self, mel: Tensor) -> Tensor:
        """Log-mel [B, 128, 87] -> unit values v [B, P], in one pass."""
        return self.model.answer(mel)

    @torch.jit.export
    def decode(self, z: Tensor) -> Tensor:
        """z [B, D] -> unit values v [B, P]."""
        return self.model.decode(z)


class _Reconstructing(ExportedModel):
    @torch.jit.export
    def reconstruct(self, z: Tensor) -> Tensor:
        """z [B, D] -> log-mel [B, 128, 87] in nats; below its peak if no level is heard."""
        return self.model.reconstruct(z)


class _Inverting(_Reconstructing):
    @torch.jit.export
    def invert(self, v: Tensor) -> Tensor:
        """Unit values v [B, P] -> z [B, D]."""
        return self.model.invert(v)


class _Hearing(_Inverting):
    @torch.jit.export
    def sample(self, mel: Tensor, shares: Tensor, temperature: float) -> Tensor:
        """Log-mel [1, 128, 87], shares [N, P] in [0, 1) -> unit values v [N, P]."""
        return self.model.sample(mel, shares, temperature)

    @torch.jit.export
    def predict(self, v: Tensor, notes: Tensor) -> Tensor:
        """Unit values v [B, P], notes [B, 2] -> log-mel [B, 128, 87] in nats."""
        return self.model.predict(v, notes)


_EXPORTED: Mapping[tuple[OptionalMethod, ...], type[ExportedModel]] = {
    (): ExportedModel,
    (OptionalMethod.RECONSTRUCT,): _Reconstructing,
    (OptionalMethod.INVERT, OptionalMethod.RECONSTRUCT): _Inverting,
    tuple(OptionalMethod): _Hearing,
}


def optional_methods(model: TrainedModel) -> tuple[OptionalMethod, ...]:
    """What a model can do that others cannot."""
    can = {
        OptionalMethod.INVERT: model.is_invertible,
        OptionalMethod.RECONSTRUCT: model.decoder is not None,
        OptionalMethod.SAMPLE: isinstance(model, ClassModel),
        OptionalMethod.PREDICT: isinstance(model, ClassModel),
    }
    return tuple(method for method in can if can[method])


def exported(model: TrainedModel) -> ExportedModel:
    """A model with the methods that its file has, in evaluation mode."""
    return _EXPORTED[optional_methods(model)](model).eval()


def premasked(model: TrainedModel) -> TrainedModel:
    """A copy in evaluation mode whose masked layers are plain ones with the mask multiplied in.

    A random flow is replaced by that of its means.
    """
    copied = copy.deepcopy(model).cpu().eval()
    regressor = copied.regressor
    if isinstance(regressor, PresetFlow) and isinstance(regressor.flow, StochasticFlow):
        regressor.flow = regressor.flow.mean_flow()
    for parent in list(copied.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, MaskedLinear):
                plain = nn.Linear(child.in_features, child.out_features)
                plain.load_state_dict(
                    {"weight": child.weight.detach() * child.mask, "bias": child.bias.detach()}
                )
                setattr(parent, name, plain)
    return copied.requires_grad_(requires_grad=False)


def rounded(model: TrainedModel) -> TrainedModel:
    """A copy in evaluation mode with the weights that a model file keeps, in single precision.

    Raises:
        ExportError: a weight is too large for half precision.
    """
    copied = copy.deepcopy(model).cpu().eval()
    for name, tensor in _large(copied).items():
        tensor.data = tensor.data.half().float()
        if not tensor.isfinite().all():
            raise ExportError(f"weight {name!r} is too large for half precision; train again")
    return copied


def _large(module: nn.Module) -> dict[str, Tensor]:
    """The weights that are kept in half precision, by name."""
    named = (*module.named_parameters(), *module.named_buffers())
    return {
        name: tensor
        for name, tensor in named
        if tensor.is_floating_point() and tensor.numel() >= _HALVED_NUMBERS
    }


def load_module(archive: bytes) -> nn.Module:
    """The module in the bytes of a model file, its weights in single precision."""
    with _quiet_torchscript():
        module: nn.Module = torch.jit.load(io.BytesIO(archive), map_location="cpu")
    # What stands beside the model computes in double precision.
    module.model.float()
    return module.eval()


def script_module(module: ExportedModel) -> bytes:
    """What ``torch.jit.save`` writes, the large weights in half precision."""
    archive = io.BytesIO()
    halved = copy.deepcopy(module)
    for tensor in _large(halved.model).values():
        tensor.data = tensor.data.half()
    with _quiet_torchscript():
        torch.jit.save(torch.jit.script(halved), archive)
    return archive.getvalue()


@contextmanager
def _quiet_torchscript() -> Iterator[None]:
    """TorchScript warns in torch 2.13 that it is deprecated; torch is pinned because of it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning, message=".*torch.jit.*")
        yield
