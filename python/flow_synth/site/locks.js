// Which knobs stay where they are, whatever else moves.

import { human } from "./knob_text.js";

/** @typedef {import("../../../web/instrument/description.js").Knob} Knob */

/** Names of locked knobs. */
export class Locks {
  #knobs;
  /** @type {Set<string>} */
  #names;

  /** @param {Knob[]} knobs of the synth. @param {string[]} names of those that are locked. */
  constructor(knobs, names = []) {
    this.#knobs = knobs;
    this.#names = new Set(names.filter((name) => knobs.some((knob) => knob.name === name)));
  }

  /** @returns {string[]} */
  get names() {
    return [...this.#names];
  }

  /** @param {string} name */
  has(name) {
    return this.#names.has(name);
  }

  /** @param {string} name @param {boolean} isLocked */
  set(name, isLocked) {
    if (isLocked) {
      this.#names.add(name);
    } else {
      this.#names.delete(name);
    }
  }

  /**
   * @param {ArrayLike<number>} units where all knobs are.
   * @returns {Record<string, number>} values in the knobs' own units by name, as a server takes them.
   */
  values(units) {
    return Object.fromEntries(
      this.#knobs
        .map((knob, index) => /** @type {[string, number]} */ ([knob.name, human(knob, units[index])]))
        .filter(([name]) => this.#names.has(name)),
    );
  }

  /**
   * @param {ArrayLike<number>} here where all knobs are.
   * @param {ArrayLike<number>} there where they are to go.
   * @returns {number[]} there, with the locked ones where they are.
   */
  held(here, there) {
    return this.#knobs.map(({ name }, index) => (this.has(name) ? here : there)[index]);
  }
}
