// The map: where points are, which one is meant, what the mouse says, and what is drawn.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const test = require("node:test");

const { AXES, CATEGORIES, mapFile } = require("./max/map_file.js");
const { moduleOf } = require("./max/max_world.js");
const { ROOT } = require("./max/mgraphics.js");
const { ViewWorld } = require("./max/view_world.js");

const { PointGrid } = moduleOf("view_grid.js");
const { LARGEST_ZOOM, MapTransform } = moduleOf("view_transform.js");

const SIZE = [352, 133];
const AREA = { x: 6, y: 6, width: 300, height: 100 };
const FILE = "/maps/builtin.map.json";

function worldOf(text, theme = "dark") {
  const world = new ViewWorld(["flow_map.js"], SIZE, { files: new Map([[FILE, text]]), theme });
  world.send("load", FILE);
  world.paint();
  return world;
}

function world(options) {
  return worldOf(JSON.stringify(mapFile(options)));
}

/** Presets on a raster, so that each is alone. */
function raster() {
  const map = mapFile({ nPresets: 12 });
  map.presets.forEach((preset, index) => {
    preset.x = (index % 4) / 3;
    preset.y = Math.floor(index / 4) / 2;
  });
  return worldOf(JSON.stringify(map));
}

/** Where a point of the whole map is in the view, above a legend of one line. */
function placeOf(x, y) {
  return [6 + x * (SIZE[0] - 12), 6 + (1 - y) * (SIZE[1] - 24)];
}

function close(first, second) {
  return first.every((value, index) => Math.abs(value - second[index]) < 1e-9);
}

test("the screen and the map are each other's inverse", () => {
  const transform = new MapTransform();
  transform.zoomAt(100, 50, 3, AREA);
  transform.pan(-20, 13, AREA);
  for (const point of [[0, 0], [0.3, 0.8], [1, 1]]) {
    assert.ok(close(transform.toMap(...transform.toScreen(...point, AREA), AREA), point));
  }
});

test("up on the map is up on the screen", () => {
  const transform = new MapTransform();
  assert.deepEqual([...transform.toScreen(0, 0, AREA)], [6, 106]);
  assert.deepEqual([...transform.toScreen(1, 1, AREA)], [306, 6]);
});

test("zooming keeps what is under the mouse, within bounds", () => {
  const transform = new MapTransform();
  const before = transform.toMap(150, 60, AREA);
  transform.zoomAt(150, 60, 5, AREA);
  assert.ok(close(transform.toMap(150, 60, AREA), before));
  transform.zoomAt(150, 60, 1e9, AREA);
  assert.equal(transform.zoom, LARGEST_ZOOM);
  transform.zoomAt(150, 60, 1e-9, AREA);
  assert.deepEqual([transform.zoom, transform.left, transform.bottom], [1, 0, 0]);
});

test("the map cannot be moved out of sight", () => {
  const transform = new MapTransform();
  transform.zoomAt(150, 60, 4, AREA);
  for (const [x, y] of [[1e6, 1e6], [-1e6, -1e6]]) {
    transform.pan(x, y, AREA);
    for (const edge of [transform.left, transform.bottom]) {
      assert.ok(edge >= 0 && edge <= 0.75);
    }
  }
});

test("the grid finds what a search through all points finds", () => {
  const { presets } = mapFile({ nPresets: 500 });
  const indices = presets.flatMap((_, index) => (index % 3 > 0 ? [index] : []));
  const grid = new PointGrid(presets, indices);
  for (let x = -0.1; x < 1.1; x += 0.07) {
    for (let y = -0.1; y < 1.1; y += 0.06) {
      const distanceOf = (index) =>
        Math.hypot((presets[index].x - x) / 0.02, (presets[index].y - y) / 0.05);
      const best = indices.reduce((a, b) => (distanceOf(b) < distanceOf(a) ? b : a));
      assert.equal(grid.nearest(x, y, 0.02, 0.05), distanceOf(best) <= 1 ? best : -1);
    }
  }
  assert.equal(new PointGrid([], []).nearest(0.5, 0.5, 1, 1), -1);
});

