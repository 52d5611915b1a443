// The map of presets as it is seen: dots, and marks above them, at most once a frame.

import { MapMarks } from "./map_marks.js";
import { MapPlot } from "./map_plot.js";

/** @typedef {import("./map_space.js").MapSpace} MapSpace */

/** Draws when asked to. */
export class MapPicture {
  #face;
  #space;
  #isAsked = false;

  /**
   * @param {HTMLElement} face with a canvas and an SVG image that fill it.
   * @param {MapSpace} space
   * @throws {Error} if the browser cannot draw it.
   */
  constructor(face, space) {
    this.#face = face;
    this.#space = space;
    this.plot = new MapPlot(/** @type {HTMLCanvasElement} */ (face.querySelector("canvas")), space);
    this.marks = new MapMarks(/** @type {SVGElement} */ (face.querySelector("svg")), space);
    new ResizeObserver(() => this.draw()).observe(face);
  }

  draw() {
    if (!this.#isAsked) {
      this.#isAsked = true;
      requestAnimationFrame(() => {
        this.#isAsked = false;
        const { clientWidth, clientHeight } = this.#face;
        this.#space.resize(clientWidth, clientHeight);
        this.plot.draw();
        this.marks.draw();
      });
    }
  }
}
