// Two states that are kept: heard one after the other, and all that lies between them.

import { bindKey } from "./key_binding.js";
import { part } from "./page_part.js";
import { isElsewhere } from "./unit_values.js";

/**
 * @typedef {import("../../../web/instrument/player.js").Player} Player
 *
 * @typedef {"a"|"b"} End
 *
 * @typedef {object} Mover what the panel moves.
 * @property {(turn: (player: Player) => Promise<void>) => void} turn by hand.
 * @property {(go: (player: Player) => Promise<void>) => Promise<void>} go at once; no step of its own.
 * @property {() => Player|undefined} player that keeps them.
 */

/** By where it lies: the piano leaves it free. */
const KEY = "KeyV";
/** Where the player keeps each, and where it stands on the slider. */
const ENDS = { a: { slot: 1, share: 0 }, b: { slot: 2, share: 1 } };
const SIDES = /** @type {End[]} */ (["a", "b"]);

/** A and B, and the slider between them. */
export class MorphPanel {
  #root;
  #mover;
  #slider;
  /** Where the knobs stood. @type {Map<End, Float32Array>} */
  #kept = new Map();
  /** Where the knobs are, or were last. @type {End} */
  #last = "a";

  /** Is told where the slider stands, 0 to 1, and of ends, 0 or 1, that were kept. */
  onshare = (/** @type {number} */ _share) => {};
  onend = (/** @type {number} */ _index) => {};
  onsay = (/** @type {string} */ _sentence) => {};
  onproblem = (/** @type {any} */ _error) => {};

  /** @param {ParentNode} root @param {Mover} mover */
  constructor(root, mover) {
    this.#root = root;
    this.#mover = mover;
    this.#slider = /** @type {HTMLInputElement} */ (part(root, "[data-morph]"));
    this.#slider.addEventListener("input", () => this.#morph(Number(this.#slider.value)));
    SIDES.forEach((side) => {
      part(root, `[data-keep=${side}]`).addEventListener("click", () => void this.#keep(side));
      part(root, `[data-flip=${side}]`).addEventListener("click", () => void this.#flip(side));
    });
    bindKey(KEY, () => void this.#flip(this.#last === "a" && this.#kept.has("b") ? "b" : "a"));
  }

  /** Marks the end where the knobs are, if they are at one. @param {Float32Array} units */
  follow(units) {
    SIDES.forEach((side) => {
      const isThere = this.#isAt(side, units);
      part(this.#root, `[data-flip=${side}]`).setAttribute("aria-pressed", String(isThere));
      if (isThere) {
        this.#stand(side);
      }
    });
  }

  /** @param {End} side */
  async #keep(side) {
    const player = this.#mover.player();
    if (!player) {
      return;
    }
    try {
      // Asked for at once, so that nothing comes between.
      const [, { units }] = await Promise.all([player.store(ENDS[side].slot), player.state()]);
      this.#kept.set(side, units);
      this.follow(units);
    } catch (error) {
      this.onproblem(error);
      return;
    }
    part(this.#root, `[data-keep=${side}]`).setAttribute("aria-pressed", "true");
    part(this.#root, `[data-flip=${side}]`).disabled = false;
    this.#slider.disabled = this.#kept.size < 2;
    this.onend(ENDS[side].share);
    this.onsay(
      this.#kept.size < 2
        ? "Kept. Go elsewhere and keep the other end."
        : "Both ends are kept: morph, or hear the one and then the other with key V.",
    );
  }

  /** @param {End} side */
  async #flip(side) {
    if (this.#kept.has(side)) {
      this.#last = side;
      await this.#mover.go((player) => player.recall(ENDS[side].slot));
      const state = await this.#mover.player()?.state();
      if (state && !this.#isAt(side, state.units)) {
        this.onsay(`Locked knobs stay where they are, so that this is not all of ${side.toUpperCase()}.`);
      }
    }
  }

  /** The slider is where the sound is. @param {End} side */
  #stand(side) {
    this.#last = side;
    if (this.#slider.value !== String(ENDS[side].share)) {
      this.#slider.value = String(ENDS[side].share);
      this.onshare(ENDS[side].share);
    }
  }

  /** @param {End} side @param {Float32Array} units */
  #isAt(side, units) {
    const kept = this.#kept.get(side);
    return kept !== undefined && !isElsewhere(units, kept);
  }

  /** @param {number} share */
  #morph(share) {
    this.onshare(share);
    this.#mover.turn((player) => player.interpolate(ENDS.a.slot, ENDS.b.slot, share));
  }
}
