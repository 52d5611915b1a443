"""Matches one after another: who waits, who is told, and what is left of those that are ended."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from commands_for_tests import RATE_HZ, a_tone
from explorers_for_tests import ManySines, little_breeding, open_sine
from numpy.typing import NDArray

from flow_synth.audio_file import read_samples
from flow_synth.error import InputError
from flow_synth.explorer import match as explorer_match
from flow_synth.explorer.match import MOST_WAITING, UNWATCHED_SECONDS, MatchQueue, MatchRun, State
from flow_synth.explorer.request import Refusal
from flow_synth.explorer.shelf import Shelf
from flow_synth.explorer.sound import HeardSound
from flow_synth.library import FlowSynth
from flow_synth.stage import LocalStage
from flow_synth.synth import Note, SynthError
from flow_synth.wishes import Budget, Wishes
from flow_synth.worker import Sound

#: On a busy machine.
SECONDS = 60.0


class GatedStage(LocalStage):
    """Plays as many batches as it is allowed to; any fault comes with the first."""

    def __init__(self, fault: Exception | None = None) -> None:
        super().__init__(ManySines())
        self.gate = threading.Semaphore(0)
        self._fault = fault

    def sounds(self, presets: NDArray[np.float32], note: Note) -> list[Sound | None]:
        assert self.gate.acquire(timeout=SECONDS)
        if self._fault:
            raise self._fault
        return super().sounds(presets, note)


@pytest.fixture(scope="module", autouse=True)
def breeding() -> Iterator[None]:
    with little_breeding():
        yield


@pytest.fixture(scope="module")
def flow_synth(tmp_path_factory: pytest.TempPathFactory) -> FlowSynth:
    return open_sine(tmp_path_factory.mktemp("model")).flow_synth


@pytest.fixture(scope="module")
def sound(flow_synth: FlowSynth) -> HeardSound:
    return HeardSound.of(flow_synth, "tone.wav", read_samples(a_tone(), RATE_HZ))


class Clock(SimpleNamespace):
    """Goes when it is told to."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(explorer_match, "time", clock)
    return clock


@contextmanager
def queue_of(flow_synth: FlowSynth, stage: GatedStage) -> Iterator[MatchQueue]:
    queue = MatchQueue(flow_synth, stage)
    try:
        yield queue
    finally:
        for _ in range(1000):
            stage.gate.release()
        queue.close()


def wait_until(run: MatchRun, *states: State, played: int = 0) -> None:
    end = time.monotonic() + SECONDS
    while run.news.state not in states or run.news.played < played:
        assert time.monotonic() < end, run.news
        time.sleep(0.01)


def test_a_second_match_waits_for_the_first(flow_synth: FlowSynth, sound: HeardSound) -> None:
    stage = GatedStage()
    with queue_of(flow_synth, stage) as queue:
        first, second = MatchRun(sound, Wishes(2)), MatchRun(sound, Wishes(2, seed=1))
        queue.add(first)
        queue.add(second)
        wait_until(first, State.RUNNING)
        assert (second.news.state, second.news.revision) == (State.WAITING, 1)
        stage.gate.release()
        wait_until(first, State.RUNNING, played=1)
        assert first.news.best_db is not None
        assert first.news.share is not None
        assert 0 < first.news.share < 1
        for _ in range(100):
            stage.gate.release()
        wait_until(second, State.DONE)
        assert first.news.state is State.DONE
        assert len(first.news.candidates) == len(second.news.candidates) == 2


def test_what_a_cancelled_match_has_found_is_kept(
    flow_synth: FlowSynth, sound: HeardSound
) -> None:
    stage = GatedStage()
    with queue_of(flow_synth, stage) as queue:
        run = MatchRun(sound, Wishes(2, Budget(seconds=3600)))
        queue.add(run)
        stage.gate.release()
        wait_until(run, State.RUNNING, played=1)
        run.cancel()
        stage.gate.release()
        wait_until(run, State.CANCELLED)
        assert len(run.news.candidates) == 2
        # What is over stays as it is.
        news = run.news
        run.cancel()
        assert run.news is news


