// Every view as a musician sees it, in build/m4l/views: to be looked at.

const assert = require("node:assert/strict");
const path = require("node:path");
const { test } = require("node:test");

const { AXES, mapFile } = require("./max/map_file.js");
const { ROOT, canvasLibrary } = require("./max/mgraphics.js");
const { ViewWorld } = require("./max/view_world.js");

const FOLDER = path.join(ROOT, "build/m4l/views");
/** Screens have one or two pixels for one of Live's; three can be looked at closely. */
const PIXELS = 3;
const SIZES = {
  map: [352, 133],
  candidates: [148, 64],
  presets: [132, 114],
  knobs: [248, 133],
  curves: [232, 114],
  xy: [136, 95],
};
const KNOBS = [
  ["osc1 shape", 0.67, "2.0"],
  ["filter cutoff", 0.42, "1.25 kHz"],
  ["filter resonance", 0.12, "0.12"],
  ["filter env amount", 0.8, "3.2 oct"],
  ["filter key tracking", 0.5, "50 %"],
  ["amp attack", 0.03, "12 ms"],
  ["amp decay", 0.55, "640 ms"],
  ["lfo shape", 0.25, "triangle"],
  ["chorus mix", 0, "0 %"],
  ["reverb mix", 1, "100 %"],
];
const PRESETS = ["Glass Anchor", "Night bus bass", "Über-long name of a pad that never ends",
  "Pluck 3", "808", "Drone", "Bells at noon", "Choir", "Last"];

function mapWorld(theme, map) {
  const files = new Map([["/maps/builtin.map.json", JSON.stringify(map)]]);
  const world = new ViewWorld(["flow_map.js"], SIZES.map, options(theme, files));
  world.send("load", "/maps/builtin.map.json");
  world.paint();
  return world;
}

function options(theme, files) {
  return { files, theme, isDrawn: true, pixels: PIXELS };
}

function listWorld(theme, kind) {
  return new ViewWorld(["flow_list.js", kind], SIZES[kind], options(theme));
}

function hoverOver(world, preset) {
  const [width, height] = world.size;
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      if (world.mouse("idle", x, y).some(([, number]) => number === preset)) {
        return;
      }
    }
  }
  throw new Error(`no place of the view is over preset ${preset}`);
}

const PICTURES = {
  "map-large": (theme) => mapWorld(theme, mapFile({ nPresets: 3500 })),
  "map-hover": (theme) => {
    const world = mapWorld(theme, mapFile({ nPresets: 400 }));
    world.send("chosen", 17);
    const { x, y } = mapFile({ nPresets: 400 }).presets[16];
    world.send("here", x, y);
    hoverOver(world, 42);
    return world;
  },
  "map-axis": (theme) => {
    const world = mapWorld(theme, mapFile({ nPresets: 3500 }));
    world.send("colour", 1);
    return world;
  },
  "map-filter": (theme) => {
    const world = mapWorld(theme, mapFile({ nPresets: 3500 }));
    world.send("filter", 2);
    return world;
  },
  "map-zoom-path": (theme) => {
    const world = mapWorld(theme, mapFile({ nPresets: 3500 }));
    world.mouse("wheel", 176, 60, 0, 0.9);
    world.send("path", 0.35, 0.5, 0.42, 0.62, 0.5, 0.6, 0.56, 0.45, 0.62, 0.5);
    world.send("playing", 0.55);
    world.send("here", 0.53, 0.53);
    return world;
  },
  "map-many-banks": (theme) => {
    const categories = Array.from({ length: 30 }, (_, index) => `BriansBank${index + 1}`);
    return mapWorld(theme, mapFile({ nPresets: 3482, categories }));
  },
  "map-none": (theme) => new ViewWorld(["flow_map.js"], SIZES.map, options(theme)),
  "map-damaged": (theme) => {
    const files = new Map([["/maps/builtin.map.json", '{"presets": [']]);
    const world = new ViewWorld(["flow_map.js"], SIZES.map, options(theme, files));
    world.send("load", "/maps/builtin.map.json");
    return world;
  },
  candidates: (theme) => {
    const world = listWorld(theme, "candidates");
    const percents = [87, 83, 81, 80, 74, 69, 66, 100];
    world.send("count", percents.length);
    percents.forEach((percent, index) => world.send("row", index + 1, percent));
    world.send("chosen", 2);
    world.send("meter", 83);
    return world;
  },
  "candidates-none": (theme) => listWorld(theme, "candidates"),
  presets: (theme) => {
    const world = listWorld(theme, "presets");
    world.send("count", PRESETS.length);
    PRESETS.forEach((name, index) => world.send("row", index + 1, name, Number(index < 3)));
    world.send("chosen", 2);
    world.paint();
    world.mouse("idle", 40, 50);
    return world;
  },
  "presets-none": (theme) => listWorld(theme, "presets"),
  knobs: (theme) => {
    const world = listWorld(theme, "knobs");
    world.send("count", KNOBS.length);
    KNOBS.forEach(([name, unit, text], index) =>
      world.send("row", index + 1, name, unit, text, Number(index % 4 === 1)),
    );
    world.paint();
    world.mouse("idle", 40, 5);
    return world;
  },
  curves: (theme) => {
    const world = new ViewWorld(["flow_curves.js"], SIZES.curves, options(theme));
    const map = mapFile();
    const names = KNOBS.map(([name]) => name.replaceAll(" ", "_"));
    world.send("begin", 3, 33);
    world.send("names", ...names);
    for (let step = 0; step <= 32; step += 1) {
      const t = step / 32;
      const units = names.map((_, index) => 0.4 + (0.45 - 0.1 * index) * Math.sin(2.5 * t - 1));
      world.send("point", t, ...units.map((unit) => Math.min(Math.max(unit, 0), 1)));
    }
    world.send("axes", ...AXES.map(({ name }) => name));
    world.send("axis_units", ...AXES.map(({ unit }) => unit));
    const curve = map.curves[2];
    curve.positions.forEach((position, index) =>
      world.send("descriptor", position, ...curve.descriptors[index]),
    );
    world.send("end");
    world.send("here", 0.3);
    return world;
  },
  "curves-none": (theme) => new ViewWorld(["flow_curves.js"], SIZES.curves, options(theme)),
  xy: (theme) => {
    const world = new ViewWorld(["flow_xy.js"], SIZES.xy, options(theme));
    world.send("dimensions", 1, 12);
    world.send("at", 0.3, 0.72);
    return world;
  },
  "xy-frozen": (theme) => {
    const world = new ViewWorld(["flow_xy.js"], SIZES.xy, options(theme));
    world.send("at", 0.8, 0.4);
    world.send("freeze", 1);
    return world;
  },
};

const skip =
  !process.env.CI && canvasLibrary() === undefined && "npm's @napi-rs/canvas is not in build/npm";
for (const [name, make] of Object.entries(PICTURES)) {
  for (const theme of ["dark", "light"]) {
    test(`picture of ${name}, ${theme}`, { skip }, () => {
      const world = make(theme);
      world.paint().save_png(path.join(FOLDER, `${name}-${theme}.png`));
      assert.deepEqual(world.console, []);
    });
  }
}
