"""Trained model -> one model file, and the model file back into Python."""

import copy
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from pydantic import JsonValue
from torch import Tensor, nn

from flow_synth import features
from flow_synth.autoregressive import AffineAutoregressive
from flow_synth.conditioner import NEGATIVE_SLOPE
from flow_synth.coupling import AffineCoupling
from flow_synth.dataset import FEATURES, Dataset
from flow_synth.error import InputError
from flow_synth.experiment import Experiment
from flow_synth.features import LogMel, Resampler
from flow_synth.flow import Inverted
from flow_synth.flow_blob import Activation, FlowType, FlowWeights
from flow_synth.fold import Split
from flow_synth.model_file import (
    ModelDescription,
    Normalisation,
    OptionalMethod,
    read_model_file,
    write_model_file,
)
from flow_synth.model_interface import FeatureSettings, Interface, LatentDimension, SemanticAxis
from flow_synth.models import Model as TrainedModel
from flow_synth.models.flow_class import ClassLatent, ClassModel
from flow_synth.models.flow_dis import SLIDER_STEP, TaggedLatent
from flow_synth.models.flow_post import PresetFlow
from flow_synth.parameter import ParameterTable
from flow_synth.tag import AXES
from flow_synth.torchscript import (
    ExportError,
    exported,
    load_module,
    optional_methods,
    rounded,
    script_module,
)
from flow_synth.training import load_run

#: What names of model files end in.
SUFFIX = ".flow.ts"

#: Training sounds over which the statistics of the audio space are taken.
_STATISTICS_ROWS = 2048

#: What an exported method may differ from the trained model's (max abs, float32); of the draws,
#: the share in which rounding tips the choice of a knob.
TOLERANCES: Mapping[str, float] = {
    "resample": 1e-6,
    "features": 5e-5,
    "encode": 1e-4,
    "posterior": 1e-4,
    "answer": 1e-4,
    "decode": 1e-5,
    "invert": 1e-4,
    "reconstruct": 1e-4,
    "sample": 0.05,
    "predict": 1e-4,
}

#: What a model without an optional method lacks, and which models have it. The engine of C++ says
#: the same.
_LACKING = {
    OptionalMethod.INVERT: ("inverse", "a flow model"),
    OptionalMethod.RECONSTRUCT: ("decoder", "an auto-encoder or a flow model"),
    OptionalMethod.SAMPLE: ("candidates", "a flow_class model"),
    OptionalMethod.PREDICT: ("ear", "a flow_class model"),
}

#: Share of the training sounds that a macro knob's sweep leaves out at either end.
_SWEEP_TAIL = 0.01


