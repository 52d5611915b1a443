// Draws the map: its dots once, then what moves above them.

const { clamped } = require("units.js");
const { mix, withAlpha } = require("view_colour.js");
const { dotGroups, legendOf } = require("view_dots.js");
const { NAME_SIZE, SMALL_SIZE, clear, fitted, setFont, widthOf, write, writeSentence } =
  require("view_text.js");

/** Pixels around the dots, so that none is cut. */
const MARGIN = 6;
const LEGEND_LINE = 10;
/** Squares of the legend. */
const SWATCH = 6;
const SWATCH_GAP = 3;
const ENTRY_GAP = 8;
const SCALE_WIDTH = 90;
/** No category takes more of the legend. */
const WORD_WIDTH = 72;
/** Radius of a dot, at least and at most, and how much of its share of the area it fills. */
const DOT_SMALLEST = 1;
const DOT_LARGEST = 4.5;
const DOT_FILL = 0.24;
const LABEL_PADDING = 4;

/** Places the entries of a legend in lines. */
function placedLegend(graphics, legend, width) {
  setFont(graphics, SMALL_SIZE);
  let line = 0;
  let x = MARGIN;
  const entries = legend.entries.map(({ colour, word }) => {
    const entry = { colour, word: fitted(graphics, word, WORD_WIDTH) };
    const entryWidth = SWATCH + SWATCH_GAP + widthOf(graphics, entry.word);
    if (x > MARGIN && x + entryWidth > width - MARGIN) {
      line += 1;
      x = MARGIN;
    }
    const placed = { ...entry, x, line };
    x += entryWidth + ENTRY_GAP;
    return placed;
  });
  return { ...legend, entries, nLines: legend.scale || entries.length > 0 ? line + 1 : 0 };
}

/** Where dots lie, above the legend. */
function areaOf([width, height], legend) {
  const legendHeight = legend.nLines * LEGEND_LINE + (legend.nLines > 0 ? 2 : 0);
  return {
    x: MARGIN,
    y: MARGIN,
    width: Math.max(1, width - 2 * MARGIN),
    height: Math.max(1, height - 2 * MARGIN - legendHeight),
  };
}

function paintLegend(graphics, legend, [width, height], theme) {
  const top = height - legend.nLines * LEGEND_LINE - 2;
  graphics.set_source_rgba(theme.background);
  graphics.rectangle(0, top - 1, width, height - top + 1);
  graphics.fill();
  if (legend.scale) {
    paintScale(graphics, legend.scale, width, top + 8, theme);
  }
  for (const { colour, word, x, line } of legend.entries) {
    const baseline = top + line * LEGEND_LINE + 8;
    graphics.set_source_rgba(colour);
    graphics.rectangle_rounded(x, baseline - SWATCH, SWATCH, SWATCH, SWATCH, SWATCH);
    graphics.fill();
    const style = { colour: theme.dim, size: SMALL_SIZE };
    write(graphics, word, x + SWATCH + SWATCH_GAP, baseline, style);
  }
}

/** A bar from the low word to the high one. */
function paintScale(graphics, { low, high, shades }, width, baseline, theme) {
  const style = { colour: theme.dim, size: SMALL_SIZE };
  let x = MARGIN + write(graphics, low, MARGIN, baseline, style) + SWATCH_GAP + 1;
  const step = Math.min(SCALE_WIDTH, width / 3) / shades.length;
  for (const shade of shades) {
    graphics.set_source_rgba(shade);
    graphics.rectangle(x, baseline - SWATCH, step, SWATCH);
    graphics.fill();
    x += step;
  }
  write(graphics, high, x + SWATCH_GAP + 1, baseline, style);
}

/** Radius of dots in pixels: as large as they can be without hiding each other. */
function dotRadius(nDots, area, zoom) {
  const share = (area.width * area.height * zoom ** 1.2) / Math.max(nDots, 1);
  return clamped(DOT_FILL * Math.sqrt(share), DOT_SMALLEST, DOT_LARGEST);
}

