// Presets of the Set, and files of presets.

const assert = require("node:assert/strict");
const test = require("node:test");

const { CONTROLS, PATCH, Patch, SYNTH, VIEWS } = require("./device_for_tests.js");
const { moduleOf } = require("./max/max_world.js");

function save(patch, name) {
  patch.world.send("preset_name", name);
  patch.send("preset_save 1");
}

function rows(patch) {
  return patch.said(VIEWS, "presets row").map((row) => row.replace("presets row ", ""));
}

test("presets are saved, listed by name, and heard again", () => {
  const patch = new Patch().begin();
  const first = patch.units("mutate 1");
  save(patch, "Zither one");
  patch.units("mutate 1");
  patch.said(VIEWS);
  save(patch, "Anvil");
  assert.deepEqual(rows(patch), ["1 Anvil 0", "2 Zither one 0"]);
  assert.deepEqual(patch.units("presets_click 2"), first);
  assert.equal(patch.history.at(-1).source, "preset");
  assert.ok(patch.said(CONTROLS).includes("preset_name set Zither one"));
});

test("favourites come first, until they are none", () => {
  const patch = new Patch().begin();
  ["a", "b", "c"].forEach((name) => save(patch, name));
  patch.said(VIEWS);
  patch.send("presets_favourite 3");
  assert.deepEqual(rows(patch), ["1 c 1", "2 a 0", "3 b 0"]);
  patch.send("presets_favourite 1");
  assert.deepEqual(rows(patch), ["1 a 0", "2 b 0", "3 c 0"]);
});

test("a name that is taken is this sound from then on, and says so", () => {
  const patch = new Patch().begin();
  save(patch, "Bell");
  const now = patch.units("mutate 1");
  patch.said(VIEWS);
  save(patch, "Bell");
  assert.equal(patch.status, "Bell is this sound now");
  assert.equal(rows(patch).length, 1);
  patch.units("mutate 1");
  assert.deepEqual(patch.units("presets_click 1"), now);
});

test("without a name there is a free one", () => {
  const patch = new Patch().begin();
  patch.send("preset_save 1");
  patch.world.send("preset_name");
  patch.said(VIEWS);
  patch.send("preset_save 1");
  assert.deepEqual(rows(patch), ["1 Preset 1 0", "2 Preset 2 0"]);
});

test("any word is a name", () => {
  const patch = new Patch().begin();
  ["text", "bang", "text two"].forEach((name) => save(patch, name));
  patch.said(VIEWS);
  patch.send("presets_favourite 3");
  assert.deepEqual(rows(patch), ["1 text two 1", "2 bang 0", "3 text 0"]);
});

test("the preset of the name is deleted, and nothing else", () => {
  const patch = new Patch().begin();
  ["a", "b"].forEach((name) => save(patch, name));
  patch.units("presets_click 1");
  patch.said(VIEWS);
  patch.send("preset_delete 1");
  assert.deepEqual(rows(patch), ["1 b 0"]);
  patch.send("preset_delete 1");
  assert.match(patch.status, /Click the preset that shall go/);
  patch.run();
  assert.equal(patch.kept.presets.name, "b");
});

test("a flow-synth preset is written in human values, choices by name", () => {
  const patch = new Patch().begin();
  patch.units("macro_1 0.75", "macro_2 1");
  save(patch, "Glass / Anchor");
  patch.said(PATCH);
  patch.send("preset_write 1");
  assert.deepEqual(patch.said(PATCH, "save_dialog"), ["save_dialog Glass Anchor.json"]);
  patch.world.send("saved_to", "/home/Glass.json");
  patch.run();
  const content = JSON.parse(patch.world.files.get("/home/Glass.json"));
  assert.equal(content.format, "flow-synth preset");
  assert.equal(content.version, 1);
  assert.equal(content.synth, "builtin");
  assert.equal(content.name, "Glass / Anchor");
  assert.deepEqual(content.parameters, {
    filter_cutoff: 750,
    filter_mode: "highpass",
    amp_attack: 500,
    knob_3: 500,
    knob_4: 500,
    knob_5: 500,
  });
  assert.equal(patch.status, "Wrote /home/Glass.json");
});

test("what is written is what sounds, even while it has just moved", () => {
  const patch = new Patch().begin();
  patch.send("macro_1 0.125");
  patch.send("preset_write 1");
  patch.world.send("saved_to", "/home/now.json");
  patch.run();
  const content = JSON.parse(patch.world.files.get("/home/now.json"));
  assert.equal(content.parameters.filter_cutoff, 125);
});

test("a file that waits for a sound that has gone is not written", () => {
  const patch = new Patch().begin();
  patch.isCordCut = true;
  patch.world.send("saved_to", "/home/late.json");
  patch.run(1900);
  assert.doesNotMatch(patch.status ?? "", /not written/);
  patch.run(200);
  assert.match(patch.status, /late\.json is not written.*try again/);
  patch.isCordCut = false;
  patch.units("mutate 1");
  assert.equal(patch.world.files.get("/home/late.json"), undefined);
  patch.isCordCut = true;
  patch.world.send("saved_to", "/home/other.json");
  patch.isCordCut = false;
  patch.send("model 1");
  patch.run();
  assert.equal(patch.world.files.get("/home/other.json"), undefined);
});

test("a longer file is written over whole", () => {
  const patch = new Patch().begin();
  patch.world.files.set("/home/old.json", "x".repeat(100000));
  patch.world.send("saved_to", "/home/old.json");
  patch.run();
  JSON.parse(patch.world.files.get("/home/old.json"));
});

test("a folder that cannot be written to is said to be one", () => {
  const patch = new Patch().begin();
  patch.world.send("saved_to", "/read-only/now.json");
  patch.run();
  assert.match(patch.status, /cannot be written; choose another folder/);
});

test("amsynth gets a bank of its own text", () => {
  const { presetFile } = moduleOf("preset_file.js");
  const knobs = [
    { name: "amp_attack", human: 0.5, choice: "" },
    { name: "osc1_waveform", human: 2, choice: "saw" },
    { name: "osc2_detune", human: -0.25, choice: "" },
    { name: "reverb_wet", human: 0.00001, choice: "" },
  ];
  const { fileName, text } = presetFile("amsynth-32", "One\nTwo", knobs);
  assert.equal(fileName, "One Two.bank");
  assert.equal(
    text,
    "amSynth\n<preset> <name> One Two\n<parameter> amp_attack 0.5\n" +
      "<parameter> osc1_waveform 2.0\n<parameter> osc2_detune -0.25\n" +
      "<parameter> reverb_wet 1e-05\nEOF\n",
  );
});

test("every number is read back from its text", () => {
  const { numberText } = moduleOf("number_text.js");
  for (let step = 0; step < 2000; step += 1) {
    const value = Math.fround(Math.sin(step) * 10 ** ((step % 40) - 20));
    assert.equal(Number(numberText(value)), value);
  }
});

test("nothing is saved or written before there is a sound", () => {
  const patch = new Patch();
  patch.world.live.isAlive = true;
  patch.isCordCut = true;
  patch.send("ready");
  patch.send("preset_save 1");
  assert.match(patch.status, /no sound yet/);
  patch.send("preset_write 1");
  assert.match(patch.status, /no model yet/);
  assert.deepEqual(patch.said(SYNTH, "params"), []);
});
