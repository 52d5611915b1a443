// What the Set keeps.

const assert = require("node:assert/strict");
const test = require("node:test");

const { Patch, PATCH, SYNTH, VIEWS, mapText } = require("./device_for_tests.js");
const { moduleOf } = require("./max/max_world.js");

const FILES = new Map([["builtin.map.json", mapText([[0.1, 0.2], [0.8, 0.9]])]]);

/** What is kept is rounded. */
function assertNear(units, expected, message) {
  assert.equal(units.length, expected.length);
  units.forEach((unit, knob) => assert.ok(Math.abs(unit - expected[knob]) <= 5e-6, message));
}

/** Everything that can be kept. */
function fullPatch() {
  const patch = new Patch({ files: FILES }).begin();
  patch.units("mutate 1", "store_a 1", "match 1", "store_b 1", "knobs_click 2", "mutate 1");
  patch.world.send("preset_name", "Bell");
  patch.send("preset_save 1");
  patch.send("presets_favourite 1");
  patch.send("map_path add 0.2 0.3");
  patch.send("path_kind 1");
  patch.send("map_path add 2");
  patch.units("midi_1_source 1", "undo 1");
  return patch;
}

function reopened(patch) {
  const dictionaries = new Map(JSON.parse(JSON.stringify([...patch.world.dictionaries])));
  return new Patch({ files: FILES, dictionaries }).begin({ isRestored: true });
}

/** A device in a Set that has kept something, before anybody touches it. */
function opened(state) {
  const patch = new Patch({ dictionaries: new Map([["---state", state]]) });
  patch.world.live.isAlive = true;
  patch.send("restored");
  patch.send("ready");
  patch.run();
  return patch;
}

test("what was kept is there again: sound, history, A, B, presets, locks, paths", () => {
  const patch = fullPatch();
  const again = reopened(patch);
  assertNear(again.synth.units, patch.synth.units);
  for (const [slot, units] of patch.synth.slots) {
    assertNear(again.synth.slots.get(slot), units);
  }
  assertNear([...again.synth.held].flat(), [...patch.synth.held].flat());
  assertNear(again.units("redo 1"), patch.units("redo 1"));
  assertNear(again.units("undo 1", "undo 1"), patch.units("undo 1", "undo 1"));
  again.send("path_kind 1");
  assert.equal(again.said(VIEWS, "map path").at(-1), "map path 0.8 0.9");
  again.send("path_kind 0");
  assert.equal(again.said(VIEWS, "map path").at(-1), "map path 0.2 0.3");
  again.units("mutate 1", "presets_click 1");
  again.said(VIEWS);
  again.send("preset_save 1");
  assert.deepEqual(again.said(VIEWS, "presets row"), ["presets row 1 Bell 1"]);
});

test("kept and read again it is the same, as often as one likes", () => {
  let patch = fullPatch();
  const kept = JSON.stringify(patch.state);
  for (let count = 0; count < 3; count += 1) {
    patch = reopened(patch);
    patch.send("presets_favourite 1");
    patch.send("presets_favourite 1");
    patch.run();
    assert.equal(JSON.stringify(patch.state), kept);
  }
});

test("the Set may be restored before live.thisdevice bangs, after it, or without a word", () => {
  const patch = fullPatch();
  const orders = ["restored ready", "ready restored", "ready", "ready ready"];
  for (const order of orders.map((words) => words.split(" "))) {
    for (const pause_ms of [0, 1, 500]) {
      const again = new Patch({ files: FILES, dictionaries: new Map(patch.world.dictionaries) });
      again.world.live.isAlive = true;
      for (const message of order) {
        again.send(message);
        again.run(pause_ms);
      }
      again.run();
      assertNear(again.synth.units, patch.synth.units, `${order} ${pause_ms}`);
      again.units("mutate 1");
      assert.equal(again.history.length, patch.history.length, "redo has gone, the rest is there");
    }
  }
});

test("a dictionary that comes after live.thisdevice has banged is taken up", () => {
  const patch = fullPatch();
  const late = new Patch({ files: FILES });
  late.begin();
  late.world.dictionaries.set("---state", patch.state);
  late.send("restored");
  late.run();
  assertNear(late.synth.units, patch.synth.units);
  assert.equal(late.synth.held.size, 1);
});

