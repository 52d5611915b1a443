"""Plays the cords of a patcher, as Max would: from right to left, and depth first.

What only passes messages on is played here; what does something in Max keeps what it hears, and
tests say what would come out of it.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from patcher_file import Attributes, PatcherFile, words

Atom = int | float | str
Message = tuple[Atom, ...]
Kept = TypeVar("Kept")

BANG: Message = ("bang",)


def atom(word: str) -> Atom:
    """A word of a text box."""
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def number_of(message: Message) -> float:
    """The first number of a message."""
    first = message[0]
    assert not isinstance(first, str), message
    return first


def _triggered(kind: str, message: Message) -> Message:
    """What an outlet of a trigger says."""
    if kind in ("b", "l"):
        return BANG if kind == "b" else message
    if kind == "s":
        return message[:1]
    if kind in ("i", "f"):
        number = number_of(message)
        return (int(number) if kind == "i" else float(number),)
    return (atom(kind),)


class PatchPlayer:
    """A patcher whose objects hear and say."""

    def __init__(self, patcher: PatcherFile) -> None:
        self._patcher = patcher
        #: What was heard: by which object, at which inlet, and what.
        self.heard: list[tuple[str, int, Message]] = []
        #: Players of other patchers in the same Set.
        self.others: list[PatchPlayer] = []
        self._kept: dict[tuple[str, int], Any] = {}
        self._reactions: dict[str, Callable[[Message], object]] = {}

    @property
    def boxes(self) -> Sequence[Attributes]:
        """All boxes."""
        return self._patcher.boxes

    def find(self, name: str) -> Attributes:
        """A box by its name, or by how its text begins."""
        return next(
            box
            for box in self._patcher.boxes
            if box.get("varname") == name
            or (box["maxclass"] != "comment" and str(box.get("text", "")).startswith(name))
        )

    def say(self, name: str, *message: Atom, outlet: int = 0) -> None:
        """Lets a message out of a box."""
        self._emit(self.find(name), outlet, message or BANG)

    def react(self, name: str, reaction: Callable[[Message], object]) -> None:
        """Does something as soon as an object hears a message."""
        self._reactions[str(self.find(name)["id"])] = reaction

    def told(self, name: str, inlet: int = 0) -> list[Message]:
        """What an object has heard, and is forgotten now."""
        box = self.find(name)
        found = [each[2] for each in self.heard if each[:2] == (box["id"], inlet)]
        self.heard = [each for each in self.heard if each[:2] != (box["id"], inlet)]
        return found

    def _emit(self, box: Attributes, outlet: int, message: Message) -> None:
        for cord in self._patcher.cords:
            if (cord.source, cord.outlet) == (box["id"], outlet):
                self._hear(self._patcher.by_id[cord.target], cord.inlet, message)

    def _hear(self, box: Attributes, inlet: int, message: Message) -> None:
        kind = (words(box) or [str(box["maxclass"])])[0].replace(".", "_").replace("+", "add")
        play: Callable[[Attributes, int, Message], None] | None
        play = getattr(self, f"_play_{kind}", None)
        if play is None:
            self.heard.append((str(box["id"]), inlet, message))
            if reaction := self._reactions.get(str(box["id"])):
                reaction(message)
        else:
            play(box, inlet, message)

    def _keep(self, box: Attributes, inlet: int, value: object) -> None:
        self._kept[str(box["id"]), inlet] = value

    def _recall(self, box: Attributes, inlet: int, otherwise: Kept) -> Kept:
        kept: Kept = self._kept.get((str(box["id"]), inlet), otherwise)
        return kept

    def _play_t(self, box: Attributes, inlet: int, message: Message) -> None:
        kinds = words(box)[1:]
        for outlet in reversed(range(len(kinds))):
            self._emit(box, outlet, _triggered(kinds[outlet], message))

    def _play_prepend(self, box: Attributes, inlet: int, message: Message) -> None:
        self._emit(box, 0, (*map(atom, words(box)[1:]), *message))

    def _play_route(self, box: Attributes, inlet: int, message: Message) -> None:
        choices = [atom(word) for word in words(box)[1:]]
        if message[0] in choices:
            self._emit(box, choices.index(message[0]), message[1:] or BANG)
        else:
            self._emit(box, len(choices), message)

    def _play_sel(self, box: Attributes, inlet: int, message: Message) -> None:
        choices = [atom(word) for word in words(box)[1:]]
        if message[0] in choices:
            self._emit(box, choices.index(message[0]), BANG)
        else:
            self._emit(box, len(choices), message)

    def _play_message(self, box: Attributes, inlet: int, message: Message) -> None:
        for part in str(box["text"]).split(", "):
            filled = re.sub(r"\$(\d)", lambda found: str(message[int(found[1]) - 1]), part)
            self._emit(box, 0, tuple(map(atom, filled.split())))

    def _play_pack(self, box: Attributes, inlet: int, message: Message) -> None:
        self._keep(box, inlet, message[0])
        if inlet == 0:
            defaults = list(map(atom, words(box)[1:]))
            values = [self._recall(box, at, value) for at, value in enumerate(defaults)]
            self._emit(box, 0, tuple(values))

    def _play_unpack(self, box: Attributes, inlet: int, message: Message) -> None:
        for outlet in reversed(range(len(message))):
            self._emit(box, outlet, (message[outlet],))

    def _play_gate(self, box: Attributes, inlet: int, message: Message) -> None:
        if inlet == 0:
            self._keep(box, 0, int(number_of(message)))
        elif opened := self._recall(box, 0, int(words(box)[2])):
            self._emit(box, opened - 1, message)

    def _play_expr(self, box: Attributes, inlet: int, message: Message) -> None:
        self._keep(box, inlet, message[0])
        if inlet != 0:
            return
        text = " ".join(words(box)[1:])
        if "$f" not in text:
            text = text.replace("/", "//")
        values = [self._recall(box, at, 0) for at in range(int(box["numinlets"]))]
        for at, value in enumerate(values, 1):
            text = text.replace(f"$i{at}", str(int(value))).replace(f"$f{at}", str(float(value)))
        result = eval(text)
        self._emit(box, 0, (int(result) if isinstance(result, bool) else result,))

    def _play_clip(self, box: Attributes, inlet: int, message: Message) -> None:
        low, high = map(float, words(box)[1:])
        self._emit(box, 0, (type(number_of(message))(min(max(number_of(message), low), high)),))

    def _play_add(self, box: Attributes, inlet: int, message: Message) -> None:
        self._emit(box, 0, (int(number_of(message)) + int(words(box)[1]),))

    def _play_f(self, box: Attributes, inlet: int, message: Message) -> None:
        if message != BANG:
            self._keep(box, 0, message[0])
        if inlet == 0:
            self._emit(box, 0, (self._recall(box, 0, float(words(box)[1])),))

    def _play_change(self, box: Attributes, inlet: int, message: Message) -> None:
        if message[0] != self._recall(box, 0, 0):
            self._keep(box, 0, message[0])
            self._emit(box, 0, message)

    def _play_accum(self, box: Attributes, inlet: int, message: Message) -> None:
        kept = self._recall(box, 0, int(words(box)[1]))
        if inlet == 1:
            self._keep(box, 0, kept + int(number_of(message)))
        elif message[0] == "set":
            self._keep(box, 0, message[1])
        else:
            assert message == BANG
            self._emit(box, 0, (kept,))

    def _play_midiflush(self, box: Attributes, inlet: int, message: Message) -> None:
        """Bytes of notes, three each; those that are held end on their own channels."""
        down: list[tuple[int, int]] = self._recall(box, 0, [])
        if message == BANG:
            for channel, pitch in down:
                for byte in (0x80 + channel, pitch, 0):
                    self._emit(box, 0, (byte,))
            self._keep(box, 0, [])
            return
        note = [*self._recall(box, 1, []), int(number_of(message))]
        self._keep(box, 1, note)
        if len(note) == 3:
            self._keep(box, 1, [])
            status, pitch, velocity = note
            held = [each for each in down if each != (status & 15, pitch)]
            is_on = status >> 4 == 9 and velocity > 0
            self._keep(box, 0, [*held, (status & 15, pitch)] if is_on else held)
        self._emit(box, 0, message)

    def _play_midiparse(self, box: Attributes, inlet: int, message: Message) -> None:
        note = [*self._recall(box, 0, []), int(number_of(message))]
        self._keep(box, 0, note)
        if len(note) == 3:
            self._keep(box, 0, [])
            status, pitch, velocity = note
            self._emit(box, 6, ((status & 15) + 1,))
            self._emit(box, 0, (pitch, velocity if status >> 4 == 9 else 0))

    def _play_zl_group(self, box: Attributes, inlet: int, message: Message) -> None:
        kept: tuple[Atom, ...] = self._recall(box, 0, ())
        if message == BANG:
            self._keep(box, 0, ())
            if kept:
                self._emit(box, 0, kept)
        else:
            self._keep(box, 0, (*kept, *message))

    def _play_zl_join(self, box: Attributes, inlet: int, message: Message) -> None:
        if inlet == 1:
            self._keep(box, 1, message)
        else:
            self._emit(box, 0, (*message, *self._recall(box, 1, ())))

    def _play_tosymbol(self, box: Attributes, inlet: int, message: Message) -> None:
        self._emit(box, 0, (" ".join(map(str, message)),))

    def _play_deferlow(self, box: Attributes, inlet: int, message: Message) -> None:
        self._emit(box, 0, message)

    def _play_sprintf(self, box: Attributes, inlet: int, message: Message) -> None:
        """Words are atoms of their own, unless one symbol is asked for."""
        parts = words(box)[1:]
        is_symbol = parts[0] == "symout"
        text = " ".join(parts[is_symbol:]) % number_of(message)
        self._emit(box, 0, (text,) if is_symbol else tuple(map(atom, text.split())))

    def _play_s(self, box: Attributes, inlet: int, message: Message) -> None:
        """What is sent comes out of all that receive it, here and in other patchers."""
        self.heard.append((str(box["id"]), inlet, message))
        for player in (self, *self.others):
            for other in player._patcher.boxes:
                if words(other)[:1] == ["r"] and words(other)[1] == words(box)[1]:
                    player._emit(other, 0, message)
