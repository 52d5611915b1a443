import assert from "node:assert/strict";
import { test } from "node:test";

import { convexWeights, mixture, neighbours } from "../../python/flow_synth/site/neighbourhood.js";

const PRESETS = [
  { x: 0.1, y: 0.5 },
  { x: 0.4, y: 0.5 },
  { x: 0.2, y: 0.5 },
  { x: 0.11, y: 0.9 },
];

/** The same numbers in the same order, again and again. */
function given(...numbers) {
  let next = 0;
  return () => numbers[next++ % numbers.length];
}

test("neighbours are the nearest on the map, the preset itself first", () => {
  const all = PRESETS.map(() => true);
  assert.deepEqual(neighbours(PRESETS, all, PRESETS[0], 3), [0, 2, 1]);
  assert.deepEqual(neighbours(PRESETS, all, { x: 0, y: 1 }, 1), [3]);
  assert.deepEqual(neighbours(PRESETS, all, PRESETS[0], 9).length, 4);
});

test("what is not shown is nobody's neighbour", () => {
  assert.deepEqual(neighbours(PRESETS, [false, true, false, true], PRESETS[0], 9), [1, 3]);
});

test("weights are convex, whatever is drawn", () => {
  for (const random of [given(0.1, 0.7, 0.3), given(0, 0.999999), given(0)]) {
    const weights = convexWeights(5, random);
    assert.equal(weights.length, 5);
    assert.ok(weights.every((one) => one >= 0));
    assert.ok(Math.abs(weights.reduce((sum, one) => sum + one, 0) - 1) < 1e-12);
  }
});

test("the same random numbers give the same weights, and others give others", () => {
  const weights = () => convexWeights(3, given(0.1, 0.7, 0.3));
  assert.deepEqual(weights(), weights());
  assert.notDeepEqual(weights(), convexWeights(3, given(0.2, 0.7, 0.3)));
});

test("weights are drawn evenly: every one is as large on average, and they spread as they must", () => {
  let state = 1;
  // Park and Miller 1988.
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const n = 4;
  const drawn = Array.from({ length: 20000 }, () => convexWeights(n, random));
  for (let index = 0; index < n; ++index) {
    const mean = drawn.reduce((sum, one) => sum + one[index], 0) / drawn.length;
    const square = drawn.reduce((sum, one) => sum + one[index] ** 2, 0) / drawn.length;
    // Of the even distribution on a simplex; with so many draws within 1 %.
    assert.ok(Math.abs(mean - 1 / n) < 0.005, String(mean));
    assert.ok(Math.abs(square - 2 / (n * (n + 1))) < 0.003, String(square));
  }
});

test("a mixture lies between its places", () => {
  const [x, y] = mixture([[0, 8], [4, 0], Float32Array.of(2, 2)], [0.5, 0.25, 0.25]);
  assert.ok(Math.abs(x - 1.5) < 1e-12 && Math.abs(y - 4.5) < 1e-12);
  assert.deepEqual(mixture([[1, 2], [3, 4]], [0, 1]), [3, 4]);
});
