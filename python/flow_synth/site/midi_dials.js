// MIDI keyboards on the page: keys play, the wheel and knobs turn macro dials.

import { Midi } from "../../../web/instrument/midi.js";

/** @typedef {import("../../../web/instrument/keyboard.js").Keyboard} Keyboard */

const WHEEL = 1;
/** Controllers of the knobs that common keyboards have, of which the first is that of macro 1. */
const KNOBS = { first: 70, end: 78 };

/**
 * @param {Keyboard} keyboard that is played.
 * @param {(number: number, position: number) => void} turn a macro dial, from 1 on, from 0 to 1.
 * @returns {Promise<string>} what is listened to, in one sentence.
 */
export async function listenToMidi(keyboard, turn) {
  const midi = new Midi(keyboard);
  midi.oncontrol = (controller, value) => {
    if (controller === WHEEL) {
      turn(1, value);
    } else if (controller >= KNOBS.first && controller < KNOBS.end) {
      turn(controller - KNOBS.first + 1, value);
    }
  };
  const names = await midi.listen(navigator);
  return names.length > 0
    ? `Listening to ${names.join(", ")}.`
    : "No MIDI keyboard is there yet; plug one in.";
}
