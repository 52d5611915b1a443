"""What was measured of presets against one target, kept line by line: kill -9 loses nothing."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import ConfigDict, ValidationError

from flow_synth.atomic_file import cannot_write
from flow_synth.frozen import Frozen

#: A preset that loses its process so often in one run is at fault.
ATTEMPTS = 2

Errors = tuple[float, ...]


class Event(StrEnum):
    """What became of a preset."""

    STARTED = "started"
    MEASURED = "measured"
    FAILED = "failed"


class Record(Frozen):
    """One line: an event of a preset, named by its identity, in a run of the program.

    An error is NaN where a measure says nothing of a sound.
    """

    model_config = ConfigDict(allow_inf_nan=True, ser_json_inf_nan="constants")

    preset: str
    run: str
    event: Event
    errors: Errors = ()


class Journal:
    """The file of one target; only one process at a time may have it open.

    Every event is appended as one line of JSON before anything else happens. A line that was cut
    off is removed when the file is opened again.

    Args:
        path: of the file; it is made if it is not there.
        run: names this run of the program. A preset is at fault if it loses the process twice in
            one run: what was going on when a user killed another run does not count.

    Raises:
        InputError: the file cannot be written.
    """

    def __init__(self, path: Path, run: str) -> None:
        self._path = path
        self._run = run
        self._done: dict[str, Record] = {}
        self._started: Counter[str] = Counter()
        try:
            self._file = path.open("a+b", buffering=0)
            self._file.seek(0)
            content = self._file.readall()
            self._file.truncate(content.rfind(b"\n") + 1)
        except OSError as error:
            raise cannot_write(path, error) from error
        for line in content.split(b"\n")[:-1]:
            # A line that a power cut has damaged says nothing.
            with suppress(ValidationError):
                self._note(Record.model_validate_json(line))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def once(self, preset: str, measure: Callable[[], Errors | None]) -> Errors | None:
        """Measures a preset unless that was done before.

        Args:
            preset: its identity.
            measure: plays and measures it; None if it fails. May end the process.

        Returns:
            What it measured, now or before; None if the preset failed or is at fault.

        Raises:
            InputError: the file cannot be written.
        """
        if preset not in self._done:
            errors = None
            if self._started[preset] < ATTEMPTS:
                self._append(preset, Event.STARTED)
                errors = measure()
            if errors is None:
                self._append(preset, Event.FAILED)
            else:
                self._append(preset, Event.MEASURED, errors)
        record = self._done[preset]
        return record.errors if record.event is Event.MEASURED else None

    def _append(self, preset: str, event: Event, errors: Errors = ()) -> None:
        record = Record(preset=preset, run=self._run, event=event, errors=errors)
        try:
            self._file.write(record.model_dump_json().encode() + b"\n")
        except OSError as error:
            raise cannot_write(self._path, error) from error
        self._note(record)

    def _note(self, record: Record) -> None:
        if record.event is not Event.STARTED:
            self._done[record.preset] = record
        elif record.run == self._run:
            self._started[record.preset] += 1
