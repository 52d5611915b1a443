// What goes into the module's memory, and comes out. That memory moves when it grows, so that no
// view of it is kept over a call that may allocate.

import { Refusal } from "./refusal.js";
import { decode, encode } from "./utf8.js";

/** The memory of an instance of instrument.wasm. */
export class ModuleMemory {
  #exports;

  /** @param {any} exports of the instance. */
  constructor(exports) {
    this.#exports = exports;
  }

  get nBytes() {
    return this.#exports.memory.buffer.byteLength;
  }

  /**
   * @param {Uint8Array} bytes of a model.
   * @returns {number} the address of their copy, which `free` takes.
   */
  copy(bytes) {
    const address = this.#exports.instrument_allocate(bytes.length);
    if (address === 0) {
      throw new Refusal(`there is no memory for a model of ${bytes.length} bytes; give another`);
    }
    new Uint8Array(this.#exports.memory.buffer).set(bytes, address);
    return address;
  }

  /** @param {number} address */
  free(address) {
    this.#exports.instrument_free(address);
  }

  /**
   * @param {ArrayLike<number>} numbers for the next call.
   * @returns {number} their address.
   */
  writeNumbers(numbers) {
    const address = this.#exports.instrument_numbers(numbers.length);
    if (address === 0) {
      throw new Refusal(`a list of ${numbers.length} numbers is too long; give one each knob`);
    }
    this.view(address, numbers.length).set(numbers);
    return address;
  }

  /** @param {string} text for the next call. */
  writeText(text) {
    const bytes = encode(text);
    const address = this.#exports.instrument_text(bytes.length);
    if (address === 0) {
      throw new Refusal(`a name of ${bytes.length} bytes is too long; give one of the model's`);
    }
    new Uint8Array(this.#exports.memory.buffer).set(bytes, address);
  }

  /**
   * @param {number} address
   * @param {number} length
   * @returns {Float32Array} a copy.
   */
  readNumbers(address, length) {
    return this.view(address, length).slice();
  }

  /** @returns {string} what the last call answered. */
  answer() {
    const bytes = new Uint8Array(this.#exports.memory.buffer);
    return decode(bytes, this.#exports.instrument_answer());
  }

  /**
   * @param {number} address
   * @param {number} length
   */
  view(address, length) {
    return new Float32Array(this.#exports.memory.buffer, address, length);
  }
}
