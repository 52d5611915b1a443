// The list of knobs, locks and curves.

const assert = require("node:assert/strict");
const test = require("node:test");

const { Patch, SYNTH, VIEWS, mapText } = require("./device_for_tests.js");
const { moduleOf } = require("./max/max_world.js");

test("a click locks a knob, and the next frees it", () => {
  const patch = new Patch().begin();
  patch.send("knobs_click 3");
  assert.deepEqual(patch.said(SYNTH), ["lock amp_attack 1"]);
  assert.equal(patch.said(VIEWS, "knobs row 3")[0], "knobs row 3 amp attack 0.5 500 Hz 1");
  patch.send("knobs_click 3");
  assert.deepEqual(patch.said(SYNTH), ["lock amp_attack 0"]);
  patch.send("knobs_click 99");
  patch.send("knobs_click 0");
  assert.deepEqual(patch.said(SYNTH), []);
});

test("all are locked and freed, each once", () => {
  const patch = new Patch().begin();
  patch.send("knobs_click 1");
  patch.said(SYNTH);
  patch.send("lock_all 1");
  assert.equal(patch.said(SYNTH, "lock").length, 5);
  patch.send("lock_all 1");
  assert.deepEqual(patch.said(SYNTH), []);
  patch.send("unlock_all 1");
  assert.equal(patch.said(SYNTH, "lock").length, 6);
});

test("locked knobs hold while everything moves", () => {
  const patch = new Patch().begin();
  patch.units("knobs_click 1", "knobs_click 4");
  const before = patch.synth.units;
  const after = patch.units("match 1", "mutate 1", "macro_1 0.1");
  assert.deepEqual([after[0], after[3]], [before[0], before[3]]);
  assert.notEqual(after[2], before[2]);
});

test("locks are given again with the Set, where the knobs were", () => {
  const patch = new Patch().begin();
  patch.units("mutate 1", "knobs_click 1", "mutate 1");
  const again = new Patch({ dictionaries: patch.world.dictionaries }).begin({ isRestored: true });
  assert.deepEqual(again.synth.units, patch.synth.units);
  again.units("mutate 1");
  assert.equal(again.synth.units[0], patch.synth.units[0]);
});

test("values are shown as a musician reads them, once they have settled", () => {
  const patch = new Patch().begin();
  patch.units("macro_1 0.75", "macro_2 1");
  const rows = patch.said(VIEWS, "knobs row");
  assert.equal(rows.at(-6), "knobs row 1 filter cutoff 0.75 750 Hz 0");
  assert.equal(rows.at(-5), "knobs row 2 filter mode 1 highpass 0");
});

test("numbers read well", () => {
  const { humanText } = moduleOf("number_text.js");
  const texts = [
    [1234.5, "Hz", "", "1.23 kHz"],
    [440, "Hz", "", "440 Hz"],
    [0.0123, "s", "", "12.3 ms"],
    [2.5, "s", "", "2.5 s"],
    [-3, "dB", "", "-3 dB"],
    [0.5, "", "", "0.5"],
    [-2.5e-8, "dB", "", "0 dB"],
    [1, "", "saw", "saw"],
  ];
  for (const [human, unit, choice, text] of texts) {
    assert.equal(humanText(human, unit, choice), text);
  }
});

test("bars move while a hand turns, but not too often", () => {
  const patch = new Patch().begin();
  for (let step = 0; step < 200; step += 1) {
    patch.send(`macro_1 ${step / 200}`);
    patch.run(1);
  }
  patch.run(60);
  const bars = patch.said(VIEWS, "knobs units");
  assert.ok(bars.length >= 3 && bars.length <= 6, `${bars.length}`);
  assert.equal(bars.at(-1).split(" ")[2], "0.995");
});

test("curves are asked for where they are seen, and shown with those of the map", () => {
  const files = new Map([["builtin.map.json", mapText([[0.5, 0.5]])]]);
  const patch = new Patch({ files }).begin();
  patch.send("curve_macro 2");
  assert.deepEqual(patch.said(SYNTH), []);
  patch.send("page 3");
  assert.deepEqual(patch.said(SYNTH), ["curve 2 33"]);
  patch.run(5);
  const said = patch.said(VIEWS, "curves");
  assert.equal(said[0], "curves begin 2 33");
  assert.equal(said.filter((line) => line.startsWith("curves point")).length, 33);
  assert.ok(said.includes("curves axes"));
  assert.deepEqual(said.slice(-2), ["curves end", "curves here 0.5"]);
  patch.send("curve_macro 1");
  patch.run(5);
  const ofMap = patch.said(VIEWS, "curves");
  assert.ok(ofMap.includes("curves axes brightness attack"));
  assert.ok(ofMap.includes("curves axis_units acum s"));
  assert.ok(ofMap.includes("curves axis_ranges 0.85 1.25 0.01 0.1"));
  assert.ok(ofMap.includes("curves descriptor 1 3 4"));
});

test("curves follow where the sound goes, once it is there", () => {
  const patch = new Patch().begin();
  patch.send("page 3");
  patch.run();
  patch.said(SYNTH);
  for (let step = 0; step < 50; step += 1) {
    patch.send(`macro_1 ${step / 50}`);
    patch.run(5);
  }
  assert.deepEqual(patch.said(SYNTH, "curve"), []);
  patch.run();
  assert.deepEqual(patch.said(SYNTH, "curve"), ["curve 1 33"]);
});
