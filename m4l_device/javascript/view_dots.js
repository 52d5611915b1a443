// How presets are coloured on the map, and the legend that says so.

const { clamped } = require("units.js");
const { categoryColours, mix, scaleColour } = require("view_colour.js");

/** Colours of a scale; dots of one colour are drawn at once. */
const N_SHADES = 9;
const OTHERS = "other";
/** Among the colours of categories, that of all presets of a map that has none. */
const ONLY_COLOUR = 1;

/**
 * @typedef {object} DotGroup
 * @property {Colour} colour
 * @property {number[]} indices of presets.
 *
 * @typedef {object} Legend
 * @property {Array<{colour: Colour, word: string}>} entries of categories; empty for a scale.
 * @property {{low: string, high: string, shades: Colour[]}} [scale]
 */

/** Categories, the largest first. */
function bySize(map, indices) {
  const counts = map.categories.map((name, category) => ({ name, category, count: 0 }));
  for (const index of indices) {
    const entry = counts[map.presets[index].category];
    if (entry) {
      entry.count += 1;
    }
  }
  return counts.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
}

/** Categories with a colour of their own: all, or the largest if there are too many. */
function colouredCategories(map, theme) {
  const colours = categoryColours(theme.isDark);
  const all = bySize(map, map.presets.keys());
  const shown = all.length > colours.length ? all.slice(0, colours.length - 1) : all;
  // In the order of the file, so that colours do not depend on counts.
  return shown
    .sort((a, b) => a.category - b.category)
    .map(({ name, category }, place) => ({ word: name, category, colour: colours[place] }));
}

/** What has no colour of its own. */
function neutral(theme) {
  return mix(theme.background, theme.text, 0.5);
}

function groupBy(indices, keyOf) {
  const groups = new Map();
  for (const index of indices) {
    const key = keyOf(index);
    const group = groups.get(key);
    if (group) {
      group.push(index);
    } else {
      groups.set(key, [index]);
    }
  }
  return groups;
}

function categoryGroups(map, indices, theme) {
  if (map.categories.length === 0) {
    return [{ colour: categoryColours(theme.isDark)[ONLY_COLOUR], indices }];
  }
  const colours = new Map(
    colouredCategories(map, theme).map(({ category, colour }) => [category, colour]),
  );
  const groups = groupBy(indices, (index) => {
    const { category } = map.presets[index];
    return colours.has(category) ? category : -1;
  });
  return [...groups].map(([category, group]) => ({
    colour: colours.get(category) ?? neutral(theme),
    indices: group,
  }));
}

function shadeColour(shade, theme) {
  return scaleColour(shade / (N_SHADES - 1), theme.isDark);
}

function scaleGroups(map, axis, indices, theme) {
  const groups = groupBy(indices, (index) => {
    const value = map.presets[index].descriptors?.[axis];
    return Number.isFinite(value)
      ? Math.round(clamped(value, 0, 1) * (N_SHADES - 1))
      : -1;
  });
  return [...groups].map(([shade, group]) => ({
    colour: shade < 0 ? neutral(theme) : shadeColour(shade, theme),
    indices: group,
  }));
}

/**
 * Presets by colour, those behind first.
 *
 * @param {import("preset_map.js").PresetMap} map
 * @param {number} colouring 0 by category, or the number of an axis from 1.
 * @param {number[]} indices which presets.
 * @param {import("view_theme.js").Theme} theme
 * @returns {DotGroup[]}
 */
function dotGroups(map, colouring, indices, theme) {
  const groups =
    colouring === 0
      ? categoryGroups(map, indices, theme)
      : scaleGroups(map, colouring - 1, indices, theme);
  // What is rare lies above what there is much of.
  return groups.sort((a, b) => b.indices.length - a.indices.length);
}

/** @returns {Legend} what the colours of {@link dotGroups} mean. */
function legendOf(map, colouring, theme) {
  const axis = map.axes[colouring - 1];
  if (axis) {
    const shades = Array.from({ length: N_SHADES }, (_, shade) => shadeColour(shade, theme));
    return { entries: [], scale: { low: axis.low, high: axis.high, shades } };
  }
  const entries = colouredCategories(map, theme).map(({ word, colour }) => ({ word, colour }));
  const nCategories = new Set(map.presets.map(({ category }) => category)).size;
  if (entries.length > 0 && nCategories > entries.length) {
    entries.push({ word: OTHERS, colour: neutral(theme) });
  }
  return { entries };
}

exports.dotGroups = dotGroups;
exports.legendOf = legendOf;
