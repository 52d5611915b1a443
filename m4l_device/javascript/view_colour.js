// Colours of views: how they contrast, and which of them people with any colour vision tell apart.
//
// A colour is [red, green, blue, alpha], each from 0 to 1, as mgraphics takes it.

const { clamped } = require("units.js");

/** @typedef {[number, number, number, number]} Colour */

const BLACK = [0, 0, 0, 1];
const WHITE = [1, 1, 1, 1];
/** Steps in which a colour is moved until it can be read. */
const N_STEPS = 20;

// Searched for the largest smallest distance in OKLab between any two, as seen with normal vision
// and with protanopia, deuteranopia and tritanopia (Machado et al. 2009).
const CATEGORIES_ON_DARK = [
  "f2a618",
  "9deef5",
  "e26944",
  "1bd79e",
  "eef82c",
  "b369ef",
  "baa9fe",
  "50a2a1",
].map(ofHex);
const CATEGORIES_ON_LIGHT = [
  "cc4f6a",
  "003f60",
  "961a91",
  "308319",
  "4f42c9",
  "574e0e",
  "7f78ad",
  "681438",
].map(ofHex);

// From low to high: further and further from the background, which every eye sees.
const SCALE_ON_DARK = ["5670e6", "b270d2", "f0806a", "ffd75e"].map(ofHex);
const SCALE_ON_LIGHT = ["3f86c8", "6a5fb8", "8f2f80", "5e0a2a"].map(ofHex);

/** "rrggbb" -> a colour. */
function ofHex(digits) {
  const channels = [0, 2, 4].map((start) => parseInt(digits.slice(start, start + 2), 16) / 255);
  return [...channels, 1];
}

/** Relative luminance of WCAG 2, 0 to 1. */
function luminance(colour) {
  const [red, green, blue] = colour.map((channel) =>
    channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio of WCAG 2, from 1 to 21. */
function contrast(first, second) {
  const [dark, light] = [luminance(first), luminance(second)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** The colour at a share of the way from one to another. */
function mix(from, to, share) {
  return from.map((channel, index) => channel + (to[index] - channel) * share);
}

/** The same colour, see-through. */
function withAlpha([red, green, blue], alpha) {
  return [red, green, blue, alpha];
}

/** Whether light text belongs on this colour. */
function isDark(colour) {
  return contrast(colour, WHITE) >= contrast(colour, BLACK);
}

/**
 * The colour nearest to a wanted one that contrasts enough with what is behind it.
 *
 * @param {Colour} wanted
 * @param {Colour} background opaque.
 * @param {number} ratio that is needed; black or white where none reaches it.
 * @returns {Colour}
 */
function readable(wanted, background, ratio) {
  const end = isDark(background) ? WHITE : BLACK;
  for (let step = 0; step < N_STEPS; step += 1) {
    const colour = mix(withAlpha(wanted, 1), end, step / N_STEPS);
    if (contrast(colour, background) >= ratio) {
      return colour;
    }
  }
  return end;
}

/** Colours of categories, as many as can be told apart. */
function categoryColours(isOnDark) {
  return isOnDark ? CATEGORIES_ON_DARK : CATEGORIES_ON_LIGHT;
}

/** The colour of a number from 0 to 1. */
function scaleColour(share, isOnDark) {
  const stops = isOnDark ? SCALE_ON_DARK : SCALE_ON_LIGHT;
  const place = clamped(share, 0, 1) * (stops.length - 1);
  const start = Math.min(Math.floor(place), stops.length - 2);
  return mix(stops[start], stops[start + 1], place - start);
}

exports.categoryColours = categoryColours;
exports.contrast = contrast;
exports.isDark = isDark;
exports.mix = mix;
exports.readable = readable;
exports.scaleColour = scaleColour;
exports.withAlpha = withAlpha;