test("the mouse says which preset it is over, once, and that it has left", () => {
  const view = raster();
  const [x, y] = placeOf(1 / 3, 0.5);
  assert.deepEqual(view.mouse("idle", x + 2, y + 2), [["map_hover", 6]]);
  assert.deepEqual(view.mouse("idle", x, y), []);
  assert.deepEqual(view.mouse("idle", x + 30, y), [["map_hover", 0]]);
  view.mouse("idle", x, y);
  assert.deepEqual(view.mouse("idleout"), [["map_hover", 0]]);
  assert.deepEqual(view.mouse("idleout"), []);
});

test("a click goes to a preset, or to a free point; a drag goes through free points", () => {
  const view = raster();
  const [x, y] = placeOf(2 / 3, 0);
  assert.deepEqual(view.mouse("click", x, y, 1, 0, 0, 0, 0), [["map_click", 3]]);
  assert.deepEqual(view.mouse("drag", x + 1, y, 1), []);
  const [[selector, toX, toY]] = view.mouse("drag", x + 20, y - 10, 1);
  assert.equal(selector, "map_point");
  assert.ok(close(placeOf(toX, toY), [x + 20, y - 10]));
  view.mouse("drag", x + 20, y - 10, 0);
  const [[free]] = view.mouse("click", x + 40, y - 20, 1, 0, 0, 0, 0);
  assert.equal(free, "map_point");
  view.mouse("drag", 1e5, -1e5, 1);
  assert.deepEqual(view.mouse("drag", 2e5, -2e5, 1), [["map_point", 1, 1]]);
});

test("after a press the mouse hears nothing until it has moved on", () => {
  const view = raster();
  const [x, y] = placeOf(1 / 3, 0.5);
  view.mouse("click", x - 9, y, 1, 0, 0, 0, 0);
  view.mouse("drag", x - 9, y, 0);
  assert.deepEqual(view.mouse("idle", x - 4, y), []);
  assert.deepEqual(view.mouse("idle", x + 4, y), [["map_hover", 6]]);
});

test("the wheel and a drag with Command, Control or Alt move the map; two clicks reset it", () => {
  const view = raster();
  const [x, y] = placeOf(1 / 3, 0.5);
  assert.deepEqual(view.mouse("wheel", x, y, 0, 0.8), []);
  view.paint();
  assert.deepEqual(view.mouse("idle", x, y), [["map_hover", 6]]);
  for (const modifiers of [[1, 0, 0, 0], [0, 0, 0, 1]]) {
    assert.deepEqual(view.mouse("click", x, y, 1, ...modifiers), []);
    assert.deepEqual(view.mouse("drag", x + 30, y + 10, 1), []);
    view.mouse("drag", x + 30, y + 10, 0);
    view.mouse("idleout");
    assert.deepEqual(view.mouse("idle", x + 30, y + 10), [["map_hover", 6]]);
    view.mouse("dblclick");
    view.mouse("idleout");
    assert.deepEqual(view.mouse("idle", x, y), [["map_hover", 6]]);
    view.mouse("wheel", x, y, 0, 0.8);
  }
});

test("while a path is drawn, the mouse adds points or presets", () => {
  const view = raster();
  view.send("draw", 1);
  const [x, y] = placeOf(1 / 3, 0.5);
  const [first] = view.mouse("click", x, y, 1, 0, 0, 0, 0);
  assert.deepEqual(first.slice(0, 2), ["map_path", "add"]);
  assert.ok(close(first.slice(2), [1 / 3, 0.5]));
  assert.deepEqual(view.mouse("drag", x + 5, y, 1), []);
  assert.equal(view.mouse("drag", x + 12, y, 1).length, 1);
  view.mouse("drag", x + 12, y, 0);
  view.send("path_kind", "presets");
  assert.deepEqual(view.mouse("click", x, y, 1, 0, 0, 0, 0), [["map_path", "add", 6]]);
  assert.deepEqual(view.mouse("drag", x + 50, y, 1), []);
  assert.deepEqual(view.mouse("click", x + 40, y, 1, 0, 0, 0, 0), []);
  view.send("path_kind", "free");
  view.send("draw", 0);
  assert.equal(view.mouse("click", x, y, 1, 0, 0, 0, 0)[0][0], "map_click");
});

