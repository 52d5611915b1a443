// Middle C for a moment, so that what has changed is heard by who plays no key.

/** @typedef {import("../../../web/instrument/keyboard.js").Keyboard} Keyboard */

const MIDDLE_C = 60;
const VELOCITY = 100;

/** One note, which leaves the notes of real keys alone. */
export class DemoNote {
  #keyboard;
  #timer = 0;

  /** How long it is held. */
  heldMs = 900;
  /** Is told that it is struck. */
  onstrike = () => {};

  /** @param {Keyboard} keyboard */
  constructor(keyboard) {
    this.#keyboard = keyboard;
  }

  /** Strikes it, unless something else is held. */
  strike() {
    if (this.#isLeftToKeys) {
      return;
    }
    this.onstrike();
    this.#keyboard.press("demo", MIDDLE_C, VELOCITY);
    this.#hold();
  }

  /** Holds it on while a control is moved: it is struck once. */
  holdOn() {
    if (this.#timer) {
      this.#hold();
    } else {
      this.strike();
    }
  }

  end() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#keyboard.release("demo");
  }

  get #isLeftToKeys() {
    return this.#keyboard.pitches.length > 0 && !this.#timer;
  }

  #hold() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.end(), this.heldMs);
  }
}
