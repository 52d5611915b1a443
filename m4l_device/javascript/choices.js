// The items of the menus, in the order of the device's table of controls.

/** Models that are shipped. */
const MODELS = ["builtin", "amsynth-32"];
const PAGES = ["Map", "Play", "Blend", "Knobs"];
/** Of the maps that are shipped. */
const MAP_FILTERS = [
  "All",
  "dark",
  "bright",
  "constant",
  "moving",
  "clean",
  "dirty",
  "percussive",
  "sustained",
  "fast attack",
  "slow attack",
  "dry",
  "long tail",
  "calm",
  "aggressive",
];
const MAP_COLOURS = [
  "Category",
  "Brightness",
  "Movement",
  "Dirt",
  "Sustain",
  "Attack",
  "Tail",
  "Aggression",
];
const PATH_KINDS = ["Free", "Presets"];
const PATH_LOOPS = ["Once", "Loop"];
/** How long a path takes, in bars of Live's meter. */
const PATH_LENGTHS = ["1/2", "1", "2", "4", "8", "16"];
const BLEND_SPACES = ["Audio", "Knobs"];
const MIDI_SOURCES = ["Off", "Mod wheel", "Pressure", "Slide", "Bend", "Breath", "Foot"];
const HOSTS = ["Own voice", "VST"];

/**
 * What a menu says, by its index or by the item itself.
 *
 * @param {string[]} items
 * @param {number|string} value
 * @returns {string} an item; empty where there is none.
 */
function choice(items, value) {
  return typeof value === "number" ? (items[value] ?? "") : items.includes(value) ? value : "";
}

exports.BLEND_SPACES = BLEND_SPACES;
exports.HOSTS = HOSTS;
exports.MAP_COLOURS = MAP_COLOURS;
exports.MAP_FILTERS = MAP_FILTERS;
exports.MIDI_SOURCES = MIDI_SOURCES;
exports.MODELS = MODELS;
exports.PAGES = PAGES;
exports.PATH_KINDS = PATH_KINDS;
exports.PATH_LENGTHS = PATH_LENGTHS;
exports.PATH_LOOPS = PATH_LOOPS;
exports.choice = choice;
