// Text in views: cut to its place, aligned, and whole sentences.

const FONT = "Ableton Sans Medium";
/** Sizes in pixels: names, and small print. */
const NAME_SIZE = 10;
const SMALL_SIZE = 8.5;
const LINE_HEIGHT = 12;
const ELLIPSIS = "…";
const MARGIN = 6;

/** Chooses the font of what is written next. */
function setFont(graphics, size = NAME_SIZE) {
  graphics.select_font_face(FONT);
  graphics.set_font_size(size);
}

function widthOf(graphics, text) {
  return graphics.text_measure(text)[0];
}

/** As much of a text as fits into a width, in the font that is chosen. */
function fitted(graphics, text, width) {
  if (widthOf(graphics, text) <= width) {
    return text;
  }
  let shortest = 0;
  let longest = text.length;
  while (shortest < longest) {
    const middle = Math.ceil((shortest + longest) / 2);
    if (widthOf(graphics, text.slice(0, middle).trimEnd() + ELLIPSIS) <= width) {
      shortest = middle;
    } else {
      longest = middle - 1;
    }
  }
  return shortest === 0 ? "" : text.slice(0, shortest).trimEnd() + ELLIPSIS;
}

/**
 * Writes one line.
 *
 * @param {string} text
 * @param {number} x left end, or right end if `isRight`.
 * @param {number} baseline
 * @param {{colour: Colour, size?: number, width?: number, isRight?: boolean}} style
 * @returns {number} width of what was written.
 */
function write(graphics, text, x, baseline, style) {
  setFont(graphics, style.size);
  const shown = fitted(graphics, text, style.width ?? Infinity);
  const width = widthOf(graphics, shown);
  graphics.set_source_rgba(style.colour);
  graphics.move_to(style.isRight ? x - width : x, baseline);
  graphics.show_text(shown);
  return width;
}

/** Words -> lines no wider than given, in the font that is chosen. */
function linesOf(graphics, text, width) {
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && widthOf(graphics, longer) <= width) {
      lines[lines.length - 1] = longer;
    } else {
      lines.push(fitted(graphics, word, width));
    }
  }
  return lines;
}

/** Writes a sentence amid a view, where there is nothing else to show. */
function writeSentence(graphics, text, theme) {
  const [width, height] = graphics.size;
  setFont(graphics);
  const room = Math.max(1, Math.floor((height - MARGIN) / LINE_HEIGHT));
  const lines = linesOf(graphics, text, width - 2 * MARGIN).slice(0, room);
  const top = (height - lines.length * LINE_HEIGHT) / 2;
  lines.forEach((line, index) => {
    const x = (width - widthOf(graphics, line)) / 2;
    write(graphics, line, x, top + index * LINE_HEIGHT + 9, { colour: theme.dim });
  });
}

/** Fills a view with its background. */
function clear(graphics, theme) {
  const [width, height] = graphics.size;
  graphics.set_source_rgba(theme.background);
  graphics.rectangle(0, 0, width, height);
  graphics.fill();
}

exports.NAME_SIZE = NAME_SIZE;
exports.SMALL_SIZE = SMALL_SIZE;
exports.clear = clear;
exports.fitted = fitted;
exports.setFont = setFont;
exports.widthOf = widthOf;
exports.write = write;
exports.writeSentence = writeSentence;
