// The path on the map: drawn, or put together preset by preset, and heard.

import { MapPath, presetsAlong } from "./map_path.js";
import { part } from "./page_part.js";

/**
 * @typedef {import("./instrument_voice.js").Voice} Voice
 * @typedef {import("./map_picture.js").MapPicture} MapPicture
 * @typedef {import("./map_pointer.js").MapPointer} MapPointer
 * @typedef {import("./map_space.js").MapSpace} MapSpace
 * @typedef {import("./map_space.js").Point} Point
 */

const LABEL = "a path on the map";

/** Its buttons, bound to the map and to what it is heard by. */
export class PathPanel {
  #root;
  #space;
  #picture;
  #pointer;
  #voice;
  #walk = new AbortController();
  /** Whether what remains of the line under the hand counts for nothing. */
  #isGivenUp = false;

  /** Is told, in one sentence, what became of it. */
  onsay = (/** @type {string} */ _sentence) => {};
  onproblem = (/** @type {any} */ _error) => {};

  /**
   * @param {HTMLElement} root
   * @param {MapSpace} space
   * @param {MapPicture} picture
   * @param {MapPointer} pointer
   * @param {Voice} voice
   */
  constructor(root, space, picture, pointer, voice) {
    this.#root = root;
    this.#space = space;
    this.#picture = picture;
    this.#pointer = pointer;
    this.#voice = voice;
    this.#walk.abort(); // None is under way.
    pointer.online = (what, at) => this.#draw(what, this.#space.toPlace(at));
    part(root, "[data-path-draw]").addEventListener("click", () => this.#setDrawing(!pointer.isDrawing));
    part(root, "[data-path-clear]").addEventListener("click", () => this.clear());
    part(root, "[data-path-play]").addEventListener("click", () => this.#play());
    document.addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && pointer.isDrawing) {
        this.#giveUp();
      }
    });
  }

  /** Whether it is heard now. */
  get isPlaying() {
    return !this.#walk.signal.aborted;
  }

  /** Ends what is heard of it. */
  stop() {
    if (this.isPlaying) {
      this.#walk.abort();
      part(this.#root, "[data-path-play]").textContent = "Play the path";
      this.#picture.marks.heard = undefined;
      this.#picture.draw();
    }
  }

  clear() {
    this.stop();
    this.#setDrawing(false);
    this.#set([]);
    this.onsay("The path is cleared.");
  }

  /** Lets it go on to a preset. @param {number} index */
  add(index) {
    const { stops } = this.#picture.marks;
    if (index >= 0 && index !== stops[stops.length - 1]) {
      this.#set([...stops, index]);
      this.#sayLength();
    }
  }

  /** @param {boolean} isDrawing */
  #setDrawing(isDrawing) {
    this.#pointer.isDrawing = isDrawing;
    this.#root.classList.toggle("is-drawing", isDrawing);
    part(this.#root, "[data-path-draw]").setAttribute("aria-pressed", String(isDrawing));
    if (isDrawing) {
      this.stop();
      this.onsay("Draw a line over the map.");
    }
  }

  /** Draws nothing, after all. */
  #giveUp() {
    const { marks } = this.#picture;
    if (marks.line.length > 0) {
      // The hand still holds the line: until it lets go, it would move the map, or click on it.
      this.#isGivenUp = true;
      marks.line = [];
      this.#picture.draw();
    } else if (!this.#isGivenUp) {
      this.#setDrawing(false);
    }
    this.onsay("No line is drawn.");
  }

  /** @param {"begin"|"on"|"end"} what @param {Point} place */
  #draw(what, place) {
    const { marks } = this.#picture;
    if (this.#isGivenUp && what !== "begin") {
      if (what === "end") {
        this.#isGivenUp = false;
        this.#setDrawing(false);
      }
      return;
    }
    this.#isGivenUp = false;
    if (what === "begin") {
      this.#set([]);
      marks.line = [];
    }
    if (what === "end") {
      this.#set(presetsAlong(marks.line, this.#space.presets, this.#space.isShown));
      marks.line = [];
      this.#setDrawing(false);
      this.#sayLength();
    } else {
      marks.line.push(place);
      this.#picture.draw();
    }
  }

  /** @param {number[]} stops numbers of presets. */
  #set(stops) {
    this.#picture.marks.stops = stops;
    part(this.#root, "[data-path-play]").disabled = stops.length < 2;
    part(this.#root, "[data-path-clear]").disabled = stops.length === 0;
    this.#picture.draw();
  }

  #sayLength() {
    const { length } = this.#picture.marks.stops;
    this.onsay(
      length < 2
        ? "The path has one preset; it needs another one."
        : `The path has ${length} presets; play it.`,
    );
  }

  async #play() {
    if (this.isPlaying) {
      this.stop();
      return;
    }
    const button = part(this.#root, "[data-path-play]");
    const { marks } = this.#picture;
    const { stops } = marks;
    const walk = (this.#walk = new AbortController());
    const { signal } = walk;
    button.textContent = "Stop";
    try {
      const zs = await Promise.all(stops.map((stop) => this.#voice.locate(this.#space.units(stop))));
      const path = new MapPath(stops.map((stop) => this.#space.presets[stop]), zs);
      if (!signal.aborted) {
        await this.#voice.walk(
          {
            at: (share) => path.at(share).z,
            seconds: this.#seconds,
            signal,
            onshare: (share) => {
              if (!signal.aborted) {
                marks.heard = path.at(share).place;
                this.#picture.draw();
              }
            },
          },
          LABEL,
        );
      }
    } catch (error) {
      this.onproblem(error);
    }
    // Whoever stops it may have let another one begin.
    if (this.#walk === walk) {
      this.stop();
    }
  }

  /** For the whole path: what stands in the field, as far as it may. */
  get #seconds() {
    const field = /** @type {HTMLInputElement} */ (part(this.#root, "[data-path-seconds]"));
    const [least, most] = [Number(field.min), Number(field.max)];
    return Math.min(Math.max(Number(field.value) || Number(field.defaultValue), least), most);
  }
}
