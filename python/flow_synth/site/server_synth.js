// The synth where the page can run nothing of it: the server turns its knobs and plays it.

import { rendered } from "./rendered_sounds.js";

/**
 * @typedef {import("./server.js").Server} Server
 * @typedef {import("./listener.js").Listener} Listener
 * @typedef {import("./locks.js").Locks} Locks
 * @typedef {import("./instrument_voice.js").Voice} Voice
 * @typedef {import("./instrument_voice.js").Walk} Walk
 */

const MIDDLE_C = 60;
const VELOCITY = 100;
const MOST_SEED = 2 ** 31;
/** Between two notes on a path: time enough for the server to play the next one. */
const NOTE_SECONDS = 0.8;
/** A pointer that rests for so long wants to hear what is under it. */
const REST_MS = 120;

/**
 * What `PanelSynth` does, and the voice of the map, by asking.
 *
 * @implements {Voice}
 */
export class ServerSynth {
  #server;
  #listener;
  #locks;
  #nDimensions;
  #asked = new AbortController();
  #auditioned = new AbortController();

  /** @type {number[]|undefined} */
  units;

  /** Is told of a place that it has come to, and how. */
  onplace = (/** @type {ArrayLike<number>} */ _units, /** @type {string} */ _label) => {};
  /** Is told where all knobs are. */
  onunits = (/** @type {number[]} */ _units) => {};

  /**
   * @param {Server} server
   * @param {Listener} listener
   * @param {Locks} locks
   * @param {number} nDimensions of the audio space.
   */
  constructor(server, listener, locks, nDimensions) {
    this.#server = server;
    this.#listener = listener;
    this.#locks = locks;
    this.#nDimensions = nDimensions;
  }

  /** Begins in the middle of the audio space. */
  async start() {
    if (!this.units) {
      const z = Array(this.#nDimensions).fill(0);
      const { units } = await this.#server.json("POST", "/api/decode", { json: { z } });
      this.units ??= units;
      this.onunits(units);
    }
  }

  /** @param {ArrayLike<number>} units @param {string} label */
  async go(units, label) {
    await this.start();
    await this.goBack(units);
    this.onplace(/** @type {number[]} */ (this.units), label);
  }

  /** Goes to where it has been. @param {ArrayLike<number>} units */
  async goBack(units) {
    this.units = this.#locks.held(this.units ?? units, units);
    this.onunits(this.units);
    await this.hear();
  }

  /** @param {number} amount 0 to 1. */
  async mutate(amount) {
    await this.start();
    const units = /** @type {number[]} */ (this.units);
    const { signal } = this.#next();
    const { z } = await this.#server.json("POST", "/api/locate", { json: { units }, signal });
    const seed = Math.floor(Math.random() * MOST_SEED);
    const json = { z, amount, locks: this.#locks.values(units), seed };
    const found = await this.#server.json("POST", "/api/mutate", { json, signal });
    await this.go(found.units, "a mutation");
  }

  /** The page's locks are all that there is. */
  async lock() {
    await this.start();
  }

  /** Plays middle C. */
  async hear() {
    await this.start();
    const { signal } = this.#next();
    await this.#listener.playAnswer(this.#rendered(/** @type {number[]} */ (this.units), signal));
  }

  /** There is nothing to be switched on. */
  get isOn() {
    return true;
  }

  /** Plays knobs, without going there: what it goes to meanwhile is reached. @param {ArrayLike<number>} units */
  async audition(units) {
    this.#auditioned.abort();
    const { signal } = (this.#auditioned = new AbortController());
    await pause(REST_MS, signal);
    await this.#listener.playAnswer(this.#rendered(units, signal));
  }

  /** @param {ArrayLike<number>} units @returns {Promise<number[]>} z there. */
  async locate(units) {
    const json = { units: Array.from(units) };
    return (await this.#server.json("POST", "/api/locate", { json })).z;
  }

  /** @param {number[]} z @param {string} label */
  async goTo(z, label) {
    const { units } = await this.#server.json("POST", "/api/decode", { json: { z } });
    await this.go(units, label);
    return /** @type {number[]} */ (this.units);
  }

  /**
   * In notes: each is played by the server while the one before it sounds.
   *
   * @param {Walk} walk
   * @param {string} label
   */
  async walk({ at, seconds, signal, onshare }, label) {
    await this.start();
    if (signal.aborted) {
      return;
    }
    const asked = this.#next();
    const end = () => asked.abort();
    signal.addEventListener("abort", end);
    const nNotes = Math.max(Math.round(seconds / NOTE_SECONDS), 2);
    const share = (/** @type {number} */ number) => number / (nNotes - 1);
    const begun = performance.now();
    try {
      let next = this.#noteAt(at(0), asked.signal);
      for (let number = 0; number < nNotes; ++number) {
        const { units, answer } = await next;
        if (number + 1 < nNotes) {
          next = this.#noteAt(at(share(number + 1)), asked.signal);
          next.catch(() => {}); // It is waited for later, or never.
        }
        await pause(begun + (1000 * seconds * number) / nNotes - performance.now(), asked.signal);
        this.units = units;
        this.onunits(units);
        onshare(share(number));
        await this.#listener.playAnswer(Promise.resolve(answer), asked.signal);
      }
      await pause(begun + 1000 * seconds - performance.now(), asked.signal);
    } catch (error) {
      if (!asked.signal.aborted) {
        throw error;
      }
    } finally {
      signal.removeEventListener("abort", end); // The last note may fade.
    }
    if (this.#asked === asked) {
      this.onplace(/** @type {number[]} */ (this.units), label);
    }
  }

  /**
   * @param {number[]} z
   * @param {AbortSignal} signal
   * @returns {Promise<{units: number[], answer: {content: Blob}}>} knobs there, and their sound.
   */
  async #noteAt(z, signal) {
    const { units } = await this.#server.json("POST", "/api/decode", { json: { z }, signal });
    const held = this.#locks.held(this.units ?? units, units);
    return { units: held, answer: await this.#rendered(held, signal) };
  }

  /** @param {ArrayLike<number>} units @param {AbortSignal} signal */
  #rendered(units, signal) {
    return rendered(this.#server, { units, pitch: MIDDLE_C, velocity: VELOCITY }, signal);
  }

  /** Gives up what was asked before: nobody wants it any more. */
  #next() {
    this.#asked.abort();
    this.#auditioned.abort();
    this.#asked = new AbortController();
    return this.#asked;
  }
}

/**
 * @param {number} ms at most 0 if there is nothing to wait for.
 * @param {AbortSignal} signal ends it at once.
 * @returns {Promise<void>} rejected if it was ended.
 */
async function pause(ms, signal) {
  signal.throwIfAborted();
  await new Promise((resolve, reject) => {
    const giveUp = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", giveUp);
      resolve(undefined);
    }, Math.max(ms, 0));
    signal.addEventListener("abort", giveUp, { once: true });
  });
}
