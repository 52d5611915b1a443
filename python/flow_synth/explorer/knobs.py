"""Knobs and their places in the audio space, played, moved, read and written for the explorer."""

from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from flow_synth.audio_file import wav
from flow_synth.error import InputError
from flow_synth.explorer.answer import in_thread, numbers, wave
from flow_synth.explorer.preset import OWN, PresetFiles
from flow_synth.explorer.request import (
    LARGEST_PRESET_BYTES,
    DecodeRequest,
    LocateRequest,
    MutateRequest,
    PresetRequest,
    RenderRequest,
    given_name,
    read_body,
    read_json,
)
from flow_synth.library import FlowSynth
from flow_synth.lock import Locks
from flow_synth.model_file import OptionalMethod
from flow_synth.preset import Preset
from flow_synth.preset_map import shown_name
from flow_synth.stage import Stage
from flow_synth.synth import SAMPLE_RATE_HZ, Note


class Knobs:
    """What can be done with presets of a model's synth.

    Args:
        flow_synth: model and synth.
        stage: plays presets.
        files: preset files of the synth.
    """

    def __init__(self, flow_synth: FlowSynth, stage: Stage, files: PresetFiles) -> None:
        self._flow_synth = flow_synth
        self._stage = stage
        self._files = files

    @property
    def routes(self) -> list[Route]:
        """The addresses."""
        return [
            Route(f"/api/{name}", answer, methods=["POST"])
            for name, answer in (
                ("render", self._render),
                ("decode", self._decode),
                ("locate", self._locate),
                ("mutate", self._mutate),
                ("presets", self._read_preset),
                ("presets/file", self._write_preset),
            )
        ]

    async def _render(self, request: Request) -> Response:
        asked = await read_json(request, RenderRequest)
        values, note = self._units(asked.units), Note(asked.note, asked.velocity)
        audio = await in_thread(self._stage.render, values, note)
        return wave(wav(audio, SAMPLE_RATE_HZ))

    async def _decode(self, request: Request) -> Response:
        asked = await read_json(request, DecodeRequest)
        return JSONResponse({"units": numbers(await in_thread(self._flow_synth.decode, asked.z))})

    async def _locate(self, request: Request) -> Response:
        asked = await read_json(request, LocateRequest)
        return JSONResponse({"z": numbers(await in_thread(self._flow_synth.locate, asked.units))})

    async def _mutate(self, request: Request) -> Response:
        asked = await read_json(request, MutateRequest)
        locks = Locks.of(self._flow_synth.synth.table, asked.locks)
        deviations = [one.standard_deviation for one in self._flow_synth.description.latent]
        generator = np.random.default_rng(asked.seed)
        steps = asked.amount * np.array(deviations) * generator.standard_normal(len(deviations))
        place = np.array(asked.z)
        if place.shape == steps.shape:  # Another one is refused when it is decoded.
            place = place + steps
        units = locks.held(await in_thread(self._flow_synth.decode, place))
        # Knobs that are held lie elsewhere than the place whose other knobs they get.
        z = await self._located(units) if asked.locks else place.tolist()
        return JSONResponse({"z": z, "units": numbers(units)})

    async def _read_preset(self, request: Request) -> Response:
        name = given_name(request, "preset")
        content = await read_body(request, LARGEST_PRESET_BYTES)
        preset = await in_thread(self._files.read, content, name)
        name, units = shown_name(preset.name, 1), numbers(preset.values)
        z = await self._located(preset.values)
        return JSONResponse({"name": name, "units": units, "z": z})

    async def _write_preset(self, request: Request) -> Response:
        asked = await read_json(request, PresetRequest)
        preset = Preset(shown_name(asked.name, 1), self._units(asked.units))
        suffix = asked.suffix or OWN
        content = await in_thread(self._files.write, preset, suffix)
        file = quote(f"{preset.name}{suffix}".replace("/", "-"), safe="")
        return Response(
            content,
            media_type="application/octet-stream",
            headers={"Content-Disposition": f"attachment; filename*=utf-8''{file}"},
        )

    async def _located(self, units: NDArray[np.float32]) -> list[float] | None:
        """Where knobs lie, if the model can tell."""
        if OptionalMethod.INVERT not in self._flow_synth.description.methods:
            return None
        return numbers(await in_thread(self._flow_synth.locate, units))

    def _units(self, units: tuple[float, ...]) -> NDArray[np.float32]:
        """[P] checked."""
        n_knobs = len(self._flow_synth.synth.table)
        if len(units) != n_knobs:
            raise InputError(f"a preset has {len(units)} units; give {n_knobs}, one for each knob")
        return np.array(units, np.float32)
