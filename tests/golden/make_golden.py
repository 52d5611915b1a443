"""Makes the golden model file and arrays: ``python tests/golden/make_golden.py``.

They pin format version 1: what users have stays readable as long as these do, so they are made
again only for a new version, under a new name. The model has all kinds of knobs and has learnt
nothing; its log-mel is a coarse one, because the true filter bank alone takes a megabyte.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from flow_synth import export
from flow_synth.flow_blob import FlowWeights
from flow_synth.model_file import ModelDescription, Normalisation, write_model_file
from flow_synth.model_interface import SemanticAxis
from flow_synth.models import RegressionFlow, Sizes
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


def golden_model() -> RegressionFlow:
    """A model far from its initial state, where a flow is almost the identity."""
    torch.manual_seed(0)
    channels = (2, 2, 2, 2, 2)
    sizes = Sizes(
        encoder_channels=channels,
        decoder_channels=channels,
        n_features=8,
        n_layers=3,
        n_hidden=8,
        n_draws=4,
    )
    model = RegressionFlow(len(TABLE), sizes).eval()
    with torch.no_grad():
        for parameter in model.flow.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    model.boundary.fit(torch.rand(64, len(TABLE)))
    model.vae.normalisation.fit(-6.0, 2.0)
    return model


def describe(model: RegressionFlow, mels: Tensor) -> ModelDescription:
    """A description with everything that one can hold."""
    latent, order = export.latent_statistics(model, mels)
    return ModelDescription(
        synth="golden",
        synth_version="1",
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
        normalisation=Normalisation(mean=-6.0, standard_deviation=2.0),
        training_run="golden",
        scores={"model": {"sc_mean": 0.5}},
        licence="MIT",
    )


def main() -> None:
    """Writes the model file and what it must compute."""
    model = golden_model()
    mels = torch.randn(32, 128, 87) - 6.0
    exported = export.ExportedModel(model).eval()
    exported.log_mel = CoarseLogMel()  # type: ignore[assignment]
    flow: FlowWeights = export.flow_weights(exported.model)
    path = FOLDER / "golden-1.flow.ts"
    write_model_file(path, export._scripted(exported), describe(model, mels), flow)
    z = torch.randn(16, len(TABLE))
    with torch.inference_mode():
        arrays = {
            "mel": mels[:1],
            "encoded": model.encode(mels[:1]),
            "z": z,
            "v": model.decode(z),
        }
    for name, array in arrays.items():
        np.save(FOLDER / f"golden-1-{name}.npy", array.numpy())


if __name__ == "__main__":
    main()
