"""What the explorer answers: the same as the package from Python, and a sentence to all else."""

import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from urllib.parse import unquote

import anyio
import numpy as np
import pytest
import soundfile
from commands_for_tests import write_tone
from decoders_for_tests import FAULTS, reads_or_fails
from explorers_for_tests import (
    ADDRESS,
    CRASHES,
    CRASHING,
    N_KNOBS,
    ManySines,
    asked,
    client_of,
    followed,
    little_breeding,
    open_sine,
    open_sines,
    sent,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from starlette.testclient import TestClient
from starlette.types import Message, Scope

from flow_synth.audio_file import read_audio
from flow_synth.explorer import listening as explorer_listening
from flow_synth.explorer import request as explorer_request
from flow_synth.explorer.decoder import Decoder
from flow_synth.models import Family
from flow_synth.preset import Preset
from flow_synth.site_builder import Opened
from flow_synth.stage import LocalStage, play_on_workers
from flow_synth.synth import Note, SynthError
from flow_synth.wishes import Wishes

UNITS = [0.5, 0.1, 0.9, 0.3, 0.0, 1.0, 0.25, 0.75]
#: What every question that sends JSON needs.
QUESTIONS: dict[str, dict[str, object]] = {
    "/api/matches": {"sound": "none"},
    "/api/render": {"units": UNITS},
    "/api/decode": {"z": UNITS},
    "/api/locate": {"units": UNITS},
    "/api/mutate": {"z": UNITS, "amount": 0.5},
    "/api/presets/file": {"name": "Pad", "units": UNITS},
}


@pytest.fixture(scope="module", autouse=True)
def breeding() -> Iterator[None]:
    with little_breeding():
        yield


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return open_sine(tmp_path_factory.mktemp("model"))


class FragileStage(LocalStage):
    """Fails on one preset, as a worker does that its synth ended."""

    def render(self, values: NDArray[np.float32], note: Note) -> NDArray[np.float32]:
        if np.array_equal(values, CRASHING):
            raise SynthError("it ended its process, or took too long")
        return super().render(values, note)


@pytest.fixture(scope="module")
def client(opened: Opened) -> Iterator[TestClient]:
    with client_of(opened, FragileStage(ManySines())) as asking:
        yield asking


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tone(tmp_path_factory.mktemp("sounds") / "tone.wav")


def samples(content: bytes) -> NDArray[np.float32]:
    audio: NDArray[np.float32] = soundfile.read(io.BytesIO(content), dtype="float32")[0].T
    return audio


def test_the_model_is_described(client: TestClient, opened: Opened) -> None:
    model = client.get("/api/model").json()
    assert (model["key"], model["synth"], model["preset_suffixes"]) == (
        "sine",
        "sine",
        [".preset.json"],
    )
    assert (model["has_candidates"], model["has_map"], model["plays_in_browser"]) == (
        True,
        False,
        False,
    )
    assert [knob["name"] for knob in model["knobs"]] == list(opened.flow_synth.synth.table.names)
    assert len(model["latent"]) == len(opened.description.latent)


def test_the_page_and_its_parts_are_there(client: TestClient) -> None:
    for address, kind in (
        ("/", "text/html; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/explore.js", "text/javascript; charset=utf-8"),
    ):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers
    for address in ("/data/map.js", "/scatterplot.js", "/libraries-licences.txt"):
        assert client.get(address).status_code == 404


def test_a_sound_is_heard_as_by_the_package(
    client: TestClient, opened: Opened, tone: Path
) -> None:
    sound, audio = sent(client, tone), read_audio(tone)
    z = opened.flow_synth.encode(audio.samples, audio.sample_rate_hz)
    np.testing.assert_allclose(sound["z"], z, atol=1e-5)
    assert (sound["name"], sound["seconds"]) == ("tone.wav", audio.seconds)
    assert sound["pitch"] == pytest.approx(57, abs=0.1)  # 220 Hz.
    np.testing.assert_array_equal(
        samples(client.get(f"/api/sounds/{sound['id']}").content), audio.samples
    )


def test_candidates_are_those_of_the_package(
    client: TestClient, opened: Opened, tone: Path
) -> None:
    locks = {"partial_2": 0.25}
    news = followed(client, asked(client, sent(client, tone), candidates=3, locks=locks, seed=7))
    expected = opened.flow_synth.matches(
        tone, wishes=Wishes(3, locks=locks, seed=7), stage=LocalStage(ManySines())
    )
    revisions = [one["revision"] for one in news]
    assert revisions == sorted(set(revisions))
    assert (news[-1]["state"], news[-1]["share"], news[-1]["error"]) == ("done", 1.0, None)
    assert news[-1]["played"] >= 16
    found = news[-1]["candidates"]
    assert [one["rank"] for one in found] == [1, 2, 3]
    for one, match in zip(found, expected, strict=True):
        assert one["name"] == match.preset.name
        np.testing.assert_array_equal(one["units"], match.preset.values)
        np.testing.assert_allclose(one["z"], match.latent, atol=1e-6)
        assert one["similarity_percent"] == pytest.approx(match.measures.similarity_percent)
        for measure, value in asdict(match.measures).items():
            assert one.get(measure, value) == pytest.approx(value)
        assert {*one["remarks"], *news[-1]["remarks"]} == set(match.remarks)
        heard = samples(client.get(one["audio"]).content)
        np.testing.assert_allclose(heard, match.audio, atol=1 / 2**15)  # 16 bits.


def test_a_search_ends_when_its_time_is_over(client: TestClient, tone: Path) -> None:
    news = followed(client, asked(client, sent(client, tone), seconds=0.3))
    assert news[-1]["state"] == "done"
    assert len(news[-1]["candidates"]) == 1


def test_a_note_is_that_of_the_package(client: TestClient, opened: Opened) -> None:
    preset = Preset("", np.array(UNITS, np.float32))
    for asks, note in (({}, Note()), ({"note": 48.5, "velocity": 30}, Note(48.5, 30))):
        answer = client.post("/api/render", json={"units": UNITS, **asks})
        assert answer.headers["content-type"] == "audio/wav"
        expected = opened.flow_synth.render(preset, note)
        np.testing.assert_array_equal(samples(answer.content), expected)


def test_a_preset_that_crashes_costs_its_own_note_alone(client: TestClient) -> None:
    check_that_a_crash_costs_one_note(client)


@pytest.mark.slow
def test_so_does_one_that_crashes_a_worker(opened: Opened) -> None:
    with (
        play_on_workers(opened.flow_synth.synth, CRASHES, opener=open_sines, workers=1) as stage,
        client_of(opened, stage) as client,
    ):
        check_that_a_crash_costs_one_note(client)


def check_that_a_crash_costs_one_note(client: TestClient) -> None:
    crashed = client.post("/api/render", json={"units": CRASHING.tolist()})
    assert crashed.status_code == 503
    assert "cannot be played: it ended its process" in crashed.json()["error"]
    assert client.post("/api/render", json={"units": UNITS}).status_code == 200


def test_to_locate_is_the_inverse_of_to_decode(client: TestClient, opened: Opened) -> None:
    z = client.post("/api/locate", json={"units": UNITS}).json()["z"]
    np.testing.assert_array_equal(z, opened.flow_synth.locate(UNITS))
    units = client.post("/api/decode", json={"z": z}).json()["units"]
    np.testing.assert_allclose(units, UNITS, atol=1e-3)


def test_a_mutation_goes_its_way_and_leaves_locked_knobs(client: TestClient) -> None:
    def mutated(**asks: object) -> dict[str, list[float]]:
        answer: dict[str, list[float]] = client.post(
            "/api/mutate", json={"z": [0.1] * N_KNOBS, **asks}
        ).json()
        return answer

    assert mutated(amount=0)["z"] == [0.1] * N_KNOBS
    first, again, other = (mutated(amount=0.5, seed=seed) for seed in (1, 1, 2))
    assert first == again != other

    held = mutated(amount=0.5, locks={"partial_3": 0.75})
    assert held["units"][2] == 0.75
    for one in (first, held):
        units = client.post("/api/decode", json={"z": one["z"]}).json()["units"]
        np.testing.assert_allclose(units, one["units"], atol=1e-4)


def test_a_mutation_that_locks_hold_lies_nowhere_without_an_inverse(tmp_path: Path) -> None:
    opened = open_sine(tmp_path, Family.VAE)
    question = {"z": [0.1] * len(opened.description.latent), "amount": 0.5}
    with client_of(opened, LocalStage(ManySines())) as client:
        held = client.post("/api/mutate", json={**question, "locks": {"partial_3": 0.75}}).json()
        free = client.post("/api/mutate", json=question).json()
    assert held["z"] is None
    assert free["z"] is not None


def test_a_preset_file_is_read_as_it_was_written(client: TestClient, opened: Opened) -> None:
    file = client.post("/api/presets/file", json={"name": "Pad 1/2 ü", "units": UNITS})
    shown = file.headers["content-disposition"]
    assert unquote(shown) == "attachment; filename*=utf-8''Pad 1-2 ü.preset.json"
    read = client.post("/api/presets?name=pad.preset.json", content=file.content).json()
    assert read["name"] == "Pad 1/2 ü"
    np.testing.assert_allclose(read["units"], UNITS, atol=1e-6)
    np.testing.assert_allclose(read["z"], opened.flow_synth.locate(read["units"]), atol=1e-6)


def test_a_name_that_is_no_text_is_shown_as_one(client: TestClient) -> None:
    file = client.post("/api/presets/file", json={"name": "Pad", "units": UNITS}).json()
    content = json.dumps({**file, "name": "\ud800\nPad"})
    read = client.post("/api/presets?name=pad.preset.json", content=content)
    assert read.json()["name"] == "? Pad"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("pad.bank", b"amSynth", "'pad.bank' is no name for a preset of 'sine'"),
        ("pad.preset.json", b"[1, 2", "pad.preset.json is not a preset file"),
        ("pad.preset.json", b"[" * 100_000, "pad.preset.json is not a preset file"),
        ("../pad.preset.json", b"{}", "pad.preset.json is not a preset file; its 'format'"),
        ("pad.preset.json", b"", "/api/presets was sent nothing"),
    ],
)
def test_what_is_no_preset_is_refused(
    client: TestClient, name: str, content: bytes, sentence: str
) -> None:
    answer = client.post("/api/presets", params={"name": name}, content=content)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(sentence)


