// Controllers of a MIDI keyboard that turn macro knobs.

const { MIDI_SOURCES, choice } = require("choices.js");
const { RateLimit } = require("clock.js");
const { clamped } = require("units.js");

const N_ROWS = 4;
/** A macro knob is turned so often at most. */
const PAUSE_MS = 20;
const LARGEST_VALUE = 127;
/** Which controller number a source is. */
const CONTROLLERS = { 1: "Mod wheel", 2: "Breath", 4: "Foot", 74: "Slide" };
/** Which message, if it is no controller. */
const MESSAGES = { pressure: "Pressure", bend: "Bend", slide: "Slide" };

/** Rows of one source and one macro knob each. */
class MidiMapping {
  /** @param {import("device.js").Device} device */
  constructor(device) {
    this.device = device;
    this.isMuted = false;
    /** @type {Array<{source: string, macro: number}>} */
    this.rows = Array.from({ length: N_ROWS }, (_, index) => ({
      source: MIDI_SOURCES[0],
      macro: index + 1,
    }));
    this.limits = this.rows.map(
      (row) =>
        new RateLimit(device.max.Task, PAUSE_MS, (position) => {
          device.move("macro", row.macro, position);
        }),
    );
  }

  get handlers() {
    const handlers = {
      midi: (kind, ...numbers) => this.hear(kind, numbers),
      midi_mute: (isOn) => this.mute(Boolean(isOn)),
    };
    this.rows.forEach((row, index) => {
      handlers[`midi_${index + 1}_source`] = (value) => {
        row.source = choice(MIDI_SOURCES, value) || MIDI_SOURCES[0];
        this.limits[index].clear();
      };
      handlers[`midi_${index + 1}_macro`] = (macro) => {
        row.macro = Math.round(macro);
      };
    });
    return handlers;
  }

  mute(isMuted) {
    this.isMuted = isMuted;
    if (isMuted) {
      this.limits.forEach((limit) => limit.clear());
    }
  }

  /** `midi cc N VALUE`, `midi pressure VALUE` and so on; values are 0 to 127. */
  hear(kind, numbers) {
    const source = kind === "cc" ? CONTROLLERS[numbers[0]] : MESSAGES[kind];
    const value = numbers[kind === "cc" ? 1 : 0];
    if (this.isMuted || source === undefined || !Number.isFinite(value)) {
      return;
    }
    const position = clamped(value / LARGEST_VALUE, 0, 1);
    this.rows.forEach((row, index) => {
      if (row.source === source) {
        this.limits[index].put(position);
      }
    });
  }
}

exports.MidiMapping = MidiMapping;
