// The map of presets: hearing, loading, and points between.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const test = require("node:test");

const { CONTROLS, PATCH, Patch, SYNTH, VIEWS, mapText } = require("./device_for_tests.js");
const { SCRIPTS, moduleOf } = require("./max/max_world.js");

const POINTS = [
  [0.1, 0.1],
  [0.2, 0.9],
  [0.8, 0.2],
  [0.9, 0.8],
  [0.5, 0.5],
];
const FILE = "/models/builtin.map.json";

function withMap(text = mapText(POINTS), path = FILE) {
  return new Patch({ files: new Map([[path, text]]) }).begin();
}

test("the map beside the model is loaded, or one of its name in the search path", () => {
  for (const path of [FILE, "builtin.map.json"]) {
    const patch = new Patch({ files: new Map([[path, mapText(POINTS)]]) });
    patch.world.live.isAlive = true;
    patch.send("ready");
    patch.run();
    assert.deepEqual(patch.said(VIEWS, "map load"), [`map load ${path}`]);
    const items = patch.said(CONTROLS);
    assert.ok(
      items.includes("map_tag _parameter_range All dark bright fast attack slow attack"),
    );
    assert.ok(items.includes("map_colour _parameter_range Category brightness attack"));
  }
});

test("menus that have the items of the map already are left alone", () => {
  const shipped = path.join(SCRIPTS, "../../python/flow_synth/shipped/builtin.map.json");
  const { readMap } = moduleOf("preset_map.js");
  const map = readMap(fs.readFileSync(shipped, "utf8"), shipped);
  const patch = new Patch().begin();
  const said = [];
  const { MapPanel } = moduleOf("map_panel.js");
  const panel = new MapPanel({ outlets: { items: (...words) => said.push(words) } });
  panel.showItems("map_tag", map.filters);
  panel.showItems("map_colour", map.colours);
  assert.deepEqual(said, []);
  panel.showItems("map_tag", ["All", "warm"]);
  panel.showItems("map_tag", map.filters);
  assert.equal(said.length, 2);
  assert.deepEqual(patch.said(CONTROLS, "map"), []);
});

test("the maps that are shipped are read whole", () => {
  const { readMap } = moduleOf("preset_map.js");
  const folder = path.join(SCRIPTS, "../../python/flow_synth/shipped");
  const names = fs.readdirSync(folder).filter((name) => name.endsWith(".map.json"));
  assert.deepEqual(names.sort(), ["amsynth-32.map.json", "builtin.map.json"]);
  for (const name of names) {
    const map = readMap(fs.readFileSync(path.join(folder, name), "utf8"), name);
    assert.ok(map.presets.length > 100);
    for (let filter = 1; filter < map.filters.length; filter += 1) {
      assert.ok(map.passing(filter).length > 0, map.filters[filter]);
    }
    const units = map.unitsAt(0.5, 0.5, map.passing(0));
    assert.equal(units.length, map.parameters.length);
    assert.ok(map.curve(1).positions.length > 1);
  }
});

