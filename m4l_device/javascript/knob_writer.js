// Turns the parameters of a synth in Live.
//
// While something moves, `live.remote~` objects of the patch hold the parameters that move: that
// is heard, and no entry of Live's undo. What has settled is let go, and written once: each write
// is an entry, so only what has changed is written.

const { Delay } = require("clock.js");
const { LEAST_CHANGE, clamped } = require("units.js");

/**
 * Unit value -> value of a parameter in its own range; a stepped one takes its nearest step.
 *
 * @param {number} unit in [0, 1].
 * @param {{min: number, max: number, isQuantized: boolean}} parameter
 * @returns {number}
 */
function valueOf(unit, { min, max, isQuantized }) {
  const value = min + clamped(unit, 0, 1) * (max - min);
  return isQuantized ? clamped(Math.round(value), min, max) : value;
}

/** Whether a parameter stands at a value already. */
function stands(present, value, { min, max }) {
  return Math.abs(present - value) < LEAST_CHANGE * Math.max(max - min, Number.EPSILON);
}

/** So many `live.remote~` has the patch; what moves beyond them follows once it has settled. */
const N_REMOTES = 64;
/** Live frees what a remote has held in its own time: it is written as soon as that is so. */
const AGAIN_MS = 20;
const MOST_ATTEMPTS = 10;

/** Turns what a {@link Target} has found. */
class KnobWriter {
  /** @param {import("device.js").Device} device */
  constructor(device) {
    this.target = device.target;
    this.outlets = device.outlets;
    /** @type {Map<string, number>} the remote that holds a parameter, by its id. */
    this.held = new Map();
    /** @type {Map<string, number>} the values that remotes have sent, by id of the parameter. */
    this.sent = new Map();
    /** @type {Array<[import("target.js").LiveParameter, number]>} what is still to be written. */
    this.unwritten = [];
    this.nAttempts = 0;
    this.again = new Delay(device.max.Task, AGAIN_MS, () => this.finish());
  }

  /** What the knobs turn, and where to. */
  values(units) {
    return this.target.pairs.flatMap((parameter, knob) =>
      parameter ? [[parameter, valueOf(units[knob], parameter)]] : [],
    );
  }

  // --- While it moves ---

  /**
   * Lets what has changed be heard.
   *
   * @param {number[]} units unit values of all knobs.
   */
  follow(units) {
    if (!this.target.isAlive) {
      return;
    }
    this.cancel();
    for (const [parameter, value] of this.values(units)) {
      if (this.held.has(parameter.id)) {
        this.turn(parameter, value);
      } else if (this.held.size < N_REMOTES && this.canBeTurned(parameter, value)) {
        this.held.set(parameter.id, this.freeRemote());
        this.outlets.point(this.held.get(parameter.id), Number(parameter.id));
        this.turn(parameter, value);
      }
    }
  }

  freeRemote() {
    const taken = new Set(this.held.values());
    let remote = 1;
    while (taken.has(remote)) {
      remote += 1;
    }
    return remote;
  }

  turn(parameter, value) {
    const before = this.sent.get(parameter.id) ?? NaN;
    if (!stands(before, value, parameter)) {
      this.sent.set(parameter.id, value);
      this.outlets.turn(this.held.get(parameter.id), value);
    }
  }

  /** Lets go of all parameters, which are where they were before. */
  release() {
    for (const remote of this.held.values()) {
      this.outlets.point(remote, 0);
    }
    this.held.clear();
    this.sent.clear();
  }

  // --- Once it has settled ---

  /**
   * Writes what has changed. Only from a task or a message, never from a callback of Live.
   *
   * @param {number[]} units unit values of all knobs.
   */
  write(units) {
    if (!this.target.isAlive) {
      return;
    }
    const values = this.values(units);
    const held = new Set(this.held.keys());
    this.cancel();
    this.release();
    values.forEach(([parameter, value]) => this.writeOne(parameter, value));
    this.unwritten = values.filter(([parameter]) => held.has(parameter.id));
    this.finish();
  }

  /** Writes what Live had not freed yet. */
  finish() {
    const { target } = this;
    const isLeft = ([parameter, value]) =>
      !this.isThere(parameter, value) && !this.writeOne(parameter, value);
    this.unwritten = target.isAlive ? this.unwritten.filter(isLeft) : [];
    this.nAttempts += 1;
    if (this.unwritten.length > 0 && this.nAttempts < MOST_ATTEMPTS) {
      this.again.start();
    }
  }

  cancel() {
    this.again.cancel();
    this.unwritten = [];
    this.nAttempts = 0;
  }

  isThere(parameter, value) {
    return stands(Number(this.target.value(parameter.id, "value")), value, parameter);
  }

  /** Not what has gone and answers nothing, nor what a macro of a rack turns. */
  canBeTurned(parameter, value) {
    const { target } = this;
    const present = Number(target.value(parameter.id, "value"));
    return (
      Number.isFinite(present) &&
      !stands(present, value, parameter) &&
      Boolean(Number(target.value(parameter.id, "is_enabled")))
    );
  }

  /** Whether it had to be written, and could be. */
  writeOne(parameter, value) {
    if (!this.canBeTurned(parameter, value)) {
      return false;
    }
    this.target.cursor.set("value", value);
    return true;
  }
}

exports.KnobWriter = KnobWriter;
exports.N_REMOTES = N_REMOTES;
exports.valueOf = valueOf;
