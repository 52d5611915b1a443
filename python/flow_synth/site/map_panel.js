// The map of presets under the hand: pointer, keys, filters and search, and what is heard of it.

import { loaded } from "./loading.js";
import { categoryColour } from "./map_colours.js";
import { MapPicture } from "./map_picture.js";
import { MapPointer } from "./map_pointer.js";
import { MapSpace } from "./map_space.js";
import { convexWeights, mixture, neighbours } from "./neighbourhood.js";
import { PathPanel } from "./path_panel.js";

/** @typedef {import("./instrument_voice.js").Voice} Voice */

const REACH_PIXELS = 14;
const ZOOM = 1.6;
/** Presets that a surprise lies among. */
const N_NEIGHBOURS = 6;
const ARROWS = new Map([
  ["ArrowLeft", [-1, 0]],
  ["ArrowRight", [1, 0]],
  ["ArrowUp", [0, 1]],
  ["ArrowDown", [0, -1]],
]);

/** Binds the map to its parts and to what it is heard by. */
export class MapPanel {
  #root;
  #voice;
  #space;
  #picture;
  #path;
  #random;

  /**
   * @param {HTMLElement} root
   * @param {Voice} voice
   * @returns {MapPanel|undefined} undefined if the browser cannot draw it, which it then says.
   */
  static open(root, voice) {
    try {
      return new MapPanel(root, voice);
    } catch (error) {
      root.querySelectorAll("[data-map-part]").forEach((part) => part.remove());
      const said = /** @type {HTMLElement} */ (root.querySelector("[data-map-status]"));
      said.textContent = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  }

  /**
   * @param {HTMLElement} root
   * @param {Voice} voice
   * @param {() => number} random gives numbers from 0 to below 1.
   * @throws {Error} if the browser cannot draw it.
   */
  constructor(root, voice, random = Math.random) {
    this.#root = root;
    this.#voice = voice;
    this.#random = random;
    const face = /** @type {HTMLElement} */ (root.querySelector("[data-map-face]"));
    this.#space = new MapSpace(loaded("map")?.presets ?? []);
    this.#picture = new MapPicture(face, this.#space);
    const pointer = this.#bindPointer(face);
    this.#path = new PathPanel(root, this.#space, this.#picture, pointer, voice);
    this.#path.onsay = (sentence) => this.#tell(sentence);
    this.#path.onproblem = (error) => this.onproblem(error);
    this.#bindKeys(face);
    this.#on("[data-zoom=in]", "click", () => this.#zoom(ZOOM));
    this.#on("[data-zoom=out]", "click", () => this.#zoom(1 / ZOOM));
    this.#on("[data-zoom=all]", "click", () => {
      this.#space.showAll();
      this.#picture.draw();
    });
    this.#on("[data-surprise]", "click", () => void this.#surprise());
    this.#on("[data-filter]", "input", () => this.#filter());
    this.#on("[data-colour]", "input", () => this.#colour());
    root.querySelectorAll("[data-swatch]").forEach((swatch) => {
      const one = /** @type {HTMLElement} */ (swatch);
      one.style.background = categoryColour(Number(one.dataset.swatch));
    });
    this.#colour();
    this.#filter();
  }

  /** Is told what went wrong. */
  onproblem = (/** @type {any} */ error) => {
    if (error?.name !== "AbortError") {
      this.#tell(error?.message ?? String(error));
    }
  };

  /** Is told of what may take a while. */
  onwait = (/** @type {Promise<any>} */ _deed) => {};

  /** Marks how far the morph is. @param {number} share 0 to 1, from A to B. */
  markMorph(share) {
    this.#picture.marks.share = share;
    this.#picture.draw();
  }

  /** Marks what is chosen as an end of the morph. @param {number} end 0 or 1. */
  markEnd(end) {
    this.#picture.marks.ends[end] = this.#picture.marks.chosen;
    this.#picture.draw();
  }

  /**
   * Marks where knobs lie, on the preset that has them or among those that nearly do.
   *
   * @param {ArrayLike<number>} units
   * @param {string} [name] of what is looked for: the map, and the page, move there.
   */
  show(units, name) {
    const place = this.#space.placeOf(units);
    this.#picture.marks.here = place;
    if (place && name !== undefined) {
      this.#space.centre(place);
      this.#tell(`${name} lies at the cross`);
      this.#root.querySelector(".map-box")?.scrollIntoView({ block: "nearest" });
    } else if (place) {
      this.#space.reveal(place);
    }
    this.#picture.draw();
  }

  /** @param {HTMLElement} face */
  #bindPointer(face) {
    const pointer = new MapPointer(face);
    pointer.onhover = (at) => this.#hover(at ? this.#space.nearest(at, REACH_PIXELS) : -1);
    pointer.onclick = (at) => this.#choose(this.#space.nearest(at, REACH_PIXELS));
    pointer.onpan = (right, down) => {
      this.#space.panBy(right, down);
      this.#picture.draw();
    };
    pointer.onzoom = (factor, at) => {
      this.#space.zoomBy(factor, at);
      this.#picture.draw();
    };
    return pointer;
  }

  /** @param {HTMLElement} face */
  #bindKeys(face) {
    face.addEventListener("keydown", (event) => {
      const arrow = ARROWS.get(event.key);
      const { chosen } = this.#picture.marks;
      if (arrow) {
        event.preventDefault();
        const [right, up] = arrow;
        this.#choose(chosen < 0 ? this.#firstShown() : this.#space.neighbour(chosen, right, up));
      } else if (event.key === "Enter") {
        this.#choose(chosen);
      } else if (event.key === "+" || event.key === "-") {
        this.#zoom(event.key === "+" ? ZOOM : 1 / ZOOM);
      } else if (event.key.toLowerCase() === "p" && !event.ctrlKey && !event.metaKey) {
        this.#path.add(chosen);
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
    this.#picture.draw();
  }

  /** @param {number} index */
  #hover(index) {
    const { marks } = this.#picture;
    if (index === marks.hovered) {
      return;
    }
    marks.hovered = index;
    this.#picture.draw();
    const isHeard = /** @type {HTMLInputElement} */ (this.#root.querySelector("[data-hover]"));
    if (index >= 0 && isHeard.checked && this.#voice.isOn && !this.#path.isPlaying) {
      this.#do(this.#voice.audition(this.#space.units(index)));
    }
  }

  /** @param {number} index */
  #choose(index) {
    if (index < 0) {
      return;
    }
    this.#path.stop();
    const preset = this.#space.presets[index];
    this.#picture.marks.chosen = index;
    this.#space.reveal(preset);
    this.#tell(preset.name);
    this.#picture.draw();
    this.#do(this.#voice.go(this.#space.units(index), `${preset.name} on the map`), true);
  }

  /** Goes to a random place between what is chosen, or else what is seen, and its neighbours. */
  async #surprise() {
    this.#path.stop();
    const { presets, isShown, middle } = this.#space;
    const { chosen, here } = this.#picture.marks;
    const among = neighbours(presets, isShown, presets[chosen] ?? here ?? middle, N_NEIGHBOURS);
    if (among.length === 0) {
      this.#tell("No preset is shown to be near to");
      return;
    }
    const name = presets[among[0]].name;
    try {
      const zs = await Promise.all(among.map((index) => this.#voice.locate(this.#space.units(index))));
      const place = mixture(zs, convexWeights(zs.length, this.#random));
      const deed = this.#voice.goTo(place, `a surprise near ${name}`);
      this.onwait(deed);
      this.show(await deed);
      this.#tell(`A surprise near ${name}, among ${among.length} presets`);
    } catch (error) {
      this.onproblem(error);
    }
  }

  /** @param {Promise<void>} deed @param {boolean} isWaitedFor */
  #do(deed, isWaitedFor = false) {
    deed.catch((error) => this.onproblem(error));
    if (isWaitedFor) {
      this.onwait(deed);
    }
  }

  #filter() {
    const field = (/** @type {string} */ name) =>
      /** @type {HTMLInputElement|null} */ (this.#root.querySelector(`[data-filter=${name}]`))?.value;
    const [axis, side] = (field("tag") || "-1 0").split(" ").map(Number);
    const shown = this.#space.filter({
      category: Number(field("category") ?? -1),
      axis,
      side,
      text: field("text"),
    });
    this.#tell(`${shown} of ${this.#space.presets.length} presets`);
    this.#picture.plot.filter();
  }

  #colour() {
    const axis = Number(
      /** @type {HTMLSelectElement} */ (this.#root.querySelector("[data-colour]")).value,
    );
    this.#root.querySelectorAll("[data-legend]").forEach((one) => {
      const legend = /** @type {HTMLElement} */ (one);
      legend.hidden = (legend.dataset.legend === "category") !== axis < 0;
    });
    this.#picture.plot.colour(axis);
  }

  /** @param {string} sentence */
  #tell(sentence) {
    /** @type {HTMLElement} */ (this.#root.querySelector("[data-map-status]")).textContent = sentence;
  }

  /** @param {string} selector @param {string} event @param {() => void} take */
  #on(selector, event, take) {
    this.#root.querySelectorAll(selector).forEach((one) => one.addEventListener(event, take));
  }
}
