// The colours of Live's theme as views use them, made readable whatever theme is chosen.

const { isDark, mix, readable } = require("view_colour.js");

/** For small text and for marks (WCAG 2, AA). */
const TEXT_CONTRAST = 4.5;
const MARK_CONTRAST = 3;

// Of Live's dark theme; for where Max does not know a name.
const FALLBACKS = {
  live_lcd_bg: [0.118, 0.118, 0.118, 1],
  live_lcd_title: [0.9, 0.9, 0.9, 1],
  live_lcd_control_fg: [1, 0.71, 0.196, 1],
};

/**
 * @typedef {object} Theme
 * @property {boolean} isDark whether the background is.
 * @property {Colour} background of displays.
 * @property {Colour} panel a little off the background: behind bars and labels.
 * @property {Colour} text of names.
 * @property {Colour} dim text of less weight.
 * @property {Colour} faint lines and marks that stay behind.
 * @property {Colour} accent marks of what is chosen.
 * @property {Colour} row behind what is chosen; `text` and `dim` are readable there too.
 */

/** A colour by its name in Max's themes. */
function colourOf(max, name) {
  const colour = Array.from(max?.getcolor?.(name) ?? []);
  return colour.length >= 3 && colour.slice(0, 3).every(Number.isFinite)
    ? [...colour.slice(0, 3), 1]
    : FALLBACKS[name];
}

/**
 * @param {{getcolor: (name: string) => number[]}} max Max's own object, asked anew each time: the
 *   theme may change while a Set is open.
 * @returns {Theme}
 */
function readTheme(max) {
  const background = colourOf(max, "live_lcd_bg");
  const title = readable(colourOf(max, "live_lcd_title"), background, 2 * TEXT_CONTRAST);
  const accent = readable(colourOf(max, "live_lcd_control_fg"), background, MARK_CONTRAST);
  const row = mix(background, accent, 0.22);
  const text = readable(title, row, TEXT_CONTRAST);
  return {
    isDark: isDark(background),
    background,
    panel: mix(background, text, 0.08),
    text,
    dim: readable(readable(mix(text, background, 0.4), background, TEXT_CONTRAST), row, 4.5),
    faint: mix(background, text, 0.28),
    accent,
    row,
  };
}

exports.MARK_CONTRAST = MARK_CONTRAST;
exports.TEXT_CONTRAST = TEXT_CONTRAST;
exports.readTheme = readTheme;
