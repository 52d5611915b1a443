// Writes knobs to the parameters of a synth in Live.
//
// Each write is an entry of Live's undo: only what has changed is written, once, after it settled.

const { LEAST_CHANGE, clamped } = require("units.js");

/**
 * Unit value -> value of a parameter in its own range; a stepped one takes its nearest step.
 *
 * @param {number} unit in [0, 1].
 * @param {{min: number, max: number, isQuantized: boolean}} parameter
 * @returns {number}
 */
function valueOf(unit, { min, max, isQuantized }) {
  const value = min + clamped(unit, 0, 1) * (max - min);
  return isQuantized ? clamped(Math.round(value), min, max) : value;
}

/** Whether a parameter stands at a value already. */
function stands(present, value, { min, max }) {
  return Math.abs(present - value) < LEAST_CHANGE * Math.max(max - min, Number.EPSILON);
}

/** Writes to what a {@link Target} has found. */
class KnobWriter {
  /** @param {import("target.js").Target} target */
  constructor(target) {
    this.target = target;
  }

  /**
   * Writes what has changed. Only from a task or a message, never from a callback of Live.
   *
   * @param {number[]} units unit values of all knobs.
   * @returns {number} how many parameters were written.
   */
  write(units) {
    if (!this.target.isAlive) {
      return 0;
    }
    return this.target.pairs.filter(
      (parameter, knob) => parameter && this.writeOne(parameter, units[knob]),
    ).length;
  }

  /** Whether it had to be written, and could be. */
  writeOne(parameter, unit) {
    const { target } = this;
    const value = valueOf(unit, parameter);
    const present = Number(target.value(parameter.id, "value"));
    // What has gone answers nothing; what a macro of a rack turns is not enabled.
    if (
      !Number.isFinite(present) ||
      stands(present, value, parameter) ||
      !Number(target.value(parameter.id, "is_enabled"))
    ) {
      return false;
    }
    target.cursor.set("value", value);
    return true;
  }
}

exports.KnobWriter = KnobWriter;
exports.valueOf = valueOf;
