// Controllers of a keyboard.

const assert = require("node:assert/strict");
const test = require("node:test");

const { CONTROLS, Patch, SYNTH } = require("./device_for_tests.js");

const SOURCES = [
  [1, "midi cc 1 127", 1],
  [2, "midi pressure 127", 1],
  [3, "midi slide 127", 1],
  [3, "midi cc 74 0", 0],
  [4, "midi bend 127", 1],
  [5, "midi cc 2 127", 1],
  [6, "midi cc 4 127", 1],
];

test("each source turns the macro of its row", () => {
  for (const [source, message, position] of SOURCES) {
    const patch = new Patch().begin();
    patch.send(`midi_2_source ${source}`);
    patch.send("midi_2_macro 5");
    patch.send(message);
    assert.deepEqual(patch.said(SYNTH), [`macro 5 ${position}`], message);
  }
});

test("rows that are off, and controllers that are none of theirs, turn nothing", () => {
  const patch = new Patch().begin();
  patch.send("midi cc 1 64");
  patch.send("midi_1_source 1");
  patch.send("midi cc 7 64");
  patch.send("midi sysex 1 2 3");
  patch.send("midi cc 1");
  patch.send("midi pressure");
  assert.deepEqual(patch.said(SYNTH), []);
});

test("of a flood the latest is sent every 20 ms, and the last of all at its end", () => {
  const patch = new Patch().begin();
  patch.send("midi_1_source 1");
  for (let value = 0; value <= 127; value += 1) {
    patch.send(`midi cc 1 ${value}`);
    patch.run(1);
  }
  patch.run(50);
  const said = patch.said(SYNTH, "macro");
  assert.ok(said.length <= 128 / 20 + 2, `${said.length} messages`);
  assert.equal(said.at(-1), "macro 1 1");
});

test("mute stops what waits, too", () => {
  const patch = new Patch().begin();
  patch.send("midi_1_source 1");
  patch.send("midi cc 1 10");
  patch.send("midi cc 1 20");
  patch.send("midi_mute 1");
  patch.send("midi cc 1 30");
  patch.run();
  assert.equal(patch.said(SYNTH, "macro").length, 1);
  patch.send("midi_mute 0");
  patch.send("midi cc 1 127");
  assert.deepEqual(patch.said(SYNTH, "macro"), ["macro 1 1"]);
});

test("rows are Live's to keep, and what an old dictionary says of them is not heard", () => {
  const patch = new Patch().begin();
  patch.send("midi_3_source 4");
  patch.send("midi_3_macro 11");
  patch.units("mutate 1");
  assert.equal(patch.state.mapping, undefined);
  patch.state.mapping = ["Off", 1, "Off", 2, "Off", 3, "Off", 4];
  const again = new Patch({ dictionaries: patch.world.dictionaries });
  again.send("midi_3_source 4");
  again.send("midi_3_macro 11");
  again.begin({ isRestored: true });
  again.send("midi bend 127");
  assert.deepEqual(again.said(SYNTH), ["macro 11 1"]);
  assert.deepEqual(again.said(CONTROLS, "midi"), []);
});
