// Between two sounds, and around one.

const assert = require("node:assert/strict");
const test = require("node:test");

const { Patch, SYNTH } = require("./device_for_tests.js");

function withBoth() {
  const patch = new Patch().begin();
  const a = patch.units("store_a 1");
  const b = patch.units("mutate 1", "store_b 1");
  patch.said(SYNTH);
  return { patch, a, b };
}

test("the audio space is blended by flow_synth~", () => {
  const { patch } = withBoth();
  patch.send("blend 0.25");
  assert.deepEqual(patch.said(SYNTH), ["interpolate 127 128 0.25"]);
});

test("knobs are blended along the straight line", () => {
  const { patch, a, b } = withBoth();
  patch.send("blend_space 1");
  const units = patch.units("blend 0.25");
  units.forEach((unit, knob) => {
    assert.ok(Math.abs(unit - (a[knob] + (b[knob] - a[knob]) * 0.25)) < 1e-9);
  });
});

test("the ends of both spaces are A and B", () => {
  const { patch, a, b } = withBoth();
  for (const space of ["blend_space 0", "blend_space 1"]) {
    patch.send(space);
    for (const [share, end] of [
      [0, a],
      [1, b],
    ]) {
      const units = patch.units("blend 0.5", `blend ${share}`);
      units.forEach((unit, knob) => assert.ok(Math.abs(unit - end[knob]) < 1e-9));
    }
  }
});

test("one movement of the slider is one step", () => {
  const { patch } = withBoth();
  for (let share = 0; share <= 100; share += 1) {
    patch.send(`blend ${share / 100 - 0.3}`);
    patch.run(7);
  }
  patch.run();
  assert.deepEqual(
    patch.history.map((step) => step.source),
    ["start", "mutate", "blend"],
  );
});

test("both must be stored first", () => {
  const patch = new Patch().begin();
  patch.units("store_a 1");
  patch.said(SYNTH);
  patch.send("blend 0.5");
  assert.deepEqual(patch.said(SYNTH), []);
  assert.match(patch.status, /Store both A and B/);
});

test("mutation goes as far as its amount", () => {
  const patch = new Patch().begin();
  patch.send("mutate_amount 0.7");
  patch.send("mutate 1");
  assert.deepEqual(patch.said(SYNTH), ["mutate 0.7"]);
  patch.send("mutate 0");
  assert.deepEqual(patch.said(SYNTH), []);
});
