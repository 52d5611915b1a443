"""The training objective: the terms of a model's parts, weighted and summed.

Every term is minimised, in nats an example where it is a likelihood or a divergence. Equations are
those of Esling et al. 2019, https://arxiv.org/abs/1907.00971; each stands beside its term.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from flow_synth.ear import Ear
from flow_synth.features import MEL_SHAPE
from flow_synth.frozen import Frozen
from flow_synth.knob_chain import KnobChain
from flow_synth.knob_classes import KnobClasses
from flow_synth.models import Family, new_model
from flow_synth.models.flow_class import ClassLatent, ClassModel
from flow_synth.models.latent import Draw
from flow_synth.models.model import Target
from flow_synth.models.settings import ModelSettings
from flow_synth.slider_coach import SliderCoach

#: One example in so many enters ``preset_density``, whose inverse may find one knob after the
#: other, and ``convergence``, which is over whole spectra.
COSTLY_DIVISOR = 4


class Weights(Frozen):
    """How much each term counts.

    The paper's objective has the first four weights at 1 and none of the others;
    ``reconstruction`` is the inverse of the variance of p(x|z) over standardised log-mel.

    ``preset_density`` is -log p of the presets under the prior carried by the regression flow. The
    other terms see the flow only where sounds lead, and it may squeeze whatever a sound does not
    tell: a preset's own z is then thousands of deviations away and lost to rounding. This keeps
    their z where the prior lies, and the inverse well conditioned.

    ``classes`` asks the encoder for the knobs in a second way, see
    :class:`~flow_synth.knob_classes.KnobClasses`, and ``chain`` teaches Flow_class which of them
    go together (:class:`~flow_synth.knob_chain.KnobChain`), from what the encoder hears as it is.
    ``ear`` teaches an :class:`~flow_synth.ear.Ear`, that of Flow_class or one beside the model,
    and ``sound`` is how far the inferred preset would sound from the target by that ear, over all
    of the spectrum alike; ``convergence`` likewise, but where it is loud. ``coach`` teaches a
    :class:`~flow_synth.slider_coach.SliderCoach`, which needs positions on the semantic axes, and
    ``sliders`` is how far a preset moved along an axis is from where it should sound, by that
    coach.

    What no weight asks for is neither run nor changed. With none but ``classes``, ``chain``,
    ``ear`` and ``coach`` a run teaches the encoder, the chain and the two judges alone, several
    times as fast, for another to start from. Flow_class falls into two halves: these, ``sound``
    and ``convergence`` ask for its ears alone, all others for its flow and its decoder.
    """

    reconstruction: float = Field(default=1.0, ge=0)
    latent_divergence: float = Field(default=1.0, ge=0)
    regression: float = Field(default=1.0, ge=0)
    flow_divergence: float = Field(default=1.0, ge=0)
    preset_density: float = Field(default=0.0, ge=0)
    classes: float = Field(default=0.0, ge=0)
    # Left out where it is none, so that runs without it keep their identity.
    chain: float = Field(default=0.0, ge=0, exclude_if=lambda weight: weight == 0)
    ear: float = Field(default=0.0, ge=0)
    coach: float = Field(default=0.0, ge=0)
    sound: float = Field(default=0.0, ge=0)
    convergence: float = Field(default=0.0, ge=0)
    sliders: float = Field(default=0.0, ge=0)

    def ask_to_hear(self, family: Family) -> bool:
        """Whether anything hangs on what the encoder hears."""
        asks = self.classes or self.sound or self.convergence
        return family is not Family.FLOW_CLASS or bool(asks)

    def ask_for_space(self, family: Family) -> bool:
        """Whether anything hangs on the audio space, and not on hearing alone."""
        others = {"classes", "chain", "ear", "coach"}
        if family is Family.FLOW_CLASS:
            others |= {"sound", "convergence"}
        return any(weight for name, weight in self if name not in others)

    @model_validator(mode="after")
    def _check(self) -> Self:
        for pupil, judge in (("sound", "ear"), ("convergence", "ear"), ("sliders", "coach")):
            if getattr(self, pupil) and not getattr(self, judge):
                raise ValueError(
                    f"weight '{pupil}' needs a judge that learns; set weight '{judge}' to 1, or "
                    f"'{pupil}' to 0"
                )
        if not any(weight for _, weight in self):
            raise ValueError("every weight is 0; set one that something can be learnt by")
        return self


class Judged(NamedTuple):
    """J >= B examples that judges learn from: those of a batch, then what a model proposed.

    Attributes:
        mel: [J, 128, 87] log-mel.
        values: [J, P] unit values, stepped knobs on their steps.
        unsnapped: [J, P] the same, stepped knobs anywhere within the reach of their steps,
            because judges of a model that learns judge what is on no step.
        notes: [J, 2] what was played, as an :class:`~flow_synth.ear.Ear` takes it.
        tags: [J, A] as those of the batch.
    """

    mel: Tensor
    values: Tensor
    unsnapped: Tensor
    notes: Tensor
    tags: Tensor

    def beside(self, others: "Judged") -> "Judged":
        """These and then others."""
        return Judged(*map(torch.cat, zip(self, others, strict=True)))


class Batch(NamedTuple):
    """B examples.

    Attributes:
        heard: [B, 128, 87] log-mel as the encoder hears it, perhaps with noise.
        mel: [B, 128, 87] log-mel to reconstruct.
        values: [B, P] unit values.
        spread: [B, P] the same, spread a little around them.
        tags: [B, A] of -1 and +1, or positions on the semantic axes; NaN where unknown.
        judged: what judges learn from; the first B are the batch itself.
    """

    heard: Tensor
    mel: Tensor
    values: Tensor
    spread: Tensor
    tags: Tensor
    judged: Judged


class Objective(nn.Module):
    """What a model is trained by.

    Args:
        settings: of the model that is trained.
        weights: of the terms.
        n_parameters: P.
        shape: (mel bands, frames).
        reconstructed_share: of every batch, which the decoder has to reconstruct.
    """

    def __init__(
        self,
        settings: ModelSettings,
        weights: Weights,
        n_parameters: int,
        shape: tuple[int, int] = MEL_SHAPE,
        reconstructed_share: float = 1.0,
    ) -> None:
        super().__init__()
        self.model = new_model(n_parameters, settings, shape)
        self.weights = weights
        self.reconstructed_share = reconstructed_share
        self.classes = (
            KnobClasses(settings.n_features, n_parameters)
            if weights.classes and settings.family is not Family.FLOW_CLASS
            else None
        )
        is_beside = weights.ear and not isinstance(self.model, ClassModel)
        self.ear_beside = Ear(n_parameters, shape, settings.n_ear) if is_beside else None
        self.coach = SliderCoach(n_parameters) if weights.coach else None
        self.hears = weights.ask_to_hear(settings.family)
        self.has_space = weights.ask_for_space(settings.family)
        self._choose_what_learns()

    def _choose_what_learns(self) -> None:
        self.model.requires_grad_(self.has_space)
        learns = [
            (self.model.encoder, self.hears),
            (self.knob_classes, self.hears),
            (self.chain, self.weights.chain),
            (self.ear, self.weights.ear),
        ]
        for part, weight in learns:
            if part is not None:
                part.requires_grad_(bool(weight))

    def train(self, mode: bool = True) -> Self:
        """An encoder that does not learn keeps its statistics, too."""
        super().train(mode)
        if not self.hears:
            self.model.encoder.eval()
        return self

    @property
    def chain(self) -> KnobChain | None:
        """What tells which classes go together, in models that have it."""
        latent = self.model.latent
        return latent.chain if isinstance(latent, ClassLatent) else None

    @property
    def ear(self) -> Ear | None:
        """What tells how presets sound: a part of the model, something beside it, or nothing."""
        return self.model.ear if isinstance(self.model, ClassModel) else self.ear_beside

    @property
    def knob_classes(self) -> KnobClasses | None:
        """What is asked for classes of knobs: the model itself, or something beside it."""
        latent = self.model.latent
        return latent.classes if isinstance(latent, ClassLatent) else self.classes

    def forward(self, batch: Batch, beta: float) -> dict[str, Tensor]:
        """Every term averaged over the batch, and their weighted sum.

        Args:
            batch: the examples.
            beta: warm-up factor in [0, 1] of the divergences and of what judges say.

        Returns:
            Scalars by name; ``loss`` is what to minimise.
        """
        model = self.model
        nothing = batch.values.new_zeros(len(batch.values), 0)
        hears = self.hears or self.weights.chain
        features = model.features(batch.heard) if hears else nothing
        draw: Draw | None = None
        inferred: Tensor | None = None
        terms: dict[str, Tensor] = {}
        # The flows run in full precision: their log-determinants are sums of many small terms.
        with torch.autocast(batch.heard.device.type, enabled=False):
            if self.has_space:
                draw, of_presets = self._of_presets(features.float(), batch)
                terms |= of_presets
            if self.weights.sound or self.weights.convergence:
                inferred = model.inferred(features.float(), draw)
        if draw is not None and model.decoder is not None:
            terms |= self._of_sounds(model.decoder, draw, batch)
        if draw is not None and self.coach is not None and self.weights.sliders:
            terms["sliders"] = self.coach.distance(model, draw.z)
        if self.weights.classes and self.knob_classes is not None:
            terms["classes"] = self.knob_classes.error(features, batch.values)
        if self.weights.chain and isinstance(model.latent, ClassLatent):
            terms["chain"] = model.latent.chain_error(features, batch.values)
        if self.weights.ear and self.ear is not None:
            terms |= self._of_ear(self.ear, batch, inferred)
        if self.coach is not None:
            terms["coach"] = self.coach.error(batch.judged.unsnapped, batch.judged.tags)
        return terms | {"loss": self.total(terms, beta)}

    def _of_presets(self, features: Tensor, batch: Batch) -> tuple[Draw, dict[str, Tensor]]:
        """Where sounds lie, and the terms of the knobs."""
        model, weights = self.model, self.weights
        target = Target(batch.values, batch.spread)
        draw, terms = model.learn(features, target, batch.tags)
        if weights.preset_density and "preset_density" not in terms:
            presets = batch.spread[: _costly(len(batch.spread))]
            terms["preset_density"] = -model.regressor.log_density(presets).mean()
        return draw, terms

    def _of_ear(self, ear: Ear, batch: Batch, inferred: Tensor | None) -> dict[str, Tensor]:
        """What the ear learns, and what it says of inferred presets [B, P], if there are any.

        If there are none, it learns for a search, which plays presets as the synth has them.
        """
        judged = batch.judged
        mel = self.model.normalisation.clipped(judged.mel)
        presets = judged.values if inferred is None else judged.unsnapped
        terms = {"ear": ear.error(presets, judged.notes, mel)}
        if inferred is None:
            return terms
        if self.weights.sound:
            own = slice(len(inferred))
            terms["sound"] = ear.distance(inferred, judged.notes[own], mel[own])
        if self.weights.convergence:
            few = slice(_costly(len(inferred)))
            terms["convergence"] = ear.convergence(inferred[few], judged.notes[few], mel[few])
        return terms

    def _of_sounds(self, decoder: nn.Module, draw: Draw, batch: Batch) -> dict[str, Tensor]:
        """The terms of the audio space: what it keeps of a sound, and at what cost."""
        n_rows = math.ceil(self.reconstructed_share * len(draw.z))
        reconstruction = decoder(draw.z[:n_rows]).float()
        target = self.model.normalisation(batch.mel[:n_rows])
        return {
            "latent_divergence": draw.divergence,
            "reconstruction": reconstruction_error(reconstruction, target),
        }

    def clip_gradients(self, maximum_norm: float) -> None:
        """Scales gradients down to a norm: those of each judge, and all others together.

        They share no parameter and no term, and a wild flow must not slow down who judges it.
        """
        judges = [judge for judge in (self.ear, self.coach) if judge is not None]
        theirs = {id(weight) for judge in judges for weight in judge.parameters()}
        others = [weight for weight in self.parameters() if id(weight) not in theirs]
        for part in (others, *(list(judge.parameters()) for judge in judges)):
            nn.utils.clip_grad_norm_(part, maximum_norm)

    def total(self, terms: Mapping[str, Tensor], beta: float) -> Tensor:
        """Weighted sum of the terms, the divergences also times beta (equation 2)."""
        weights = self.weights
        factors = {
            "reconstruction": weights.reconstruction,
            "latent_divergence": beta * weights.latent_divergence,
            "regression": weights.regression,
            "precision_divergence": weights.regression,
            "flow_divergence": beta * weights.flow_divergence,
            "parameter_divergence": beta * weights.flow_divergence,
            "preset_density": weights.preset_density,
            "classes": weights.classes,
            "chain": weights.chain,
            "ear": weights.ear,
            "coach": weights.coach,
            "sound": beta * weights.sound,
            "convergence": beta * weights.convergence,
            "sliders": beta * weights.sliders,
        }
        return torch.stack([factors[name] * term for name, term in terms.items()]).sum()


def _costly(n_rows: int) -> int:
    """So many first rows: those of n processes are together the first of the whole batch."""
    return -(-n_rows // COSTLY_DIVISOR)


def reconstruction_error(x: Tensor, target: Tensor) -> Tensor:
    """-log p(x|z) but for its constant: half the squared error, summed over bins (equation 2)."""
    return 0.5 * (x - target).square().sum((1, 2)).mean()