class Model:
    """A model file, opened in Python: float32 tensors, batch first.

    The same sound always gives the same answer, whatever else is in its batch.
    """

    def __init__(self, module: nn.Module, description: ModelDescription) -> None:
        self._module = module
        self.description = description

    @classmethod
    def load(cls, path: Path) -> "Model":
        """Opens a model file.

        Raises:
            InputError: it cannot be read, is no model file, newer than this program, or damaged.
        """
        file = read_model_file(path)
        try:
            module = load_module(file.archive)
        except Exception as error:  # LibTorch raises nearly anything on what it cannot run
            reason = str(error).strip().partition("\n")[0]
            raise InputError(
                f"{path}: LibTorch cannot run it ({reason}); export or download it again"
            ) from error
        found = {method for method in OptionalMethod if hasattr(module, method)}
        if found != set(file.description.methods):
            raise InputError(
                f"{path}: its description and its TorchScript disagree on its methods; export it "
                "again"
            )
        return cls(module, file.description)

    @torch.inference_mode()
    def resample(self, audio: Tensor, rate_hz: int) -> Tensor:
        """Audio [B, N] at ``rate_hz`` -> audio at 22050 Hz."""
        return self._call("resample", audio, rate_hz)

    @torch.inference_mode()
    def features(self, audio: Tensor) -> Tensor:
        """Audio [B, 88200] at 22050 Hz -> log-mel [B, 128, 87] in nats."""
        return self._call("features", audio)

    @torch.inference_mode()
    def encode(self, mel: Tensor) -> Tensor:
        """Log-mel [B, 128, 87] -> posterior mean z [B, D]."""
        return self._call("encode", mel)

    @torch.inference_mode()
    def posterior(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """Log-mel [B, 128, 87] -> mean and log-variance [B, D]."""
        # mypy takes any attribute of a module for a tensor, which cannot be called.
        moments: tuple[Tensor, Tensor] = getattr(self._module, "posterior")(mel)  # noqa: B009
        return moments

    @torch.inference_mode()
    def answer(self, mel: Tensor) -> Tensor:
        """Log-mel [B, 128, 87] -> unit values v [B, P]: one preset for each sound, in one pass."""
        if not hasattr(self._module, "answer"):  # A file of a version before 4.
            return self.decode(self.encode(mel))
        return self._call("answer", mel)

    @torch.inference_mode()
    def decode(self, z: Tensor) -> Tensor:
        """z [B, D] -> unit values v [B, P]."""
        return self._call("decode", z)

    @torch.inference_mode()
    def invert(self, v: Tensor) -> Tensor:
        """Unit values v [B, P] -> z [B, D].

        Raises:
            InputError: the model has no inverse.
        """
        return self._call_optional(OptionalMethod.INVERT, v)

    @torch.inference_mode()
    def reconstruct(self, z: Tensor) -> Tensor:
        """z [B, D] -> log-mel [B, 128, 87] in nats; below its peak if no level is heard.

        Raises:
            InputError: the model has no decoder.
        """
        return self._call_optional(OptionalMethod.RECONSTRUCT, z)

    @torch.inference_mode()
    def sample(self, mel: Tensor, shares: Tensor, temperature: float) -> Tensor:
        """Presets that may have made a sound, as unit values v [N, P].

        Args:
            mel: [1, 128, 87] log-mel of the sound in nats.
            shares: [N, P] in [0, 1), one for each choice: random numbers give random draws.
            temperature: 1 draws as the model believes, less keeps to what is likely.

        Raises:
            InputError: the model draws no candidates.
        """
        return self._call_optional(OptionalMethod.SAMPLE, mel, shares, temperature)

    @torch.inference_mode()
    def predict(self, v: Tensor, notes: Tensor) -> Tensor:
        """How presets would sound: log-mel [B, 128, 87] in nats, 80 dB of it.

        It is relative to its peak if no level is heard.

        Args:
            v: [B, P] unit values.
            notes: [B, 2] MIDI note number and velocity.

        Raises:
            InputError: the model has no ear.
        """
        return self._call_optional(OptionalMethod.PREDICT, v, notes)

    def _call_optional(self, method: OptionalMethod, *arguments: Tensor | float) -> Tensor:
        self.check_has(method)
        return self._call(method, *arguments)

    def check_has(self, method: OptionalMethod) -> None:
        """Refuses what the model cannot do.

        Raises:
            InputError: it has no such method.
        """
        if method not in self.description.methods:
            lacking, others = _LACKING[method]
            raise InputError(
                f"this model has no {lacking}: its family is {self.description.family!r}; use "
                f"{others}"
            )

    def _call(self, method: str, *arguments: Tensor | float) -> Tensor:
        result = getattr(self._module, method)(*arguments)
        assert isinstance(result, Tensor)
        return result


def export_run(
    run: Path,
    path: Path,
    *,
    scores: Mapping[str, Mapping[str, float]] | None = None,
    own_missed_db: float | None = None,
    licence: str = "MIT",
) -> ModelDescription:
    """Writes the best model of a training run as a model file.

    Args:
        run: the folder of the run; its dataset must still be where it was.
        path: where to; must end in ``.flow.ts``.
        scores: method -> measure -> value, on held-out presets.
        own_missed_db: by no more than which 95 % of the synth's own sounds are missed.
        licence: SPDX identifier of the weights' licence.

    Raises:
        ExportError: the exported model differs from the trained one.
        InputError: no run or whole dataset there, a run that has learnt no audio space, a wrong
            name, or the file cannot be written.
    """
    if not path.name.endswith(SUFFIX):
        raise InputError(f"{path} is no name for a model file; let it end in {SUFFIX!r}")
    trained = load_run(run)
    experiment = trained.experiment
    if not any(_has_space(stage) for stage in experiment.stages):
        raise InputError(
            f"{run} has learnt to hear alone, and its audio space is as it was before training; "
            "export a run that starts from it"
        )
    dataset = Dataset.open(experiment.dataset, experiment.rotation)
    dataset.verify()
    recipe = dataset.manifest.recipe
    rows = np.random.default_rng(0).permutation(dataset.rows(Split.TRAIN))[:_STATISTICS_ROWS]
    return export_model(
        trained.model,
        path,
        family=experiment.model.family,
        synth=(recipe.synth_identity, recipe.synth_version),
        table=trained.table,
        mels=torch.from_numpy(dataset.mel(rows)),
        training_run=trained.identity,
        rotation=experiment.rotation,
        recipe=experiment.recipe(),
        scores=scores or {},
        own_missed_db=own_missed_db,
        licence=licence,
    )


def _has_space(stage: Experiment) -> bool:
    """Whether an audio space is learnt or taken over."""
    learns = stage.objective.weights.ask_for_space(stage.model.family)
    return learns or stage.pretrained is not None


def export_model(
    model: TrainedModel,
    path: Path,
    *,
    family: str,
    synth: tuple[str, str],
    table: ParameterTable,
    mels: Tensor,
    training_run: str,
    rotation: int = 0,
    recipe: Mapping[str, JsonValue],
    scores: Mapping[str, Mapping[str, float]],
    own_missed_db: float | None = None,
    licence: str,
) -> ModelDescription:
    """Writes a model file, or refuses.

    Args:
        model: the trained model.
        path: where to.
        family: what kind of model it is.
        synth: identity and version of the synth the model was trained for.
        table: the synth's knobs.
        mels: [N, 128, 87] log-mels of training sounds, for the statistics of the audio space and
            the parity check.
        training_run: id of the run.
        rotation: which folds of its dataset were held out.
        recipe: the experiment, without the path of its dataset.
        scores: method -> measure -> value, on held-out presets.
        own_missed_db: by no more than which 95 % of the synth's own sounds are missed; None if not
            measured.
        licence: SPDX identifier of the weights' licence.

    Raises:
        ExportError: the exported model differs from the trained one, or a weight is out of range.
        InputError: the file cannot be written.
    """
    model = rounded(model)
    latent, order = latent_statistics(model, mels)
    interface = Interface(
        synth=synth[0],
        synth_version=synth[1],
        family=family,
        parameters=table,
        latent=latent,
        order=order,
        semantic_axes=semantic_axes(model),
        features=feature_settings(),
    )
    normalisation = model.normalisation
    description = ModelDescription(
        **dict(interface),
        torch_version=torch.__version__.partition("+")[0],
        methods=optional_methods(model),
        normalisation=Normalisation(
            mean=float(normalisation.mean),
            standard_deviation=float(normalisation.std),
            hears_level=normalisation.hears_level,
        ),
        training_run=training_run,
        rotation=rotation,
        own_missed_db=own_missed_db,
        recipe=recipe,
        scores=scores,
        licence=licence,
    )
    module = exported(model)
    torchscript = script_module(module)
    _check_parity(model, torchscript, mels)
    write_model_file(path, torchscript, description, flow_weights(module.model))
    return description


def feature_settings() -> FeatureSettings:
    """The constants of :mod:`flow_synth.features`."""
    return FeatureSettings.model_validate(FEATURES)


@torch.inference_mode()
def latent_statistics(
    model: TrainedModel, mels: Tensor
) -> tuple[tuple[LatentDimension, ...], tuple[int, ...]]:
    """Statistics of every latent dimension over training sounds, and their order by effect.

    Args:
        model: the trained model.
        mels: [N, 128, 87] log-mels.
    """
    model = copy.deepcopy(model).cpu().eval()
    z = torch.cat([model.encode(part) for part in torch.split(mels.float(), 64)]).double()
    mean, std = z.mean(0), z.std(0, correction=0)
    lowest, highest = torch.quantile(
        z, torch.tensor([_SWEEP_TAIL, 1 - _SWEEP_TAIL]).double(), dim=0
    )
    step = torch.diag(std)
    moved = model.decode((mean + step).float()) - model.decode((mean - step).float())
    effect = moved.double().square().mean(1).sqrt()
    latent = tuple(
        LatentDimension(
            mean=float(mean[d]),
            standard_deviation=float(std[d]),
            minimum=float(lowest[d]),
            maximum=float(highest[d]),
            effect=float(effect[d]),
        )
        for d in range(len(mean))
    )
    return latent, tuple(effect.argsort(descending=True, stable=True).tolist())


def semantic_axes(model: TrainedModel) -> tuple[SemanticAxis, ...]:
    """The sliders of a model whose audio space follows tags: one for each of its first dimensions.

    At s a slider adds half of s to its dimension, and nothing to the others.
    """
    regressor = model.regressor
    has_axes = isinstance(model.latent, TaggedLatent | ClassLatent)
    if not has_axes or not isinstance(regressor, PresetFlow):
        return ()
    directions = (SLIDER_STEP * torch.eye(len(regressor.boundary.mean))).tolist()
    return tuple(
        SemanticAxis(name=axis.name, low=axis.low, high=axis.high, direction=tuple(direction))
        for axis, direction in zip(AXES, directions, strict=False)
    )


def flow_weights(model: TrainedModel) -> FlowWeights | None:
    """The weights of z -> v as the native core reads them; the model must be premasked.

    None if the map is no flow that the core knows: then only TorchScript runs it.
    """
    regressor = model.regressor
    if not isinstance(regressor, PresetFlow):
        return None
    boundary, layers = regressor.boundary, list(regressor.flow.layers)
    tensors: dict[str, Tensor] = {"boundary.mean": boundary.mean, "boundary.std": boundary.std}
    hidden: tuple[int, ...] = ()
    kinds: set[FlowType] = set()
    for index, layer in enumerate(layers):
        match layer:
            case AffineAutoregressive(made=network):
                kinds.add(FlowType.IAF)
            case Inverted(layer=AffineAutoregressive(made=network)):
                kinds.add(FlowType.MAF)
            case AffineCoupling(conditioner=network, n_zeros=0):
                kinds.add(FlowType.COUPLING)
            case _:
                return None
        maps = (network.first, network.second, network.last)
        hidden = tuple(linear.out_features for linear in maps[:-1])
        for place, linear in enumerate(maps):
            tensors[f"layers.{index}.{place}.weight"] = linear.weight
            tensors[f"layers.{index}.{place}.bias"] = linear.bias
    (kind,) = kinds
    return FlowWeights(
        type=kind,
        n_dimensions=len(boundary.mean),
        n_layers=len(layers),
        n_hidden=hidden,
        activation=Activation.LEAKY_RELU,
        negative_slope=NEGATIVE_SLOPE,
        margin=boundary.margin,
        tensors={name: tensor.detach().numpy().copy() for name, tensor in tensors.items()},
    )


@torch.inference_mode()
def _check_parity(model: TrainedModel, torchscript: bytes, mels: Tensor) -> None:
    trained = copy.deepcopy(model).cpu().eval()
    written = load_module(torchscript)
    generator = torch.Generator().manual_seed(0)
    audio = torch.rand(7, features.N_SAMPLES, generator=generator) - 0.5
    mel = mels[:7].float()
    z = trained.encode(mel)
    v = trained.decode(z)
    rate_hz = 2 * features.SAMPLE_RATE_HZ
    expected: dict[str, tuple[tuple[Tensor | float, ...], Tensor]] = {
        "resample": ((audio, rate_hz), Resampler()(audio, rate_hz)),
        "features": ((audio,), LogMel()(audio)),
        "encode": ((mel,), z),
        "posterior": ((mel,), torch.stack(trained.posterior(mel))),
        "answer": ((mel,), trained.answer(mel)),
        "decode": ((z,), v),
    }
    if trained.is_invertible:
        expected[OptionalMethod.INVERT] = (v,), trained.invert(v)
    if trained.decoder is not None:
        expected[OptionalMethod.RECONSTRUCT] = (z,), trained.reconstruct(z)
    if isinstance(trained, ClassModel):
        shares = torch.rand(64, v.shape[1], generator=generator)
        notes = torch.tensor([[60.0, 100.0]]).expand(len(v), -1)
        sampling = mel[:1], shares, 1.0
        expected[OptionalMethod.SAMPLE] = sampling, trained.sample(*sampling)
        expected[OptionalMethod.PREDICT] = (v, notes), trained.predict(v, notes)
    for method, (arguments, wanted) in expected.items():
        found = getattr(written, method)(*arguments)
        found = torch.stack(found) if isinstance(found, tuple) else found
        difference = (found - wanted).abs()
        if method == OptionalMethod.SAMPLE:
            difference = (difference.amax(1) > 0).float().mean()
        error = float(difference.max())
        if not error <= TOLERANCES[method]:
            raise ExportError(
                f"exported {method!r} differs from the trained model's by {error:g}; at most "
                f"{TOLERANCES[method]:g} is allowed, so nothing was written"
            )
