"""A browser with the explorer's page, as a person has it; and the server that it came from."""

import signal
import subprocess
from collections.abc import Sequence
from typing import Any, Self

from page_browser import ROOT, complaints
from playwright.sync_api import Page, Request

EXAMPLES = ROOT / "examples"
#: A match takes seconds, and longer where others work.
PATIENCE_MS = 60_000

_DROP = """([name, text]) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
}"""
_STEPS = """() => {
  const key = Object.keys(sessionStorage).find((one) => one.endsWith(" steps"));
  return JSON.parse(sessionStorage.getItem(key) ?? "[]");
}"""


class Server:
    """The explorer as a process of its own.

    Args:
        port: a free one if 0.
        model: its name.
        program: what to run in place of ``flow-synth``.
    """

    def __init__(
        self, port: int = 0, model: str = "builtin", program: Sequence[str] = ("flow-synth",)
    ) -> None:
        self.process = subprocess.Popen(
            [*program, "explore", model, "--port", str(port)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        assert self.address.startswith("http://127.0.0.1:")

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGINT)

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.communicate(timeout=20)


class Explorer:
    """A tab with the page, and what a person does with it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.errors = complaints(page)
        self._n_played = 0
        page.on("request", lambda request: self._play(request, 1))
        page.on("requestfinished", lambda request: self._play(request, -1))
        page.on("requestfailed", lambda request: self._play(request, -1))
        page.set_default_timeout(PATIENCE_MS)
        page.goto(address)
        # The page is bound when it has described its locks.
        page.locator("[data-locked]:not(:empty)").wait_for()

    def text(self, name: str) -> str:
        return self.page.locator(f"[data-{name}]").inner_text()

    def wait_for(self, name: str, text: str) -> None:
        self.page.locator(f"[data-{name}]").filter(has_text=text).wait_for()

    def give(self, name: str) -> None:
        """Chooses one of the examples, and waits until it was heard."""
        self.page.set_input_files("[data-file]", EXAMPLES / name)
        self.wait_for("sound-status", f"{name}:")

    def drop(self, name: str, content: str) -> None:
        """Drops a file, whose content is given as Base64."""
        self.page.evaluate(_DROP, [name, content])

    def match(self, seconds: int = 0, candidates: int = 3) -> None:
        self.page.select_option("[name=seconds]", str(seconds))
        self.page.fill("[name=candidates]", str(candidates))
        self.page.click("[data-match]")

    def matched(self, name: str, **wishes: int) -> None:
        self.give(name)
        self.match(**wishes)
        self.wait_for("match-status", "Done")

    def choose(self, rank: int = 1) -> None:
        self.page.get_by_role("button", name=f"Choose candidate {rank}", exact=True).click()
        self.wait_for("step", f"candidate {rank}")

    def steps(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate(_STEPS)
        return found

    def _play(self, request: Request, more: int) -> None:
        if request.url.endswith("/api/render"):
            self._n_played += more

    def settle(self) -> None:
        """Waits until knobs rest, and what is to be heard of that is there."""
        self.page.wait_for_timeout(500)
        while self._n_played > 0:
            self.page.wait_for_timeout(500)

    def notes(self) -> Sequence[dict[str, Any]]:
        """What the server is asked to play from now on."""
        asked: list[dict[str, Any]] = []

        def note(request: Request) -> None:
            if request.url.endswith("/api/render"):
                asked.append(dict(request.post_data_json or {}))

        self.page.on("request", note)
        return asked
