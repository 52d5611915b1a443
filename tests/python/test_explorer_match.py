"""Matches one after another: who waits, who is told, and what is left of those that are ended."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from commands_for_tests import RATE_HZ, a_tone
from explorers_for_tests import ManySines, little_breeding, open_sine
from numpy.typing import NDArray

from flow_synth.audio_file import read_samples
from flow_synth.error import InputError
from flow_synth.explorer.match import MatchQueue, MatchRun, State
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
