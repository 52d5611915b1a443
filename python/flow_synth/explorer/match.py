"""Matches that the explorer was asked for: one after another, for as long as somebody asks."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from flow_synth.audio_file import wav
from flow_synth.error import InputError
from flow_synth.explorer.request import Refusal
from flow_synth.explorer.sound import HeardSound
from flow_synth.library import FlowSynth
from flow_synth.matching import Match, Matcher, Measures
from flow_synth.model_file import N_REACH_RENDERS
from flow_synth.stage import Stage
from flow_synth.synth import SAMPLE_RATE_HZ, SynthError
from flow_synth.wishes import Wishes

_LOG = logging.getLogger(__name__)

#: A match that nobody asked about for so long ends, so that the next one need not wait for it. A
#: page that is loaded again asks again by then.
UNWATCHED_SECONDS = 10.0
#: So many wait for their turn; each is at most a search of a minute.
MOST_WAITING = 8


class State(StrEnum):
    """How far a match is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing comes after it."""
        return self not in (State.WAITING, State.RUNNING)


@dataclass(frozen=True, eq=False)
class Candidate:
    """What is kept of a :class:`~flow_synth.matching.Match`; a list of these is small.

    Attributes:
        name: of the preset.
        units: [P] unit values.
        z: [D] where the preset lies.
        measures: how near it comes.
        remarks: sentences on what was not as one would expect.
        sound: a WAV file of it at the loudness of the sound that it imitates.
    """

    name: str
    units: NDArray[np.float32]
    z: NDArray[np.float32]
    measures: Measures
    remarks: tuple[str, ...]
    sound: bytes

    @classmethod
    def of(cls, match: Match) -> "Candidate":
        """Keeps a match."""
        return cls(
            match.preset.name,
            match.preset.values,
            match.latent,
            match.measures,
            match.remarks,
            wav(match.audio, SAMPLE_RATE_HZ, "PCM_16"),
        )


@dataclass(frozen=True)
class News:
    """Where a match stands.

    Attributes:
        revision: grows with everything new, from 1 on.
        state: how far it is.
        played: presets so far.
        best_db: fitness of the best of them.
        share: of the whole; None before it begins.
        error: why it failed.
        candidates: the nearest first, once all is done.
    """

    revision: int = 1
    state: State = State.WAITING
    played: int = 0
    best_db: float | None = None
    share: float | None = None
    error: str | None = None
    candidates: tuple[Candidate, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is said of every candidate, and so of the match."""
        said = [one.remarks for one in self.candidates]
        return tuple(one for one in (said or [()])[0] if all(one in each for each in said))


class MatchRun:
    """One match; any thread may look at its news, and watch or cancel it.

    Args:
        sound: to imitate.
        wishes: what is asked for; whom to tell and ask is filled in here.
    """

    def __init__(self, sound: HeardSound, wishes: Wishes) -> None:
        self.news = News()
        self.sound = sound
        self.wishes = replace(wishes, is_cancelled=self._is_cancelled, progress=self._progress)
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self._begun = 0.0
        self._watched = time.monotonic()

    def watch(self) -> None:
        """Somebody asks about it, and so it goes on."""
        self._watched = time.monotonic()

    def end_if_unwatched(self) -> None:
        """Cancels it, if it is long since anybody asked about it."""
        if time.monotonic() - self._watched > UNWATCHED_SECONDS:
            self.cancel()

    def cancel(self) -> None:
        """Ends it after what is being played; what was found counts."""
        self._cancelled.set()
        self._tell({State.WAITING}, state=State.CANCELLED)

    def run(self, find: Callable[["MatchRun"], Sequence[Match]]) -> None:
        """Goes through it, on the thread of matches; nothing if it was cancelled before."""
        self._begun = time.monotonic()
        self.end_if_unwatched()
        if not self._tell({State.WAITING}, state=State.RUNNING, share=0.0):
            return
        try:
            found = tuple(Candidate.of(match) for match in find(self))
        except SynthError as error:
            self._fail(f"{self.sound.name} has no match: {error}; give another sound")
        except InputError as error:
            self._fail(str(error))
        except Exception:
            # Whoever waits is told; the next match may fare better.
            _LOG.exception("a match failed")
            self._fail("flow-synth failed, and said why where it was started; try another sound")
        else:
            state = State.CANCELLED if self._cancelled.is_set() else State.DONE
            self._end(state, candidates=found)

    def _fail(self, sentence: str) -> None:
        # A match that is cancelled before it has played anything has none to give.
        if self._cancelled.is_set():
            self._end(State.CANCELLED)
        else:
            self._end(State.FAILED, error=sentence)

    def _end(self, state: State, **changes: object) -> None:
        self._tell({State.RUNNING}, state=state, share=1.0, **changes)

    def _is_cancelled(self) -> bool:
        self.end_if_unwatched()
        return self._cancelled.is_set()

    def _progress(self, played: int, best_db: float) -> None:
        budget = self.wishes.budget
        if budget is None:
            share = played / max(self.wishes.n_candidates, N_REACH_RENDERS)
        else:
            share = (time.monotonic() - self._begun) / budget.seconds
        changes = {"played": played, "best_db": best_db, "share": min(share, 1.0)}
        self._tell({State.RUNNING}, **changes)

    def _tell(self, states: set[State], **changes: object) -> bool:
        """Whether it was in one of the states, and so the changes were made."""
        with self._lock:
            if self.news.state not in states:
                return False
            changes["revision"] = self.news.revision + 1
            # mypy cannot tell that the changes are those of the fields.
            self.news = replace(self.news, **changes)  # type: ignore[arg-type]
            return True


class MatchQueue:
    """Runs matches one after another on a thread of its own.

    Args:
        flow_synth: model and synth.
        stage: plays the presets.
    """

    def __init__(self, flow_synth: FlowSynth, stage: Stage) -> None:
        self._flow_synth = flow_synth
        self._stage = stage
        self._thread = ThreadPoolExecutor(1, "matching")
        self._waiting: list[MatchRun] = []
        self._lock = threading.Lock()

    def add(self, run: MatchRun) -> None:
        """Runs it when those before it are done.

        Raises:
            InputError: no sound can be matched with its wishes.
            Refusal: too many wait.
        """
        self._flow_synth.check_wishes(run.wishes)
        with self._lock:
            self._waiting = self._still_waiting()
            if len(self._waiting) >= MOST_WAITING:
                raise Refusal(
                    429,
                    f"{MOST_WAITING} matches wait already; match again when one of them has begun",
                )
            self._waiting.append(run)
        self._thread.submit(self._run_next)

    def close(self) -> None:
        """Waits for what runs, once everything is cancelled."""
        self._thread.shutdown()

    def _still_waiting(self) -> list[MatchRun]:
        # What is cancelled is let go, with its sound, before its turn comes.
        for run in self._waiting:
            run.end_if_unwatched()
        return [run for run in self._waiting if run.news.state is State.WAITING]

    def _run_next(self) -> None:
        with self._lock:
            run = self._waiting.pop(0) if self._waiting else None
        if run:
            run.run(self._find)

    def _find(self, run: MatchRun) -> list[Match]:
        audio, flow_synth = run.sound.audio, self._flow_synth
        matcher = Matcher(
            flow_synth.model, flow_synth.synth, audio.samples, audio.sample_rate_hz, run.wishes
        )
        return matcher.find(PurePath(run.sound.name).stem, self._stage)
