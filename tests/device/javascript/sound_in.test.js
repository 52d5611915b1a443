// How a sound gets in, and what it is like.

const assert = require("node:assert/strict");
const test = require("node:test");

const { CONTROLS, PATCH, Patch, SYNTH, VIEWS } = require("./device_for_tests.js");

test("a match is asked for its candidates once its answer has come", () => {
  const patch = new Patch().begin();
  patch.send("match 1");
  assert.deepEqual(patch.said(SYNTH), ["match"]);
  patch.run(5);
  assert.deepEqual(patch.said(SYNTH), []);
  patch.run(2);
  assert.deepEqual(patch.said(SYNTH), ["candidates 8"]);
});

test("candidates are listed with their similarity, and heard by a click or the control", () => {
  const patch = new Patch().begin();
  patch.units("match 1");
  const rows = patch.said(VIEWS, "candidates row");
  assert.equal(rows.length, 8);
  assert.equal(rows[0], "candidates row 1 90");
  patch.said(SYNTH);
  patch.send("candidates_click 3");
  assert.deepEqual(patch.said(SYNTH), ["candidate 3"]);
  assert.deepEqual(patch.said(VIEWS, "candidates"), [
    "candidates chosen 3",
    "candidates meter 88",
  ]);
  assert.ok(patch.said(CONTROLS).includes("candidate set 3"));
  assert.deepEqual(patch.said(PATCH, "notes"), ["notes preview"]);
  patch.run();
  patch.said(SYNTH);
  patch.send("candidate 4");
  assert.deepEqual(patch.said(SYNTH), ["candidate 4"]);
});

test("there is no candidate before there was a match, and none beyond the last", () => {
  const patch = new Patch().begin();
  patch.send("candidate 1");
  assert.deepEqual(patch.said(SYNTH), []);
  patch.units("match 1");
  patch.said(SYNTH);
  for (const message of ["candidate 9", "candidates_click 0", "candidate -1"]) {
    patch.send(message);
  }
  assert.deepEqual(patch.said(SYNTH), []);
});

test("the meter is for the candidate that sounds alone", () => {
  const patch = new Patch().begin();
  patch.units("match 1", "candidate 1");
  patch.said(VIEWS);
  patch.send("macro_1 0.9");
  assert.deepEqual(patch.said(VIEWS, "candidates"), [
    "candidates chosen 0",
    "candidates meter -1",
  ]);
});

test("a wav file is heard as it is", () => {
  const patch = new Patch().begin();
  patch.world.send("dropped", "/sounds/a violin.WAV");
  assert.deepEqual(patch.said(SYNTH), ["analyze /sounds/a violin.WAV"]);
  assert.equal(patch.status, "Listening to a violin.WAV");
  patch.run();
  assert.equal(patch.said(SYNTH)[0], "candidates 8");
});

test("any other file is played to flow_synth~, which records it", () => {
  const patch = new Patch().begin();
  patch.world.send("dropped", "/sounds/a violin.mp3");
  assert.deepEqual(patch.said(PATCH), ["sound load /sounds/a violin.mp3"]);
  assert.deepEqual(patch.said(SYNTH), []);
  patch.send("sound_loaded 1200");
  assert.deepEqual(patch.said(SYNTH), ["record 1"]);
  assert.deepEqual(patch.said(PATCH), ["sound listen drop"]);
  patch.run(1200);
  patch.send("sound_played");
  assert.deepEqual(patch.said(SYNTH), ["record 0", "match"]);
  patch.run();
  assert.equal(patch.said(SYNTH)[0], "candidates 8");
});

test("a file that is no sound is said to be none", () => {
  const patch = new Patch().begin();
  patch.send("dropped notes.txt");
  patch.send("sound_loaded 0");
  assert.match(patch.status, /no sound that Max reads/);
  assert.deepEqual(patch.said(SYNTH), []);
});

/** A Recorder on a track, which answers at once. */
function withRecorder() {
  const patch = new Patch().begin();
  patch.world.onNamed = ([, selector, isOn]) => {
    if (selector === "record") {
      patch.send(`recording ${isOn}`);
    }
  };
  return patch;
}

test("the Recorder is asked to record, and what it has recorded is matched", () => {
  const patch = withRecorder();
  patch.send("record 1");
  patch.run(1000);
  assert.match(patch.status, /The Flow Recorder records/);
  patch.send("record 0");
  assert.deepEqual(patch.world.named, [
    ["flow_recorder", "record", 1],
    ["flow_recorder", "record", 0],
  ]);
  patch.send("recorded 800");
  assert.deepEqual(patch.said(PATCH), ["sound listen recorder"]);
  assert.deepEqual(patch.said(SYNTH), ["record 1"]);
  patch.send("sound_played");
  assert.deepEqual(patch.said(SYNTH), ["record 0", "match"]);
  patch.send("recorded 0");
  assert.match(patch.status, /empty/);
});

test("the button stands where the Recorder does, whoever ends the recording", () => {
  for (const end of ["recorded 6000", "recording 0"]) {
    const patch = withRecorder();
    patch.send("record 1");
    patch.send(end);
    assert.ok(patch.said(CONTROLS).includes("record set 0"), end);
  }
});

