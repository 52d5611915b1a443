"""The thread of plug-ins: all that lives there is made, used and freed there."""

import gc
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from flow_synth.synths.hosted import Hosted

#: A hang is the failure that these programs would show.
PROGRAM_SECONDS = 60


class Resident:
    """Writes down which thread does what to it."""

    def __init__(self, log: list[tuple[str, str]], fault: str = "") -> None:
        self.log = log
        self.note("made")
        if fault:
            raise ValueError(fault)

    def note(self, what: str) -> None:
        self.log.append((what, threading.current_thread().name))

    def use(self, number: int, *, add: int = 0) -> int:
        self.note("used")
        return number + add

    def fail(self) -> None:
        here = self
        here.note("used")
        try:
            raise KeyError("inner")
        except KeyError as error:
            raise ValueError("outer") from error

    def __del__(self) -> None:
        self.note("freed")


def in_another_thread(function: Callable[[], object]) -> None:
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


def settle() -> None:
    """Waits until the thread of plug-ins has done all that it was asked for."""
    Hosted(list[int])


def forget(held: list[Hosted[Resident]]) -> None:
    held.clear()


def drop_in_another_thread(held: list[Hosted[Resident]]) -> None:
    in_another_thread(held.clear)


def collect_in_another_thread(held: list[Hosted[Resident]]) -> None:
    cycle: list[object] = [held.pop()]
    cycle.append(cycle)
    del cycle
    in_another_thread(gc.collect)


@pytest.mark.parametrize("let_go", [forget, drop_in_another_thread, collect_in_another_thread])
def test_it_is_made_used_and_freed_on_one_thread(
    let_go: Callable[[list[Hosted[Resident]]], None],
) -> None:
    log: list[tuple[str, str]] = []
    held = [Hosted(lambda: Resident(log))]
    assert held[0].call(Resident.use, 3, add=4) == 7
    in_another_thread(lambda: held[0].call(Resident.use, 1))
    let_go(held)
    settle()
    assert log == [(what, "plug-ins") for what in ("made", "used", "used", "freed")]


def test_an_error_is_raised_here_and_keeps_nothing_alive() -> None:
    log: list[tuple[str, str]] = []
    with pytest.raises(ValueError, match="cannot be made") as unmade:
        Hosted(lambda: Resident(log, fault="cannot be made"))
    hosted = Hosted(lambda: Resident(log))
    with pytest.raises(ValueError, match="outer") as failed:
        hosted.call(Resident.fail)
    assert isinstance(failed.value.__cause__, KeyError)
    del hosted, failed
    settle()
    assert [what for what, _ in log] == ["made", "freed", "made", "used", "freed"]
    assert {thread for _, thread in log} == {"plug-ins"}
    assert unmade.value.__traceback__ is not None


def test_threads_that_begin_together_share_it() -> None:
    log: list[tuple[str, str]] = []
    idents: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: idents.append(
                Hosted(lambda: Resident(log)).call(lambda _resident: threading.get_ident())
            )
        )
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(idents) == 16
    assert len(set(idents)) == 1


@pytest.mark.parametrize(
    "program",
    [
        "synth = open_synth('amsynth-16')",
        "held = [open_synth('amsynth-16')]; begin(held.clear)",
        "held = []; begin(lambda: held.append(open_synth('amsynth-16'))); held.clear()",
        "built_in = open_synth('builtin'); begin(lambda: open_synth('amsynth-16'))",
        "cycle = [open_synth('amsynth-16')]; cycle.append(cycle); del cycle; begin(gc.collect)",
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="amsynth is packaged for Linux")
def test_a_program_ends_whichever_thread_lets_go_of_a_plugin(program: str) -> None:
    preamble = (
        "import gc; from threading import Thread; from flow_synth.synths import open_synth\n"
        "def begin(function):\n"
        "    thread = Thread(target=function); thread.start(); thread.join()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", preamble + program],
        timeout=PROGRAM_SECONDS,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("", "")
