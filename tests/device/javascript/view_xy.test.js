// The pad of two macro knobs.

const assert = require("node:assert/strict");
const test = require("node:test");

const { ViewWorld } = require("./max/view_world.js");

const SIZE = [136, 95];

function pad() {
  const view = new ViewWorld(["flow_xy.js"], SIZE);
  view.paint();
  return view;
}

test("the mouse moves both from left to right and from below up, and says when it lets go", () => {
  const view = pad();
  assert.deepEqual(view.mouse("click", 8, 80), [["xy_move", 0, 0]]);
  assert.deepEqual(view.mouse("drag", 128, 8, 1), [["xy_move", 1, 1]]);
  assert.deepEqual(view.mouse("drag", 68, 44, 1), [["xy_move", 0.5, 0.5]]);
  assert.deepEqual(view.mouse("drag", 68, 44, 0), [["xy_release"]]);
  assert.deepEqual(view.mouse("drag", 68, 44, 0), []);
});

test("outside of the pad it stays at the edge", () => {
  const view = pad();
  view.mouse("click", 50, 50);
  assert.deepEqual(view.mouse("drag", -1e6, 1e6, 1), [["xy_move", 0, 0]]);
  assert.deepEqual(view.mouse("drag", 1e6, -1e6, 1), [["xy_move", 1, 1]]);
});

test("frozen, the mouse moves nothing, but what it began ends", () => {
  const view = pad();
  view.mouse("click", 50, 50);
  view.send("freeze", 1);
  assert.deepEqual(view.mouse("drag", 60, 60, 1), []);
  assert.deepEqual(view.mouse("drag", 60, 60, 0), [["xy_release"]]);
  assert.deepEqual(view.mouse("click", 50, 50), []);
  assert.deepEqual(view.mouse("drag", 60, 60, 0), []);
  assert.ok(view.paint().texts.some(({ text }) => text === "frozen"));
});

test("it names its macro knobs, inside and apart", () => {
  const view = pad();
  view.send("dimensions", 11, 16);
  const [across, up] = view.paint().texts;
  assert.equal(across.text, "X macro 11");
  assert.equal(up.text, "Y macro 16");
  assert.ok(across.x + across.width < up.x && up.x + up.width <= SIZE[0]);
});

test("values that are none are not shown, and nothing fails", () => {
  const view = pad();
  view.send("at", 0.2, 0.3);
  const messages = [["at"], ["at", NaN, 1], ["at", "nan", "nan"], ["dimensions"], ["freeze"]];
  for (const message of messages) {
    view.send(...message);
    view.paint();
  }
  assert.deepEqual(view.console, []);
  view.send("nonsense");
  assert.match(view.console[0], /no message 'nonsense'/);
});
