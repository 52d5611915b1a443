// Middle C for a moment, so that what has changed is heard by who plays no key.

/** @typedef {import("../../../web/instrument/keyboard.js").Keyboard} Keyboard */

/** What holds it. */
const KEY = "demo";
const MIDDLE_C = 60;
const VELOCITY = 100;

/** One note, which gives way to those of real keys. */
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
    keyboard.onpress = (key) => {
      if (key !== KEY) {
        this.end();
      }
    };
  }

  /** Strikes it, unless something else is held. */
  strike() {
    if (this.#isLeftToKeys) {
      return;
    }
    this.onstrike();
    this.#keyboard.press(KEY, MIDDLE_C, VELOCITY);
    this.#hold();
  }

  /** Holds it on while a control is moved: it is struck once. */
  holdOn() {
    if (this.#keyboard.holds(KEY)) {
      this.#hold();
    } else {
      this.strike();
    }
  }

  end() {
    clearTimeout(this.#timer);
    this.#keyboard.release(KEY);
  }

  get #isLeftToKeys() {
    return this.#keyboard.pitches.length > 0 && !this.#keyboard.holds(KEY);
  }

  #hold() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.end(), this.heldMs);
  }
}
