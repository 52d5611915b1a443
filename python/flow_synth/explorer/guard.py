"""Who may ask the explorer, pages that came from it at the address that it has; and how many."""

from collections import Counter
from contextlib import ExitStack
from ipaddress import ip_address
from urllib.parse import urlsplit

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Hosts that are this machine, and nothing but.
LOOPBACK = ("localhost", "127.0.0.1", "::1")
#: Hosts that are every address of this machine.
EVERYWHERE = ("0.0.0.0", "::")

_HEADERS = {
    # The worklet is a data: address, as the page may also be opened from disk; and what draws the
    # map compiles its drawing commands. No answer becomes part of the page but as text.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-eval' data:; "
        "img-src 'self' data:; media-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


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


class Guard:
    """Lets in what names this server, from no other site; and says what the answers may do.

    Any page of the web can ask a server on loopback, and one whose own name is made to point to
    127.0.0.1 (DNS rebinding) could read the answers.

    Args:
        app: what is guarded.
        host: that is bound.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                if message["status"] == 429:
                    headers["Retry-After"] = str(AGAIN_SECONDS)
            await send(message)

        asked = Headers(scope=scope)
        refused = self._refused(asked.get("host", ""), asked.get("origin"))
        answer: ASGIApp = JSONResponse({"error": refused}, 403) if refused else self._app
        await answer(scope, receive, send_with_headers)

    def _refused(self, host: str, origin: str | None) -> str | None:
        if not self._is_own(host):
            return (
                f"the host {host!r} is not this server; open it by the address that "
                "'flow-synth explore' printed"
            )
        if origin not in (None, f"http://{host}"):
            return (
                f"a page of {origin!r} may not ask this server; open the address that "
                "'flow-synth explore' printed"
            )
        return None

    def _is_own(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        if name in (self._host, *LOOPBACK):
            return True
        # No name can be made to point to an address that is written in numbers.
        return self._host in EVERYWHERE and name is not None and _is_number(name)


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


def _is_number(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
