// The map of presets on a canvas: dots, where the sound is, and the way from A to B.

/** @typedef {import("./map_space.js").MapSpace} MapSpace */
/** @typedef {import("./map_space.js").Point} Point */

/** Colours of categories, told apart by those who see few of them, too (Okabe and Ito 2008). */
const CATEGORIES = [
  "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c6bb1", "#8a8a2a",
];

/**
 * @param {number} category
 * @returns {string} a colour.
 */
export function categoryColour(category) {
  return category < 0 ? "#888888" : CATEGORIES[category % CATEGORIES.length];
}

/**
 * @param {number} share 0 to 1, from low to high.
 * @returns {string} a colour between blue and orange.
 */
export function shareColour(share) {
  const low = [38, 110, 186];
  const high = [230, 126, 20];
  const mixed = low.map((one, index) => Math.round(one + (high[index] - one) * share));
  return `rgb(${mixed.join(" ")})`;
}

/** Draws when asked to, at most once a frame. */
export class MapPicture {
  #canvas;
  #space;
  #isAsked = false;
  /** Number of the axis by which it is coloured; -1 for categories. */
  axis = -1;
  /** Numbers of presets: under the pointer, chosen, and the ends of the morph; -1 for none. */
  hovered = -1;
  chosen = -1;
  ends = [-1, -1];
  share = 0;
  /** Where a sound lies that is no preset of the map. @type {Point|undefined} */
  here;

  /** @param {HTMLCanvasElement} canvas @param {MapSpace} space */
  constructor(canvas, space) {
    this.#canvas = canvas;
    this.#space = space;
  }

  draw() {
    if (!this.#isAsked) {
      this.#isAsked = true;
      requestAnimationFrame(() => {
        this.#isAsked = false;
        this.#draw();
      });
    }
  }

  #draw() {
    const canvas = this.#canvas;
    const ratio = globalThis.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (canvas.width !== Math.round(width * ratio)) {
      canvas.width = Math.round(width * ratio);
    }
    if (canvas.height !== Math.round(height * ratio)) {
      canvas.height = Math.round(height * ratio);
    }
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.#space.resize(width, height);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const size = Math.min(2.6 + this.#space.zoom, 8);
    this.#dots(pen, size);
    const ink = getComputedStyle(canvas).color;
    this.#way(pen, ink);
    this.#cross(pen, ink);
    this.#ring(pen, this.chosen, size + 4, ink, "");
    this.#ring(pen, this.hovered, size + 3, ink, this.#space.presets[this.hovered]?.name ?? "");
  }

  /** @param {CanvasRenderingContext2D} pen @param {number} size */
  #dots(pen, size) {
    const { presets, isShown } = this.#space;
    presets.forEach((preset, index) => {
      const { x, y } = this.#space.toPixels(preset);
      pen.globalAlpha = isShown[index] ? 0.9 : 0.1;
      pen.fillStyle =
        this.axis < 0
          ? categoryColour(preset.category)
          : shareColour(preset.descriptors[this.axis]);
      pen.beginPath();
      pen.arc(x, y, size, 0, 2 * Math.PI);
      pen.fill();
    });
    pen.globalAlpha = 1;
  }

  /** @param {CanvasRenderingContext2D} pen @param {string} ink */
  #way(pen, ink) {
    const [a, b] = this.ends.map((index) => this.#space.presets[index]);
    pen.font = "600 13px system-ui, sans-serif";
    pen.strokeStyle = pen.fillStyle = ink;
    if (a && b) {
      const [from, to] = [a, b].map((one) => this.#space.toPixels(one));
      pen.lineWidth = 1.5;
      pen.setLineDash([5, 4]);
      pen.beginPath();
      pen.moveTo(from.x, from.y);
      pen.lineTo(to.x, to.y);
      pen.stroke();
      pen.setLineDash([]);
      pen.beginPath();
      const x = from.x + (to.x - from.x) * this.share;
      pen.arc(x, from.y + (to.y - from.y) * this.share, 5, 0, 2 * Math.PI);
      pen.fill();
    }
    [a, b].forEach((one, index) => {
      if (one) {
        const { x, y } = this.#space.toPixels(one);
        pen.fillText("AB"[index], x + 8, y - 8);
      }
    });
  }

  /** @param {CanvasRenderingContext2D} pen @param {string} ink */
  #cross(pen, ink) {
    if (!this.here) {
      return;
    }
    const { x, y } = this.#space.toPixels(this.here);
    pen.strokeStyle = ink;
    pen.lineWidth = 2;
    pen.beginPath();
    [[1, 0], [-1, 0], [0, 1], [0, -1]].forEach(([right, down]) => {
      pen.moveTo(x + 5 * right, y + 5 * down);
      pen.lineTo(x + 14 * right, y + 14 * down);
    });
    pen.stroke();
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {number} index
   * @param {number} size
   * @param {string} ink
   * @param {string} name
   */
  #ring(pen, index, size, ink, name) {
    const preset = this.#space.presets[index];
    if (!preset) {
      return;
    }
    const { x, y } = this.#space.toPixels(preset);
    pen.strokeStyle = pen.fillStyle = ink;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(x, y, size, 0, 2 * Math.PI);
    pen.stroke();
    if (name) {
      pen.font = "13px system-ui, sans-serif";
      pen.textAlign = x > this.#space.width / 2 ? "right" : "left";
      pen.fillText(name, x + (pen.textAlign === "right" ? -size - 5 : size + 5), y + 4);
      pen.textAlign = "left";
    }
  }
}
