// Lists: candidates, presets and knobs.

const assert = require("node:assert/strict");
const test = require("node:test");

const { moduleOf } = require("./max/max_world.js");
const { ViewWorld } = require("./max/view_world.js");

const { Rows } = moduleOf("view_rows.js");

const SIZE = [132, 114];

function list(kind, rows, size = SIZE) {
  const view = new ViewWorld(["flow_list.js", kind], size);
  view.send("count", rows.length);
  rows.forEach((row, index) => view.send("row", index + 1, ...row));
  view.paint();
  return view;
}

function presets(count) {
  return list("presets", Array.from({ length: count }, (_, index) => [`Preset ${index}`, 0]));
}

const texts = (view) => view.paint().texts.map(({ text }) => text);

function rowsOf(count, layout, size) {
  const rows = new Rows(layout);
  rows.setCount(count);
  rows.resize(size);
  return rows;
}

test("every row can be reached, and is found where it is drawn", () => {
  for (const columns of [1, 2]) {
    const rows = rowsOf(41, { height: 15, top: 12, columns }, SIZE);
    for (let index = 0; index < 41; index += 1) {
      rows.reveal(index);
      const row = rows.visible.find((each) => each.index === index);
      assert.ok(row.y >= 12 && row.y + row.height <= SIZE[1]);
      assert.equal(rows.at(row.x + 1, row.y + 1).index, index);
      assert.equal(rows.at(row.x + row.width - 1, row.y + row.height - 1).index, index);
    }
  }
});

test("rows scroll no further than their ends", () => {
  const rows = rowsOf(20, { height: 15 }, SIZE);
  rows.turn(5);
  assert.equal(rows.offset, 0);
  rows.turn(-1e6);
  assert.equal(rows.offset, 20 * 15 - SIZE[1]);
  rows.turn(NaN);
  assert.equal(rows.offset, 20 * 15 - SIZE[1]);
  rows.setCount(3);
  assert.equal(rows.offset, 0);
  assert.equal(rows.scrollBar, undefined);
});

test("the bar is as long as the part that is seen, and stays inside", () => {
  const rows = rowsOf(200, { height: 15 }, SIZE);
  for (let turn = 0; turn < 40; turn += 1) {
    const { y, height } = rows.scrollBar;
    assert.ok(y >= 0 && y + height <= SIZE[1] + 1e-9);
    rows.turn(-1);
  }
});

test("there is no row above, below or beside the rows", () => {
  const rows = rowsOf(3, { height: 15, top: 12 }, SIZE);
  for (const [x, y] of [[10, 5], [10, 60], [-1, 20], [500, 20], [10, NaN]]) {
    assert.equal(rows.at(x, y), undefined);
  }
});

test("a click on a preset chooses it, and on its star marks a favourite", () => {
  const view = presets(3);
  assert.deepEqual(view.mouse("click", 20, 20), [["presets_click", 2]]);
  assert.deepEqual(view.mouse("click", 125, 40), [["presets_favourite", 3]]);
  assert.deepEqual(view.mouse("click", 20, 100), []);
});

test("clicks meet the rows that are seen after scrolling", () => {
  const view = presets(30);
  view.mouse("wheel", 20, 20, 0, -0.125);
  assert.deepEqual(view.mouse("click", 20, 2), [["presets_click", 2]]);
});

test("the chosen preset is scrolled to, once", () => {
  const view = presets(30);
  view.send("chosen", 25);
  assert.ok(texts(view).includes("Preset 24"));
  view.mouse("wheel", 20, 20, 0, 1e6);
  assert.equal(texts(view)[0], "Preset 0");
  for (const none of [0, 99, "nan"]) {
    view.send("chosen", none);
    view.paint();
  }
  assert.deepEqual(view.console, []);
});

test("names are cut to their place, and numbers are names too", () => {
  const view = list("presets", [["A very long name that cannot be shown whole", 1], [808, 0]]);
  const [long, number] = view.paint().texts;
  assert.match(long.text, /^A very.*…$/);
  assert.ok(long.x + long.width <= SIZE[0] - 18);
  assert.equal(number.text, "808");
});

test("candidates show rank and percent, and the meter what sounds", () => {
  const view = list("candidates", [[83.4], [71], [NaN]], [148, 64]);
  assert.deepEqual(texts(view), ["1", "83 %", "2", "71 %", "3", "?", "Similarity", "–"]);
  view.send("meter", 71);
  assert.equal(texts(view).at(-1), "71 %");
  view.send("meter", -1);
  assert.equal(texts(view).at(-1), "–");
  assert.deepEqual(view.mouse("click", 10, 20), [["candidates_click", 1]]);
  assert.deepEqual(view.mouse("click", 100, 20), [["candidates_click", 3]]);
});

test("eight candidates are seen at once", () => {
  const rows = Array.from({ length: 8 }, (_, index) => [90 - index]);
  const view = list("candidates", rows, [148, 64]);
  for (let rank = 1; rank <= 8; rank += 1) {
    assert.ok(texts(view).includes(String(rank)));
  }
  for (const { y } of view.graphics.texts) {
    assert.ok(y <= 64);
  }
});

test("knobs show their text until their bar moves, then percent", () => {
  const rows = [["cutoff", 0.4, "1.2 kHz", 0], ["mode", 0.5, "low pass", 1]];
  const view = list("knobs", rows, [248, 133]);
  assert.deepEqual(texts(view), ["cutoff", "1.2 kHz", "mode", "low pass"]);
  view.send("units", 0.62, 0.5);
  assert.deepEqual(texts(view), ["cutoff", "62 %", "mode", "low pass"]);
  view.send("units", 0.4, NaN, 0.7);
  assert.deepEqual(texts(view), ["cutoff", "1.2 kHz", "mode", "low pass"]);
  assert.deepEqual(view.mouse("click", 30, 20), [["knobs_click", 2]]);
});

test("a list that is empty says what to do", () => {
  const sentences = {
    candidates: /Record or drop a sound/,
    presets: /No presets yet/,
    knobs: /come with the model/,
  };
  for (const [kind, sentence] of Object.entries(sentences)) {
    const view = list(kind, []);
    assert.match(texts(view).join(" "), sentence);
    assert.deepEqual(view.mouse("click", 10, 30), []);
    for (const message of [["units", 1], ["meter", 2], ["nonsense"]]) {
      view.send(...message);
    }
    assert.match(view.console.join(), /no message 'nonsense'/);
  }
});

test("rows that do not fit their count, and counts that are none, do no harm", () => {
  for (const kind of ["candidates", "presets", "knobs"]) {
    const view = list(kind, []);
    for (const count of [NaN, -3, 1e12, "many", 2]) {
      view.send("count", count);
      view.send("row", 0, "x");
      view.send("row", 99, "x");
      view.send("row", NaN, "x");
      view.send("row", 1);
      view.paint();
    }
    assert.deepEqual(view.console, []);
  }
});

test("in a view without room nothing fails", () => {
  for (const size of [[1, 1], [20, 5], [5, 200]]) {
    for (const kind of ["candidates", "presets", "knobs"]) {
      const view = list(kind, [["a long name", 1, "a long text", 1]], size);
      view.mouse("idle", 0, 0);
      view.mouse("wheel", 0, 0, 0, -3);
      view.paint();
    }
  }
});
