"""The help patch: opened in Pd without a complaint, and true."""

import re
import shutil
from pathlib import Path

import pytest
from pd_for_tests import Patch, Pd

ROOT = Path(__file__).parents[2]
HELP = ROOT / "cpp" / "pd" / "flow_synth~-help.pd"
STEP_MS = 200.0


@pytest.fixture(scope="module")
def messages() -> list[str]:
    """Messages that the patch sends to its object, with numbers for what is dragged there."""
    boxes = re.findall(r"^#X msg \d+ \d+ ([a-z].*);$", HELP.read_text(), re.M)
    return [box.replace(r"\$1", "1") for box in boxes]


def test_it_opens_without_a_complaint(pd: Pd, tmp_path: Path) -> None:
    """Beside another that ends Pd."""
    shutil.copy(HELP, tmp_path)
    ending = tmp_path / "ending.pd"
    ending.write_text(Patch(end_ms=100.0, arguments=[]).build())
    console = pd.open(tmp_path / HELP.name, "-open", str(ending), is_paced=True)
    assert not re.search("error|couldn't|no such", console.text)


def test_every_message_in_it_is_understood(
    pd: Pd, messages: list[str], sound: Path, tmp_path: Path
) -> None:
    shutil.copy(sound, tmp_path / "voice.wav")
    patch = Patch(
        end_ms=STEP_MS * (len(messages) + 2), arguments=["builtin @blocking 1"], sound=sound
    )
    patch.sound_ms = STEP_MS * messages.index("record 1")
    for number, message in enumerate(messages, 1):
        patch.at(STEP_MS * number, f"in {message}")
    console = pd.run(patch, tmp_path)
    assert console.errors == []


def test_it_has_every_message(pd: Pd, messages: list[str], tmp_path: Path) -> None:
    patch = Patch(end_ms=50.0)
    patch.at(10.0, "in nonsense")
    (sentence,) = pd.run(patch, tmp_path).errors
    understood = set(sentence.partition("say one of ")[2].split(", "))
    lists = re.findall(r"list prepend (\w+);", HELP.read_text())
    shown = {message.split()[0] for message in messages} | set(lists)
    assert shown == understood | {"late", "latency"}


@pytest.mark.parametrize("page", ["docs/pd.md"])
def test_the_page_has_every_message(messages: list[str], page: str) -> None:
    text = (ROOT / page).read_text()
    for message in messages:
        assert f"`{message.split()[0]}" in text, message
