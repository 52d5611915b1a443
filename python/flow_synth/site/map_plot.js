// The presets of the map as dots, drawn by regl-scatterplot. What part of the map is seen, and
// what a hand does to it, is not left to the library: it knows neither touch nor keys, nor that a
// page scrolls under the wheel.

import { colouring } from "./map_colours.js";

/** @typedef {import("./map_space.js").MapSpace} MapSpace */

const CANNOT =
  "This browser draws no map: it has no WebGL with textures in floating point. Everything else works.";
const NO_LIBRARY =
  "The map cannot be drawn: scatterplot.js is missing, and has to be built again. Everything else works.";
const OPACITY = 0.9;
/** Many presets have small dots: of the width at which they would fill a page, in pixels. */
const CROWD_PIXELS = 260;
const LEAST_PIXELS = 4.5;
const MOST_PIXELS = 8;

/** Dots on a canvas. */
export class MapPlot {
  #canvas;
  #space;
  #plot;
  #renderer;
  /** The library draws one thing after the other, and refuses what comes in between. */
  #drawn = Promise.resolve();
  #isDestroyed = false;

  /** Is told what could not be drawn. */
  onproblem = (/** @type {any} */ _error) => {};

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {MapSpace} space
   * @throws {Error} if the browser cannot draw it; the sentence says why.
   */
  constructor(canvas, space) {
    if (typeof createScatterplot === "undefined" || typeof createRegl === "undefined") {
      throw new Error(NO_LIBRARY);
    }
    this.#canvas = canvas;
    this.#space = space;
    this.#renderer = rendererOf(canvas);
    const size = CROWD_PIXELS / Math.sqrt(Math.max(space.presets.length, 1));
    this.#plot = createScatterplot({
      renderer: this.#renderer,
      canvas,
      width: 1,
      height: 1,
      syncEvents: true,
      cameraIsFixed: true,
      deselectOnEscape: false,
      deselectOnDblClick: false,
      opacity: OPACITY,
      antiAliasing: 1,
      pointSize: Math.min(Math.max(size, LEAST_PIXELS), MOST_PIXELS),
      colorBy: "category",
    });
  }

  /** @param {number} axis by which it is coloured; -1 for categories. */
  colour(axis) {
    const { presets } = this.#space;
    const { colours, numbers } = colouring(presets, axis);
    const points = presets.map(({ x, y }, index) => [2 * x - 1, 2 * y - 1, numbers[index]]);
    this.#after(async () => {
      await this.#plot.set({ pointColor: colours });
      await this.#plot.draw(points, { zDataType: "categorical", preventFilterReset: true });
    });
  }

  /** Shows those that are to be shown. */
  filter() {
    const { isShown } = this.#space;
    const shown = isShown.flatMap((isOne, index) => (isOne ? [index] : []));
    this.#after(() =>
      shown.length === isShown.length ? this.#plot.unfilter() : this.#plot.filter(shown),
    );
  }

  /** Shows the part of the map that is seen, with the next frame. */
  draw() {
    const { width, height, view } = this.#space;
    const pixels = [width, height].map((one) => Math.floor(one * globalThis.devicePixelRatio));
    if (this.#canvas.width !== pixels[0] || this.#canvas.height !== pixels[1]) {
      this.#plot.set({ width, height }).catch((error) => this.#complain(error));
    }
    this.#plot.view(view);
  }

  /** Draws no more, and gives the canvas back. */
  destroy() {
    this.#isDestroyed = true;
    this.#plot.destroy();
    this.#renderer.regl.destroy();
  }

  /** @param {() => Promise<void>} draw */
  #after(draw) {
    // What fails must not keep what comes after it from being drawn.
    this.#drawn = this.#drawn
      .then(() => (this.#isDestroyed ? undefined : draw()))
      .catch((error) => this.#complain(error));
  }

  /** @param {any} error */
  #complain(error) {
    if (!this.#isDestroyed) {
      this.onproblem(error);
    }
  }
}

/**
 * The library's own renderer draws into floating point, and copies that twice: so that a million
 * dots may lie upon each other. Thousands need it not, and without it frames take a fraction of the
 * time, and more devices can draw them.
 *
 * @param {HTMLCanvasElement} canvas
 * @returns {any} what the library asks of a renderer.
 * @throws {Error} if the browser cannot draw.
 */
function rendererOf(canvas) {
  // Dots have soft edges of their own, and lie in the order in which they are drawn.
  const gl = canvas.getContext("webgl", { antialias: false, depth: false, stencil: false });
  if (!gl?.getExtension("OES_texture_float")) {
    throw new Error(CANNOT);
  }
  const extensions = ["OES_texture_float"];
  const regl = createRegl({ gl, extensions });
  return {
    canvas,
    regl,
    gamma: 1,
    isSupported: true,
    isDestroyed: false,
    render: (/** @type {() => void} */ draw) => {
      regl.clear({ color: [0, 0, 0, 0] });
      draw();
    },
    onFrame: (/** @type {() => void} */ draw) => regl.frame(draw).cancel,
    refresh: () => regl.poll(),
  };
}
