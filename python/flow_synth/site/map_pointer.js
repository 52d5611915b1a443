// The hand on the map: pointer and wheel, as what is meant by them.

/** @typedef {import("./map_space.js").Point} Point pixels of the map. */

const DRAG_PIXELS = 4;

/** Tells hovering from clicking, dragging, drawing and spreading two fingers. */
export class MapPointer {
  #face;
  /** Where those are that are down, the first two at most. @type {Map<number, Point>} by pointer. */
  #down = new Map();
  #isDrag = false;
  /** Whether what is down draws a line. */
  #isLine = false;
  /** Whether a drag draws a line; else it moves the map. */
  isDrawing = false;

  onhover = (/** @type {Point|undefined} */ _at) => {};
  onclick = (/** @type {Point} */ _at) => {};
  /** Is told of pixels to the right and down. */
  onpan = (/** @type {number} */ _right, /** @type {number} */ _down) => {};
  onzoom = (/** @type {number} */ _factor, /** @type {Point} */ _at) => {};
  /** Is told of a line that begins, goes on and has ended. */
  online = (/** @type {"begin"|"on"|"end"} */ _what, /** @type {Point} */ _at) => {};

  /** @param {HTMLElement} face that the map fills. */
  constructor(face) {
    this.#face = face;
    face.addEventListener("pointerdown", (event) => this.#press(event));
    face.addEventListener("pointermove", (event) => this.#move(event));
    face.addEventListener("pointerup", (event) => this.#release(event));
    // The browser has taken the touch, to scroll.
    face.addEventListener("pointercancel", (event) => this.#end(event));
    face.addEventListener("pointerleave", () => this.onhover(undefined));
    // One finger may scroll the page, two are on the map alone.
    ["touchstart", "touchmove"].forEach((name) =>
      face.addEventListener(name, (event) => spread(/** @type {TouchEvent} */ (event)), { passive: false }),
    );
    face.addEventListener("wheel", (event) => this.#turn(event), { passive: false });
  }

  /** @param {PointerEvent} event */
  #press(event) {
    // Other buttons are the browser's; a line is drawn by one finger, and no map has three.
    if (event.button !== 0 || this.#down.size === (this.#isLine ? 1 : 2)) {
      return;
    }
    this.#face.setPointerCapture(event.pointerId);
    this.#down.set(event.pointerId, at(event));
    if (this.#down.size === 2) {
      this.#isDrag = true;
      return;
    }
    this.#isDrag = false;
    this.#isLine = this.isDrawing;
    if (this.#isLine) {
      this.online("begin", at(event));
    }
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const here = at(event);
    const before = this.#down.get(event.pointerId);
    if (!before) {
      if (this.#down.size === 0) {
        this.onhover(here);
      }
    } else if (this.#isLine) {
      this.online("on", here);
    } else if (this.#isDrag || Math.hypot(here.x - before.x, here.y - before.y) > DRAG_PIXELS) {
      this.#drag(event.pointerId, before, here);
    }
  }

  /** @param {number} pointer @param {Point} before @param {Point} here */
  #drag(pointer, before, here) {
    this.#isDrag = true;
    this.#down.set(pointer, here);
    const other = [...this.#down].find(([one]) => one !== pointer)?.[1];
    if (!other) {
      this.onpan(here.x - before.x, here.y - before.y);
      return;
    }
    // What lies between two fingers stays between them.
    const width = (/** @type {Point} */ { x, y }) => Math.max(Math.hypot(x - other.x, y - other.y), 1);
    this.onpan((here.x - before.x) / 2, (here.y - before.y) / 2);
    this.onzoom(width(here) / width(before), { x: (here.x + other.x) / 2, y: (here.y + other.y) / 2 });
  }

  /** @param {PointerEvent} event */
  #release(event) {
    const isClick = this.#down.has(event.pointerId) && !this.#isDrag && !this.#isLine;
    this.#end(event);
    if (isClick) {
      this.onclick(at(event));
    }
  }

  /** @param {PointerEvent} event */
  #end(event) {
    if (this.#down.delete(event.pointerId) && this.#isLine) {
      this.#isLine = false;
      this.online("end", at(event));
    }
  }

  /** @param {WheelEvent} event */
  #turn(event) {
    // A page that scrolls must not be caught by a map that lies on its way.
    if (event.ctrlKey || event.metaKey || document.activeElement === this.#face) {
      event.preventDefault();
      this.onzoom(Math.exp(-event.deltaY / 300), at(event));
    }
  }
}

/** @param {TouchEvent} event */
function spread(event) {
  if (event.touches.length > 1 && event.cancelable) {
    event.preventDefault();
  }
}

/** @param {MouseEvent} event @returns {Point} */
function at({ offsetX, offsetY }) {
  return { x: offsetX, y: offsetY };
}
