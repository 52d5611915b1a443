// The original and one candidate, in turn: by two buttons, or by one key.

import { bindKey } from "./key_binding.js";
import { part } from "./page_part.js";

/** @typedef {import("./listener.js").Listener} Listener */

/** By where it lies: the piano leaves it free. */
const KEY = "KeyB";

/** A is the original, B what imitates it. */
export class Comparison {
  #buttons;
  #listener;
  /** Addresses of both; empty for none. */
  #addresses = { a: "", b: "" };
  /** @type {"a"|"b"} */
  #last = "b";

  /** Is told what went wrong. */
  onproblem = (/** @type {any} */ _error) => {};

  /** @param {HTMLElement} root @param {Listener} listener */
  constructor(root, listener) {
    this.#buttons = { a: part(root, "[data-hear=a]"), b: part(root, "[data-hear=b]") };
    this.#listener = listener;
    const sides = /** @type {("a"|"b")[]} */ (["a", "b"]);
    sides.forEach((side) => this.#buttons[side].addEventListener("click", () => this.#play(side)));
    bindKey(KEY, () => this.#play(this.#last === "a" && this.#addresses.b ? "b" : "a"));
  }

  /** @param {string} address of the original. */
  setOriginal(address) {
    this.#addresses.a = address;
    this.#buttons.a.disabled = !address;
  }

  /** @param {string} address of the candidate. @param {string} name */
  setCandidate(address, name) {
    this.#addresses.b = address;
    this.#buttons.b.disabled = !address;
    this.#buttons.b.textContent = name;
  }

  /** @param {string} address of what sounds. */
  mark(address) {
    const isA = address !== "" && address === this.#addresses.a;
    const isB = address !== "" && address === this.#addresses.b;
    this.#buttons.a.setAttribute("aria-pressed", String(isA));
    this.#buttons.b.setAttribute("aria-pressed", String(isB));
    if (isA || isB) {
      this.#last = isA ? "a" : "b";
    }
  }

  /** @param {"a"|"b"} side */
  #play(side) {
    if (this.#addresses[side]) {
      this.#last = side;
      this.#listener.play(this.#addresses[side]).catch(this.onproblem);
    }
  }
}
