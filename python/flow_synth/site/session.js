// What this tab is about, for when it is loaded again.

/** @typedef {import("./sound_panel.js").Sound} Sound */

/**
 * @typedef {object} Content
 * @property {Sound} [sound]
 * @property {string} [match] its id.
 * @property {string[]} [locks] names of knobs.
 */

/** Kept by the browser for as long as the tab is there. */
export class Session {
  #key;
  /** @type {Content} */
  #content;

  /** @param {string} key of this model's. */
  constructor(key) {
    this.#key = key;
    try {
      this.#content = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    } catch {
      this.#content = {}; // Not of this page.
    }
  }

  get sound() {
    return this.#content.sound;
  }

  get match() {
    return this.#content.match;
  }

  get locks() {
    return this.#content.locks;
  }

  /** @param {Content} change */
  set(change) {
    this.#content = { ...this.#content, ...change };
    sessionStorage.setItem(this.#key, JSON.stringify(this.#content));
  }
}
