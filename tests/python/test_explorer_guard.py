"""Who may ask: pages of this server, by its own address; and how many at once."""

from collections import Counter

import anyio
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message, Scope

from flow_synth.explorer.crowd import AGAIN_SECONDS, Crowd
from flow_synth.explorer.guard import Guard


async def answered(_: Request) -> Response:
    return PlainTextResponse("in")


APP = Starlette(routes=[Route("/", answered, methods=["GET", "POST"])])


def status(bound: str, host: str, origin: str | None = None) -> int:
    client = TestClient(Guard(APP, bound))
    headers = {"Host": host, **({"Origin": origin} if origin else {})}
    return int(client.post("/", headers=headers).status_code)


@pytest.mark.parametrize(
    ("bound", "host"),
    [
        ("127.0.0.1", "127.0.0.1:8642"),
        ("127.0.0.1", "localhost:8642"),
        ("127.0.0.1", "LOCALHOST"),
        ("::1", "[::1]:8642"),
        ("192.168.1.5", "192.168.1.5:8642"),
        ("studio.local", "studio.local:8642"),
        ("0.0.0.0", "192.168.1.5:8642"),
        ("::", "[fe80::1]:8642"),
    ],
)
def test_its_own_address_is_let_in(bound: str, host: str) -> None:
    assert status(bound, host) == 200
    assert status(bound, host, f"http://{host}") == 200
    for other in ("null", "https://evil.example", f"https://{host}", f"http://{host}0"):
        assert status(bound, host, other) == 403


@pytest.mark.parametrize("bound", ["127.0.0.1", "0.0.0.0"])
@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8642", "127.0.0.1.evil.example", "[", "", "a@b@c", "x:y"],
)
def test_other_names_are_refused(bound: str, host: str) -> None:
    assert status(bound, host) == 403


def test_an_address_of_another_machine_is_refused() -> None:
    assert status("127.0.0.1", "192.168.1.5:8642") == 403
    assert status("192.168.1.5", "192.168.1.6:8642") == 403


class Askers:
    """Ask all at once what is answered when the gate opens, and never read an answer's body."""

    def __init__(self) -> None:
        self.gate = anyio.Event()
        self.statuses: Counter[int] = Counter()
        self.again: set[bytes] = set()
        route = Route("/{path:path}", self._answered, methods=["GET", "POST"])
        self._guarded = Guard(Crowd(Starlette(routes=[route])), "")

    async def _answered(self, _: Request) -> Response:
        await self.gate.wait()
        return PlainTextResponse("in")

    async def ask(self, method: str, path: str) -> None:
        body = [{"type": "http.request", "more_body": more} for more in (False, True, True)]

        async def receive() -> Message:
            return body.pop()

        async def send(message: Message) -> None:
            if message["type"] == "http.response.body":
                await anyio.sleep_forever()
            self.statuses[message["status"]] += 1
            if message["status"] == 429:
                assert not body, "browsers hear no answer before all is sent"
                self.again.add(dict(message["headers"])[b"retry-after"])

        headers = [(b"host", b"localhost")]
        scope: Scope = {"type": "http", "method": method, "path": path, "headers": headers}
        await self._guarded(scope, receive, send)


@pytest.mark.parametrize(
    ("method", "path", "most"),
    [("POST", "/api/sounds", 8), ("POST", "/api/render", 16), ("GET", "/api/matches/x", 64)],
)
def test_who_could_only_wait_is_refused_until_others_are_answered(
    method: str, path: str, most: int
) -> None:
    async def crowded() -> None:
        askers = Askers()
        async with anyio.create_task_group() as group:
            for _ in range(most + 3):
                group.start_soon(askers.ask, method, path)
            await anyio.wait_all_tasks_blocked()
            assert askers.statuses == {429: 3}
            assert askers.again == {str(AGAIN_SECONDS).encode()}
            # Others are answered meanwhile.
            group.start_soon(askers.ask, "POST", "/api/decode" if most < 64 else "/api/render")
            askers.gate.set()
            await anyio.wait_all_tasks_blocked()
            assert askers.statuses == {429: 3, 200: most + 1}
            group.start_soon(askers.ask, method, path)
            await anyio.wait_all_tasks_blocked()
            assert askers.statuses == {429: 3, 200: most + 2}
            group.cancel_scope.cancel()

    anyio.run(crowded)