/** Fills all dots of one colour at once. */
function paintDots(graphics, view, indices, radius, colour) {
  const { area, map, transform } = view;
  const [left, right] = [area.x - radius, area.x + area.width + radius];
  const [top, bottom] = [area.y - radius, area.y + area.height + radius];
  const size = 2 * radius;
  graphics.set_source_rgba(colour);
  for (const index of indices) {
    const { x, y } = map.presets[index];
    const [screenX, screenY] = transform.toScreen(x, y, area);
    if (screenX >= left && screenX <= right && screenY >= top && screenY <= bottom) {
      graphics.ellipse(screenX - radius, screenY - radius, size, size);
    }
  }
  graphics.fill();
}

/** What seldom changes: the dots. */
function paintGround(graphics, view, size, theme) {
  const { area, colouring, filter, map, showing, transform } = view;
  const radius = dotRadius(map.presets.length, area, transform.zoom);
  graphics.set_source_rgba(theme.background);
  graphics.rectangle(0, 0, ...size);
  graphics.fill();
  if (filter !== 0) {
    const behind = mix(theme.background, theme.text, 0.16);
    paintDots(graphics, view, map.presets.keys(), radius * 0.8, behind);
  }
  for (const { colour, indices } of dotGroups(map, colouring, showing, theme)) {
    paintDots(graphics, view, indices, radius, colour);
  }
}

function paintPath(graphics, view, theme) {
  const points = view.path.map(([x, y]) => view.transform.toScreen(x, y, view.area));
  if (points.length === 0) {
    return;
  }
  graphics.set_line_join("round");
  graphics.set_line_cap("round");
  for (const [colour, width] of [
    [withAlpha(theme.background, 0.85), 4],
    [theme.text, 1.5],
  ]) {
    graphics.set_source_rgba(colour);
    graphics.set_line_width(width);
    points.forEach(([x, y], place) =>
      place === 0 ? graphics.move_to(x, y) : graphics.line_to(x, y),
    );
    graphics.stroke();
  }
  graphics.set_source_rgba(theme.text);
  points.forEach(([x, y], place) => {
    const radius = place === 0 ? 3 : 1.8;
    graphics.ellipse(x - radius, y - radius, 2 * radius, 2 * radius);
  });
  graphics.fill();
}

function paintRing(graphics, [x, y], radius, colour, theme) {
  for (const [shade, width] of [
    [theme.background, 4],
    [colour, 2],
  ]) {
    graphics.set_source_rgba(shade);
    graphics.set_line_width(width);
    graphics.ellipse(x - radius, y - radius, 2 * radius, 2 * radius);
    graphics.stroke();
  }
}

/** Where the sound is: a cross that points at it, or a full dot while a path plays. */
function paintHere(graphics, view, theme) {
  const [x, y] = view.transform.toScreen(...view.here, view.area);
  if (view.played >= 0) {
    graphics.set_source_rgba(theme.accent);
    graphics.ellipse(x - 3.5, y - 3.5, 7, 7);
    graphics.fill();
  } else {
    paintRing(graphics, [x, y], 2, theme.accent, theme);
  }
  paintRing(graphics, [x, y], 6, theme.accent, theme);
}

/** How far along its path the sound is, at the lower edge of the dots. */
function paintPlayed(graphics, view, theme) {
  const { area } = view;
  const y = area.y + area.height + 3;
  const length = area.width * Math.min(view.played, 1);
  graphics.set_source_rgba(theme.accent);
  graphics.rectangle(area.x, y, length, 2);
  graphics.fill();
}

/** What is known of a preset, in small print. */
function detailsOf(map, preset) {
  const words = map.axes.map(({ low, high }, axis) => {
    const tag = preset.tags?.[axis];
    return tag === 1 ? high : tag === -1 ? low : undefined;
  });
  return [map.categories[preset.category], ...words].filter(Boolean).join(", ");
}

