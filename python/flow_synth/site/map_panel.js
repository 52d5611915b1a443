// The map of presets under the hand: pointer, keys, filters and search, and what is heard of it.

import { loaded } from "./loading.js";
import { categoryColour } from "./map_colours.js";
import { MapPicture } from "./map_picture.js";
import { MapPointer } from "./map_pointer.js";
import { MapSpace } from "./map_space.js";
import { convexWeights, mixture, neighbours } from "./neighbourhood.js";
import { PathPanel } from "./path_panel.js";
import { isElsewhere } from "./unit_values.js";

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
  /** Where the knobs were shown last. @type {Float32Array|undefined} */
  #units;
  /** How many presets are being gone to, and whether the knobs have yet to come to the last one. */
  #coming = 0;
  #isAwaited = false;

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
    this.#picture.onsay = (sentence) => this.#tell(sentence);
    this.#picture.onproblem = (error) => this.onproblem(error);
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
    this.#bindSearch();
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

  /** Marks where the knobs lie as an end of the morph. @param {number} end 0 or 1. */
  markEnd(end) {
    this.#picture.marks.ends[end] = this.#picture.marks.here;
    this.#picture.draw();
  }

  /**
   * Marks where knobs lie, on the preset that has them or among those that nearly do.
   *
   * @param {ArrayLike<number>} units
   * @param {string} [name] of what is looked for: the map, and the page, move there.
   */
  show(units, name) {
    const place = this.#mark(units);
    if (place && name !== undefined) {
      this.#space.centre(place);
      this.#tell(`${name} lies at the cross`);
      this.#root.querySelector(".map-box")?.scrollIntoView({ block: "nearest" });
    } else if (place) {
      this.#space.reveal(place);
    }
    this.#picture.draw();
  }

  /** Marks where knobs lie that move, and lets the map lie still. @param {ArrayLike<number>} units */
  follow(units) {
    const { marks } = this.#picture;
    // What has not moved yet is on its way to what was chosen, which is marked already.
    if (!marks.here || this.#hasMoved(units)) {
      this.#mark(units);
      this.#picture.draw();
    }
  }

  /** @param {ArrayLike<number>} units where the knobs are now. @returns their place. */
  #mark(units) {
    const { marks } = this.#picture;
    const hasMoved = this.#hasMoved(units);
    this.#units = Float32Array.from(units);
    marks.here = this.#space.placeOf(units);
    const preset = this.#space.presetAt(units);
    if (preset >= 0 && this.#coming === 0) {
      marks.chosen = preset;
    } else if (hasMoved && this.#coming === 0 && !this.#isAwaited) {
      marks.chosen = -1;
    }
    if (hasMoved) {
      this.#isAwaited = false;
    }
    return marks.here;
  }

  /** @param {ArrayLike<number>} units */
  #hasMoved(units) {
    return !this.#units || isElsewhere(units, this.#units);
  }

  #bindSearch() {
    const field = this.#root.querySelector("[data-filter=text]");
    field?.addEventListener("keydown", (event) => {
      const { key, isComposing } = /** @type {KeyboardEvent} */ (event);
      if (key === "Enter" && !isComposing) {
        event.preventDefault();
        this.#choose(this.#space.isShown.indexOf(true));
      }
    });
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
      // With these, keys belong to the browser.
      const isOthers = event.ctrlKey || event.altKey || event.metaKey;
      if (!isOthers && this.#press(event.key)) {
        event.preventDefault();
        // Letters are keys of the piano elsewhere on the page.
        event.stopPropagation();
      }
    });
  }

  /** @param {string} key @returns {boolean} whether it means something here. */
  #press(key) {
    const arrow = ARROWS.get(key);
    const { chosen } = this.#picture.marks;
    // What is filtered out is not there for keys.
    const from = this.#space.isShown[chosen] ? chosen : -1;
    if (arrow) {
      const [right, up] = arrow;
      this.#choose(
        from < 0 ? this.#space.nearestShown(this.#here) : this.#space.neighbour(from, right, up),
      );
    } else if (key === "Enter") {
      this.#choose(from);
    } else if (key === "+" || key === "-") {
      this.#zoom(key === "+" ? ZOOM : 1 / ZOOM);
    } else if (key.toLowerCase() === "p") {
      this.#path.add(from);
    } else {
      return false;
    }
    return true;
  }

  /** Where the knobs lie that sound; as long as none do, the middle of what is seen. */
  get #here() {
    return this.#picture.marks.here ?? this.#space.middle;
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
    const { marks } = this.#picture;
    marks.chosen = index;
    marks.here = { x: preset.x, y: preset.y };
    this.#space.reveal(preset);
    this.#tell(preset.name);
    this.#picture.draw();
    this.#do(this.#come(index, `${preset.name} on the map`), true);
  }

  /** Goes to a preset, which is marked already. @param {number} index @param {string} label */
  async #come(index, label) {
    const units = this.#space.units(index);
    this.#isAwaited = this.#units === undefined || this.#space.presetAt(this.#units) !== index;
    this.#coming += 1;
    try {
      await this.#voice.go(units, label);
      if (!this.#voice.isOn) {
        // The instrument was not to be loaded, and says so.
        this.#isAwaited = false;
        this.#stay();
      }
    } catch (error) {
      this.#isAwaited = false;
      if (this.#coming === 1) {
        this.#stay();
      }
      throw error;
    } finally {
      this.#coming -= 1;
    }
  }

  /** The knobs have not gone to what was chosen: they are where they were. */
  #stay() {
    const { marks } = this.#picture;
    marks.chosen = this.#units ? this.#space.presetAt(this.#units) : -1;
    marks.here = this.#units && this.#space.placeOf(this.#units);
    this.#picture.draw();
  }

  /** Goes to a random place between the presets around what sounds. */
  async #surprise() {
    this.#path.stop();
    const { presets, isShown } = this.#space;
    const among = neighbours(presets, isShown, this.#here, N_NEIGHBOURS);
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
    const { marks } = this.#picture;
    if (!this.#space.isShown[marks.hovered]) {
      marks.hovered = -1;
    }
    this.#space.revealShown();
    this.#tell(`${shown} of ${this.#space.presets.length} presets`);
    this.#picture.filter();
  }

  #colour() {
    const axis = Number(
      /** @type {HTMLSelectElement} */ (this.#root.querySelector("[data-colour]")).value,
    );
    this.#root.querySelectorAll("[data-legend]").forEach((one) => {
      const legend = /** @type {HTMLElement} */ (one);
      legend.hidden = (legend.dataset.legend === "category") !== axis < 0;
    });
    this.#picture.colour(axis);
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
