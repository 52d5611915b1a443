import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { RenderedNotes } from "../../python/flow_synth/site/rendered_notes.js";

/** Of a sound that is asked for. */
const RENDER_MS = 20;
/** Longer than knobs must be still for, to have been turned to where they are. */
const REST_MS = 160;
/** Time enough for a sound that was asked for. */
const SOON_MS = 60;

const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What sounds, by the pitch and the first knob of what was asked for. */
let sounding;
/** The same of all that was asked for. */
let asked;
let unit, notes, renderMs, problems;

class FakeGain {
  gain = {
    cancelScheduledValues: () => this.gain,
    setValueAtTime: () => this.gain,
    linearRampToValueAtTime: () => this.gain,
  };
  constructor(context) {
    this.context = context;
  }
  connect() {
    return this;
  }
  disconnect() {}
}

class FakeSource {
  #context;
  /** What a test leaves sounding is none of the next one. */
  #sounding = sounding;
  constructor(context, { buffer }) {
    this.#context = context;
    this.buffer = buffer;
  }
  connect(to) {
    return to;
  }
  start() {
    this.#sounding.push(this.buffer);
  }
  stop(atSeconds) {
    const ms = 1000 * (atSeconds - this.#context.currentTime);
    setTimeout(() => {
      const index = this.#sounding.indexOf(this.buffer);
      if (index >= 0) {
        this.#sounding.splice(index, 1);
      }
    }, ms);
  }
}

const CONTEXT = {
  destination: {},
  get currentTime() {
    return performance.now() / 1000;
  },
  decodeAudioData: async (bytes) => Buffer.from(bytes).toString(),
};
const SERVER = {
  file: async (_method, _address, { json }) => {
    const name = `${json.note} at ${json.units[0].toFixed(2)}`;
    asked.push(name);
    await after(renderMs);
    if (json.units[0] === 1) {
      throw new Error("it crashes");
    }
    return { content: new Blob([name]) };
  },
};
const PLAYER = { context: CONTEXT, state: async () => ({ units: Float32Array.of(unit) }) };

beforeEach(() => {
  Object.assign(globalThis, {
    window: globalThis,
    GainNode: FakeGain,
    DynamicsCompressorNode: FakeGain,
    AudioBufferSourceNode: FakeSource,
  });
  [sounding, asked, problems] = [[], [], []];
  unit = 0;
  renderMs = RENDER_MS;
  notes = new RenderedNotes(/** @type {any} */ (SERVER), /** @type {any} */ (PLAYER));
  notes.onproblem = (error) => problems.push(error.message);
});

/** @param {number} to where the knob is. */
function turn(to) {
  unit = to;
  notes.stir();
}

test("a key sounds as the knobs stand, and ends when it comes up", async () => {
  turn(0.5);
  notes.note(64, 100);
  await after(SOON_MS);
  assert.deepEqual(sounding, ["64 at 0.50"]);
  notes.note(64, 0);
  await after(200);
  assert.deepEqual(sounding, []);
});

test("what was played once is not asked for again as long as knobs stand, nor when they return", async () => {
  for (const to of [0, 0, 0.5, 0]) {
    turn(to);
    notes.note(60, 100);
    await after(SOON_MS);
    notes.note(60, 0);
  }
  assert.deepEqual(asked, ["60 at 0.00", "60 at 0.50"]);
});

test("a key that comes up before its sound is there sounds as long as it was held", async () => {
  notes.note(60, 100);
  await after(5);
  notes.note(60, 0);
  await after(SOON_MS);
  assert.deepEqual(sounding, ["60 at 0.00"]);
  await after(200);
  assert.deepEqual(sounding, []);
});

test("what comes too late is not heard", async () => {
  renderMs = 400;
  notes.note(60, 100);
  notes.note(60, 0);
  await after(500);
  assert.deepEqual([asked.length, sounding], [1, []]);
});

test("who has held a key waits for its sound, though the key is up", async () => {
  renderMs = 600;
  notes.note(60, 100);
  await after(250);
  notes.note(60, 0);
  await after(400);
  assert.deepEqual(sounding, ["60 at 0.00"]);
});

test("while a knob is turned a held note goes on; at rest it is struck again, once", async () => {
  notes.note(60, 100);
  for (let step = 1; step <= 200; ++step) {
    turn(step / 400);
    await after(2);
  }
  assert.equal(asked.length, 1);
  assert.equal(sounding.length, 1);
  await after(REST_MS + SOON_MS);
  assert.equal(asked.length, 2);
  await after(200);
  assert.deepEqual(sounding, ["60 at 0.50"]);
});

test("what only follows the knobs does not begin when the key has come up", async () => {
  notes.note(60, 100);
  await after(SOON_MS);
  renderMs = 200;
  turn(0.5);
  await after(REST_MS + 20);
  assert.equal(asked.length, 2);
  notes.note(60, 0);
  await after(300);
  assert.deepEqual(sounding, []);
});

test("what is hushed does not begin, unless its key is down", async () => {
  renderMs = 100;
  notes.note(60, 100);
  notes.note(64, 100);
  await after(50);
  notes.note(60, 0);
  notes.hush();
  await after(100);
  assert.deepEqual(sounding, ["64 at 0.00"]);
});

test("nothing is asked for while no key is held", async () => {
  turn(0.25);
  await after(REST_MS + SOON_MS);
  assert.deepEqual(asked, []);
});

test("of strikes that wait for a slow synth only the last one is asked for, and heard", async () => {
  renderMs = 100;
  for (let step = 0; step < 20; ++step) {
    unit = step / 20;
    notes.note(60, 0);
    notes.note(60, 100);
    await after(2);
  }
  await after(300);
  assert.deepEqual(asked, ["60 at 0.00", "60 at 0.95"]);
  assert.deepEqual(sounding, ["60 at 0.95"]);
});

test("keys of a chord do not wait for each other", async () => {
  renderMs = 50;
  [60, 64, 67].forEach((pitch) => notes.note(pitch, 100));
  await after(80);
  assert.deepEqual(sounding, ["60 at 0.00", "64 at 0.00", "67 at 0.00"]);
  notes.releaseNotes();
  await after(200);
  assert.deepEqual(sounding, []);
});

test("a preset that cannot be played is said to be one, and the next one is played", async () => {
  unit = 1;
  notes.note(60, 100);
  await after(SOON_MS);
  assert.deepEqual(problems, ["it crashes"]);
  unit = 0;
  notes.note(60, 100);
  await after(SOON_MS);
  assert.deepEqual(sounding, ["60 at 0.00"]);
});
