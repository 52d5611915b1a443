// Numbers as text.

/** Below this size a number is written with an exponent. */
const LEAST_PLAIN = 1e-4;
/** What is smaller is shown to musicians as 0: no ear tells it from that. */
const LEAST_SHOWN = 1e-4;

/**
 * A number with all its digits, always as one that may have a fraction: `2.0`, `0.25`, `1e-05`.
 * Every number that a knob has is read back as it was.
 *
 * @param {number} value
 * @returns {string}
 */
function numberText(value) {
  if (Number.isInteger(value)) {
    return value.toFixed(1);
  }
  return Math.abs(value) < LEAST_PLAIN
    ? value.toExponential().replace(/e-(\d)$/, "e-0$1")
    : String(value);
}

/**
 * How a musician reads a knob: `1.2 kHz`, `40 ms`, `lowpass`, `0.5`.
 *
 * @param {number} human value in the knob's own unit.
 * @param {string} unit the unit; may be empty.
 * @param {string} choice name of the choice of a categorical knob; else empty.
 * @returns {string}
 */
function humanText(human, unit, choice) {
  if (choice) {
    return choice;
  }
  if (unit === "Hz" && human >= 1000) {
    return `${short(human / 1000)} kHz`;
  }
  if (unit === "s" && human < 1) {
    return `${short(human * 1000)} ms`;
  }
  return `${short(human)} ${unit}`.trim();
}

/** Three digits. */
function short(value) {
  return Math.abs(value) < LEAST_SHOWN ? "0" : String(Number(value.toPrecision(3)));
}

exports.humanText = humanText;
exports.numberText = numberText;
