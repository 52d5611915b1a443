// Flow Control and the synth that it plays in Live.

const assert = require("node:assert/strict");
const test = require("node:test");

const { Patch, SYNTH, mapText } = require("./device_for_tests.js");
const { LiveSet } = require("./max/live_set.js");
const { moduleOf } = require("./max/max_world.js");

const KNOBS = ["Filter Cutoff", "filter mode", "AMP-attack", "knob_3", "knob_4", "knob_5"];

/** A Set with us on a track, and what `build` puts there. */
function control(build, files = new Map()) {
  const live = new LiveSet();
  const track = live.track();
  live.thisDevice = live.device("MxDeviceMidiEffect", "Flow Control", [], 4);
  build(live, track);
  const patch = new Patch({ kind: "control", live, files });
  patch.world.live.isAlive = true;
  patch.send("ready");
  patch.run();
  return { patch, live, track };
}

function beforeSynth(parameters = KNOBS, name = "Synth", files = new Map()) {
  return control((live, track) => {
    track.add("devices", live.thisDevice);
    track.add("devices", live.device("PluginDevice", name, parameters));
  }, files);
}

const MAP = new Map([
  [
    "builtin.map.json",
    mapText([
      [0, 0],
      [1, 1],
    ]),
  ],
]);

const written = (live) => live.writes.map((write) => `${write.name} ${write.value}`);

test("the synth that follows on the track is found, and its knobs by name", () => {
  const { patch } = beforeSynth();
  assert.equal(patch.status, "Synth: all 6 knobs visible");
  assert.ok(patch.said(SYNTH).includes("voice 0"));
});

test("what Live does not show is counted, and it is said what to do", () => {
  const { patch } = beforeSynth(KNOBS.slice(0, 2));
  assert.equal(
    patch.status,
    "Synth: 2 of 6 knobs visible; press Configure there, and move amp_attack, knob_3, knob_4 ...",
  );
});

test("synths in racks, in chains of racks, and native ones are found", () => {
  const places = {
    "an audio unit": (live) => live.device("AuPluginDevice", "Deep", KNOBS),
    "an instrument of Live": (live) => live.device("InstrumentVector", "Deep", KNOBS),
    "a rack": (live) => live.rack("Rack", [], [live.device("PluginDevice", "Deep", KNOBS)]),
    "a rack in a rack": (live) =>
      live.rack("Outer", [live.rack("Inner", [live.device("PluginDevice", "Deep", KNOBS)])]),
  };
  for (const [what, make] of Object.entries(places)) {
    const { patch } = control((live, track) => {
      track.add("devices", live.device("MidiArpeggiator", "Arpeggiator", [], 4));
      track.add("devices", live.thisDevice);
      track.add("devices", live.device("MidiPitcher", "Pitch", [], 4));
      track.add("devices", make(live));
      track.add("devices", live.device("PluginDevice", "Reverb", ["Size"], 2));
    });
    assert.equal(patch.status, "Deep: all 6 knobs visible", what);
  }
});

test("from inside a chain, the chain comes first, then what follows its rack", () => {
  const inChain = control((live, track) => {
    track.add("devices", live.rack("Rack", [live.thisDevice, live.device("PluginDevice", "In")]));
    track.add("devices", live.device("PluginDevice", "After"));
  });
  assert.match(inChain.patch.status, /^In: /);
  const alone = control((live, track) => {
    track.add("devices", live.rack("Rack", [live.thisDevice]));
    track.add("devices", live.device("PluginDevice", "After"));
  });
  assert.match(alone.patch.status, /^After: /);
});

test("a synth before us is played where none follows", () => {
  const { patch } = control((live, track) => {
    track.add("devices", live.device("PluginDevice", "Before", KNOBS));
    track.add("devices", live.thisDevice);
  });
  assert.match(patch.status, /^Before: /);
});

test("where there is no synth, it is said where one belongs", () => {
  const { patch, live } = control((set, track) => track.add("devices", set.thisDevice));
  assert.match(patch.status, /^No synth follows on this track; put one after Flow Control/);
  patch.units("mutate 1");
  patch.send("target_next 1");
  assert.deepEqual(live.writes, []);
});

test("Next goes through all synths, and around", () => {
  const { patch } = control((live, track) => {
    track.add("devices", live.thisDevice);
    ["One", "Two", "Three"].forEach((name) =>
      track.add("devices", live.device("PluginDevice", name)),
    );
  });
  const names = [1, 2, 3, 4].map(() => {
    patch.send("target_next 1");
    return patch.status.split(":")[0];
  });
  assert.deepEqual(names, ["Two", "Three", "One", "Two"]);
});

