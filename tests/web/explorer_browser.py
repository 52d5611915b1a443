"""A browser with the explorer's page, as a person has it; and the server that it came from."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Self

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
AXE = ROOT / "build" / "npm" / "slow" / "node_modules" / "axe-core" / "axe.min.js"

Scheme = Literal["light", "dark"]

DESKTOP, PHONE = (1440, 900), (390, 844)
#: A match takes seconds, and longer where others work.
PATIENCE_MS = 60_000

#: All that sounds is listened to, without changing it: on the audio thread, which misses nothing
#: while the page is busy.
_TAP = """
const connect = AudioNode.prototype.connect;
const recorder = `registerProcessor("tap", class extends AudioWorkletProcessor {
  process([input]) {
    if (input.length > 0) this.port.postMessage(input[0].slice());
    return true;
  }
})`;
window.heard = [];
AudioNode.prototype.connect = function (to, ...rest) {
  if (to instanceof AudioDestinationNode) {
    const { context } = to;
    window.heardRateHz = context.sampleRate;
    const address = `data:text/javascript,${encodeURIComponent(recorder)}`;
    void context.audioWorklet.addModule(address).then(() => {
      const tap = new AudioWorkletNode(context, "tap");
      tap.port.onmessage = ({ data }) => window.heard.push(...data);
      connect.call(this, tap);
      connect.call(tap, to);
    });
  }
  return connect.call(this, to, ...rest);
};
"""
_DROP = """([name, text]) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
}"""
_STEPS = "() => JSON.parse(sessionStorage.getItem('flow-synth explore builtin steps') ?? '[]')"


class Server:
    """The explorer as a process of its own."""

    def __init__(self, port: int = 0) -> None:
        self.process = subprocess.Popen(
            ["flow-synth", "explore", "builtin", "--port", str(port)],
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
        #: What the console said that it should not.
        self.errors: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(address)
        # The page is bound when it has described its locks.
        page.locator("[data-locked]:not(:empty)").wait_for()

    def _note(self, message: ConsoleMessage) -> None:
        # The tap is of an older kind, but needs no file of its own.
        is_tap = "ScriptProcessorNode" in message.text
        if message.type in ("error", "warning") and not is_tap:
            self.errors.append(message.text)

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


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Chromium with a microphone that beeps."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
            ],
        )
        yield browser
        browser.close()


def new_page(browser: Browser, size: tuple[int, int] = DESKTOP, scheme: Scheme = "light") -> Page:
    """A tab of a new person, to whom nothing was said before."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
    )
    context.add_init_script(_TAP)
    return context.new_page()
