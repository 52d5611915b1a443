"""The engine's C interface, called as a host in any language would."""

import ctypes
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from ctypes import POINTER, c_char_p, c_float, c_int, c_int32, c_size_t, c_uint32, c_void_p
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from flow_synth import _native

GOLDEN = Path(__file__).parents[1] / "golden"
ENGINE = next(Path(_native.__file__).parent.glob("*flow_synth_engine.*"))
EMPTY, LOADING, READY, FAILED = range(4)
RATE_HZ = 48000


class Recording(ctypes.Structure):
    _fields_ = (
        ("audio", POINTER(c_float)),
        ("n_samples", c_size_t),
        ("sample_rate_hz", c_int32),
        ("number", c_uint32),
    )


class Answer(ctypes.Structure):
    _fields_ = (
        ("number", c_uint32),
        ("knobs", POINTER(c_float)),
        ("latent", POINTER(c_float)),
        ("n_knobs", c_size_t),
    )

    def arrays(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        knobs = np.ctypeslib.as_array(self.knobs, (self.n_knobs,)).copy()
        return knobs, np.ctypeslib.as_array(self.latent, (self.n_knobs,)).copy()


class Search(ctypes.Structure):
    _fields_ = (
        ("number", c_uint32),
        ("n_candidates", c_size_t),
        ("held", POINTER(c_float)),
        ("n_knobs", c_size_t),
    )


class Candidates(ctypes.Structure):
    _fields_ = (
        ("number", c_uint32),
        ("n_candidates", c_size_t),
        ("knobs", POINTER(c_float)),
        ("similarities_percent", POINTER(c_float)),
        ("n_knobs", c_size_t),
    )


Take = ctypes.CFUNCTYPE(c_int, c_void_p, POINTER(Recording))
Tell = ctypes.CFUNCTYPE(None, c_void_p, POINTER(Answer))


class Listener(ctypes.Structure):
    _fields_ = (("context", c_void_p), ("take", Take), ("answer", Tell))


@pytest.fixture(scope="module")
def fs() -> ctypes.CDLL:
    library = ctypes.CDLL(str(ENGINE))
    session = c_void_p
    library.fs_abi_version.restype = c_uint32
    library.fs_create.restype, library.fs_create.argtypes = session, [c_char_p, c_size_t]
    library.fs_destroy.restype, library.fs_destroy.argtypes = None, [session]
    library.fs_load.restype, library.fs_load.argtypes = None, [session, c_char_p]
    library.fs_get_state.argtypes = [session]
    library.fs_error.restype, library.fs_error.argtypes = c_char_p, [session]
    library.fs_info.restype, library.fs_info.argtypes = c_char_p, [session]
    library.fs_submit.restype = None
    library.fs_submit.argtypes = [session, POINTER(Recording)]
    library.fs_poll.argtypes = [session, POINTER(Answer)]
    library.fs_find.restype = None
    library.fs_find.argtypes = [session, POINTER(Search)]
    library.fs_poll_candidates.argtypes = [session, POINTER(Candidates)]
    library.fs_listen.restype = None
    library.fs_listen.argtypes = [session, POINTER(Listener)]
    return library


@pytest.fixture
def session(fs: ctypes.CDLL) -> Iterator[int]:
    created = fs.fs_create(None, 0)
    assert created
    yield created
    fs.fs_destroy(created)


def a_sound(seed: int = 0) -> NDArray[np.float32]:
    """Half a second of silence, then noise that dies away."""
    noise = np.random.default_rng(seed).standard_normal(RATE_HZ, np.float32)
    sound = 0.1 * noise * np.exp(-3 * np.arange(RATE_HZ, dtype=np.float32) / RATE_HZ)
    return np.concatenate((np.zeros(RATE_HZ // 2, np.float32), sound))


def recording_of(audio: NDArray[np.float32], number: int = 1) -> Recording:
    pointer = audio.ctypes.data_as(POINTER(c_float))
    return Recording(pointer, len(audio), RATE_HZ, number)


def wait_for(is_over: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    assert callable(is_over)
    while not is_over():
        assert time.monotonic() < end
        time.sleep(0.002)


def load(fs: ctypes.CDLL, session: int, path: Path) -> int:
    """The state that loading ends in."""
    fs.fs_load(session, str(path).encode())
    wait_for(lambda: fs.fs_get_state(session) != LOADING)
    state: int = fs.fs_get_state(session)
    return state


def heard(fs: ctypes.CDLL, session: int, audio: NDArray[np.float32], number: int = 1) -> Answer:
    fs.fs_submit(session, recording_of(audio, number))
    answer = Answer()
    wait_for(lambda: fs.fs_poll(session, answer))
    assert answer.number == number
    return answer


def test_the_interface_has_a_number(fs: ctypes.CDLL) -> None:
    assert fs.fs_abi_version() == 2


def test_a_session_is_empty_at_first(fs: ctypes.CDLL, session: int) -> None:
    assert fs.fs_get_state(session) == EMPTY
    assert fs.fs_error(session) == fs.fs_info(session) == b""
    assert not fs.fs_poll(session, Answer())
    assert not heard(fs, session, a_sound()).knobs
    assert fs.fs_error(session) == (b"there is no model that could hear a recording; load one")


@pytest.mark.parametrize("name", ["golden-2", "golden-2-one-way", "golden-4"])
def test_it_hears_what_python_hears(fs: ctypes.CDLL, session: int, name: str) -> None:
    path = GOLDEN / f"{name}.flow.ts"
    native = _native.Model.load(path)
    assert load(fs, session, path) == READY
    assert json.loads(fs.fs_info(session)) == native.info()
    for number in range(3):
        audio = a_sound(number)
        knobs, latent = heard(fs, session, audio, number).arrays()
        wanted_knobs, wanted_latent = native.hear(audio, RATE_HZ)
        np.testing.assert_array_equal(knobs, wanted_knobs)
        np.testing.assert_array_equal(latent, wanted_latent)


def found(fs: ctypes.CDLL, session: int, n_knobs: int, number: int = 1) -> Candidates:
    free = np.full(n_knobs, np.nan, np.float32)
    fs.fs_find(session, Search(number, 4, free.ctypes.data_as(POINTER(c_float)), n_knobs))
    candidates = Candidates()
    wait_for(lambda: fs.fs_poll_candidates(session, candidates))
    assert candidates.number == number
    return candidates


def test_it_finds_the_candidates_that_python_finds(fs: ctypes.CDLL, session: int) -> None:
    path = GOLDEN / "golden-4.flow.ts"
    native = _native.Model.load(path)
    n_knobs = len(native.info()["latent"])
    assert load(fs, session, path) == READY
    assert not found(fs, session, n_knobs).n_candidates
    assert fs.fs_error(session) == b"nothing has been heard yet; match or analyze a sound first"
    for number in range(2):
        audio = a_sound(number)
        assert heard(fs, session, audio).knobs
        candidates = found(fs, session, n_knobs, number)
        free = np.full(n_knobs, np.nan, np.float32)
        wanted, similarities = native.candidates(audio, RATE_HZ, free, 4)
        shape = (candidates.n_candidates, candidates.n_knobs)
        np.testing.assert_array_equal(np.ctypeslib.as_array(candidates.knobs, shape), wanted)
        np.testing.assert_array_equal(
            np.ctypeslib.as_array(candidates.similarities_percent, shape[:1]), similarities
        )
    assert not heard(fs, session, np.zeros(1000, np.float32)).knobs
    assert found(fs, session, n_knobs).n_candidates == 4
    assert not found(fs, session, n_knobs - 1).n_candidates
    assert fs.fs_error(session).endswith(b"held knobs cannot be used; give 8")


def test_what_cannot_be_loaded_is_said_and_the_model_before_listens_on(
    fs: ctypes.CDLL, session: int, tmp_path: Path
) -> None:
    assert load(fs, session, GOLDEN / "golden-4.flow.ts") == READY
    info = fs.fs_info(session)
    damaged = tmp_path / "schädlich.flow.ts"
    damaged.write_bytes((GOLDEN / "golden-4.flow.ts").read_bytes()[:-1])
    assert load(fs, session, damaged) == FAILED
    assert fs.fs_error(session).decode().startswith(f"{damaged}: ")
    assert fs.fs_info(session) == info
    assert heard(fs, session, a_sound()).knobs
    assert load(fs, session, GOLDEN / "golden-4.flow.ts") == READY


def test_of_several_models_the_latest_counts(fs: ctypes.CDLL, session: int) -> None:
    for name in ("golden-2", "golden-3", "golden-4", "golden-2-one-way"):
        fs.fs_load(session, str(GOLDEN / f"{name}.flow.ts").encode())
    wait_for(lambda: fs.fs_get_state(session) != LOADING)
    assert json.loads(fs.fs_info(session))["family"] == "mlp"


def test_silence_has_no_knobs(fs: ctypes.CDLL, session: int) -> None:
    assert load(fs, session, GOLDEN / "golden-4.flow.ts") == READY
    for audio in (np.zeros(1000, np.float32), np.zeros(0, np.float32)):
        answer = heard(fs, session, audio)
        assert not answer.knobs
        assert not answer.latent
        assert fs.fs_error(session) == b"the recording is silent; record a sound"


def test_what_cannot_be_heard_is_said(fs: ctypes.CDLL, session: int) -> None:
    assert load(fs, session, GOLDEN / "golden-4.flow.ts") == READY
    for rate_hz in (0, -1, 44, 7999, 192001):
        recording = recording_of(a_sound())
        recording.sample_rate_hz = rate_hz
        fs.fs_submit(session, recording)
        answer = Answer()
        wait_for(lambda answer=answer: fs.fs_poll(session, answer))
        assert not answer.knobs
        assert fs.fs_error(session).decode() == (
            f"a recording at {rate_hz} Hz cannot be heard; give 8000 to 192000 Hz"
        )
    broken = a_sound()
    broken[100] = np.nan
    assert not heard(fs, session, broken).knobs
    assert b"samples that are no numbers" in fs.fs_error(session)


def test_nothing_is_no_path_and_no_session(fs: ctypes.CDLL, session: int) -> None:
    fs.fs_destroy(None)
    fs.fs_load(session, None)
    wait_for(lambda: fs.fs_get_state(session) != LOADING)
    assert fs.fs_get_state(session) == FAILED
    assert b"cannot be read" in fs.fs_error(session)


def test_a_listener_hears_nothing_of_the_one_before(fs: ctypes.CDLL, session: int) -> None:
    assert load(fs, session, GOLDEN / "golden-4.flow.ts") == READY
    sound, taken, told = a_sound(), [0], [0]

    def take(_context: int, recording: "ctypes._Pointer[Recording]") -> int:
        recording[0] = recording_of(sound)
        taken[0] += 1
        return int(taken[0] == 1)

    first = Listener(None, Take(take), Tell(lambda *_: None))
    second = Listener(None, Take(lambda *_: 0), Tell(lambda *_: told.__setitem__(0, told[0] + 1)))
    fs.fs_listen(session, first)
    wait_for(lambda: taken[0] > 0)
    fs.fs_listen(session, second)
    time.sleep(0.2)
    fs.fs_listen(session, None)
    assert told == [0]


def test_a_listener_is_asked_until_it_is_taken_away(fs: ctypes.CDLL, session: int) -> None:
    path = GOLDEN / "golden-4.flow.ts"
    assert load(fs, session, path) == READY
    native = _native.Model.load(path)
    waiting, answers, n_asked = [a_sound(1), a_sound(2)], [], [0]

    def take(_context: int, recording: "ctypes._Pointer[Recording]") -> int:
        n_asked[0] += 1
        if not waiting:
            return 0
        recording[0] = recording_of(waiting[0], number=len(waiting))
        kept.append(waiting.pop(0))
        return 1

    def answer(_context: int, given: "ctypes._Pointer[Answer]") -> None:
        answers.append((given[0].number, *given[0].arrays()))

    kept: list[NDArray[np.float32]] = []
    listener = Listener(None, Take(take), Tell(answer))
    fs.fs_listen(session, listener)
    wait_for(lambda: len(answers) == 2)
    fs.fs_listen(session, None)
    n_before = n_asked[0]
    assert [number for number, *_ in answers] == [2, 1]
    for (_, knobs, latent), audio in zip(answers, kept, strict=True):
        wanted_knobs, wanted_latent = native.hear(audio, RATE_HZ)
        np.testing.assert_array_equal(knobs, wanted_knobs)
        np.testing.assert_array_equal(latent, wanted_latent)
    time.sleep(0.05)
    assert n_asked[0] == n_before


def test_many_sessions_come_and_go(fs: ctypes.CDLL) -> None:
    path = str(GOLDEN / "golden-4.flow.ts").encode()
    sessions = [fs.fs_create(None, 0) for _ in range(8)]
    for session in sessions:
        fs.fs_load(session, path)
    for session in sessions[::2]:
        fs.fs_destroy(session)
    for session in sessions[1::2]:
        wait_for(lambda session=session: fs.fs_get_state(session) == READY)
        assert heard(fs, session, a_sound()).knobs
        fs.fs_destroy(session)


ENDING = """
import ctypes, sys, time
import torch
engine = ctypes.CDLL(sys.argv[1])
engine.fs_create.restype = ctypes.c_void_p
session = ctypes.c_void_p(engine.fs_create(None, ctypes.c_size_t(0)))
for _ in range(3):
    engine.fs_load(session, sys.argv[2].encode())
engine.fs_finish()
before = engine.fs_get_state(session)
engine.fs_load(session, sys.argv[2].encode())
time.sleep(0.5)
assert engine.fs_get_state(session) == 1
print(before)
"""


def test_a_process_ends_in_order_while_something_loads() -> None:
    """Nothing begins any more once what goes on is done."""
    path = GOLDEN / "golden-4.flow.ts"
    ended = subprocess.run(
        [sys.executable, "-c", ENDING, ENGINE, path], check=True, capture_output=True, text=True
    )
    assert int(ended.stdout) in (LOADING, READY)


PROGRAM = """
import ctypes, sys
import torch  # Where the engine finds its own.
ctypes.CDLL(sys.argv[2])
engine = ctypes.CDLL(sys.argv[1])
engine.fs_create.restype = ctypes.c_void_p
for size in (1, 20, 1000):
    reason = ctypes.create_string_buffer(size)
    assert engine.fs_create(reason, ctypes.c_size_t(size)) is None
    assert len(reason.value) < size
print(reason.value.decode())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="makes a library of Linux")
def test_a_second_libtorch_is_refused(tmp_path: Path) -> None:
    """Two of them would end the process later."""
    other = tmp_path / "libtorch_cpu.so"
    subprocess.run(["c++", "-shared", "-x", "c", "/dev/null", "-o", other], check=True)
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, ENGINE, other], check=True, capture_output=True, text=True
    )
    assert ended.stdout.startswith("there are two LibTorch in this process, ")
    assert str(other) in ended.stdout
