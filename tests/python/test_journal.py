"""A journal: nothing is measured twice, whatever was cut off."""

import math
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow_synth.error import InputError
from flow_synth.journal import ATTEMPTS, Errors, Journal

PRESETS = st.text("0123456789abcdef", min_size=1, max_size=4)
OUTCOMES = st.none() | st.lists(st.floats(allow_nan=False, allow_infinity=False)).map(tuple)


def giving(errors: Errors | None) -> Callable[[], Errors | None]:
    return lambda: errors


def unexpected() -> Errors:
    raise AssertionError("measured again")


@given(st.dictionaries(PRESETS, OUTCOMES, max_size=6), st.floats(0, 1))
def test_what_is_cut_off_is_measured_again_and_nothing_else(
    outcomes: dict[str, Errors | None], share: float
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "target.jsonl"
        with Journal(path, "first") as journal:
            for preset, errors in outcomes.items():
                assert journal.once(preset, giving(errors)) == errors
        whole = path.read_bytes()
        kept = whole[: round(share * len(whole))]
        path.write_bytes(kept)
        # Every preset has two lines: that it was started, and what came of it.
        n_done = kept.count(b"\n") // 2
        with Journal(path, "second") as journal:
            for number, (preset, errors) in enumerate(outcomes.items()):
                if number < n_done:
                    assert journal.once(preset, unexpected) == errors
                else:
                    assert journal.once(preset, giving(errors)) == errors
        with Journal(path, "third") as journal:
            for preset, errors in outcomes.items():
                assert journal.once(preset, unexpected) == errors


def test_what_says_nothing_is_remembered_as_that(tmp_path: Path) -> None:
    path, errors = tmp_path / "target.jsonl", (1.5, math.nan)
    with Journal(path, "first") as journal:
        journal.once("faded", giving(errors))
    with Journal(path, "second") as journal:
        known = journal.once("faded", unexpected)
    assert known
    assert known[0] == 1.5
    assert math.isnan(known[1])


def lose(path: Path, run: str) -> bool:
    """Whether a preset that ends the process was tried in a run."""

    def end() -> Errors:
        raise KeyboardInterrupt

    with Journal(path, run) as journal:
        try:
            assert journal.once("guilty", end) is None
        except KeyboardInterrupt:
            return True
        return False


def test_a_preset_that_ends_its_process_is_tried_twice_a_run(tmp_path: Path) -> None:
    path = tmp_path / "target.jsonl"
    assert [lose(path, "run") for _ in range(4)] == [True] * ATTEMPTS + [False] * 2
    assert lose(path, "another") is False


def test_a_run_that_a_user_killed_does_not_count_against_a_preset(tmp_path: Path) -> None:
    path = tmp_path / "target.jsonl"
    for run in ("one", "two", "three"):
        assert lose(path, run)
    with Journal(path, "four") as journal:
        assert journal.once("guilty", lambda: (1.0,)) == (1.0,)


def test_a_damaged_line_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "target.jsonl"
    path.write_bytes(b"\0\0\0\n{}\nnot json\n")
    with Journal(path, "run") as journal:
        assert journal.once("a", lambda: (2.5,)) == (2.5,)
    with Journal(path, "run") as journal:
        assert journal.once("a", unexpected) == (2.5,)


def test_a_journal_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot write"):
        Journal(tmp_path / "missing" / "target.jsonl", "run")