/** A box with a preset's name that stays inside the view. */
function paintLabel(graphics, view, [x, y], preset, theme) {
  const [width] = graphics.size;
  const details = detailsOf(view.map, preset);
  setFont(graphics, NAME_SIZE);
  const nameWidth = widthOf(graphics, preset.name);
  setFont(graphics, SMALL_SIZE);
  const wanted = Math.max(nameWidth, widthOf(graphics, details)) + 2 * LABEL_PADDING;
  const boxWidth = Math.min(wanted, width - 8);
  const boxHeight = details === "" ? 16 : 27;
  const left = clamped(x - boxWidth / 2, 4, width - 4 - boxWidth);
  const above = y - 9 - boxHeight;
  const top = above >= 3 ? above : y + 9;
  graphics.set_source_rgba(theme.panel);
  graphics.rectangle_rounded(left, top, boxWidth, boxHeight, 4, 4);
  graphics.fill_preserve();
  graphics.set_source_rgba(theme.faint);
  graphics.set_line_width(1);
  graphics.stroke();
  const room = boxWidth - 2 * LABEL_PADDING;
  const textX = left + LABEL_PADDING;
  write(graphics, preset.name, textX, top + 11.5, { colour: theme.text, width: room });
  const small = { colour: theme.dim, size: SMALL_SIZE, width: room };
  write(graphics, details, textX, top + 22.5, small);
}

/** How many presets the filter shows. */
function paintCount(graphics, view, theme) {
  const [width] = graphics.size;
  const text = `${view.showing.length} of ${view.map.presets.length}`;
  setFont(graphics, SMALL_SIZE);
  const textWidth = widthOf(graphics, text);
  graphics.set_source_rgba(withAlpha(theme.background, 0.8));
  graphics.rectangle(width - textWidth - 8, 0, textWidth + 8, 12);
  graphics.fill();
  const style = { colour: theme.dim, size: SMALL_SIZE, isRight: true };
  write(graphics, text, width - 4, 9, style);
}

function isInside(view, [x, y]) {
  const { area } = view;
  return x >= area.x - 2 && x <= area.x + area.width + 2 && y >= area.y - 2 &&
    y <= area.y + area.height + 2;
}

/** What moves above the dots. */
function paintMarks(graphics, view, legend, theme) {
  const placeOf = (index) => {
    const preset = view.map.presets[index];
    return preset && view.transform.toScreen(preset.x, preset.y, view.area);
  };
  paintPath(graphics, view, theme);
  const chosen = placeOf(view.chosen);
  if (chosen && isInside(view, chosen)) {
    paintRing(graphics, chosen, 4.5, theme.text, theme);
  }
  if (view.here && isInside(view, view.transform.toScreen(...view.here, view.area))) {
    paintHere(graphics, view, theme);
  }
  // Zoomed in, what lies below the dots must not lie above the legend.
  paintLegend(graphics, legend, graphics.size, theme);
  if (view.played >= 0) {
    paintPlayed(graphics, view, theme);
  }
  if (view.filter !== 0) {
    paintCount(graphics, view, theme);
  }
  const hovered = placeOf(view.hovered);
  if (hovered) {
    paintRing(graphics, hovered, 4, theme.text, theme);
    paintLabel(graphics, view, hovered, view.map.presets[view.hovered], theme);
  }
}

/**
 * Draws a map view, and tells it where its dots lie.
 *
 * @param {any} graphics mgraphics.
 * @param {import("view_map.js").MapView} view
 * @param {import("view_theme.js").Theme} theme
 */
function paintMap(graphics, view, theme) {
  if (view.sentence !== "") {
    clear(graphics, theme);
    writeSentence(graphics, view.sentence, theme);
    return;
  }
  const size = [...graphics.size];
  const legend = placedLegend(graphics, legendOf(view.map, view.colouring, theme), size[0]);
  view.area = areaOf(size, legend);
  const { zoom, left, bottom } = view.transform;
  const key = [view.edition, zoom, left, bottom, ...theme.background, ...theme.text].join(" ");
  view.layer.draw(graphics, key, (layer) => paintGround(layer, view, size, theme));
  paintMarks(graphics, view, legend, theme);
}

exports.paintMap = paintMap;
