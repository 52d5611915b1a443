"""The explorer on a port of this machine."""

import asyncio
import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from flow_synth.error import InputError
from flow_synth.explorer.app import Explorer
from flow_synth.explorer.decoder import Decoder
from flow_synth.site_builder import open_models

#: Browsers open six a tab. A process may have about 1000 files open, and connections are some.
MOST_CONNECTIONS = 256
#: Browsers also open some for later; one that has asked nothing by then is closed.
SILENT_SECONDS = 10.0

#: A process that counts what others leave behind says so when it clears it away after Ctrl-C.
_QUIET = "ignore::UserWarning:multiprocessing.resource_tracker"


class Connection(H11Protocol):
    """Is closed at once if there are too many, and soon if nothing is asked."""

    # uvicorn narrows what asyncio gives, too.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See :class:`asyncio.Protocol`."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.close()
        else:
            self.loop.call_later(SILENT_SECONDS, self._close_if_silent)

    def _close_if_silent(self) -> None:
        if self.cycle is None:
            self.transport.close()


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A port of this machine; whoever asks there waits until somebody answers.

    Args:
        host: an address or name of this machine.
        port: 0 for a free one.

    Raises:
        InputError: there is no such address, the port is taken, or it is not ours to take.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InputError(
                f"port {port} of {host} is taken; give another one by --port, or 0 for a free one"
            ) from error
        raise InputError(
            f"port {port} of {host!r} cannot be opened ({error.strerror}); give an address of "
            "this machine by --host, and a port from 1024 to 65535, or 0 for a free one"
        ) from error
    with listener:
        yield listener


def address(listener: socket.socket) -> str:
    """What to open in a browser on this machine."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def open_explorer(model: str, synth: str | None) -> Iterator[Explorer]:
    """Opens a model, and the processes that play it.

    Args:
        model: its name, or the path of its file.
        synth: the path of a plug-in's description.

    Raises:
        InputError: the model or its synth cannot be opened.
    """
    told = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = f"{told},{_QUIET}" if told else _QUIET
    decoder = Decoder()
    (opened,) = open_models([model], synth)
    with opened.flow_synth.stage() as stage:
        explorer = Explorer(opened, stage, decoder)
        try:
            yield explorer
        finally:
            explorer.close()


def serve(explorer: Explorer, listener: socket.socket, host: str) -> NoReturn:
    """Answers until Ctrl-C, which ends the program at once."""
    config = uvicorn.Config(
        explorer.app(host),
        http=Connection,
        # What fails is said by the application itself.
        log_config=None,
        log_level="critical",
        access_log=False,
        ws="none",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        # Pages wait for news; nobody waits for pages.
        timeout_graceful_shutdown=0,
    )
    with suppress(KeyboardInterrupt):  # uvicorn raises it again when it is done.
        uvicorn.Server(config).run(sockets=[listener])
    # To end its processes one by one would take seconds; without this one they end by themselves.
    os._exit(0)