test("nothing is written before the user moves something", () => {
  const { patch, live } = beforeSynth();
  patch.run(3000);
  patch.send("target_scan 1");
  patch.run();
  assert.deepEqual(live.writes, []);
});

test("a sound that comes is one write for each knob that has changed", () => {
  const { patch, live } = beforeSynth();
  patch.units("match 1");
  assert.deepEqual(written(live), [
    "Filter Cutoff 0.75",
    "filter mode 0.75",
    "AMP-attack 0.75",
    "knob_3 0.75",
    "knob_4 0.75",
    "knob_5 0.75",
  ]);
  live.writes.length = 0;
  patch.units("macro_3 0.25");
  assert.deepEqual(written(live), ["AMP-attack 0.25"]);
  live.writes.length = 0;
  patch.units("macro_3 0.25000001", "match 1", "undo 1");
  assert.equal(live.writes.length, 2, "there and back");
});

test("what turns is heard and makes no entry of undo, and is written once it has settled", () => {
  const moves = {
    "macro_1 %": "Filter Cutoff",
    "xy_move % 0.5": "Filter Cutoff",
    "semantic_1 %": "Filter Cutoff",
    "midi cc 1 %": "knob_3",
    "blend %": "Filter Cutoff",
    "map_point % 0.5": "Filter Cutoff",
  };
  for (const [move, name] of Object.entries(moves)) {
    const { patch, live } = beforeSynth(KNOBS, "Synth", MAP);
    patch.send("midi_1_source 1");
    patch.send("midi_1_macro 4");
    patch.units("store_a 1", "match 1", "store_b 1");
    live.writes.length = 0;
    for (let step = 1; step <= 100; step += 1) {
      const most = move.startsWith("midi") ? 127 : 1;
      patch.send(move.replace("%", String((step / 100) * most)));
      patch.run(10);
      assert.deepEqual(live.writes, [], move);
    }
    const turns = live.turns.filter((turn) => turn.name === name);
    assert.ok(turns.length > 30 && turns.length <= 52, `${move}: ${turns.length}`);
    patch.run();
    const changed = live.writes.map((write) => write.name);
    assert.equal(changed.length, new Set(changed).size, "each once");
    const stands = [...live.objects.values()].find((each) => each.properties.name === name);
    assert.equal(stands.properties.value, turns.at(-1).value, move);
    assert.equal(live.remotes.size, 0);
  }
});

test("the end of what is dragged on the pad is written when the mouse lets go", () => {
  const { patch, live } = beforeSynth();
  patch.units("match 1");
  live.writes.length = 0;
  patch.send("xy_move 1 0");
  patch.run(10);
  patch.send("xy_release");
  patch.run(45);
  assert.deepEqual(written(live), ["Filter Cutoff 1", "filter mode 0"]);
});

test("the map under the mouse is heard, and leaves no trace in the synth", () => {
  const { patch, live } = beforeSynth(KNOBS, "Synth", MAP);
  patch.units("match 1");
  live.writes.length = 0;
  patch.send("hover_to_hear 1");
  patch.send("map_hover 1");
  patch.run(2000);
  patch.send("map_hover 2");
  patch.run(2000);
  assert.ok(live.turns.some((turn) => turn.name === "Filter Cutoff" && turn.value === 1));
  patch.send("map_hover 0");
  patch.run();
  assert.deepEqual(live.writes, []);
  assert.equal(live.remotes.size, 0);
});

test("a path that plays is heard, makes no entry of undo, and its end is exact", () => {
  const { patch, live } = beforeSynth(KNOBS, "Synth", MAP);
  patch.send("map_path add 0 0");
  patch.send("map_path add 1 1");
  patch.send("path_length 1");
  patch.send("path_play 1");
  for (let tick = 0; tick <= 40; tick += 1) {
    patch.send(`transport ${tick * 24} 1`);
    patch.run(25);
  }
  assert.ok(live.turns.filter((turn) => turn.name === "Filter Cutoff").length >= 30);
  assert.deepEqual(live.writes, []);
  patch.send("transport 960 0");
  patch.run();
  const [cutoff] = patch.synth.units;
  const ends = written(live).filter((line) => line.startsWith("Filter Cutoff"));
  assert.deepEqual(ends, [`Filter Cutoff ${cutoff}`]);
  patch.run(3000);
  assert.equal(written(live).length, new Set(live.writes.map((write) => write.name)).size);
});

