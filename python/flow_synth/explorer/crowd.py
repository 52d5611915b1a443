"""How many may ask the explorer at once."""

from collections import Counter
from contextlib import ExitStack

import anyio
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: After so long somebody who was refused for want of room may ask again.
AGAIN_SECONDS = 2

#: What takes long, or much memory, and how many of it are answered at once or wait for that. A
#: sound is at most 20 MB; notes must not take all threads, which answer everything else, too.
_MOST = {
    ("POST", "/api/sounds"): (8, "sounds"),
    ("POST", "/api/render"): (16, "notes"),
}
_MOST_OTHERS = (64, "questions")
#: So long what is sent in vain is read, as browsers hear no answer before all is sent.
_READ_IN_VAIN_SECONDS = 10.0


class Crowd:
    """Refuses what could only wait for what others have asked, before any of it is kept.

    Args:
        app: what is asked.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._inside: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most, kind = _MOST.get((scope["method"], scope["path"]), _MOST_OTHERS)
        if self._inside[kind] >= most:
            await _read_in_vain(receive)
            sentence = (
                f"{most} {kind} are being answered or wait for that; ask again in "
                f"{AGAIN_SECONDS} s"
            )
            await JSONResponse({"error": sentence}, 429)(scope, receive, send)
            return
        with ExitStack() as stay:
            self._inside.update({kind: 1})
            stay.callback(self._inside.subtract, {kind: 1})

            async def send_and_leave(message: Message) -> None:
                # Whoever takes long to read an answer keeps nobody out.
                stay.close()
                await send(message)

            await self._app(scope, receive, send_and_leave)


async def _read_in_vain(receive: Receive) -> None:
    with anyio.move_on_after(_READ_IN_VAIN_SECONDS):
        while (await receive()).get("more_body"):
            pass
