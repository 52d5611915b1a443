// A recording as the bytes of a WAV file: one channel of 16 bits.

const HEADER_BYTES = 44;
const FULL_SCALE = 32767;

/**
 * @param {Float32Array} samples -1 to 1; what is beyond is cut off.
 * @param {number} rateHz
 * @returns {ArrayBuffer}
 */
export function wavOf(samples, rateHz) {
  const nBytes = 2 * samples.length;
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + nBytes));
  const write = (/** @type {number} */ at, /** @type {string} */ text) =>
    [...text].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  write(0, "RIFF");
  view.setUint32(4, HEADER_BYTES - 8 + nBytes, true);
  write(8, "WAVEfmt ");
  view.setUint32(16, 16, true); // Bytes of the format.
  view.setUint16(20, 1, true); // Whole numbers.
  view.setUint16(22, 1, true); // One channel.
  view.setUint32(24, rateHz, true);
  view.setUint32(28, 2 * rateHz, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  write(36, "data");
  view.setUint32(40, nBytes, true);
  samples.forEach((sample, index) => {
    const held = Math.min(Math.max(sample, -1), 1);
    view.setInt16(HEADER_BYTES + 2 * index, Math.round(held * FULL_SCALE), true);
  });
  return view.buffer;
}