test("without a Recorder the button goes back, and it is said what is missing", () => {
  const patch = new Patch().begin();
  patch.send("record 1");
  patch.run(400);
  assert.deepEqual(patch.said(CONTROLS, "record"), []);
  patch.run(200);
  assert.ok(patch.said(CONTROLS).includes("record set 0"));
  patch.send("recorded 900");
  assert.deepEqual(patch.said(SYNTH), [], "what somebody else records later");
});

test("what is missing is named", () => {
  const patch = new Patch().begin();
  patch.send("record 1");
  patch.run(600);
  assert.equal(patch.status, "Put Flow Recorder on a track, then press Record again");
});

test("only who asked for a recording matches at once; others when Match is pressed", () => {
  const patch = withRecorder();
  patch.send("recording 1");
  patch.send("recorded 800");
  assert.deepEqual(patch.said(SYNTH), []);
  assert.equal(patch.status, "A new recording is there: press Match");
  patch.send("match 1");
  assert.deepEqual(patch.said(PATCH), ["sound listen recorder"]);
  patch.send("sound_played");
  assert.deepEqual(patch.said(SYNTH), ["record 1", "record 0", "match"]);
  patch.run();
  patch.said(SYNTH);
  patch.send("match 1");
  assert.deepEqual(patch.said(SYNTH), ["match"], "once more, and not recorded once more");
});

test("a file that Max's buffer says nothing of is given up", () => {
  const patch = new Patch().begin();
  patch.send("dropped strange.xyz");
  assert.equal(patch.status, "Listening to strange.xyz");
  patch.run(11000);
  assert.match(patch.status, /no sound that Max reads/);
  patch.send("dropped good.mp3");
  patch.send("sound_loaded 5000");
  patch.run(11000);
  assert.doesNotMatch(patch.status, /no sound that Max reads/);
});

test("a sound that never ends is ended after its time", () => {
  const patch = withRecorder();
  patch.send("record 1");
  patch.send("recorded 800");
  patch.said(SYNTH);
  patch.run(3000);
  assert.deepEqual(patch.said(SYNTH).slice(0, 2), ["record 0", "match"]);
  patch.send("sound_played");
  assert.deepEqual(patch.said(SYNTH), []);
});

test("another sound takes the place of one that is being played", () => {
  const patch = withRecorder();
  patch.send("record 1");
  patch.send("recorded 5000");
  patch.said(SYNTH);
  patch.send("dropped other.wav");
  assert.deepEqual(patch.said(SYNTH), ["record 0", "analyze other.wav"]);
  patch.send("sound_played");
  assert.deepEqual(patch.said(SYNTH), []);
});

test("a macro that moves meanwhile is not taken for the answer", () => {
  const patch = new Patch().begin();
  patch.send("match 1");
  patch.run(2);
  patch.send("macro_2 0.9");
  patch.run(2);
  assert.deepEqual(patch.said(SYNTH), ["match", "macro 2 0.9"]);
  patch.run();
  assert.ok(patch.said(SYNTH).includes("candidates 8"));
  assert.deepEqual(patch.synth.units, patch.synth.sound);
  assert.equal(patch.history.at(-1).source, "match");
});

test("automation that never rests does not hide what was heard", () => {
  const patch = new Patch().begin();
  patch.send("match 1");
  for (let step = 0; step < 100; step += 1) {
    patch.send(`macro_2 ${step / 100}`);
    patch.run(1);
  }
  patch.run();
  const [first] = patch.synth.units;
  assert.equal(first, patch.synth.sound[0]);
  assert.deepEqual(
    patch.history.map((step) => step.source),
    ["start", "match"],
  );
  assert.equal(patch.said(SYNTH, "candidates").length, 1);
});

test("what is not answered is said so, and later movement is no match", () => {
  const patch = new Patch().begin();
  patch.synth.hasEngine = false;
  patch.send("match 1");
  patch.run(11000);
  assert.match(patch.status, /There was no answer; Max's console says why/);
  patch.units("macro_1 0.9", "mutate 1");
  assert.ok(!patch.history.some((step) => step.source === "match"));
  assert.deepEqual(patch.said(SYNTH, "candidates"), []);
});

test("a missing engine is named", () => {
  const patch = new Patch();
  patch.synth.hasEngine = false;
  patch.begin();
  patch.send("match 1");
  patch.run(11000);
  assert.match(patch.status, /needs the engine/);
});

test("answers may come in any order", () => {
  for (const order of [
    ["info", "params"],
    ["params", "info"],
  ]) {
    const patch = new Patch();
    patch.synth.order = order;
    patch.begin();
    const start = patch.synth.units;
    const matched = patch.units("match 1");
    assert.deepEqual(matched, patch.synth.sound);
    patch.units("candidate 2", "mutate 1");
    assert.deepEqual(
      patch.history.map((step) => step.source),
      ["start", "match", "candidate", "mutate"],
    );
    assert.deepEqual(patch.units("undo 1", "undo 1", "undo 1"), start);
  }
});
