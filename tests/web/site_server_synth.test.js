import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Listener } from "../../python/flow_synth/site/listener.js";
import { Locks } from "../../python/flow_synth/site/locks.js";
import { ServerSynth } from "../../python/flow_synth/site/server_synth.js";

const KNOBS = /** @type {any[]} */ ([{ name: "cutoff" }]);
const NEAR_MS = 60;

/** What sounds, by what was played: the first of its knobs. */
let sounding = [];

globalThis.AudioContext = /** @type {any} */ (
  class {
    async resume() {}
    async decodeAudioData(bytes) {
      return Number(Buffer.from(bytes).toString());
    }
    createBufferSource() {
      return {
        connect() {},
        start() {
          sounding.push(this.buffer);
        },
        stop() {
          sounding = sounding.filter((one) => one !== this.buffer);
        },
      };
    }
  }
);

const SERVER = {
  json: async (_method, address, { json }) =>
    address === "/api/decode" ? { units: json.z } : { z: json.units },
  file: async (_method, _address, { json }) => ({ content: new Blob([String(json.units[0])]) }),
};

const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let synth, listener, labels;

beforeEach(() => {
  sounding = [];
  labels = [];
  listener = new Listener(/** @type {any} */ (SERVER));
  synth = new ServerSynth(/** @type {any} */ (SERVER), listener, new Locks(KNOBS), 1);
  synth.units = [0];
  synth.onplace = (_units, label) => labels.push(label);
});

/** @param {AbortSignal} signal */
function walk(signal, seconds = 8) {
  return synth.walk({ at: (share) => [1 + share], seconds, signal, onshare: () => {} }, "a path");
}

test("a preset that is chosen while a path plays goes on sounding", async () => {
  const stop = new AbortController();
  const walked = walk(stop.signal);
  await after(NEAR_MS);
  assert.deepEqual(sounding, [1]);
  stop.abort();
  await synth.go([0.5], "a preset");
  assert.deepEqual(sounding, [0.5]);
  await after(900); // The next note would have begun.
  await walked;
  assert.deepEqual(sounding, [0.5]);
  assert.equal(labels.at(-1), "a preset");
});

test("a path that is stopped is silent and over at once, and is a place", async () => {
  const stop = new AbortController();
  const walked = walk(stop.signal);
  await after(NEAR_MS);
  const stopped = performance.now();
  stop.abort();
  await walked;
  assert.ok(performance.now() - stopped < 300);
  assert.deepEqual([sounding, labels], [[], ["a path"]]);
});

test("a path that is stopped leaves what else sounds alone", async () => {
  const stop = new AbortController();
  const walked = walk(stop.signal);
  await after(NEAR_MS);
  await listener.playAnswer(Promise.resolve({ content: new Blob(["7"]) }));
  stop.abort();
  await walked;
  assert.deepEqual(sounding, [7]);
});

test("a path that is stopped before it begins does not sound", async () => {
  await walk(AbortSignal.abort());
  await after(NEAR_MS);
  assert.deepEqual([sounding, labels], [[], []]);
});

test("the last note of a path outlives its end", async () => {
  const stop = new AbortController();
  await walk(stop.signal, 0.2);
  stop.abort();
  assert.deepEqual([sounding, labels], [[2], ["a path"]]);
});

test("what the pointer has left is not heard", async () => {
  const first = synth.audition([3]);
  const second = synth.audition([4]);
  await assert.rejects(first, { name: "AbortError" });
  await second;
  assert.deepEqual(sounding, [4]);
});
