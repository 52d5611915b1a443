// What test_instrument.py has built and written for these tests.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Instrument } from "../../web/instrument/instrument.js";

const FOLDER = process.env.FLOW_SYNTH_WEB_TESTS ?? "";
export const SAMPLE_RATE_HZ = 44100;
/** Of an AudioWorklet. */
export const BLOCK_SAMPLES = 128;

/** @param {string} name */
export function bytes(name) {
  return new Uint8Array(readFileSync(join(FOLDER, name)));
}

/** @param {string} name rows of float32 numbers. */
export function rows(name, nColumns) {
  const { buffer } = bytes(name);
  const nRows = buffer.byteLength / 4 / nColumns;
  return Array.from(
    { length: nRows },
    (_, row) => new Float32Array(buffer, row * nColumns * 4, nColumns),
  );
}

export const wasm = () => bytes("instrument.wasm");

/** @param {string} [model] */
export function loaded(model = "builtin.flow") {
  const instrument = new Instrument(new WebAssembly.Module(wasm()), SAMPLE_RATE_HZ);
  instrument.load(bytes(model));
  return instrument;
}

/** The next samples of the left channel, block after block. */
export function played(instrument, nBlocks) {
  const audio = new Float32Array(nBlocks * BLOCK_SAMPLES);
  const left = new Float32Array(BLOCK_SAMPLES);
  const right = new Float32Array(BLOCK_SAMPLES);
  for (let block = 0; block < nBlocks; ++block) {
    instrument.process(left, right);
    audio.set(left, block * BLOCK_SAMPLES);
  }
  return audio;
}

/** The largest of all numbers, whatever their sign. */
export function peak(numbers) {
  return numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
}

/** The largest difference of two lists. */
export function distance(one, other) {
  return one.reduce((most, number, index) => Math.max(most, Math.abs(number - other[index])), 0);
}
