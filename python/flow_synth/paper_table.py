"""Table 1 of Esling et al. 2019, "Universal audio synthesizer control with normalizing flows".

The synthesizer was Diva and the data are others, so only orderings can be compared with ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flow_synth.metric import Measure
from flow_synth.results import TargetSet

#: What the rows are called; the paper's Flow_reg is our flow_post, with 16 IAF and without tags.
LABELS: Mapping[str, str] = {
    "mlp": "MLP",
    "cnn": "CNN",
    "res_cnn": "ResCNN",
    "ae": "AE",
    "vae": "VAE",
    "wae": "WAE",
    "vae_flow": "VAE_flow",
    "flow_post": "Flow_post",
    "flow_cond": "Flow_cond",
    "flow_dis": "Flow_dis",
}


@dataclass(frozen=True)
class Setting:
    """A third of the table: so many knobs, and what is imitated."""

    n_knobs: int
    targets: TargetSet

    @property
    def dataset(self) -> str:
        """The folder of the dataset on which it is measured here."""
        return f"amsynth-{self.n_knobs}"


FEW = Setting(16, TargetSet.TEST)
MANY = Setting(32, TargetSet.TEST)
OUT_OF_DOMAIN = Setting(32, TargetSet.OUT_OF_DOMAIN)

#: What every model of the paper's table was trained for.
EPOCHS = 500

_COLUMNS = (
    (FEW, Measure.MSE_N),
    (FEW, Measure.SC),
    (FEW, Measure.LOG_MEL_MSE),
    (MANY, Measure.MSE_N),
    (MANY, Measure.SC),
    (MANY, Measure.LOG_MEL_MSE),
    (OUT_OF_DOMAIN, Measure.SC),
    (OUT_OF_DOMAIN, Measure.LOG_MEL_MSE),
)
_MEANS: Mapping[str, tuple[float, ...]] = {
    "mlp": (0.236, 6.226, 9.548, 0.218, 13.51, 36.48, 2.348, 37.99),
    "cnn": (0.171, 1.372, 6.329, 0.159, 19.18, 33.40, 2.311, 29.22),
    "res_cnn": (0.191, 1.004, 6.422, 0.196, 10.37, 31.13, 2.322, 31.07),
    "ae": (0.181, 0.893, 5.557, 0.169, 5.566, 17.71, 1.225, 27.37),
    "vae": (0.182, 0.810, 4.901, 0.153, 5.519, 16.85, 1.237, 27.06),
    "wae": (0.159, 0.787, 4.979, 0.147, 3.967, 16.64, 1.194, 26.10),
    "vae_flow": (0.199, 0.838, 4.975, 0.164, 1.418, 17.74, 1.193, 27.03),
    "flow_post": (0.197, 0.752, 4.409, 0.193, 0.911, 16.61, 1.101, 26.07),
    "flow_dis": (0.199, 0.831, 5.103, 0.197, 1.481, 17.12, 1.209, 26.77),
}


def printed_mean(model: str, setting: Setting, measure: Measure) -> float:
    """What the paper prints of a model, without its spread.

    Raises:
        KeyError: it prints no such number.
    """
    return dict(zip(_COLUMNS, _MEANS[model], strict=True))[setting, measure]


def printed_means(dataset: str, targets: TargetSet, measure: Measure) -> Mapping[str, float]:
    """By model, the column of the paper that goes with a table of ours; empty if none does."""
    return {
        model: mean
        for model, means in _MEANS.items()
        for (setting, printed), mean in zip(_COLUMNS, means, strict=True)
        if (setting.dataset, setting.targets, printed) == (dataset, targets, measure)
    }
