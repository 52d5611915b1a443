// The map of presets as a picture that is played with the mouse.
//
// Indices of messages count from 1, 0 is none; those in here count from 0, -1 is none.

const { readText } = require("files.js");
const { readMap } = require("preset_map.js");
const { clamped } = require("units.js");
const { PointGrid } = require("view_grid.js");
const { Layer } = require("view_layer.js");
const { paintMap } = require("view_map_paint.js");
const { dispatch } = require("view_messages.js");
const { MapTransform } = require("view_transform.js");

/** Pixels around the mouse in which a preset is found. */
const REACH = 6;
/** Pixels after which a press has become a drag. */
const DRAG = 3;
/** Pixels between points of a path that is drawn by hand. */
const PATH_STEP = 10;
/** Pixels that the mouse must leave behind after a press before it hears again. */
const QUIET = 10;
/** Zoom for one whole turn of the wheel, as Max counts it. */
const WHEEL_ZOOM = 4;

const NO_MAP = "No map lies beside this model; make one with flow-synth map.";
const NO_PRESETS = "The map of this model holds no presets.";

function whole(value) {
  return Number.isFinite(Number(value)) ? Math.round(Number(value)) : 0;
}

/** Numbers one after the other -> points; what is no point ends them. */
function pointsOf(numbers) {
  const points = [];
  for (let place = 0; place + 1 < numbers.length; place += 2) {
    const point = [Number(numbers[place]), Number(numbers[place + 1])];
    if (!point.every(Number.isFinite)) {
      break;
    }
    points.push(point);
  }
  return points;
}

/** What the map shows, and what the mouse does there. */
class MapView {
  /** @param {{File: any, MGraphics: any, Image: any}} max Max's own constructors. */
  constructor(max) {
    this.max = max;
    this.layer = new Layer(max);
    this.transform = new MapTransform();
    /** Where dots lie; painting says how much the legend leaves. */
    this.area = { x: 0, y: 0, width: 1, height: 1 };
    /** Changes with the map, its filter and its colours. */
    this.edition = 0;
    this.filter = 0;
    this.colouring = 0;
    this.isDrawing = false;
    this.isPathOfPresets = false;
    this.empty(NO_MAP);
  }

  /** Shows a sentence instead of a map. */
  empty(sentence) {
    /** @type {import("preset_map.js").PresetMap|undefined} */
    this.map = undefined;
    this.sentence = sentence;
    this.showing = [];
    this.grid = new PointGrid([], []);
    this.hovered = -1;
    this.chosen = -1;
    /** @type {[number, number]|undefined} where the sound is. */
    this.here = undefined;
    /** @type {Array<[number, number]>} */
    this.path = [];
    /** Share of the path that has been played; -1 while it rests. */
    this.played = -1;
    /** @type {{x: number, y: number, isPan: boolean, isDrag: boolean}|undefined} the mouse. */
    this.pressed = undefined;
    /** @type {[number, number]|undefined} a place of the screen where the mouse does not hear. */
    this.quiet = undefined;
    this.edition += 1;
  }

  get handlers() {
    return {
      load: (...path) => this.load(path.join(" ")),
      filter: (number) => this.setFilter(whole(number)),
      colour: (number) => this.setColouring(whole(number)),
      here: (...point) => ([this.here] = pointsOf(point)),
      chosen: (number) => (this.chosen = whole(number) - 1),
      draw: (isOn) => (this.isDrawing = Boolean(whole(isOn))),
      path_kind: (kind) => (this.isPathOfPresets = String(kind).toLowerCase() === "presets"),
      path: (...numbers) => (this.path = pointsOf(numbers)),
      playing: (share = -1) => (this.played = Number.isFinite(share) ? share : -1),
    };
  }

  /** Takes a message; says whether there is such a one. */
  receive(selector, args) {
    return dispatch(this.handlers, selector, args);
  }

  /** Reads a map file; none, or a damaged one, is said in the view. */
  load(path) {
    this.empty(NO_MAP);
    this.transform.reset();
    if (path === "") {
      return;
    }
    const name = path.split(/[\\/]/).at(-1);
    try {
      const text = readText(this.max.File, path);
      if (text === undefined) {
        throw new Error(`${name} cannot be opened; make it again by flow-synth map`);
      }
      this.map = readMap(text, name);
      this.sentence = this.map.presets.length === 0 ? NO_PRESETS : "";
    } catch (error) {
      this.sentence = `${error.message}.`;
    }
    this.setFilter(this.filter);
    this.setColouring(this.colouring);
  }

