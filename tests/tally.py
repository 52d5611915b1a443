"""Adds up JUnit reports: ``python tests/tally.py REPORT.xml...``, one line in the end."""

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree


def tally(reports: list[Path]) -> str:
    """``N passed, N failed, N skipped`` over all suites of all reports."""
    count: Counter[str] = Counter()
    for report in reports:
        for suite in ElementTree.parse(report).iter("testsuite"):
            for kind in ("tests", "failures", "errors", "skipped", "disabled"):
                count[kind] += int(suite.get(kind, 0))
    failed = count["failures"] + count["errors"]
    skipped = count["skipped"] + count["disabled"]
    return f"{count['tests'] - failed - skipped} passed, {failed} failed, {skipped} skipped"


if __name__ == "__main__":
    sys.stdout.write(f"\n{tally([Path(report) for report in sys.argv[1:]])}\n")
