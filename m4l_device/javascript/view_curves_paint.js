// Draws curves along a macro knob: two plots with their legends.

const { clamped } = require("units.js");
const { categoryColours, mix } = require("view_colour.js");
const { SMALL_SIZE, clear, setFont, widthOf, write, writeSentence } = require("view_text.js");

const MARGIN = 3;
const GAP = 6;
const HEAD = 12;
/** Below a plot, for the ends of its axis. */
const AXIS = 10;
const LEGEND_LINE = 10;
const LEGEND_SIZE = 8;
/** Lines with a colour of their own in each plot. */
const N_SHOWN = 3;
/** At the left of a plot, for the numbers of its axis. */
const SCALE_WIDTH = 20;
/** Places of the three colours among those of categories: orange or rust, sky or blue, green. */
const PEN_PLACES = [0, 1, 3];
const KEY_WIDTH = 6;
const KEY_GAP = 3;

/** A number in as few digits as say it. */
function short(value) {
  if (!Number.isFinite(value)) {
    return "?";
  }
  const size = Math.abs(value);
  const digits = size >= 10 ? 0 : size >= 1 ? 1 : size >= 0.1 ? 2 : 3;
  return String(Number(value.toFixed(digits)));
}

/** From one end of the macro knob to the other: texts that say it, the longest first. */
function changeTexts({ unit, values }) {
  const [from, to] = [short(values[0]), short(values.at(-1))];
  const bare = `${from} to ${to}`;
  if (unit === "") {
    return [bare];
  }
  // Between negative numbers a dash would be read as a sign.
  const isNegative = from.startsWith("-") || to.startsWith("-");
  return [`${bare} ${unit}`, ...(isNegative ? [] : [`${from}–${to} ${unit}`]), bare];
}

function pen(place, theme) {
  return categoryColours(theme.isDark)[PEN_PLACES[place]];
}

function paintFrame(graphics, { x, y, width, height }, theme) {
  graphics.set_source_rgba(theme.panel);
  graphics.rectangle(x, y, width, height);
  graphics.fill();
  graphics.set_source_rgba(mix(theme.panel, theme.text, 0.14));
  graphics.set_line_width(1);
  for (const share of [0.25, 0.5, 0.75]) {
    const lineX = Math.round(x + width * share) + 0.5;
    const lineY = Math.round(y + height * share) + 0.5;
    graphics.move_to(lineX, y);
    graphics.line_to(lineX, y + height);
    graphics.move_to(x, lineY);
    graphics.line_to(x + width, lineY);
  }
  graphics.stroke();
}

/** One curve; where its value is unknown there is a gap. */
function paintLine(graphics, plot, points, line, colour, lineWidth) {
  graphics.set_source_rgba(colour);
  graphics.set_line_width(lineWidth);
  let isBegun = false;
  points.forEach(({ position }, index) => {
    const share = (line.values[index] - line.low) / (line.high - line.low);
    if (!Number.isFinite(share)) {
      isBegun = false;
      return;
    }
    const x = plot.x + clamped(position, 0, 1) * plot.width;
    const y = plot.y + (1 - clamped(share, 0, 1)) * plot.height;
    if (isBegun) {
      graphics.line_to(x, y);
    } else {
      graphics.move_to(x, y);
    }
    isBegun = true;
  });
  graphics.stroke();
}

function paintLegendLine(graphics, { x, width }, baseline, line, colour, theme) {
  graphics.set_source_rgba(colour);
  graphics.rectangle(x, baseline - 4, KEY_WIDTH, 2);
  graphics.fill();
  setFont(graphics, LEGEND_SIZE);
  const room = width - KEY_WIDTH - 2 * KEY_GAP;
  const rest = room - widthOf(graphics, line.name);
  const texts = changeTexts(line);
  const text = texts.find((each) => widthOf(graphics, each) <= rest) ?? texts.at(-1);
  const numbers = { colour: theme.text, size: LEGEND_SIZE, isRight: true, width: room };
  const numbersWidth = write(graphics, text, x + width, baseline, numbers);
  const name = { colour: theme.dim, size: LEGEND_SIZE, width: Math.max(room - numbersWidth, 0) };
  write(graphics, line.name, x + KEY_WIDTH + KEY_GAP, baseline, name);
}

