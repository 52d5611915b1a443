"""Makes the golden model files and arrays: ``python tests/golden/make_golden.py``.

They pin format version 2: what users have stays readable as long as these do, so they are made
again only for a new version, under a new name. One is a flow that the native core runs, the other
a model that only TorchScript runs and that knows no way back. They have all kinds of knobs and
have learnt nothing; their log-mel is a coarse one, because the true filter bank alone takes a
megabyte.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from flow_synth import export, torchscript
from flow_synth.model_file import ModelDescription, Normalisation, write_model_file
from flow_synth.model_interface import SemanticAxis
from flow_synth.models import Family, Model, ModelSettings, new_model
from flow_synth.models.settings import CompactNetworks, FlowSettings, PaperNetworks
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


def golden_model(family: Family) -> Model:
    """A model far from its initial state, where a flow is almost the identity."""
    torch.manual_seed(0)
    channels = (2, 2, 2, 2, 2)
    compact = CompactNetworks(encoder_channels=channels, decoder_channels=channels, n_features=8)
    flow = FlowSettings(n_layers=3, n_hidden=8)
    settings = ModelSettings(
        family=family,
        networks=PaperNetworks(n_units=2) if family.is_direct else compact,
        posterior_flow=flow,
        regression_flow=flow,
        n_context=4,
        n_draws=4,
    )
    model = new_model(len(TABLE), settings).eval()
    with torch.no_grad():
        for parameter in model.regressor.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    model.regressor.fit(torch.rand(64, len(TABLE)))
    model.normalisation.fit(-6.0, 2.0)
    return model


def describe(model: Model, family: Family, mels: Tensor) -> ModelDescription:
    """A description with everything that one can hold."""
    latent, order = export.latent_statistics(model, mels)
    return ModelDescription(
        synth="golden",
        synth_version="1",
        family=family,
        parameters=TABLE,
        latent=latent,
        order=order,
        semantic_axes=(
            SemanticAxis(
                name="brightness", low="dark", high="bright", direction=(1, 0, -0.5, 0, 0, 2)
            ),
        ),
        features=export.feature_settings(),
        torch_version=torch.__version__.partition("+")[0],
        methods=torchscript.optional_methods(model),
        normalisation=Normalisation(mean=-6.0, standard_deviation=2.0),
        training_run="golden",
        recipe={"epochs": 0, "model": {"n_layers": 3}, "noise": None, "rates": [0.5, 1e-4]},
        scores={"model": {"sc_mean": 0.5}},
        licence="MIT",
    )


def write(name: str, family: Family, model: Model, mels: Tensor, z: Tensor) -> None:
    """Writes a model file, what it encodes the first log-mel to, and what it decodes z to."""
    module = torchscript.exported(model)
    module.log_mel = CoarseLogMel()  # type: ignore[assignment]  # stands in for LogMel
    write_model_file(
        FOLDER / f"{name}.flow.ts",
        torchscript.script_module(module),
        describe(model, family, mels),
        export.flow_weights(module.model),
    )
    with torch.inference_mode():
        save(f"{name}-encoded", model.encode(mels[:1]))
        save(f"{name}-v", model.decode(z))


def save(name: str, array: Tensor) -> None:
    """Writes an array."""
    np.save(FOLDER / f"{name}.npy", array.numpy())


def main() -> None:
    """Writes both models, and the log-mel and the points that they are tried on."""
    flow = golden_model(Family.FLOW_POST)
    mels, z = torch.randn(32, 128, 87) - 6.0, torch.randn(16, len(TABLE))
    save("golden-2-mel", mels[:1])
    save("golden-2-z", z)
    write("golden-2", Family.FLOW_POST, flow, mels, z)
    write("golden-2-one-way", Family.MLP, golden_model(Family.MLP), mels, z)


if __name__ == "__main__":
    main()
