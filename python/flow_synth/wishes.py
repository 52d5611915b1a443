"""What is asked of a match, and when its search ends."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flow_synth.error import InputError


@dataclass(frozen=True)
class Budget:
    """When a search ends: after so many seconds or so many renders, whichever comes first.

    A batch of renders that has begun is played to its end.

    Raises:
        InputError: neither is given, the time is not above 0, or it is less than one render.
    """

    seconds: float = math.inf
    renders: float = math.inf

    def __str__(self) -> str:
        return f"{self.renders:g}" if math.isinf(self.seconds) else f"{self.seconds:g}s"

    def __post_init__(self) -> None:
        has_end = min(self.seconds, self.renders) < math.inf
        if not (has_end and self.seconds > 0 and self.renders >= 1):
            raise InputError(
                f"a search of {self.seconds:g} s and {self.renders:g} renders cannot be made; "
                "give seconds above 0, or 1 render and more"
            )

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
        is_whole = text.isdecimal() and number >= 1
        is_time = text.endswith("s") and 0 < number < math.inf
        if not (is_whole or is_time):
            raise InputError(
                f"a refinement of {text!r} cannot be made; give seconds, such as '10s', or a "
                "whole number of renders, such as '200'"
            )
        return cls(seconds=number) if is_time else cls(renders=number)


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

    Raises:
        InputError: there are fewer than one candidates, or the seed is below 0.
    """

    n_candidates: int = 1
    budget: Budget | None = None
    locks: Mapping[str, float | str] = field(default_factory=dict)
    seed: int = 0
    is_cancelled: Callable[[], bool] = lambda: False
    progress: Callable[[int, float], None] = lambda _played, _total: None

    def __post_init__(self) -> None:
        for what, number, least in (
            ("candidates", self.n_candidates, 1),
            ("seed", self.seed, 0),
        ):
            if number < least:
                raise InputError(f"{what} {number} cannot be asked for; give {least} or more")

    @property
    def needs_stage(self) -> bool:
        """Whether so much is played that worker processes should do it."""
        return self.n_candidates > 1 or self.budget is not None
