"""What all models have in common: the way from a sound through the audio space to the knobs."""

from typing import NamedTuple

from torch import Tensor, nn

from flow_synth.encoder import Normalisation
from flow_synth.models.latent import Draw, Latent


class Target(NamedTuple):
    """The knobs of B presets.

    Attributes:
        values: [B, P] unit values.
        spread: [B, P] the same, spread a little around them: those have a density.
    """

    values: Tensor
    spread: Tensor


class Regressor(nn.Module):
    """The map from the audio space to the knobs, and what it costs to be wrong."""

    is_invertible = False

    def decode(self, z: Tensor) -> Tensor:
        """z [B, D] -> unit values v [B, P]."""
        raise NotImplementedError

    def invert(self, v: Tensor) -> Tensor:
        """Unit values v [B, P] -> z [B, D], where the map has an inverse."""
        raise NotImplementedError

    def fit(self, values: Tensor) -> None:
        """Takes what it needs to know of training presets [N, P] beforehand."""

    def log_density(self, spread: Tensor) -> Tensor:
        """[B] log p(v) in nats of presets [B, P], where the map carries a density to them."""
        raise NotImplementedError

    def terms(self, draw: Draw, target: Target) -> dict[str, Tensor]:
        """The terms of the objective by name: means over the batch."""
        raise NotImplementedError


class Model(nn.Module):
    """Log-mel -> features -> z -> knobs, and z -> log-mel where there is a decoder.

    Args:
        encoder: standardised log-mel [B, 128, 87] -> features [B, F].
        latent: q(z|x).
        regressor: z -> v.
        decoder: z -> standardised log-mel; None if the model infers knobs directly.
        hears_level: whether the encoder hears how loud a sound is.
    """

    def __init__(
        self,
        encoder: nn.Module,
        latent: Latent,
        regressor: Regressor,
        decoder: nn.Module | None = None,
        hears_level: bool = False,
    ) -> None:
        super().__init__()
        self.normalisation = Normalisation(hears_level)
        self.encoder = encoder
        self.latent = latent
        self.regressor = regressor
        self.decoder = decoder
        #: Whether presets can be carried back into the audio space. No property: TorchScript
        #: would compile it.
        self.is_invertible = regressor.is_invertible

    def features(self, mel: Tensor) -> Tensor:
        """Log-mel [B, 128, 87] -> what the encoder hears in it [B, F]."""
        features: Tensor = self.encoder(self.normalisation(mel))
        return features

    def learn(
        self, features: Tensor, target: Target, tags: Tensor
    ) -> tuple[Draw, dict[str, Tensor]]:
        """Where sounds lie, and the terms of the objective for their knobs.

        Args:
            features: [B, F].
            target: the knobs of B presets.
            tags: [B, A] of -1 and +1, or positions on the semantic axes; NaN where unknown.
        """
        draw = self.latent.draw(features, tags)
        return draw, self.regressor.terms(draw, target)

    def inferred(self, features: Tensor, draw: Draw | None) -> Tensor:  # noqa: ARG002
        """Unit values [B, P] that the model infers while it learns, with gradients.

        Args:
            features: [B, F].
            draw: of the same sounds; None where the audio space is not asked for.
        """
        assert draw is not None, "these models infer presets by way of the audio space"
        return self.decode(draw.z)

    def posterior(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """Log-mel [B, 128, 87] -> mean and log-variance [B, D] of q(z|x)."""
        mean, log_variance = self.latent.moments(self.features(mel))
        return mean, log_variance

    def encode(self, mel: Tensor) -> Tensor:
        """Log-mel [B, 128, 87] -> posterior mean z [B, D]: the same sound, the same z."""
        return self.posterior(mel)[0]

    def decode(self, z: Tensor) -> Tensor:
        """z [B, D] -> unit values v [B, P]."""
        return self.regressor.decode(z)

    def answer(self, mel: Tensor) -> Tensor:
        """Log-mel [B, 128, 87] -> unit values v [B, P]: one preset for each sound, in one pass."""
        return self.decode(self.encode(mel))

    def invert(self, v: Tensor) -> Tensor:
        """Unit values v [B, P] -> z [B, D], the exact inverse of ``decode`` inside (0, 1).

        Only models that are ``is_invertible`` have it.
        """
        return self.regressor.invert(v)

    def reconstruct(self, z: Tensor) -> Tensor:
        """z [B, D] -> log-mel [B, 128, 87] in nats, relative to its peak if no level is heard.

        Only models with a decoder have it.
        """
        # TorchScript compiles the branch of the module that is there.
        assert self.decoder is not None
        return self.normalisation.inverse(self.decoder(z))

    def sample(self, mel: Tensor, shares: Tensor, temperature: float) -> Tensor:
        """Presets [N, P] that may have made a sound, drawn knob after knob.

        Only Flow_class has it.

        Args:
            mel: [1, 128, 87] log-mel of the sound.
            shares: [N, P] in [0, 1), one for each choice: random numbers give random draws.
            temperature: 1 draws as the model believes, less keeps to what is likely.
        """
        raise NotImplementedError

    def predict(self, v: Tensor, notes: Tensor) -> Tensor:
        """How presets would sound: log-mel [B, 128, 87], below its peak if no level is heard.

        Only Flow_class has it.

        Args:
            v: [B, P] unit values.
            notes: [B, 2] MIDI note number and velocity.
        """
        raise NotImplementedError
