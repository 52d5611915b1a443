"""Sounds that are sent to the explorer, and the matches that are asked for them."""

import time

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from flow_synth.error import InputError
from flow_synth.explorer.answer import in_thread, match_answer, sound_answer, wave
from flow_synth.explorer.decoder import Decoder
from flow_synth.explorer.match import MatchQueue, MatchRun
from flow_synth.explorer.request import (
    LARGEST_SOUND_BYTES,
    MatchRequest,
    Refusal,
    given_name,
    read_body,
    read_json,
)
from flow_synth.explorer.shelf import Shelf
from flow_synth.explorer.sound import HeardSound
from flow_synth.library import FlowSynth
from flow_synth.stage import Stage
from flow_synth.wishes import Budget, Wishes

N_SOUNDS = 32
N_MATCHES = 64
#: A question about a match is answered after so long, whatever there is.
WATCH_SECONDS = 20.0
_LOOK_SECONDS = 0.05
_SHOWN = 40


class Listening:
    """Sounds and matches, by their names.

    Args:
        flow_synth: model and synth.
        stage: plays presets.
        decoder: reads sound files.
    """

    def __init__(self, flow_synth: FlowSynth, stage: Stage, decoder: Decoder) -> None:
        self._flow_synth = flow_synth
        self._decoder = decoder
        self._queue = MatchQueue(flow_synth, stage)
        self._sounds: Shelf[HeardSound] = Shelf(N_SOUNDS)
        self._matches: Shelf[MatchRun] = Shelf(N_MATCHES, MatchRun.cancel)

    @property
    def routes(self) -> list[Route]:
        """Their addresses."""
        return [
            Route("/api/sounds", self._add_sound, methods=["POST"]),
            Route("/api/sounds/{id}", self._sound),
            Route("/api/matches", self._add_match, methods=["POST"]),
            Route("/api/matches/{id}", self._watch_match),
            Route("/api/matches/{id}", self._cancel_match, methods=["DELETE"]),
            Route("/api/matches/{id}/sounds/{rank}", self._candidate_sound),
        ]

    def close(self) -> None:
        """Ends what is being matched."""
        for run in self._matches.all():
            run.cancel()
        self._queue.close()

    async def _add_sound(self, request: Request) -> Response:
        name = given_name(request, "sound")
        content = await read_body(request, LARGEST_SOUND_BYTES)
        try:
            audio = await self._decoder.decode(content, name)
        except InputError as error:
            raise Refusal(415, str(error)) from error
        sound = await in_thread(HeardSound.of, self._flow_synth, name, audio)
        return JSONResponse(sound_answer(self._sounds.put(sound), sound), 201)

    async def _sound(self, request: Request) -> Response:
        name = request.path_params["id"]
        sound = self._sounds.get(name)
        if sound is None:
            raise Refusal(404, f"the sound {name[:_SHOWN]!r} is gone; send it again")
        return wave(sound.file)

    async def _add_match(self, request: Request) -> Response:
        asked = await read_json(request, MatchRequest)
        sound = self._sounds.get(asked.sound)
        if sound is None:
            raise Refusal(409, f"the sound {asked.sound[:_SHOWN]!r} is gone; send it again")
        budget = Budget(seconds=asked.seconds) if asked.seconds else None
        run = MatchRun(sound, Wishes(asked.candidates, budget, asked.locks, asked.seed))
        self._queue.add(run)
        return JSONResponse({"id": self._matches.put(run)}, 202)

    async def _watch_match(self, request: Request) -> Response:
        run = self._match(request)
        since = request.query_params.get("since", "-1")
        if not since.removeprefix("-").isdecimal() or len(since) > 9:
            raise Refusal(400, f"since is {since[:20]!r}; give the last revision, a whole number")
        end = time.monotonic() + WATCH_SECONDS
        run.watch()
        while run.news.revision <= int(since) and time.monotonic() < end:
            # Whoever is gone does not watch.
            if run.news.state.is_final or await request.is_disconnected():
                break
            run.watch()
            await anyio.sleep(_LOOK_SECONDS)
        return JSONResponse(match_answer(request.url.path, run))

    async def _cancel_match(self, request: Request) -> Response:
        run = self._match(request)
        run.cancel()
        return JSONResponse(match_answer(request.url.path, run))

    async def _candidate_sound(self, request: Request) -> Response:
        candidates, rank = self._match(request).news.candidates, request.path_params["rank"]
        # Compared as text: a number of any length may be asked for.
        found = {str(number): one for number, one in enumerate(candidates, 1)}.get(rank)
        if found is None:
            raise Refusal(
                404, f"there is no such candidate among {len(candidates)}; take another one"
            )
        return wave(found.sound)

    def _match(self, request: Request) -> MatchRun:
        name = request.path_params["id"]
        run = self._matches.get(name)
        if run is None:
            raise Refusal(404, f"the match {name[:_SHOWN]!r} is gone; match the sound again")
        return run
