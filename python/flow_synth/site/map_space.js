// The map of presets as numbers: which part of it is seen, what lies where, and what is shown.

import { neighbours } from "./neighbourhood.js";

/** @typedef {{x: number, y: number}} Point */

const UNIT_SCALE = 10000;
const MOST_ZOOM = 40;
/** Presets among which one that is not on the map is placed, and how much the nearest count more. */
const N_NEIGHBOURS = 5;
const NEARNESS = 4;
const LEAST_DISTANCE = 1e-3;
/** Knobs that have gone through the audio space and back are no further from where they were. */
const SAME_UNIT = 3e-3;
/** Of the picture, that what was brought into it fills at most. */
const FILLED = 0.8;

/** The part of the map that is seen: a square of the map's width over the zoom. */
export class MapSpace {
  /** @type {Point} the middle of what is seen. */
  #middle = { x: 0.5, y: 0.5 };
  #zoom = 1;
  width = 1;
  height = 1;

  /** @param {MapPreset[]} presets */
  constructor(presets) {
    this.presets = presets;
    this.isShown = presets.map(() => true);
  }

  get zoom() {
    return this.#zoom;
  }

  /** Pixels that the map is wide at this zoom. */
  get #scale() {
    return Math.min(this.width, this.height) * this.#zoom;
  }

  /** @param {number} width of the picture in pixels @param {number} height */
  resize(width, height) {
    this.width = Math.max(width, 1);
    this.height = Math.max(height, 1);
  }

  /** @param {Point} place on the map @returns {Point} in pixels. */
  toPixels({ x, y }) {
    return {
      x: this.width / 2 + (x - this.#middle.x) * this.#scale,
      y: this.height / 2 - (y - this.#middle.y) * this.#scale,
    };
  }

  /** @param {Point} pixels @returns {Point} on the map. */
  toPlace({ x, y }) {
    return {
      x: this.#middle.x + (x - this.width / 2) / this.#scale,
      y: this.#middle.y - (y - this.height / 2) / this.#scale,
    };
  }

  /** The middle of what is seen. @returns {Point} */
  get middle() {
    return { ...this.#middle };
  }

  /**
   * What is seen as the matrix of a camera, column by column: it looks at a map that reaches from
   * -1 to 1 to each side, through a window that is 2 high.
   *
   * @returns {number[]}
   */
  get view() {
    const scale = this.#scale / this.height;
    const [x, y] = [this.#middle.x, this.#middle.y].map((one) => -scale * (2 * one - 1));
    return [scale, 0, 0, 0, 0, scale, 0, 0, 0, 0, 1, 0, x, y, 0, 1];
  }

  /**
   * What lies under a point stays there.
   *
   * @param {number} factor
   * @param {Point} pixels
   */
  zoomBy(factor, pixels) {
    const before = this.toPlace(pixels);
    this.#zoom = Math.min(Math.max(this.#zoom * factor, 1), MOST_ZOOM);
    const after = this.toPlace(pixels);
    this.#moveTo({
      x: this.#middle.x + before.x - after.x,
      y: this.#middle.y + before.y - after.y,
    });
  }

  /** @param {number} x pixels to the right @param {number} y pixels down */
  panBy(x, y) {
    this.#moveTo({
      x: this.#middle.x - x / this.#scale,
      y: this.#middle.y + y / this.#scale,
    });
  }

  /** Shows the whole map. */
  showAll() {
    this.#zoom = 1;
    this.#moveTo({ x: 0.5, y: 0.5 });
  }

  /** @param {Point} place @returns {boolean} whether it is seen. */
  sees(place) {
    const { x, y } = this.toPixels(place);
    return x >= 0 && y >= 0 && x <= this.width && y <= this.height;
  }

  /** Brings a place into what is seen. @param {Point} place */
  reveal(place) {
    if (!this.sees(place)) {
      this.#moveTo(place);
    }
  }

  /** Brings all presets that are shown into what is seen, unless one of them is there. */
  revealShown() {
    const shown = this.presets.filter((_, index) => this.isShown[index]);
    if (shown.length === 0 || shown.some((preset) => this.sees(preset))) {
      return;
    }
    const [left, right] = ends(shown.map(({ x }) => x));
    const [bottom, top] = ends(shown.map(({ y }) => y));
    const least = Math.min(this.width, this.height);
    const fitting = FILLED * Math.min(
      this.width / least / Math.max(right - left, LEAST_DISTANCE),
      this.height / least / Math.max(top - bottom, LEAST_DISTANCE),
    );
    // Nobody asked for dots that are larger than they were.
    this.#zoom = Math.max(Math.min(this.#zoom, fitting), 1);
    this.#moveTo({ x: (left + right) / 2, y: (bottom + top) / 2 });
  }

  /** Brings a place into the middle. @param {Point} place */
  centre(place) {
    this.#moveTo(place);
  }

  /**
   * Where knobs would lie that are on no map: among the presets whose knobs are nearest, so that
   * those of a preset lie where it does.
   *
   * @param {ArrayLike<number>} units
   * @returns {Point|undefined} undefined on a map without presets.
   */
  placeOf(units) {
    const near = this.presets
      .map((preset) => ({ preset, distance: distance(preset.units, units) }))
      .sort((one, other) => one.distance - other.distance)
      .slice(0, N_NEIGHBOURS);
    const weights = near.map((one) => Math.max(one.distance, LEAST_DISTANCE) ** -NEARNESS);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const mean = (/** @type {"x"|"y"} */ axis) =>
      near.reduce((total, { preset }, index) => total + preset[axis] * weights[index], 0) / sum;
    return near.length > 0 ? { x: mean("x"), y: mean("y") } : undefined;
  }

  /** @param {ArrayLike<number>} units @returns {number} of the preset that has these knobs; -1 if none has. */
  presetAt(units) {
    let best = -1;
    let least = Infinity;
    this.presets.forEach((preset, index) => {
      const isSame = preset.units.every((unit, knob) => Math.abs(unit / UNIT_SCALE - units[knob]) <= SAME_UNIT);
      const far = isSame ? distance(preset.units, units) : Infinity;
      if (far < least) {
        least = far;
        best = index;
      }
    });
    return best;
  }

  /** @param {Point} middle */
  #moveTo({ x, y }) {
    this.#middle = { x: Math.min(Math.max(x, 0), 1), y: Math.min(Math.max(y, 0), 1) };
  }

  /**
   * @param {Point} pixels
   * @param {number} reach in pixels.
   * @returns {number} of the nearest preset that is shown; -1 if none is within reach.
   */
  nearest(pixels, reach) {
    let best = -1;
    let least = reach * reach;
    this.presets.forEach((preset, index) => {
      if (!this.isShown[index]) {
        return;
      }
      const { x, y } = this.toPixels(preset);
      const distance = (x - pixels.x) ** 2 + (y - pixels.y) ** 2;
      if (distance <= least) {
        least = distance;
        best = index;
      }
    });
    return best;
  }

  /** @param {Point} place @returns {number} of the preset nearest to it that is shown; -1 if none is. */
  nearestShown(place) {
    return neighbours(this.presets, this.isShown, place, 1)[0] ?? -1;
  }

  /**
   * The next preset in a direction: what lies ahead counts, what lies aside counts twice as far.
   *
   * @param {number} from its number.
   * @param {number} right -1, 0 or 1.
   * @param {number} up -1, 0 or 1.
   * @returns {number} `from` if there is none.
   */
  neighbour(from, right, up) {
    const here = this.presets[from];
    let best = from;
    let least = Infinity;
    this.presets.forEach((preset, index) => {
      const ahead = (preset.x - here.x) * right + (preset.y - here.y) * up;
      const aside = Math.abs((preset.x - here.x) * up) + Math.abs((preset.y - here.y) * right);
      if (index !== from && this.isShown[index] && ahead > aside && ahead + 2 * aside < least) {
        least = ahead + 2 * aside;
        best = index;
      }
    });
    return best;
  }

  /**
   * Shows only some presets.
   *
   * @param {{category?: number, axis?: number, side?: number, text?: string}} wish
   * @returns {number} how many are shown.
   */
  filter({ category = -1, axis = -1, side = 0, text = "" }) {
    const sought = text.trim().toLowerCase();
    this.isShown = this.presets.map(
      (preset) =>
        (category < 0 || preset.category === category) &&
        (axis < 0 || preset.tags[axis] === side) &&
        preset.name.toLowerCase().includes(sought),
    );
    return this.isShown.filter(Boolean).length;
  }

  /** @param {number} index @returns {Float32Array} unit values of a preset. */
  units(index) {
    return Float32Array.from(this.presets[index].units, (unit) => unit / UNIT_SCALE);
  }
}

/** @param {number[]} preset times 10000. @param {ArrayLike<number>} units */
function distance(preset, units) {
  // Knobs that are turned ask for it of thousands of presets in every frame.
  let sum = 0;
  for (let index = 0; index < preset.length; ++index) {
    sum += (preset[index] / UNIT_SCALE - units[index]) ** 2;
  }
  return Math.sqrt(sum);
}

/** @param {number[]} numbers @returns {[number, number]} the least and the most. */
function ends(numbers) {
  return numbers.reduce(([least, most], one) => [Math.min(least, one), Math.max(most, one)], [Infinity, -Infinity]);
}
