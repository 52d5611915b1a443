// All knobs of the synth, as they stand.

import { describe } from "./knob_text.js";

/** @typedef {import("../../../web/instrument/description.js").Knob} Knob */

/** A row for each knob, in their order. */
export class KnobList {
  #rows;
  #knobs;

  /** @param {ParentNode} root @param {Knob[]} knobs */
  constructor(root, knobs) {
    this.#rows = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-knob]")]);
    this.#knobs = knobs;
  }

  /** @param {ArrayLike<number>} units */
  show(units) {
    this.#rows.forEach((row, index) => {
      row.style.setProperty("--unit", String(units[index]));
      const text = /** @type {HTMLElement} */ (row.querySelector("output"));
      text.textContent = describe(this.#knobs[index], units[index]);
    });
  }
}
