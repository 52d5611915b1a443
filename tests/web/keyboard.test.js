import assert from "node:assert/strict";
import { test } from "node:test";

import { ComputerKeys } from "../../web/instrument/computer_keys.js";
import { Keyboard } from "../../web/instrument/keyboard.js";
import { Midi } from "../../web/instrument/midi.js";
import { Refusal } from "../../web/instrument/refusal.js";

function opened() {
  /** @type {any[]} */
  const heard = [];
  const keyboard = new Keyboard({
    note: (pitch, velocity) => heard.push([pitch, velocity]),
    releaseNotes: () => heard.push("all"),
  });
  const taken = () => heard.splice(0);
  return { keyboard, taken };
}

test("a key that is pressed and released is a note", () => {
  const { keyboard, taken } = opened();
  keyboard.press("a", 60, 90);
  assert.deepEqual(keyboard.pitches, [60]);
  keyboard.release("a");
  keyboard.release("a");
  assert.deepEqual(taken(), [
    [60, 90],
    [60, 0],
  ]);
  assert.deepEqual(keyboard.pitches, []);
});

test("a pitch that two keys hold ends with the later", () => {
  const { keyboard, taken } = opened();
  keyboard.press("a", 60, 90);
  keyboard.press("b", 60, 80);
  keyboard.release("a");
  assert.deepEqual(taken(), [
    [60, 90],
    [60, 80],
  ]);
  keyboard.release("b");
  assert.deepEqual(taken(), [[60, 0]]);
});

test("pitches beyond the ends are left alone", () => {
  const { keyboard, taken } = opened();
  [-1, 128, NaN].forEach((pitch) => keyboard.press("a", pitch, 90));
  assert.deepEqual(taken(), []);
});

test("the pedal keeps what is released, until it is", () => {
  const { keyboard, taken } = opened();
  keyboard.press("a", 60, 90);
  keyboard.press("b", 64, 90);
  keyboard.pedal(true);
  keyboard.release("a");
  assert.deepEqual(keyboard.pitches, [60, 64]);
  keyboard.press("a", 60, 50);
  taken();
  keyboard.pedal(false);
  assert.deepEqual(taken(), []);
  keyboard.pedal(true);
  keyboard.release("b");
  keyboard.pedal(false);
  assert.deepEqual(taken(), [[64, 0]]);
});

/** A key of a computer as a browser tells of it. */
const key = (code, more = {}) => ({ code, repeat: false, target: null, ...more });

test("the keys of a computer are those of a piano", () => {
  const { keyboard, taken } = opened();
  const keys = new ComputerKeys(keyboard);
  ["KeyA", "KeyW", "KeyK"].forEach((code) => keys.down(key(code)));
  assert.deepEqual(keyboard.pitches, [60, 61, 72]);
  keys.down(key("KeyA", { repeat: true }));
  keys.down(key("KeyS", { ctrlKey: true }));
  keys.down(key("KeyD", { target: { closest: () => ({}) } }));
  keys.down(key("F1"));
  assert.equal(taken().length, 3);
});

test("a key ends the note that it began, whatever octave is set meanwhile", () => {
  const { keyboard, taken } = opened();
  const keys = new ComputerKeys(keyboard);
  keys.down(key("KeyA"));
  keys.down(key("KeyX"));
  keys.up(key("KeyA"));
  keys.down(key("KeyA"));
  assert.deepEqual(taken(), [
    [60, 100],
    [60, 0],
    [72, 100],
  ]);
  for (let time = 0; time < 20; ++time) {
    keys.down(key("KeyZ"));
  }
  assert.equal(keys.octave, -4);
});

test("a page that is left holds nothing", () => {
  const { keyboard, taken } = opened();
  const page = new EventTarget();
  const press = (code) => page.dispatchEvent(Object.assign(new Event("keydown"), { code }));
  const stop = new ComputerKeys(keyboard).listen(page);
  press("KeyA");
  page.dispatchEvent(new Event("blur"));
  assert.deepEqual(taken(), [[60, 100], "all"]);
  stop();
  press("KeyS");
  assert.deepEqual(taken(), []);
});

test("MIDI messages are notes, pedal and knobs", () => {
  const { keyboard, taken } = opened();
  const midi = new Midi(keyboard);
  /** @type {any[]} */
  const knobs = [];
  midi.oncontrol = (controller, value) => knobs.push([controller, value]);
  midi.take([0x90, 60, 100]);
  midi.take([0xb0, 64, 127]);
  midi.take([0x80, 60, 64]);
  assert.deepEqual(taken(), [[60, 100]]);
  midi.take([0xb0, 64, 0]);
  assert.deepEqual(taken(), [[60, 0]]);
  midi.take([0x91, 62, 1]);
  midi.take([0x91, 62, 0]);
  assert.deepEqual(taken(), [
    [62, 1],
    [62, 0],
  ]);
  midi.take([0xb0, 1, 127]);
  assert.deepEqual(knobs, [[1, 1]]);
  midi.take([0xb0, 123, 0]);
  assert.deepEqual(taken(), ["all"]);
  [[0xf8], [0xe0, 0, 64], [0xd0, 5], []].forEach((message) => midi.take(message));
  assert.deepEqual(taken(), []);
});

test("two MIDI keyboards hold their own keys", () => {
  const { keyboard, taken } = opened();
  const midi = new Midi(keyboard);
  midi.take([0x90, 60, 100], "one");
  midi.take([0x90, 60, 90], "two");
  midi.take([0x80, 60, 0], "one");
  assert.deepEqual(taken(), [
    [60, 100],
    [60, 90],
  ]);
});

test("keyboards that come later are listened to, and what is missing is said", async () => {
  const { keyboard, taken } = opened();
  const midi = new Midi(keyboard);
  const access = { inputs: new Map([["1", { id: "1", name: "Keys" }]]), onstatechange() {} };
  const browser = { requestMIDIAccess: async () => access };
  assert.deepEqual(await midi.listen(/** @type {any} */ (browser)), ["Keys"]);
  access.inputs.set("2", { id: "2", name: "More keys" });
  access.onstatechange();
  taken();
  access.inputs.get("2").onmidimessage({ data: Uint8Array.of(0x90, 60, 100) });
  assert.deepEqual(taken(), [[60, 100]]);
  const refusing = { requestMIDIAccess: async () => Promise.reject(new Error("no")) };
  await assert.rejects(midi.listen(/** @type {any} */ (refusing)), Refusal);
  await assert.rejects(midi.listen(/** @type {any} */ ({})), Refusal);
});
