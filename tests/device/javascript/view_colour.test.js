// Views can be read in every theme, by people with any colour vision.

const assert = require("node:assert/strict");
const test = require("node:test");

const { moduleOf } = require("./max/max_world.js");
const { THEMES } = require("./max/view_world.js");

const { categoryColours, contrast, readable, scaleColour } = moduleOf("view_colour.js");
const { MARK_CONTRAST, TEXT_CONTRAST, readTheme } = moduleOf("view_theme.js");

// Machado, Oliveira and Fernandes 2009, severity 1, of linear sRGB.
const VISIONS = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};
/** In OKLab, where black and white are 1 apart; about four times what is just noticeable. */
const DISTINCT = 0.08;

const times = (matrix, vector) =>
  matrix.map((row) => row.reduce((sum, factor, index) => sum + factor * vector[index], 0));
const linear = (channel) =>
  channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;

/** Ottosson 2020. */
function okLab(colour, vision) {
  const seen = times(VISIONS[vision], colour.slice(0, 3).map(linear));
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    seen.map((channel) => Math.min(Math.max(channel, 0), 1)),
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones.map(Math.cbrt),
  );
}

function themeOf(name) {
  return readTheme({ getcolor: (id) => THEMES[name][id] });
}

test("contrast is that of WCAG 2", () => {
  const black = [0, 0, 0, 1];
  const white = [1, 1, 1, 1];
  assert.equal(contrast(black, white), 21);
  assert.equal(contrast(white, white), 1);
  const grey = [0x77 / 255, 0x77 / 255, 0x77 / 255, 1];
  assert.ok(Math.abs(contrast(white, grey) - 4.48) < 0.01);
  assert.equal(contrast(black, white), contrast(white, black));
});

test("a colour that can be read is left as it is, and any other becomes readable", () => {
  const white = [1, 1, 1, 1];
  assert.deepEqual([...readable([0, 0, 0, 1], white, 4.5)], [0, 0, 0, 1]);
  for (let level = 0; level <= 1; level += 0.05) {
    const background = [level, level, level, 1];
    for (const wanted of [background, [1, 0.5, 0, 1], [0, 0.2, 1, 1]]) {
      assert.ok(contrast(readable(wanted, background, 4.5), background) >= 4.5);
    }
  }
});

for (const name of Object.keys(THEMES)) {
  test(`text and marks contrast enough with what is behind them: ${name}`, () => {
    const theme = themeOf(name);
    for (const behind of ["background", "row", "panel"]) {
      for (const text of ["text", "dim"]) {
        const ratio = contrast(theme[text], theme[behind]);
        assert.ok(ratio >= TEXT_CONTRAST, `${text} on ${behind} has ${ratio}`);
      }
    }
    assert.ok(contrast(theme.accent, theme.background) >= MARK_CONTRAST);
  });
}

test("text of less weight differs from names", () => {
  for (const name of ["dark", "light"]) {
    const { background, dim, text } = themeOf(name);
    assert.ok(contrast(text, background) > 1.3 * contrast(dim, background));
  }
});

test("a theme is read anew each time, and one that Max does not know is dark", () => {
  const unknown = [undefined, [NaN, 1, 1], []].map((colour) => ({ getcolor: () => colour }));
  for (const max of [undefined, {}, ...unknown]) {
    assert.ok(readTheme(max).isDark);
  }
  assert.ok(themeOf("dark").isDark);
  assert.ok(!themeOf("light").isDark);
});

for (const name of ["dark", "light"]) {
  test(`colours of categories stand out from the background and from each other: ${name}`, () => {
    const { background, isDark } = themeOf(name);
    const colours = [...categoryColours(isDark)];
    assert.equal(colours.length, 8);
    for (const [index, colour] of colours.entries()) {
      assert.ok(contrast(colour, background) >= MARK_CONTRAST);
      for (const other of colours.slice(0, index)) {
        for (const vision of Object.keys(VISIONS)) {
          const [first, second] = [okLab(colour, vision), okLab(other, vision)];
          const distance = Math.hypot(...first.map((value, axis) => value - second[axis]));
          assert.ok(distance >= DISTINCT, `${colour} and ${other}: ${distance}, ${vision}`);
        }
      }
    }
  });

  test(`a scale goes further from the background from low to high for every eye: ${name}`, () => {
    const { background, isDark } = themeOf(name);
    const shades = Array.from({ length: 9 }, (_, shade) => scaleColour(shade / 8, isDark));
    assert.ok(contrast(shades[0], background) >= MARK_CONTRAST);
    for (const vision of Object.keys(VISIONS)) {
      const lightness = shades.map((shade) => okLab(shade, vision)[0]);
      const span = Math.abs(lightness.at(-1) - lightness[0]);
      assert.ok(span > 0.2, `${span}, ${vision}`);
    }
    const ratios = shades.map((shade) => contrast(shade, background));
    assert.ok(ratios.slice(1).every((ratio, index) => ratio > ratios[index]), ratios.join(" "));
  });
}
