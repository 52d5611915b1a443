import assert from "node:assert/strict";
import { test } from "node:test";

import { MapPath, presetsAlong } from "../../python/flow_synth/site/map_path.js";

const PRESETS = [
  { x: 0.1, y: 0.5 },
  { x: 0.4, y: 0.52 },
  { x: 0.9, y: 0.48 },
  { x: 0.4, y: 0.9 },
];
const ALL = PRESETS.map(() => true);
const LINE = [{ x: 0.1, y: 0.5 }, { x: 0.5, y: 0.5 }, { x: 0.95, y: 0.5 }];

const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test("a line finds the presets along it, in its order, and no other", () => {
  assert.deepEqual(presetsAlong(LINE, PRESETS, ALL), [0, 1, 2]);
  assert.deepEqual(presetsAlong([...LINE].reverse(), PRESETS, ALL), [2, 1, 0]);
});

test("a line that comes back finds a preset again", () => {
  const there = presetsAlong([...LINE, ...[...LINE].reverse()], PRESETS, ALL);
  assert.deepEqual(there, [0, 1, 2, 1, 0]);
});

test("presets that are not shown are on no path", () => {
  assert.deepEqual(presetsAlong(LINE, PRESETS, [true, false, true, true]), [0, 2]);
  assert.deepEqual(presetsAlong(LINE, PRESETS, PRESETS.map(() => false)), []);
});

test("a point is a short line, and none is none", () => {
  assert.deepEqual(presetsAlong([{ x: 0.88, y: 0.5 }], PRESETS, ALL), [2]);
  assert.deepEqual(presetsAlong([], PRESETS, ALL), []);
});

test("a long line asks for no more presets than one hears", () => {
  const many = Array.from({ length: 1000 }, (_, index) => ({ x: index / 999, y: 0.5 }));
  const found = presetsAlong([{ x: 0, y: 0.5 }, { x: 1, y: 0.5 }], many, many.map(() => true));
  assert.ok(found.length > 10 && found.length <= 25, String(found.length));
  assert.deepEqual([found[0], found.at(-1)], [0, 999]);
});

test("a path begins at its first preset, ends at its last, and is in the middle in between", () => {
  const path = new MapPath([PRESETS[0], PRESETS[1], PRESETS[2]], [[0, 8], [2, 4], [4, -4]]);
  assert.deepEqual(path.at(0), { place: PRESETS[0], z: [0, 8] });
  assert.deepEqual(path.at(1), { place: PRESETS[2], z: [4, -4] });
  assert.deepEqual(path.at(7), path.at(1));
  assert.deepEqual(path.at(-7), path.at(0));
});

test("it is as fast everywhere on the map, and straight in the audio space", () => {
  const path = new MapPath([{ x: 0, y: 0 }, { x: 0.3, y: 0 }, { x: 0.3, y: 0.1 }], [[0], [1], [5]]);
  near(path.at(0.375).z[0], 0.5);
  near(path.at(0.375).place.x, 0.15);
  near(path.at(0.75).z[0], 1);
  near(path.at(0.875).z[0], 3);
  near(path.at(0.875).place.y, 0.05);
});

test("a path that stands stays where it is", () => {
  assert.deepEqual(new MapPath([PRESETS[0]], [[1, 2]]).at(0.5), { place: PRESETS[0], z: [1, 2] });
});
