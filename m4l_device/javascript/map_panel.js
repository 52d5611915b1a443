// The map in the device: hearing presets, free points between them, and paths in time.

const { PATH_KINDS, PATH_LENGTHS, PATH_LOOPS, choice } = require("choices.js");
const { readText } = require("files.js");
const { PathClock, placeOnPath, ticksOfBars } = require("map_path.js");
const { readMap } = require("preset_map.js");
const { areAlike, between } = require("units.js");

/** A path has so many points at most. */
const MOST_POINTS = 64;

/** `1/2` and the like -> a number. */
function barsOf(item) {
  const [above, below = "1"] = item.split("/");
  return Number(above) / Number(below);
}

/** What is done on the map, and what moves there by itself. */
class MapPanel {
  /** @param {import("device.js").Device} device */
  constructor(device) {
    this.device = device;
    /** @type {import("preset_map.js").PresetMap|undefined} */
    this.map = undefined;
    this.filter = 0;
    /** @type {number[]} indices of the presets that pass the filter. */
    this.showing = [];
    this.colour = 0;
    this.isHoverHeard = false;
    /** @type {number[]} where to go back to when the mouse leaves; empty: it hears nothing. */
    this.home = [];
    /** Whether what sounds has a place on the map. */
    this.isOnMap = false;
    this.kind = PATH_KINDS[0];
    this.isDrawing = false;
    this.clock = new PathClock();
    /** Whether a path moves the sound, in time with Live. */
    this.isMoving = false;
    /** @type {number[]} what the path has sent last. */
    this.sent = [];
  }

  get handlers() {
    return {
      hover_to_hear: (isOn) => this.setHover(Boolean(isOn)),
      map_tag: (value) => this.setFilter(value),
      map_colour: (value) => this.setColour(value),
      map_hover: (number) => this.hover(number),
      map_click: (number) => this.click(number),
      map_point: (x, y) => this.point(x, y),
      map_path: (what, ...numbers) => this.edit(String(what).toLowerCase(), numbers),
      path_kind: (value) => this.setKind(value),
      path_draw: (isOn) => this.draw(Boolean(isOn)),
      path_play: (isOn) => this.play(Boolean(isOn)),
      path_loop: (value) => (this.clock.isLooping = choice(PATH_LOOPS, value) === "Loop"),
      path_length: (value) => this.setLength(value),
      path_clear: () => this.edit("clear", []),
      transport: (ticks, isPlaying) => this.tick(ticks, Boolean(isPlaying)),
    };
  }

  // --- The map itself ---

  /** Reads the map that lies beside a model file, or in the search path by its name. */
  load(modelPath, knobs) {
    const path = modelPath.replace(/(\.flow)?\.ts$/, "") + ".map.json";
    const name = path.split(/[\\/]/).at(-1);
    this.map = undefined;
    this.home = [];
    for (const place of new Set([path, name])) {
      const text = readText(this.device.max.File, place);
      if (text !== undefined) {
        this.take(text, place, knobs);
        break;
      }
    }
    this.showAll();
  }

  take(text, path, knobs) {
    try {
      const map = readMap(text, path);
      if (map.parameters.join() !== knobs.join()) {
        throw new Error(`${path} has other knobs than the model; make it again by flow-synth map`);
      }
      this.map = map;
      this.device.outlets.view("map", "load", path);
    } catch (error) {
      this.device.say(error.message);
    }
  }

  showAll() {
    const { outlets } = this.device;
    if (!this.map) {
      outlets.view("map", "load");
    } else {
      outlets.items("map_tag", this.map.filters);
      outlets.items("map_colour", this.map.colours);
    }
    this.showFilter();
    outlets.view("map", "colour", this.colour);
    this.showPath();
  }

  setFilter(value) {
    this.filter = this.numberOf(value, this.map?.filters);
    this.showFilter();
  }

  showFilter() {
    this.showing = this.map?.passing(this.filter) ?? [];
    this.device.outlets.view("map", "filter", this.filter);
  }

  setColour(value) {
    this.colour = this.numberOf(value, this.map?.colours);
    this.device.outlets.view("map", "colour", this.colour);
  }

  /** Index of a menu's item, by itself or by its name. */
  numberOf(value, items = []) {
    return typeof value === "number" ? Math.max(value, 0) : Math.max(items.indexOf(value), 0);
  }

  // --- Hearing ---

  get isHovering() {
    return this.home.length > 0;
  }

  /** Not while anything else is about to move the sound by itself. */
  get canHover() {
    const { position, soundIn } = this.device;
    return (
      this.isHoverHeard &&
      !this.clock.isOn &&
      !soundIn.isWaiting &&
      this.device.isReady &&
      position.units.length > 0
    );
  }

  setHover(isHeard) {
    this.isHoverHeard = isHeard;
    if (!isHeard) {
      this.hover(0);
    }
  }

  /** The mouse is over a preset; 0: over none. */
  hover(number) {
    const { position } = this.device;
    const preset = this.map?.presets[number - 1];
    if (!preset) {
      this.goHome();
    } else if (this.canHover) {
      if (!this.isHovering) {
        position.keep();
        this.home = position.units;
      }
      position.move("params", ...preset.units);
    }
  }

