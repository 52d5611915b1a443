// Colours of presets on the map, told apart on light and on dark.

/** Told apart by those who see few of them, too (Okabe and Ito 2008). */
const CATEGORIES = [
  "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c6bb1", "#8a8a2a",
];
const NO_CATEGORY = "#888888";
const LOW = [38, 110, 186];
const HIGH = [230, 126, 20];
/** As many as an eye tells from one another on a ramp, and more. */
const N_SHARES = 64;

/**
 * @param {number} category
 * @returns {string} a colour.
 */
export function categoryColour(category) {
  return category < 0 ? NO_CATEGORY : CATEGORIES[category % CATEGORIES.length];
}

/**
 * @param {number} share 0 to 1, from low to high.
 * @returns {string} a colour between blue and orange.
 */
export function shareColour(share) {
  const mixed = LOW.map((one, index) => Math.round(one + (HIGH[index] - one) * share));
  return `#${mixed.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * @param {MapPreset[]} presets
 * @param {number} axis by which they are coloured; -1 for categories.
 * @returns {{colours: string[], numbers: number[]}} of every preset the number of its colour.
 */
export function colouring(presets, axis) {
  if (axis < 0) {
    const colours = [...CATEGORIES, NO_CATEGORY];
    const numberOf = (/** @type {number} */ category) =>
      category < 0 ? CATEGORIES.length : category % CATEGORIES.length;
    return { colours, numbers: presets.map(({ category }) => numberOf(category)) };
  }
  const colours = Array.from({ length: N_SHARES }, (_, index) => shareColour(index / (N_SHARES - 1)));
  const numbers = presets.map((one) => Math.round(one.descriptors[axis] * (N_SHARES - 1)));
  return { colours, numbers };
}
