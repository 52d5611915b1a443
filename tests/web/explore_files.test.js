import assert from "node:assert/strict";
import { test } from "node:test";

import { PresetFiles } from "../../python/flow_synth/site/preset_files.js";
import { fileName } from "../../python/flow_synth/site/server.js";
import { wavOf } from "../../python/flow_synth/site/wav.js";

test("a recording is a WAV file of one channel, cut off where it is too loud", () => {
  const view = new DataView(wavOf(Float32Array.of(0, 0.5, -1, 3), 44100));
  const text = (/** @type {number} */ at) =>
    String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)));
  assert.deepEqual([0, 8, 36].map(text), ["RIFF", "WAVE", "data"]);
  assert.equal(view.byteLength, 44 + 8);
  assert.equal(view.getUint32(4, true), view.byteLength - 8);
  assert.equal(view.getUint32(24, true), 44100);
  const samples = [0, 1, 2, 3].map((index) => view.getInt16(44 + 2 * index, true));
  assert.deepEqual(samples, [0, 16384, -32767, 32767]);
});

test("presets are told from sounds by their names", () => {
  const files = new PresetFiles(/** @type {any} */ (undefined), [".preset.json", ".bank"]);
  assert.ok(files.has("Warm Pad.preset.json") && files.has("OLD.BANK"));
  assert.ok(!files.has("voice.wav") && !files.has("bank.wav"));
});

test("a file has the name that the server gives it", () => {
  assert.equal(fileName("attachment; filename*=utf-8''H%C3%B6rner.preset.json"), "Hörner.preset.json");
  assert.equal(fileName('attachment; filename="a b.fxp"'), "a b.fxp");
  assert.equal(fileName(""), "");
});
