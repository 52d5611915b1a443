"""A flow whose layers' parameters are random variables, as in the paper's Flow_cond."""

import torch
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence

from flow_synth.autoregressive import AffineAutoregressive
from flow_synth.flow import Chain, Flow, FlowKind
from flow_synth.global_batch import normal_like

#: Log-variance of the parameters at the start: they hardly differ from their means.
INITIAL_LOG_VARIANCE = -6.0

#: Bounds of that log-variance; beyond them exp() gains nothing but overflow.
LOG_VARIANCE_BOUNDS = (-14.0, 6.0)


class StochasticAutoregressive(AffineAutoregressive):
    """An affine autoregressive layer with random parameters psi_i = (m_i, a_i).

    q(psi_i | x_<i) = N(mean_i(x_<i), diag exp(log_variance_i(x_<i))): the masked network amortises
    means and log-variances alike. ``forward`` and ``inverse`` use the means: exact and the same
    every time. For a fixed draw of the noise, psi_i is a function of x_<i alone, so that the
    Jacobian of ``sample`` is triangular too.

    References:
        Equation 14 of Esling et al. 2019, https://arxiv.org/abs/1907.00971

    Args:
        n_dimensions: D.
        n_hidden: units of each hidden layer of the masked network.
        n_context: size of the context vector; 0 if there is none.
        prior_std: deviation of the prior N(0, prior_std^2) of every parameter.
    """

    n_parameters = 4

    def __init__(
        self,
        n_dimensions: int,
        n_hidden: int = 128,
        n_context: int = 0,
        prior_std: float = 1.0,
    ) -> None:
        super().__init__(n_dimensions, n_hidden, n_context)
        self.prior_std = prior_std
        nn.init.constant_(self.made.last.bias[2 * n_dimensions :], INITIAL_LOG_VARIANCE)

    def moments(self, x: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x [..., D] -> mean and log-variance of q(psi|x), [..., 2 D]: of all m, then of all a."""
        mean, log_variance = self.made(x, context).chunk(2, dim=-1)
        return mean, log_variance.clamp(*LOG_VARIANCE_BOUNDS)

    def sample(self, x: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """One draw of psi for each example and dimension, by reparametrisation.

        Returns:
            y [..., D], log|det dy/dx| [...] and KL[q(psi|x) || N(0, prior_std^2)] [...] in nats,
            summed over dimensions.
        """
        mean, log_variance = self.moments(x, context)
        deviation = torch.exp(0.5 * log_variance)
        shift, raw = (mean + deviation * normal_like(mean, training=self.training)).chunk(2, -1)
        log_scale = torch.tanh(raw)
        # The check of values would wait for the GPU in every layer.
        posterior = Normal(mean, deviation, validate_args=False)
        divergence = kl_divergence(posterior, Normal(0.0, self.prior_std, validate_args=False))
        return x * torch.exp(log_scale) + shift, log_scale.sum(-1), divergence.sum(-1)


class StochasticFlow(Chain):
    """A chain of stochastic autoregressive layers.

    Args:
        n_dimensions: D.
        n_layers: length of the chain.
        n_hidden: units of each hidden layer of each masked network.
        n_context: size of the context vector; 0 for an unconditional flow.
        prior_std: deviation of the prior of every parameter of every layer.
    """

    def __init__(
        self,
        n_dimensions: int,
        n_layers: int = 16,
        n_hidden: int = 128,
        n_context: int = 0,
        prior_std: float = 1.0,
    ) -> None:
        super().__init__(
            StochasticAutoregressive(n_dimensions, n_hidden, n_context, prior_std)
            for _ in range(n_layers)
        )
        self.sizes = (n_dimensions, n_layers, n_hidden, n_context)

    def mean_flow(self) -> Flow:
        """The IAF that ``forward`` and ``inverse`` compute, with a copy of its weights."""
        flow = Flow(FlowKind.IAF, *self.sizes)
        own = self.state_dict()
        # The means come first among each network's outputs.
        means = {name: own[name][: len(tensor)] for name, tensor in flow.state_dict().items()}
        flow.load_state_dict(means)
        return flow

    def sample(self, x: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """``forward`` with parameters drawn anew for each example, dimension and layer.

        Returns:
            y [..., D], log|det dy/dx| [...] and KL[q(psi|x) || p(psi)] [...] in nats, summed over
            dimensions and layers: the first term of equation 14, at this draw's path.
        """
        log_det = torch.zeros_like(x[..., 0])
        divergence = torch.zeros_like(log_det)
        for index, layer in enumerate(self.layers):
            assert isinstance(layer, StochasticAutoregressive)
            x, log_det_change, divergence_change = layer.sample(
                x.flip(-1) if index else x, context
            )
            log_det = log_det + log_det_change
            divergence = divergence + divergence_change
        return x, log_det, divergence
