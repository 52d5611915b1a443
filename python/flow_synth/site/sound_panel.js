// The sound to be imitated: dropped, chosen or recorded, and sent to the server.

import { made, part } from "./page_part.js";
import { LONGEST_SECONDS, Recorder } from "./recorder.js";

/**
 * @typedef {import("./server.js").Server} Server
 * @typedef {import("./notice.js").Notice} Notice
 *
 * @typedef {object} Sound as the server has heard it.
 * @property {string} id
 * @property {string} name
 * @property {number} seconds
 * @property {number|null} pitch as a MIDI note number.
 * @property {number[]} units what one pass of the model makes of it.
 */

const NOTES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];

/** Sends sounds; of several the last one counts. */
export class SoundPanel {
  #root;
  #server;
  #notice;
  #sending = new AbortController();
  /** @type {Recorder|undefined} */
  #recorder;
  /** What was heard last, in case the server loses it. @type {File|undefined} */
  #file;
  #said = "No sound yet.";

  /** Is told of a sound that the server has heard. */
  onsound = (/** @type {Sound} */ _sound) => {};

  /** @param {HTMLElement} root @param {Server} server @param {Notice} notice */
  constructor(root, server, notice) {
    this.#root = root;
    this.#server = server;
    this.#notice = notice;
    const input = part(root, "[data-file]");
    input.addEventListener("change", () => {
      const [file] = input.files;
      input.value = ""; // The same file may be chosen again.
      if (file) {
        void this.send(file);
      }
    });
    part(root, "[data-record]").addEventListener("click", () => this.#record());
  }

  /** Whether it can be sent again. */
  get canSendAgain() {
    return this.#file !== undefined;
  }

  /** @returns {Promise<Sound|undefined>} */
  async sendAgain() {
    return this.#file && this.send(this.#file);
  }

  /**
   * @param {File} file
   * @returns {Promise<Sound|undefined>} undefined if it is not the newest any more, or no sound.
   */
  async send(file) {
    const most = Number(part(this.#root, "[data-file]").dataset.mostBytes);
    if (file.size > most) {
      const size = Math.ceil(file.size / 1e6);
      this.#notice.say(`${file.name} has ${size} MB; give a sound of at most ${most / 1e6} MB.`);
      return undefined;
    }
    this.#sending.abort();
    this.#sending = new AbortController();
    const { signal } = this.#sending;
    this.#notice.clear();
    this.#busy(`Listening to ${file.name}…`);
    try {
      const address = `/api/sounds?name=${encodeURIComponent(file.name)}`;
      const sound = await this.#server.json("POST", address, { content: file, signal });
      this.#file = file;
      this.onsound(sound);
      return sound;
    } catch (error) {
      if (!signal.aborted) {
        this.#say(this.#said); // The sound before is still there.
        this.#notice.complain(error);
      }
      return undefined;
    }
  }

  /** @param {Sound} sound */
  show({ name, seconds, pitch }) {
    const note = pitch === null ? "no pitch" : `pitch ${noteName(pitch)}`;
    this.#said = `${name}: ${seconds.toFixed(1)} s, ${note}.`;
    this.#say(this.#said);
  }

  async #record() {
    if (this.#recorder) {
      this.#recorder.stop();
      return;
    }
    const button = part(this.#root, "[data-record]");
    const meter = part(this.#root, "[data-level]");
    const recorder = (this.#recorder = new Recorder());
    recorder.onlevel = (level, seconds) => {
      meter.value = level;
      this.#say(`Recording: ${seconds.toFixed(1)} of ${LONGEST_SECONDS} s.`);
    };
    button.textContent = "Stop";
    meter.hidden = false;
    try {
      const file = await recorder.record();
      void this.send(file);
    } catch (error) {
      this.#say(this.#said);
      this.#notice.complain(error);
    }
    this.#recorder = undefined;
    button.textContent = "Record";
    meter.hidden = true;
  }

  /** @param {string} sentence */
  #busy(sentence) {
    part(this.#root, "[data-sound-status]").replaceChildren(
      made("progress", { ariaLabel: sentence }),
      ` ${sentence}`,
    );
  }

  /** @param {string} sentence */
  #say(sentence) {
    part(this.#root, "[data-sound-status]").textContent = sentence;
  }
}

/** @param {number} pitch @returns {string} the nearest note. */
function noteName(pitch) {
  const nearest = Math.round(pitch);
  return `${NOTES[nearest % 12]}${Math.floor(nearest / 12) - 1}`;
}
