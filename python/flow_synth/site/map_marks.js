// What lies above the dots of the map: rings, names, the cross, the ways that are heard.

/** @typedef {import("./map_space.js").MapSpace} MapSpace */
/** @typedef {import("./map_space.js").Point} Point */

const NAMESPACE = "http://www.w3.org/2000/svg";
const CROSS = "M5 0H14M-5 0H-14M0 5V14M0-5V-14";
const RING_PIXELS = 9;
const HEAD_PIXELS = 5;

/** Marks in the pixels of the map, drawn when asked to. */
export class MapMarks {
  #svg;
  #space;
  /** @type {Map<string, SVGElement>} by name. */
  #marks = new Map();
  /** Numbers of presets: under the pointer, and chosen; -1 for none. */
  hovered = -1;
  chosen = -1;
  /** Where the ends of the morph lie, as far as they are kept. @type {(Point|undefined)[]} */
  ends = [undefined, undefined];
  /** Where the morph stands from A to B, 0 to 1. */
  share = 0;
  /** Where the knobs lie that sound. @type {Point|undefined} */
  here;
  /** The line under the hand. @type {Point[]} */
  line = [];
  /** Numbers of the presets on the path. @type {number[]} */
  stops = [];
  /** Where the path is heard. @type {Point|undefined} */
  heard;

  /** @param {SVGElement} svg @param {MapSpace} space */
  constructor(svg, space) {
    this.#svg = svg;
    this.#space = space;
  }

  draw() {
    const at = (/** @type {Point|undefined} */ place) => place && this.#space.toPixels(place);
    const { presets, isShown } = this.#space;
    const of = (/** @type {number} */ index) => at(presets[index]);
    const [a, b] = this.ends.map(at);
    this.#polyline("line", this.line.map((place) => this.#space.toPixels(place)));
    this.#polyline("path", this.stops.map((index) => this.#space.toPixels(presets[index])));
    this.stops.forEach((index, number) => this.#circle(`stop ${number}`, of(index), 2.5));
    this.#forget("stop ", this.stops.length);
    this.#polyline("way", a && b ? [a, b] : []);
    const onWay = a && b && { x: a.x + (b.x - a.x) * this.share, y: a.y + (b.y - a.y) * this.share };
    this.#circle("morph", onWay, HEAD_PIXELS);
    this.#text("end-a", a, "A");
    this.#text("end-b", b, "B");
    this.#cross(at(this.here));
    this.#circle("chosen", isShown[this.chosen] ? of(this.chosen) : undefined, RING_PIXELS);
    this.#circle("heard", at(this.heard), HEAD_PIXELS);
    this.#circle("hovered", of(this.hovered), RING_PIXELS - 1);
    this.#name(of(this.hovered), presets[this.hovered]?.name ?? "");
  }

  /** @param {string} name @param {Point|undefined} at @param {number} radius */
  #circle(name, at, radius) {
    const mark = this.#shown(name, "circle", at);
    if (at) {
      set(mark, { cx: at.x, cy: at.y, r: radius });
    }
  }

  /** @param {string} name @param {Point[]} points */
  #polyline(name, points) {
    const mark = this.#shown(name, "polyline", points[1]);
    set(mark, { points: points.map(({ x, y }) => `${x},${y}`).join(" ") });
  }

  /** @param {string} name @param {Point|undefined} at @param {string} text */
  #text(name, at, text) {
    const mark = this.#shown(name, "text", at);
    if (at) {
      set(mark, { x: at.x + 8, y: at.y - 8 });
      mark.textContent = text;
    }
  }

  /** A name beside its preset, on the side where there is room. @param {Point|undefined} at @param {string} name */
  #name(at, name) {
    const mark = this.#shown("name", "text", at);
    if (at) {
      const isLeft = at.x > this.#space.width / 2;
      const aside = RING_PIXELS + 4;
      set(mark, {
        x: at.x + (isLeft ? -aside : aside),
        y: at.y + 4,
        "text-anchor": isLeft ? "end" : "start",
      });
      mark.textContent = name;
    }
  }

  /** @param {Point|undefined} at */
  #cross(at) {
    const mark = this.#shown("cross", "path", at);
    if (at) {
      set(mark, { d: CROSS, transform: `translate(${at.x} ${at.y})` });
    }
  }

  /**
   * @param {string} name
   * @param {string} tag
   * @param {Point|undefined} at without it there is none.
   */
  #shown(name, tag, at) {
    let mark = this.#marks.get(name);
    if (!mark) {
      mark = document.createElementNS(NAMESPACE, tag);
      mark.dataset.mark = name;
      this.#svg.append(mark);
      this.#marks.set(name, mark);
    }
    mark.style.display = at ? "" : "none";
    return mark;
  }

  /** Takes away marks with a number that is not needed any more. @param {string} name @param {number} from */
  #forget(name, from) {
    for (let number = from; this.#marks.has(`${name}${number}`); ++number) {
      this.#marks.get(`${name}${number}`)?.remove();
      this.#marks.delete(`${name}${number}`);
    }
  }
}

/** @param {SVGElement} mark @param {Record<string, string|number>} attributes */
function set(mark, attributes) {
  Object.entries(attributes).forEach(([name, value]) => mark.setAttribute(name, String(value)));
}
