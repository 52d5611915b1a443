// Files that a synth's own browser, or flow-synth, reads.

const { numberText } = require("number_text.js");

/**
 * @typedef {object} Knob
 * @property {string} name
 * @property {number} human in the knob's own unit.
 * @property {string} choice name of the choice of a categorical knob; else empty.
 */

/** A preset of flow-synth: JSON in human units. */
function flowSynthPreset(name, knobs, synth) {
  const parameters = Object.fromEntries(
    knobs.map((knob) => [knob.name, knob.choice || knob.human]),
  );
  const head = { format: "flow-synth preset", version: 1, synth, name, category: "", tags: [] };
  return `${JSON.stringify({ ...head, parameters }, null, 2)}\n`;
}

/** A bank of amsynth with one preset; knobs that are not in it stand at their defaults. */
function amsynthBank(name, knobs) {
  const lines = knobs.map((knob) => `<parameter> ${knob.name} ${numberText(knob.human)}`);
  const oneLine = name.split(/[\r\n]+/).join(" ");
  return ["amSynth", `<preset> <name> ${oneLine}`, ...lines, "EOF", ""].join("\n");
}

/**
 * What to write for a synth, and how to name it.
 *
 * @param {string} synth identity of the synth, for example `builtin` or `amsynth-32`.
 * @param {string} name of the preset.
 * @param {Knob[]} knobs all that the model has, in order.
 * @returns {{fileName: string, text: string}}
 */
function presetFile(synth, name, knobs) {
  const plainName = name.replace(/[\\/:*?"<>|\s]+/g, " ").trim() || "Preset";
  return synth.startsWith("amsynth")
    ? { fileName: `${plainName}.bank`, text: amsynthBank(name, knobs) }
    : { fileName: `${plainName}.json`, text: flowSynthPreset(name, knobs, synth) };
}

exports.presetFile = presetFile;
