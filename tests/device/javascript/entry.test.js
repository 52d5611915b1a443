// The script as Max runs it.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const test = require("node:test");

const { Patch, SYNTH } = require("./device_for_tests.js");
const { FlowSynth } = require("./max/flow_synth.js");
const { SCRIPTS, moduleOf } = require("./max/max_world.js");

/** Our scripts that have no view of their own. */
const NAMES = fs
  .readdirSync(SCRIPTS)
  .filter((name) => !/^(view_.*|flow_(map|list|curves|xy))\.js$/.test(name));

const textOf = (name) => fs.readFileSync(path.join(SCRIPTS, name), "utf8");

/** Every message of the plan that a device takes, with numbers that fit. */
const MESSAGES = `
  record match candidate model smooth hover_to_hear page
  map_tag map_colour path_kind path_draw path_play path_loop path_length path_clear
  macro_1 macro_8 semantic_1 semantic_7 x y x_dimension y_dimension freeze
  blend blend_space store_a store_b ab mutate_amount mutate undo redo
  midi_1_source midi_4_source midi_1_macro midi_4_macro midi_mute
  lock_all unlock_all curve_macro preset_name preset_save preset_delete preset_write
  params info map_hover map_click map_point map_path candidates_click presets_click
  presets_favourite knobs_click xy_move xy_release ready restored transport midi sound_loaded
  sound_played dropped recorded recording saved_to`
  .trim()
  .split(/\s+/);

test("every message is taken, by both kinds of device", () => {
  const own = { synth: ["host", "vst_params"], control: ["target_next", "target_scan"] };
  for (const kind of ["synth", "control"]) {
    const patch = new Patch({ kind });
    patch.world.live.isAlive = true;
    for (const message of [...MESSAGES, ...own[kind]]) {
      patch.world.send(message, 1, 1, 1);
    }
    patch.run();
    assert.deepEqual(patch.world.console, [], kind);
  }
});

test("a message that there is not is an error of one line", () => {
  const patch = new Patch().begin();
  patch.send("wonder 1");
  assert.deepEqual(patch.world.console, ["flow_device.js has no message 'wonder'\n"]);
});

test("no message, however wrong its arguments, ends in an exception", () => {
  const wrongs = [[], ["x"], [-1], [1e9], [0.5, "x"], [NaN], ["bang"], [1, 2, 3, 4, 5, 6, 7]];
  for (const kind of ["synth", "control"]) {
    const patch = new Patch({ kind }).begin();
    patch.synth.message = () => {};
    for (const message of MESSAGES) {
      for (const wrong of wrongs) {
        patch.world.send(message, ...wrong);
        patch.run(1);
      }
    }
    patch.run();
  }
});

test("floods are survived, and leave the device as it was", () => {
  const patch = new Patch().begin();
  const messages = ["macro_1 0.3", "x 0.2", "mutate 1", "undo 1", "redo 1", "match 1", "ab 1"];
  for (let count = 0; count < 3000; count += 1) {
    patch.send(messages[(count * 31) % messages.length]);
    if (count % 7 === 0) {
      patch.run(1);
    }
  }
  patch.run(3000);
  assert.ok(patch.history.length <= 100);
  const before = patch.synth.units;
  patch.units("mutate 1", "undo 1");
  patch.synth.units.forEach((unit, knob) => assert.ok(Math.abs(unit - before[knob]) < 1e-6));
});

test("Max's functions are called by themselves, the Recorder's message too", () => {
  const patch = new Patch().begin();
  assert.throws(() => ({ own: patch.world.context.messnamed }).own("x"), /as a method/);
  patch.send("record 1");
  assert.deepEqual(patch.world.named, [["flow_recorder", "record", 1]]);
});

test("nothing goes out while the script is read", () => {
  assert.deepEqual(new Patch().world.sent, []);
});

test("what goes to flow_synth~ are messages that it has", () => {
  const known = Object.getOwnPropertyNames(FlowSynth.prototype)
    .filter((name) => name.startsWith("take_"))
    .map((name) => name.slice("take_".length));
  for (const name of NAMES) {
    for (const [, selector] of textOf(name).matchAll(/outlets\.synth\("(\w+)"/g)) {
      assert.ok(known.includes(selector), `${name}: ${selector}`);
    }
  }
});

test("modules are found by Max: plain names, all there, and nothing but exports", () => {
  for (const name of NAMES) {
    const text = textOf(name);
    for (const [, required] of text.matchAll(/require\("([^"]+)"\)/g)) {
      assert.ok(fs.existsSync(path.join(SCRIPTS, required)), `${name}: ${required}`);
      assert.match(required, /^\w+\.js$/);
    }
    assert.doesNotMatch(text, /module\.exports|^import |^export /m, name);
  }
});

test("modules hold nothing that changes", () => {
  for (const name of NAMES) {
    assert.doesNotMatch(textOf(name), /^(let|var) /m, name);
  }
});

test("what was refused on the way is nothing that a quiet user did", () => {
  const patch = new Patch().begin();
  patch.units("mutate 1", "store_a 1", "match 1", "candidate 2", "store_b 1", "blend 0.5", "ab 1");
  assert.deepEqual(patch.synth.refused, []);
  patch.said(SYNTH);
});

test("an image that Max cannot free by hand is left to it", () => {
  const { Layer } = moduleOf("view_layer.js");
  const graphics = new Proxy({ size: [10, 10] }, { get: (it, name) => it[name] ?? (() => {}) });
  const layer = new Layer({
    MGraphics: class {
      scale() {}
    },
    Image: class {},
  });
  ["one", "two"].forEach((key) => layer.draw(graphics, key, () => {}));
  assert.equal(layer.key, "two");
});
