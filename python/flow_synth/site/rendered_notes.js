// Notes of a synth that the server plays, on keys: each is rendered whole, as the knobs stand.

import { limited } from "../../../web/instrument/limiter.js";
import { openInstrument } from "./instrument_opening.js";
import { RenderedKey } from "./rendered_key.js";
import { RenderedSounds } from "./rendered_sounds.js";

/**
 * @typedef {import("../../../web/instrument/player.js").Player} Player
 * @typedef {import("./server.js").Server} Server
 * @typedef {import("./instrument_opening.js").Notes} Notes
 * @typedef {import("./instrument_opening.js").Opened} Opened
 */

/** How long a rendered note lasts. */
const NOTE_MS = 4000;
/** Knobs that are still for so long have been turned to where they are. */
const REST_MS = 120;

/** @implements {Notes} */
export class RenderedNotes {
  #player;
  #sounds;
  #output;
  /** @type {Map<number, RenderedKey>} by pitch. */
  #keys = new Map();
  #timer = 0;

  /** Is told what went wrong. */
  onproblem = (/** @type {any} */ _error) => {};

  /** @param {Server} server that plays. @param {Player} player that turns the knobs, and is silent. */
  constructor(server, player) {
    this.#player = player;
    this.#sounds = new RenderedSounds(server, player.context);
    this.#output = limited(player.context);
  }

  /** @param {number} pitch @param {number} velocity 0 releases it. */
  note(pitch, velocity) {
    if (velocity > 0) {
      const key = this.#keys.get(pitch) ?? this.#made(pitch);
      this.#keys.set(pitch, key);
      key.press(velocity).catch((error) => this.onproblem(error));
    } else {
      this.#keys.get(pitch)?.release();
    }
  }

  releaseNotes() {
    this.#keys.forEach((key) => key.release());
  }

  /** Something else is to be heard: what nobody holds any more does not begin. */
  hush() {
    this.#keys.forEach((key) => key.hush());
  }

  /** Knobs have moved: what is held is struck again as soon as they rest. */
  stir() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.#strikeAgain().catch((error) => this.onproblem(error));
    }, REST_MS);
  }

  async #strikeAgain() {
    const { units } = await this.#player.state();
    await Promise.all([...this.#keys.values()].map((key) => key.follow(units)));
  }

  /** @param {number} pitch */
  #made(pitch) {
    return new RenderedKey(async (note, velocity) => {
      note.units = (await this.#player.state()).units;
      return this.#sounds.get({ units: note.units, pitch, velocity });
    }, this.#output);
  }
}

/**
 * @param {Server} server that plays the synth.
 * @param {(error: any) => void} onproblem is told why a note is missing.
 * @returns {Promise<Opened>} the model, which turns the knobs in the page.
 */
export async function openRendered(server, onproblem) {
  const opened = await openInstrument();
  const notes = new RenderedNotes(server, opened.player);
  notes.onproblem = onproblem;
  return { ...opened, notes, heldMs: NOTE_MS };
}
