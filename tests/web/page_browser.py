"""A browser with a page of the project, as a person has it: its keys, its console, its looks."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).parents[2]
AXE = ROOT / "build" / "npm" / "slow" / "node_modules" / "axe-core" / "axe.min.js"

Scheme = Literal["light", "dark"]
Role = Literal["application", "button", "link", "slider"]

DESKTOP, PHONE = (1440, 900), (390, 844)
MOST_TABS = 90

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
const taps = new WeakMap();
AudioNode.prototype.connect = function (to, ...rest) {
  if (to instanceof AudioDestinationNode) {
    const { context } = to;
    window.heardRateHz = context.sampleRate;
    const address = `data:text/javascript,${encodeURIComponent(recorder)}`;
    // All that one context sounds, as one.
    if (!taps.has(context)) {
      taps.set(context, context.audioWorklet.addModule(address).then(() => {
        const tap = new AudioWorkletNode(context, "tap");
        tap.port.onmessage = ({ data }) => window.heard.push(...data);
        connect.call(tap, to);
        return tap;
      }));
    }
    void taps.get(context).then((tap) => connect.call(this, tap));
  }
  return connect.call(this, to, ...rest);
};
"""


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


def complaints(page: Page) -> list[str]:
    """What the console of the page says from now on that it should not."""
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # Without a GPU, pictures are copied from one memory to another, which is slow.
        is_slow = "GL Driver Message (OpenGL, Performance" in message.text
        if message.type in ("error", "warning") and not is_slow:
            errors.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


def tab_to(page: Page, role: Role, name: str) -> None:
    """Goes to a control as somebody does who has no pointer."""
    wanted = page.get_by_role(role, name=name, exact=True)
    for _ in range(MOST_TABS):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {name}")


def judge(page: Page) -> None:
    """Lets axe-core, which the page must hold, judge it; nothing may be wider than the screen."""
    width = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert width <= 0
    # A page from disk may not read its own style sheets, which only an experimental rule asks for.
    run = "() => axe.run({ preload: false }).then((found) => found.violations)"
    findings: list[dict[str, Any]] = page.evaluate(run)
    assert [
        (one["id"], [node["target"] for node in one["nodes"]])
        for one in findings
        if one["impact"] in ("serious", "critical")
    ] == []
