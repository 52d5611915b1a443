// The device and its views understand each other: everything that one says, the other takes.

const assert = require("node:assert/strict");
const test = require("node:test");

const { Patch, VIEWS, mapText } = require("./device_for_tests.js");
const { ViewWorld } = require("./max/view_world.js");

const FILES = new Map([
  ["/models/builtin.map.json", mapText([[0.1, 0.1], [0.2, 0.9], [0.8, 0.2], [0.9, 0.8]])],
]);
const SCRIPTS = {
  map: [["flow_map.js"], [352, 133]],
  candidates: [["flow_list.js", "candidates"], [148, 64]],
  presets: [["flow_list.js", "presets"], [132, 114]],
  knobs: [["flow_list.js", "knobs"], [248, 133]],
  curves: [["flow_curves.js"], [232, 114]],
  xy: [["flow_xy.js"], [136, 95]],
};

/** A patch whose views are there, with cords both ways. */
function patchWithViews() {
  const patch = new Patch({ files: FILES });
  const views = Object.fromEntries(
    Object.entries(SCRIPTS).map(([name, [jsarguments, size]]) => [
      name,
      new ViewWorld(jsarguments, size, { files: FILES }),
    ]),
  );
  const { onOutlet } = patch.world;
  patch.world.onOutlet = (index, [name, selector, ...args]) => {
    onOutlet(index, [name, selector, ...args]);
    if (index === VIEWS) {
      views[name].send(selector, ...args);
    }
  };
  for (const view of Object.values(views)) {
    view.onOutlet = (_, [selector, ...args]) => patch.world.send(selector, ...args);
  }
  patch.begin();
  const paint = () => {
    for (const view of Object.values(views)) {
      view.paint();
    }
  };
  paint();
  return { patch, views, paint };
}

const texts = (view) => view.paint().texts.map(({ text }) => text);

function assertQuiet({ patch, views }) {
  for (const world of [patch.world, ...Object.values(views)]) {
    assert.deepEqual(world.console, []);
  }
}

test("once a model is there, every view shows it", () => {
  const all = patchWithViews();
  assert.deepEqual(texts(all.views.map), ["bass", "lead"]);
  assert.ok(texts(all.views.knobs).includes("filter cutoff"));
  all.patch.send("page Knobs");
  all.patch.run();
  const curves = texts(all.views.curves);
  assert.ok(curves.includes("macro 1") && curves.includes("brightness"));
  assertQuiet(all);
});

test("a click on the map goes to the preset, and the map shows where the sound is", () => {
  const all = patchWithViews();
  const { patch, views } = all;
  views.map.mouse("click", 6 + 0.2 * 340, 6 + 0.1 * 109, 1);
  patch.run();
  assert.equal(patch.status, "Preset 1");
  assert.ok(views.map.paint().counts.get("ellipse") >= 2);
  assertQuiet(all);
});

test("candidates are listed, and a click auditions one", () => {
  const all = patchWithViews();
  const { patch, views } = all;
  for (const message of ["record 1", "record 0", "match 1"]) {
    patch.send(message);
    patch.run();
  }
  assert.equal(texts(views.candidates).at(-1), "–");
  views.candidates.mouse("click", 10, 20);
  patch.run();
  assert.match(texts(views.candidates).at(-1), /^\d+ %$/);
  assertQuiet(all);
});

test("presets are saved, listed, chosen and marked as favourites", () => {
  const all = patchWithViews();
  const { patch, views } = all;
  patch.send("preset_name", "Glass Anchor");
  patch.send("preset_save 1");
  patch.run();
  assert.deepEqual(texts(views.presets), ["Glass Anchor"]);
  const before = views.presets.paint().shapes.filter(({ kind }) => kind === "stroke").length;
  views.presets.mouse("click", 125, 5);
  patch.run();
  const after = views.presets.paint().shapes.filter(({ kind }) => kind === "stroke").length;
  assert.deepEqual([before, after], [1, 0]);
  views.presets.mouse("click", 10, 5);
  patch.run();
  assertQuiet(all);
});

test("a click on a knob locks it, the pad moves macro knobs, and curves follow", () => {
  const all = patchWithViews();
  const { patch, views } = all;
  views.knobs.mouse("click", 20, 5);
  views.xy.mouse("click", 100, 20, 1);
  views.xy.mouse("drag", 110, 30, 1);
  views.xy.mouse("drag", 110, 30, 0);
  patch.send("curve_macro 2");
  patch.send("freeze 1");
  patch.send("x_dimension 3");
  patch.run();
  assert.ok(texts(views.xy).includes("X macro 3"));
  assertQuiet(all);
});

test("a path is drawn with the mouse, played, and cleared", () => {
  const all = patchWithViews();
  const { patch, views } = all;
  patch.send("path_draw 1");
  views.map.mouse("click", 50, 50, 1);
  views.map.mouse("drag", 150, 80, 1);
  views.map.mouse("drag", 150, 80, 0);
  const ellipses = () => views.map.paint().counts.get("ellipse") ?? 0;
  assert.ok(ellipses() >= 2);
  patch.send("path_play 1");
  for (let ticks = 0; ticks < 1920; ticks += 240) {
    patch.send(`transport ${ticks} 1`);
    views.map.paint();
  }
  patch.send("path_play 0");
  patch.send("mutate 1");
  patch.send("path_clear 1");
  patch.run();
  assert.equal(ellipses(), 0);
  assertQuiet(all);
});
