"""What the explorer is asked: bodies of limited size, checked before anything is done."""

from typing import Annotated, TypeVar

import anyio
from pydantic import Field, ValidationError
from starlette.requests import Request

from flow_synth.frozen import Frozen
from flow_synth.preset_map import shown_name
from flow_synth.toml_file import refusal

LARGEST_SOUND_BYTES = 20_000_000
LARGEST_PRESET_BYTES = 1_000_000
LARGEST_JSON_BYTES = 250_000
MOST_CANDIDATES = 16
MOST_SECONDS = 60
#: In which a body must have come; the largest one takes half of it at 5 Mbit/s.
BODY_SECONDS = 60.0

#: So many times what is allowed is read and thrown away, as browsers hear no answer before all is
#: sent.
_PATIENCE = 10
_LONGEST_NAME = 100

Unit = Annotated[float, Field(ge=0, le=1)]
#: No model has learnt anything so far out, and single precision holds it.
Coordinate = Annotated[float, Field(ge=-1e6, le=1e6)]
Human = float | str
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Asked = TypeVar("Asked", bound=Frozen)


class Refusal(Exception):
    """An answer that is no: a status of HTTP, and one sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class MatchRequest(Frozen):
    """To find presets for a sound; ``seconds`` is for how long to search for better ones."""

    sound: str
    candidates: int = Field(1, ge=1, le=MOST_CANDIDATES)
    seconds: float = Field(0, ge=0, le=MOST_SECONDS)
    locks: dict[str, Human] = Field(default_factory=dict)
    seed: Seed = 0


class RenderRequest(Frozen):
    """To play a note."""

    units: tuple[Unit, ...]
    note: float = Field(60, ge=0, le=127)
    velocity: int = Field(100, ge=1, le=127)


class DecodeRequest(Frozen):
    """To turn a place in the audio space into knobs."""

    z: tuple[Coordinate, ...]


class LocateRequest(Frozen):
    """To find the place of knobs."""

    units: tuple[Unit, ...]


class MutateRequest(Frozen):
    """To go a random way from a place."""

    z: tuple[Coordinate, ...]
    amount: float = Field(ge=0, le=1)
    locks: dict[str, Human] = Field(default_factory=dict)
    seed: Seed = 0


class PresetRequest(Frozen):
    """To write the file of a preset, as the kind that its name shall end in."""

    name: str = Field(min_length=1, max_length=200)
    units: tuple[Unit, ...]
    suffix: str = ""


async def read_body(request: Request, most: int) -> bytes:
    """The body of a request.

    Raises:
        Refusal: it is empty, larger than ``most`` bytes, or does not come.
    """
    content, size = bytearray(), 0
    with anyio.move_on_after(BODY_SECONDS) as limit:
        async for chunk in request.stream():
            size += len(chunk)
            if size <= most:
                content += chunk
            if size > _PATIENCE * most:
                break
    if limit.cancelled_caught:
        raise Refusal(
            408, f"{request.url.path} was not sent within {BODY_SECONDS:g} s; send it again"
        )
    if size > most:
        raise Refusal(
            413, f"{request.url.path} was sent more than {most / 1e6:g} MB; send at most so many"
        )
    if not content:
        raise Refusal(400, f"{request.url.path} was sent nothing; send a file, or JSON")
    return bytes(content)


async def read_json(request: Request, kind: type[Asked]) -> Asked:
    """The body of a request as JSON.

    Raises:
        Refusal: it says that it is something else, is too large, is none, or asks for what there
            is not.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refusal(
            415,
            f"{request.url.path} was sent {media_type or 'a body of no kind'!r}; send JSON, and "
            "Content-Type application/json",
        )
    body = await read_body(request, LARGEST_JSON_BYTES)
    try:
        return kind.model_validate_json(body, strict=True)
    except ValidationError as error:
        advice = "docs/explore.md says what can be asked"
        raise Refusal(400, str(refusal(request.url.path, error, advice))) from error


def given_name(request: Request, otherwise: str) -> str:
    """The name of an upload, as its address gives it: without folders, on one line."""
    name = request.query_params.get("name", "").replace("\\", "/").rpartition("/")[2]
    return shown_name(name[-_LONGEST_NAME:], 1) if name.strip(". ") else otherwise
