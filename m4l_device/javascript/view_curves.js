// What a macro knob would do from here: the knobs that it moves most, and how the sound changes.

const { N_SHOWN, paintCurves } = require("view_curves_paint.js");
const { dispatch } = require("view_messages.js");

/** A knob that moves by less than this unit value rests. */
const SMALLEST_MOVE = 0.005;
/** Of a descriptor's largest value, the least range that fills the plot where none is given. */
const SMALLEST_RANGE = 0.25;
/** More points than this are no curve that somebody meant. */
const MOST_POINTS = 1024;

const NOTHING = "The curves of a macro knob come with the model.";

/**
 * @typedef {object} Line
 * @property {string} name
 * @property {string} unit
 * @property {number[]} values in the unit, one each position; NaN where unknown.
 * @property {number} low value at the lower edge of the plot.
 * @property {number} high value at its upper edge.
 */

function finite(values) {
  return values.filter(Number.isFinite);
}

function rangeOf(values) {
  const known = finite(values);
  return known.length === 0 ? 0 : Math.max(...known) - Math.min(...known);
}

/** Numbers of Max's messages; words such as nan are unknown values. */
function numbers(values) {
  return values.map((value) => (typeof value === "number" ? value : NaN));
}

/** Points of a curve -> values of one of its lines. */
function column(points, index) {
  return points.map(({ values }) => values[index] ?? NaN);
}

/**
 * The knobs that move most, the one that moves furthest first.
 *
 * @param {Array<{position: number, values: number[]}>} points unit values of all knobs.
 * @param {string[]} names of the knobs.
 * @returns {Line[]} in percent.
 */
function mostMoved(points, names, count = N_SHOWN) {
  return names
    .map((name, index) => ({ name, values: column(points, index) }))
    .filter(({ values }) => rangeOf(values) >= SMALLEST_MOVE)
    .sort((a, b) => rangeOf(b.values) - rangeOf(a.values))
    .slice(0, count)
    .map(({ name, values }) => ({
      name: name.replaceAll("_", " "),
      unit: "%",
      values: values.map((value) => 100 * value),
      low: 0,
      high: 100,
    }));
}

/** The range that a descriptor's plot shows: the one that is given, or one for these values. */
function plotRange(values, [givenLow, givenHigh]) {
  const known = finite(values);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  if (givenLow < givenHigh) {
    return [Math.min(low, givenLow), Math.max(high, givenHigh)];
  }
  // What hardly changes is drawn as such: it does not fill the plot.
  const least = SMALLEST_RANGE * Math.max(...known.map(Math.abs)) || 1;
  const add = Math.max(least - (high - low), 0) / 2;
  return [low - add, high + add];
}

/**
 * Descriptors, the one that changes most of its range first.
 *
 * @param {Array<{position: number, values: number[]}>} points
 * @param {{axes: string[], units: string[], ranges: number[]}} about names, units, and the range
 *   of each, low and high one after the other; units and ranges may be missing.
 * @returns {Line[]}
 */
function descriptorLines(points, { axes, units, ranges }) {
  return axes
    .map((name, index) => ({ name, index, values: column(points, index) }))
    .filter(({ values }) => finite(values).length > 1)
    .map(({ name, index, values }) => {
      const [low, high] = plotRange(values, ranges.slice(2 * index, 2 * index + 2));
      return { name, unit: units[index] ?? "", values, low, high };
    })
    .sort((a, b) => shareOf(b) - shareOf(a));
}

/** The share of its range in which a line moves. */
function shareOf({ values, low, high }) {
  return rangeOf(values) / (high - low);
}

/** Curves along one macro knob. */
class CurvesView {
  constructor() {
    this.macro = 0;
    /** Where the macro knob stands; NaN where that is not known. */
    this.here = NaN;
    this.coming = emptyCurves();
    this.shown = emptyCurves();
  }

  get handlers() {
    return {
      begin: (macro) => this.begin(macro),
      names: (...names) => (this.coming.names = names.map(String)),
      point: (position, ...values) => addPoint(this.coming.points, position, values),
      axes: (...names) => (this.coming.axes = names.map(String)),
      axis_units: (...units) => (this.coming.units = units.map(String)),
      axis_ranges: (...ends) => (this.coming.ranges = numbers(ends)),
      descriptor: (position, ...values) => addPoint(this.coming.descriptors, position, values),
      end: () => this.end(),
      here: (position = NaN) => (this.here = numbers([position])[0]),
    };
  }

  /** Takes a message; says whether there is such a one. */
  receive(selector, args) {
    return dispatch(this.handlers, selector, args);
  }

  begin(macro) {
    this.coming = { ...emptyCurves(), macro };
  }

  /** Shows what has come, at once and not line by line. */
  end() {
    this.shown = this.coming;
    this.macro = this.shown.macro;
  }

  /** What is said instead of curves, or nothing. */
  get sentence() {
    if (this.shown.points.length < 2) {
      return NOTHING;
    }
    const isStill = this.knobs.length === 0 && this.descriptors.length === 0;
    return isStill ? `Macro ${this.macro} moves nothing from here.` : "";
  }

  /** @returns {Line[]} */
  get knobs() {
    return mostMoved(this.shown.points, this.shown.names);
  }

  /** @returns {Line[]} */
  get descriptors() {
    return descriptorLines(this.shown.descriptors, this.shown);
  }

  /** @param {import("view_theme.js").Theme} theme */
  paint(graphics, theme) {
    paintCurves(graphics, this, theme);
  }
}

function emptyCurves() {
  return { macro: 0, names: [], points: [], axes: [], units: [], ranges: [], descriptors: [] };
}

function addPoint(points, position, values) {
  if (Number.isFinite(position) && points.length < MOST_POINTS) {
    points.push({ position, values: numbers(values) });
  }
}

exports.CurvesView = CurvesView;
exports.descriptorLines = descriptorLines;
exports.mostMoved = mostMoved;
