// The synth where it does not play in the page: the server turns its knobs and plays it.

/**
 * @typedef {import("./server.js").Server} Server
 * @typedef {import("./listener.js").Listener} Listener
 * @typedef {import("./locks.js").Locks} Locks
 */

const MIDDLE_C = 60;
const VELOCITY = 100;
const MOST_SEED = 2 ** 31;

/** What `BrowserSynth` does, by asking. */
export class ServerSynth {
  #server;
  #listener;
  #locks;
  #nDimensions;
  #asked = new AbortController();

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
    const json = { units: this.units, note: MIDDLE_C, velocity: VELOCITY };
    const { signal } = this.#next();
    await this.#listener.playAnswer(this.#server.file("POST", "/api/render", { json, signal }));
  }

  /** Gives up what was asked before: nobody wants it any more. */
  #next() {
    this.#asked.abort();
    this.#asked = new AbortController();
    return this.#asked;
  }
}
