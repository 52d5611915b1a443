import assert from "node:assert/strict";
import { test } from "node:test";

import { Instrument } from "../../web/instrument/instrument.js";
import { BLOCK_SAMPLES, SAMPLE_RATE_HZ, bytes, loaded, peak, played, wasm } from "./files.js";

const compiled = new WebAssembly.Module(wasm());
const empty = () => new Instrument(compiled, SAMPLE_RATE_HZ);

test("the module needs nothing of a system", () => {
  assert.deepEqual(WebAssembly.Module.imports(compiled), []);
});

test("without a model it is silent, and says what is missing", () => {
  const instrument = empty();
  instrument.note(60, 100);
  assert.equal(peak(played(instrument, 10)), 0);
  for (const go of [
    () => instrument.setMacro(1, 0.5),
    () => instrument.setSemantic("brightness", 1),
    () => instrument.locate([]),
    () => instrument.decode([]),
    () => instrument.store(1),
    () => instrument.lock("x", true),
  ]) {
    assert.throws(go, { name: "Refusal", message: "there is no model yet; load one" });
  }
  assert.equal(instrument.state.units.length, 0);
});

test("a rate that nobody plays at is refused", () => {
  assert.throws(() => new Instrument(compiled, 1000), /a sample rate of 1000 Hz cannot be used/);
});

test("a model says what it is", () => {
  const { description } = loaded();
  assert.equal(description.synth, "builtin");
  assert.equal(description.sounds, true);
  assert.equal(description.nDimensions, description.knobs.length);
  assert.equal(description.nMacros, description.nDimensions);
  assert.equal(new Set(description.knobs.map(({ name }) => name)).size, description.knobs.length);
  assert.deepEqual(Object.keys(description.sliders[0]), ["name", "low", "high"]);
});

test("a whole model file is read as well as what a page is given", () => {
  const whole = loaded("builtin.flow.ts");
  const part = loaded();
  assert.deepEqual(whole.description, part.description);
  const z = new Float32Array(part.description.nDimensions).fill(0.5);
  assert.deepEqual(whole.decode(z), part.decode(z));
});

test("a model whose map a page cannot run is played by presets", () => {
  const instrument = loaded("no-map.flow");
  const { nDimensions, nMacros, knobs } = instrument.description;
  assert.deepEqual([nDimensions, nMacros], [0, 0]);
  const units = new Float32Array(knobs.length).fill(0.25);
  instrument.locate(units);
  assert.deepEqual(instrument.state.units, units);
  assert.throws(() => instrument.decode(units), /has no map/);
  assert.throws(() => instrument.setMacro(1, 0.5), { name: "Refusal" });
});

test("damaged and truncated models are refused in one sentence, and the one before stays", () => {
  const instrument = loaded();
  const before = instrument.state;
  const blob = bytes("builtin.flow");
  const flipped = blob.slice();
  flipped[100_000] ^= 1;
  const newer = blob.slice();
  newer[8] = 200;
  const archive = bytes("builtin.flow.ts").slice(0, 1_000_000);
  const damaged = [new Uint8Array(0), Uint8Array.of(80, 75), flipped, newer, archive];
  for (const length of [1, 7, 8, 55, 56, 57, 1000, blob.length - 1]) {
    damaged.push(blob.slice(0, length));
  }
  for (const model of damaged) {
    assert.throws(
      () => instrument.load(model),
      ({ name, message }) => name === "Refusal" && /^[^\n]+; [^\n]+$/.test(message),
    );
  }
  assert.deepEqual(instrument.state, before);
  instrument.note(60, 100);
  assert.ok(peak(played(instrument, 100)) > 0.01);
});

test("models come and go without leaving memory behind", () => {
  const instrument = loaded();
  const blob = bytes("builtin.flow");
  const change = () => {
    instrument.load(blob);
    played(instrument, 2);
    assert.throws(() => instrument.load(blob.slice(0, -1)));
  };
  // At first it grows, until there is room for a model that comes and two that go.
  for (let time = 0; time < 5; ++time) {
    change();
  }
  const before = instrument.memoryBytes;
  for (let time = 0; time < 10; ++time) {
    change();
  }
  assert.equal(instrument.memoryBytes, before);
});

test("memory does not grow while it plays and is played with", () => {
  const instrument = loaded();
  const turn = (block) => {
    if (block % 50 === 0) {
      instrument.note(40 + (block % 40), block % 100);
    }
    instrument.setMacro(1 + (block % 8), (block % 100) / 100);
    instrument.setSemantic("brightness", (block % 60) / 10 - 3);
    played(instrument, 1);
  };
  for (let block = 0; block < 100; ++block) {
    turn(block);
  }
  const before = instrument.memoryBytes;
  for (let block = 0; block < 10_000; ++block) {
    turn(block);
  }
  assert.equal(instrument.memoryBytes, before);
});

