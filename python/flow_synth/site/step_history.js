// Where one has been, for undo and redo.

/**
 * @typedef {object} Step
 * @property {number} id rises from step to step.
 * @property {string} label how one came there.
 * @property {number[]} units
 */

const MOST_STEPS = 100;

/** Steps and the one where one is; a new one takes the place of those that were undone. */
export class StepHistory {
  /** @type {Step[]} */
  #steps;
  #index;

  /** @param {Step[]} steps from an earlier one. @param {number} [id] where one was. */
  constructor(steps = [], id) {
    this.#steps = steps;
    this.#index = steps.length - 1;
    if (id !== undefined) {
      this.goTo(id);
    }
  }

  get steps() {
    return this.#steps;
  }

  /** @returns {Step|undefined} where one is. */
  get current() {
    return this.#steps[this.#index];
  }

  get canUndo() {
    return this.#index > 0;
  }

  get canRedo() {
    return this.#index < this.#steps.length - 1;
  }

  /** @param {string} label @param {ArrayLike<number>} units @returns {Step} */
  add(label, units) {
    const step = { id: (this.current?.id ?? 0) + 1, label, units: Array.from(units) };
    this.#steps = [...this.#steps.slice(0, this.#index + 1), step].slice(-MOST_STEPS);
    this.#index = this.#steps.length - 1;
    return step;
  }

  /** @param {number} id @returns {Step|undefined} undefined if it is not kept any more. */
  goTo(id) {
    const index = this.#steps.findIndex((step) => step.id === id);
    if (index >= 0) {
      this.#index = index;
    }
    return this.#steps[index];
  }
}
