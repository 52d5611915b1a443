// Where the knobs are, and how they came there.

const { Delay } = require("clock.js");
const { areAlike } = require("units.js");

/** What has not moved for so long has settled. */
const SETTLING_MS = 100;
/** Where the hand is known to have let go, an answer comes within so long. */
const RELEASE_MS = 20;

/** What moves no step of its own, and becomes one before the next step: nothing is lost. */
const BY_HAND = "hand";
/** What a recording or a file led to. */
const BY_EAR = "match";
/** The first step of a model: what it sounds like by itself. */
const BEGINNING = "start";

/**
 * Knows the unit values that flow_synth~ answers, and makes steps of the history from them.
 *
 * Answers do not say what they answer: whatever comes until all has settled belongs to the last
 * step that was asked for.
 */
class Position {
  /**
   * @param {object} parts
   * @param {new (act: () => void, owner?: object) => any} parts.Task Max's scheduler.
   * @param {import("outlets.js").Outlets} parts.outlets
   * @param {() => import("history.js").History} parts.history of the model that plays.
   * @param {() => void} parts.onSettled
   */
  constructor({ Task, outlets, history, onSettled }) {
    this.outlets = outlets;
    this.history = history;
    this.onSettled = onSettled;
    /** @type {number[]} unit values of the knobs; empty before the first answer. */
    this.units = [];
    /** @type {number[]} unit values where the last step, or undoing, led. */
    this.rest = [];
    /** Where the step that is under way comes from; empty: there is none. */
    this.source = "";
    /** Whether units will come that are a known step: by undo, redo or from the Set. */
    this.isReturning = false;
    /** Whether an answer came since the last step was asked for. */
    this.hasAnswer = false;
    /** Whether the user has moved anything since the device was made. */
    this.isAwake = false;
    this.settling = new Delay(Task, SETTLING_MS, () => this.settle());
  }

  /**
   * Goes elsewhere by a message of flow_synth~, which becomes a step of the history.
   *
   * @param {string} source one word on where the sound comes from.
   * @param {string} selector
   * @param {...(string|number)} args
   */
  go(source, selector, ...args) {
    this.keep();
    this.source = source;
    this.isReturning = false;
    this.hasAnswer = false;
    this.isAwake = true;
    this.outlets.synth(selector, ...args);
  }

  /** Goes elsewhere by many messages in a row, of which all together become one step. */
  slide(source, selector, ...args) {
    if (this.source === source) {
      this.outlets.synth(selector, ...args);
    } else {
      this.go(source, selector, ...args);
    }
  }

  /** Moves by a message of flow_synth~ that is no step of its own. */
  move(selector, ...args) {
    // What is heard is answered late: until all settles, any answer may be the one.
    if (this.hasAnswer && this.source !== BY_EAR) {
      this.finish();
    }
    this.isAwake = true;
    this.outlets.synth(selector, ...args);
  }

  /**
   * Goes to the step before, or to the one after.
   *
   * @param {string} direction `undo` or `redo`.
   * @returns {boolean} whether there was one.
   */
  back(direction) {
    this.keep();
    const step = direction === "redo" ? this.history().redo() : this.history().undo();
    if (!step) {
      return false;
    }
    this.isAwake = true;
    this.returnTo(step.units);
    return true;
  }

  /** The hand has let go: what moves is about to settle. */
  release() {
    if (this.settling.isRunning) {
      this.settling.start(RELEASE_MS);
    }
  }

  /** Goes to a sound that the history has already. */
  returnTo(units) {
    this.source = "";
    this.isReturning = true;
    this.hasAnswer = false;
    this.outlets.synth("params", ...units);
  }

  /** Makes a step of what is not one yet, before something else begins. */
  keep() {
    if (this.hasAnswer) {
      this.finish();
    }
    if (this.rest.length > 0 && !this.isReturning && !areAlike(this.units, this.rest)) {
      this.history().push(this.units, BY_HAND);
      this.rest = this.units;
    }
  }

  /**
   * Takes an answer of flow_synth~.
   *
   * @param {number[]} units unit values of the knobs.
   */
  arrive(units) {
    this.units = units;
    this.hasAnswer = this.source !== "" || this.isReturning;
    this.settling.start();
  }

  /** What is under way has come. */
  finish() {
    if (this.source) {
      this.history().push(this.units, this.source);
    }
    if (this.source || this.isReturning) {
      this.rest = this.units;
    }
    this.source = "";
    this.isReturning = false;
    this.hasAnswer = false;
  }

  settle() {
    this.settling.cancel();
    this.finish();
    this.onSettled();
  }

  /** Begins anew, with another model, at unit values that it has told. */
  begin(units) {
    this.settling.cancel();
    this.units = units;
    this.rest = units;
    if (!this.history().present) {
      this.history().push(units, BEGINNING);
    }
    this.source = "";
    this.isReturning = false;
    this.hasAnswer = false;
  }
}

exports.BY_EAR = BY_EAR;
exports.Position = Position;
