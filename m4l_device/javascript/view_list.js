// What all lists have in common: rows that come by messages, and the mouse over them.

const { clamped } = require("units.js");
const { dispatch } = require("view_messages.js");
const { Rows } = require("view_rows.js");
const { clear, writeSentence } = require("view_text.js");

/** More rows than this are no list that somebody meant. */
const MOST_ROWS = 10000;

/**
 * A list. Its kinds say how a row is read, drawn and clicked.
 *
 * Indices of messages count from 1, 0 is none; those in here count from 0, -1 is none.
 */
class ListView {
  /**
   * @param {{height: number, top?: number, columns?: number}} layout of rows, in pixels.
   * @param {string} sentence shown while there are no rows.
   */
  constructor(layout, sentence) {
    this.rows = new Rows(layout);
    this.sentence = sentence;
    /** @type {Array<object|undefined>} */
    this.items = [];
    this.chosen = -1;
    this.hovered = -1;
    /** Whether the chosen row is yet to be scrolled to. */
    this.isToReveal = false;
  }

  get handlers() {
    return {
      count: (count) => this.setCount(count),
      row: (number, ...values) => this.setRow(Math.round(number) - 1, values),
      chosen: (number) => this.choose(Math.round(number) - 1),
    };
  }

  /** Takes a message; says whether there is such a one. */
  receive(selector, args) {
    return dispatch(this.handlers, selector, args);
  }

  setCount(count) {
    const whole = Number.isFinite(count) ? clamped(Math.round(count), 0, MOST_ROWS) : 0;
    this.items = new Array(whole).fill(undefined);
    this.rows.setCount(whole);
    this.choose(this.chosen);
  }

  setRow(index, values) {
    if (index >= 0 && index < this.items.length) {
      this.items[index] = this.itemOf(values);
    }
  }

  choose(index) {
    this.chosen = index >= 0 && index < this.items.length ? index : -1;
    this.isToReveal = this.chosen >= 0;
  }

  /** @param {import("view_theme.js").Theme} theme */
  paint(graphics, theme) {
    this.rows.resize(graphics.size);
    if (this.isToReveal) {
      this.rows.reveal(this.chosen);
      this.isToReveal = false;
    }
    clear(graphics, theme);
    if (this.items.length === 0) {
      writeSentence(graphics, this.sentence, theme);
      return;
    }
    for (const row of this.rows.visible) {
      const item = this.items[row.index];
      if (item) {
        this.paintBehind(graphics, row, theme);
        this.paintRow(graphics, row, item, theme);
      }
    }
    this.paintTop(graphics, theme);
    this.paintScrollBar(graphics, theme);
  }

  paintBehind(graphics, row, theme) {
    const { index, x, y, width, height } = row;
    if (index === this.chosen || index === this.hovered) {
      graphics.set_source_rgba(index === this.chosen ? theme.row : theme.panel);
      graphics.rectangle(x, y, width, height);
      graphics.fill();
    }
  }

  /** Above the rows; most lists have nothing there. */
  paintTop() {}

  paintScrollBar(graphics, theme) {
    const bar = this.rows.scrollBar;
    if (bar) {
      graphics.set_source_rgba(theme.faint);
      graphics.rectangle_rounded(bar.x, bar.y, bar.width, bar.height, 3, 3);
      graphics.fill();
    }
  }

  // --- The mouse: each says which messages go to the device ---

  hover(x, y) {
    this.hovered = this.rows.at(x, y)?.index ?? -1;
    return [];
  }

  leave() {
    this.hovered = -1;
    return [];
  }

  press(x, y) {
    const row = this.rows.at(x, y);
    return row ? this.click(row, x) : [];
  }

  wheel(turn) {
    this.rows.turn(turn);
    return [];
  }
}

exports.ListView = ListView;
