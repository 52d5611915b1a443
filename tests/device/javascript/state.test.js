// What the Set keeps.

const assert = require("node:assert/strict");
const test = require("node:test");

const { Patch, PATCH, SYNTH, VIEWS, mapText } = require("./device_for_tests.js");
const { moduleOf } = require("./max/max_world.js");

const FILES = new Map([["builtin.map.json", mapText([[0.1, 0.2], [0.8, 0.9]])]]);

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
  assert.deepEqual(again.synth.units, patch.synth.units);
  assert.deepEqual([...again.synth.slots], [...patch.synth.slots]);
  assert.deepEqual([...again.synth.held], [...patch.synth.held]);
  assert.deepEqual(again.units("redo 1"), patch.units("redo 1"));
  assert.deepEqual(again.units("undo 1", "undo 1"), patch.units("undo 1", "undo 1"));
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

test("the Set may be restored before or after live.thisdevice bangs", () => {
  const patch = fullPatch();
  const after = new Patch({ files: FILES, dictionaries: patch.world.dictionaries });
  after.begin();
  after.send("restored");
  after.run();
  assert.deepEqual(after.synth.units, patch.synth.units);
});

test("opening a Set changes nothing in it, nor does inserting a device", () => {
  const patch = fullPatch();
  for (const each of [reopened(patch), new Patch().begin({ isRestored: true })]) {
    each.run(5000);
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
  damaged.memories.builtin_6.history[1].units[0] = "x";
  damaged.memories.builtin_6.a = [0.5, 7];
  const again = opened(damaged);
  assert.equal(
    again.status,
    "Of what the Set had kept, the history, A cannot be read, and is put aside in it.",
  );
  assert.deepEqual(again.synth.units, patch.synth.units);
  again.units("mutate 1", "presets_click 1");
  assert.equal(again.kept.presets.name, "Bell");
  assert.deepEqual(again.state.unread["builtin_6.history"], damaged.memories.builtin_6.history);
  assert.deepEqual(again.state.unread["builtin_6.a"], [0.5, 7]);
});

test("A and B alone are restored without being heard", () => {
  const patch = fullPatch();
  const state = JSON.parse(JSON.stringify(patch.state));
  delete state.memories.builtin_6.units;
  const again = opened(state);
  assert.deepEqual(again.synth.units, new Patch().begin().synth.units);
  assert.deepEqual([...again.synth.slots], [...patch.synth.slots]);
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
