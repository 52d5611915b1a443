import assert from "node:assert/strict";
import { test } from "node:test";

import { Locks } from "../../python/flow_synth/site/locks.js";

const KNOBS = /** @type {any[]} */ ([
  { name: "cutoff", minimum: 20, maximum: 20000, kind: "continuous", curve: "log", step: 1, choices: [] },
  { name: "octave", minimum: -2, maximum: 2, kind: "ordinal", curve: "linear", step: 1, choices: [] },
  { name: "wave", minimum: 0, maximum: 2, kind: "categorical", curve: "linear", step: 1, choices: ["a", "b", "c"] },
]);

test("no knob is locked at first", () => {
  const locks = new Locks(KNOBS);
  assert.deepEqual(locks.names, []);
  assert.deepEqual(locks.values([0, 0, 0]), {});
});

test("locked knobs are told in their own units", () => {
  const locks = new Locks(KNOBS, ["cutoff", "octave", "wave"]);
  const { cutoff, octave, wave } = locks.values([0.5, 0.3, 1]);
  assert.ok(Math.abs(cutoff - Math.sqrt(20 * 20000)) < 1e-6);
  assert.equal(octave, -1);
  assert.equal(wave, 2);
});

test("a knob that was freed moves again", () => {
  const locks = new Locks(KNOBS);
  locks.set("octave", true);
  locks.set("cutoff", true);
  locks.set("octave", false);
  assert.deepEqual(locks.names, ["cutoff"]);
  assert.deepEqual(locks.held([0.1, 0.2, 0.3], Float32Array.of(0.5, 0.75, 1)), [0.1, 0.75, 1]);
});

test("knobs of another synth are not locked", () => {
  assert.deepEqual(new Locks(KNOBS, ["cutoff", "resonance"]).names, ["cutoff"]);
});