def test_uploads_are_limited(client: TestClient, tone: Path) -> None:
    whole = tone.read_bytes()
    for content, status, sentence in (
        (bytes(20_000_001), 413, "/api/sounds was sent more than 20 MB"),
        (b"", 400, "/api/sounds was sent nothing"),
        (b"no sound", 415, "a b.wav is not a sound file"),
        (whole[:-2000], 415, "a b.wav is shorter than its header says"),
    ):
        answer = client.post("/api/sounds", params={"name": "/x/a\nb.wav"}, content=content)
        assert answer.status_code == status
        assert answer.json()["error"].startswith(sentence)


def test_a_hostile_file_costs_itself_alone(opened: Opened, tone: Path) -> None:
    decoder = Decoder(reads_or_fails, seconds=2)
    with client_of(opened, LocalStage(ManySines()), decoder) as client:
        for fault in FAULTS:
            answer = client.post("/api/sounds?name=bad.wav", content=fault)
            assert answer.status_code == 415, fault
            assert answer.json()["error"].startswith("bad.wav ")
        sent(client, tone)


def test_a_body_must_come(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer_request, "BODY_SECONDS", 0.1)
    with client_of(opened, LocalStage(ManySines())) as client:
        statuses = []

        async def never() -> Message:
            await anyio.sleep_forever()
            raise AssertionError("unreachable")

        async def send(message: Message) -> None:
            statuses.append(message.get("status"))

        for path in ("/api/sounds", "/api/presets"):
            anyio.run(client.app, scope_of("POST", path), never, send)
        assert statuses == [408, None] * 2


