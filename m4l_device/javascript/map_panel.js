// The map in the device: hearing presets, and free points between them.

const { MAP_COLOURS, MAP_FILTERS } = require("choices.js");
const { readText } = require("files.js");
const { readMap } = require("preset_map.js");

/** Whether names are the same to a reader. */
function readAlike(names, others) {
  return names.join("\n").toLowerCase() === others.join("\n").toLowerCase();
}

/** What is done on the map. */
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
    /** Items of both menus, by their control. */
    this.items = { map_tag: MAP_FILTERS, map_colour: MAP_COLOURS };
  }

  get handlers() {
    return {
      hover_to_hear: (isOn) => this.setHover(Boolean(isOn)),
      map_tag: (value) => this.setFilter(value),
      map_colour: (value) => this.setColour(value),
      map_hover: (number) => this.hover(number),
      map_click: (number) => this.click(number),
      map_point: (x, y) => this.point(x, y),
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
      this.showItems("map_tag", this.map.filters);
      this.showItems("map_colour", this.map.colours);
    }
    this.showFilter();
    outlets.view("map", "colour", this.colour);
    this.device.pathPanel.show();
  }

  /** Most models have the items of the table, of which Live need not hear again. */
  showItems(id, names) {
    if (!readAlike(names, this.items[id])) {
      this.items[id] = names;
      this.device.outlets.items(id, names);
    }
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
      !this.device.pathPanel.clock.isOn &&
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
      this.device.isTurning = true;
      position.move("params", ...preset.units);
      this.device.preview();
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
}

exports.MapPanel = MapPanel;
