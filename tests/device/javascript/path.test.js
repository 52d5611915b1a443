// Paths over the map, in time with Live.

const assert = require("node:assert/strict");
const test = require("node:test");

const { CONTROLS, Patch, SYNTH, VIEWS, mapText } = require("./device_for_tests.js");
const { moduleOf } = require("./max/max_world.js");

const BAR = 4 * 480;
const TICK_MS = 25;
const POINTS = [
  [0, 0],
  [1, 0],
  [1, 1],
];

/** A device whose path goes along the presets. */
function withPath(...messages) {
  const files = new Map([["builtin.map.json", mapText(POINTS)]]);
  const patch = new Patch({ files }).begin();
  patch.send("path_kind 1");
  patch.send("path_length 1");
  patch.send("path_loop 1");
  [1, 2, 3].forEach((number) => patch.send(`map_path add ${number}`));
  messages.forEach((message) => patch.send(message));
  patch.world.sent = [];
  return patch;
}

/** Where the first two knobs are sent at a moment of the transport. */
function at(patch, ticks, isPlaying = 1) {
  patch.send(`transport ${ticks} ${isPlaying}`);
  patch.run(TICK_MS);
  const said = patch.said(SYNTH, "params");
  assert.ok(said.length <= 1, "one message each tick at most");
  return said[0]?.split(" ").slice(1, 3).map(Number);
}

test("a path of presets takes as long for each of its stretches", () => {
  const patch = withPath("path_play 1");
  assert.deepEqual(at(patch, 0), [0, 0]);
  assert.deepEqual(at(patch, BAR / 4), [0.5, 0]);
  assert.deepEqual(at(patch, BAR / 2), [1, 0]);
  assert.deepEqual(at(patch, (BAR * 3) / 4), [1, 0.5]);
});

test("looped, it is where the transport is, whatever was before", () => {
  const patch = withPath("path_play 1");
  const first = at(patch, BAR / 8);
  at(patch, BAR / 2);
  assert.deepEqual(at(patch, 7 * BAR + BAR / 8), first);
  at(patch, BAR / 2);
  assert.deepEqual(at(patch, BAR / 8), first, "backward");
  assert.deepEqual(at(patch, -BAR + BAR / 4), [0.5, 0], "before the beginning of the Set");
});

test("it moves only while Live plays, and only where it has moved", () => {
  const patch = withPath("path_play 1");
  assert.equal(at(patch, BAR / 8, 0), undefined);
  assert.notEqual(at(patch, BAR / 8), undefined);
  assert.equal(at(patch, BAR / 8), undefined);
  patch.send("path_play 0");
  assert.equal(at(patch, BAR / 2), undefined);
});

test("a tempo that changes changes nothing: only ticks count", () => {
  const steps = [10, 10, 40, 80, 5];
  const patch = withPath("path_play 1");
  const { PathClock } = moduleOf("map_path.js");
  const clock = new PathClock();
  clock.nBars = 1;
  let ticks = 0;
  for (const step of steps) {
    ticks += step;
    const share = clock.share(ticks);
    assert.ok(Math.abs((at(patch, ticks) ?? [0])[0] - share * 2) < 1e-9);
  }
});

test("once begins where it is switched on, ends at its end, and switches itself off", () => {
  const patch = withPath("path_loop 0", "path_play 1");
  const start = 3 * BAR + 100;
  assert.deepEqual(at(patch, start), [0, 0]);
  assert.deepEqual(at(patch, start + BAR / 2), [1, 0]);
  assert.deepEqual(at(patch, start + BAR + 20), [1, 1]);
  assert.ok(patch.said(CONTROLS).includes("path_play set 0"));
  assert.equal(at(patch, start + BAR / 2), undefined);
  patch.send("path_play 1");
  assert.deepEqual(at(patch, start + BAR / 4), [0, 0]);
});

test("once, a jump back before its beginning waits there", () => {
  const patch = withPath("path_loop 0", "path_play 1");
  at(patch, 4 * BAR);
  at(patch, 4 * BAR + BAR / 2);
  assert.deepEqual(at(patch, BAR), [0, 0]);
});

test("each length takes its bars", () => {
  const { PathClock } = moduleOf("map_path.js");
  assert.equal(new PathClock().length_ticks, 4 * BAR, "as the menu stands at first");
  [0.5, 1, 2, 4, 8, 16].forEach((bars, index) => {
    const patch = withPath(`path_length ${index}`, "path_play 1");
    assert.deepEqual(at(patch, (bars * BAR) / 2), [1, 0], `${bars} bars`);
  });
});

