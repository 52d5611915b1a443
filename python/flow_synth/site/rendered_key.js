// One key of a synth whose notes are rendered whole: it has one sound at a time.

import { LatestWins } from "../../../web/instrument/latest_wins.js";
import { RenderedNote } from "./rendered_note.js";
import { isElsewhere } from "./unit_values.js";

/** @typedef {(note: RenderedNote, velocity: number) => Promise<AudioBuffer>} Render of a note, as knobs stand. */

/** Asks for one note after the other, and of those that wait for the latest alone. */
export class RenderedKey {
  #render;
  #output;
  #latest = new LatestWins();
  /** 0 while it is up. */
  #velocity = 0;
  /** @type {RenderedNote|undefined} */
  #struck;
  /** Whether that was for knobs that have moved. */
  #isAgain = false;
  /** Goes on until the next one is there. @type {RenderedNote|undefined} */
  #sounding;

  /** @param {Render} render @param {AudioNode} output */
  constructor(render, output) {
    this.#render = render;
    this.#output = output;
  }

  /** @param {number} velocity 1 to 127. @returns {Promise<void>} rejected if it cannot be played. */
  press(velocity) {
    this.#velocity = velocity;
    this.#isAgain = false;
    return this.#strike();
  }

  release() {
    this.#velocity = 0;
    this.#struck?.letGo();
    this.#sounding?.letGo();
    // What was struck by hand is heard, however late; what only follows the knobs is not.
    if (this.#isAgain) {
      this.hush();
    }
  }

  /** What is still under way is not heard, unless the key is down. */
  hush() {
    if (this.#velocity === 0) {
      this.#struck = undefined;
    }
  }

  /** Strikes it again if it is held, and knobs have moved since. @param {Float32Array} units */
  async follow(units) {
    const before = this.#struck?.units;
    if (this.#velocity > 0 && before && isElsewhere(units, before)) {
      this.#isAgain = true;
      await this.#strike();
    }
  }

  async #strike() {
    const note = (this.#struck = new RenderedNote());
    const velocity = this.#velocity;
    const sound = await this.#latest.put("note", () => this.#render(note, velocity));
    // Or it was struck again while this one was made.
    if (note === this.#struck) {
      this.#sounding?.letGo();
      this.#sounding = note;
      note.begin(sound, this.#output);
    }
  }
}
