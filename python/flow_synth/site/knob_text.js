// What a knob says, as the rest of the project says it: `Parameter.describe` in Python.

/** @typedef {import("../../../web/instrument/description.js").Knob} Knob */

/** What is smaller is shown as 0: no ear tells it from that. */
const LEAST_SHOWN = 1e-4;

/**
 * @param {Knob} knob
 * @param {number} unit 0 to 1.
 * @returns {number} in the knob's own unit; a stepped knob lands on its nearest step.
 */
export function human(knob, unit) {
  const { minimum, maximum } = knob;
  let share = Math.min(Math.max(unit, 0), 1);
  if (knob.kind !== "continuous") {
    const nSteps = Math.round((maximum - minimum) / knob.step);
    share = Math.floor(share * nSteps + 0.5) / nSteps;
  }
  const value =
    knob.curve === "log"
      ? minimum * Math.pow(maximum / minimum, share)
      : minimum + (maximum - minimum) * share;
  return Math.min(Math.max(value, minimum), maximum);
}

/**
 * @param {Knob} knob
 * @param {number} unit 0 to 1.
 * @returns {string} for example `1.2 kHz` or `lowpass`.
 */
export function describe(knob, unit) {
  const value = human(knob, unit);
  if (knob.choices.length > 0) {
    return knob.choices[Math.round(value)];
  }
  if (knob.unit === "Hz" && value >= 1000) {
    return `${digits(value / 1000)} kHz`;
  }
  if (knob.unit === "s" && value < 1) {
    return `${digits(value * 1000)} ms`;
  }
  return `${digits(value)} ${knob.unit}`.trimEnd();
}

/** @param {number} value three digits, without zeros that say nothing. */
function digits(value) {
  return Math.abs(value) < LEAST_SHOWN ? "0" : String(Number(value.toPrecision(3)));
}
