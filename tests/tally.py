"""Adds up JUnit reports: ``python tests/tally.py REPORT.xml...``, one line in the end."""

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree


def outcome(case: ElementTree.Element) -> str:
    """What became of one test, as pytest, CTest and Node.js say it."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    is_skipped = case.find("skipped") is not None or case.get("status") == "disabled"
    return "skipped" if is_skipped else "passed"


def tally(reports: list[Path]) -> str:
    """``N passed, N failed, N skipped`` over all tests of all reports."""
    count = Counter(
        outcome(case) for report in reports for case in ElementTree.parse(report).iter("testcase")
    )
    return f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped"


if __name__ == "__main__":
    sys.stdout.write(f"\n{tally([Path(report) for report in sys.argv[1:]])}\n")
