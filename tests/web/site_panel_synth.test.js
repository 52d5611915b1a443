import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { PanelSynth } from "../../python/flow_synth/site/panel_synth.js";
import { InstrumentPanel } from "../../python/flow_synth/site/instrument_panel.js";
import { InstrumentVoice } from "../../python/flow_synth/site/instrument_voice.js";

/** Longer than what a control must be still for, to have been put where it is. */
const STILL_MS = 700;

/** What is there of an element. */
class Part extends EventTarget {
  dataset = {};
  classList = { add() {} };
  disabled = false;
  hidden = false;
  value = "0";
  focus() {
    document.activeElement = this;
  }
  matches() {
    return false;
  }
  attributes = new Map();
  setAttribute(name, value) {
    this.attributes.set(name, value);
  }
}

/** Its one macro is its one knob; every answer takes its time, and they come in order. */
class Player {
  context = {
    get currentTime() {
      return performance.now() / 1000;
    },
  };
  #unit = 0;
  #kept = new Map();
  #last = Promise.resolve();

  #after(deed) {
    return (this.#last = this.#last.then(() => after(2)).then(deed));
  }
  locate([unit]) {
    return this.#after(() => void (this.#unit = unit));
  }
  goTo([unit]) {
    return this.locate([unit]);
  }
  setMacro(_number, unit) {
    return this.locate([unit]);
  }
  reset() {
    return this.locate([0]);
  }
  mutate() {
    return this.#after(() => void (this.#unit += 0.001));
  }
  state() {
    return this.#after(() => ({
      units: Float32Array.of(this.#unit),
      locked: [false],
      macros: [this.#unit],
      sliders: [],
    }));
  }
  async invert(units) {
    return units;
  }
  store(slot) {
    return this.#after(() => void this.#kept.set(slot, this.#unit));
  }
  recall(slot) {
    return this.locate([this.#kept.get(slot)]);
  }
  interpolate(from, to, share) {
    const [a, b] = [from, to].map((slot) => this.#kept.get(slot));
    return this.locate([a + (b - a) * share]);
  }
  async resume() {}
  note() {}
  releaseNotes() {}
}

const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let parts, open, panel, synth, voice, steps;

/** @param {number} value */
function slide(value) {
  const macro = parts["[data-macro]"];
  macro.value = String(value);
  macro.dispatchEvent(new Event("input"));
}

function walk(signal, seconds = 30) {
  const at = (share) => [0.5 + share / 2];
  return voice.walk({ at, seconds, signal, onshare: () => {} }, "a path");
}

beforeEach(() => {
  Object.assign(globalThis, {
    window: Object.assign(new EventTarget(), { setTimeout }),
    requestAnimationFrame: (draw) => setTimeout(draw, 16),
  });
  globalThis.document = /** @type {any} */ ({ body: new Part(), activeElement: null });
  document.activeElement = document.body;
  const names = ["switch", "macro", "reset", "mutate", "status", "morph"];
  const ends = ["keep=a", "keep=b", "flip=a", "flip=b"];
  const named = [...names, ...ends].map((name) => `[data-${name}]`);
  parts = Object.fromEntries(named.map((name) => [name, new Part()]));
  parts["[data-macro]"].dataset = { macro: "1" };
  parts["fieldset input, fieldset button"] = parts["[data-macro]"];
  const root = Object.assign(new Part(), {
    querySelector: (name) => parts[name],
    querySelectorAll: (name) => (parts[name] ? [parts[name]] : []),
  });
  open = async () => ({ player: new Player(), description: { knobs: [] } });
  panel = new InstrumentPanel(/** @type {any} */ (root), /** @type {any} */ (() => open()));
  synth = new PanelSynth(panel);
  voice = new InstrumentVoice(panel);
  panel.onstart = () => synth.resume(undefined, []);
  // What a test leaves under way is none of the next one.
  const own = (steps = []);
  synth.onplace = ([unit], label) => own.push(`${label}: ${unit.toFixed(2)}`);
});

test("presets that are chosen one soon after the other are steps, each with its label", async () => {
  const deeds = [0.1, 0.2, 0.3, 0.4].map((unit) => voice.go(Float32Array.of(unit), "a dot"));
  await Promise.all(deeds);
  await voice.goTo([0.5], "a surprise");
  await synth.mutate(1);
  await synth.go([0.7], "a favourite");
  parts["[data-reset]"].dispatchEvent(new Event("click"));
  await after(STILL_MS);
  assert.deepEqual(steps, [
    "the beginning: 0.00",
    "a dot: 0.10",
    "a dot: 0.20",
    "a dot: 0.30",
    "a dot: 0.40",
    "a surprise: 0.50",
    "a mutation: 0.50",
    "a favourite: 0.70",
    "a reset: 0.00",
  ]);
});

test("a choice and what a hand does to it are two steps", async () => {
  await voice.go(Float32Array.of(0.1), "a dot");
  await after(50);
  slide(0.2);
  await after(50);
  slide(0.3);
  await after(STILL_MS);
  assert.deepEqual(steps.slice(1), ["a dot: 0.10", "moved by hand: 0.30"]);
});

test("what a hand has done is a step before what is chosen next", async () => {
  await synth.start();
  slide(0.2);
  await after(50);
  await voice.go(Float32Array.of(0.1), "a dot");
  await after(STILL_MS);
  assert.deepEqual(steps.slice(1), ["moved by hand: 0.20", "a dot: 0.10"]);
});

test("what is heard under the pointer is a step if the pointer stays, and the choice is one", async () => {
  await synth.start();
  await voice.audition(Float32Array.of(0.1));
  await voice.audition(Float32Array.of(0.2));
  await voice.go(Float32Array.of(0.2), "a dot");
  await after(STILL_MS);
  await voice.audition(Float32Array.of(0.3));
  await after(STILL_MS);
  assert.deepEqual(steps.slice(1), ["a dot: 0.20", "moved by hand: 0.30"]);
});

test("going back is no step, and what was under way is none either", async () => {
  await voice.go(Float32Array.of(0.1), "a dot");
  slide(0.2);
  await after(50);
  await synth.goBack([0]);
  await after(STILL_MS);
  assert.deepEqual(steps.slice(1), ["a dot: 0.10"]);
  assert.deepEqual([...(synth.units ?? [])], [0]);
});

test("what a hand has just done is a step before it is undone", async () => {
  await synth.start();
  slide(0.2);
  await synth.settle();
  click("keep=a");
  await voice.go(Float32Array.of(0.1), "a dot");
  click("flip=a");
  await unit();
  await synth.settle();
  void walk(new AbortController().signal);
  await after(100);
  await synth.settle();
  await synth.goBack([0.2]);
  await synth.settle();
  const expected = ["moved by hand: 0.20", "a dot: 0.10", "moved by hand: 0.20", "a path: 0.50"];
  assert.deepEqual(steps.slice(1), expected);
});

test("a path is one step, where it ends", async () => {
  await synth.start();
  await walk(new AbortController().signal, 0.9);
  await after(STILL_MS);
  assert.deepEqual(steps.slice(1), ["a path: 1.00"]);
});

test("a path that something else ends is a step before it", async () => {
  await synth.start();
  let walked = walk(new AbortController().signal);
  await after(100);
  await synth.go([0.1], "a favourite");
  await walked;
  walked = walk(new AbortController().signal);
  await after(100);
  slide(0.2);
  await walked;
  await after(STILL_MS);
  const expected = ["a path: 0.50", "a favourite: 0.10", "a path: 0.50", "moved by hand: 0.20"];
  assert.deepEqual(steps.slice(1), expected);
});

test("a path that was stopped does not keep a hand from ending the next one", async () => {
  await synth.start();
  const stop = new AbortController();
  const first = walk(stop.signal);
  await after(100);
  stop.abort();
  const second = walk(new AbortController().signal);
  await first;
  slide(0.2);
  await second; // Or it would go on for half a minute.
});

/** @param {string} name of a part */
function click(name) {
  parts[`[data-${name}]`].dispatchEvent(new Event("click"));
}

/** Of the player, when all that was asked for has come. */
async function unit() {
  await after(50);
  return (await panel.player.state()).units[0];
}

/** The ends that are said to sound. */
function marked() {
  return ["a", "b"].filter((end) => parts[`[data-flip=${end}]`].attributes.get("aria-pressed") === "true");
}

function pressV() {
  window.dispatchEvent(Object.assign(new Event("keydown"), { code: "KeyV" }));
  return unit();
}

test("two states are kept and heard in turn, and flipping between them is no step", async () => {
  await voice.go(Float32Array.of(0.25), "a dot");
  click("keep=a");
  await unit();
  assert.equal(await pressV(), 0.25);
  await voice.go(Float32Array.of(0.75), "a dot");
  click("keep=b");
  await unit();
  assert.equal(parts["[data-morph]"].value, "1");
  const heard = [];
  for (let time = 0; time < 4; ++time) {
    heard.push(await pressV());
  }
  assert.deepEqual(heard, [0.25, 0.75, 0.25, 0.75]);
  click("flip=a");
  assert.equal(await unit(), 0.25);
  assert.equal(parts["[data-morph]"].value, "0");
  await after(STILL_MS);
  assert.deepEqual(steps.slice(1), ["a dot: 0.25", "a dot: 0.75", "moved by hand: 0.25"]);
});

test("only where the knobs are is marked, and key V leads from there", async () => {
  await voice.go(Float32Array.of(0.25), "a dot");
  click("keep=a");
  await voice.go(Float32Array.of(0.75), "a dot");
  click("keep=b");
  await unit();
  assert.deepEqual(marked(), ["b"]);
  await synth.goBack([0.25]);
  await after(50);
  assert.deepEqual([marked(), parts["[data-morph]"].value], [["a"], "0"]);
  assert.equal(await pressV(), 0.75);
  slide(0.5);
  await after(50);
  assert.deepEqual(marked(), []);
});

test("the morph ends where its two states are", async () => {
  await voice.go(Float32Array.of(0.25), "a dot");
  click("keep=a");
  await voice.go(Float32Array.of(0.75), "a dot");
  click("keep=b");
  const at = [];
  for (const share of [0, 0.5, 1]) {
    await unit();
    parts["[data-morph]"].value = String(share);
    parts["[data-morph]"].dispatchEvent(new Event("input"));
    at.push(await unit());
  }
  assert.deepEqual(at, [0.25, 0.5, 0.75]);
});

test("whoever switches it on with a key has the first control in hand", async () => {
  parts["[data-switch]"].focus();
  await panel.start();
  assert.ok(parts["[data-switch]"].hidden);
  assert.equal(document.activeElement, parts["[data-macro]"]);
});

test("whoever has gone elsewhere while it loads stays there", async () => {
  const field = new Part();
  parts["[data-switch]"].focus();
  const started = panel.start();
  field.focus();
  await started;
  assert.equal(document.activeElement, field);
});

test("an instrument that does not load can be switched on again", async () => {
  open = async () => {
    throw new Error("it is not there");
  };
  parts["[data-switch]"].focus();
  await panel.start();
  assert.equal(document.activeElement, parts["[data-switch]"]);
  assert.equal(parts["[data-status]"].textContent, "it is not there");
  assert.ok(!parts["[data-switch]"].disabled);
});
