// Two sounds, what lies between them, what lies around, and what was before.

const { BLEND_SPACES, choice } = require("choices.js");
const { between, clamped } = require("units.js");

/** Slots of flow_synth~ that hold A and B. */
const SLOTS = { a: 127, b: 128 };

/** A, B, the blend of both, mutation, undo and redo. */
class Blend {
  /** @param {import("device.js").Device} device */
  constructor(device) {
    this.device = device;
    this.space = BLEND_SPACES[0];
    this.amount = 0.3;
  }

  get handlers() {
    return {
      blend: (share) => this.blend(clamped(share, 0, 1)),
      blend_space: (value) => (this.space = choice(BLEND_SPACES, value) || this.space),
      store_a: () => this.store("a"),
      store_b: () => this.store("b"),
      ab: (isB) => this.recall(isB ? "b" : "a"),
      mutate_amount: (amount) => (this.amount = clamped(amount, 0, 1)),
      mutate: () => this.device.go("mutate", "mutate", this.amount),
      undo: () => this.back("undo"),
      redo: () => this.back("redo"),
    };
  }

  store(which) {
    const { position } = this.device;
    if (position.units.length === 0) {
      return;
    }
    position.keep();
    this.device.memory.stored[which] = position.units;
    this.device.outlets.synth("store", SLOTS[which]);
    this.device.changed();
    this.device.say(`This sound is ${which.toUpperCase()} now`);
  }

  recall(which) {
    if (this.device.memory.stored[which].length === 0) {
      const name = which.toUpperCase();
      this.device.say(`There is no ${name} yet; press Store ${name} first`);
      return;
    }
    this.device.go(which.toUpperCase(), "recall", SLOTS[which]);
  }

  /** Between A and B; of one movement only where it ends is a step. */
  blend(share) {
    const { a, b } = this.device.memory.stored;
    if (a.length === 0 || b.length === 0) {
      this.device.say("Store both A and B to blend them");
      return;
    }
    if (this.space === "Audio") {
      this.device.slide("blend", "interpolate", SLOTS.a, SLOTS.b, share);
    } else {
      this.device.slide("blend", "params", ...between(a, b, share));
    }
  }

  back(direction) {
    if (!this.device.back(direction)) {
      this.device.say(`There is nothing to ${direction}`);
    }
  }

  /** Gives flow_synth~ A and B again. Whether there is one, so that it is somewhere else now. */
  restore() {
    const { stored } = this.device.memory;
    const kept = Object.keys(SLOTS).filter((which) => stored[which].length > 0);
    for (const which of kept) {
      this.device.outlets.synth("params", ...stored[which]);
      this.device.outlets.synth("store", SLOTS[which]);
    }
    return kept.length > 0;
  }
}

exports.Blend = Blend;
