"""The explorer as a process: what it prints, whom it lets in, how it ends and comes back."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx2
import pytest
from commands_for_tests import Run, write_tone

from flow_synth.error import InputError
from flow_synth.explorer.server import MOST_CONNECTIONS, address, listening

#: On a busy machine.
SECONDS = 120.0
#: Frames of an MP3 file that hold nonsense.
DAMAGED = (b"\xff\xfb\x90\x44" + bytes(range(3, 256)) + bytes(160)) * 20


@contextmanager
def started(port: int = 0) -> "Iterator[tuple[subprocess.Popen[str], str]]":
    """A running explorer and its address; a session of its own, as a terminal gives one."""
    command = [sys.executable, "-m", "flow_synth", "explore", "--port", str(port)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_tone(tmp_path_factory.mktemp("sounds") / "tone.wav").read_bytes()


@pytest.mark.slow
def test_it_answers_and_ends_at_once(tone: bytes) -> None:
    with started() as (process, place):
        assert place.startswith("http://127.0.0.1:")
        with httpx2.Client(base_url=place, timeout=SECONDS) as client:
            assert client.get("/api/model").json()["synth"] == "builtin"
            sound = client.post("/api/sounds?name=tone.wav", content=tone).json()
            # Its reader writes pages about it, which nobody shall have in a terminal.
            client.post("/api/sounds?name=damaged.mp3", content=DAMAGED)
            with socket.create_connection((client.base_url.host, client.base_url.port)) as rude:
                head = f"POST /api/sounds HTTP/1.1\r\nHost: {client.base_url.netloc.decode()}\r\n"
                rude.sendall(f"{head}Content-Length: 1000\r\n\r\nhalf of it".encode())
            wish = {"sound": sound["id"], "candidates": 2, "seconds": 60}
            match = client.post("/api/matches", json=wish).json()["id"]
            news = {"revision": 0, "played": 0}
            while not news["played"]:
                news = client.get(f"/api/matches/{match}?since={news['revision']}").json()
        begun = time.monotonic()
        # As Ctrl-C in a terminal: all its processes are told.
        os.killpg(process.pid, signal.SIGINT)
        out, complaints = process.communicate(timeout=SECONDS)
        # The match goes on for a minute, and its workers take seconds to be ended in order.
        assert time.monotonic() - begun < 10
        assert process.returncode == 0
        assert not out
        assert not complaints.strip()


@pytest.mark.slow
def test_connections_in_which_nothing_is_asked_are_closed() -> None:
    with started() as (process, place), ExitStack() as open_ones:
        where = ("127.0.0.1", int(place.rpartition(":")[2]))

        def opened(first: bytes) -> socket.socket:
            one = open_ones.enter_context(socket.create_connection(where, SECONDS))
            one.sendall(first)
            return one

        silent = [opened(b"GET / HT"[: 4 * (k % 3)]) for k in range(MOST_CONNECTIONS)]
        # There is no room for more, until these are closed.
        assert opened(b"").recv(1) == b""
        assert {one.recv(1) for one in silent} == {b""}
        assert httpx2.get(f"{place}/api/model", timeout=SECONDS).status_code == 200
        process.kill()
        assert not process.communicate(timeout=SECONDS)[1].strip()


@pytest.mark.slow
def test_killed_it_comes_back_at_the_same_port(tone: bytes) -> None:
    with started() as (process, place):
        port = int(place.rpartition(":")[2])
        with httpx2.Client(base_url=place, timeout=SECONDS) as client:
            sound = client.post("/api/sounds?name=tone.wav", content=tone).json()
        process.send_signal(signal.SIGKILL)
        process.wait(SECONDS)
    with (
        started(port) as (_, place),
        httpx2.Client(base_url=place, timeout=SECONDS) as client,
    ):
        assert place == f"http://127.0.0.1:{port}"
        lost = client.post("/api/matches", json={"sound": sound["id"]})
        assert lost.status_code == 409
        assert lost.json()["error"].endswith("is gone; send it again")
        again = client.post("/api/sounds?name=tone.wav", content=tone).json()
        assert (again["z"], again["units"]) == (sound["z"], sound["units"])


def test_a_taken_port_and_a_wrong_host_are_refused(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = run("explore", "--port", port)
    (sentence,) = outcome.sentences
    assert outcome.code == 2
    assert f"port {port} of 127.0.0.1 is taken; give another one by --port" in sentence
    outcome = run("explore", "--host", "nowhere.invalid")
    assert outcome.code == 2
    assert "'nowhere.invalid' cannot be opened" in outcome.sentences[0]
    assert run("explore", "no-model", "--port", 0).code == 2


def test_a_free_port_is_taken_and_told() -> None:
    with listening("127.0.0.1", 0) as listener:
        host, port = listener.getsockname()
        assert address(listener) == f"http://{host}:{port}"
        assert port > 0
        with pytest.raises(InputError, match="is taken"), listening("127.0.0.1", port):
            pass
    with listening("0.0.0.0", 0) as listener:  # No browser opens that.
        assert address(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"
