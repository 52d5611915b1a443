// A path on the map: the presets along a drawn line, and the way between them in the audio space.

/** @typedef {import("./map_space.js").Point} Point */

/** Between two places of the line at which a preset is looked for, in widths of the map. */
const STEP = 0.03;
const MOST_STEPS = 24;

/**
 * The presets that lie nearest along a line, in its order.
 *
 * @param {Point[]} line on the map.
 * @param {Point[]} presets
 * @param {boolean[]} isShown which of them count.
 * @returns {number[]} their numbers; no one twice in succession, and none if no preset is shown.
 */
export function presetsAlong(line, presets, isShown) {
  const shown = presets.map((_, index) => index).filter((index) => isShown[index]);
  if (line.length === 0 || shown.length === 0) {
    return [];
  }
  const along = new Polyline(line);
  const nSteps = Math.min(Math.max(Math.round(along.length / STEP), 1), MOST_STEPS);
  const nearest = Array.from({ length: nSteps + 1 }, (_, step) => {
    const place = along.at(step / nSteps);
    const distance = (/** @type {number} */ index) => apart(presets[index], place);
    return shown.reduce((best, index) => (distance(index) < distance(best) ? index : best));
  });
  return nearest.filter((index, step) => index !== nearest[step - 1]);
}

/** From preset to preset: as fast on the map everywhere, and straight in the audio space. */
export class MapPath {
  #polyline;
  #zs;

  /**
   * @param {Point[]} places of the presets on the map; at least one.
   * @param {ArrayLike<number>[]} zs their places in the audio space.
   */
  constructor(places, zs) {
    this.#polyline = new Polyline(places);
    this.#zs = zs;
  }

  /**
   * @param {number} share of the way, 0 to 1.
   * @returns {{place: Point, z: number[]}}
   */
  at(share) {
    const { from, to, part } = this.#polyline.segment(share);
    const [one, other] = [this.#zs[from], this.#zs[to]];
    const z = Array.from(one, (number, index) => number + (other[index] - number) * part);
    return { place: this.#polyline.at(share), z };
  }
}

/** Points that are joined by straight lines. */
class Polyline {
  #points;
  /** From the first point to each, along the line. @type {number[]} */
  #lengths = [0];

  /** @param {Point[]} points at least one. */
  constructor(points) {
    this.#points = points;
    points.slice(1).forEach((point, index) => {
      this.#lengths.push(this.#lengths[index] + apart(points[index], point));
    });
  }

  get length() {
    return this.#lengths[this.#lengths.length - 1];
  }

  /** @param {number} share 0 to 1. @returns {{from: number, to: number, part: number}} of which points. */
  segment(share) {
    const length = Math.min(Math.max(share, 0), 1) * this.length;
    const found = this.#lengths.findIndex((one, index) => index > 0 && length <= one);
    const to = found < 0 ? this.#points.length - 1 : found;
    const from = Math.max(to - 1, 0);
    const whole = this.#lengths[to] - this.#lengths[from];
    return { from, to, part: whole > 0 ? (length - this.#lengths[from]) / whole : 1 };
  }

  /** @param {number} share @returns {Point} */
  at(share) {
    const { from, to, part } = this.segment(share);
    const [one, other] = [this.#points[from], this.#points[to]];
    return { x: one.x + (other.x - one.x) * part, y: one.y + (other.y - one.y) * part };
  }
}

/** @param {Point} one @param {Point} other */
function apart(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
