// The map of presets under the hand: pointer, wheel, keys, filters and search.

import { loaded } from "./loading.js";
import { MapPicture, categoryColour } from "./map_picture.js";
import { MapSpace } from "./map_space.js";

/** @typedef {import("./instrument_panel.js").InstrumentPanel} InstrumentPanel */

const REACH_PIXELS = 14;
const DRAG_PIXELS = 4;
const ARROWS = new Map([
  ["ArrowLeft", [-1, 0]],
  ["ArrowRight", [1, 0]],
  ["ArrowUp", [0, 1]],
  ["ArrowDown", [0, -1]],
]);

/** Binds the map to its canvas and to the instrument. */
export class MapPanel {
  #root;
  #panel;
  #space;
  #picture;
  /** @type {{x: number, y: number, isDrag: boolean}|undefined} */
  #pressed;

  /** @param {HTMLElement} root @param {InstrumentPanel} panel */
  constructor(root, panel) {
    this.#root = root;
    this.#panel = panel;
    const canvas = /** @type {HTMLCanvasElement} */ (root.querySelector("canvas"));
    const map = loaded("map") ?? { presets: [] };
    this.#space = new MapSpace(map.presets);
    this.#picture = new MapPicture(canvas, this.#space);
    this.#bindPointer(canvas);
    this.#bindKeys(canvas);
    root.querySelectorAll("[data-filter]").forEach((field) =>
      field.addEventListener("input", () => this.#filter()),
    );
    root.querySelectorAll("[data-swatch]").forEach((swatch) => {
      const one = /** @type {HTMLElement} */ (swatch);
      one.style.background = categoryColour(Number(one.dataset.swatch));
    });
    panel.onmorph = (share) => {
      this.#picture.share = share;
      this.#picture.draw();
    };
    panel.onend = (index) => {
      this.#picture.ends[index] = this.#picture.chosen;
      this.#picture.draw();
    };
    new ResizeObserver(() => this.#picture.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    this.#filter();
  }

  draw() {
    this.#picture.draw();
  }

  /** Is told the name of a preset before the instrument goes there. */
  onchoose = (/** @type {string} */ _name) => {};

  /**
   * Marks where knobs lie, on the preset that has them or among those that nearly do.
   *
   * @param {ArrayLike<number>} units
   * @param {string} [name] of what is looked for: the map, and the page, move there.
   */
  show(units, name) {
    const place = this.#space.placeOf(units);
    this.#picture.here = place;
    if (place && name !== undefined) {
      this.#space.centre(place);
      this.#tell(`${name} lies at the cross`);
      this.#root.querySelector(".map")?.scrollIntoView({ block: "nearest" });
    } else if (place) {
      this.#space.reveal(place);
    }
    this.draw();
  }

  /** @param {HTMLCanvasElement} canvas */
  #bindPointer(canvas) {
    const at = (/** @type {MouseEvent} */ event) => ({ x: event.offsetX, y: event.offsetY });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#pressed = { ...at(event), isDrag: false };
    });
    canvas.addEventListener("pointermove", (event) => {
      const here = at(event);
      if (!this.#pressed) {
        this.#hover(this.#space.nearest(here, REACH_PIXELS));
        return;
      }
      const { x, y } = this.#pressed;
      if (this.#pressed.isDrag || Math.hypot(here.x - x, here.y - y) > DRAG_PIXELS) {
        this.#space.panBy(here.x - x, here.y - y);
        this.#pressed = { ...here, isDrag: true };
        this.draw();
      }
    });
    canvas.addEventListener("pointerup", (event) => {
      const wasDrag = this.#pressed?.isDrag;
      this.#pressed = undefined;
      const found = this.#space.nearest(at(event), REACH_PIXELS);
      if (!wasDrag && found >= 0) {
        this.#choose(found);
      }
    });
    canvas.addEventListener("pointerleave", () => this.#hover(-1));
    canvas.addEventListener(
      "wheel",
      (event) => {
        // A page that scrolls must not be caught by a map that lies on its way.
        if (event.ctrlKey || event.metaKey || document.activeElement === canvas) {
          event.preventDefault();
          this.#space.zoomBy(Math.exp(-event.deltaY / 300), at(event));
          this.draw();
        }
      },
      { passive: false },
    );
    this.#on("[data-zoom=in]", () => this.#zoom(1.6));
    this.#on("[data-zoom=out]", () => this.#zoom(1 / 1.6));
    this.#on("[data-zoom=all]", () => {
      this.#space.showAll();
      this.draw();
    });
  }

  /** @param {HTMLCanvasElement} canvas */
  #bindKeys(canvas) {
    canvas.addEventListener("keydown", (event) => {
      const arrow = ARROWS.get(event.key);
      if (arrow) {
        event.preventDefault();
        const [right, up] = arrow;
        const from = this.#picture.chosen;
        this.#choose(from < 0 ? this.#firstShown() : this.#space.neighbour(from, right, up));
      } else if (event.key === "Enter") {
        this.#choose(this.#picture.chosen);
      } else if (event.key === "+" || event.key === "-") {
        this.#zoom(event.key === "+" ? 1.6 : 1 / 1.6);
      }
    });
  }

  #firstShown() {
    return this.#space.isShown.indexOf(true);
  }

  /** @param {number} factor */
  #zoom(factor) {
    const { width, height } = this.#space;
    this.#space.zoomBy(factor, { x: width / 2, y: height / 2 });
    this.draw();
  }

  /** @param {number} index */
  #hover(index) {
    if (index === this.#picture.hovered) {
      return;
    }
    this.#picture.hovered = index;
    this.draw();
    const isHeard = /** @type {HTMLInputElement} */ (this.#root.querySelector("[data-hover]"));
    if (index >= 0 && isHeard.checked && this.#panel.isOn) {
      void this.#panel.go(this.#space.units(index));
    }
  }

  /** @param {number} index */
  #choose(index) {
    if (index < 0) {
      return;
    }
    this.#picture.chosen = index;
    this.#space.reveal(this.#space.presets[index]);
    this.#tell(this.#space.presets[index].name);
    this.draw();
    this.onchoose(this.#space.presets[index].name);
    void this.#panel.go(this.#space.units(index));
  }

  #filter() {
    const field = (/** @type {string} */ name) =>
      /** @type {HTMLInputElement} */ (this.#root.querySelector(`[data-filter=${name}]`)).value;
    const [axis, side] = (field("tag") || "-1 0").split(" ").map(Number);
    const shown = this.#space.filter({
      category: Number(field("category")),
      axis,
      side,
      text: field("text"),
    });
    this.#picture.axis = Number(field("colour"));
    this.#root
      .querySelectorAll("[data-legend]")
      .forEach((one) => (/** @type {HTMLElement} */ (one).hidden =
        (/** @type {HTMLElement} */ (one).dataset.legend === "category") !== this.#picture.axis < 0));
    this.#tell(`${shown} of ${this.#space.presets.length} presets`);
    this.draw();
  }

  /** @param {string} sentence */
  #tell(sentence) {
    /** @type {HTMLElement} */ (this.#root.querySelector("[data-map-status]")).textContent = sentence;
  }

  /** @param {string} selector @param {() => void} take */
  #on(selector, take) {
    this.#root.querySelector(selector)?.addEventListener("click", take);
  }
}
