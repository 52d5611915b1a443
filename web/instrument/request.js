// What may be asked of the instrument in an AudioWorklet: a method of `Instrument` by its name,
// and its arguments. Whoever posts something else is told so in one sentence.

/**
 * @typedef {object} Request
 * @property {number} [id] given back with the answer; without one only a refusal is answered.
 * @property {string} method
 * @property {any[]} args
 *
 * @typedef {object} Answer
 * @property {number} [id]
 * @property {any} [value]
 * @property {string} [refusal] one sentence.
 */

/** @type {Record<string, (value: any) => boolean>} */
const KINDS = {
  BYTES: (value) => value instanceof ArrayBuffer || value instanceof Uint8Array,
  NUMBER: (value) => typeof value === "number",
  // As WebAssembly takes it: larger ones would be taken for others.
  WHOLE: (value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31,
  NUMBERS: (value) =>
    value instanceof Float32Array ||
    (Array.isArray(value) && value.every((number) => typeof number === "number")),
  TEXT: (value) => typeof value === "string",
  SWITCH: (value) => typeof value === "boolean",
};

/** The kinds of the arguments of each method. */
export const FORMS = {
  load: ["BYTES"],
  note: ["NUMBER", "WHOLE"],
  releaseNotes: [],
  silence: [],
  setGlide: ["NUMBER"],
  goTo: ["NUMBERS"],
  locate: ["NUMBERS"],
  setMacro: ["WHOLE", "NUMBER"],
  setSemantic: ["TEXT", "NUMBER"],
  lock: ["TEXT", "SWITCH"],
  store: ["WHOLE"],
  recall: ["WHOLE"],
  interpolate: ["WHOLE", "WHOLE", "NUMBER"],
  mutate: ["NUMBER"],
  reset: [],
  decode: ["NUMBERS"],
  invert: ["NUMBERS"],
  state: [],
};

/**
 * @param {any} request
 * @returns {string} why it is none, in one sentence; empty if it is one.
 */
export function complaint(request) {
  const method = request?.method;
  if (typeof method !== "string" || !Object.hasOwn(FORMS, method)) {
    const name = typeof method === "string" ? `'${method.slice(0, 40)}'` : "without a method";
    return `a message ${name} is not understood; give one of ${Object.keys(FORMS).join(", ")}`;
  }
  const kinds = FORMS[/** @type {keyof typeof FORMS} */ (method)];
  const { args } = request;
  const isRight =
    Array.isArray(args) &&
    args.length === kinds.length &&
    kinds.every((kind, index) => KINDS[kind](args[index]));
  return isRight ? "" : `'${method}' is not understood like this; say it as '${form(method)}'`;
}

/** @param {string} method */
function form(method) {
  return [method, ...FORMS[/** @type {keyof typeof FORMS} */ (method)]].join(" ");
}
