// Which sounds there were, in order, so that none is lost.

const { areAlike } = require("units.js");

/** As many are kept. */
const MOST_STEPS = 100;

/**
 * @typedef {object} Step
 * @property {number[]} units unit values of the knobs.
 * @property {string} source one word on where the sound came from.
 */

/** The device's own list of steps, which Live's undo knows nothing of. */
class History {
  /**
   * @param {Step[]} steps from the oldest to the newest.
   * @param {number} position index of the step that sounds; -1 where there is none.
   */
  constructor(steps = [], position = steps.length - 1) {
    this.steps = steps.slice(-MOST_STEPS);
    this.position = Math.max(position - (steps.length - this.steps.length), -1);
  }

  /** The step that sounds, or undefined. */
  get present() {
    return this.steps[this.position];
  }

  get canUndo() {
    return this.position > 0;
  }

  get canRedo() {
    return this.position < this.steps.length - 1;
  }

  /**
   * Adds a step after the present one, unless it sounds alike; what could be redone is gone.
   *
   * @param {number[]} units unit values of the knobs.
   * @param {string} source one word on where the sound came from.
   * @returns {boolean} whether it was added.
   */
  push(units, source) {
    if (this.present && areAlike(this.present.units, units)) {
      return false;
    }
    this.steps = [...this.steps.slice(0, this.position + 1), { units: [...units], source }];
    this.steps = this.steps.slice(-MOST_STEPS);
    this.position = this.steps.length - 1;
    return true;
  }

  /** @returns {Step|undefined} the step before, which is the present one from now on. */
  undo() {
    return this.canUndo ? this.steps[--this.position] : undefined;
  }

  /** @returns {Step|undefined} the step after, which is the present one from now on. */
  redo() {
    return this.canRedo ? this.steps[++this.position] : undefined;
  }
}

exports.History = History;
exports.MOST_STEPS = MOST_STEPS;
