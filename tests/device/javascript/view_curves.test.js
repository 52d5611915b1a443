// Curves along a macro knob.

const assert = require("node:assert/strict");
const test = require("node:test");

const { moduleOf } = require("./max/max_world.js");
const { ViewWorld } = require("./max/view_world.js");

const { descriptorLines, mostMoved } = moduleOf("view_curves.js");
const { changeTexts, short } = moduleOf("view_curves_paint.js");

const SIZE = [232, 114];

function curves(...messages) {
  const view = new ViewWorld(["flow_curves.js"], SIZE);
  for (const message of messages) {
    view.send(...message);
  }
  return view;
}

const texts = (view) => view.paint().texts.map(({ text }) => text);

const KNOBS = [
  ["begin", 3, 2],
  ["names", "still", "filter_cutoff", "amp_attack"],
  ["point", 0, 0.5, 0.1, 0.4],
  ["point", 1, 0.501, 0.9, 0.3],
];
const SOUND = [
  ["axes", "brightness", "tail"],
  ["descriptor", 0, 1.0, 0.4],
  ["descriptor", 1, 1.2, 0.4],
];

test("the knobs that move furthest come first, and those that rest are left out", () => {
  const points = [0, 0.5, 1].map((position) => ({
    position,
    values: [0.5, position, 1 - position / 2, 0.3 + position / 500, Math.sin(3 * position)],
  }));
  const lines = mostMoved(points, ["a", "b_c", "d", "e", "f"]);
  assert.deepEqual(lines.map(({ name }) => name), ["b c", "f", "d"]);
  assert.deepEqual([...lines[0].values], [0, 50, 100]);
});

test("a descriptor fills its plot only where it changes by much", () => {
  const points = [0, 1].map((position) => ({
    position,
    values: [10 + position, 10 + 9 * position],
  }));
  const about = { axes: ["still", "moving"], units: [], ranges: [] };
  const [moving, still] = descriptorLines(points, about);
  assert.equal(moving.name, "moving");
  assert.deepEqual([moving.low, moving.high], [10, 19]);
  assert.ok(still.high - still.low > 2);
  assert.ok(still.low < 10 && still.high > 11);
});

test("a range that is given is the scale, and holds what lies outside", () => {
  const points = [0, 1].map((position) => ({ position, values: [position, 5 * position] }));
  const about = { axes: ["a", "b"], units: ["s", "dB"], ranges: [0, 10, -2, 4] };
  const [b, a] = descriptorLines(points, about);
  assert.deepEqual([b.name, b.unit, b.low, b.high], ["b", "dB", -2, 5]);
  assert.deepEqual([a.name, a.unit, a.low, a.high], ["a", "s", 0, 10]);
});

test("numbers are as short as they can be read", () => {
  const values = [0.0004, 0.0042, 0.123, 1.26, 12.6, -9.04, NaN];
  assert.deepEqual(values.map(short), ["0", "0.004", "0.12", "1.3", "13", "-9", "?"]);
  const line = { unit: "dB", values: [1, 2, 3] };
  assert.deepEqual([...changeTexts(line)], ["1 to 3 dB", "1–3 dB", "1 to 3"]);
  assert.deepEqual([...changeTexts({ ...line, values: [-1, 3] })], ["-1 to 3 dB", "-1 to 3"]);
  assert.deepEqual([...changeTexts({ ...line, unit: "" })], ["1 to 3"]);
});

test("curves show at their end, not line by line", () => {
  const view = curves(...KNOBS, ...SOUND);
  assert.match(texts(view).join(" "), /come with the model/);
  view.send("end");
  const shown = texts(view);
  assert.ok(shown.includes("filter cutoff") && shown.includes("brightness"));
  assert.ok(shown.includes("macro 3"));
  view.send("begin", 4, 2);
  assert.deepEqual(texts(view), shown);
});

test("the legend says from where to where, and in which unit", () => {
  const view = curves(...KNOBS, ...SOUND, ["axis_units", "acum", "s"], ["end"]);
  const shown = texts(view).join("; ");
  assert.match(shown, /10(–| to )90 %; filter cutoff/);
  assert.match(shown, /1(–| to )1.2 acum; brightness/);
});

test("all text lies inside, and no two texts lie on each other", () => {
  const long = [
    ["begin", 12, 2],
    ["names", "filter_key_tracking_amount", "oscillator_two_pulse_width", "reverb_damping"],
    ["point", 0, 0.1, 0.2, 0.3],
    ["point", 1, 0.9, 0.8, 0.7],
    ["axes", "aggression", "brightness", "sustain"],
    ["axis_units", "acum", "acum", "dB"],
    ["descriptor", 0, 1.234, 0.00123, -12.3],
    ["descriptor", 1, 0.456, 0.00456, -1.23],
    ["end"],
  ];
  const lines = curves(...long).paint().texts.filter(({ text }) => text !== "");
  for (const [index, line] of lines.entries()) {
    assert.ok(line.x >= 0 && line.x + line.width <= SIZE[0] + 0.5 && line.y <= SIZE[1]);
    for (const other of lines.slice(0, index)) {
      const isBeside = line.x >= other.x + other.width || other.x >= line.x + line.width;
      assert.ok(isBeside || Math.abs(line.y - other.y) >= 7, `${line.text} on ${other.text}`);
    }
  }
});

test("a model without a map has curves of knobs alone", () => {
  const view = curves(...KNOBS, ["axes"], ["end"]);
  assert.ok(texts(view).includes("none"));
});

test("a macro knob that moves nothing says so", () => {
  const points = [0, 1].map((position) => ["point", position, 0.5]);
  const view = curves(["begin", 5, 2], ["names", "a"], ...points, ["end"]);
  assert.match(texts(view).join(" "), /Macro 5 moves nothing from here/);
});

test("values that are none leave gaps, and nothing fails", () => {
  const view = curves(
    ["begin", 1, 3],
    ["names", "a", "b", "c"],
    ["point", 0, 0.1, "nan"],
    ["point", "nan", 0.1],
    ["point", 0.5, NaN, 0.2, 7],
    ["point", 1, 0.9, 0.8, -7, 4, 5],
    ["axes", "x", "y"],
    ["descriptor", 0, NaN, NaN],
    ["descriptor", 1, 1, "nan"],
    ["axis_ranges", 1, "nan"],
    ["end"],
    ["here", "nan"],
  );
  view.paint();
  for (const here of [0, 1, -4, 9]) {
    view.send("here", here);
    view.paint();
  }
  for (const message of [["end"], ["begin"], ["end"], ["here"]]) {
    view.send(...message);
    view.paint();
  }
  assert.deepEqual(view.console, []);
  view.send("nonsense");
  assert.match(view.console[0], /no message 'nonsense'/);
});

test("in a view without room nothing fails", () => {
  for (const size of [[1, 1], [60, 20], [20, 300]]) {
    const view = new ViewWorld(["flow_curves.js"], size);
    for (const message of [...KNOBS, ...SOUND, ["end"]]) {
      view.send(...message);
    }
    view.paint();
  }
});
