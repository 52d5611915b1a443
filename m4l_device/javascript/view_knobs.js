// All knobs of the synth: where they stand, what that means, and which are locked.

const { paintBar } = require("view_bar.js");
const { ListView } = require("view_list.js");
const { SMALL_SIZE, write } = require("view_text.js");

const LAYOUT = { height: 16 };
const PADDING = 4;
/** Of the width of a row. */
const NAME_SHARE = 0.62;
const LOCK_WIDTH = 16;
/** A unit value that differs by less still means what the text says. */
const SAME_UNIT = 1e-3;

/** A click on a knob locks or frees it. */
class KnobsView extends ListView {
  constructor() {
    super(LAYOUT, "The knobs come with the model.");
  }

  get handlers() {
    return { ...super.handlers, units: (...units) => this.setUnits(units) };
  }

  itemOf([name = "", unit = 0, text = "", isLocked = 0]) {
    const value = Number.isFinite(unit) ? unit : 0;
    return {
      name: String(name),
      unit: value,
      // The text is of this unit value; for another there is none until the next row.
      textUnit: value,
      text: String(text),
      isLocked: Boolean(Number(isLocked)),
    };
  }

  /** Moves the bars alone. */
  setUnits(units) {
    units.forEach((unit, index) => {
      const item = this.items[index];
      if (item && Number.isFinite(unit)) {
        item.unit = unit;
      }
    });
  }

  click({ index }) {
    return [["knobs_click", index + 1]];
  }

  paintRow(graphics, row, item, theme) {
    const right = row.x + row.width - LOCK_WIDTH;
    const room = right - row.x - 2 * PADDING;
    const baseline = row.y + 10;
    const name = { colour: theme.text, size: 9, width: room * NAME_SHARE };
    const nameWidth = write(graphics, item.name, row.x + PADDING, baseline, name);
    const isSame = Math.abs(item.unit - item.textUnit) < SAME_UNIT;
    const text = isSame ? item.text : `${Math.round(item.unit * 100)} %`;
    const rest = room - nameWidth - PADDING;
    const style = { colour: theme.dim, size: SMALL_SIZE, width: rest, isRight: true };
    write(graphics, text, right - PADDING, baseline, style);
    const bar = { x: row.x + PADDING, y: row.y + 12.5, width: room, height: 2 };
    paintBar(graphics, bar, item.unit, theme, !item.isLocked);
    if (item.isLocked || row.index === this.hovered) {
      paintLock(graphics, right + 3, row.y + 3, item.isLocked, theme);
    }
  }
}

/** A padlock, shut and full or open and in outline. */
function paintLock(graphics, x, y, isShut, theme) {
  graphics.set_source_rgba(isShut ? theme.accent : theme.dim);
  graphics.set_line_width(1.3);
  const top = isShut ? y + 3 : y + 2;
  // Without this, a line would lead to the arc from where the text began.
  graphics.move_to(x + 1.6, top);
  graphics.arc(x + 4, top, 2.4, Math.PI, 2 * Math.PI);
  if (isShut) {
    graphics.line_to(x + 6.4, y + 5);
    graphics.move_to(x + 1.6, top);
    graphics.line_to(x + 1.6, y + 5);
  }
  graphics.stroke();
  graphics.rectangle_rounded(x, y + 4.5, 8, 5.5, 2, 2);
  if (isShut) {
    graphics.fill();
  } else {
    graphics.set_line_width(1);
    graphics.stroke();
  }
}

exports.KnobsView = KnobsView;
