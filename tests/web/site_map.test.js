import assert from "node:assert/strict";
import { test } from "node:test";

import { categoryColour, colouring, shareColour } from "../../python/flow_synth/site/map_colours.js";
import { MapSpace } from "../../python/flow_synth/site/map_space.js";

function space() {
  const preset = (name, x, y, category, tags) => ({
    name, x, y, category, tags, descriptors: [0, 1], units: [0, 2500, 10000],
  });
  const made = new MapSpace([
    preset("Dark Bass", 0.25, 0.25, 0, [-1, 0]),
    preset("Bright Bass", 0.75, 0.25, 0, [1, 0]),
    preset("Bright Bell", 0.75, 0.75, 1, [1, 1]),
    preset("Pad", 0.3, 0.9, -1, [0, -1]),
  ]);
  made.resize(400, 200);
  return made;
}

const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test("places and pixels are each other's inverse, wherever one looks", () => {
  const map = space();
  map.zoomBy(3, { x: 50, y: 20 });
  map.panBy(-13, 7);
  const { x, y } = map.toPlace(map.toPixels({ x: 0.31, y: 0.62 }));
  near(x, 0.31);
  near(y, 0.62);
});

test("the whole map is seen at first, and up is up", () => {
  const map = space();
  assert.deepEqual(map.toPixels({ x: 0.5, y: 0.5 }), { x: 200, y: 100 });
  assert.ok(map.toPixels({ x: 0.5, y: 1 }).y < map.toPixels({ x: 0.5, y: 0 }).y);
});

test("what lies under the pointer stays there when it is enlarged", () => {
  const map = space();
  const pixels = { x: 170, y: 80 };
  const before = map.toPlace(pixels);
  map.zoomBy(4, pixels);
  const after = map.toPlace(pixels);
  near(after.x, before.x);
  near(after.y, before.y);
});

test("no zoom loses the map", () => {
  const map = space();
  map.zoomBy(1e9, { x: 0, y: 0 });
  assert.ok(map.zoom <= 40);
  map.panBy(1e9, -1e9);
  const { x, y } = map.toPlace({ x: 200, y: 100 });
  assert.ok(x >= 0 && x <= 1 && y >= 0 && y <= 1);
  map.zoomBy(1e-9, { x: 0, y: 0 });
  assert.equal(map.zoom, 1);
  map.showAll();
  assert.deepEqual(map.toPixels({ x: 0.5, y: 0.5 }), { x: 200, y: 100 });
});

test("the nearest preset within reach is found, of those that are shown", () => {
  const map = space();
  const { x, y } = map.toPixels(map.presets[1]);
  assert.equal(map.nearest({ x: x + 3, y }, 10), 1);
  assert.equal(map.nearest({ x: x + 30, y }, 10), -1);
  map.filter({ category: 1 });
  assert.equal(map.nearest({ x, y }, 10), -1);
});

test("arrows lead to the next preset in their direction, or nowhere", () => {
  const map = space();
  assert.equal(map.neighbour(0, 1, 0), 1);
  assert.equal(map.neighbour(1, 0, 1), 2);
  assert.equal(map.neighbour(1, -1, 0), 0);
  assert.equal(map.neighbour(1, 1, 0), 1);
  map.filter({ text: "bass" });
  assert.equal(map.neighbour(1, 0, 1), 1);
});

test("filters narrow each other down", () => {
  const map = space();
  assert.equal(map.filter({}), 4);
  assert.equal(map.filter({ text: " BRIGHT " }), 2);
  assert.equal(map.filter({ text: "bright", category: 1 }), 1);
  assert.equal(map.filter({ axis: 0, side: 1 }), 2);
  assert.equal(map.filter({ axis: 1, side: -1 }), 1);
  assert.equal(map.filter({ text: "nothing" }), 0);
});

test("a preset's knobs are unit values", () => {
  assert.deepEqual(space().units(0), Float32Array.from([0, 0.25, 1]));
});

test("a place that is out of sight is brought into it", () => {
  const map = space();
  map.zoomBy(20, map.toPixels(map.presets[0]));
  map.reveal(map.presets[2]);
  const { x, y } = map.toPixels(map.presets[2]);
  assert.ok(x >= 0 && x <= 400 && y >= 0 && y <= 200);
});

