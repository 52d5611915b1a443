// What flow_synth~ says of its model out of the info outlet, in answer to `dump` and `info`.

/** Words after a knob's value that are units; every other is the name of a choice. */
const UNIT_WORDS = new Set(
  "Hz kHz s ms dB cents semitones octaves octave % bars beats degrees".split(" "),
);

/**
 * @typedef {object} NotedKnob
 * @property {string} name
 * @property {number} unit in [0, 1].
 * @property {number} human in the knob's own unit.
 * @property {string} unitWord for example `Hz`; empty where there is none.
 * @property {string} choice name of the choice of a categorical knob; else empty.
 * @property {boolean} isLocked
 *
 * @typedef {object} Axis
 * @property {string} name
 * @property {string} low the word at -3.
 * @property {string} high the word at 3.
 * @property {number} position from -3 to 3.
 */

/**
 * One line `knob NAME UNIT HUMAN [WORD] [locked]`.
 *
 * @param {any[]} args
 * @returns {NotedKnob}
 */
function notedKnob([name, unit, human, ...words]) {
  const isLocked = words.at(-1) === "locked";
  const word = String((isLocked ? words.slice(0, -1) : words)[0] ?? "");
  const isUnit = UNIT_WORDS.has(word) || !Number.isInteger(human);
  return {
    name: String(name),
    unit,
    human,
    unitWord: isUnit ? word : "",
    choice: isUnit ? "" : word,
    isLocked,
  };
}

/** The model that plays, as far as it has been told; lines may come again, or be cut off. */
class ModelNotes {
  constructor() {
    /** Absolute path of the model file. */
    this.path = "";
    /** Identity of the synth, for example `builtin`. */
    this.synth = "";
    /** `none`, `loading`, `ready` or `missing`: who hears sounds. */
    this.engine = "none";
    /** @type {NotedKnob[]} all knobs, once they have been said completely. */
    this.knobs = [];
    /** @type {Axis[]} */
    this.axes = [];
    /** @type {Map<number, number>} positions of macro knobs in [0, 1], by number. */
    this.macros = new Map();
    this.nExpected = 0;
    /** @type {NotedKnob[]} */
    this.arriving = [];
  }

  /** Names of all knobs, in order. */
  get names() {
    return this.knobs.map((knob) => knob.name);
  }

  /**
   * Takes a line.
   *
   * @param {string} selector
   * @param {Array<string|number>} args
   * @returns {string} what is known by it: `knobs`, `macro`, `axis`, `path`, `engine`; or nothing.
   */
  take(selector, args) {
    switch (selector) {
      case "model":
        this.path = String(args[0] ?? "");
        return "path";
      case "engine":
        this.engine = String(args[0]);
        return "engine";
      case "synth":
        this.synth = String(args[0]);
        return "";
      case "knobs":
        this.nExpected = Number(args[0]);
        this.arriving = [];
        this.axes = [];
        return "";
      case "knob":
        return this.takeKnob(args);
      case "macro":
        this.macros.set(Number(args[0]), Number(args[1]));
        return "macro";
      case "semantic":
        return this.takeAxis(args);
      default:
        return "";
    }
  }

  takeKnob(args) {
    if (this.arriving.length === this.nExpected) {
      return "";
    }
    this.arriving.push(notedKnob(args));
    if (this.arriving.length < this.nExpected) {
      return "";
    }
    this.knobs = this.arriving;
    return "knobs";
  }

  /** @param {any[]} args */
  takeAxis([name, low, high, position]) {
    const known = this.axes.find((axis) => axis.name === name);
    const axis = { name: String(name), low: String(low), high: String(high), position };
    if (known) {
      Object.assign(known, axis);
    } else {
      this.axes.push(axis);
    }
    return "axis";
  }
}

exports.ModelNotes = ModelNotes;
