// What is kept in the Set: all memories, as plain objects.
//
// A dictionary of Max knows no empty lists, no booleans, and no list of one item. What is written
// avoids them where it can, and what is read expects them. Unit values are a text of whole
// numbers: Live keeps all of it in its undo, and a hundred steps of forty knobs are many numbers.

const { History } = require("history.js");
const { Memory } = require("memory.js");
const { PresetStore } = require("preset_store.js");
const { areUnits } = require("units.js");

const FORMAT_VERSION = 1;
/** Unit values are kept to 1 / PRECISION. */
const PRECISION = 100000;

/** Unit values as text. */
function unitsText(units) {
  return units.map((unit) => Math.round(unit * PRECISION)).join(" ");
}

/** A list, even where it has become its only item, or nothing. */
function list(value) {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

/** An object without what is empty. */
function withoutEmpty(object) {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => list(value).length > 0 && value !== ""),
  );
}

function plainMemory(memory) {
  const { history } = memory;
  return withoutEmpty({
    units: unitsText(memory.units),
    history_position: history.position,
    history: history.steps.map(({ source, units }) => `${source} ${unitsText(units)}`),
    a: unitsText(memory.stored.a),
    b: unitsText(memory.stored.b),
    presets: memory.presets.presets.map(({ name, units, isFavourite }) => ({
      name,
      units: unitsText(units),
      favourite: Number(isFavourite),
    })),
    locks: [...memory.locks],
    path_points: unitsText(memory.path.points.flat()),
    path_presets: memory.path.presets,
  });
}

/** Whole numbers of a text -> numbers. */
function numbersOf(text) {
  return text === undefined || text === ""
    ? []
    : String(text)
        .split(" ")
        .map((word) => (/^-?\d+$/.test(word) ? Number(word) / PRECISION : NaN));
}

/** Unit values of as many knobs as a synth has; throws where they are none. */
function readUnits(value, nKnobs) {
  const units = numbersOf(value);
  if (!areUnits(units, nKnobs)) {
    throw new Error("these are no unit values");
  }
  return units;
}

/** The same, or nothing. */
function readStored(value, nKnobs) {
  return value === undefined ? [] : readUnits(value, nKnobs);
}

function readStep(step, nKnobs) {
  const [source, ...words] = String(step).split(" ");
  return { units: readUnits(words.join(" "), nKnobs), source };
}

function readPreset(preset, nKnobs) {
  if (typeof preset.name !== "string" && typeof preset.name !== "number") {
    throw new Error("a preset has no name");
  }
  const units = readUnits(preset.units, nKnobs);
  return { name: String(preset.name), units, isFavourite: Boolean(preset.favourite) };
}

function readPoints(value) {
  const numbers = numbersOf(value);
  if (numbers.length % 2 !== 0 || !numbers.every(Number.isFinite)) {
    throw new Error("a path has no points");
  }
  return numbers.flatMap((x, index) => (index % 2 === 0 ? [[x, numbers[index + 1]]] : []));
}

function readIndices(value) {
  if (!list(value).every((index) => Number.isInteger(index) && index >= 0)) {
    throw new Error("a path has no presets");
  }
  return list(value);
}

function readHistory(plain, nKnobs) {
  const steps = list(plain.history).map((step) => readStep(step, nKnobs));
  const position = plain.history_position ?? steps.length - 1;
  if (!Number.isInteger(position) || position < -1 || position >= steps.length) {
    throw new Error("the history is at no step of its own");
  }
  return new History(steps, position);
}

function readPresets(plain, nKnobs) {
  return new PresetStore(list(plain.presets).map((preset) => readPreset(preset, nKnobs)));
}

/**
 * The parts of a memory: what a musician calls each, the keys that hold it, and how it is read.
 *
 * @type {Array<[string, string[], (memory: Memory, plain: object, nKnobs: number) => void]>}
 */