test("bars are those of Live's meter", () => {
  const patch = withPath("path_play 1");
  const inMeter = (ticks, meter) => {
    patch.send(`transport ${ticks} 1 ${meter}`);
    patch.run(TICK_MS);
    return patch.said(SYNTH, "params")[0]?.split(" ").slice(1, 3).map(Number);
  };
  assert.deepEqual(inMeter(3 * 480 * 0.5, "3 4"), [1, 0]);
  assert.deepEqual(inMeter(3 * 480 * 0.25, "6 8"), [0.5, 0]);
  assert.deepEqual(inMeter(7 * 240 * 0.5, "7 8"), [1, 0]);
  assert.deepEqual(inMeter(7 * 240 * 0.25, "0 0"), [0.5, 0], "what is no meter changes none");
});

test("a free path keeps an even pace over the map", () => {
  const patch = withPath("path_kind 0");
  patch.send("map_path add 0 0");
  patch.send("map_path add 0.9 0");
  patch.send("map_path add 0.9 0.1");
  assert.deepEqual(patch.said(VIEWS, "map path").at(-1), "map path 0 0 0.9 0 0.9 0.1");
  patch.send("path_play 1");
  at(patch, BAR * 0.45);
  assert.deepEqual(patch.said(VIEWS, "map here"), ["map here 0.45 0"]);
});

test("either kind of path has its own points, and is cleared alone", () => {
  const patch = withPath();
  patch.send("path_kind 0");
  patch.send("map_path add 0.25 0.5");
  patch.send("path_kind 1");
  assert.equal(patch.said(VIEWS, "map path").at(-1), "map path 0 0 1 0 1 1");
  patch.send("path_clear 1");
  patch.send("path_kind 0");
  assert.equal(patch.said(VIEWS, "map path").at(-1), "map path 0.25 0.5");
  patch.send("map_path clear");
  assert.equal(patch.said(VIEWS, "map path").at(-1), "map path");
});

test("a path of one point stays there, and one of none says how to make it", () => {
  const patch = withPath("path_clear 1", "map_path add 2", "path_play 1");
  assert.deepEqual(at(patch, 100), [1, 0]);
  assert.equal(at(patch, 900), undefined);
  patch.send("path_play 0");
  patch.send("path_clear 1");
  patch.send("path_play 1");
  assert.match(patch.status, /no path yet; switch Draw on/);
  assert.equal(at(patch, 100), undefined);
});

test("a path has only so many points, and only points that are some", () => {
  const patch = withPath("path_kind 0");
  patch.send("map_path add 0.5");
  patch.send("map_path add x y");
  for (let count = 0; count < 80; count += 1) {
    patch.send(`map_path add ${count / 80} 0.5`);
  }
  assert.equal(patch.said(VIEWS, "map path").at(-1).split(" ").length - 2, 2 * 64);
  assert.match(patch.status, /64 points at most/);
});

test("a path that plays makes no steps; the first thing after it does", () => {
  const patch = withPath("path_play 1");
  for (let ticks = 0; ticks < BAR; ticks += 24) {
    at(patch, ticks);
  }
  const last = patch.synth.units;
  patch.send("path_play 0");
  patch.units("mutate 1");
  assert.deepEqual(
    patch.history.map((step) => step.source),
    ["start", "hand", "mutate"],
  );
  const back = patch.units("undo 1");
  back.forEach((unit, knob) => assert.ok(Math.abs(unit - last[knob]) < 1e-9));
});

test("a match stops the path, and is heard", () => {
  const patch = withPath("path_play 1");
  at(patch, BAR / 4);
  patch.send("match 1");
  assert.ok(patch.said(CONTROLS).includes("path_play set 0"));
  for (let ticks = BAR / 4; ticks < BAR; ticks += 24) {
    at(patch, ticks);
  }
  assert.deepEqual(patch.synth.units, patch.synth.sound);
  assert.equal(patch.history.at(-1).source, "match");
});

test("drawing is the view's to know", () => {
  const patch = withPath();
  patch.send("path_draw 1");
  assert.deepEqual(patch.said(VIEWS), ["map draw 1"]);
});

test("a flood of ticks is as many messages as there were moves", () => {
  const patch = withPath("path_play 1");
  for (let tick = 0; tick < 3000; tick += 1) {
    patch.send(`transport ${Math.floor(tick / 3)} 1`);
  }
  assert.ok(patch.said(SYNTH, "params").length <= 1000);
  patch.send("transport nothing 1");
  patch.send("transport");
  assert.deepEqual(patch.said(SYNTH), []);
});
