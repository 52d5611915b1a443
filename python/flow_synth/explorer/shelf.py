"""What the explorer keeps for its visitors: the newest things, by names that nobody guesses."""

import secrets
from collections.abc import Callable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Shelf(Generic[Thing]):
    """The newest things; what a new one pushes off the other end is gone.

    Args:
        places: how many there are.
        on_leaving: is told what was pushed off.
    """

    def __init__(
        self, places: int, on_leaving: Callable[[Thing], None] = lambda _thing: None
    ) -> None:
        self._places = places
        self._on_leaving = on_leaving
        self._things: dict[str, Thing] = {}

    def put(self, thing: Thing) -> str:
        """Keeps a thing, and gives its name."""
        name = secrets.token_urlsafe(9)
        self._things[name] = thing
        if len(self._things) > self._places:
            oldest = next(iter(self._things))
            self._on_leaving(self._things.pop(oldest))
        return name

    def get(self, name: str) -> Thing | None:
        """The thing of this name, if it is still here."""
        return self._things.get(name)

    def all(self) -> list[Thing]:
        """Everything, the oldest first."""
        return list(self._things.values())
