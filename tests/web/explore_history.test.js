import assert from "node:assert/strict";
import { test } from "node:test";

import { StepHistory } from "../../python/flow_synth/site/step_history.js";

/** @param {number} nSteps */
function walked(nSteps) {
  const history = new StepHistory();
  for (let step = 1; step <= nSteps; ++step) {
    history.add(`step ${step}`, [step / 100]);
  }
  return history;
}

test("nothing can be undone where nothing was done", () => {
  const history = walked(0);
  assert.equal(history.current, undefined);
  assert.ok(!history.canUndo && !history.canRedo);
  history.add("the beginning", [0]);
  assert.ok(!history.canUndo);
});

test("undo and redo lead through all steps", () => {
  const history = walked(3);
  assert.ok(history.canUndo && !history.canRedo);
  assert.deepEqual(history.goTo(1), { id: 1, label: "step 1", units: [0.01] });
  assert.ok(!history.canUndo && history.canRedo);
  history.goTo(3);
  assert.equal(history.current?.label, "step 3");
});

test("a new step takes the place of those that were undone", () => {
  const history = walked(3);
  history.goTo(1);
  history.add("elsewhere", Float32Array.of(0.5));
  assert.deepEqual(history.steps.map(({ label }) => label), ["step 1", "elsewhere"]);
  assert.deepEqual(history.current, { id: 2, label: "elsewhere", units: [0.5] });
  assert.ok(!history.canRedo);
});

test("only the last steps are kept, and one that is gone leads nowhere", () => {
  const history = walked(130);
  assert.equal(history.steps.length, 100);
  assert.equal(history.goTo(30), undefined);
  assert.equal(history.current?.id, 130);
  assert.equal(history.goTo(31)?.label, "step 31");
  assert.ok(!history.canUndo);
});

test("what was kept goes on where it was", () => {
  const { steps } = walked(3);
  const kept = JSON.parse(JSON.stringify(steps));
  assert.equal(new StepHistory(kept, 2).current?.label, "step 2");
  assert.equal(new StepHistory(kept, 77).current?.label, "step 3");
  assert.equal(new StepHistory(kept).current?.label, "step 3");
});
