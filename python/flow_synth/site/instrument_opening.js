// What the controls of the page play on, loaded when somebody wants to hear it.

import { Player } from "../../../web/instrument/player.js";
import { load, unpacked } from "./loading.js";

/**
 * @typedef {import("../../../web/instrument/description.js").Description} Description
 *
 * @typedef {object} Notes what sounds.
 * @property {(pitch: number, velocity: number) => void} note starts one, or with velocity 0
 *   releases it.
 * @property {() => void} releaseNotes
 * @property {() => void} [stir] is told that knobs have moved, if it does not hear that.
 * @property {() => void} [hush] lets nothing begin that nobody holds, if that could come late.
 *
 * @typedef {object} Opened
 * @property {Player} player turns the knobs.
 * @property {Description} description of its model.
 * @property {Notes} [notes] that sound; those of the player if not given.
 * @property {number} [heldMs] how long a note is held that nobody plays; a moment if not given.
 */

/** @returns {Promise<Opened>} */
export async function openInstrument() {
  // Made while the click still counts as one, or browsers keep it silent.
  const context = new AudioContext({ latencyHint: "interactive" });
  const files = await load("instrument", "data/instrument.js");
  const [wasm, model] = await Promise.all([unpacked(files.wasm), unpacked(files.model)]);
  const player = await Player.open({ wasm, worklet: files.worklet }, context);
  return { player, description: await player.load(model) };
}