def scope_of(method: str, path: str, query: bytes = b"") -> Scope:
    headers = [(b"host", b"localhost")]
    asked = {"method": method, "path": path, "headers": headers, "query_string": query}
    return {"type": "http", "root_path": "", **asked}


def test_who_has_left_does_not_watch_a_match(client: TestClient, tone: Path) -> None:
    address = asked(client, sent(client, tone), seconds=60)
    left = [{"type": "http.disconnect"}, {"type": "http.request"}]
    answers: list[Message] = []

    async def receive() -> Message:
        return left.pop() if len(left) > 1 else left[0]

    async def send(message: Message) -> None:
        answers.append(message)

    # Whoever stays is answered when there is news, and there is none.
    anyio.run(client.app, scope_of("GET", address, b"since=9999"), receive, send)
    assert json.loads(answers[1]["body"])["state"] in ("waiting", "running")
    client.delete(address)
    assert followed(client, address)[-1]["state"] == "cancelled"


def test_a_name_of_dots_is_no_name(client: TestClient, tone: Path) -> None:
    for name in (".", "..", "a/..", "/", " "):
        answer = client.post("/api/sounds", params={"name": name}, content=tone.read_bytes())
        assert answer.json()["name"] == "sound"


def test_what_is_gone_is_said_to_be(
    opened: Opened, tone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explorer_listening, "N_SOUNDS", 2)
    monkeypatch.setattr(explorer_listening, "N_MATCHES", 2)
    with client_of(opened, LocalStage(ManySines())) as client:
        first, *others = (sent(client, tone) for _ in range(3))
        assert client.get(f"/api/sounds/{first['id']}").status_code == 404
        answer = client.post("/api/matches", json={"sound": first["id"]})
        assert answer.status_code == 409
        assert answer.json()["error"].endswith("is gone; send it again")
        addresses = [asked(client, others[0]) for _ in range(3)]
        assert client.get(addresses[0]).status_code == 404
        (last,) = followed(client, addresses[2])[-1:]
        for rank in (len(last["candidates"]) + 1, 0, -1, "first", "9" * 5000):
            assert client.get(f"{addresses[2]}/sounds/{rank}").status_code == 404
    for method, address, status in (
        ("GET", "/nothing", 404),
        ("POST", "/api/model", 405),
        ("DELETE", "/api/matches/none", 404),
    ):
        answer = client.request(method, address)
        assert answer.status_code == status
        assert answer.json()["error"]