/** Ends of both axes of a plot. */
function paintScale(graphics, plot, [high, low], macro, theme) {
  const style = { colour: theme.dim, size: SMALL_SIZE };
  const right = { ...style, isRight: true };
  write(graphics, high, plot.x - 2, plot.y + 7, right);
  write(graphics, low, plot.x - 2, plot.y + plot.height, right);
  const baseline = plot.y + plot.height + 8;
  write(graphics, "0", plot.x, baseline, style);
  write(graphics, `macro ${macro}`, plot.x + plot.width / 2 - 16, baseline, style);
  write(graphics, "1", plot.x + plot.width, baseline, right);
}

/**
 * A plot with its title, axes and legend.
 *
 * @param {{x: number, width: number}} place of the plot in the view.
 * @param {{title: string, ends: [string, string], lines: Line[], points: object[]}} content
 */
function paintPlot(graphics, place, content, view, theme) {
  const { ends, lines, points, title } = content;
  const legendTop = graphics.size[1] - N_SHOWN * LEGEND_LINE - 3;
  const plot = {
    x: place.x + SCALE_WIDTH,
    y: HEAD,
    width: place.width - SCALE_WIDTH,
    height: Math.max(legendTop - AXIS - HEAD, 1),
  };
  const style = { colour: theme.dim, size: SMALL_SIZE, width: place.width };
  write(graphics, title, place.x, 9, style);
  paintFrame(graphics, plot, theme);
  paintScale(graphics, plot, ends, view.macro, theme);
  for (const line of lines.slice(N_SHOWN)) {
    paintLine(graphics, plot, points, line, mix(theme.panel, theme.text, 0.35), 1);
  }
  lines.slice(0, N_SHOWN).forEach((line, index) => {
    const colour = pen(index, theme);
    paintLine(graphics, plot, points, line, colour, 1.7);
    const baseline = legendTop + (index + 1) * LEGEND_LINE;
    paintLegendLine(graphics, place, baseline, line, colour, theme);
  });
  if (lines.length === 0) {
    write(graphics, "none", plot.x + 4, plot.y + plot.height / 2 + 3, style);
  }
  if (view.here >= 0 && view.here <= 1) {
    graphics.set_source_rgba(theme.accent);
    graphics.rectangle(plot.x + view.here * plot.width - 0.5, plot.y, 1, plot.height);
    graphics.fill();
  }
}

/**
 * Draws curves.
 *
 * @param {any} graphics mgraphics.
 * @param {import("view_curves.js").CurvesView} view
 * @param {import("view_theme.js").Theme} theme
 */
function paintCurves(graphics, view, theme) {
  clear(graphics, theme);
  if (view.sentence !== "") {
    writeSentence(graphics, view.sentence, theme);
    return;
  }
  graphics.set_line_join("round");
  graphics.set_line_cap("round");
  const { descriptors, knobs, shown } = view;
  const width = (graphics.size[0] - 2 * MARGIN - GAP) / 2;
  const left = { title: "knobs, %", ends: ["100", "0"], lines: knobs };
  const right = { title: "sound, each on its scale", ends: ["high", "low"], lines: descriptors };
  paintPlot(graphics, { x: MARGIN, width }, { ...left, points: shown.points }, view, theme);
  const place = { x: MARGIN + width + GAP, width };
  paintPlot(graphics, place, { ...right, points: shown.descriptors }, view, theme);
}

exports.N_SHOWN = N_SHOWN;
exports.changeTexts = changeTexts;
exports.paintCurves = paintCurves;
exports.short = short;
