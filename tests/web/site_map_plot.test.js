import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { MapPlot } from "../../python/flow_synth/site/map_plot.js";
import { MapSpace } from "../../python/flow_synth/site/map_space.js";

const canvas = () => ({ width: 0, height: 0, getContext: () => ({ getExtension: () => ({}) }) });
const soon = () => new Promise((resolve) => setTimeout(resolve));

/** The library, as it answers what it is asked for. */
function library(answers) {
  globalThis.devicePixelRatio = 1;
  globalThis.createRegl = () => ({ destroy() {} });
  globalThis.createScatterplot = () => ({ set: async () => {}, draw: async () => {}, view() {}, destroy() {}, ...answers });
}

function plot() {
  const made = new MapPlot(canvas(), new MapSpace([]));
  const problems = [];
  made.onproblem = ({ message }) => problems.push(message);
  return { made, problems };
}

afterEach(() => ["createRegl", "createScatterplot", "devicePixelRatio"].forEach((name) => delete globalThis[name]));

test("what cannot be drawn is told, and does not keep the next from being drawn", async () => {
  const answers = [() => Promise.reject(new Error("no memory")), () => Promise.resolve("drawn")];
  let asked = 0;
  library({ unfilter: () => answers[asked++]() });
  const { made, problems } = plot();
  made.filter();
  made.filter();
  await soon();
  assert.deepEqual([asked, problems], [2, ["no memory"]]);
});

test("a size that is refused is told", async () => {
  library({ set: () => Promise.reject(new Error("too large")) });
  const { made, problems } = plot();
  made.draw();
  await soon();
  assert.deepEqual(problems, ["too large"]);
});

test("a plot that is no more asks for nothing and complains of nothing", async () => {
  let asked = 0;
  library({ set: () => Promise.reject(new Error("destroyed")), unfilter: async () => ++asked });
  const { made, problems } = plot();
  made.draw();
  made.filter();
  made.destroy();
  await soon();
  assert.deepEqual([asked, problems], [0, []]);
});

test("without the library it says what is missing", () => {
  assert.throws(() => new MapPlot(canvas(), new MapSpace([])), /scatterplot\.js is missing/);
});
