// The module instrument.wasm as an object. It runs wherever JavaScript does: in an AudioWorklet,
// on a page, under Node.js. Only what an AudioWorklet has is used: no fetch, no timer.

import { ModuleMemory } from "./module_memory.js";
import { Refusal } from "./refusal.js";

/**
 * @typedef {import("./description.js").Description} Description
 * @typedef {import("./description.js").State} State
 */

/** One instrument: a model, a hand in its audio space, and eight voices. */
export class Instrument {
  #exports;
  #memory;
  #blockSamples;
  #left = new Float32Array(0);
  #right = new Float32Array(0);
  /** @type {Description|undefined} */
  #description;

  /**
   * Makes an instrument without a model.
   *
   * @param {WebAssembly.Module} module of instrument.wasm; it imports nothing.
   * @param {number} sampleRate 8000 to 192000 Hz.
   */
  constructor(module, sampleRate) {
    this.#exports = /** @type {any} */ (new WebAssembly.Instance(module, {}).exports);
    this.#exports._initialize();
    this.#memory = new ModuleMemory(this.#exports);
    this.#blockSamples = this.#exports.instrument_block_samples();
    this.#check(this.#exports.instrument_prepare(sampleRate));
  }

  /** What the model is; undefined before one was loaded. */
  get description() {
    return this.#description;
  }

  /** How many bytes of memory the module has. */
  get memoryBytes() {
    return this.#memory.nBytes;
  }

  /**
   * Takes a model; the one before stays if it is refused.
   *
   * @param {ArrayBuffer|Uint8Array} bytes a model file, or the entry `flow_synth.flow` of one,
   *   which is all that is used of it.
   * @returns {Description}
   */
  load(bytes) {
    const content = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
    const address = this.#memory.copy(content);
    const isLoaded = this.#exports.instrument_load(address, content.length);
    this.#memory.free(address);
    this.#check(isLoaded);
    this.#check(this.#exports.instrument_describe());
    this.#description = JSON.parse(this.#memory.answer());
    return /** @type {Description} */ (this.#description);
  }

  /**
   * Plays the next samples. Nothing is allocated, unless the module's memory has grown.
   *
   * @param {Float32Array} left
   * @param {Float32Array} right of the same length.
   */
  process(left, right) {
    for (let begin = 0; begin < left.length; begin += this.#blockSamples) {
      const nSamples = Math.min(this.#blockSamples, left.length - begin);
      this.#exports.instrument_process(nSamples);
      if (this.#left.length !== nSamples) {
        this.#view(nSamples);
      }
      left.set(this.#left, begin);
      right.set(this.#right, begin);
    }
  }

  // Notes.

  /**
   * Starts a note, or with velocity 0 releases it.
   *
   * @param {number} pitch MIDI note number, 0 to 127, which may be fractional.
   * @param {number} velocity 0 to 127.
   */
  note(pitch, velocity) {
    this.#check(this.#exports.instrument_note(pitch, velocity));
  }

  releaseNotes() {
    this.#check(this.#exports.instrument_release_notes());
  }

  /** Silences everything at once. */
  silence() {
    this.#exports.instrument_silence();
  }

  /** @param {number} seconds 0 to 10, in which knobs go to where they are told. */
  setGlide(seconds) {
    this.#check(this.#exports.instrument_glide(seconds));
  }

  // Places.

  /** @param {ArrayLike<number>} z a point of the audio space [D]. */
  goTo(z) {
    this.#memory.writeNumbers(z);
    this.#check(this.#exports.instrument_go_to());
  }

  /** @param {ArrayLike<number>} units a preset [P], unit values in [0, 1]. */
  locate(units) {
    this.#memory.writeNumbers(units);
    this.#check(this.#exports.instrument_locate());
  }

  /**
   * @param {number} number of a macro knob, from 1 on; 1 moves most.
   * @param {number} position 0 to 1.
   */
  setMacro(number, position) {
    this.#check(this.#exports.instrument_macro(number, position));
  }

  /**
   * @param {string} name of a slider.
   * @param {number} position -3, its low word, to 3, its high one.
   */
  setSemantic(name, position) {
    this.#memory.writeText(name);
    this.#check(this.#exports.instrument_semantic(position));
  }

  /**
   * @param {string} name of a knob.
   * @param {boolean} isLocked whether it stays where it is, whatever moves.
   */
  lock(name, isLocked) {
    this.#memory.writeText(name);
    this.#check(this.#exports.instrument_lock(isLocked ? 1 : 0));
  }

  /** @param {number} slot 1 to 128, which keeps this place. */
  store(slot) {
    this.#check(this.#exports.instrument_store(slot));
  }

  /** @param {number} slot 1 to 128, to whose place it goes. */
  recall(slot) {
    this.#check(this.#exports.instrument_recall(slot));
  }

  /**
   * Goes to a place on the line between two that were kept.
   *
   * @param {number} from
   * @param {number} to
   * @param {number} share 0 to 1.
   */
  interpolate(from, to, share) {
    this.#check(this.#exports.instrument_interpolate(from, to, share));
  }

  /** @param {number} amount 0 to 1: how far away from here it goes. */
  mutate(amount) {
    this.#check(this.#exports.instrument_mutate(amount));
  }

  /** Goes to the defaults and frees every knob. */
  reset() {
    this.#check(this.#exports.instrument_reset());
  }

  /** @returns {State} */
  get state() {
    const { nMacros = 0, nDimensions = 0, knobs = [], sliders = [] } = this.#description ?? {};
    const exports = this.#exports;
    return {
      units: this.#memory.readNumbers(exports.instrument_units(), knobs.length),
      z: this.#memory.readNumbers(exports.instrument_z(), nDimensions),
      macros: Float64Array.from({ length: nMacros }, (_, index) =>
        exports.instrument_macro_position(index + 1),
      ),
      sliders: Float64Array.from(sliders, (_, index) => exports.instrument_slider_position(index)),
      locked: knobs.map((_, index) => exports.instrument_is_locked(index) === 1),
    };
  }

  /** @param {number} slot whether it keeps a place. */
  isStored(slot) {
    return this.#exports.instrument_is_stored(slot) === 1;
  }

  // Computing; nothing moves.

  /**
   * @param {ArrayLike<number>} z [D]
   * @returns {Float32Array} unit values [P].
   */
  decode(z) {
    const address = this.#memory.writeNumbers(z);
    this.#check(this.#exports.instrument_decode());
    return this.#memory.readNumbers(address, z.length);
  }

  /**
   * @param {ArrayLike<number>} units [P] unit values.
   * @returns {Float32Array} z [D].
   */
  invert(units) {
    const address = this.#memory.writeNumbers(units);
    this.#check(this.#exports.instrument_invert());
    return this.#memory.readNumbers(address, units.length);
  }

  /**
   * @param {number} knob its index, from 0 on.
   * @param {number} unit a unit value.
   * @returns {number} in the knob's own unit; NaN if there is no such knob.
   */
  human(knob, unit) {
    return this.#exports.instrument_human(knob, unit);
  }

  /** @param {number} isDone */
  #check(isDone) {
    if (isDone !== 1) {
      throw new Refusal(this.#memory.answer());
    }
  }

  /** @param {number} nSamples */
  #view(nSamples) {
    this.#left = this.#memory.view(this.#exports.instrument_left(), nSamples);
    this.#right = this.#memory.view(this.#exports.instrument_right(), nSamples);
  }
}