def test_a_match_that_is_cancelled_while_it_waits_never_runs(
    flow_synth: FlowSynth, sound: HeardSound
) -> None:
    stage = GatedStage()
    with queue_of(flow_synth, stage) as queue:
        first, second, third = (MatchRun(sound, Wishes(2)) for _ in range(3))
        for run in (first, second, third):
            queue.add(run)
        second.cancel()
        assert second.news.state is State.CANCELLED
        for _ in range(100):
            stage.gate.release()
        wait_until(third, State.DONE)
        assert second.news.played == 0
        assert not second.news.candidates


def test_a_match_that_nobody_watches_ends_with_what_it_has_found(
    flow_synth: FlowSynth, sound: HeardSound, clock: Clock
) -> None:
    stage = GatedStage()
    with queue_of(flow_synth, stage) as queue:
        left, forgotten, watched = (MatchRun(sound, Wishes(2)) for _ in range(3))
        left.wishes = replace(left.wishes, budget=Budget(seconds=3600))
        for run in (left, forgotten, watched):
            queue.add(run)
        for played in (1, 2, 3):
            stage.gate.release()
            wait_until(left, State.RUNNING, played=played)
            clock.now += 0.9 * UNWATCHED_SECONDS
            left.watch()
        clock.now += 1.1 * UNWATCHED_SECONDS
        watched.watch()
        for _ in range(100):
            stage.gate.release()
        wait_until(watched, State.DONE)
        assert left.news.state is forgotten.news.state is State.CANCELLED
        assert len(left.news.candidates) == len(watched.news.candidates) == 2
        assert forgotten.news.played == 0


def test_only_so_many_matches_wait(flow_synth: FlowSynth, sound: HeardSound, clock: Clock) -> None:
    stage = GatedStage()
    with queue_of(flow_synth, stage) as queue:
        running, *waiting = (MatchRun(sound, Wishes(1)) for _ in range(MOST_WAITING + 1))
        queue.add(running)
        wait_until(running, State.RUNNING)
        for run in waiting:
            queue.add(run)
        with pytest.raises(Refusal, match=f"^{MOST_WAITING} matches wait already; ") as refused:
            queue.add(MatchRun(sound, Wishes(1)))
        assert refused.value.status == 429
        # One that is cancelled makes room at once, and so do all that nobody watches any more.
        waiting[3].cancel()
        queue.add(MatchRun(sound, Wishes(1)))
        clock.now += 1.1 * UNWATCHED_SECONDS
        last = MatchRun(sound, Wishes(1))
        queue.add(last)
        for _ in range(100):
            stage.gate.release()
        wait_until(last, State.DONE)
        assert {run.news.state for run in waiting} == {State.CANCELLED}


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (SynthError("it fell over"), "tone.wav has no match: it fell over; give another sound"),
        (InputError("the workers are gone"), "the workers are gone"),
        (
            KeyError("a defect"),
            "flow-synth failed, and said why where it was started; try another sound",
        ),
    ],
)
def test_a_match_that_fails_says_why_and_the_next_one_runs(
    flow_synth: FlowSynth, sound: HeardSound, fault: Exception, sentence: str
) -> None:
    stage = GatedStage(fault)
    with queue_of(flow_synth, stage) as queue:
        first, second = MatchRun(sound, Wishes(2)), MatchRun(sound, Wishes(2))
        queue.add(first)
        queue.add(second)
        stage.gate.release()
        stage.gate.release()
        wait_until(second, State.FAILED)
        assert (first.news.state, first.news.error) == (State.FAILED, sentence)


def test_a_shelf_keeps_the_newest() -> None:
    gone: list[int] = []
    shelf = Shelf[int](3, gone.append)
    names = [shelf.put(number) for number in range(5)]
    assert len(set(names)) == 5
    assert [shelf.get(name) for name in names] == [None, None, 2, 3, 4]
    assert shelf.all() == [2, 3, 4]
    assert gone == [0, 1]


def test_sounds_that_model_and_synth_have_not_met_are_heard(flow_synth: FlowSynth) -> None:
    for samples, rate_hz in (
        (np.random.default_rng(0).standard_normal(2000).astype(np.float32), 8000),
        (a_tone(15.0, 44100), 44100),
    ):
        heard = HeardSound.of(flow_synth, "noise", read_samples(samples, rate_hz))
        assert np.isfinite(heard.z).all()
        assert ((heard.units >= 0) & (heard.units <= 1)).all()
