"""The one thread on which plug-ins live.

JUCE, on which DawDreamer stands, takes the first thread that uses it for its own: when another one
loads a plug-in or lets go of it, it waits for that thread, for ever. Python lets go wherever the
last reference happens to vanish: where a traceback is dropped, or garbage is collected.
"""

import traceback
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache, partial
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar
from weakref import finalize

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")

#: At the end of the program a note that never ends is not waited for.
_END_SECONDS = 5.0


class Hosted(Generic[T]):
    """Something that is made, used and freed on the thread of plug-ins; any thread may hold this.

    Args:
        make: makes it, and no cycle of references with it, which would be collected anywhere; what
            it raises is raised here.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._thread = _plugin_thread()
        # The only reference: it must not vanish anywhere else.
        self._cell: list[T] = []
        cell = self._cell
        self._thread.run(lambda: cell.append(make()))
        finalize(self, self._thread.begin, cell.clear)

    def call(
        self, function: Callable[Concatenate[T, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """What a function of it returns, which must not refer to it, or raises."""
        return self._thread.run(lambda: function(self._cell[0], *args, **kwargs))


class _PluginThread:
    """Calls functions one after the other, until this object or the program ends."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        thread = Thread(target=_serve, args=(self._calls,), name="plug-ins", daemon=True)
        thread.start()
        # Of all that is still there at the end of a program the oldest is finalised last.
        finalize(self, _end, self._calls, thread)

    def begin(self, function: Callable[[], object]) -> None:
        """Has a function called, and does not wait for it."""
        self._calls.put(function)

    def run(self, function: Callable[[], R]) -> R:
        """Calls a function and waits for what it returns or raises."""
        future: Future[R] = Future()
        self.begin(partial(_settle, future, function))
        try:
            return future.result()
        finally:
            # An error holds this frame, and so would hold itself until it is collected.
            del future


#: Threads that begin together would otherwise make one each.
_starting = Lock()


@cache
def _only_thread() -> _PluginThread:
    return _PluginThread()


def _plugin_thread() -> _PluginThread:
    with _starting:
        return _only_thread()


def _serve(calls: "SimpleQueue[Callable[[], object] | None]") -> None:
    while (function := calls.get()) is not None:
        function()
        # Not kept while the next one is waited for.
        del function


def _settle(future: "Future[Any]", function: Callable[[], object]) -> None:
    try:
        future.set_result(function())
    except BaseException as error:  # Raised again by who waits.
        _forget_variables(error)
        future.set_exception(error)
    finally:
        # As above.
        del future, function


def _forget_variables(error: BaseException | None) -> None:
    """Lets a traceback that leaves the thread keep nothing of it alive."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def _end(calls: "SimpleQueue[Callable[[], object] | None]", thread: Thread) -> None:
    calls.put(None)
    thread.join(_END_SECONDS)
