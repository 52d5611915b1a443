import assert from "node:assert/strict";
import { test } from "node:test";

import { MapPointer } from "../../python/flow_synth/site/map_pointer.js";
import { MapSpace } from "../../python/flow_synth/site/map_space.js";

/** A face, what is done to it, and what the map is told of. */
function hand() {
  const face = Object.assign(new EventTarget(), { setPointerCapture() {} });
  const pointer = new MapPointer(face);
  const told = [];
  for (const name of ["onclick", "onpan", "onzoom", "online"]) {
    pointer[name] = (...what) => told.push([name, ...what]);
  }
  const act = (name, pointerId, offsetX, offsetY, button = 0) =>
    face.dispatchEvent(Object.assign(new Event(`pointer${name}`), { pointerId, offsetX, offsetY, button }));
  return { pointer, told, act };
}

test("a press that does not move is a click, of the first button alone", () => {
  const { told, act } = hand();
  act("down", 1, 30, 40, 2);
  act("up", 1, 30, 40, 2);
  assert.deepEqual(told, []);
  act("down", 1, 30, 40);
  act("up", 1, 30, 40);
  assert.deepEqual(told, [["onclick", { x: 30, y: 40 }]]);
});

test("a drag moves the map by as much, and is no click", () => {
  const { told, act } = hand();
  act("down", 1, 30, 40);
  act("move", 1, 31, 40);
  act("move", 1, 40, 45);
  act("move", 1, 41, 45);
  act("up", 1, 41, 45);
  assert.deepEqual(told, [["onpan", 10, 5], ["onpan", 1, 0]]);
});

test("two fingers take what lies under them along", () => {
  const { pointer, act } = hand();
  const map = new MapSpace([]);
  map.resize(400, 300);
  pointer.onpan = (right, down) => map.panBy(right, down);
  pointer.onzoom = (factor, at) => map.zoomBy(factor, at);
  map.zoomBy(4, { x: 200, y: 150 });
  const under = [{ x: 150, y: 150 }, { x: 250, y: 150 }].map((pixels) => map.toPlace(pixels));
  act("down", 1, 150, 150);
  act("down", 2, 250, 150);
  for (let step = 1; step <= 20; ++step) {
    act("move", 1, 150 - 2 * step, 150 + step);
    act("move", 2, 250 + 3 * step, 150 + step);
  }
  under.map((place) => map.toPixels(place)).forEach(({ x, y }, finger) => {
    assert.ok(Math.hypot(x - [110, 310][finger], y - 170) < 2, `finger ${finger} is at ${x}, ${y}`);
  });
});

test("a second finger neither makes the map jump nor chooses", () => {
  const { told, act } = hand();
  act("down", 1, 100, 100);
  act("down", 2, 300, 300);
  act("down", 3, 200, 10);
  act("move", 3, 20, 10);
  act("up", 3, 20, 10);
  act("up", 2, 300, 300);
  act("move", 1, 101, 100);
  act("up", 1, 101, 100);
  assert.deepEqual(told, [["onpan", 1, 0]]);
});

test("a line is drawn by one finger, and ends once", () => {
  const { pointer, told, act } = hand();
  pointer.isDrawing = true;
  act("down", 1, 0, 0);
  act("down", 2, 300, 300);
  act("move", 2, 310, 300);
  act("move", 1, 5, 5);
  act("up", 2, 310, 300);
  pointer.online = (what, at) => {
    told.push(["online", what, at]);
    pointer.isDrawing = false;
  };
  act("up", 1, 6, 6);
  assert.deepEqual(told.map(([, what, { x }]) => [what, x]), [["begin", 0], ["on", 5], ["end", 6]]);
});
