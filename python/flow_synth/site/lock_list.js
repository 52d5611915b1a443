// A box by every knob of the list, to be ticked where the knob is to stay.

import { made, part } from "./page_part.js";

/**
 * @typedef {import("./locks.js").Locks} Locks
 * @typedef {import("../../../web/instrument/description.js").Knob} Knob
 */

/** The boxes, and how many of them are ticked. */
export class LockList {
  #root;
  #locks;
  #boxes;

  /** Is told which knob is to stay, or to move again. */
  onlock = (/** @type {string} */ _name, /** @type {boolean} */ _isLocked) => {};

  /** @param {ParentNode} root @param {Knob[]} knobs @param {Locks} locks */
  constructor(root, knobs, locks) {
    this.#root = root;
    this.#locks = locks;
    this.#boxes = knobs.map(({ name, label }) => {
      const box = made("input", { type: "checkbox", ariaLabel: `Lock ${label}` });
      box.addEventListener("change", () => this.onlock(name, box.checked));
      part(root, `[data-knob="${name}"]`).prepend(box);
      return box;
    });
    part(root, "[data-free]").addEventListener("click", () =>
      this.#locks.names.forEach((name) => this.onlock(name, false)),
    );
    part(root, "[data-choose-locks]").addEventListener("click", () => {
      this.#boxes[0].closest("details").open = true;
      this.#boxes[0].focus();
    });
    this.show(knobs.map(({ name }) => locks.has(name)));
  }

  /** @param {boolean[]} locked which of the knobs. */
  show(locked) {
    this.#boxes.forEach((box, index) => (box.checked = locked[index]));
    const n = locked.filter(Boolean).length;
    part(this.#root, "[data-locked]").textContent =
      n === 0 ? "No knob is locked." : `${n} knob${n === 1 ? " is" : "s are"} locked.`;
    part(this.#root, "[data-free]").disabled = n === 0;
  }
}
