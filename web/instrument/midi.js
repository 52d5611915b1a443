// MIDI keyboards: what their messages mean, and where they come from. The numbers are those of the
// MIDI 1.0 Detailed Specification, tables I to III.

import { Refusal } from "./refusal.js";

/** @typedef {import("./keyboard.js").Keyboard} Keyboard */

const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const CONTROL_CHANGE = 0xb0;
const SUSTAIN = 64;
const ALL_SOUND_OFF = 120;
const ALL_NOTES_OFF = 123;
const PEDAL_DOWN = 64;

/** Plays a keyboard from MIDI messages, and passes on what knobs and wheels say. */
export class Midi {
  #keyboard;

  /** Is told of a controller, 0 to 119, and its value, 0 to 1. */
  /** @type {(controller: number, value: number) => void} */
  oncontrol = () => {};

  /** @param {Keyboard} keyboard */
  constructor(keyboard) {
    this.#keyboard = keyboard;
  }

  /**
   * @param {ArrayLike<number>} message whole, as browsers give them; unknown ones are left alone.
   * @param {string} port which of several keyboards it came from.
   */
  take(message, port = "") {
    const [status, first, second = 0] = Array.from(message);
    const kind = status & 0xf0;
    const key = `midi ${port} ${status & 0x0f} ${first}`;
    if (kind === NOTE_ON && second > 0) {
      this.#keyboard.press(key, first, second);
    } else if (kind === NOTE_OFF || kind === NOTE_ON) {
      this.#keyboard.release(key);
    } else if (kind === CONTROL_CHANGE) {
      this.#control(first, second);
    }
  }

  /**
   * Listens to all keyboards, those, too, that are plugged in later.
   *
   * @param {Navigator} browser
   * @returns {Promise<string[]>} their names; rejected with a Refusal that says what to do.
   */
  async listen(browser) {
    if (browser.requestMIDIAccess === undefined) {
      throw new Refusal("this browser has no MIDI; use Chrome, Edge or Firefox, or play by mouse");
    }
    const access = await browser.requestMIDIAccess().catch(() => {
      throw new Refusal("MIDI was not allowed; allow it in the settings of this page");
    });
    const listen = () => access.inputs.forEach((input) => this.#hear(input));
    access.onstatechange = () => {
      this.#keyboard.releaseAll(); // Of one that was pulled out no key would ever come up.
      listen();
    };
    listen();
    return [...access.inputs.values()].map(({ name }) => name ?? "MIDI");
  }

  /** @param {MIDIInput} input */
  #hear(input) {
    input.onmidimessage = ({ data }) => this.take(data ?? [], input.id);
  }

  /**
   * @param {number} controller
   * @param {number} value
   */
  #control(controller, value) {
    if (controller === SUSTAIN) {
      this.#keyboard.pedal(value >= PEDAL_DOWN);
    } else if (controller === ALL_SOUND_OFF || controller >= ALL_NOTES_OFF) {
      this.#keyboard.releaseAll();
    } else if (controller < ALL_SOUND_OFF) {
      this.oncontrol(controller, value / 127);
    }
  }
}
