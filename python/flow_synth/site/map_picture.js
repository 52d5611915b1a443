// The map of presets as it is seen: dots, and marks above them, at most once a frame.

import { MapMarks } from "./map_marks.js";
import { MapPlot } from "./map_plot.js";

/** @typedef {import("./map_space.js").MapSpace} MapSpace */

const LOST = "The graphics of this browser were reset; the map comes back as soon as they do.";
const BACK = "The map is back.";

/** Draws when asked to. */
export class MapPicture {
  #face;
  #space;
  #canvas;
  /** None while the browser's graphics are lost. @type {MapPlot|undefined} */
  #plot;
  #axis = -1;
  #isAsked = false;

  /** Is told, in one sentence, whether it can be seen. */
  onsay = (/** @type {string} */ _sentence) => {};
  onproblem = (/** @type {any} */ _error) => {};

  /**
   * @param {HTMLElement} face with a canvas and an SVG image that fill it.
   * @param {MapSpace} space
   * @throws {Error} if the browser cannot draw it.
   */
  constructor(face, space) {
    this.#face = face;
    this.#space = space;
    this.#canvas = /** @type {HTMLCanvasElement} */ (face.querySelector("canvas"));
    this.marks = new MapMarks(/** @type {SVGElement} */ (face.querySelector("svg")), space);
    // Before the library listens, which restores its textures without what was in them.
    this.#canvas.addEventListener("webglcontextlost", (event) => this.#lose(event));
    this.#canvas.addEventListener("webglcontextrestored", () => this.#renew());
    this.#plot = this.#made();
    new ResizeObserver(() => this.draw()).observe(face);
  }

  /** @param {number} axis by which it is coloured; -1 for categories. */
  colour(axis) {
    this.#axis = axis;
    this.#plot?.colour(axis);
  }

  /** Shows those that are to be shown. */
  filter() {
    this.#plot?.filter();
    this.draw();
  }

  draw() {
    if (!this.#isAsked) {
      this.#isAsked = true;
      requestAnimationFrame(() => {
        this.#isAsked = false;
        const { clientWidth, clientHeight } = this.#face;
        this.#space.resize(clientWidth, clientHeight);
        this.#plot?.draw();
        this.marks.draw();
      });
    }
  }

  #made() {
    const plot = new MapPlot(this.#canvas, this.#space);
    plot.onproblem = (error) => this.onproblem(error);
    return plot;
  }

  /** @param {Event} event */
  #lose(event) {
    // Or the browser never gives them back.
    event.preventDefault();
    const plot = this.#plot;
    this.#plot = undefined;
    this.onsay(LOST);
    try {
      plot?.destroy();
    } catch {
      // Nothing is left that it could give back.
    }
  }

  #renew() {
    try {
      this.#plot = this.#made();
      this.colour(this.#axis);
      this.filter();
      this.onsay(BACK);
    } catch (error) {
      this.onproblem(error);
    }
  }
}
