"""Who may ask the explorer: pages that came from it, at the address that it has."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flow_synth.explorer.crowd import AGAIN_SECONDS

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


def _is_number(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
