// The map of presets: where each lies by how it sounds, and what it is like.

const { areUnits, weightedMean } = require("units.js");

const FORMAT_VERSION = 1;
/** Unit values are kept as whole numbers up to this one. */
const UNIT_STEPS = 10000;
/** A free point is the mean of so many presets. */
const N_NEIGHBOURS = 4;
/** Closer than this a point is the preset itself; sides of the map are 1. */
const SAME_PLACE = 1e-6;

/**
 * @typedef {object} MapPreset
 * @property {string} name
 * @property {number} category index; -1 where there is none.
 * @property {number} x in [0, 1]
 * @property {number} y in [0, 1]
 * @property {number[]} tags one each axis: -1 its low word, 0 neither, 1 its high word.
 * @property {number[]} descriptors one each axis, in [0, 1].
 * @property {number[]} units unit values of the knobs.
 */

/** A map file as it was read. */
class PresetMap {
  /** @param {object} content of a map file that {@link readMap} has checked. */
  constructor(content) {
    /** Identity of the synth. */
    this.synth = content.synth;
    /** @type {string[]} names of the knobs, in order. */
    this.parameters = content.parameters;
    /**
     * @type {Array<{name: string, low: string, high: string, unit: string,
     *   low_threshold: number, high_threshold: number}>}
     */
    this.axes = content.axes ?? [];
    /** @type {string[]} */
    this.categories = content.categories ?? [];
    /** @type {MapPreset[]} */
    this.presets = content.presets.map((preset) => ({
      ...preset,
      units: preset.units.map((unit) => unit / UNIT_STEPS),
    }));
    this.curves = content.curves ?? [];
  }

  /** Names of all filters: everything, then the words of each axis. */
  get filters() {
    return ["All", ...this.axes.flatMap((axis) => [axis.low, axis.high])];
  }

  /** Names of what dots can be coloured by. */
  get colours() {
    return ["Category", ...this.axes.map((axis) => axis.name)];
  }

  /**
   * Indices of the presets that pass a filter.
   *
   * @param {number} filter index in `filters`; 0 lets everything pass.
   * @returns {number[]}
   */
  passing(filter) {
    const axis = Math.floor((filter - 1) / 2);
    const side = filter % 2 === 1 ? -1 : 1;
    return this.presets.flatMap((preset, index) =>
      filter <= 0 || preset.tags?.[axis] === side ? [index] : [],
    );
  }

  /**
   * The presets that are nearest to a point, the nearest first; of equals the first.
   *
   * @param {number} x in [0, 1]
   * @param {number} y in [0, 1]
   * @param {number[]} indices which presets count.
   * @param {number} [count] how many at most.
   * @returns {Array<{index: number, distance: number}>}
   */
  nearest(x, y, indices, count = N_NEIGHBOURS) {
    const near = [];
    for (const index of indices) {
      const preset = this.presets[index];
      const distance = Math.hypot(preset.x - x, preset.y - y);
      if (near.length < count || distance < near.at(-1).distance) {
        const place = near.findIndex((each) => distance < each.distance);
        near.splice(place < 0 ? near.length : place, 0, { index, distance });
        near.length = Math.min(near.length, count);
      }
    }
    return near;
  }

  /**
   * What a free point sounds like: the mean of its nearest presets, each weighted by the inverse
   * of its distance (Shepard 1968).
   *
   * @param {number} x in [0, 1]
   * @param {number} y in [0, 1]
   * @param {number[]} indices which presets count; at least one.
   * @returns {number[]} unit values of the knobs.
   */
  unitsAt(x, y, indices) {
    const near = this.nearest(x, y, indices);
    if (near[0].distance < SAME_PLACE) {
      return this.presets[near[0].index].units;
    }
    return weightedMean(
      near.map(({ index }) => this.presets[index].units),
      near.map(({ distance }) => 1 / distance),
    );
  }

  /** The curve of descriptors along a macro knob, or undefined. */
  curve(macro) {
    return this.curves.find((curve) => curve.macro === macro);
  }
}

function isPreset(preset, nKnobs) {
  return (
    typeof preset?.name === "string" &&
    [preset.x, preset.y].every(Number.isFinite) &&
    Array.isArray(preset.units) &&
    areUnits(
      preset.units.map((unit) => unit / UNIT_STEPS),
      nKnobs,
    )
  );
}

/**
 * Reads a map file.
 *
 * @param {string} text JSON.
 * @param {string} path for errors.
 * @returns {PresetMap}
 * @throws {Error} with one sentence on what is wrong and what to do.
 */
function readMap(text, path) {
  let content;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is no map (${error.message}); make it again by flow-synth map`);
  }
  if (content?.format_version > FORMAT_VERSION) {
    throw new Error(
      `${path} has map version ${content.format_version}, and this device reads ` +
        `${FORMAT_VERSION}; update Flow Synth`,
    );
  }
  const nKnobs = content?.parameters?.length;
  if (!Array.isArray(content?.presets) || !nKnobs) {
    throw new Error(`${path} is no map of presets; make it again by flow-synth map`);
  }
  const wrong = content.presets.find((preset) => !isPreset(preset, nKnobs));
  if (wrong) {
    throw new Error(
      `${path} has a preset '${wrong?.name}' that is not whole; make it again by flow-synth map`,
    );
  }
  return new PresetMap(content);
}

exports.PresetMap = PresetMap;
exports.readMap = readMap;
