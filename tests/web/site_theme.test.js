import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { bindTheme } from "../../python/flow_synth/site/theme.js";

/** A page that is opened; its theme, and its switch. */
function opened() {
  const page = { dataset: {} };
  const button = new EventTarget();
  globalThis.document = { documentElement: page, querySelector: () => button };
  globalThis.matchMedia = () => ({ matches: false });
  bindTheme();
  return { page, press: () => button.dispatchEvent(new Event("click")) };
}

function keep(storage) {
  Object.defineProperty(globalThis, "localStorage", { configurable: true, ...storage });
}

afterEach(() => ["document", "matchMedia", "localStorage"].forEach((name) => delete globalThis[name]));

test("a page that is opened again looks as it was left", () => {
  const kept = new Map();
  const value = { getItem: (key) => kept.get(key) ?? null, setItem: (key, one) => kept.set(key, one) };
  keep({ value });
  const first = opened();
  assert.equal(first.page.dataset.theme, undefined);
  first.press();
  assert.equal(opened().page.dataset.theme, "dark");
  opened().press();
  assert.equal(opened().page.dataset.theme, "light");
  kept.forEach((_, key) => kept.set(key, "pink"));
  assert.equal(opened().page.dataset.theme, undefined);
});

test("where nothing may be kept, the switch works all the same", () => {
  keep({ get: () => { throw new Error("SecurityError"); } });
  const { page, press } = opened();
  press();
  assert.equal(page.dataset.theme, "dark");
});
