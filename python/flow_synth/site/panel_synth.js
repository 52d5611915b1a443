// The synth under the controls of the instrument.

import { isElsewhere } from "./unit_values.js";

/** @typedef {import("./instrument_panel.js").InstrumentPanel} InstrumentPanel */

/** A control that is still for so long has been put where it is. */
const STILL_MS = 600;
const BY_HAND = "moved by hand";

/**
 * Follows the instrument wherever it goes. What the page asks for is a step as soon as it is there;
 * what a hand does is one when it is still, or when something else is asked for.
 */
export class PanelSynth {
  #panel;
  /** How what is under way moves; undefined at rest. @type {string|undefined} */
  #label;
  #timer = 0;
  /** What is asked for, one after the other. */
  #travels = Promise.resolve();
  /** What was gone to without a step: left soon, it is none. @type {Float32Array|undefined} */
  #passed;

  /** Unit values of all knobs; undefined as long as it is off. @type {Float32Array|undefined} */
  units;

  /** Is told of a place that it has come to, and how. */
  onplace = (/** @type {ArrayLike<number>} */ _units, /** @type {string} */ _label) => {};
  /** Is told where it is, also on its way. */
  onunits = (/** @type {ArrayLike<number>} */ _units) => {};
  /** Is told which knobs are locked. */
  onlocked = (/** @type {boolean[]} */ _locked) => {};

  /** @param {InstrumentPanel} panel */
  constructor(panel) {
    this.#panel = panel;
    panel.onstate = (state) => this.#follow(state);
    panel.ontravel = (label, move) => this.#travel(label, move);
    panel.onwander = (label) => void (this.#label = label);
    panel.onrest = () => this.#rest();
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
      this.#tell("the beginning");
    }
  }

  /** @param {ArrayLike<number>} units @param {string} label */
  async go(units, label) {
    await this.start();
    await this.#panel.go(Float32Array.from(units), label);
  }

  /** Goes to where it has been. @param {ArrayLike<number>} units */
  async goBack(units) {
    await this.start();
    // That was left for good: a step now would come after the one that is gone back to.
    this.#calm();
    await this.#panel.go(Float32Array.from(units));
    this.#calm();
  }

  /** Where a hand has just moved it is a place, from which one may go back. */
  async settle() {
    await this.#travels;
    const [label, before] = [this.#label, this.units];
    await this.#look();
    // What was moved in this frame was not followed yet.
    const isMoved = this.units && before && isElsewhere(this.units, before);
    if (label !== undefined || isMoved) {
      this.#tell(label ?? BY_HAND);
    }
  }

  /** @param {number} amount 0 to 1. */
  async mutate(amount) {
    await this.start();
    await this.#panel.mutate(amount);
  }

  /** @param {string} name @param {boolean} isLocked */
  async lock(name, isLocked) {
    await this.start();
    await this.#panel.player?.lock(name, isLocked);
    this.#panel.refresh();
  }

  /** @param {string|undefined} label @param {() => Promise<boolean>} move */
  #travel(label, move) {
    const travel = this.#travels.then(async () => {
      await this.#rest();
      const before = this.units;
      if (await move()) {
        await this.#look();
        if (label !== undefined) {
          this.#tell(label);
        } else if (this.units && (!before || isElsewhere(this.units, before))) {
          this.#passed = this.units;
          this.#stir();
        }
      }
    });
    this.#travels = travel.catch(() => {});
    return travel;
  }

  /** Where it has come to until now is a place, if it has moved. */
  async #rest() {
    const label = this.#label;
    this.#calm();
    if (label !== undefined) {
      await this.#look();
      if (!this.units || !this.#passed || isElsewhere(this.units, this.#passed)) {
        this.#tell(label);
      }
    }
  }

  async #look() {
    this.units = (await this.#panel.player?.state())?.units;
    this.#calm();
  }

  /** @param {string} label */
  #tell(label) {
    this.#calm();
    this.#passed = undefined;
    if (this.units) {
      this.onplace(this.units, label);
    }
  }

  /** Moved by hand, if nothing else moves it. */
  #stir() {
    this.#label ??= BY_HAND;
    if (this.#label === BY_HAND) {
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => this.#tell(BY_HAND), STILL_MS);
    }
  }

  #calm() {
    this.#label = undefined;
    clearTimeout(this.#timer);
  }

  /** @param {import("../../../web/instrument/description.js").State} state */
  #follow({ units, locked }) {
    if (!this.units || isElsewhere(units, this.units)) {
      this.units = units;
      this.#stir();
    }
    this.onunits(units);
    this.onlocked(locked);
  }
}