const PARTS = [
  ["the last sound", ["units"], (it, plain, n) => (it.units = readStored(plain.units, n))],
  [
    "the history",
    ["history", "history_position"],
    (it, plain, n) => (it.history = readHistory(plain, n)),
  ],
  ["A", ["a"], (it, plain, n) => (it.stored.a = readStored(plain.a, n))],
  ["B", ["b"], (it, plain, n) => (it.stored.b = readStored(plain.b, n))],
  ["the presets", ["presets"], (it, plain, n) => (it.presets = readPresets(plain, n))],
  ["the locks", ["locks"], (it, plain) => (it.locks = new Set(list(plain.locks)))],
  [
    "the free path",
    ["path_points"],
    (it, plain) => (it.path.points = readPoints(plain.path_points)),
  ],
  [
    "the path of presets",
    ["path_presets"],
    (it, plain) => (it.path.presets = readIndices(plain.path_presets)),
  ],
];

/** Reads a memory; names what could not be read, and puts it aside as it was. */
function readMemory(plain, synth, unread, damages) {
  const memory = new Memory();
  const nKnobs = Number(synth.split("_").at(-1));
  for (const [what, keys, read] of PARTS) {
    try {
      read(memory, plain, nKnobs);
    } catch {
      damages.push(what);
      for (const key of keys.filter((each) => each in plain)) {
        unread[`${synth}.${key}`] = plain[key];
      }
    }
  }
  return memory;
}

/**
 * @typedef {object} DeviceState
 * @property {string} model name of the model that plays; empty where none was kept.
 * @property {Map<string, Memory>} memories by identity and number of knobs, as `builtin_40`.
 * @property {object} unread what could not be read, to be kept as it is.
 */

/** @returns {DeviceState} of a device that has just been made. */
function emptyState() {
  return { model: "", memories: new Map(), unread: {} };
}

/**
 * What the Set shall keep.
 *
 * @param {DeviceState} state
 * @returns {string} JSON for the dictionary.
 */
function writeState({ model, memories, unread }) {
  const plain = withoutEmpty({ format_version: FORMAT_VERSION, model });
  plain.memories = Object.fromEntries(
    [...memories].map(([synth, memory]) => [synth, plainMemory(memory)]),
  );
  if (Object.keys(unread).length > 0) {
    plain.unread = unread;
  }
  return JSON.stringify(plain);
}

function isPlainObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads what the Set has kept.
 *
 * @param {string} text JSON of the dictionary.
 * @returns {{state: DeviceState, trouble: string, isNewer: boolean}} `trouble` is one sentence, or
 *   empty; what a newer device wrote must not be written over.
 */
function readState(text) {
  const state = emptyState();
  const wholeIsUnread = (trouble, isNewer) => ({ state, trouble, isNewer });
  let plain;
  try {
    plain = JSON.parse(text);
  } catch {
    state.unread = { all: text };
    return wholeIsUnread("What the Set had kept cannot be read, and is put aside in it.", false);
  }
  if (!isPlainObject(plain) || Object.keys(plain).length === 0) {
    return wholeIsUnread("", false);
  }
  if (plain.format_version > FORMAT_VERSION) {
    return wholeIsUnread(
      `The Set was saved by a newer Flow Synth (state ${plain.format_version}, this one reads ` +
        `${FORMAT_VERSION}): its presets stay in the Set, and nothing is saved until you update.`,
      true,
    );
  }
  return { ...readParts(plain, state), isNewer: false };
}

function readParts(plain, state) {
  const damages = [];
  state.unread = isPlainObject(plain.unread) ? { ...plain.unread } : {};
  state.model = typeof plain.model === "string" ? plain.model : "";
  if (plain.memories !== undefined && !isPlainObject(plain.memories)) {
    damages.push("all sounds");
    state.unread.memories = plain.memories;
  }
  for (const [synth, memory] of Object.entries(
    isPlainObject(plain.memories) ? plain.memories : {},
  )) {
    if (isPlainObject(memory)) {
      state.memories.set(synth, readMemory(memory, synth, state.unread, damages));
    } else {
      damages.push(`the sounds of ${synth}`);
      state.unread[synth] = memory;
    }
  }
  const trouble =
    damages.length > 0
      ? `Of what the Set had kept, ${damages.join(", ")} cannot be read, and is put aside in it.`
      : "";
  return { state, trouble };
}

exports.FORMAT_VERSION = FORMAT_VERSION;
exports.emptyState = emptyState;
exports.readState = readState;
exports.writeState = writeState;
