// All knobs in a list, their locks, and how they move along a macro knob.

const { RateLimit } = require("clock.js");
const { humanText } = require("number_text.js");

/** Bars move so often at most. */
const PAUSE_MS = 50;
/** A curve has so many points. */
const N_POINTS = 33;

/** The list of knobs, and curves. */
class KnobsPanel {
  /** @param {import("device.js").Device} device */
  constructor(device) {
    this.device = device;
    this.macro = 1;
    this.bars = new RateLimit(device.max.Task, PAUSE_MS, (units) => {
      device.outlets.view("knobs", "units", ...units);
    });
  }

  get locks() {
    return this.device.memory.locks;
  }

  get handlers() {
    return {
      lock_all: () => this.lockAll(true),
      unlock_all: () => this.lockAll(false),
      knobs_click: (number) => this.toggle(number - 1),
      curve_macro: (macro) => this.setMacro(macro),
    };
  }

  /** Locks or frees one knob, at flow_synth~ and in memory. */
  lock(name, isLocked) {
    this.device.outlets.synth("lock", name, Number(isLocked));
    if (isLocked) {
      this.locks.add(name);
    } else {
      this.locks.delete(name);
    }
  }

  lockAll(isLocked) {
    for (const name of this.device.notes.names) {
      if (this.locks.has(name) !== isLocked) {
        this.lock(name, isLocked);
      }
    }
    this.change();
  }

  toggle(index) {
    const knob = this.device.notes.knobs[index];
    if (knob) {
      this.lock(knob.name, !this.locks.has(knob.name));
      this.change();
    }
  }

  change() {
    this.show();
    this.device.changed();
  }

  /** Frees all at flow_synth~: what is held does not go where the memory has it. */
  free() {
    this.device.notes.names.forEach((name) => this.device.outlets.synth("lock", name, 0));
  }

  /** Gives flow_synth~ the locks of the memory, where it is. */
  restore() {
    for (const name of this.device.notes.names.filter((each) => this.locks.has(each))) {
      this.device.outlets.synth("lock", name, 1);
    }
  }

  show() {
    const { notes, outlets } = this.device;
    outlets.view("knobs", "count", notes.knobs.length);
    notes.knobs.forEach(({ name, unit, human, unitWord, choice }, index) => {
      const words = name.replaceAll("_", " ");
      const text = humanText(human, unitWord, choice);
      outlets.view("knobs", "row", index + 1, words, unit, text, Number(this.locks.has(name)));
    });
  }

  // --- Curves ---

  setMacro(macro) {
    this.macro = Math.round(macro);
    this.device.showCurve();
  }

  askCurve() {
    this.device.outlets.synth("curve", this.macro, N_POINTS);
  }

  /** Takes `curve MACRO POSITION v1 ... vP`. */
  noteCurve([macro, position, ...units]) {
    if (macro !== this.macro) {
      return;
    }
    const { notes, outlets } = this.device;
    if (position === 0) {
      outlets.view("curves", "begin", macro, N_POINTS);
      outlets.view("curves", "names", ...notes.names);
    }
    outlets.view("curves", "point", position, ...units);
    if (position === 1) {
      this.showDescriptors();
      outlets.view("curves", "end");
      this.showHere();
    }
  }

  /** Where the macro knob of the curves stands, as far as that has been said. */
  showHere() {
    this.device.outlets.view("curves", "here", this.device.notes.macros.get(this.macro) ?? NaN);
  }

  showDescriptors() {
    const { outlets } = this.device;
    const { map } = this.device.mapPanel;
    const curve = map?.curve(this.macro);
    const axes = curve ? map.axes : [];
    outlets.view("curves", "axes", ...axes.map((axis) => axis.name));
    outlets.view("curves", "axis_units", ...axes.map((axis) => axis.unit));
    outlets.view(
      "curves",
      "axis_ranges",
      ...axes.flatMap((axis) => [axis.low_threshold, axis.high_threshold]),
    );
    curve?.positions.forEach((position, index) => {
      outlets.view("curves", "descriptor", position, ...curve.descriptors[index]);
    });
  }
}

exports.KnobsPanel = KnobsPanel;
exports.N_POINTS = N_POINTS;