test("what is too much for the remotes follows once it has settled", () => {
  const { KnobWriter, N_REMOTES } = moduleOf("knob_writer.js");
  const parameters = Array.from({ length: 100 }, (_, index) => ({
    id: String(index + 1),
    min: 0,
    max: 1,
    isQuantized: false,
  }));
  const said = [];
  const cursor = { set: (...words) => said.push(words) };
  const value = (_, name) => Number(name === "is_enabled");
  const target = { isAlive: true, pairs: parameters, cursor, value };
  const outlets = { point: (...words) => said.push(words), turn: () => {} };
  const Task = class {
    cancel() {}
    schedule() {}
  };
  const writer = new KnobWriter({ target, outlets, max: { Task } });
  writer.follow(parameters.map(() => 0.5));
  assert.deepEqual(
    said.map(([remote]) => remote),
    Array.from({ length: N_REMOTES }, (_, index) => index + 1),
  );
  said.length = 0;
  writer.write(parameters.map(() => 0.5));
  assert.equal(said.filter(([, id]) => id === 0).length, N_REMOTES);
  assert.ok(said.filter(([name]) => name === "value").length >= parameters.length);
});

test("another target lets go of what is held", () => {
  const { patch, live } = control((set, track) => {
    track.add("devices", set.thisDevice);
    for (const name of ["One", "Two"]) {
      track.add("devices", set.device("PluginDevice", name, KNOBS));
    }
  });
  patch.send("macro_1 0.9");
  patch.run(15);
  assert.ok(live.remotes.size > 0);
  patch.send("target_next 1");
  assert.equal(live.remotes.size, 0);
  patch.run();
  assert.equal(live.remotes.size, 0);
});

test("a knob that the user has turned in the synth is written again only if it differs", () => {
  const { patch, live, track } = beforeSynth();
  patch.units("match 1");
  live.writes.length = 0;
  const [, , mode] = track.children.devices[1].children.parameters;
  mode.properties.value = 0.1;
  patch.units("macro_1 0.2");
  assert.deepEqual(written(live), ["Filter Cutoff 0.2", "filter mode 0.75"]);
});

test("values lie in each parameter's own range, on a step where it has steps", () => {
  const { valueOf } = moduleOf("knob_writer.js");
  for (let step = 0; step <= 100; step += 1) {
    const unit = step / 100;
    assert.equal(valueOf(unit, { min: -12, max: 12, isQuantized: false }), -12 + unit * 24);
    const stepped = valueOf(unit, { min: 0, max: 4, isQuantized: true });
    assert.ok(Number.isInteger(stepped) && stepped >= 0 && stepped <= 4);
    assert.ok(Math.abs(stepped - unit * 4) <= 0.5);
  }
  const { patch, live } = beforeSynth([
    { name: "Filter Cutoff", min: 20, max: 20000, value: 20 },
    { name: "Filter Mode", min: 0, max: 2, value: 0, is_quantized: 1 },
  ]);
  patch.units("match 1");
  assert.deepEqual(written(live), ["Filter Cutoff 15005", "Filter Mode 2"]);
});

test("what a macro of a rack holds is left alone", () => {
  const { patch, live } = beforeSynth([{ name: "Filter Cutoff", is_enabled: 0 }, "knob_3"]);
  patch.units("match 1");
  assert.deepEqual(written(live), ["knob_3 0.75"]);
  patch.units("macro_1 0.2", "macro_4 0.2");
  assert.ok(!live.turns.some((turn) => turn.name === "Filter Cutoff"));
});

test("of parameters with one name the first knob gets the first", () => {
  const { matchNames } = moduleOf("name_matching.js");
  const pairs = matchNames(["level", "attack", "level"], ["Attack", "Level", "LEVEL", "Level"]);
  assert.deepEqual([...pairs], [1, 0, 2]);
  assert.deepEqual([...matchNames(["osc1_tune"], ["OSC1: Tune", "Tune"])], [0]);
  assert.deepEqual([...matchNames(["größe"], ["Gr\u00f6\u00dfe"])], [0]);
});

test("no parameter is given to two knobs, whatever the names", () => {
  const { matchNames } = moduleOf("name_matching.js");
  const names = ["a", "A", "a_", "b", "c", "b", "a"];
  for (let shift = 0; shift < names.length; shift += 1) {
    const knobs = [...names.slice(shift), "d"];
    const pairs = [...matchNames(knobs, names)].filter((index) => index >= 0);
    assert.equal(new Set(pairs).size, pairs.length);
  }
});

