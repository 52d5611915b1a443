// A plug-in inside Flow Synth.

const assert = require("node:assert/strict");
const test = require("node:test");

const { PATCH, PLUGIN, Patch, SYNTH } = require("./device_for_tests.js");

const NAMES = ["Volume", "AMP ATTACK", "Filter Cutoff", "Filter-Mode", "knob 3", "knob 4"];

function withPlugin() {
  const patch = new Patch().begin();
  patch.send("host 1");
  patch.world.send("vst_params", ...NAMES);
  return patch;
}

test("the own voice is silent while a plug-in plays, and held notes are let go", () => {
  const patch = new Patch().begin();
  patch.send("host 1");
  assert.deepEqual(patch.said(SYNTH), ["voice 0"]);
  assert.deepEqual(patch.said(PATCH), ["notes flush"]);
  patch.send("host 0");
  assert.deepEqual(patch.said(SYNTH), ["voice 1"]);
});

test("knobs are found by name, turned by number from 1, and only where they have changed", () => {
  const patch = withPlugin();
  assert.equal(patch.status, "The plug-in has 5 of the model's 6 knobs");
  patch.units("macro_1 0.75");
  assert.deepEqual(patch.said(PLUGIN), ["3 0.75", "4 0.5", "2 0.5", "5 0.5", "6 0.5"]);
  patch.units("macro_3 0.25");
  assert.deepEqual(patch.said(PLUGIN), ["2 0.25"]);
  patch.units("macro_3 0.25004");
  assert.deepEqual(patch.said(PLUGIN), []);
});

test("nothing is turned before the user has moved something", () => {
  const patch = withPlugin();
  patch.run(3000);
  assert.deepEqual(patch.said(PLUGIN), []);
});

test("another plug-in is turned anew, and none is asked for", () => {
  const patch = withPlugin();
  patch.units("macro_1 0.75");
  patch.said(PLUGIN);
  patch.world.send("vst_params", ...NAMES);
  patch.units("macro_1 0.7");
  assert.equal(patch.said(PLUGIN).length, 5);
  patch.world.send("vst_params");
  assert.match(patch.status, /Choose the plug-in/);
  patch.units("macro_1 0.1");
  assert.deepEqual(patch.said(PLUGIN), []);
});

test("with the own voice no plug-in is turned", () => {
  const patch = withPlugin();
  patch.send("host 0");
  patch.units("macro_1 0.75");
  assert.deepEqual(patch.said(PLUGIN), []);
});
