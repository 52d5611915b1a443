// Macro knobs, sliders of words, and the pad.

const assert = require("node:assert/strict");
const test = require("node:test");

const { CONTROLS, Patch, SYNTH, VIEWS } = require("./device_for_tests.js");

test("dials and sliders go to flow_synth~ by number and by name", () => {
  const patch = new Patch().begin();
  patch.send("macro_3 0.25");
  patch.send("semantic_2 -1.5");
  assert.deepEqual(patch.said(SYNTH), ["macro 3 0.25", "semantic attack -1.5"]);
});

test("a slider that the model lacks says nothing", () => {
  const patch = new Patch().begin();
  patch.send("semantic_7 1");
  assert.deepEqual(patch.said(SYNTH), []);
});

test("dials, sliders and the pad follow what else has moved, once it has settled", () => {
  const patch = new Patch().begin();
  patch.units("macro_1 0.9", "semantic_1 1.5");
  patch.said(CONTROLS);
  patch.send("match 1");
  patch.run(90);
  assert.deepEqual(patch.said(CONTROLS, "macro"), []);
  patch.run();
  const shown = patch.said(CONTROLS);
  assert.ok(shown.includes("macro_1 set 0.75"));
  assert.ok(shown.includes("semantic_1 set 0"));
  assert.ok(shown.includes("x set 0.75"));
});

test("a control is shown only what it does not show, and left alone while it is moved", () => {
  const patch = new Patch().begin();
  patch.units("macro_1 0.9");
  assert.deepEqual(patch.said(CONTROLS, "macro"), [], "it stands there already");
  patch.send("macro_2 0.3");
  patch.send("match 1");
  patch.run(500);
  const shown = patch.said(CONTROLS, "macro");
  assert.ok(shown.includes("macro_1 set 0.75"));
  assert.ok(!shown.some((line) => line.startsWith("macro_2")));
  patch.run(2000);
  assert.deepEqual(patch.said(CONTROLS, "macro"), ["macro_2 set 0.75"]);
  patch.units("macro_3 0.7504");
  assert.deepEqual(patch.said(CONTROLS, "macro"), []);
});

test("automation that plays is never written to", () => {
  const patch = new Patch().begin();
  for (let step = 0; step < 400; step += 1) {
    patch.send(`macro_1 ${step / 400}`);
    patch.run(step % 10 === 0 ? 150 : 10);
  }
  assert.deepEqual(patch.said(CONTROLS, "macro_1"), []);
});

test("the pad turns two macro knobs, and shows where it is", () => {
  const patch = new Patch().begin();
  patch.send("x_dimension 3");
  patch.send("y_dimension 4");
  patch.said(CONTROLS);
  patch.send("xy_move 0.2 0.8");
  assert.deepEqual(patch.said(SYNTH), ["macro 3 0.2", "macro 4 0.8"]);
  assert.deepEqual(patch.said(CONTROLS), ["x set 0.2", "y set 0.8"]);
  patch.said(VIEWS);
  patch.send("x 0.4");
  assert.deepEqual(patch.said(SYNTH), ["macro 3 0.4"]);
  assert.deepEqual(patch.said(VIEWS, "xy"), ["xy at 0.4 0.8"]);
});

test("beyond its sides the pad stays at them", () => {
  const patch = new Patch().begin();
  patch.send("xy_move -3 7");
  assert.deepEqual(patch.said(SYNTH), ["macro 1 0", "macro 2 1"]);
});

test("a frozen pad moves nothing", () => {
  const patch = new Patch().begin();
  patch.send("freeze 1");
  for (const message of ["xy_move 0.2 0.8", "x 0.3", "y 0.3", "xy_release"]) {
    patch.send(message);
  }
  assert.deepEqual(patch.said(SYNTH), []);
  assert.deepEqual(patch.said(VIEWS, "xy freeze"), ["xy freeze 1"]);
  patch.send("freeze 0");
  patch.send("x 0.3");
  assert.deepEqual(patch.said(SYNTH), ["macro 1 0.3"]);
});

test("turning by hand floods neither history nor console nor questions", () => {
  const patch = new Patch().begin();
  for (let count = 0; count < 2000; count += 1) {
    patch.send(`macro_1 ${(count % 100) / 100}`);
    patch.send(`xy_move ${(count % 50) / 50} 0.5`);
    patch.run(1);
  }
  patch.run();
  assert.equal(patch.said(SYNTH, "dump").length, 1);
  assert.ok(patch.said(VIEWS, "knobs units").length <= 2000 / 50 + 2);
  assert.equal(patch.history.length, 1);
  assert.deepEqual(patch.world.console, []);
});
