// Unit values of all knobs, compared.

const LEAST_MOVE = 1e-4;

/** @param {ArrayLike<number>} units @param {ArrayLike<number>} before */
export function isElsewhere(units, before) {
  return Array.from(units).some((unit, index) => Math.abs(unit - before[index]) > LEAST_MOVE);
}