test("parameters that are configured later are found, once all have come", () => {
  const { patch, live, track } = beforeSynth(KNOBS.slice(0, 2));
  const synth = track.children.devices[1];
  patch.world.sent = [];
  for (const name of KNOBS.slice(2)) {
    live.change(synth, "parameters", () => live.addParameter(synth, name));
    patch.run(20);
  }
  assert.equal(patch.status, undefined, "not while they come");
  patch.run(250);
  assert.equal(patch.status, "Synth: all 6 knobs visible");
  patch.units("match 1");
  assert.equal(live.writes.length, 6);
});

test("parameters that go are no longer written", () => {
  const { patch, live, track } = beforeSynth();
  const synth = track.children.devices[1];
  const last = synth.children.parameters.at(-1);
  live.change(synth, "parameters", () => {
    synth.remove("parameters", last);
    live.objects.delete(last.id);
  });
  patch.send("match 1");
  patch.run();
  assert.equal(live.writes.length, 5);
});

test("devices that move, come and go are followed", () => {
  const { patch, live, track } = beforeSynth();
  const first = track.children.devices[1];
  live.change(track, "devices", () =>
    track.add("devices", live.device("PluginDevice", "Other", KNOBS), 1),
  );
  patch.run(250);
  assert.match(patch.status, /^Synth: /, "the chosen one stays chosen");
  live.change(track, "devices", () => {
    track.remove("devices", first);
    live.objects.delete(first.id);
  });
  patch.run(250);
  assert.match(patch.status, /^Other: /);
  live.change(track, "devices", () => track.remove("devices", track.children.devices[1]));
  patch.run(250);
  assert.match(patch.status, /^No synth/);
});

test("a rack's chain is watched as well", () => {
  const { patch, live, track } = control((set, track) => {
    track.add("devices", set.thisDevice);
    track.add("devices", set.rack("Rack", [set.device("PluginDevice", "Old", KNOBS)]));
  });
  const [chain] = track.children.devices[1].children.chains;
  const [old] = chain.children.devices;
  live.change(chain, "devices", () => {
    chain.remove("devices", old);
    live.objects.delete(old.id);
    chain.add("devices", live.device("PluginDevice", "New", KNOBS));
  });
  patch.run(250);
  assert.match(patch.status, /^New: /);
});

test("a hundred changes in a row are one scan, and none writes", () => {
  const { patch, live, track } = beforeSynth();
  patch.units("match 1");
  live.writes.length = 0;
  const synth = track.children.devices[1];
  patch.world.sent = [];
  for (let count = 0; count < 100; count += 1) {
    live.notify(synth, "parameters");
    live.notify(track, "devices");
    patch.run(1);
  }
  patch.run();
  assert.deepEqual(live.writes, []);
});

test("nothing of Live is touched before live.thisdevice bangs", () => {
  const live = new LiveSet();
  const track = live.track();
  live.thisDevice = track.add("devices", live.device("MxDeviceMidiEffect", "Flow Control", [], 4));
  track.add("devices", live.device("PluginDevice", "Synth", KNOBS));
  const patch = new Patch({ kind: "control", live });
  ["target_scan 1", "target_next 1", "macro_1 0.3"].forEach((message) =>
    patch.send(message),
  );
  patch.run();
  assert.equal(live.observers.size, 0);
  patch.begin();
  assert.ok(live.observers.size > 0);
});

test("observers are pointed elsewhere, never made again", () => {
  const { patch, live, track } = beforeSynth();
  const count = live.observers.size;
  for (let round = 0; round < 20; round += 1) {
    live.change(track, "devices", () =>
      track.add("devices", live.device("PluginDevice", `Synth ${round}`), 1),
    );
    patch.run(250);
    patch.send("target_next 1");
  }
  assert.equal(live.observers.size, count);
});

test("later bangs of live.thisdevice look again, and make nothing", () => {
  const { patch, live, track } = beforeSynth(KNOBS.slice(0, 2));
  const count = live.observers.size;
  patch.units("mutate 1");
  const { units } = patch.synth;
  live.addParameter(track.children.devices[1], "knob_3");
  patch.said(SYNTH);
  for (let bang = 0; bang < 5; bang += 1) {
    patch.send("ready");
  }
  patch.run();
  assert.equal(live.observers.size, count);
  assert.deepEqual(patch.said(SYNTH), []);
  assert.deepEqual(patch.synth.units, units);
  assert.match(patch.status, /^Synth: 3 of 6 knobs visible/);
});
