// The pad: two macro knobs at once.

const { clamped } = require("units.js");
const { mix } = require("view_colour.js");
const { dispatch } = require("view_messages.js");
const { SMALL_SIZE, clear, setFont, widthOf, write } = require("view_text.js");

const MARGIN = 8;
/** Below the pad, for the names of its axes. */
const FOOT = 12;
const RADIUS = 5;
const N_LINES = 4;

/** Where two macro knobs stand, and the mouse that moves them. */
class XyView {
  constructor() {
    this.x = 0.5;
    this.y = 0.5;
    this.dimensions = [1, 2];
    this.isFrozen = false;
    this.isPressed = false;
    this.size = [1, 1];
  }

  get handlers() {
    return {
      at: (x, y) => this.setAt(x, y),
      dimensions: (x, y) => (this.dimensions = [x, y]),
      freeze: (isOn) => (this.isFrozen = Boolean(Number(isOn))),
    };
  }

  /** Takes a message; says whether there is such a one. */
  receive(selector, args) {
    return dispatch(this.handlers, selector, args);
  }

  setAt(x, y) {
    if (Number.isFinite(x) && Number.isFinite(y)) {
      [this.x, this.y] = [clamped(x, 0, 1), clamped(y, 0, 1)];
    }
  }

  /** Where the pad is in the view. */
  get area() {
    const [width, height] = this.size;
    return {
      x: MARGIN,
      y: MARGIN,
      width: Math.max(width - 2 * MARGIN, 1),
      height: Math.max(height - MARGIN - FOOT - 3, 1),
    };
  }

  // --- The mouse: each says which messages go to the device ---

  press(screenX, screenY) {
    if (this.isFrozen) {
      return [];
    }
    this.isPressed = true;
    const { area } = this;
    const x = (screenX - area.x) / area.width;
    this.setAt(x, (area.y + area.height - screenY) / area.height);
    return [["xy_move", this.x, this.y]];
  }

  drag(screenX, screenY, isDown) {
    if (!this.isPressed) {
      return [];
    }
    if (isDown) {
      return this.press(screenX, screenY);
    }
    this.isPressed = false;
    return [["xy_release"]];
  }

  /** @param {import("view_theme.js").Theme} theme */
  paint(graphics, theme) {
    this.size = [...graphics.size];
    clear(graphics, theme);
    this.paintGround(graphics, theme);
    this.paintNames(graphics, theme);
    this.paintPoint(graphics, theme);
  }

  paintGround(graphics, theme) {
    const { x, y, width, height } = this.area;
    graphics.set_source_rgba(theme.panel);
    graphics.rectangle(x, y, width, height);
    graphics.fill();
    graphics.set_source_rgba(mix(theme.panel, theme.text, 0.14));
    graphics.set_line_width(1);
    for (let line = 1; line < N_LINES; line += 1) {
      const lineX = Math.round(x + (width * line) / N_LINES) + 0.5;
      const lineY = Math.round(y + (height * line) / N_LINES) + 0.5;
      graphics.move_to(lineX, y);
      graphics.line_to(lineX, y + height);
      graphics.move_to(x, lineY);
      graphics.line_to(x + width, lineY);
    }
    graphics.stroke();
  }

  /** Which macro knobs lie along the axes. */
  paintNames(graphics, theme) {
    const [width, height] = this.size;
    const style = { colour: theme.dim, size: SMALL_SIZE };
    const [across, up] = this.dimensions;
    write(graphics, `X macro ${across}`, MARGIN, height - 4, style);
    write(graphics, `Y macro ${up}`, width - MARGIN, height - 4, { ...style, isRight: true });
  }

  paintPoint(graphics, theme) {
    const { area } = this;
    const x = area.x + this.x * area.width;
    const y = area.y + (1 - this.y) * area.height;
    const colour = this.isFrozen ? theme.dim : theme.accent;
    graphics.set_source_rgba(mix(theme.panel, colour, 0.5));
    graphics.set_line_width(1);
    graphics.move_to(x, area.y);
    graphics.line_to(x, area.y + area.height);
    graphics.move_to(area.x, y);
    graphics.line_to(area.x + area.width, y);
    graphics.stroke();
    graphics.ellipse(x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS);
    graphics.set_source_rgba(this.isFrozen ? theme.panel : colour);
    graphics.fill_preserve();
    graphics.set_source_rgba(this.isFrozen ? colour : theme.panel);
    graphics.set_line_width(1.5);
    graphics.stroke();
    if (this.isFrozen) {
      this.paintFrozen(graphics, theme);
    }
  }

  paintFrozen(graphics, theme) {
    const { area } = this;
    setFont(graphics, SMALL_SIZE);
    const width = widthOf(graphics, "frozen");
    const right = area.x + area.width;
    graphics.set_source_rgba(theme.background);
    graphics.rectangle(right - width - 6, area.y, width + 6, 12);
    graphics.fill();
    const style = { colour: theme.text, size: SMALL_SIZE, isRight: true };
    write(graphics, "frozen", right - 3, area.y + 9, style);
  }
}

exports.XyView = XyView;