test("a filter leaves out presets from the mouse, and says how many it shows", () => {
  const map = mapFile({ nPresets: 300 });
  const view = worldOf(JSON.stringify(map));
  for (const filter of [1, 2, 14]) {
    view.send("filter", filter);
    const axis = Math.floor((filter - 1) / 2);
    const side = filter % 2 === 1 ? -1 : 1;
    const passing = map.presets.filter(({ tags }) => tags[axis] === side);
    const shown = view.paint().texts.map(({ text }) => text);
    assert.ok(shown.includes(`${passing.length} of 300`));
    for (let x = 0; x < SIZE[0]; x += 5) {
      for (const [, number] of view.mouse("idle", x, 50)) {
        assert.ok(number === 0 || map.presets[number - 1].tags[axis] === side);
      }
    }
  }
});

test("the legend names what is coloured", () => {
  const view = world();
  const textsNow = () => view.paint().texts.map(({ text }) => text);
  assert.deepEqual(textsNow(), CATEGORIES);
  AXES.forEach(({ low, high }, index) => {
    view.send("colour", index + 1);
    assert.deepEqual(textsNow(), [low, high]);
  });
  view.send("colour", 0);
  assert.deepEqual(textsNow(), CATEGORIES);
});

test("of many categories the largest have colours, and the rest is called other", () => {
  const categories = Array.from({ length: 30 }, (_, index) => `bank ${index}`);
  const texts = world({ nPresets: 2000, categories }).paint().texts.map(({ text }) => text);
  assert.equal(texts.length, 8);
  assert.equal(texts.at(-1), "other");
});

test("a name stays inside the view, wherever its preset is", () => {
  const map = mapFile({ nPresets: 12 });
  map.presets.forEach((preset, index) => {
    preset.x = (index % 4) / 3;
    preset.y = Math.floor(index / 4) / 2;
    preset.name = index % 2 === 0 ? preset.name : "A name that goes on and on ".repeat(6);
  });
  const view = worldOf(JSON.stringify(map));
  const plain = view.paint().texts.length;
  map.presets.forEach(({ x, y }, index) => {
    view.mouse("idleout");
    assert.deepEqual(view.mouse("idle", ...placeOf(x, y)), [["map_hover", index + 1]]);
    const label = view.paint().texts.slice(plain);
    assert.equal(label.length, 2);
    for (const { x: left, y: baseline, width } of label) {
      assert.ok(left >= 0 && left + width <= SIZE[0] && baseline >= 8 && baseline < SIZE[1]);
    }
  });
});

test("thousands of dots are a fill for each colour, drawn once", () => {
  const view = world({ nPresets: 3500 });
  const [{ counts }] = view.images;
  assert.equal(counts.get("ellipse"), 3500);
  // One for the background, and one for each category.
  assert.equal(counts.get("fill"), 1 + CATEGORIES.length);
  const messages = [["here", 0.5, 0.5], ["chosen", 3], ["playing", 0.2], ["path", 0, 0, 1, 1]];
  for (const message of messages) {
    view.send(...message);
    assert.ok((view.paint().counts.get("ellipse") ?? 0) < 12);
    assert.equal(view.images.length, 1);
  }
  view.send("colour", 2);
  view.paint();
  assert.deepEqual(view.images.map(({ isFreed }) => isFreed), [true, false]);
});