test("what the Set says of our own writing is no news, however late it comes", () => {
  const patch = new Patch().begin();
  patch.units("mutate 1");
  const written = JSON.stringify(patch.state);
  patch.run(60000);
  assert.equal(patch.said(PATCH, "state").length, 1);
  assert.equal(patch.said(SYNTH, "params").length, 0);
  assert.equal(JSON.stringify(patch.state), written);
  patch.send("mutate 1");
  patch.run(30);
  const moved = patch.synth.units;
  patch.send("restored");
  patch.run();
  assertNear(patch.synth.units, moved, "what is not written yet is not lost by it");
});

test("an older state that Live's undo brings back is gone to", () => {
  const patch = new Patch().begin();
  const first = patch.units("mutate 1");
  const before = JSON.parse(JSON.stringify(patch.state));
  patch.units("mutate 1");
  patch.world.dictionaries.set("---state", before);
  patch.send("restored");
  patch.run();
  assertNear(patch.synth.units, first);
});

test("locks of a state that goes do not hold what comes", () => {
  const patch = new Patch().begin();
  const first = patch.units("mutate 1");
  const before = JSON.parse(JSON.stringify(patch.state));
  patch.units("mutate 1", "lock_all 1");
  patch.world.dictionaries.set("---state", before);
  patch.send("restored");
  patch.run();
  assertNear(patch.synth.units, first);
  assert.equal(patch.synth.held.size, 0);
});

test("what only moves is written after some seconds of rest, and not while Live plays", () => {
  const patch = new Patch().begin();
  patch.send("macro_1 0.9");
  patch.run(3000);
  assert.deepEqual(patch.said(PATCH, "state"), []);
  patch.run(2000);
  assert.equal(patch.said(PATCH, "state").length, 1);
  patch.world.live.song.properties.is_playing = 1;
  for (let step = 0; step < 20; step += 1) {
    patch.send(`macro_1 ${step / 20}`);
    patch.run(3000);
  }
  assert.deepEqual(patch.said(PATCH, "state"), []);
  patch.world.live.song.properties.is_playing = 0;
  patch.run(5000);
  assert.equal(patch.said(PATCH, "state").length, 1);
  const [cutoff] = patch.kept.units.split(" ").map(Number);
  assert.equal(cutoff, 95000);
});

test("all of two synths fits into a text that undo can bear", () => {
  const { emptyState, writeState } = moduleOf("device_state.js");
  const { Memory } = moduleOf("memory.js");
  const state = emptyState();
  for (const synth of ["builtin_40", "amsynth-32_32"]) {
    const memory = new Memory();
    const nKnobs = Number(synth.split("_").at(-1));
    const units = (n) => Array.from({ length: nKnobs }, (_, k) => ((n * 7 + k) * 0.618034) % 1);
    for (let step = 0; step < 100; step += 1) {
      memory.history.push(units(step), "candidate");
    }
    for (let preset = 0; preset < 64; preset += 1) {
      memory.presets.save(`Some preset ${preset}`, units(preset));
    }
    state.memories.set(synth, memory);
  }
  const { length } = writeState(state);
  assert.ok(length < 100000, `${length} characters`);
});

test("opening a Set changes nothing in it, nor does inserting a device", () => {
  const patch = fullPatch();
  for (const each of [reopened(patch), new Patch().begin({ isRestored: true })]) {
    each.run(10000);
    assert.deepEqual(each.said(PATCH, "state"), []);
  }
});

test("many changes are written once, when they are over", () => {
  const patch = new Patch().begin();
  for (let step = 0; step < 500; step += 1) {
    patch.send(`macro_1 ${step / 500}`);
    patch.run(3);
  }
  patch.run();
  assert.deepEqual(patch.said(PATCH, "state"), ["state changed"]);
});

