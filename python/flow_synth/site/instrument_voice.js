// How the map is heard where the instrument plays in the page.

/**
 * @typedef {import("./instrument_panel.js").InstrumentPanel} InstrumentPanel
 *
 * @typedef {object} Walk along a path.
 * @property {(share: number) => number[]} at gives the place in the audio space, 0 to 1 of the way.
 * @property {number} seconds for the whole of it.
 * @property {AbortSignal} signal ends it.
 * @property {(share: number) => void} onshare is told how far it has come.
 *
 * @typedef {object} Voice what the map is heard by.
 * @property {boolean} isOn whether it sounds without being switched on.
 * @property {(units: Float32Array, label: string) => Promise<void>} go to a preset, and plays it.
 * @property {(units: Float32Array) => Promise<void>} audition plays a preset for the pointer above it.
 * @property {(units: Float32Array) => Promise<ArrayLike<number>>} locate gives z of a preset.
 * @property {(z: number[], label: string) => Promise<ArrayLike<number>>} goTo a place in the audio
 *   space, plays it, and gives its knobs.
 * @property {(walk: Walk, label: string) => Promise<void>} walk until the end of the path.
 */

/** Between two notes on a path: each is over when the next one begins. */
const NOTE_SECONDS = 1;

/** @implements {Voice} */
export class InstrumentVoice {
  #panel;

  /** @param {InstrumentPanel} panel */
  constructor(panel) {
    this.#panel = panel;
  }

  get isOn() {
    return this.#panel.isOn;
  }

  /** @param {Float32Array} units @param {string} label */
  async go(units, label) {
    await this.#panel.go(units, label);
  }

  /** @param {Float32Array} units */
  async audition(units) {
    await this.#panel.go(units);
  }

  /** @param {Float32Array} units */
  async locate(units) {
    return (await this.#player()).invert(units);
  }

  /** @param {number[]} z @param {string} label */
  async goTo(z, label) {
    const player = await this.#player();
    await this.#panel.goTo(z, label);
    return (await player.state()).units;
  }

  /** @param {Walk} walk @param {string} label */
  async walk({ at, seconds, signal, onshare }, label) {
    const player = await this.#player();
    await this.#panel.onrest();
    if (signal.aborted) {
      return;
    }
    this.#panel.onwander(label);
    /** @type {Promise<void>|undefined} */
    let rest;
    // At once, before anything else that is asked for has moved it.
    const end = () => void (rest ??= this.#panel.onrest());
    signal.addEventListener("abort", end);
    // Whatever else is asked for takes its place.
    this.#panel.onmove = end;
    const begun = player.context.currentTime;
    let nextNote = 0;
    for (let share = 0; share < 1 && !rest; ) {
      const passed = player.context.currentTime - begun;
      share = Math.min(passed / seconds, 1);
      this.#panel.glide(at(share));
      onshare(share);
      if (passed >= nextNote && share < 1) {
        nextNote += NOTE_SECONDS;
        this.#panel.hear();
      }
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    if (this.#panel.onmove === end) {
      this.#panel.onmove = () => {};
    }
    signal.removeEventListener("abort", end);
    end();
    await rest;
  }

  async #player() {
    await this.#panel.start();
    if (!this.#panel.player) {
      throw new Error("the instrument does not play; what it says stands above");
    }
    return this.#panel.player;
  }
}
