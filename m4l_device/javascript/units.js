// Knobs as unit values: lists of P numbers in [0, 1].

/** What differs by less is the same sound, and is not written again. */
const LEAST_CHANGE = 1e-4;

/**
 * Whether something is a list of unit values.
 *
 * @param {any} value
 * @param {number} [count] how many there must be.
 * @returns {boolean}
 */
function areUnits(value, count = undefined) {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    (count === undefined || value.length === count) &&
    value.every((unit) => Number.isFinite(unit) && unit >= 0 && unit <= 1)
  );
}

/**
 * Whether two lists of unit values sound alike.
 *
 * @param {number[]} one
 * @param {number[]} other
 * @returns {boolean}
 */
function areAlike(one, other) {
  return (
    one.length === other.length &&
    one.every((unit, index) => Math.abs(unit - other[index]) < LEAST_CHANGE)
  );
}

/**
 * A place on the straight line from one list to the other.
 *
 * @param {number[]} one
 * @param {number[]} other as many numbers.
 * @param {number} share 0 is the first, 1 the second.
 * @returns {number[]}
 */
function between(one, other, share) {
  return one.map((unit, index) => unit + (other[index] - unit) * share);
}

/**
 * The mean of lists of unit values.
 *
 * @param {number[][]} lists at least one, of one length.
 * @param {number[]} weights one each list, above 0.
 * @returns {number[]}
 */
function weightedMean(lists, weights) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return lists[0].map(
    (_, knob) =>
      lists.reduce((sum, units, index) => sum + units[knob] * weights[index], 0) / total,
  );
}

/**
 * A number kept within two others.
 *
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @returns {number}
 */
function clamped(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

exports.LEAST_CHANGE = LEAST_CHANGE;
exports.areAlike = areAlike;
exports.areUnits = areUnits;
exports.between = between;
exports.clamped = clamped;
exports.weightedMean = weightedMean;