  /** Back to what sounded before the mouse came. */
  goHome() {
    const { home } = this;
    this.home = [];
    if (home.length > 0) {
      this.device.position.returnTo(home);
    }
  }

  /** Something else begins; `isLeft`: what the mouse heard is left behind. */
  endHover(isLeft) {
    if (this.isHovering && isLeft) {
      this.device.position.units = this.home;
    }
    this.home = [];
  }

  click(number) {
    const preset = this.map?.presets[number - 1];
    if (preset) {
      this.device.go("map", "params", ...preset.units);
      this.show(preset.x, preset.y, number);
      this.device.say(preset.name);
    }
  }

  /** A free point of the map, with x and y from 0 to 1. */
  point(x, y) {
    if (this.showing.length > 0 && Number.isFinite(x) && Number.isFinite(y)) {
      this.device.slide("map", "params", ...this.map.unitsAt(x, y, this.showing));
      this.show(x, y);
    }
  }

  /** The sound is elsewhere than on the map. */
  leave() {
    if (this.isOnMap) {
      this.isOnMap = false;
      this.device.outlets.view("map", "chosen", 0);
      this.device.outlets.view("map", "here");
    }
  }

  /** The sound is here on the map; at a preset, or at none. */
  show(x, y, number = 0) {
    this.isOnMap = true;
    this.device.outlets.view("map", "chosen", number);
    this.device.outlets.view("map", "here", x, y);
  }

  // --- Paths ---

  get path() {
    return this.device.memory.path;
  }

  setKind(value) {
    this.kind = choice(PATH_KINDS, value) || this.kind;
    this.showPath();
  }

  draw(isDrawing) {
    this.isDrawing = isDrawing;
    this.device.outlets.view("map", "draw", Number(isDrawing));
  }

  setLength(value) {
    const item = choice(PATH_LENGTHS, value);
    if (item) {
      this.clock.length_ticks = ticksOfBars(barsOf(item));
    }
  }

  /** `add X Y` for a free path, `add I` for one of presets, or `clear`. */
  edit(what, numbers) {
    const isFree = this.kind === "Free";
    const points = isFree ? this.path.points : this.path.presets;
    if (what === "clear") {
      points.length = 0;
    } else if (what === "add" && this.canAdd(isFree, numbers)) {
      if (points.length === MOST_POINTS) {
        this.device.say(`A path has ${MOST_POINTS} points at most; clear it to draw another`);
        return;
      }
      points.push(isFree ? [numbers[0], numbers[1]] : numbers[0] - 1);
    } else {
      return;
    }
    this.showPath();
    this.device.changed();
  }

  canAdd(isFree, numbers) {
    return isFree
      ? numbers.length >= 2 && numbers.every(Number.isFinite)
      : this.map?.presets[numbers[0] - 1] !== undefined;
  }

  /** Points of the path that would be played. */
  get points() {
    if (!this.map) {
      return [];
    }
    return this.kind === "Free"
      ? this.path.points
      : this.presetsOfPath().map((preset) => [preset.x, preset.y]);
  }

  /** Presets of the path, those that the map no longer has left out. */
  presetsOfPath() {
    return this.path.presets.map((index) => this.map.presets[index]).filter(Boolean);
  }

  showPath() {
    this.device.outlets.view("map", "path_kind", this.kind.toLowerCase());
    this.device.outlets.view("map", "path", ...this.points.flat());
  }

  play(isOn) {
    if (isOn && this.points.length === 0) {
      this.device.say("There is no path yet; switch Draw on and click on the map");
    }
    this.endHover(false);
    this.clock.play(isOn);
    this.isMoving = false;
    this.sent = [];
    if (!isOn) {
      this.device.outlets.view("map", "playing");
    }
  }

  /** Ends what moves by itself. */
  stop() {
    if (this.clock.isOn) {
      this.play(false);
      this.device.outlets.show("path_play", 0);
    }
  }

  /** Where the transport is, some forty times a second. */
  tick(ticks, isPlaying) {
    const { points } = this;
    this.isMoving =
      this.clock.isOn && Boolean(isPlaying) && points.length > 0 && Number.isFinite(ticks);
    if (!this.isMoving) {
      return;
    }
    const share = this.clock.share(ticks);
    this.sound(share, points);
    if (share === 1 && !this.clock.isLooping) {
      this.stop();
    }
  }

  /** Sends the sound of a share of the path, if it is another than before. */
  sound(share, points) {
    const isFree = this.kind === "Free";
    const place = placeOnPath(points, share, isFree);
    const [x, y] = between(points[place.from], points[place.to], place.share);
    if (isFree && this.showing.length === 0) {
      return;
    }
    const units = isFree
      ? this.map.unitsAt(x, y, this.showing)
      : this.unitsBetween(this.presetsOfPath(), place);
    if (areAlike(units, this.sent)) {
      return;
    }
    this.sent = units;
    this.isOnMap = false; // It does not leave the map, but goes on there.
    this.device.move("params", ...units);
    this.device.outlets.view("map", "playing", share);
    this.show(x, y);
  }

  unitsBetween(presets, { from, to, share }) {
    return between(presets[from].units, presets[to].units, share);
  }
}

exports.MapPanel = MapPanel;
exports.MOST_POINTS = MOST_POINTS;