def test_a_question_about_a_match_waits_for_news(
    client: TestClient, tone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = asked(client, sent(client, tone))
    end = followed(client, address)[-1]
    # There will be none.
    assert client.get(f"{address}?since={end['revision']}").json() == end
    assert client.get(f"{address}?since=0").json() == end
    for since in ("x", "1.5", "", "9" * 30):
        assert client.get(f"{address}?since={since}").status_code == 400


@pytest.mark.parametrize("address", QUESTIONS)
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"[]", b"null", b"{}", b'{"units": 1}', b"[" * 100_000, b'"\\ud800"'],
)
def test_a_body_that_is_no_question_is_refused(
    client: TestClient, address: str, body: bytes
) -> None:
    answer = client.post(address, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(address)
    plain = client.post(address, content=body, headers={"Content-Type": "text/plain"})
    assert plain.status_code == 415


@pytest.mark.parametrize(
    ("address", "changes"),
    [
        ("/api/render", {"units": UNITS[:-1]}),
        ("/api/render", {"units": [*UNITS, 0.5]}),
        ("/api/render", {"units": [1.5, *UNITS[1:]]}),
        ("/api/render", {"units": [float("nan"), *UNITS[1:]]}),
        ("/api/render", {"units": ["0.5", *UNITS[1:]]}),
        ("/api/render", {"note": 128}),
        ("/api/render", {"velocity": 0}),
        ("/api/render", {"velocity": 1.5}),
        ("/api/decode", {"z": UNITS[:-1]}),
        ("/api/decode", {"z": [float("inf"), *UNITS[1:]]}),
        ("/api/decode", {"z": [1e39, *UNITS[1:]]}),
        ("/api/locate", {"units": []}),
        ("/api/mutate", {"z": UNITS[:-1]}),
        ("/api/mutate", {"amount": 1.5}),
        ("/api/mutate", {"locks": {"cutoff": 1}}),
        ("/api/mutate", {"seed": -1}),
        ("/api/presets/file", {"name": ""}),
        ("/api/presets/file", {"suffix": ".exe"}),
        ("/api/presets/file", {"suffix": "/x.preset.json"}),
        ("/api/presets/file", {"suffix": "/../../x.preset.json"}),
        ("/api/presets/file", {"units": UNITS[:-1]}),
        ("/api/matches", {"candidates": 0}),
        ("/api/matches", {"candidates": 17}),
        ("/api/matches", {"seconds": 61}),
        ("/api/matches", {"unknown": 1}),
    ],
)
def test_what_cannot_be_done_is_refused(
    client: TestClient, address: str, changes: dict[str, object]
) -> None:
    body = json.dumps({**QUESTIONS[address], **changes})
    answer = client.post(address, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]


def test_wishes_that_no_sound_can_have_are_refused(client: TestClient, tone: Path) -> None:
    sound = sent(client, tone)
    for wishes in ({"locks": {"cutoff": 1}}, {"locks": {"partial_1": 7}}, {"seed": 2**64}):
        answer = client.post("/api/matches", json={"sound": sound["id"], **wishes})
        assert answer.status_code == 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=8)
        | st.dictionaries(
            st.sampled_from(["units", "z", "sound", "amount", "locks", "seed", "name", "note"])
            | st.text(),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    address=st.sampled_from([*QUESTIONS]),
    changes=st.dictionaries(st.sampled_from(["units", "z", "locks", "name", "seed"]), JSON),
    other=JSON | st.none(),
)
def test_no_body_breaks_it(
    client: TestClient, address: str, changes: dict[str, object], other: object
) -> None:
    for content in (json.dumps({**QUESTIONS[address], **changes}), json.dumps(other)):
        headers = {"Content-Type": "application/json"}
        # An exception of ours would come through here.
        answer = client.post(address, content=content, headers=headers)
        assert answer.status_code in (200, 202, 400, 409, 503)
        if answer.status_code >= 400:
            assert answer.json()["error"]


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_other_sites_are_refused(client: TestClient, headers: dict[str, str]) -> None:
    assert client.get("/api/model", headers=headers).status_code == 403
    assert client.get("/api/model", headers={"Origin": ADDRESS}).status_code == 200


def test_a_model_without_candidates_has_one_answer(tmp_path: Path, tone: Path) -> None:
    with client_of(open_sine(tmp_path, Family.FLOW_POST), LocalStage(ManySines())) as client:
        assert not client.get("/api/model").json()["has_candidates"]
        sound = sent(client, tone)
        answer = client.post("/api/matches", json={"sound": sound["id"], "candidates": 2})
        assert answer.status_code == 400
        last = followed(client, asked(client, sound))[-1]
        assert (last["state"], len(last["candidates"])) == ("done", 1)
        np.testing.assert_array_equal(last["candidates"][0]["units"], sound["units"])
