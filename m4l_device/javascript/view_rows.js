// Rows of a list: where they are, which are seen, which one is under the mouse.

const { clamped } = require("units.js");

const BAR_WIDTH = 3;
/** Pixels for one whole turn of the wheel, as Max counts it. */
const WHEEL_PIXELS = 120;
const SHORTEST_BAR = 10;

/** @typedef {{index: number, x: number, y: number, width: number, height: number}} Row */

/** Rows below each other, or in two columns where a list must not be scrolled. */
class Rows {
  /** @param {{height: number, top?: number, columns?: number}} layout in pixels. */
  constructor({ height, top = 0, columns = 1 }) {
    this.rowHeight = height;
    this.top = top;
    this.columns = columns;
    this.count = 0;
    this.width = 1;
    this.height = 1;
    /** Pixels that are scrolled out above. */
    this.offset = 0;
  }

  setCount(count) {
    this.count = count;
    this.scroll(0);
  }

  /** Takes the size of the view. */
  resize([width, height]) {
    [this.width, this.height] = [width, height];
    this.scroll(0);
  }

  /** Height of what is seen, and of all rows. */
  get windowHeight() {
    return Math.max(this.height - this.top, 1);
  }

  get contentHeight() {
    return this.perColumn * this.rowHeight;
  }

  get perColumn() {
    return Math.ceil(this.count / this.columns);
  }

  get isScrolled() {
    return this.contentHeight > this.windowHeight;
  }

  /** Moves by pixels; down is positive. */
  scroll(pixels) {
    const most = Math.max(this.contentHeight - this.windowHeight, 0);
    this.offset = clamped(this.offset + pixels, 0, most);
  }

  /** Moves by a turn of the wheel, as Max counts it. */
  turn(amount) {
    if (Number.isFinite(amount)) {
      this.scroll(-amount * WHEEL_PIXELS);
    }
  }

  /** Scrolls no more than needed to see a row whole. */
  reveal(index) {
    if (index < 0 || index >= this.count) {
      return;
    }
    const start = (index % this.perColumn) * this.rowHeight;
    const end = start + this.rowHeight;
    if (start < this.offset) {
      this.offset = start;
    } else if (end > this.offset + this.windowHeight) {
      this.offset = end - this.windowHeight;
    }
  }

  /** @returns {Row[]} the rows that are seen, some of them in part. */
  get visible() {
    const rows = [];
    const room = this.width - (this.isScrolled ? BAR_WIDTH + 1 : 0);
    const width = Math.floor(room / this.columns);
    const first = Math.floor(this.offset / this.rowHeight);
    const last = Math.ceil((this.offset + this.windowHeight) / this.rowHeight);
    for (let column = 0; column < this.columns; column += 1) {
      for (let line = first; line < Math.min(last, this.perColumn); line += 1) {
        const index = column * this.perColumn + line;
        if (index < this.count) {
          const y = this.top + line * this.rowHeight - this.offset;
          rows.push({ index, x: column * width, y, width, height: this.rowHeight });
        }
      }
    }
    return rows;
  }

  /** @returns {Row|undefined} the row under the mouse. */
  at(x, y) {
    return this.visible.find(
      (row) =>
        y >= Math.max(row.y, this.top) &&
        y < row.y + row.height &&
        x >= row.x &&
        x < row.x + row.width,
    );
  }

  /** The bar at the right that says which part is seen, or undefined. */
  get scrollBar() {
    if (!this.isScrolled) {
      return undefined;
    }
    const share = this.windowHeight / this.contentHeight;
    const height = Math.max(share * this.windowHeight, SHORTEST_BAR);
    const way = this.windowHeight - height;
    const y = this.top + (this.offset / (this.contentHeight - this.windowHeight)) * way;
    return { x: this.width - BAR_WIDTH, y, width: BAR_WIDTH, height };
  }
}

exports.Rows = Rows;
