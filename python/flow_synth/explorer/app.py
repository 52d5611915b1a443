"""The explorer as an application of the web: the page, what it asks for, and how it is refused."""

import logging

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from flow_synth.error import InputError
from flow_synth.explorer.answer import in_thread, model_answer
from flow_synth.explorer.crowd import Crowd
from flow_synth.explorer.decoder import Decoder
from flow_synth.explorer.guard import Guard
from flow_synth.explorer.knobs import Knobs
from flow_synth.explorer.listening import Listening
from flow_synth.explorer.page import ExplorerPage
from flow_synth.explorer.preset import PresetFiles
from flow_synth.explorer.request import Refusal
from flow_synth.site_builder import Opened
from flow_synth.stage import Stage
from flow_synth.synth import SynthError

_LOG = logging.getLogger(__name__)


class Explorer:
    """A model, what was sent to it, and what it was asked.

    Args:
        opened: the model, its synth and its map.
        stage: plays presets.
        decoder: reads sound files.
    """

    def __init__(self, opened: Opened, stage: Stage, decoder: Decoder) -> None:
        files = PresetFiles(opened.flow_synth.synth)
        self._page = ExplorerPage(opened)
        self._model_answer = model_answer(
            opened, files, plays_in_browser=self._page.plays, has_map=self._page.has_map
        )
        self._listening = Listening(opened.flow_synth, stage, decoder)
        self._knobs = Knobs(opened.flow_synth, stage, files)

    def app(self, host: str) -> ASGIApp:
        """What a server runs that is bound to ``host``."""
        application = Starlette(
            routes=[
                Route("/", self._html),
                Route("/style.css", self._style),
                Route("/explore.js", self._script),
                Route("/scatterplot.js", self._plot),
                Route("/libraries-licences.txt", self._licences),
                Route("/data/instrument.js", self._instrument),
                Route("/data/map.js", self._map),
                Route("/api/model", self._model),
                *self._listening.routes,
                *self._knobs.routes,
            ],
            exception_handlers={
                Refusal: _refused,
                InputError: _misused,
                SynthError: _unplayed,
                HTTPException: _no_such_address,
                ClientDisconnect: _unheard,
                Exception: _broken,
            },
        )
        # Around all of it: answers to what fails are guarded, too.
        return Guard(Crowd(application), host)

    def close(self) -> None:
        """Ends what is being matched."""
        self._listening.close()

    async def _html(self, _: Request) -> Response:
        return HTMLResponse(self._page.html(self._model_answer))

    async def _style(self, _: Request) -> Response:
        return Response(self._page.style, media_type="text/css")

    async def _script(self, _: Request) -> Response:
        return _javascript(self._page.script)

    async def _instrument(self, _: Request) -> Response:
        return _javascript(await in_thread(lambda: self._page.instrument))

    async def _map(self, _: Request) -> Response:
        return _javascript(await in_thread(lambda: self._page.map))

    async def _plot(self, _: Request) -> Response:
        return _javascript(self._page.plot)

    async def _licences(self, _: Request) -> Response:
        return Response(_part(self._page.licences), media_type="text/plain")

    async def _model(self, _: Request) -> Response:
        return JSONResponse(self._model_answer)


def _javascript(script: str | None) -> Response:
    return Response(_part(script), media_type="text/javascript")


def _part(content: str | None) -> str:
    if content is None:
        raise Refusal(404, "the model has no such part; /api/model says which it has")
    return content


def _answer(status: int, sentence: str) -> Response:
    # Names in a request may be no valid text, and must not break the answer that quotes them.
    valid = sentence.encode("utf-8", "replace").decode()
    return JSONResponse({"error": valid}, status)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return _answer(error.status, str(error))


async def _misused(_: Request, error: Exception) -> Response:
    return _answer(400, str(error))


async def _unplayed(_: Request, error: Exception) -> Response:
    return _answer(503, f"the preset cannot be played: {error}; give another preset")


async def _no_such_address(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    asked = f"{request.method} {request.url.path}"
    return _answer(
        error.status_code,
        f"{asked}: {error.detail.lower()}; docs/explore.md says what can be asked",
    )


async def _unheard(_: Request, _error: Exception) -> Response:
    return _answer(400, "the upload broke off; send it again")


async def _broken(request: Request, error: Exception) -> Response:
    _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _answer(500, "flow-synth failed, and said why where it was started; try something else")
