"""Who may ask: pages of this server, by its own address."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

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
