"""What is asked of a match, and when its search ends."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flow_synth.error import InputError


@dataclass(frozen=True)
class Budget:
    """When a refinement ends: after so many seconds or so many renders, whichever comes first."""

    seconds: float = math.inf
    renders: float = math.inf

    @classmethod
    def parse(cls, text: str) -> "Budget":
        """``10s`` is so many seconds, ``200`` so many renders.

        Raises:
            InputError: it is neither.
        """
        try:
            number = float(text.removesuffix("s"))
        except ValueError:
            number = math.nan
        if not 0 < number < math.inf:
            raise InputError(
                f"a refinement of {text!r} cannot be made; give seconds, such as '10s', or a "
                "number of renders, such as '200'"
            )
        return cls(seconds=number) if text.endswith("s") else cls(renders=number)


@dataclass(frozen=True, eq=False)
class Wishes:
    """What is asked of a match.

    Attributes:
        n_candidates: different presets in the result, the best first.
        budget: of the search for better ones; None for no search.
        locks: human values of knobs that stay, by name.
        seed: of all random choices.
        is_cancelled: asked after every batch of renders; what was found by then counts.
        progress: is told how many presets were played, and the fitness of the best in dB.
    """

    n_candidates: int = 1
    budget: Budget | None = None
    locks: Mapping[str, float | str] = field(default_factory=dict)
    seed: int = 0
    is_cancelled: Callable[[], bool] = lambda: False
    progress: Callable[[int, float], None] = lambda _played, _total: None

    @property
    def needs_stage(self) -> bool:
        """Whether more is played than the one preset of the result."""
        return self.n_candidates > 1 or self.budget is not None
