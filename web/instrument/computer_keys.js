// The keys of a computer as those of a piano, by where they lie, whatever is written on them.

/** @typedef {import("./keyboard.js").Keyboard} Keyboard */

/** Semitones above the C on the left. */
const SEMITONES = new Map(
  [
    "KeyA KeyW KeyS KeyE KeyD KeyF KeyT KeyG KeyY KeyH KeyU KeyJ",
    "KeyK KeyO KeyL KeyP Semicolon Quote",
  ]
    .flatMap((keys) => keys.split(" "))
    .map((code, semitones) => [code, semitones]),
);
const LOWER = "KeyZ";
const HIGHER = "KeyX";
const VELOCITY = 100;
const OCTAVES = { least: -4, most: 5 };
/** Of octave 0: middle C. */
const MIDDLE_C = 60;

/** Plays a keyboard while the page has the focus: A is C, W C sharp; Z and X change the octave. */
export class ComputerKeys {
  #keyboard;
  #octave = 0;

  /** @param {Keyboard} keyboard */
  constructor(keyboard) {
    this.#keyboard = keyboard;
  }

  /** Octaves above the one with middle C. */
  get octave() {
    return this.#octave;
  }

  /**
   * @param {EventTarget} page as a rule the window.
   * @returns {() => void} stops listening.
   */
  listen(page) {
    const stop = new AbortController();
    const { signal } = stop;
    page.addEventListener("keydown", (event) => this.down(/** @type {any} */ (event)), {
      signal,
    });
    page.addEventListener("keyup", (event) => this.up(/** @type {any} */ (event)), { signal });
    // Keys that are let go of elsewhere would be held for ever.
    page.addEventListener("blur", () => this.#keyboard.releaseAll(), { signal });
    return () => stop.abort();
  }

  /** @param {KeyboardEvent} event */
  down(event) {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) {
      return;
    }
    const semitones = SEMITONES.get(event.code);
    if (semitones !== undefined) {
      const pitch = MIDDLE_C + 12 * this.#octave + semitones;
      this.#keyboard.press(`key ${event.code}`, pitch, VELOCITY);
    } else if (event.code === LOWER) {
      this.#octave = Math.max(this.#octave - 1, OCTAVES.least);
    } else if (event.code === HIGHER) {
      this.#octave = Math.min(this.#octave + 1, OCTAVES.most);
    }
  }

  /** @param {KeyboardEvent} event */
  up(event) {
    this.#keyboard.release(`key ${event.code}`);
  }
}

/** @param {any} target of a key: whether it takes letters. */
export function isTyping(target) {
  const others = "[type=range], [type=checkbox], [type=file]";
  const fields = `input:not(${others}), textarea, select, [contenteditable]`;
  return Boolean(target?.closest?.(fields));
}
