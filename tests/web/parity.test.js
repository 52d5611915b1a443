import assert from "node:assert/strict";
import { test } from "node:test";

import { distance, loaded, rows } from "./files.js";

// Largest difference allowed by DESIGN.md, "Numbers to reach".
const DECODE = 1e-5;
const ROUND_TRIP = 2e-5;

for (const model of ["builtin", "amsynth-32", "golden-2", "golden-4"]) {
  test(`the map of ${model} is the one that the native core computes`, (context) => {
    const instrument = loaded(`${model}.flow`);
    const nKnobs = instrument.description.knobs.length;
    const points = rows(`${model}.z`, nKnobs);
    const knobs = rows(`${model}.v`, nKnobs);
    assert.equal(points.length, 200);
    let decode = 0;
    let roundTrip = 0;
    points.forEach((z, index) => {
      const v = instrument.decode(z);
      decode = Math.max(decode, distance(v, knobs[index]));
      const back = instrument.decode(instrument.invert(v));
      roundTrip = Math.max(roundTrip, distance(back, v));
    });
    context.diagnostic(`${model}: decode within ${decode}, round trip within ${roundTrip}`);
    assert.ok(decode <= DECODE, `decode within ${decode}`);
    assert.ok(roundTrip <= ROUND_TRIP, `round trip within ${roundTrip}`);
  });
}
