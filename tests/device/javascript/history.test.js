// What sounded is never lost.

const assert = require("node:assert/strict");
const test = require("node:test");

const { CONTROLS, Patch, SYNTH } = require("./device_for_tests.js");
const { moduleOf } = require("./max/max_world.js");

const near = (one, other) => one.every((unit, index) => Math.abs(unit - other[index]) < 1e-6);

test("a step is made by what goes elsewhere, with a word on where from", () => {
  const patch = new Patch().begin();
  patch.units("match", "candidate 2", "mutate 1", "store_a 1", "mutate 1", "ab 0");
  assert.deepEqual(
    patch.history.map((step) => step.source),
    ["start", "match", "candidate", "mutate", "mutate", "A"],
  );
});

test("undo and redo go along the steps, and say where they end", () => {
  const patch = new Patch().begin();
  const start = patch.synth.units;
  const mutated = patch.units("mutate 1");
  assert.ok(near(patch.units("undo 1"), start));
  assert.ok(near(patch.units("redo 1"), mutated));
  patch.send("redo 1");
  assert.equal(patch.status, "There is nothing to redo");
  patch.units("undo 1");
  patch.send("undo 1");
  assert.equal(patch.status, "There is nothing to undo");
});

test("after any steps, as many undos lead back through each of them", () => {
  const actions = ["mutate 1", "match", "candidate 3", "macro_1 0.9", "blend 0.5", "mutate 1"];
  for (let seed = 1; seed <= 8; seed += 1) {
    const patch = new Patch().begin();
    patch.units("store_a 1", "mutate 1", "store_b 1");
    const places = [patch.synth.units];
    for (let count = 0; count < seed; count += 1) {
      patch.synth.sound = patch.synth.sound.map((unit) => (unit + 0.13 * (count + 1)) % 1);
      const action = actions[(seed * 7 + count * 5) % actions.length];
      const units = patch.units(action);
      if (!near(units, places.at(-1))) {
        places.push(units);
      }
    }
    for (const units of places.toReversed()) {
      assert.ok(near(patch.synth.units, units), `seed ${seed}`);
      patch.units("undo 1");
    }
  }
});

test("what was turned by hand becomes a step before anything else begins", () => {
  const patch = new Patch().begin();
  const turned = patch.units("macro_1 0.9");
  patch.units("mutate 1");
  assert.ok(near(patch.units("undo 1"), turned));
  assert.deepEqual(
    patch.history.map((step) => step.source),
    ["start", "hand", "mutate"],
  );
});

test("turning by hand is undone too, and redone", () => {
  const patch = new Patch().begin();
  const start = patch.synth.units;
  const turned = patch.units("macro_1 0.9");
  assert.ok(near(patch.units("undo 1"), start));
  assert.ok(near(patch.units("redo 1"), turned));
});

test("undo without pause goes one step each", () => {
  const patch = new Patch().begin();
  const first = patch.units("mutate 1");
  patch.units("mutate 1", "mutate 1", "mutate 1");
  patch.send("undo 1");
  patch.run(5);
  patch.send("undo 1");
  patch.send("undo 1");
  patch.run();
  assert.ok(near(patch.synth.units, first));
});

test("steps without pause are each kept once they have sounded", () => {
  const patch = new Patch().begin();
  for (let count = 0; count < 3; count += 1) {
    patch.send("mutate 1");
    patch.run(10);
  }
  patch.run();
  assert.equal(patch.history.length, 4);
});

test("a sound that comes again is no new step", () => {
  const patch = new Patch().begin();
  patch.units("match", "match", "match");
  assert.equal(patch.history.length, 2);
});

test("locked knobs stay where they are, and make no steps of their own", () => {
  const patch = new Patch().begin();
  patch.units("mutate 1", "knobs_click 1");
  const [held] = patch.synth.units;
  patch.units("mutate 1", "undo 1", "undo 1", "redo 1", "redo 1");
  assert.equal(patch.synth.units[0], held);
  assert.equal(patch.history.length, 3);
});

test("a hundred steps are kept, the newest", () => {
  const { History, MOST_STEPS } = moduleOf("history.js");
  const history = new History();
  for (let step = 0; step < MOST_STEPS + 20; step += 1) {
    history.push([step / 1000], "mutate");
  }
  assert.equal(history.steps.length, MOST_STEPS);
  assert.equal(history.present.units[0], (MOST_STEPS + 19) / 1000);
  let nBack = 0;
  while (history.undo()) {
    nBack += 1;
  }
  assert.equal(nBack, MOST_STEPS - 1);
});

test("a step after undo takes the place of what could be redone", () => {
  const { History } = moduleOf("history.js");
  const history = new History();
  ["a", "b", "c"].forEach((source, index) => history.push([index / 10], source));
  history.undo();
  history.push([0.9], "d");
  assert.equal(history.canRedo, false);
  assert.equal(history.steps.map((step) => step.source).join(), "a,b,d");
});

test("A and B are heard by their slots; what was never stored is asked for", () => {
  const patch = new Patch().begin();
  patch.send("ab 1");
  assert.deepEqual(patch.said(SYNTH), []);
  assert.match(patch.status, /no B yet; press Store B/);
  const a = patch.units("store_a 1");
  patch.units("mutate 1", "store_b 1");
  patch.said(SYNTH);
  assert.ok(near(patch.units("ab 0"), a));
  assert.equal(patch.said(SYNTH)[0], "recall 127");
  patch.said(CONTROLS);
});
