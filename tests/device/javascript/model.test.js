// Models: loading, changing, and what each remembers.

const assert = require("node:assert/strict");
const test = require("node:test");

const { CONTROLS, PATCH, Patch, SYNTH, VIEWS } = require("./device_for_tests.js");

test("another model is loaded by its index or its name, once", () => {
  const patch = new Patch().begin();
  patch.send("model 1");
  patch.send("model amsynth-32");
  assert.deepEqual(patch.said(SYNTH), ["load amsynth-32"]);
  assert.deepEqual(patch.said(PATCH), ["notes flush"]);
  patch.run();
  assert.equal(patch.said(VIEWS, "knobs count").at(-1), "knobs count 4");
});

test("each model has its own sounds, which wait for it", () => {
  const patch = new Patch().begin();
  const sound = patch.units("mutate 1", "store_a 1", "mutate 1", "knobs_click 1");
  patch.world.send("preset_name", "Bell");
  patch.send("preset_save 1");
  patch.units("model 1");
  patch.said(VIEWS);
  patch.send("presets_click 1");
  patch.send("ab 0");
  assert.match(patch.status, /no A yet/);
  patch.units("mutate 1", "undo 1");
  patch.units("model 0");
  assert.deepEqual(patch.synth.units, sound);
  assert.ok(patch.synth.slots.has(127));
  assert.ok(patch.synth.held.has(0));
  patch.units("undo 1");
  assert.equal(patch.history.length, 3);
  assert.equal(patch.said(VIEWS, "presets row").at(-1), "presets row 1 Bell 0");
});

test("the Set remembers its model", () => {
  const patch = new Patch().begin();
  patch.units("model 1", "mutate 1");
  const again = new Patch({ dictionaries: patch.world.dictionaries });
  again.begin({ isRestored: true });
  assert.equal(again.synth.model.synth, "amsynth-32");
  assert.deepEqual(again.synth.units, patch.synth.units);
});

test("the menu, which Live keeps, goes before the Set's own memory", () => {
  const patch = new Patch().begin();
  patch.units("model 1", "mutate 1");
  const again = new Patch({ dictionaries: patch.world.dictionaries });
  again.send("model 0");
  again.begin({ isRestored: true });
  assert.equal(again.synth.model.synth, "builtin");
});

test("answers of the model before are none of the new one", () => {
  const patch = new Patch().begin();
  patch.send("mutate 1");
  patch.send("model 1");
  patch.world.send("params", 0.1, 0.2, 0.3);
  patch.world.send("params", 0.1, "x", 0.3, 0.4, 0.5, 0.6);
  patch.world.send("params", 0.1, 7, 0.3, 0.4, 0.5, 0.6);
  patch.run();
  assert.deepEqual(patch.world.console, []);
  assert.equal(patch.synth.units.length, 4);
});

test("a sound that is being heard is not heard by the next model", () => {
  const patch = new Patch().begin();
  patch.synth.hearing_ms = 1e9;
  patch.send("match 1");
  patch.units("model 1");
  assert.deepEqual(patch.said(SYNTH, "candidates"), []);
  patch.run(11000);
  assert.notEqual(patch.status, "There was no answer; Max's console says why");
});

test("controls that say where they are on loading move nothing", () => {
  const patch = new Patch();
  for (const message of [
    "macro_1 0.9",
    "semantic_1 2",
    "x 0.1",
    "y 0.1",
    "blend 0.7",
    "ab 0",
    "candidate 1",
    "record 0",
    "path_play 0",
    "midi_1_source 1",
    "midi cc 1 90",
    "hover_to_hear 1",
    "dropped /sounds/old.wav",
    "mutate_amount 0.4",
    "recorded 900",
  ]) {
    patch.send(message);
  }
  patch.run();
  const moving = patch.said(SYNTH).filter((text) => text !== "dump");
  assert.deepEqual(moving, []);
  assert.deepEqual(patch.world.named, []);
});

test("smoothing is passed on at any time", () => {
  const patch = new Patch();
  patch.send("smooth 40");
  assert.deepEqual(patch.said(SYNTH), ["smooth 40"]);
});

test("a flow_synth~ that is missing is named", () => {
  const patch = new Patch();
  patch.isCordCut = true;
  patch.synth.later = [];
  patch.world.live.isAlive = true;
  patch.send("ready");
  patch.run(2500);
  assert.match(patch.status, /does not answer; install the Flow Synth package/);
});

test("pages turn by index", () => {
  const patch = new Patch().begin();
  patch.send("page 2");
  assert.deepEqual(patch.said(PATCH), ["page 2"]);
  patch.send("page Map");
  assert.deepEqual(patch.said(PATCH), ["page 0"]);
  patch.said(CONTROLS);
});
