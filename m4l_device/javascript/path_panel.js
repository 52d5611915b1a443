// Paths over the map: drawing them, and playing them in time with Live.

const { PATH_KINDS, PATH_LENGTHS, PATH_LOOPS, choice } = require("choices.js");
const { PathClock, placeOnPath } = require("map_path.js");
const { areAlike, between } = require("units.js");

/** A path has so many points at most. */
const MOST_POINTS = 64;

/** `1/2` and the like -> a number. */
function barsOf(item) {
  const [above, below = "1"] = item.split("/");
  return Number(above) / Number(below);
}

/** What moves on the map by itself. */
class PathPanel {
  /** @param {import("device.js").Device} device */
  constructor(device) {
    this.device = device;
    this.kind = PATH_KINDS[0];
    this.clock = new PathClock();
    /** Whether a path moves the sound, in time with Live. */
    this.isMoving = false;
    /** @type {number[]} what the path has sent last. */
    this.sent = [];
  }

  get handlers() {
    return {
      map_path: (what, ...numbers) => this.edit(String(what).toLowerCase(), numbers),
      path_kind: (value) => this.setKind(value),
      path_draw: (isOn) => this.device.outlets.view("map", "draw", Number(Boolean(isOn))),
      path_play: (isOn) => this.play(Boolean(isOn)),
      path_loop: (value) => (this.clock.isLooping = choice(PATH_LOOPS, value) === "Loop"),
      path_length: (value) => this.setLength(value),
      path_clear: () => this.edit("clear", []),
      transport: (ticks, isPlaying, ...meter) => this.tick(ticks, Boolean(isPlaying), meter),
    };
  }

  get map() {
    return this.device.mapPanel.map;
  }

  get path() {
    return this.device.memory.path;
  }

  setKind(value) {
    this.kind = choice(PATH_KINDS, value) || this.kind;
    this.show();
  }

  setLength(value) {
    const item = choice(PATH_LENGTHS, value);
    if (item) {
      this.clock.nBars = barsOf(item);
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
    this.show();
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

  show() {
    this.device.outlets.view("map", "path_kind", this.kind.toLowerCase());
    this.device.outlets.view("map", "path", ...this.points.flat());
  }

  play(isOn) {
    if (isOn && this.points.length === 0) {
      this.device.say("There is no path yet; switch Draw on and click on the map");
    }
    this.device.mapPanel.endHover(false);
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
  tick(ticks, isPlaying, [nBeats, beat]) {
    const { points } = this;
    this.clock.setMeter(nBeats, beat);
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
    const { mapPanel } = this.device;
    if (isFree && mapPanel.showing.length === 0) {
      return;
    }
    const units = isFree
      ? this.map.unitsAt(x, y, mapPanel.showing)
      : this.unitsBetween(this.presetsOfPath(), place);
    if (areAlike(units, this.sent)) {
      return;
    }
    this.sent = units;
    mapPanel.isOnMap = false; // It does not leave the map, but goes on there.
    this.device.move("params", ...units);
    this.device.outlets.view("map", "playing", share);
    mapPanel.show(x, y);
  }

  unitsBetween(presets, { from, to, share }) {
    return between(presets[from].units, presets[to].units, share);
  }
}

exports.PathPanel = PathPanel;
exports.MOST_POINTS = MOST_POINTS;
