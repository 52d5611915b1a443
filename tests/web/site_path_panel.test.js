import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { PathPanel } from "../../python/flow_synth/site/path_panel.js";

const PRESETS = [{ x: 0, y: 0 }, { x: 1, y: 0 }];
const SPACE = /** @type {any} */ ({
  presets: PRESETS,
  isShown: PRESETS.map(() => true),
  units: (index) => [index],
  toPlace: (at) => at,
});

/** What is there of an element. */
class Part extends EventTarget {
  disabled = false;
  textContent = "Play the path";
  value = "4";
  defaultValue = "10";
  min = "2";
  max = "60";
  classList = { toggle() {} };
  attributes = {};
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  click() {
    this.dispatchEvent(new Event("click"));
  }
}

/** Walks until it is told to end, and ends when the test wants. */
class Voice {
  isOn = true;
  walks = [];
  async locate(units) {
    return units;
  }
  walk(walk) {
    return new Promise((end) => this.walks.push({ ...walk, end }));
  }
}

let parts, pointer, marks, voice, panel, said;

const settled = () => new Promise((resolve) => setTimeout(resolve));
const button = (name) => parts[`[data-path-${name}]`];

function press(key) {
  document.dispatchEvent(Object.assign(new Event("keydown"), { key }));
}

beforeEach(() => {
  globalThis.document = /** @type {any} */ (new EventTarget());
  parts = {};
  said = "";
  const root = Object.assign(new Part(), { querySelector: (name) => (parts[name] ??= new Part()) });
  pointer = { isDrawing: false, online: (_what, _at) => {} };
  marks = { stops: [], line: [], heard: undefined };
  voice = new Voice();
  const picture = { marks, draw() {} };
  panel = new PathPanel(.../** @type {[any, any, any, any, any]} */ ([root, SPACE, picture, pointer, voice]));
  panel.onsay = (sentence) => (said = sentence);
});

test("a path that is stopped and played again is not ended by the first one", async () => {
  panel.add(0);
  panel.add(1);
  button("play").click();
  await settled();
  voice.walks[0].onshare(0.25);
  assert.deepEqual([button("play").textContent, marks.heard], ["Stop", { x: 0.25, y: 0 }]);
  button("play").click();
  assert.deepEqual([button("play").textContent, marks.heard], ["Play the path", undefined]);
  button("play").click();
  await settled();
  voice.walks[1].onshare(0.5);
  voice.walks[0].onshare(0.26);
  voice.walks[0].end();
  await settled();
  assert.ok(!voice.walks[1].signal.aborted && panel.isPlaying);
  assert.deepEqual([button("play").textContent, marks.heard], ["Stop", { x: 0.5, y: 0 }]);
  voice.walks[1].end();
  await settled();
  assert.ok(!panel.isPlaying);
  assert.deepEqual([button("play").textContent, marks.heard], ["Play the path", undefined]);
});

test("Escape leaves the drawing of a path, and the path as it was", () => {
  panel.add(0);
  panel.add(1);
  press("Escape");
  assert.match(said, /2 presets/);
  button("draw").click();
  assert.ok(pointer.isDrawing);
  press("Escape");
  assert.ok(!pointer.isDrawing);
  assert.equal(button("draw").attributes["aria-pressed"], "false");
  assert.deepEqual(marks.stops, [0, 1]);
});

test("Escape gives up the line that is under the hand", () => {
  button("draw").click();
  pointer.online("begin", { x: 0, y: 0 });
  pointer.online("on", { x: 0.9, y: 0 });
  press("Escape");
  assert.deepEqual(marks.line, []);
  pointer.online("on", { x: 1, y: 0 });
  assert.deepEqual(marks.line, []);
  assert.ok(pointer.isDrawing); // A hand that is let go of would click.
  pointer.online("end", { x: 1, y: 0 });
  assert.ok(!pointer.isDrawing);
  assert.deepEqual(marks.stops, []);
  button("draw").click();
  for (const what of ["begin", "on", "end"]) {
    pointer.online(what, { x: what === "begin" ? 0 : 1, y: 0 });
  }
  assert.deepEqual(marks.stops, [0, 1]);
});
