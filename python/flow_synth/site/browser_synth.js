// The synth where the instrument plays in the page.

/** @typedef {import("./instrument_panel.js").InstrumentPanel} InstrumentPanel */

/** A control that is still for so long has been put where it is. */
const STILL_MS = 600;
const LEAST_MOVE = 1e-4;

/** Follows the instrument wherever it goes, by hand or because the page says so. */
export class BrowserSynth {
  #panel;
  #label = "";
  #timer = 0;

  /** Unit values of all knobs; undefined as long as it is off. @type {Float32Array|undefined} */
  units;

  /** Is told of a place that it has come to, and how. */
  onplace = (/** @type {ArrayLike<number>} */ _units, /** @type {string} */ _label) => {};
  /** Is told which knobs are locked. */
  onlocked = (/** @type {boolean[]} */ _locked) => {};

  /** @param {InstrumentPanel} panel */
  constructor(panel) {
    this.#panel = panel;
    panel.onstate = (state) => this.#follow(state);
  }

  /** Lets it sound, if it does not. */
  async start() {
    await this.#panel.start();
    if (!this.#panel.player) {
      throw new Error("the instrument does not play; what it says stands below");
    }
  }

  /**
   * What comes before the first sound: it goes on where it was.
   *
   * @param {ArrayLike<number>|undefined} units undefined if it was nowhere.
   * @param {string[]} locked names of knobs.
   */
  async resume(units, locked) {
    if (units) {
      await this.#panel.player?.locate(Float32Array.from(units));
    }
    await Promise.all(locked.map((name) => this.#panel.player?.lock(name, true)));
    await this.#look();
    if (!units) {
      this.willCome("the beginning");
      this.#tell();
    }
  }

  /** @param {ArrayLike<number>} units @param {string} label */
  async go(units, label) {
    await this.start();
    this.willCome(label);
    await this.#panel.go(Float32Array.from(units));
    await this.#settle();
  }

  /** Goes to where it has been. @param {ArrayLike<number>} units */
  async goBack(units) {
    await this.start();
    await this.#panel.go(Float32Array.from(units));
    await this.#look();
  }

  /** @param {number} amount 0 to 1. */
  async mutate(amount) {
    await this.start();
    this.willCome("a mutation");
    await this.#panel.mutate(amount);
    await this.#settle();
  }

  /** @param {string} name @param {boolean} isLocked */
  async lock(name, isLocked) {
    await this.start();
    await this.#panel.player?.lock(name, isLocked);
    this.#panel.refresh();
  }

  /** Says how it will have come to the next place. @param {string} label */
  willCome(label) {
    this.#label = label;
  }

  /** What is there now is a place. */
  async #settle() {
    await this.#look();
    this.#tell();
  }

  async #look() {
    const state = await this.#panel.player?.state();
    this.units = state?.units;
    clearTimeout(this.#timer);
  }

  #tell() {
    if (this.units) {
      this.onplace(this.units, this.#label || "moved by hand");
    }
    this.#label = "";
  }

  /** @param {import("../../../web/instrument/description.js").State} state */
  #follow({ units, locked }) {
    const before = this.units;
    const hasMoved = units.some((unit, index) => Math.abs(unit - (before?.[index] ?? -1)) > LEAST_MOVE);
    if (hasMoved) {
      this.units = units;
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => this.#tell(), STILL_MS);
    }
    this.onlocked(locked);
  }
}
