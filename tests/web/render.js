// Plays presets for test_instrument.py, which plays them natively:
// `node render.js N_PRESETS N_SAMPLES OUT` writes units, and left and right of each preset.

import { writeFileSync } from "node:fs";

import { loaded, rows } from "./files.js";

const [nPresets, nSamples] = process.argv.slice(2, 4).map(Number);
const nKnobs = loaded().description.knobs.length;
const chunks = rows("presets", nKnobs)
  .slice(0, nPresets)
  .flatMap((preset) => {
    const instrument = loaded();
    instrument.setGlide(0);
    instrument.locate(preset);
    // What is locked is played exactly as it is said to be, without the way through the map.
    instrument.description.knobs.forEach(({ name }) => instrument.lock(name, true));
    const audio = [new Float32Array(nSamples), new Float32Array(nSamples)];
    const half = nSamples / 2;
    [57, 64].forEach((pitch) => instrument.note(pitch, 100));
    instrument.process(audio[0].subarray(0, half), audio[1].subarray(0, half));
    instrument.releaseNotes();
    instrument.process(audio[0].subarray(half), audio[1].subarray(half));
    return [instrument.state.units, ...audio];
  });
writeFileSync(process.argv[4], Buffer.concat(chunks.map(({ buffer }) => Buffer.from(buffer))));