test("what a newer device kept is left alone, and said so", () => {
  const newer = { format_version: 2, memories: { builtin_6: { wonders: 1 } } };
  const patch = opened(newer);
  assert.match(patch.status, /newer Flow Synth \(state 2, this one reads 1\).*until you update/);
  patch.units("mutate 1");
  assert.deepEqual(patch.state, newer);
  assert.deepEqual(patch.said(PATCH, "state"), []);
});

test("what is damaged is named in one sentence and put aside, and the rest is there", () => {
  const patch = fullPatch();
  const damaged = JSON.parse(JSON.stringify(patch.state));
  damaged.memories.builtin_6.history[1] = "mutate x 1 2 3 4 5";
  damaged.memories.builtin_6.a = "50000 700000";
  const again = opened(damaged);
  assert.equal(
    again.status,
    "Of what the Set had kept, the history, A cannot be read, and is put aside in it.",
  );
  assertNear(again.synth.units, patch.synth.units);
  again.units("mutate 1", "presets_click 1");
  assert.equal(again.kept.presets.name, "Bell");
  assert.deepEqual(again.state.unread["builtin_6.history"], damaged.memories.builtin_6.history);
  assert.equal(again.state.unread["builtin_6.a"], "50000 700000");
});

test("A and B alone are restored without being heard", () => {
  const patch = fullPatch();
  const state = JSON.parse(JSON.stringify(patch.state));
  delete state.memories.builtin_6.units;
  const again = opened(state);
  assert.deepEqual(again.synth.units, new Patch().begin().synth.units);
  assert.deepEqual([...again.synth.slots.keys()], [...patch.synth.slots.keys()]);
});

test("any damage is survived, and is read again as it was put aside", () => {
  const { readState, writeState } = moduleOf("device_state.js");
  const whole = JSON.parse(JSON.stringify(fullPatch().state));
  const wrongs = [7, "x", [], [1, 2, 3], { a: 1 }, [{ units: 1 }]];
  for (const key of Object.keys(whole.memories.builtin_6)) {
    for (const wrong of wrongs) {
      const damaged = JSON.parse(JSON.stringify(whole));
      damaged.memories.builtin_6[key] = wrong;
      const { state, isNewer } = readState(JSON.stringify(damaged));
      assert.equal(isNewer, false);
      JSON.parse(writeState(state));
    }
  }
  for (const text of ["", "{", "null", "[]", "7", '"x"', "{}", '{"memories": 3}']) {
    const { state } = readState(text);
    JSON.parse(writeState(state));
  }
  for (const memories of [3, { builtin_6: 3 }, { nonsense: { units: [0.5] } }]) {
    const { state, trouble } = readState(JSON.stringify({ ...whole, memories }));
    assert.match(trouble, /cannot be read/);
    assert.ok(JSON.stringify(JSON.parse(writeState(state)).unread).length > 2);
  }
});

test("any state is read back as it was written", () => {
  const { emptyState, readState, writeState } = moduleOf("device_state.js");
  const { Memory } = moduleOf("memory.js");
  for (let seed = 1; seed <= 20; seed += 1) {
    const state = emptyState();
    const random = (n) => (Math.abs(Math.sin(seed * 12.9898 + n * 78.233)) * 43758.5453) % 1;
    const units = (n) => [random(n), random(n + 1), 0, 1];
    const memory = new Memory();
    for (let step = 0; step < seed % 5; step += 1) {
      memory.history.push(units(step * 3), "mutate");
      memory.presets.save(`P ${step}`, units(step * 7));
      memory.path.presets.push(step);
      memory.locks.add(`knob_${step}`);
      memory.path.points.push([random(step), random(step + 9)]);
    }
    memory.units = seed % 2 ? units(50) : [];
    memory.stored.b = seed % 3 ? units(60) : [];
    state.memories.set("synth_4", memory);
    const text = writeState(state);
    const read = readState(text);
    assert.equal(read.trouble, "");
    assert.equal(writeState(read.state), text);
  }
});

test("nothing of a Set is played before live.thisdevice bangs", () => {
  const patch = new Patch({ dictionaries: fullPatch().world.dictionaries });
  patch.send("restored");
  patch.run();
  assert.deepEqual(patch.said(SYNTH, "params"), []);
});
