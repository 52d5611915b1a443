// One sentence that the page must say, and what can be done about it.

import { part } from "./page_part.js";

/** A place where such sentences are shown; the last one counts. */
export class Notice {
  #root;
  #button;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#button = /** @type {HTMLButtonElement} */ (part(root, "button"));
  }

  /**
   * @param {string} sentence
   * @param {string} [deed] written on the button.
   * @param {() => void} [act] what the button does; without it there is none.
   */
  say(sentence, deed = "", act) {
    part(this.#root, "span").textContent = sentence;
    this.#button.textContent = deed;
    this.#button.hidden = !act;
    this.#button.onclick = () => {
      this.clear();
      act?.();
    };
    this.#root.hidden = false;
  }

  clear() {
    this.#root.hidden = true;
  }

  /** Says what went wrong, unless it was given up on purpose. @param {any} error */
  complain(error) {
    if (error?.name !== "AbortError") {
      this.say(error?.message ?? String(error));
    }
  }
}
