// What the device remembers of the sounds of one synth.

const { History } = require("history.js");
const { PresetStore } = require("preset_store.js");

/** Everything that makes sense for the knobs of one synth alone. */
class Memory {
  constructor() {
    /** @type {number[]} unit values that sounded last; empty: none yet. */
    this.units = [];
    this.history = new History();
    /** @type {{a: number[], b: number[]}} unit values that were stored; empty: nothing. */
    this.stored = { a: [], b: [] };
    this.presets = new PresetStore();
    /** @type {Set<string>} names of locked knobs. */
    this.locks = new Set();
    /** Points of the free path, and indices of the presets of the other one. */
    this.path = { points: [], presets: [] };
  }
}

exports.Memory = Memory;
