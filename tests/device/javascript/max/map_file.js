// A map file of made-up presets that lie, and are like each other, as real ones do.

const AXES = [
  ["brightness", "dark", "bright", "acum"],
  ["movement", "constant", "moving", "dB"],
  ["dirt", "clean", "dirty", "share"],
  ["sustain", "percussive", "sustained", "dB"],
  ["attack", "fast attack", "slow attack", "s"],
  ["tail", "dry", "long tail", "s"],
  ["aggression", "calm", "aggressive", "acum"],
].map(([name, low, high, unit]) => ({
  name,
  low,
  high,
  unit,
  low_threshold: 0.4,
  high_threshold: 0.6,
}));
const CATEGORIES = ["bass", "lead", "pad", "pluck", "keys", "bell", "brass", "texture"];
const FIRST_WORDS = ["Glass", "Copper", "Velvet", "Hollow", "Northern", "Paper", "Violet", "Slow"];
const SECOND_WORDS = ["Anchor", "Harbour", "Engine", "Orchard", "Signal", "Lantern", "Meadow"];
const N_STEPS = 9;
const N_CURVES = 16;
const THRESHOLD = 0.3;

/** Numbers from 0 to 1 that are the same in every run (Park and Miller 1988). */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

/** A number around 0, most of them within 1. */
function bell(random) {
  return random() + random() + random() - 1.5;
}

function fit(value) {
  return Math.min(Math.max(value, 0), 1);
}

function presetOf(index, centre, category, nKnobs, random) {
  const x = fit(centre.x + 0.13 * bell(random));
  const y = fit(centre.y + 0.15 * bell(random));
  const descriptors = AXES.map((_, axis) =>
    fit([x, y, 1 - x, 1 - y, (x + y) / 2, Math.abs(x - y), x * y][axis] + 0.12 * bell(random)),
  );
  return {
    name: `${FIRST_WORDS[index % 8]} ${SECOND_WORDS[Math.floor(index / 8) % 7]} ${index}`,
    category,
    x,
    y,
    tags: descriptors.map((value) => (value < THRESHOLD ? -1 : value > 1 - THRESHOLD ? 1 : 0)),
    descriptors,
    units: Array.from({ length: nKnobs }, () => Math.round(random() * 10000)),
  };
}

function curveOf(macro, random) {
  const positions = Array.from({ length: N_STEPS }, (_, step) => step / (N_STEPS - 1));
  const ends = [1.1, 3, 0.004, -9, 0.12, 0.5, 1.3].map((start) => [
    start,
    start * (1 + 0.8 * bell(random)),
  ]);
  const descriptors = positions.map((position) =>
    ends.map(([from, to]) => from + (to - from) * position ** 1.7),
  );
  return { macro, positions, descriptors };
}

/**
 * @param {{nPresets?: number, nKnobs?: number, categories?: string[], seed?: number}} options
 * @returns {object} content of a map file.
 */
function mapFile({ nPresets = 400, nKnobs = 4, categories = CATEGORIES, seed = 5 } = {}) {
  const random = generator(seed);
  const centres = Array.from({ length: Math.max(categories.length, 1) }, () => ({
    x: 0.12 + 0.76 * random(),
    y: 0.12 + 0.76 * random(),
  }));
  const presets = Array.from({ length: nPresets }, (_, index) => {
    const place = Math.floor(random() ** 1.4 * centres.length);
    const category = categories.length > 0 ? place : -1;
    return presetOf(index, centres[place], category, nKnobs, random);
  });
  return {
    format_version: 1,
    synth: "builtin",
    model: "builtin",
    parameters: Array.from({ length: nKnobs }, (_, index) => `knob_${index}`),
    axes: AXES,
    categories,
    presets,
    curves: Array.from({ length: N_CURVES }, (_, index) => curveOf(index + 1, random)),
  };
}

exports.AXES = AXES;
exports.CATEGORIES = CATEGORIES;
exports.mapFile = mapFile;
