"""Flow_class: knobs chosen among classes, and an audio space that a flow makes of presets."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from flow_synth.ear import Ear, unit_notes
from flow_synth.flow import Flow
from flow_synth.gaussian import standard_normal_log_density
from flow_synth.knob_chain import KnobChain
from flow_synth.knob_classes import N_CLASSES, KnobClasses
from flow_synth.models.ae import networks
from flow_synth.models.flow_dis import check_axes, placed_divergence
from flow_synth.models.flow_post import PresetFlow
from flow_synth.models.latent import Draw, Latent
from flow_synth.models.model import Model, Target
from flow_synth.models.settings import ModelSettings
from flow_synth.tag import AXES


class ClassLatent(Latent):
    """p(v|x), of every knob by itself and of all together; :class:`ClassModel` carries it to z.

    Args:
        n_features: F.
        n_parameters: P.
        n_draws: fixed draws over which the moments of z are taken.
        n_chain: hidden units of the chain.
    """

    median: Tensor
    shares: Tensor

    def __init__(self, n_features: int, n_parameters: int, n_draws: int, n_chain: int) -> None:
        super().__init__()
        self.classes = KnobClasses(n_features, n_parameters)
        self.chain = KnobChain(n_features, n_parameters, N_CLASSES, n_chain)
        self.register_buffer("median", torch.full((1, n_parameters), 0.5))
        generator = torch.Generator().manual_seed(0)
        half = torch.rand(n_draws // 2, 1, n_parameters, generator=generator)
        self.register_buffer("shares", torch.cat((half, 1 - half)))

    def preset(self, features: Tensor) -> Tensor:
        """Features [B, F] -> the preset of the knobs' medians [B, P]."""
        return self.classes.quantile(features, self.median)

    def presets(self, features: Tensor) -> Tensor:
        """Features [B, F] -> presets drawn for each sound [N, B, P], always the same."""
        return self.classes.quantile(features, self.shares)

    def sampled(self, features: Tensor, shares: Tensor, temperature: float) -> Tensor:
        """Presets [N, P] whose knobs agree: see :meth:`KnobChain.drawn`."""
        logits = self.classes(features)
        return self.classes.values(self.chain.drawn(features, logits, shares, temperature))

    def chain_error(self, features: Tensor, values: Tensor) -> Tensor:
        """-log p(v|x) of presets [B, P], in nats; features and classes learn nothing from it."""
        features = features.detach()
        logits = self.classes(features).detach()
        return self.chain.error(features, logits, self.classes.classes(values))


class ClassModel(Model):
    """z = f^-1(v): a sound lies where the preset lies that it is taken for.

    A flow from the audio space that learns the knobs of sounds by a distance, as in Flow_post,
    moves smoothly from one answer to another and seldom stands at the values that presets have (no
    ring modulation, this waveform). Classes do. Here f learns presets alone, by their density
    under a prior whose first dimensions follow words (as in Flow_dis), and is exactly inverted.

    Beside both it draws candidates for a sound and has an ear that tells them apart unplayed.
    """

    # Not where TorchScript reads, which takes annotations for its own.
    if TYPE_CHECKING:
        latent: ClassLatent
        regressor: PresetFlow

    def __init__(
        self,
        encoder: nn.Module,
        latent: ClassLatent,
        regressor: PresetFlow,
        decoder: nn.Module,
        ear: Ear,
        hears_level: bool = False,
    ) -> None:
        super().__init__(encoder, latent, regressor, decoder, hears_level)
        self.ear = ear

    def learn(
        self,
        features: Tensor,  # noqa: ARG002  # See Model.
        target: Target,
        tags: Tensor,
    ) -> tuple[Draw, dict[str, Tensor]]:
        """The presets' own z, and -log p(v, t) by the change of variables (equation 3)."""
        z, log_det = self.regressor.flow.inverse(self.regressor.boundary(target.spread))
        n_axes = len(AXES)
        free = standard_normal_log_density(z[:, n_axes:])
        density = placed_divergence(z[:, :n_axes], tags) - free - log_det
        nothing = torch.zeros_like(log_det)
        return Draw(z, nothing, nothing.mean()), {"preset_density": density.mean()}

    def inferred(self, features: Tensor, draw: Draw | None) -> Tensor:  # noqa: ARG002  # See Model.
        """The midmean of every knob: a median has no gradient, and a mean is no preset's value."""
        return self.latent.classes.midmean(features)

    def answer(self, mel: Tensor) -> Tensor:
        """Log-mel [B, 128, 87] -> the preset of the knobs' medians, unit values v [B, P]."""
        return self.latent.preset(self.features(mel))

    def encode(self, mel: Tensor) -> Tensor:
        """Log-mel [B, 128, 87] -> z [B, D] of that preset."""
        return self.regressor.invert(self.answer(mel))

    def posterior(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """Log-mel [B, 128, 87] -> that z, and the log-variance [B, D] around it."""
        features = self.features(mel)
        z = self.regressor.invert(self.latent.preset(features))
        drawn = self.latent.presets(features)
        others = self.regressor.invert(drawn.flatten(0, 1)).view_as(drawn)
        return z, torch.log((others - z).square().mean(0).clamp(min=1e-12))

    def sample(self, mel: Tensor, shares: Tensor, temperature: float) -> Tensor:
        """Presets [N, P] drawn for the sound of a log-mel [1, 128, 87]: see Model."""
        return self.latent.sampled(self.features(mel), shares, temperature)

    def predict(self, v: Tensor, notes: Tensor) -> Tensor:
        """Presets [B, P], notes [B, 2] -> log-mel [B, 128, 87] of what the ear expects."""
        return self.ear.predict(v, unit_notes(notes[:, 0], notes[:, 1]))


def flow_class(n_parameters: int, settings: ModelSettings, shape: tuple[int, int]) -> Model:
    """Classes of knobs for the ears, a flow of presets for the hands; not in the paper.

    Args:
        n_parameters: P, and therefore D.
        settings: of the model.
        shape: (mel bands, frames).

    Raises:
        InputError: there are fewer knobs than semantic axes.
    """
    check_axes("flow_class", n_parameters)
    encoder, decoder = networks(n_parameters, settings, shape)
    sizes = settings.regression_flow
    flow = Flow(sizes.kind, n_parameters, sizes.n_layers, sizes.n_hidden)
    return ClassModel(
        encoder,
        ClassLatent(settings.n_features, n_parameters, settings.n_draws, settings.n_chain),
        PresetFlow(flow, n_parameters),
        decoder,
        Ear(n_parameters, shape, settings.n_ear),
        hears_level=settings.hears_level,
    )