test("zoomed in, what is out of sight is not drawn", () => {
  const view = world({ nPresets: 3500 });
  view.mouse("wheel", 100, 60, 0, 1);
  view.paint();
  assert.ok(view.images.at(-1).counts.get("ellipse") < 1800);
});

test("another theme is drawn at once", () => {
  const view = world();
  view.theme = { ...view.theme, live_lcd_bg: [1, 1, 1, 1] };
  view.paint();
  view.paint();
  assert.equal(view.images.length, 2);
});

test("a file that is missing or damaged is a sentence, and the mouse does nothing", () => {
  const wrongs = {
    "": /builtin.map.json is no map/,
    "{": /is no map/,
    "null": /is no map/,
    "[1]": /is no map/,
    [JSON.stringify({ ...mapFile(), format_version: 9 })]: /version 9/,
    [JSON.stringify({ ...mapFile(), presets: [{ name: "x" }] })]: /not whole/,
    [JSON.stringify({ ...mapFile(), presets: [] })]: /holds no presets/,
  };
  for (const [text, sentence] of Object.entries(wrongs)) {
    const view = worldOf(text);
    const shown = () => view.paint().texts.map((line) => line.text).join(" ");
    assert.match(shown(), sentence);
    for (const [event, ...args] of [["idle", 50, 50], ["click", 50, 50, 1], ["drag", 60, 60, 1]]) {
      assert.deepEqual(view.mouse(event, ...args), []);
    }
    view.send("load");
    assert.match(shown(), /No map lies beside this model/);
    view.send("load", "/nowhere/else.map.json");
    assert.match(shown(), /else.map.json cannot be opened/);
    assert.deepEqual(view.console, []);
  }
});

test("a path with spaces is one path", () => {
  const name = "/My Sounds/a map.map.json";
  const files = new Map([[name, JSON.stringify(mapFile())]]);
  const view = new ViewWorld(["flow_map.js"], SIZE, { files });
  view.send("load", ...name.split(" "));
  assert.deepEqual(view.paint().texts.map(({ text }) => text), CATEGORIES);
});

test("values that are none draw nothing, and nothing fails", () => {
  const view = world({ nPresets: 20 });
  for (const message of [
    ["here", "nan", 0.5], ["here", NaN, NaN], ["here"], ["here", 1e9, -1e9], ["chosen", 999],
    ["chosen", "nan"], ["path", 0.1], ["path", "nan", 0.2], ["path"], ["playing", NaN],
    ["playing"], ["filter", 999], ["filter", "nan"], ["colour", -4], ["colour", 99],
    ["draw", "nan"], ["path_kind", 7],
  ]) {
    view.send(...message);
    view.paint();
  }
  view.mouse("wheel", 10, 10, 0, NaN);
  view.paint();
  assert.deepEqual(view.console, []);
  view.send("nonsense", 1);
  assert.match(view.console[0], /no message 'nonsense'/);
});

test("presets without descriptors, tags or a category are drawn all the same", () => {
  const map = mapFile({ nPresets: 30, categories: [] });
  map.presets.forEach((preset, index) => {
    preset.descriptors = index % 2 === 0 ? undefined : [null, 2, -1, 0, 1, 0.5, 0.5];
    preset.tags = undefined;
  });
  const view = worldOf(JSON.stringify(map));
  assert.deepEqual(view.paint().texts, []);
  for (let colour = 0; colour <= 7; colour += 1) {
    view.send("colour", colour);
    view.paint();
    assert.equal(view.images.at(-1).counts.get("ellipse"), 30);
  }
});

const shipped = path.join(ROOT, "python/flow_synth/shipped");
for (const name of fs.readdirSync(shipped).filter((each) => each.endsWith(".map.json"))) {
  test(`the shipped ${name} is drawn whole`, () => {
    const text = fs.readFileSync(path.join(shipped, name), "utf8");
    const view = worldOf(text);
    const { presets } = JSON.parse(text);
    assert.equal(view.images.at(-1).counts.get("ellipse"), presets.length);
    assert.deepEqual(view.console, []);
  });
}
