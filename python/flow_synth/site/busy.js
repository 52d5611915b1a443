// Says what goes on when it takes so long that one would wonder.

import { part } from "./page_part.js";

const WONDER_MS = 300;

/** A line with a bar, shown as long as anything slow is under way. */
export class Busy {
  #root;
  #nSlow = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
  }

  /**
   * @template T
   * @param {string} sentence
   * @param {Promise<T>} deed
   * @returns {Promise<T>} the same.
   */
  async during(sentence, deed) {
    let isSlow = false;
    const timer = setTimeout(() => {
      isSlow = true;
      ++this.#nSlow;
      part(this.#root, "span").textContent = sentence;
      this.#root.hidden = false;
    }, WONDER_MS);
    try {
      return await deed;
    } finally {
      clearTimeout(timer);
      this.#nSlow -= Number(isSlow);
      this.#root.hidden = this.#nSlow === 0;
    }
  }
}