test("a macro knob that is turned is heard within 20 ms", () => {
  const [still, turned] = [loaded(), loaded()];
  for (const instrument of [still, turned]) {
    instrument.note(60, 100);
    played(instrument, 100);
  }
  turned.setMacro(1, turned.state.macros[0] > 0.5 ? 0 : 1);
  const [one, other] = [played(still, 20), played(turned, 20)];
  const first = one.findIndex((sample, index) => Math.abs(sample - other[index]) > 1e-4);
  const milliseconds = (1000 * first) / SAMPLE_RATE_HZ;
  assert.ok(first >= 0 && milliseconds <= 20, `${milliseconds} ms`);
});

test("places are kept, mixed and returned to", () => {
  const instrument = loaded();
  const { length } = instrument.description.knobs;
  const at = () => instrument.state.units;
  instrument.locate(new Float32Array(length).fill(0.2));
  const low = at();
  instrument.store(1);
  instrument.locate(new Float32Array(length).fill(0.8));
  const high = at();
  instrument.store(2);
  instrument.recall(1);
  assert.deepEqual(at(), low);
  instrument.interpolate(1, 2, 1);
  assert.deepEqual(at(), high);
  assert.deepEqual(
    [1, 2, 3].map((slot) => instrument.isStored(slot)),
    [true, true, false],
  );
  assert.throws(() => instrument.recall(3), { name: "Refusal" });
  assert.throws(() => instrument.recall(129), /give 1 to 128/);
});

test("knobs that are locked stay whatever moves", () => {
  const instrument = loaded();
  const { name } = instrument.description.knobs[2];
  const before = instrument.state.units;
  instrument.lock(name, true);
  instrument.mutate(1);
  const after = instrument.state;
  assert.equal(after.units[2], before[2]);
  assert.notDeepEqual(after.units, before);
  assert.deepEqual(
    after.locked.map(Number).reduce((sum, one) => sum + one),
    1,
  );
  instrument.reset();
  assert.ok(!instrument.state.locked[2]);
});

test("macro knobs and sliders are where they were turned", () => {
  const instrument = loaded();
  instrument.setMacro(3, 0.25);
  instrument.setSemantic(instrument.description.sliders[1].name, -2);
  const { macros, sliders } = instrument.state;
  assert.equal(sliders[1], -2);
  instrument.setSemantic(instrument.description.sliders[1].name, 0);
  assert.ok(Math.abs(instrument.state.macros[2] - 0.25) < 1e-6, `${macros}`);
  assert.throws(() => instrument.setMacro(0, 0.5), /there is no macro knob 0; give 1 to/);
  assert.throws(() => instrument.setMacro(1, NaN), { name: "Refusal" });
  assert.throws(() => instrument.setSemantic("höhe 🎹\n\0", 0), /no slider 'höhe 🎹  '; give one/);
});

test("lists and names without end are refused", () => {
  const instrument = loaded();
  assert.throws(() => instrument.goTo(new Float32Array(1e6)), /list of 1000000 numbers/);
  assert.throws(() => instrument.goTo([1]), /a point of 1 numbers cannot be used; give 40/);
  assert.throws(() => instrument.locate([]), /a preset of 0 numbers/);
  assert.throws(() => instrument.lock("x".repeat(1e6), true), /a name of 1000000 bytes/);
  assert.throws(() => instrument.goTo(new Float32Array(40).fill(NaN)), /not finite/);
});

test("blocks of any size give the same sound", () => {
  const [one, other] = [loaded(), loaded()];
  const long = [new Float32Array(12_800), new Float32Array(12_800)];
  [one, other].forEach((instrument) => instrument.note(50, 90));
  one.process(...long);
  assert.deepEqual(played(other, 12_800 / BLOCK_SAMPLES), long[0]);
});

test("notes are released, and silence is silence", () => {
  const instrument = loaded();
  for (let pitch = 40; pitch < 60; ++pitch) {
    instrument.note(pitch, 100);
  }
  assert.ok(peak(played(instrument, 50)) > 0.01);
  instrument.silence();
  assert.equal(peak(played(instrument, 10)), 0);
  assert.throws(() => instrument.note(128, 100), /cannot be played; give both from 0 to 127/);
});

test("a knob's value is said in its own unit", () => {
  const instrument = loaded();
  const [knob] = instrument.description.knobs;
  assert.ok(Math.abs(instrument.human(0, 0) - knob.minimum) < 1e-9);
  assert.ok(Math.abs(instrument.human(0, 1) - knob.maximum) < 1e-6);
  assert.ok(Number.isNaN(instrument.human(1000, 0)));
});
