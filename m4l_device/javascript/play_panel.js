// Macro knobs, sliders of words, and the XY pad.

const { Delay } = require("clock.js");
const { HANDS_OFF_MS } = require("outlets.js");
const { clamped } = require("units.js");

const N_MACROS = 8;
const N_SLIDERS = 7;

/** What is turned by hand. */
class PlayPanel {
  /** @param {import("device.js").Device} device */
  constructor(device) {
    this.device = device;
    this.at = { x: 0.5, y: 0.5 };
    this.dimensions = { x: 1, y: 2 };
    this.isFrozen = false;
    this.again = new Delay(device.max.Task, HANDS_OFF_MS, () => this.follow());
  }

  get handlers() {
    const handlers = {
      x: (value) => this.moveAxis("x", value),
      y: (value) => this.moveAxis("y", value),
      x_dimension: (macro) => this.setDimension("x", macro),
      y_dimension: (macro) => this.setDimension("y", macro),
      freeze: (isOn) => this.freeze(Boolean(isOn)),
      xy_move: (x, y) => this.drag(x, y),
      xy_release: () => this.device.release(),
    };
    for (let macro = 1; macro <= N_MACROS; macro += 1) {
      handlers[`macro_${macro}`] = (position) => {
        this.device.move("macro", macro, clamped(position, 0, 1));
      };
    }
    for (let slider = 1; slider <= N_SLIDERS; slider += 1) {
      handlers[`semantic_${slider}`] = (position) => this.slide(slider, position);
    }
    return handlers;
  }

  slide(slider, position) {
    const axis = this.device.notes.axes[slider - 1];
    if (axis) {
      this.device.move("semantic", axis.name, position);
    }
  }

  /** One axis of the pad, by its control. */
  moveAxis(axis, value) {
    if (this.isFrozen) {
      return;
    }
    this.at[axis] = clamped(value, 0, 1);
    this.device.move("macro", this.dimensions[axis], this.at[axis]);
    this.showPoint();
  }

  /** Both axes, by the pad itself. */
  drag(x, y) {
    if (this.isFrozen) {
      return;
    }
    for (const [axis, value] of [
      ["x", x],
      ["y", y],
    ]) {
      this.at[axis] = clamped(value, 0, 1);
      this.device.outlets.show(axis, this.at[axis]);
      this.device.move("macro", this.dimensions[axis], this.at[axis]);
    }
  }

  setDimension(axis, macro) {
    this.dimensions[axis] = Math.round(macro);
    this.device.outlets.view("xy", "dimensions", this.dimensions.x, this.dimensions.y);
    this.follow();
  }

  freeze(isFrozen) {
    this.isFrozen = isFrozen;
    this.device.outlets.view("xy", "freeze", Number(isFrozen));
  }

  showPoint() {
    this.device.outlets.view("xy", "at", this.at.x, this.at.y);
  }

  /** Shows where macro knobs and sliders stand, after something else has moved them. */
  follow() {
    const { notes } = this.device;
    const moved = [];
    for (let macro = 1; macro <= N_MACROS; macro += 1) {
      if (notes.macros.has(macro)) {
        moved.push([`macro_${macro}`, clamped(notes.macros.get(macro), 0, 1)]);
      }
    }
    notes.axes.slice(0, N_SLIDERS).forEach((axis, index) => {
      moved.push([`semantic_${index + 1}`, axis.position]);
    });
    for (const axis of ["x", "y"]) {
      const position = notes.macros.get(this.dimensions[axis]);
      if (position !== undefined) {
        this.at[axis] = clamped(position, 0, 1);
        moved.push([axis, this.at[axis]]);
      }
    }
    this.showControls(moved);
    this.showPoint();
    this.device.knobsPanel.showHere();
  }

  /** What a hand or automation has just moved is shown once that has let go. */
  showControls(moved) {
    const { outlets } = this.device;
    const isLate = moved.filter(([id, value]) => !outlets.follow(id, value)).length > 0;
    if (isLate) {
      this.again.start();
    }
  }
}

exports.PlayPanel = PlayPanel;