test("knobs of a preset lie where it does, and all others among their nearest", () => {
  const preset = (x, y, unit) => ({ name: "", x, y, category: 0, tags: [], descriptors: [], units: [unit, 0] });
  const map = new MapSpace([preset(0.1, 0.2, 0), preset(0.9, 0.4, 10000)]);
  const { x, y } = map.placeOf([0, 0]);
  assert.ok(Math.abs(x - 0.1) < 1e-6 && Math.abs(y - 0.2) < 1e-6);
  near(map.placeOf([0.5, 0]).x, 0.5);
  assert.ok(map.placeOf([0.7, 0]).x > 0.8);
  assert.equal(new MapSpace([]).placeOf([0]), undefined);
});

test("knobs are a preset's if they are nearly its own", () => {
  const preset = (unit) => ({ name: "", x: 0, y: 0, category: 0, tags: [], descriptors: [], units: [unit, 0] });
  const map = new MapSpace([preset(5010), preset(5000), preset(9000)]);
  assert.equal(map.presetAt([0.5001, 0.0015]), 1);
  assert.equal(map.presetAt([0.9, 0.001]), 2);
  assert.equal(map.presetAt([0.88, 0]), -1);
  assert.equal(new MapSpace([]).presetAt([0]), -1);
});

test("what is found is brought into sight, if nothing of it is there", () => {
  const map = space();
  map.zoomBy(20, map.toPixels(map.presets[3]));
  const { zoom } = map;
  const seen = () => map.presets.filter((preset, index) => map.isShown[index] && map.sees(preset)).length;
  map.filter({ text: "bell" });
  assert.equal(seen(), 0);
  map.revealShown();
  assert.equal(seen(), 1);
  assert.equal(map.zoom, zoom);
  map.filter({ text: "bass" });
  map.revealShown();
  assert.equal(seen(), 2);
  assert.ok(map.zoom < zoom);
});

test("a hand that looks at something found is not led elsewhere", () => {
  const map = space();
  map.zoomBy(20, map.toPixels(map.presets[0]));
  const { zoom, middle } = map;
  map.filter({ text: "bass" });
  map.revealShown();
  map.filter({ text: "nothing" });
  map.revealShown();
  assert.deepEqual([map.zoom, map.middle], [zoom, middle]);
});

test("the preset nearest to a place is one that is shown", () => {
  const map = space();
  assert.equal(map.nearestShown({ x: 0.3, y: 0.3 }), 0);
  map.filter({ text: "bright" });
  assert.equal(map.nearestShown({ x: 0.3, y: 0.3 }), 1);
  map.filter({ text: "nothing" });
  assert.equal(map.nearestShown({ x: 0.3, y: 0.3 }), -1);
});

test("a place is brought into the middle", () => {
  const map = space();
  map.centre({ x: 0.75, y: 0.25 });
  assert.deepEqual(map.toPixels({ x: 0.75, y: 0.25 }), { x: 200, y: 100 });
});

test("the camera of the library sees what is seen", () => {
  for (const [width, height] of [[400, 200], [200, 400]]) {
    const map = space();
    map.resize(width, height);
    map.zoomBy(3, { x: 50, y: 20 });
    map.panBy(-13, 7);
    for (const place of map.presets) {
      const { x, y } = map.toPixels(place);
      // Column by column, as WebGL has it; its window is 2 high, and wider as the picture is.
      const at = (row) => {
        const of = (column) => map.view[4 * column + row];
        return of(0) * (2 * place.x - 1) + of(1) * (2 * place.y - 1) + of(3);
      };
      near(((at(0) * height) / width / 2 + 0.5) * width, x);
      near((0.5 - at(1) / 2) * height, y);
    }
  }
});

test("presets are coloured by category, or by their share of an axis", () => {
  const { presets } = space();
  const coloured = (axis) => {
    const { colours, numbers } = colouring(presets, axis);
    return numbers.map((number) => colours[number]);
  };
  assert.deepEqual(coloured(-1), [0, 0, 1, -1].map(categoryColour));
  assert.notEqual(categoryColour(0), categoryColour(1));
  assert.deepEqual(coloured(0), presets.map(() => shareColour(0)));
  assert.deepEqual(coloured(1), presets.map(() => shareColour(1)));
  assert.match(shareColour(0.5), /^#[0-9a-f]{6}$/);
});