test("a map that is damaged, newer or of other knobs is refused in one sentence", () => {
  const wrongs = {
    "{ no": /is no map \(.*make it again by flow-synth map/,
    "[]": /is no map of presets/,
    [mapText(POINTS, { format_version: 7 })]: /map version 7.*reads 1; update/,
    [mapText(POINTS, { parameters: ["a", "b", "c", "d", "e", "f"] })]: /other knobs/,
    [mapText([[0.1, NaN]])]: /preset 'Preset 0' that is not whole/,
    [mapText([[0.1, 7]])]: /not whole/,
  };
  for (const [text, sentence] of Object.entries(wrongs)) {
    const patch = new Patch({ files: new Map([[FILE, text]]) });
    patch.world.live.isAlive = true;
    patch.send("ready");
    patch.run();
    assert.match(patch.status, sentence);
    assert.deepEqual(patch.said(VIEWS, "map load"), ["map load"]);
    patch.said(SYNTH);
    for (const message of ["map_click 1", "map_point 0.5 0.5", "map_hover 1", "map_path add 1"]) {
      patch.send(message);
    }
    assert.deepEqual(patch.said(SYNTH), []);
  }
});

test("a click loads a preset, which is one step", () => {
  const patch = withMap();
  patch.send("map_click 2");
  assert.deepEqual(patch.said(SYNTH), ["params 0.2 0.9 0.1 0.2 0.3 0.4"]);
  assert.deepEqual(patch.said(VIEWS, "map"), ["map chosen 2", "map here 0.2 0.9"]);
  patch.run();
  assert.equal(patch.history.at(-1).source, "map");
  patch.send("mutate 1");
  assert.deepEqual(patch.said(VIEWS, "map"), ["map chosen 0", "map here"]);
});

test("a click on no preset does nothing", () => {
  const patch = withMap();
  for (const message of ["map_click 0", "map_click 6", "map_click -1", "map_click"]) {
    patch.send(message);
  }
  assert.deepEqual(patch.said(SYNTH), []);
});

test("hovering is heard where it is wanted, and left no trace of", () => {
  const patch = withMap();
  patch.send("map_hover 1");
  assert.deepEqual(patch.said(SYNTH), []);
  patch.send("hover_to_hear 1");
  const home = patch.units("macro_1 0.9");
  patch.said(SYNTH);
  patch.send("map_hover 1");
  patch.send("map_hover 2");
  assert.equal(patch.said(SYNTH).length, 2);
  assert.deepEqual(patch.said(PATCH, "notes"), ["notes preview", "notes preview"]);
  patch.run();
  assert.deepEqual(patch.said(SYNTH), []);
  patch.units("map_hover 0");
  assert.deepEqual(patch.synth.units, home);
  patch.units("mutate 1");
  const sources = patch.history.map((step) => step.source);
  assert.deepEqual(sources, ["start", "hand", "mutate"]);
});

test("a click while hovering keeps what was before as the step before", () => {
  const patch = withMap();
  patch.send("hover_to_hear 1");
  const home = patch.units("mutate 1");
  patch.units("map_hover 1", "map_hover 3", "map_click 3", "map_hover 0");
  assert.equal(patch.synth.units[0], 0.8);
  assert.deepEqual(
    patch.history.map((step) => step.source),
    ["start", "mutate", "map"],
  );
  assert.deepEqual(patch.units("undo 1"), home);
});

test("switching hovering off goes back", () => {
  const patch = withMap();
  patch.send("hover_to_hear 1");
  const home = patch.synth.units;
  patch.units("map_hover 1");
  assert.deepEqual(patch.units("hover_to_hear 0"), home);
});

test("a free point is the mean of the four nearest, by inverse distance", () => {
  const patch = withMap();
  const [x, y] = [0.4, 0.3];
  const near = POINTS.map(([px, py]) => ({ px, py, weight: 1 / Math.hypot(px - x, py - y) }))
    .sort((one, other) => other.weight - one.weight)
    .slice(0, 4);
  const total = near.reduce((sum, each) => sum + each.weight, 0);
  const units = patch.units(`map_point ${x} ${y}`);
  assert.ok(
    Math.abs(units[0] - near.reduce((sum, each) => sum + each.px * each.weight, 0) / total) < 1e-9,
  );
  assert.ok(Math.abs(units[3] - 0.2) < 1e-9);
});

test("where a preset lies, a free point is that preset", () => {
  const { readMap } = moduleOf("preset_map.js");
  const map = readMap(mapText(POINTS), FILE);
  const all = map.passing(0);
  POINTS.forEach(([x, y], index) => {
    assert.deepEqual([...map.unitsAt(x, y, all)], [...map.presets[index].units]);
  });
});

test("a free point never leaves what its neighbours span", () => {
  const { readMap } = moduleOf("preset_map.js");
  const map = readMap(mapText(POINTS), FILE);
  for (let step = 0; step < 400; step += 1) {
    const units = map.unitsAt((step * 0.7548) % 1, (step * 0.5698) % 1, map.passing(0));
    assert.ok(units[0] >= 0.1 - 1e-9 && units[0] <= 0.9 + 1e-9);
    assert.ok(Math.abs(units[5] - 0.4) < 1e-9);
  }
});

test("the nearest are the nearest", () => {
  const { readMap } = moduleOf("preset_map.js");
  const many = Array.from({ length: 200 }, (_, i) => [(i * 0.7548) % 1, (i * 0.5698) % 1]);
  const map = readMap(mapText(many), FILE);
  for (let step = 0; step < 50; step += 1) {
    const [x, y] = [(step * 0.31) % 1, (step * 0.17) % 1];
    const distances = many.map(([px, py]) => Math.hypot(px - x, py - y));
    const expected = [...distances].sort((one, other) => one - other).slice(0, 4);
    assert.deepEqual(
      [...map.nearest(x, y, map.passing(0))].map((each) => each.distance),
      expected,
    );
  }
});

test("a filter lets through presets of its word, also between presets", () => {
  const patch = withMap();
  patch.send("map_tag 2");
  assert.deepEqual(patch.said(VIEWS, "map"), ["map filter 2"]);
  const units = patch.units("map_point 0.1 0.1");
  assert.ok(units[0] >= 0.5, "only presets on the right are bright");
  patch.send("map_tag slow attack");
  patch.send("map_tag 4");
  patch.said(SYNTH);
  patch.send("map_point 0.1 0.1");
  assert.deepEqual(patch.said(SYNTH), []);
});

test("a free point that is dragged is one step where it ends", () => {
  const patch = withMap();
  for (let step = 0; step < 60; step += 1) {
    patch.send(`map_point ${step / 60} 0.5`);
    patch.run(5);
  }
  patch.run();
  assert.deepEqual(
    patch.history.map((step) => step.source),
    ["start", "map"],
  );
});
