// The hand on the map: pointer and wheel, as what is meant by them.

/** @typedef {import("./map_space.js").Point} Point pixels of the map. */

const DRAG_PIXELS = 4;

/** Tells hovering from clicking, dragging and drawing. */
export class MapPointer {
  #face;
  /** @type {{x: number, y: number, isDrag: boolean}|undefined} */
  #pressed;
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
    face.addEventListener("wheel", (event) => this.#turn(event), { passive: false });
  }

  /** @param {PointerEvent} event */
  #press(event) {
    this.#face.setPointerCapture(event.pointerId);
    this.#pressed = { ...at(event), isDrag: false };
    if (this.isDrawing) {
      this.online("begin", at(event));
    }
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const here = at(event);
    if (!this.#pressed) {
      this.onhover(here);
    } else if (this.isDrawing) {
      this.online("on", here);
    } else {
      const { x, y, isDrag } = this.#pressed;
      if (isDrag || Math.hypot(here.x - x, here.y - y) > DRAG_PIXELS) {
        this.onpan(here.x - x, here.y - y);
        this.#pressed = { ...here, isDrag: true };
      }
    }
  }

  /** @param {PointerEvent} event */
  #release(event) {
    const isClick = !this.isDrawing && this.#pressed?.isDrag === false;
    this.#end(event);
    if (isClick) {
      this.onclick(at(event));
    }
  }

  /** @param {PointerEvent} event */
  #end(event) {
    const wasPressed = this.#pressed !== undefined;
    this.#pressed = undefined;
    if (wasPressed && this.isDrawing) {
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

/** @param {MouseEvent} event @returns {Point} */
function at({ offsetX, offsetY }) {
  return { x: offsetX, y: offsetY };
}
