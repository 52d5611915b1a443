// Bars: how much there is of something.

const { clamped } = require("units.js");
const { mix } = require("view_colour.js");

/**
 * Draws a bar that is filled from the left.
 *
 * @param {any} graphics mgraphics.
 * @param {{x: number, y: number, width: number, height: number}} place in pixels.
 * @param {number} share that is filled, 0 to 1; NaN: not known.
 * @param {import("view_theme.js").Theme} theme
 * @param {boolean} isStrong whether it stands out.
 */
function paintBar(graphics, { x, y, width, height }, share, theme, isStrong) {
  graphics.set_source_rgba(mix(theme.background, theme.text, 0.2));
  graphics.rectangle(x, y, Math.max(width, 0), height);
  graphics.fill();
  if (Number.isFinite(share)) {
    graphics.set_source_rgba(isStrong ? theme.accent : mix(theme.background, theme.accent, 0.7));
    graphics.rectangle(x, y, Math.max(width, 0) * clamped(share, 0, 1), height);
    graphics.fill();
  }
}

exports.paintBar = paintBar;
