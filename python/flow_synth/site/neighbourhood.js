// A place that is nobody's, among presets that sound alike.

/** @typedef {import("./map_space.js").Point} Point */

/**
 * @param {Point[]} presets
 * @param {boolean[]} isShown which of them count.
 * @param {Point} place on the map.
 * @param {number} most
 * @returns {number[]} numbers of the nearest, the nearest first.
 */
export function neighbours(presets, isShown, place, most) {
  const distance = (/** @type {Point} */ { x, y }) => Math.hypot(x - place.x, y - place.y);
  return presets
    .map((preset, index) => ({ index, distance: distance(preset) }))
    .filter(({ index }) => isShown[index])
    .sort((one, other) => one.distance - other.distance)
    .slice(0, most)
    .map(({ index }) => index);
}

/**
 * Weights drawn evenly from all that are at least 0 and sum to 1: exponential random
 * variables, normalised (Devroye 1986, "Non-Uniform Random Variate Generation", XI.4).
 *
 * @param {number} n
 * @param {() => number} random gives numbers from 0 to below 1.
 * @returns {number[]}
 */
export function convexWeights(n, random) {
  const drawn = Array.from({ length: n }, () => -Math.log(1 - random()));
  const sum = drawn.reduce((total, one) => total + one, 0);
  return drawn.map((one) => (sum > 0 ? one / sum : 1 / n));
}

/**
 * @param {ArrayLike<number>[]} places of the same dimensions.
 * @param {number[]} weights that sum to 1.
 * @returns {number[]} the weighted mean.
 */
export function mixture(places, weights) {
  return Array.from(places[0], (_, dimension) =>
    places.reduce((sum, place, index) => sum + weights[index] * place[dimension], 0),
  );
}