  /** Shows the presets that have a tag: 0 all of them, 1 and 2 the words of the first axis ... */
  setFilter(number) {
    this.filter = number;
    this.showing = this.map?.passing(number) ?? [];
    this.grid = new PointGrid(this.map?.presets ?? [], this.showing);
    this.hovered = -1;
    this.edition += 1;
  }

  /** Colours by category, 0, or by an axis from 1. */
  setColouring(number) {
    this.colouring = number >= 1 && number <= (this.map?.axes.length ?? number) ? number : 0;
    this.edition += 1;
  }

  /** @param {import("view_theme.js").Theme} theme */
  paint(graphics, theme) {
    paintMap(graphics, this, theme);
  }

  // --- The mouse: each says which messages go to the device ---

  /** Index of the preset at a place of the screen, or -1. */
  presetAt(screenX, screenY) {
    const [x, y] = this.transform.toMap(screenX, screenY, this.area);
    const { zoom } = this.transform;
    return this.grid.nearest(
      x,
      y,
      REACH / (zoom * this.area.width),
      REACH / (zoom * this.area.height),
    );
  }

  pointAt(screenX, screenY) {
    return this.transform.toMap(screenX, screenY, this.area).map((side) => clamped(side, 0, 1));
  }

  hover(screenX, screenY) {
    const [quietX, quietY] = this.quiet ?? [Infinity, Infinity];
    if (Math.hypot(screenX - quietX, screenY - quietY) < QUIET) {
      return [];
    }
    this.quiet = undefined;
    return this.setHovered(this.presetAt(screenX, screenY));
  }

  leave() {
    this.quiet = undefined;
    return this.setHovered(-1);
  }

  setHovered(index) {
    if (index === this.hovered) {
      return [];
    }
    this.hovered = index;
    return [["map_hover", index + 1]];
  }

  press(screenX, screenY, isPan) {
    if (this.showing.length === 0) {
      return [];
    }
    this.pressed = { x: screenX, y: screenY, isPan, isDrag: false };
    this.quiet = [screenX, screenY];
    if (isPan) {
      return [];
    }
    const index = this.presetAt(screenX, screenY);
    this.hovered = index;
    if (this.isDrawing) {
      return this.addToPath(screenX, screenY, index);
    }
    const point = ["map_point", ...this.pointAt(screenX, screenY)];
    return [index >= 0 ? ["map_click", index + 1] : point];
  }

  addToPath(screenX, screenY, index) {
    if (!this.isPathOfPresets) {
      return [["map_path", "add", ...this.pointAt(screenX, screenY)]];
    }
    return index >= 0 ? [["map_path", "add", index + 1]] : [];
  }

  drag(screenX, screenY, isDown) {
    const { pressed } = this;
    if (!pressed || !isDown) {
      this.pressed = undefined;
      return [];
    }
    const [deltaX, deltaY] = [screenX - pressed.x, screenY - pressed.y];
    const step = this.isDrawing ? PATH_STEP : pressed.isDrag || pressed.isPan ? 0 : DRAG;
    if (Math.hypot(deltaX, deltaY) < step) {
      return [];
    }
    Object.assign(pressed, { x: screenX, y: screenY, isDrag: true });
    this.quiet = [screenX, screenY];
    if (pressed.isPan) {
      this.transform.pan(deltaX, deltaY, this.area);
      return [];
    }
    this.hovered = -1;
    if (this.isDrawing) {
      return this.isPathOfPresets ? [] : this.addToPath(screenX, screenY, -1);
    }
    return [["map_point", ...this.pointAt(screenX, screenY)]];
  }

  wheel(screenX, screenY, turn) {
    if (Number.isFinite(turn)) {
      const factor = WHEEL_ZOOM ** clamped(turn, -1, 1);
      this.transform.zoomAt(screenX, screenY, factor, this.area);
    }
    return [];
  }

  /** Shows the whole map again; while a path is drawn, two quick clicks are two points. */
  double() {
    if (!this.isDrawing) {
      this.transform.reset();
    }
    return [];
  }
}

exports.MapView = MapView;
