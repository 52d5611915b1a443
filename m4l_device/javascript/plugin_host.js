// What makes the sound in Flow Synth: its own voice, or a plug-in in vst~.

const { HOSTS, choice } = require("choices.js");
const { matchNames } = require("name_matching.js");
const { LEAST_CHANGE } = require("units.js");

/** Turns the knobs of a hosted plug-in, which Live's undo knows nothing of. */
class PluginHost {
  /** @param {import("device.js").Device} device */
  constructor(device) {
    this.device = device;
    this.host = HOSTS[0];
    /** @type {string[]} names of the plug-in's parameters, in order. */
    this.parameters = [];
    /** @type {number[]} index of a parameter for each knob; -1: none. */
    this.pairs = [];
    /** @type {number[]} unit values that were sent last, by knob. */
    this.sent = [];
  }

  get handlers() {
    return {
      host: (value) => this.setHost(choice(HOSTS, value)),
      vst_params: (...names) => this.setParameters(names),
    };
  }

  get isPlugin() {
    return this.host === "VST";
  }

  setHost(host) {
    this.host = host || this.host;
    this.sent = [];
    this.device.outlets.patch("notes", "flush");
    this.device.outlets.synth("voice", Number(!this.isPlugin));
    this.match();
  }

  setParameters(names) {
    this.parameters = names.map(String);
    this.match();
  }

  /** Pairs knobs and parameters anew. */
  match() {
    const { names } = this.device.notes;
    this.pairs = matchNames(names, this.parameters);
    this.sent = [];
    if (!this.isPlugin || names.length === 0) {
      return;
    }
    const nFound = this.pairs.filter((index) => index >= 0).length;
    this.device.say(
      this.parameters.length === 0
        ? "Choose the plug-in that the model was made for"
        : `The plug-in has ${nFound} of the model's ${names.length} knobs`,
    );
  }

  /** Turns what has changed. */
  follow(units) {
    if (!this.isPlugin || !this.device.position.isAwake) {
      return;
    }
    units.forEach((unit, knob) => {
      const before = this.sent[knob] ?? Infinity;
      if (this.pairs[knob] >= 0 && Math.abs(unit - before) >= LEAST_CHANGE) {
        this.sent[knob] = unit;
        this.device.outlets.plugin(this.pairs[knob] + 1, unit);
      }
    });
  }
}

exports.PluginHost = PluginHost;
