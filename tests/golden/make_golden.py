"""Makes the golden model file and arrays: ``python tests/golden/make_golden.py``.

They pin format version 4: what users have stays readable as long as these do, so they are made
again only for a new version, under a new name. The model can all that a model can, has all kinds
of knobs and has learnt nothing; its log-mel is a coarse one, because the true filter bank alone
takes a megabyte. The files of version 3, ``golden-3``, and of version 2, ``golden-2`` (IAF) and
``golden-2-one-way`` (a model that only TorchScript runs and that knows no way back), are what this
script wrote before.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from flow_synth import export, torchscript
from flow_synth.flow import FlowKind
from flow_synth.model_file import ModelDescription, Normalisation, write_model_file
from flow_synth.model_interface import SemanticAxis
from flow_synth.models import Family, Model, ModelSettings, new_model
from flow_synth.models.flow_class import ClassModel
from flow_synth.models.settings import CompactNetworks, FlowSettings, Placement
from flow_synth.parameter import Curve, Kind, Parameter, ParameterTable

FOLDER = Path(__file__).parent

TABLE = ParameterTable(
    (
        Parameter(name="shape", label="Shape", minimum=-1, maximum=3, default=0.5),
        Parameter(
            name="cutoff",
            label="Fréquence de coupure",
            unit="Hz",
            minimum=20,
            maximum=20000,
            default=440.5,
            curve=Curve.LOG,
        ),
        Parameter(
            name="octave",
            label="Octave",
            unit="oct",
            minimum=-2,
            maximum=2,
            default=-1,
            kind=Kind.ORDINAL,
        ),
        Parameter(
            name="mode",
            label="Mode",
            minimum=0,
            maximum=2,
            default=1,
            kind=Kind.CATEGORICAL,
            choices=("low", "band", "high"),
        ),
        Parameter(name="attack", label="Attack", unit="s", minimum=0.001, maximum=4, default=0.1),
        Parameter(
            name="tune",
            label="Tune",
            unit="cents",
            minimum=-50,
            maximum=50,
            default=0,
            kind=Kind.ORDINAL,
            step=2.5,
        ),
        Parameter(name="glide", label="Glide", unit="s", minimum=0, maximum=1, default=0),
        Parameter(name="width", label="Width", minimum=0, maximum=1, default=0.5),
    )
)


class CoarseLogMel(nn.Module):
    """A spectrum of 128 equal bands in the shape of a log-mel."""

    def forward(self, audio: Tensor) -> Tensor:
        """[B, 88200] -> [B, 128, 87]."""
        spectrum = torch.stft(
            audio, 256, 1024, window=torch.hann_window(256), center=True, return_complex=True
        )
        return (spectrum.abs()[:, :128] + 1e-5).log()


def golden_model() -> Model:
    """A model far from its initial state, where a flow is almost the identity."""
    torch.manual_seed(0)
    channels = (2, 2, 2, 2, 2)
    settings = ModelSettings(
        family=Family.FLOW_CLASS,
        networks=CompactNetworks(
            encoder_channels=channels, decoder_channels=channels, n_features=8
        ),
        hears_level=True,
        placement=Placement.POSITIONS,
        regression_flow=FlowSettings(kind=FlowKind.COUPLING, n_layers=3, n_hidden=8),
        n_draws=4,
        n_chain=16,
        n_ear=8,
    )
    model = new_model(len(TABLE), settings).eval()
    assert isinstance(model, ClassModel)
    presets, mels = torch.rand(64, len(TABLE)), torch.randn(64, 128, 87) - 6.0
    with torch.no_grad():
        for part in (model.regressor, model.latent, model.ear.network):
            for parameter in part.parameters():
                parameter.add_(0.3 * torch.randn_like(parameter))
    model.regressor.fit(presets)
    model.latent.classes.fit(presets)
    model.ear.fit(mels)
    model.normalisation.fit(-6.0, 2.0)
    return torchscript.rounded(model)


def describe(model: Model, mels: Tensor) -> ModelDescription:
    """A description with everything that one can hold."""
    latent, order = export.latent_statistics(model, mels)
    return ModelDescription(
        synth="golden",
        synth_version="1",
        family=Family.FLOW_CLASS,
        parameters=TABLE,
        latent=latent,
        order=order,
        semantic_axes=(
            SemanticAxis(
                name="brightness",
                low="dark",
                high="bright",
                direction=(1, 0, -0.5, 0, 0, 2, 0, 0.25),
            ),
        ),
        features=export.feature_settings(),
        torch_version=torch.__version__.partition("+")[0],
        methods=torchscript.optional_methods(model),
        normalisation=Normalisation(mean=-6.0, standard_deviation=2.0, hears_level=True),
        training_run="golden",
        recipe={"epochs": 0, "model": {"n_layers": 3}, "noise": None, "rates": [0.5, 1e-4]},
        scores={"model": {"sc_mean": 0.5}},
        licence="MIT",
    )


def write(name: str, model: Model, mels: Tensor) -> None:
    """Writes a model file."""
    module = torchscript.exported(model)
    module.log_mel = CoarseLogMel()  # type: ignore[assignment]  # stands in for LogMel
    write_model_file(
        FOLDER / f"{name}.flow.ts",
        torchscript.script_module(module),
        describe(model, mels),
        export.flow_weights(module.model),
    )


def main() -> None:
    """Writes the model, what it is tried on, and what it computes of that."""
    model = golden_model()
    mels, z = torch.randn(32, 128, 87) - 6.0, torch.randn(16, len(TABLE))
    shares = torch.rand(16, len(TABLE))
    notes = torch.tensor([[48.0 + n, 40.0 + 5 * n] for n in range(16)])
    write("golden-4", model, mels)
    with torch.inference_mode():
        v = model.decode(z)
        arrays = {
            "mel": mels[:1],
            "z": z,
            "shares": shares,
            "notes": notes,
            "encoded": model.encode(mels[:1]),
            "answered": model.answer(mels[:1]),
            "v": v,
            "sampled": model.sample(mels[:1], shares, 0.8),
            "predicted": model.predict(v, notes)[:, ::8, ::8],
        }
    for name, array in arrays.items():
        np.save(FOLDER / f"golden-4-{name}.npy", array.numpy())


if __name__ == "__main__":
    main()
