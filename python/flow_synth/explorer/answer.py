"""What the explorer answers, as JSON: numbers with their units in their names."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar

import anyio
import numpy as np
from numpy.typing import NDArray
from starlette.responses import Response

from flow_synth.explorer.match import Candidate, MatchRun
from flow_synth.explorer.preset import PresetFiles
from flow_synth.explorer.sound import HeardSound
from flow_synth.model_file import OptionalMethod
from flow_synth.site_builder import Opened

Json = dict[str, Any]
Given = ParamSpec("Given")
Result = TypeVar("Result")


async def in_thread(
    work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
) -> Result:
    """Does what takes a while, so that others are answered meanwhile."""
    # A server that ends does not wait for it.
    return await anyio.to_thread.run_sync(partial(work, *args, **kwargs), abandon_on_cancel=True)


def wave(content: bytes) -> Response:
    """A WAV file."""
    return Response(content, media_type="audio/wav")


def model_answer(
    opened: Opened, presets: PresetFiles, *, plays_in_browser: bool, has_map: bool
) -> Json:
    """What a page must know of the model."""
    description = opened.description
    key, synth = opened.key, description.synth
    return {
        "key": key,
        "synth": synth,
        "title": key if key == synth else f"{key}, a model of {synth}",
        "plays_in_browser": plays_in_browser,
        "has_candidates": OptionalMethod.SAMPLE in description.methods,
        "has_map": has_map,
        "latent": [f"z{number}" for number in range(len(description.latent))],
        "knobs": [knob.model_dump(mode="json") for knob in description.parameters.parameters()],
        "preset_suffixes": presets.suffixes,
    }


def sound_answer(name: str, sound: HeardSound) -> Json:
    """A sound that was sent."""
    return {
        "id": name,
        "name": sound.name,
        "seconds": sound.audio.seconds,
        "pitch": sound.pitch.note if sound.pitch else None,
        "z": numbers(sound.z),
        "units": numbers(sound.units),
    }


def match_answer(address: str, run: MatchRun) -> Json:
    """Where a match stands, and what it found; its sounds are below ``address``."""
    news = run.news
    return {
        "revision": news.revision,
        "state": news.state,
        "played": news.played,
        "best_db": number(news.best_db),
        "share": news.share,
        "error": news.error,
        "candidates": [
            {**_candidate(rank, one, news.remarks), "audio": f"{address}/sounds/{rank}"}
            for rank, one in enumerate(news.candidates, 1)
        ],
        "remarks": news.remarks,
    }


def _candidate(rank: int, one: Candidate, said: tuple[str, ...]) -> Json:
    measures = one.measures
    return {
        "rank": rank,
        "name": one.name,
        "units": numbers(one.units),
        "z": numbers(one.z),
        "similarity_percent": number(measures.similarity_percent),
        "mss_db": number(measures.mss_db),
        "sc": number(measures.sc),
        "level_db": number(measures.level_db),
        "remarks": [remark for remark in one.remarks if remark not in said],
    }


def number(value: float | None) -> float | None:
    """JSON has neither NaN nor infinity."""
    return value if value is not None and math.isfinite(value) else None


def numbers(values: NDArray[np.float32]) -> list[float]:
    """An array as JSON."""
    listed: list[float] = values.tolist()
    return listed
