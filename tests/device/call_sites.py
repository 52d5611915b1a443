"""Where scripts call a method, and with which arguments."""

import re
from collections.abc import Iterator

_OPENING, _CLOSING = "([{", ")]}"


#: Texts, expressions between slashes, and what is said of both beside them.
_TOKEN = re.compile(
    r"""
      (?P<comment> //[^\n]* | /\*.*?\*/ )
    | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | `(?:\\.|[^`\\])*`
    | (?<=[(,=:\[!&|?]) \s* /(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\[\n])+/
    | .
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens(source: str) -> list[str]:
    """A script in pieces: whole texts, single letters of all else; comments are left out."""
    return [found[0] for found in _TOKEN.finditer(source) if not found["comment"]]


def _arguments(pieces: Iterator[str]) -> list[str]:
    """What stands between commas, up to the parenthesis that closes."""
    depth = 0
    found = [""]
    for piece in pieces:
        depth += (piece in _OPENING) - (piece in _CLOSING)
        if depth < 0:
            break
        if piece == "," and depth == 0:
            found.append("")
        else:
            found[-1] += piece
    return [argument.strip() for argument in found if argument.strip()]


def calls(source: str, method: str) -> Iterator[list[str]]:
    """The arguments of every call of a method, as they stand in the script.

    Args:
        source: the script.
        method: with what it is a method of, as in `outlets.view`; in the script may stand before
            that what it belongs to, as in `this.device.outlets.view`.
    """
    pieces = ["\n", *tokens(source)]
    wanted = [*f"{method}("]
    for at in range(1, len(pieces) - len(wanted)):
        is_whole = not re.match(r"\w", pieces[at - 1][-1])
        if is_whole and pieces[at : at + len(wanted)] == wanted:
            yield _arguments(iter(pieces[at + len(wanted) :]))


def literal(argument: str) -> str | None:
    """The text of a plain literal; none of what is worked out when the script runs."""
    found = re.fullmatch(r'"([^"]*)"', argument)
    return found[1] if found else None
